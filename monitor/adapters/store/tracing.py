"""What became of one entry: its feed, its article and story, who was told, which alerts came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from monitor.adapters.store.reporting import FoundAlert, alerts_of_story
from monitor.adapters.store.rereads import article_of, story_of
from monitor.adapters.store.schema import (
    announcements,
    articles,
    entries,
    feeds,
    matches,
    stories,
    texts,
)
from monitor.adapters.store.stories import told_of
from monitor.model import (
    Announced,
    Article,
    EntryId,
    EntryKey,
    EntryState,
    FailureReason,
    FeedId,
    FeedState,
    Match,
    Story,
    Told,
)
from monitor.text.ids import digest63


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """All that the store knows of an entry; what was purged, or never was, is None or empty."""

    entry: EntryId
    feed: FeedId
    feed_state: FeedState
    feed_reason: FailureReason | None
    paused_at: datetime | None
    last_ok_at: datetime | None
    first_seen_at: datetime
    state: EntryState
    due_at: datetime
    attempts: int
    failed_why: str | None
    announced: Announced | None
    article: Article | None
    story: Story | None
    matches: tuple[Match, ...]
    refused: tuple[Match, ...]
    told: frozenset[Told]
    alerts: Sequence[FoundAlert]


def entries_at(
    connection: Connection, url: str, known: Mapping[EntryKey, EntryId], limit: int
) -> Sequence[EntryId]:
    """Return the entries that keys name, and those whose articles say that they stand at an address."""
    at = (
        select(entries.c.id)
        .join(articles, articles.c.entry_number == entries.c.number)
        .where(articles.c.canonical_digest == digest63(url), articles.c.story_number.is_not(None))
        .order_by(articles.c.number.desc())
        .limit(limit)
    )
    return list(dict.fromkeys([*known.values(), *connection.scalars(at)]))[:limit]


def trace(connection: Connection, entry: EntryId) -> Traced | None:
    """Return what became of an entry; None where there is none such."""
    row = connection.execute(
        select(
            entries,
            feeds.c.id.label("feed"),
            feeds.c.state.label("feed_state"),
            feeds.c.reason.label("feed_reason"),
            feeds.c.paused_at,
            feeds.c.last_ok_at,
            announcements.c.announced,
        )
        .join(feeds, feeds.c.number == entries.c.feed_number)
        .outerjoin(announcements, announcements.c.entry_number == entries.c.number)
        .where(entries.c.id == entry)
    ).one_or_none()
    if row is None:
        return None
    found = connection.execute(
        select(articles.c.number, articles.c.story_number, articles.c.article, texts.c.zones)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .where(articles.c.entry_number == row.number)
    ).one_or_none()
    verdicts: Sequence[Any] = ()
    story: Story | None = None
    if found is not None:
        of_it = select(matches).where(matches.c.article_number == found.number).order_by(matches.c.number)
        verdicts = connection.execute(of_it).all()
        of_story = connection.execute(
            select(stories).where(stories.c.number == found.story_number)
        ).one_or_none()
        story = None if of_story is None else story_of(of_story)
    return Traced(
        entry=row.id,
        feed=row.feed,
        feed_state=row.feed_state,
        feed_reason=row.feed_reason,
        paused_at=row.paused_at,
        last_ok_at=row.last_ok_at,
        first_seen_at=row.first_seen_at,
        state=row.state,
        due_at=row.due_at,
        attempts=row.attempts,
        failed_why=row.failed_why,
        announced=row.announced,
        article=None if found is None else article_of(found),
        story=story,
        matches=tuple(each.match for each in verdicts if not each.refused),
        refused=tuple(each.match for each in verdicts if each.refused),
        told=frozenset() if story is None else told_of(connection, story.id),
        alerts=() if story is None else alerts_of_story(connection, story.id),
    )
