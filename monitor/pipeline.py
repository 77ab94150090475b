"""The flow: poll what is due, process what is new, deliver what is promised.

Each step works on one claimed row, writes one transaction, and returns one report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.edits import raise_edit
from monitor.alerts.events import receiver_events, source_events
from monitor.alerts.outbox import promise
from monitor.alerts.raising import raise_alerts
from monitor.alerts.retry import judge, receiver_after
from monitor.alerts.signing import headers_of
from monitor.articles.assemble import assemble
from monitor.articles.patience import postponed
from monitor.feeds.cadence import address_of, missed, polled
from monitor.feeds.edits import edited
from monitor.feeds.hubs import hub_of, new_path
from monitor.feeds.novelty import Novelty, keys_of, nothing_new, only_new, settled_after
from monitor.feeds.pages import page_seen
from monitor.model import (
    Article,
    Delivery,
    Document,
    Entry,
    Extracted,
    Feed,
    FeedSettings,
    FetchFailed,
    Matched,
    NotModified,
    ParsedFeed,
    ParseFailed,
    Receiver,
    Reply,
    SandboxFailed,
)
from monitor.ports import Claim, FeedAnswer, Ports, Quiet, Reading, Remembered, Report, Step, Tx
from monitor.steps.reading import carried, fetched, has_page, kept_page, page_of, read_answer, spared, unread
from monitor.steps.reports import deliver_report, edit_report, poll_report, process_report
from monitor.steps.rules import Rules
from monitor.steps.telling import lessons_from, standing_of, taught, written
from monitor.stories.editing import edit_of
from monitor.stories.grouping import choose

# How long a feed rests that is configured otherwise than its row says.
PUT_OFF = timedelta(seconds=2)
# New entries of a poll with which it goes on itself, one after the other; more are read side by side.
CLAIMED_AT_MOST = 8


def poll(claim: Claim[Feed], on: Ports, by: Rules, lease: timedelta | None = None) -> Report:
    """Ask a feed what is new; store its entries, its validators and when to ask again; see `heed`."""
    url = where_to_ask(claim, by)
    answer = None if url is None else on.fetcher.revalidate(url, claim.row.validators)
    return heed(claim, answer, on, by, lease)


def where_to_ask(claim: Claim[Feed], by: Rules) -> str | None:
    """Return the address of a feed; None of one that is configured otherwise than its row says."""
    settings = by.feeds.get(claim.row.id)
    if settings is None or settings.shown_url != claim.row.shown_url:
        return None
    return address_of(claim.row, settings)


def heed_quiet(
    those: Sequence[tuple[Claim[Feed], FeedAnswer | None]], on: Ports, by: Rules
) -> Mapping[int, Report]:
    """Heed, in one transaction, the answers that bring nothing; return their reports, by position."""
    now = on.clock.now()
    noted: dict[int, tuple[Quiet, Report]] = {}
    for at, (claim, answer) in enumerate(those):
        read = None if answer is None else unread(answer, claim.row)
        if answer is None or read is None:
            continue
        quiet, report, notices = _brought_nothing(claim, answer, read, on, by, now)
        if not notices:
            noted[at] = quiet, report
    places = tuple(noted)
    written = on.store.save_all_quiet([noted[at][0] for at in places]) if places else ()
    return {places[which]: noted[places[which]][1] for which in written}


def heed(
    claim: Claim[Feed], answer: FeedAnswer | None, on: Ports, by: Rules, lease: timedelta | None = None
) -> Report:
    """Store what a feed's answer brings; one that was not asked is put off.

    With a `lease` a few new entries whose pages are not asked for are claimed so long, to be gone on with.
    """
    before, settings = claim.row, by.feeds.get(claim.row.id)
    if answer is None or settings is None:
        return _put_off(claim, on)
    found = read_answer(answer, before, settings, on)
    read, remembered = found.read, found.remembered
    now = on.clock.now()
    if not isinstance(read, ParsedFeed):
        quiet, report, notices = _brought_nothing(claim, answer, read, on, by, now)
        on.store.save_quiet(claim, quiet.feed, notices, report.counts)
        return report
    assert not isinstance(answer, FetchFailed)  # a failed fetch is what was read
    if remembered is None:
        # Of a feed that was never read nothing is known; one that begins anew was.
        was_read = before.last_ok_at is not None
        remembered = (
            on.store.remembered(before.id, keys_of(before.id, read), now) if was_read else Remembered()
        )
    news = only_new(before, settings, read, remembered.known, now)
    settled = settled_after(before.id, read, news, remembered.known, remembered.open, found.settled)
    after = polled(before, settings, answer, read, news, now, by.cadence, on.random)
    notices = promise(source_events(before, after, now), by.receivers.values(), now)
    claimed = () if lease is None else _gone_on_with(claim, news, settings)
    hub = hub_of(answer, read, settings) if by.pushes and isinstance(answer, Document) else None
    with on.store.transaction() as tx:
        looked_for = tx.rereads(before.id, now) if news.known else {}
        reopened = tx.save_edited(edited(news.known, looked_for, now, by.edits))
        report = _with(notices, poll_report(after, read, news, reopened, claimed))
        if hub is not None:
            tx.name_hub(before.id, hub, new_path(hub, claim.token), now)
        if news.storm:
            tx.note_storm(before.id, now)
        anew = None if settled == found.settled else settled
        until = None if lease is None else now + lease
        counts = report.counts
        tx.save_poll(claim, after, news.entries, news.learned, notices, counts, anew, claimed, until)
    return report


def process(claim: Claim[Entry], on: Ports, by: Rules) -> Report:
    """Read an entry's article, match it, find its story, and promise the alerts that it is worth."""
    entry, settings = claim.row, by.feeds.get(claim.row.feed_id)
    answer = fetched(entry, settings, on)
    page = spared(entry, answer, on, by) or page_of(entry, answer, on)
    now = on.clock.now()
    later = postponed(entry, page, now, by.pages)
    if later is not None:
        return _postpone(claim, later, page, on)
    article = assemble(entry, page, carried(entry, page, on), now)
    matched = by.matcher.match(article.zones, article.language)
    lessons = lessons_from(article, matched, settings, by)
    with on.store.transaction() as tx:
        before = tx.reading(entry.id) if entry.read else None
        if before is not None:
            return _edited(claim, before, article, matched, tx, by, now, kept_page(answer, by))
        near = tx.stories_near(article, now - by.grouping.memory) if matched.matches else ()
        story = choose(article, near, now, by.grouping)
        about = {match.entity for match in matched.matches}
        # Of an article that names nobody no event tells.
        feed = tx.feed(entry.feed_id) if about else None
        standing = standing_of(tx, entry, feed, story, by, now, about)
        raised = raise_alerts(story, article, settings, matched, by.watchlists, standing, now)
        worth = written(entry, article, story, matched, raised, feed, by, now)
        report = process_report(worth, raised)
        pages = page_seen(tx.pages(entry.feed_id), article, by.cadence.health.pages) if page else None
        worth = replace(worth, pages=pages, contexts=taught(lessons, tx), page=kept_page(answer, by))
        tx.save_processed(claim, worth, report.counts)
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
        report = deliver_report(delivery, reply, attempt)
        tx.save_attempt(claim, attempt, after, notices, report.counts)
    return report


def _brought_nothing(
    claim: Claim[Feed],
    answer: FeedAnswer,
    read: NotModified | FetchFailed | ParseFailed | SandboxFailed,
    on: Ports,
    by: Rules,
    now: datetime,
) -> tuple[Quiet, Report, Sequence[Delivery]]:
    """Return what a poll that brought nothing, or failed, makes of its feed, with its report and notices."""
    before, settings, news = claim.row, by.feeds[claim.row.id], nothing_new()
    if isinstance(read, NotModified) and not isinstance(answer, FetchFailed):
        after = polled(before, settings, answer, read, news, now, by.cadence, on.random)
    else:
        assert not isinstance(read, NotModified)  # that is read in an answer
        after = missed(before, settings, read, now, by.cadence, on.random)
    notices = promise(source_events(before, after, now), by.receivers.values(), now)
    report = _with(notices, poll_report(after, read, news, 0))
    return Quiet(claim=claim, feed=after, counts=report.counts), report, notices


def _gone_on_with(claim: Claim[Feed], news: Novelty, settings: FeedSettings) -> Sequence[Claim[Entry]]:
    """Return claims of the entries that can be read at once: they visit no host, and are few."""
    pending = news.pending
    few = len(pending) <= CLAIMED_AT_MOST
    return tuple(claim.of_entry(each) for each in pending if few and not has_page(each, settings))


def _with(notices: Sequence[Delivery], report: Report) -> Report:
    """Return a report that does not pass over deliveries that were promised beside it."""
    return replace(report, due=None) if notices else report


def _edited(
    claim: Claim[Entry],
    before: Reading,
    article: Article,
    matched: Matched,
    tx: Tx,
    by: Rules,
    now: datetime,
    page: Document | None,
) -> Report:
    """Tell what an edit changed of an article that was read before, if anything that matters."""
    entry, settings = claim.row, by.feeds.get(claim.row.feed_id)
    edit = edit_of(before.article, before.matches, article, matched.matches)
    if edit is None:
        counts = {"reread": 1}
        tx.save_unchanged(claim, now, counts)
        return Report(step=Step.PROCESS, row=entry.id, outcome="unchanged", counts=counts)
    after = replace(article, revision=edit.revision)
    story = replace(before.story, revision=before.story.revision + 1)
    feed = tx.feed(entry.feed_id)
    standing = standing_of(tx, entry, feed, story, by, now)
    raised = raise_edit(story, after, edit, before.matches, settings, matched, by.watchlists, standing, now)
    worth = written(entry, after, story, matched, raised, feed, by, now, before.article)
    report = edit_report(worth, edit, raised)
    tx.save_processed(claim, replace(worth, page=page), report.counts)
    return report


def _put_off(claim: Claim[Feed], on: Ports) -> Report:
    """Leave a feed that is configured otherwise: a reload came in between, or another worker is ahead.

    What is fetched under old settings must not be stored with the new row's validators.
    """
    on.store.release(Step.POLL, claim.token, on.clock.now() + PUT_OFF, None, 0)
    return Report(step=Step.POLL, row=claim.row.id, outcome="put_off")


def _postpone(
    claim: Claim[Entry], later: Entry, page: Extracted | FetchFailed | SandboxFailed | None, on: Ports
) -> Report:
    with on.store.transaction() as tx:
        tx.save_postponed(claim, later)
    reason = page.reason if isinstance(page, FetchFailed) else None
    return Report(step=Step.PROCESS, row=later.id, outcome="postponed", reason=reason)


def _post(delivery: Delivery, receiver: Receiver | None, on: Ports, by: Rules) -> Reply:
    if receiver is None:
        return Reply(status=None, detail=f"receiver '{delivery.receiver}' is not configured")
    on.sender.await_turn(receiver)
    headers = headers_of(delivery, receiver, on.clock.now(), by.user_agent)
    return on.sender.post(receiver, headers, delivery.body)
