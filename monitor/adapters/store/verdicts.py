"""What do receivers say of matches, and what signs the links by which they say it?"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from monitor.adapters.store import memory
from monitor.adapters.store.dialect import upsert
from monitor.adapters.store.rereads import article_of
from monitor.adapters.store.schema import articles, entries, matches, texts, told, verdicts
from monitor.model import Article, EntityId, EntryId, MatchVerdict, Rightness
from monitor.ports import Judged

_KEY = "key of verdicts"


def key_of_verdicts(connection: Connection, fresh: bytes) -> bytes:
    """Return the key that signs links, which is the `fresh` one where there was none."""
    kept = memory.keep_mark(connection, _KEY, {"key": b64encode(fresh).decode("ascii")})
    return b64decode(str(kept["key"]))


def title_of(connection: Connection, entry: EntryId) -> str | None:
    """Return the title of an entry's article, empty where that is kept no more; None without an entry."""
    found = (
        select(articles.c.article)
        .select_from(entries)
        .outerjoin(articles, articles.c.entry_number == entries.c.number)
        .where(entries.c.id == entry)
    )
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    article: Article | None = row.article
    return article.zones.title if article else ""


def say(connection: Connection, verdict: MatchVerdict) -> bool:
    """Write what is said of a match, over what was said before; tell whether there is such an entry.

    What is said a second time was said when it was said first.
    """
    number = connection.execute(select(entries.c.number).where(entries.c.id == verdict.entry)).scalar()
    if number is None:
        return False
    before = said_of(connection, [verdict.entry]).get((verdict.entry, verdict.entity))
    if before is not None and (before.said, before.note) == (verdict.said, verdict.note):
        return True
    row = {
        "entry_number": number,
        "entity": verdict.entity,
        "said": verdict.said,
        "note": verdict.note,
        "said_at": verdict.said_at,
    }
    connection.execute(upsert(connection, verdicts, "entry_number", "entity"), row)
    return True


def said_of(
    connection: Connection, those: Collection[EntryId]
) -> Mapping[tuple[EntryId, EntityId], MatchVerdict]:
    """Return what was said of the matches of entries."""
    rows = connection.execute(_verdicts().where(entries.c.id.in_(sorted(those)))) if those else ()
    found = map(_verdict, rows)
    return {(each.entry, each.entity): each for each in found}


def count_verdicts(connection: Connection) -> Mapping[EntityId, Mapping[Rightness, int]]:
    """Return how many matches of each entity were said to be right, and wrong."""
    columns = (verdicts.c.entity, verdicts.c.said)
    counted: dict[EntityId, dict[Rightness, int]] = {}
    for row in connection.execute(select(*columns, func.count().label("rows")).group_by(*columns)):
        counted.setdefault(row.entity, dict.fromkeys(Rightness, 0))[row.said] = row.rows
    return counted


def count_told(connection: Connection) -> Mapping[EntityId, int]:
    """Return how many of the stories that are kept told of each entity, to whomever."""
    once = select(told.c.entity, told.c.story_number).distinct().subquery()
    counted = select(once.c.entity, func.count().label("rows")).group_by(once.c.entity)
    return {row.entity: row.rows for row in connection.execute(counted)}


def judged(connection: Connection, entity: EntityId, said: Rightness, newest: int) -> Sequence[Judged]:
    """Return so many of the newest verdicts of one word on an entity, the newest first."""
    of_match = and_(
        matches.c.article_number == articles.c.number,
        matches.c.entity == verdicts.c.entity,
        matches.c.refused.is_(False),
    )
    found = (
        _verdicts()
        .add_columns(articles.c.article, texts.c.zones, matches.c.match)
        .outerjoin(articles, articles.c.entry_number == verdicts.c.entry_number)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .outerjoin(matches, of_match)
        .where(verdicts.c.entity == entity, verdicts.c.said == said)
        .order_by(verdicts.c.said_at.desc(), verdicts.c.entry_number.desc())
        .limit(newest)
    )
    return [
        Judged(verdict=_verdict(row), article=article_of(row) if row.article else None, match=row.match)
        for row in connection.execute(found)
    ]


def _verdicts() -> Select[Any]:
    return select(verdicts, entries.c.id.label("entry")).join(
        entries, entries.c.number == verdicts.c.entry_number
    )


def _verdict(row: Row[Any]) -> MatchVerdict:
    return MatchVerdict(entry=row.entry, entity=row.entity, said=row.said, note=row.note, said_at=row.said_at)
