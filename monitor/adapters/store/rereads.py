"""Of which entries are edits looked for, and what did their articles say before?"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from monitor.adapters.store.claims import save_claimed
from monitor.adapters.store.columns import Moment
from monitor.adapters.store.dialect import in_one_row
from monitor.adapters.store.schema import (
    ENTRY_PENDING,
    announcements,
    articles,
    entries,
    entry_keys,
    feeds,
    matches,
    rereads,
    stories,
    texts,
)
from monitor.model import Article, Edited, Entry, EntryId, EntryKey, EntryState, FeedId, Reread, Story
from monitor.ports import Claim, Reading, Remembered, Step

# Of values in one statement; databases allow some ten thousand.
_BATCH = 1000


def looked_for(connection: Connection, feed: FeedId, now: datetime) -> Mapping[EntryId, Reread]:
    """Return the entries of a feed whose edits are looked for, but for those in work."""
    return {
        row.id: Reread(
            entry=row.id,
            announced_digest=row.announced_digest,
            times=row.times,
            read_at=row.read_at,
            until=row.until,
            pending=bool(row.pending),
        )
        for row in connection.execute(_looked_for(), {"of_feed": feed, "now": now})
    }


@cache
def _looked_for() -> Any:  # noqa: ANN401  (a statement)
    number = select(feeds.c.number).where(feeds.c.id == bindparam("of_feed")).scalar_subquery()
    now = bindparam("now", type_=Moment)
    return (
        select(rereads, entries.c.id, ENTRY_PENDING.label("pending"))
        .join(entries, entries.c.number == rereads.c.entry_number)
        .where(
            rereads.c.feed_number == number,
            rereads.c.until > now,
            entries.c.state.in_((EntryState.PENDING, EntryState.PROCESSED)),
            or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now),
        )
    )


def remembered(connection: Connection, feed: FeedId, keys: Collection[EntryKey], now: datetime) -> Remembered:
    """Return which keys of a feed are known and whose they are, and which of these entries are open.

    Those wait to be read, or edits of them are looked for; they may be in work.
    """
    known: dict[EntryKey, EntryId] = {}
    still_open: set[EntryId] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), _BATCH):
        given = {"of_feed": feed, "keys": wanted[start : start + _BATCH], "now": now}
        found = connection.execute(_remembered(connection.dialect.name), given).scalar()
        for key, entry, is_open in json.loads(found or "[]"):
            known[key] = entry
            if is_open:
                still_open.add(entry)
    return Remembered(known=known, open=frozenset(still_open))


@cache
def _remembered(dialect: str) -> Any:  # noqa: ANN401  (a statement)
    number = select(feeds.c.number).where(feeds.c.id == bindparam("of_feed")).scalar_subquery()
    is_open = or_(ENTRY_PENDING, rereads.c.until > bindparam("now", type_=Moment))
    return (
        select(in_one_row(dialect, entry_keys.c.key, entries.c.id, is_open))
        .select_from(entry_keys)
        .join(entries, entries.c.number == entry_keys.c.entry_number)
        .outerjoin(rereads, rereads.c.entry_number == entries.c.number)
        .where(entry_keys.c.feed_number == number)
        .where(entry_keys.c.key.in_(bindparam("keys", expanding=True)))
    )


def save_edited(connection: Connection, edited: Sequence[Edited]) -> int:
    """Write what known entries announce now, and when they are read again; return how many will be.

    One that waits to be read anyway is not counted.
    """
    reopened = 0
    for each in edited:
        found = select(entries.c.number, entries.c.state).where(entries.c.id == each.entry)
        number, state = connection.execute(found.with_for_update()).one()
        connection.execute(
            update(rereads)
            .where(rereads.c.entry_number == number)
            .values(announced_digest=each.announced_digest, times=each.times)
        )
        connection.execute(
            update(announcements)
            .where(announcements.c.entry_number == number)
            .values(announced=each.announced)
        )
        if each.due_at is not None:
            reopened += state is not EntryState.PENDING
            connection.execute(
                update(entries)
                .where(entries.c.number == number)
                .values(state=EntryState.PENDING, due_at=each.due_at, attempts=0, failures=0)
            )
    return reopened


def save_reread(connection: Connection, entry_number: int, reread: Reread) -> None:
    """Begin to look for edits of an entry, or note when it was read again."""
    if _note_read(connection, entry_number, reread.read_at):
        return
    feed = select(entries.c.feed_number).where(entries.c.number == entry_number).scalar_subquery()
    connection.execute(
        rereads.insert().values(
            entry_number=entry_number,
            feed_number=feed,
            announced_digest=reread.announced_digest,
            times=reread.times,
            read_at=reread.read_at,
            until=reread.until,
        )
    )


def save_unchanged(connection: Connection, claim: Claim[Entry], read_at: datetime) -> None:
    """Write that an entry is processed as it was, and when it was read again."""
    number = save_claimed(connection, Step.PROCESS, claim, {"state": EntryState.PROCESSED})
    _note_read(connection, number, read_at)


def _note_read(connection: Connection, entry_number: int, read_at: datetime) -> bool:
    """Note when an entry was read; tell whether its edits are looked for."""
    noted = update(rereads).where(rereads.c.entry_number == entry_number).values(read_at=read_at)
    return connection.execute(noted).rowcount > 0


def reading(connection: Connection, entry: EntryId) -> Reading | None:
    """Return what an entry's article said when it was read before; None where it was not.

    Where it was, no other transaction changes its story from here on: what a copy added meanwhile would
    be written over.
    """
    row = connection.execute(_reading(), {"of_entry": entry}).one_or_none()
    if row is None:
        return None
    story = locked_stories(connection, [row.number])[row.number]
    accepted = select(matches.c.match).where(
        matches.c.article_number == row.article_number, matches.c.refused.is_(False)
    )
    return Reading(
        article=article_of(row),
        matches=tuple(connection.scalars(accepted.order_by(matches.c.number))),
        story=story,
    )


def article_of(row: Any) -> Article:  # noqa: ANN401  (rows of several shapes)
    """Return the article that a row of `articles` holds, with its text if that stands in `texts`."""
    article: Article = row.article
    return article if row.zones is None else replace(article, zones=row.zones)


def locked_stories(connection: Connection, numbers: Collection[int]) -> Mapping[int, Story]:
    """Return stories as they are, by their numbers; nobody else changes them until this transaction ends.

    In one order, so that no two transactions wait for each other.
    """
    if not numbers:
        return {}
    rows = connection.execute(_locked_stories(), {"numbers": sorted(numbers)})
    return {row.number: story_of(row) for row in rows}


@cache
def _locked_stories() -> Any:  # noqa: ANN401  (a statement)
    return (
        select(stories)
        .where(stories.c.number.in_(bindparam("numbers", expanding=True)))
        .order_by(stories.c.number)
        # Rows that only refer to a story need not wait.
        .with_for_update(key_share=True)
    )


def story_of(row: Row[Any]) -> Story:
    """Return the story that a row of `stories` holds."""
    return Story(
        id=row.id,
        revision=row.revision,
        articles=row.articles,
        outlets=row.outlets,
        first_seen_at=row.first_seen_at,
    )


@cache
def _reading() -> Any:  # noqa: ANN401  (a statement)
    return (
        select(articles.c.number.label("article_number"), articles.c.article, texts.c.zones, stories)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .join(entries, entries.c.number == articles.c.entry_number)
        .join(stories, stories.c.number == articles.c.story_number)
        .where(entries.c.id == bindparam("of_entry"))
    )
