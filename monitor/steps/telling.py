"""Who is told what of an article, and what is learned from it?"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.alerts.events import match_event
from monitor.alerts.outbox import hold, promise
from monitor.alerts.raising import Raised, Standing, counted_since
from monitor.feeds.edits import watched
from monitor.matching.learned import lessons_of, with_lesson
from monitor.model import (
    Article,
    Delivery,
    EntityId,
    Entry,
    EventType,
    Feed,
    FeedSettings,
    HeldAlert,
    Keep,
    LearnedContext,
    Lesson,
    Matched,
    Story,
    Watchlist,
    Zones,
)
from monitor.ports import Processed, Tx
from monitor.steps.rules import Rules
from monitor.text.urls import host_of


def standing_of(
    tx: Tx,
    entry: Entry,
    feed: Feed | None,
    story: Story,
    by: Rules,
    now: datetime,
    about: Collection[EntityId] | None = None,
) -> Standing:
    """Return what stands in the way of an article's alerts, as the transaction sees it.

    The budgets of watchlists that want none of the entities that it is `about` are left alone.
    """
    if about is not None and not about:
        # Nobody is told of an article that names nobody, whatever stands.
        return Standing(polled_at=entry.first_seen_at)
    asked = [each for each in by.watchlists if about is None or _wants(each, about)]
    return Standing(
        told=tx.told(story.id),
        held=tx.held_of(story.id),
        spent={
            watchlist: tx.alerted_since(watchlist, since)
            for watchlist, since in sorted(counted_since(asked, now).items())
        },
        silences=tx.silences(now),
        burst=tx.burst(entry.feed_id, entry.first_seen_at),
        polled_at=entry.first_seen_at,
        first_poll=feed is not None and feed.first_polled_at == entry.first_seen_at,
    )


def _wants(watchlist: Watchlist, about: Collection[EntityId]) -> bool:
    if watchlist.entities is None:
        return bool(about)
    return not watchlist.entities.isdisjoint(about)


def written(
    entry: Entry,
    article: Article,
    story: Story,
    matched: Matched,
    raised: Raised,
    feed: Feed | None,
    by: Rules,
    now: datetime,
    before: Article | None = None,
) -> Processed:
    """Return what an article is worth: its alerts as deliveries, or as rows that wait for a digest.

    What is retracted stood in the article as it was `before`.
    """
    held: list[HeldAlert] = []
    deliveries: list[Delivery] = []
    for alert in raised.alerts:
        quoted = before if alert.type is EventType.MATCH_RETRACTED else None
        event = match_event(alert, article, story, feed, by.entities, now, quoted, by.links)
        if alert.hold is None:
            receivers = [by.receivers[name] for name in alert.receivers if name in by.receivers]
            deliveries.extend(promise([event], receivers, now))
        else:
            held.extend(hold(alert, event))
    return Processed(
        entry=entry,
        article=_kept(article, matched, by.keep) if before is None else article,
        story=story,
        matched=matched,
        told=raised.told,
        alerts=raised.alerts,
        held=tuple(held),
        deliveries=tuple(deliveries),
        reread=watched(entry, now, by.edits),
        edited=before is not None,
    )


def _kept(article: Article, matched: Matched, keep: Keep) -> Article:
    """Return an article as it is to be kept: the text of one that names nobody only where that is wanted."""
    if keep is not Keep.MATCHED or matched.matches or matched.rejected:
        return article
    return replace(article, zones=Zones(title=article.zones.title, text=""))


def lessons_from(
    article: Article, matched: Matched, settings: FeedSettings | None, by: Rules
) -> Mapping[EntityId, Lesson]:
    """Return what an article teaches; its outlet is where its feed is, which no page can claim."""
    if settings is None:
        return {}
    outlet = host_of(settings.shown_url)
    return lessons_of(matched, article.zones, article.language, outlet, by.entities)


def taught(lessons: Mapping[EntityId, Lesson], tx: Tx) -> Mapping[EntityId, LearnedContext]:
    """Return the contexts that lessons change."""
    before = tx.contexts(lessons) if lessons else {}
    after = {entity: with_lesson(before[entity], lesson) for entity, lesson in lessons.items()}
    return {entity: context for entity, context in after.items() if context is not before[entity]}
