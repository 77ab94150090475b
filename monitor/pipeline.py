"""The flow: poll what is due, process what is new, deliver what is promised.

Each step works on one claimed row, writes one transaction, and returns one report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.alerts.edits import raise_edit
from monitor.alerts.events import match_event, receiver_events, source_events
from monitor.alerts.outbox import hold, promise
from monitor.alerts.raising import Raised, Standing, counted_since, raise_alerts
from monitor.alerts.retry import RetryPolicy, judge, receiver_after
from monitor.alerts.signing import headers_of
from monitor.articles.assemble import assemble, title_only
from monitor.articles.extract import read_announced, read_page
from monitor.articles.patience import PagePolicy, postponed
from monitor.feeds.cadence import CadencePolicy, address_of, missed, polled
from monitor.feeds.edits import EditPolicy, edited, watched
from monitor.feeds.novelty import Novelty, keys_of, nothing_new, only_new, unread
from monitor.feeds.pages import page_seen
from monitor.feeds.parse import completed, cut, outline_feed, read_cut, read_feed
from monitor.matching.learned import lessons_of, with_lesson
from monitor.matching.matcher import Matcher
from monitor.model import (
    Alert,
    Article,
    ArticleSource,
    Attempt,
    Delivery,
    Document,
    Edit,
    Entity,
    EntityId,
    Entry,
    EntryState,
    EventType,
    Extracted,
    Feed,
    FeedId,
    FeedSettings,
    FetchFailed,
    FirstPoll,
    HeldAlert,
    LearnedContext,
    Lesson,
    Matched,
    NotModified,
    Outline,
    ParsedFeed,
    ParseFailed,
    Receiver,
    ReceiverName,
    Reply,
    SandboxFailed,
    Story,
    Verdict,
    Watchlist,
)
from monitor.ports import Claim, Ports, Processed, Reading, Report, Step, Tx
from monitor.stories.editing import edit_of
from monitor.stories.grouping import GroupingPolicy, choose
from monitor.text.urls import host_of

# How long a feed rests that is configured otherwise than its row says.
PUT_OFF = timedelta(seconds=2)


_COUNTED = {
    EventType.MATCH_CREATED: "alerted",
    EventType.MATCH_UPDATED: "updated",
    EventType.MATCH_RETRACTED: "retracted",
    EventType.ARTICLE_CORRECTED: "corrected",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the configuration says, ready for the stages; replaced as a whole by a reload."""

    feeds: Mapping[FeedId, FeedSettings]
    entities: Mapping[EntityId, Entity]
    watchlists: tuple[Watchlist, ...]
    receivers: Mapping[ReceiverName, Receiver]
    matcher: Matcher
    user_agent: str
    cadence: CadencePolicy = field(default_factory=CadencePolicy)
    pages: PagePolicy = field(default_factory=PagePolicy)
    grouping: GroupingPolicy = field(default_factory=GroupingPolicy)
    edits: EditPolicy = field(default_factory=EditPolicy)
    retry: RetryPolicy = field(default_factory=RetryPolicy)


def poll(claim: Claim[Feed], on: Ports, by: Rules) -> Report:
    """Ask a feed what is new; store its entries, its validators and when to ask again."""
    before, settings = claim.row, by.feeds.get(claim.row.id)
    if settings is None or settings.shown_url != before.shown_url:
        return _put_off(claim, on)
    answer = on.fetcher.revalidate(address_of(before, settings), before.validators)
    read = _read(answer, before, settings, on)
    now = on.clock.now()
    with on.store.transaction() as tx:
        if isinstance(read, FetchFailed | ParseFailed | SandboxFailed):
            news = nothing_new()
            after = missed(before, settings, read, now, by.cadence, on.random)
        else:
            assert not isinstance(answer, FetchFailed)  # a failed fetch is what was read
            known = tx.known(before.id, keys_of(before.id, read))
            news = only_new(before, settings, read, known, now)
            after = polled(before, settings, answer, read, news, now, by.cadence, on.random)
        looked_for = tx.rereads(before.id, now) if news.known else {}
        reopened = tx.save_edited(edited(news.known, looked_for, now, by.edits))
        report = _poll_report(after, read, news, reopened)
        notices = promise(source_events(before, after, now), by.receivers.values(), now)
        if news.storm:
            tx.note_storm(before.id, now)
        tx.save_poll(claim, after, news.entries, news.learned, notices, report.counts)
    return report


def process(claim: Claim[Entry], on: Ports, by: Rules) -> Report:
    """Read an entry's article, match it, find its story, and promise the alerts that it is worth."""
    entry, settings = claim.row, by.feeds.get(claim.row.feed_id)
    page = _page(entry, settings, on)
    now = on.clock.now()
    later = postponed(entry, page, now, by.pages)
    if later is not None:
        return _postpone(claim, later, page, on)
    article = assemble(entry, page, _carried(entry, page, on), now)
    matched = by.matcher.match(article.zones, article.language)
    lessons = _lessons(article, matched, settings, by)
    with on.store.transaction() as tx:
        before = tx.reading(entry.id)
        if before is not None:
            return _edited(claim, before, article, matched, tx, by, now)
        near = tx.stories_near(article, now - by.grouping.memory) if matched.matches else ()
        story = choose(article, near, now, by.grouping)
        feed = tx.feed(entry.feed_id)
        standing = _standing(tx, entry, feed, story, by, now)
        raised = raise_alerts(story, article, settings, matched, by.watchlists, standing, now)
        held, deliveries = _promised(raised.alerts, article, story, feed, by, now)
        report = _process_report(article, story, matched, raised, len(held))
        tx.save_processed(
            claim,
            Processed(
                entry=entry,
                article=article,
                story=story,
                matched=matched,
                told=raised.told,
                alerts=raised.alerts,
                held=held,
                deliveries=deliveries,
                pages=page_seen(tx.pages(entry.feed_id), article, by.cadence.health.pages) if page else None,
                contexts=_taught(lessons, tx),
                reread=watched(entry, now, by.edits),
            ),
            report.counts,
        )
    return report


def deliver(claim: Claim[Delivery], on: Ports, by: Rules) -> Report:
    """Bring one event to its receiver, and note what came of it."""
    delivery, receiver = claim.row, by.receivers.get(claim.row.receiver)
    reply = _post(delivery, receiver, on, by)
    now = on.clock.now()
    attempt = judge(delivery, reply, now, by.retry, on.random)
    with on.store.transaction() as tx:
        before = tx.receiver(delivery.receiver)
        after = receiver_after(before, reply, now, by.retry, on.random)
        told = replace(reply, reason=attempt.reason)
        notices = promise(receiver_events(before, after, delivery, told, now), by.receivers.values(), now)
        report = _deliver_report(delivery, reply, attempt)
        tx.save_attempt(claim, attempt, after, notices, report.counts)
    return report


def _edited(
    claim: Claim[Entry],
    before: Reading,
    article: Article,
    matched: Matched,
    tx: Tx,
    by: Rules,
    now: datetime,
) -> Report:
    """Tell what an edit changed of an article that was read before, if anything that matters."""
    entry, settings = claim.row, by.feeds.get(claim.row.feed_id)
    edit = edit_of(before.article, before.matches, article, matched.matches)
    if edit is None:
        counts = {"reread": 1}
        tx.save_postponed(claim, replace(entry, state=EntryState.PROCESSED), counts)
        return Report(step=Step.PROCESS, row=entry.id, outcome="unchanged", counts=counts)
    after = replace(article, revision=edit.revision)
    story = replace(before.story, revision=before.story.revision + 1)
    feed = tx.feed(entry.feed_id)
    standing = _standing(tx, entry, feed, story, by, now)
    raised = raise_edit(story, after, edit, before.matches, settings, matched, by.watchlists, standing, now)
    held, deliveries = _promised(raised.alerts, after, story, feed, by, now, before.article)
    report = _edit_report(after, edit, raised, len(held))
    tx.save_processed(
        claim,
        Processed(
            entry=entry,
            article=after,
            story=story,
            matched=matched,
            told=raised.told,
            alerts=raised.alerts,
            held=held,
            deliveries=deliveries,
            reread=watched(entry, now, by.edits),
            edited=True,
        ),
        report.counts,
    )
    return report


# ---- what the steps are made of ----------------------------------------------------------------


def _put_off(claim: Claim[Feed], on: Ports) -> Report:
    """Leave a feed that is configured otherwise: a reload came in between, or another worker is ahead.

    What is fetched under old settings must not be stored with the new row's validators.
    """
    on.store.release(Step.POLL, claim.token, on.clock.now() + PUT_OFF, None, 0)
    return Report(step=Step.POLL, row=claim.row.id, outcome="put_off")


def _read(
    answer: Document | NotModified | FetchFailed, feed: Feed, settings: FeedSettings, on: Ports
) -> ParsedFeed | NotModified | FetchFailed | ParseFailed | SandboxFailed:
    """Read an answer's document, unless its entries are stored already."""
    if not isinstance(answer, Document):
        return answer
    if sha256(answer.body).digest() == feed.body_digest:
        return NotModified(validators=answer.validators, freshness=answer.freshness)
    if feed.first_polled_at is None and settings.first_poll is not FirstPoll.BASELINE:
        return on.sandbox.run(read_feed, answer)
    outline = on.sandbox.run(outline_feed, answer)
    return _filled(outline, feed, settings, answer, on) if isinstance(outline, Outline) else outline


def _filled(
    outline: Outline, feed: Feed, settings: FeedSettings, answer: Document, on: Ports
) -> ParsedFeed | ParseFailed | SandboxFailed:
    """Read those entries of an outline that are new, or whose edits may matter; the others stay outlined."""
    now = on.clock.now()
    remembered = on.store.remembered(feed.id, keys_of(feed.id, outline.feed), now)
    wanted = unread(feed, settings, outline.feed, remembered.known, remembered.open, now)
    if not wanted:
        return outline.feed
    read = on.sandbox.run(read_cut, cut(outline, wanted))
    if not isinstance(read, ParsedFeed):
        return read
    whole = completed(outline, wanted, read)
    return on.sandbox.run(read_feed, answer) if whole is None else whole


def _page(
    entry: Entry, settings: FeedSettings | None, on: Ports
) -> Extracted | FetchFailed | SandboxFailed | None:
    """Return what the entry's page says, why it cannot be read, or None where none is asked for."""
    source = settings.articles if settings else ArticleSource.FEED
    if source is ArticleSource.FEED or not entry.announced.link:
        return None
    answer = on.fetcher.get(entry.announced.link)
    return answer if isinstance(answer, FetchFailed) else on.sandbox.run(read_page, answer, entry.announced)


def _carried(entry: Entry, page: Extracted | FetchFailed | SandboxFailed | None, on: Ports) -> Extracted:
    """Return what the feed itself carries of an entry, where the page does not suffice."""
    if isinstance(page, Extracted) and page.verdict in (Verdict.FULL, Verdict.PARTIAL):
        return page
    carried = on.sandbox.run(read_announced, entry.announced)
    return title_only(entry.announced) if isinstance(carried, SandboxFailed) else carried


def _postpone(
    claim: Claim[Entry], later: Entry, page: Extracted | FetchFailed | SandboxFailed | None, on: Ports
) -> Report:
    with on.store.transaction() as tx:
        tx.save_postponed(claim, later)
    reason = page.reason if isinstance(page, FetchFailed) else None
    return Report(step=Step.PROCESS, row=later.id, outcome="postponed", reason=reason)


def _lessons(
    article: Article, matched: Matched, settings: FeedSettings | None, by: Rules
) -> Mapping[EntityId, Lesson]:
    """Return what an article teaches; its outlet is where its feed is, which no page can claim."""
    if settings is None:
        return {}
    outlet = host_of(settings.shown_url)
    return lessons_of(matched, article.zones, article.language, outlet, by.entities)


def _taught(lessons: Mapping[EntityId, Lesson], tx: Tx) -> Mapping[EntityId, LearnedContext]:
    """Return the contexts that lessons change."""
    before = tx.contexts(lessons) if lessons else {}
    after = {entity: with_lesson(before[entity], lesson) for entity, lesson in lessons.items()}
    return {entity: context for entity, context in after.items() if context is not before[entity]}


def _promised(
    alerts: Sequence[Alert],
    article: Article,
    story: Story,
    feed: Feed | None,
    by: Rules,
    now: datetime,
    before: Article | None = None,
) -> tuple[tuple[HeldAlert, ...], tuple[Delivery, ...]]:
    """Turn alerts into deliveries, or into rows that wait for a digest.

    What is retracted stood in the article as it was `before`.
    """
    held: list[HeldAlert] = []
    deliveries: list[Delivery] = []
    for alert in alerts:
        quoted = before if alert.type is EventType.MATCH_RETRACTED else None
        event = match_event(alert, article, story, feed, by.entities, now, quoted)
        if alert.hold is None:
            receivers = [by.receivers[name] for name in alert.receivers if name in by.receivers]
            deliveries.extend(promise([event], receivers, now))
        else:
            held.extend(hold(alert, event))
    return tuple(held), tuple(deliveries)


def _standing(tx: Tx, entry: Entry, feed: Feed | None, story: Story, by: Rules, now: datetime) -> Standing:
    """Return what stands in the way of an article's alerts, as the transaction sees it."""
    return Standing(
        told=tx.told(story.id),
        held=tx.held_of(story.id),
        spent={
            watchlist: tx.alerted_since(watchlist, since)
            for watchlist, since in counted_since(by.watchlists, now).items()
        },
        silences=tx.silences(now),
        burst=tx.burst(entry.feed_id, entry.first_seen_at),
        polled_at=entry.first_seen_at,
        first_poll=feed is not None and feed.first_polled_at == entry.first_seen_at,
    )


def _post(delivery: Delivery, receiver: Receiver | None, on: Ports, by: Rules) -> Reply:
    if receiver is None:
        return Reply(status=None, detail=f"receiver '{delivery.receiver}' is not configured")
    headers = headers_of(delivery, receiver, on.clock.now(), by.user_agent)
    return on.sender.post(receiver, headers, delivery.body)


def _poll_report(
    feed: Feed,
    read: ParsedFeed | NotModified | FetchFailed | ParseFailed | SandboxFailed,
    news: Novelty,
    reopened: int,
) -> Report:
    counts = {"polled": 1, "reopened": reopened}
    facts: dict[str, str | int | bool | None] = {"state": feed.state.value}
    if isinstance(read, ParsedFeed):
        counts |= {"read": 1, "entries": len(news.pending)}
        facts |= {
            "format": read.format,
            "announced": len(read.entries),
            "new": len(news.entries),
            "gap": news.gap,
            "storm": news.storm,
        }
        return Report(step=Step.POLL, row=feed.id, outcome="read", facts=facts, counts=counts)
    if isinstance(read, NotModified):
        counts["not_modified"] = 1
        return Report(step=Step.POLL, row=feed.id, outcome="not_modified", facts=facts, counts=counts)
    counts["failed"] = 1
    facts |= {"detail": read.detail, "failures": feed.failures}
    return Report(
        step=Step.POLL, row=feed.id, outcome="failed", reason=read.reason, facts=facts, counts=counts
    )


def _process_report(article: Article, story: Story, matched: Matched, raised: Raised, held: int) -> Report:
    used = "extracted" if article.fallback is None else f"fell_back.{article.fallback.value}"
    counts = {
        used: 1,
        "matched" if matched.matches else "unmatched": 1,
        **_raised_counts(raised, held),
    }
    facts = {
        "feed": article.feed_id,
        "verdict": article.verdict.value,
        "language": article.language,
        "matches": len(matched.matches),
        "alerts": len(raised.alerts),
        "story": story.id if matched.matches else None,
    }
    outcome = "matched" if matched.matches else "no_match"
    return Report(
        step=Step.PROCESS,
        row=article.entry_id,
        outcome=outcome,
        reason=article.fallback,
        facts=facts,
        counts=counts,
    )


def _edit_report(article: Article, edit: Edit, raised: Raised, held: int) -> Report:
    facts: dict[str, str | int | bool | None] = {
        "feed": article.feed_id,
        "revision": edit.revision,
        "retitled": edit.title is not None,
        "rewrites": len(edit.rewrites),
        "gone": len(edit.gone),
        "alerts": len(raised.alerts),
    }
    counts = {"reread": 1, **_raised_counts(raised, held)}
    return Report(step=Step.PROCESS, row=article.entry_id, outcome="edited", facts=facts, counts=counts)


def _raised_counts(raised: Raised, held: int) -> dict[str, int]:
    counts = {"matches": raised.matches, "passed": raised.passed, "raised": len(raised.alerts)}
    suppressed = {f"suppressed.{reason}": count for reason, count in raised.suppressed.items()}
    return counts | {"held.added": held} | _sent(raised.alerts) | suppressed


def _sent(alerts: Sequence[Alert]) -> dict[str, int]:
    """Count the alerts that go out now, each type under its own name."""
    counts = dict.fromkeys(_COUNTED.values(), 0)
    for alert in alerts:
        counts[_COUNTED[alert.type]] += alert.hold is None
    return counts


def _deliver_report(delivery: Delivery, reply: Reply, attempt: Attempt) -> Report:
    facts = {
        "receiver": delivery.receiver,
        "type": delivery.event_type.value,
        "attempt": attempt.number,
        "status": reply.status,
        "detail": reply.detail or None,
    }
    return Report(
        step=Step.DELIVER,
        row=delivery.id,
        outcome=attempt.state.value,
        reason=attempt.reason,
        facts=facts,
        counts={f"attempts.{attempt.state.value}": 1},
    )
