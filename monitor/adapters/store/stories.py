"""What does the store remember of articles, their stories, and who was told of them?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from monitor.adapters.store.claims import save_claimed
from monitor.adapters.store.columns import Moment
from monitor.adapters.store.dialect import insert_new, lock, upsert
from monitor.adapters.store.holding import add_held, add_to_burst
from monitor.adapters.store.rereads import locked_stories, save_reread
from monitor.adapters.store.schema import (
    alerts,
    articles,
    entries,
    matches,
    pages,
    stories,
    story_bands,
    texts,
    told,
)
from monitor.adapters.store.searching import add_words, drop_words
from monitor.model import (
    Alert,
    Article,
    Entry,
    EntryId,
    EntryState,
    Match,
    Story,
    StoryCandidate,
    StoryId,
    Told,
    WatchlistId,
    Zones,
)
from monitor.ports import Claim, Processed, Step
from monitor.text.fingerprint import bands
from monitor.text.ids import digest63

# A passage that hundreds of articles share is furniture: of each band the newest are as good as all, and
# of these the articles that share most.
_OF_A_BAND = 50
_CANDIDATES = 60
_ADDING = insert(articles).returning(articles.c.number)


def stories_near(connection: Connection, article: Article, since: datetime) -> Sequence[StoryCandidate]:
    """Return articles of stories first seen since then that share a band or the canonical URL.

    Until this transaction ends no other one looks for what is near a text that shares any of these, or
    changes one of the stories: else two copies would found two, and one of two that join would be lost.
    """
    near, page = bands(article.fingerprint), digest63(article.canonical_url)
    lock(connection, [*near, *([page] if article.canonical_url else [])])
    given: dict[str, object] = {f"band{number}": band for number, band in enumerate(near)}
    rows = connection.execute(_near(len(near)), given | {"canonical": page, "since": since}).all()
    found = locked_stories(connection, {row.story_number for row in rows})
    return tuple(
        StoryCandidate(
            story=found[row.story_number],
            fingerprint=row.fingerprint or (),
            canonical_url=row.canonical_url,
            language=row.language,
        )
        for row in rows
        if row.story_number in found
    )


@cache
def _near(count: int) -> Select[Any]:
    """Return the statement for what is near, those that share most first, given so many bands."""
    same_page = articles.c.canonical_digest == bindparam("canonical", type_=BigInteger)
    near = union_all(
        _newest(articles.c.number, same_page, articles.c.story_number.is_not(None)),
        *(
            _newest(story_bands.c.article_number, story_bands.c.band == bindparam(f"band{number}"))
            for number in range(count)
        ),
    ).subquery("near")
    return (
        select(
            articles.c.story_number,
            articles.c.fingerprint,
            articles.c.canonical_url,
            articles.c.language,
        )
        .select_from(near)
        .join(articles, articles.c.number == near.c.number)
        .join(stories, stories.c.number == articles.c.story_number)
        .where(stories.c.first_seen_at >= bindparam("since", type_=Moment))
        .group_by(stories.c.number, articles.c.number)
        .order_by(same_page.desc(), func.count().desc(), articles.c.number.desc())
        .limit(_CANDIDATES)
    )


def _newest(number: ColumnElement[int], *where: ColumnElement[bool]) -> Select[Any]:
    """Return the statement for the newest articles of a kind, fit to be a part of a union."""
    newest = select(number.label("number")).where(*where).order_by(number.desc()).limit(_OF_A_BAND)
    return select(newest.subquery("newest"))


def told_of(connection: Connection, story: StoryId) -> frozenset[Told]:
    """Return who has been told what of a story."""
    return frozenset(
        Told(
            row.watchlist,
            row.entity,
            row.receiver,
            entry=row.entry,
            outlets=row.outlets,
            about=row.about,
            retracted=row.retracted,
        )
        for row in connection.execute(_told_of(), {"of_story": story})
    )


@cache
def _told_of() -> Select[Any]:
    return (
        select(told, entries.c.id.label("entry"))
        .join(stories, stories.c.number == told.c.story_number)
        .outerjoin(entries, entries.c.number == told.c.entry_number)
        .where(stories.c.id == bindparam("of_story"))
    )


def alerted_since(connection: Connection, watchlist: WatchlistId, since: datetime) -> int:
    """Return how many alerts of a watchlist went out, not held, since then.

    Until this transaction ends no other one asks it of the same watchlist: both would find room for one.
    """
    lock(connection, [digest63("budget", watchlist)])
    count: int = connection.execute(_alerted(), {"of_watchlist": watchlist, "since": since}).scalar_one()
    return count


@cache
def _alerted() -> Select[Any]:
    return (
        select(func.count())
        .select_from(alerts)
        .where(
            alerts.c.watchlist == bindparam("of_watchlist"),
            alerts.c.raised_at >= bindparam("since"),
            alerts.c.hold.is_(None),
        )
    )


def save_processed(connection: Connection, claim: Claim[Entry], processed: Processed) -> None:
    """Write everything that processing an entry gave, but its deliveries; the entry is processed.

    An article that matched nothing has no story: there is nothing to tell twice.
    """
    entry_number = save_claimed(connection, Step.PROCESS, claim, {"state": EntryState.PROCESSED})
    worth_a_story = bool(processed.matched.matches or processed.alerts or processed.told or processed.edited)
    story_number = _save_story(connection, processed.story) if worth_a_story else None
    article_number = _save_article(connection, processed, entry_number, story_number)
    _add_matches(connection, article_number, processed.matched.matches, refused=False)
    _add_matches(connection, article_number, processed.matched.rejected, refused=True)
    if story_number is None:
        return
    _add_bands(connection, article_number, processed.article)
    if processed.reread is not None:
        save_reread(connection, entry_number, processed.reread)
    _add_told(connection, story_number, processed.told)
    _add_alerts(connection, story_number, processed.alerts)
    add_held(connection, processed.held)
    sent = sum(1 for alert in processed.alerts if alert.hold is None)
    add_to_burst(connection, processed.entry.feed_id, processed.entry.first_seen_at, sent=sent)


def _save_story(connection: Connection, story: Story) -> int:
    number: int = connection.execute(
        upsert(connection, stories, "id", returning=stories.c.number),
        {
            "id": story.id,
            "revision": story.revision,
            "articles": story.articles,
            "outlets": story.outlets,
            "first_seen_at": story.first_seen_at,
        },
    ).scalar_one()
    return number


def _save_article(
    connection: Connection, processed: Processed, entry_number: int, story_number: int | None
) -> int:
    """Write an article, or what it says after an edit; its matches are then written anew."""
    article = processed.article
    values = {
        "entry_number": entry_number,
        "story_number": story_number,
        "canonical_digest": digest63(article.canonical_url),
        "canonical_url": article.canonical_url,
        "language": article.language,
        "fetched_at": article.fetched_at,
        "fingerprint": None if story_number is None else article.fingerprint,
        "article": replace(article, fingerprint=(), zones=Zones(title=article.zones.title, text="")),
    }
    number: int
    if processed.edited:
        edited = update(articles).where(articles.c.entry_number == entry_number).values(values)
        number = connection.execute(edited.returning(articles.c.number)).scalar_one()
        for beside in (matches, texts, pages):
            connection.execute(delete(beside).where(beside.c.article_number == number))
        drop_words(connection, [number])
    else:
        number = connection.execute(_ADDING, values).scalar_one()
    _keep(connection, number, processed)
    return number


def _keep(connection: Connection, article_number: int, processed: Processed) -> None:
    """Write an article's words and text, and the page that it came from, where there is one to be kept."""
    zones = processed.article.zones
    add_words(connection, article_number, zones)
    if zones.text or zones.captions:
        row: dict[str, object] = {"article_number": article_number, "zones": zones}
        connection.execute(insert(texts), row)
    if processed.page is not None:
        row = {"article_number": article_number, "page": processed.page}
        connection.execute(insert(pages), row)


def _add_matches(
    connection: Connection, article_number: int, found: Sequence[Match], *, refused: bool
) -> None:
    rows = [
        {
            "article_number": article_number,
            "entity": match.entity,
            "tier": match.tier,
            "confidence": match.confidence,
            "refused": refused,
            "match": match,
        }
        for match in found
    ]
    if rows:
        connection.execute(insert(matches), rows)


def _add_bands(connection: Connection, article_number: int, article: Article) -> None:
    rows = [{"band": band, "article_number": article_number} for band in set(bands(article.fingerprint))]
    if rows:
        connection.execute(insert_new(connection, story_bands), rows)


def _add_told(connection: Connection, story_number: int, who: frozenset[Told]) -> None:
    """Write what is told now, over what was told before."""
    numbers = _numbers_of_entries(connection, {each.entry for each in who if each.entry})
    rows = [
        {
            "story_number": story_number,
            "watchlist": each.watchlist,
            "entity": each.entity,
            "receiver": each.receiver,
            "entry_number": numbers.get(each.entry),
            "outlets": each.outlets,
            "about": each.about,
            "retracted": each.retracted,
        }
        for each in who
    ]
    if rows:
        connection.execute(upsert(connection, told, "story_number", "watchlist", "entity", "receiver"), rows)


def _add_alerts(connection: Connection, story_number: int, raised: Sequence[Alert]) -> None:
    rows = [
        {
            "id": alert.id,
            "story_number": story_number,
            "watchlist": alert.watchlist,
            "severity": alert.severity,
            "labels": alert.labels,
            "entities": tuple(match.entity for match in alert.matches),
            "receivers": alert.receivers,
            "raised_at": alert.raised_at,
            "hold": alert.hold,
            "release_at": alert.release_at,
        }
        for alert in raised
    ]
    if rows:
        connection.execute(insert_new(connection, alerts), rows)


def _numbers_of_entries(connection: Connection, ids: Collection[EntryId]) -> Mapping[EntryId | None, int]:
    if not ids:
        return {}
    statement = select(entries.c.id, entries.c.number).where(entries.c.id.in_(sorted(ids)))
    return {row.id: row.number for row in connection.execute(statement)}
