"""What is old enough to be dropped? In batches, so that others can write in between."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, delete, exists, select

from monitor.adapters.store.schema import (
    ENTRY_PENDING,
    alerts,
    announcements,
    articles,
    bursts,
    deliveries,
    entries,
    matches,
    pages,
    rereads,
    silences,
    stories,
    story_bands,
    texts,
)
from monitor.adapters.store.searching import drop_words
from monitor.model import DeliveryState

_BATCH = 500
# More than wait to be read at an age at which others are dropped.
_FIRST = 4 * _BATCH


def drop_announcements(connection: Connection, before: datetime) -> int:
    """Drop what entries announced that need it no more; the entries and their keys stay.

    Entries are numbered as they are found: behind the first ones none is older, and none is looked at.
    """
    first = select(announcements.c.entry_number).order_by(announcements.c.entry_number).limit(_FIRST)
    oldest = (
        select(entries.c.number)
        .where(entries.c.number.in_(first), entries.c.first_seen_at < before, ~ENTRY_PENDING)
        .order_by(entries.c.number)
    )
    return _drop(connection, announcements, "entry_number", oldest)


def drop_articles(connection: Connection, before: datetime) -> tuple[int, int]:
    """Drop articles with all that hangs on them; return how many articles and matches."""
    oldest = select(articles.c.number).where(articles.c.fetched_at < before).order_by(articles.c.fetched_at)
    numbers: list[int] = list(connection.scalars(oldest.limit(_BATCH)))
    if not numbers:
        return 0, 0
    dropped = connection.execute(delete(matches).where(matches.c.article_number.in_(numbers))).rowcount
    for beside in (story_bands, texts, pages):
        connection.execute(delete(beside).where(beside.c.article_number.in_(numbers)))
    drop_words(connection, numbers)
    connection.execute(delete(articles).where(articles.c.number.in_(numbers)))
    return len(numbers), dropped


def drop_rereads(connection: Connection, before: datetime) -> int:
    """Drop what is remembered of entries whose edits are looked for no more."""
    oldest = select(rereads.c.entry_number).where(rereads.c.until < before).order_by(rereads.c.until)
    return _drop(connection, rereads, "entry_number", oldest)


def drop_deliveries(connection: Connection, before: datetime) -> int:
    """Drop delivered deliveries with bodies and attempts; pending and dead ones stay."""
    oldest = (
        select(deliveries.c.number)
        .where(deliveries.c.state == DeliveryState.DELIVERED, deliveries.c.created_at < before)
        .order_by(deliveries.c.created_at)
    )
    return _drop(connection, deliveries, "number", oldest)


def drop_alerts(connection: Connection, before: datetime) -> int:
    """Drop alerts; the held ones stand in their own table until they are released."""
    oldest = select(alerts.c.number).where(alerts.c.raised_at < before).order_by(alerts.c.raised_at)
    return _drop(connection, alerts, "number", oldest)


def drop_stories(connection: Connection, before: datetime) -> int:
    """Drop stories, and who was told of them, of which no article and no alert is left."""
    oldest = (
        select(stories.c.number)
        .where(
            stories.c.first_seen_at < before,
            ~exists().where(articles.c.story_number == stories.c.number),
            ~exists().where(alerts.c.story_number == stories.c.number),
        )
        .order_by(stories.c.first_seen_at)
    )
    return _drop(connection, stories, "number", oldest)


def purge(in_batches: Callable[[Callable[[Connection], int]], int], before: datetime) -> Mapping[str, int]:
    """Drop everything older; `in_batches` runs a batch in a transaction until it finds nothing."""
    dropped_matches: list[int] = []

    def some_articles(connection: Connection) -> int:
        some, of_matches = drop_articles(connection, before)
        dropped_matches.append(of_matches)
        return some

    dropped = {"articles": in_batches(some_articles)}
    dropped["matches"] = sum(dropped_matches)
    dropped["deliveries"] = in_batches(lambda connection: drop_deliveries(connection, before))
    dropped["alerts"] = in_batches(lambda connection: drop_alerts(connection, before))
    dropped["stories"] = in_batches(lambda connection: drop_stories(connection, before))
    in_batches(lambda connection: _drop_old(connection, bursts, bursts.c.polled_at, before))
    in_batches(lambda connection: _drop_old(connection, silences, silences.c.ends_at, before))
    in_batches(lambda connection: drop_rereads(connection, before))
    dropped["announcements"] = in_batches(lambda connection: drop_announcements(connection, before))
    return dropped


def _drop_old(connection: Connection, table: Table, age: Column[datetime], before: datetime) -> int:
    """Drop small rows of a small table, all at once; none are left for a second call."""
    return connection.execute(delete(table).where(age < before)).rowcount


def _drop(connection: Connection, table: Table, key: str, oldest: Select[Any]) -> int:
    numbers: list[int] = list(connection.scalars(oldest.limit(_BATCH)))
    if numbers:
        connection.execute(delete(table).where(table.c[key].in_(numbers)))
    return len(numbers)
