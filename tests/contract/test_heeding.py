"""Answers that are heeded many at once leave what each would have left alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

import pytest

from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore
from monitor.errors import LeaseLost
from monitor.feeds.edits import watched
from monitor.feeds.parse import outline_feed, read_cut, read_marks
from monitor.matching.matcher import build_matcher
from monitor.model import (
    ArticleSource,
    Document,
    FailureReason,
    Feed,
    FeedId,
    FetchFailed,
    NotModified,
    Receiver,
    ReceiverName,
    Validators,
)
from monitor.pipeline import PUT_OFF, heed, heed_quiet, process, where_to_ask
from monitor.ports import Claim, FeedAnswer, Ports, Report, Step
from monitor.steps.rules import Rules
from tests.contract.store_rows import ALL, DAY, LEASE, NOW, processed, settings, story

OPS = Receiver(name=ReceiverName("ops"), url="https://ops.example/", events=("source.*",))
KNOWN, OTHER = b"<rss>known</rss>", b"<rss>other</rss>"
FAILED = FetchFailed(reason=FailureReason.TIMEOUT, detail="too late")


class Fixed:
    """A clock that stands, and dice that fall as ever."""

    def now(self) -> datetime:
        return NOW

    def random(self) -> float:
        return 0.5


def ports(store: SqlStore) -> Ports:
    nowhere = cast("Any", None)
    return Ports(
        fetcher=nowhere,
        sender=nowhere,
        sandbox=nowhere,
        store=store,
        clock=Fixed(),
        random=cast("Any", Fixed()),
    )


def rules(names: Sequence[str]) -> Rules:
    return Rules(
        feeds={FeedId(name): settings(name) for name in names},
        entities={},
        watchlists=(),
        receivers={OPS.name: OPS},
        matcher=build_matcher((), {}),
        user_agent="test",
    )


def document(body: bytes) -> Document:
    return Document(url="https://a.example/", content_type=None, body=body, validators=Validators(etag='"1"'))


def claims_of(store: SqlStore, names: Sequence[str]) -> list[Claim[Feed]]:
    """Return claims of feeds that were read before, of which those named 2 will be failing next."""
    store.sync_feeds([settings(name) for name in names], NOW)
    for claim in store.claim_feeds(NOW, ALL, LEASE):
        digest, failures = sha256(KNOWN).digest(), 2 * claim.row.id.endswith("2")
        read = replace(claim.row, body_digest=digest, failures=failures, first_polled_at=NOW, due_at=NOW)
        store.save_quiet(claim, read, (), {})
    return sorted(store.claim_feeds(NOW, ALL, LEASE), key=lambda claim: names.index(claim.row.id))


def left(feed: Feed | None) -> Feed:
    assert feed is not None
    return replace(feed, id=FeedId(""), shown_url="")


def test_what_is_heeded_together_is_left_as_by_each_alone(store: SqlStore) -> None:
    answers: list[FeedAnswer] = [
        NotModified(),
        document(KNOWN),
        FAILED,
        NotModified(validators=Validators(etag="x")),
    ]
    names = [f"{how}{number}" for how in ("some", "each") for number in range(len(answers) + 2)]
    claims = claims_of(store, names)
    half, on, by = len(names) // 2, ports(store), rules(names)
    # One document is new, and one feed was not asked: these are left to be heeded alone.
    given = [*answers, document(OTHER), None]

    together = heed_quiet(list(zip(claims[:half], given, strict=True)), on, by)
    alone = {
        at: heed(claim, answer, on, by)
        for at, (claim, answer) in enumerate(zip(claims[half:], answers, strict=False))
    }

    # What makes a feed fail has a notice, which is written with its poll alone.
    assert {0, 1, 3} == together.keys()
    assert [replace(alone[at], row="") for at in together] == [
        replace(each, row="") for each in together.values()
    ]
    with store.transaction() as tx:
        for at in together:
            assert left(tx.feed(claims[half + at].row.id)) == left(tx.feed(claims[at].row.id))
            assert claims[at].row.polls + 1 == left(tx.feed(claims[at].row.id)).polls
        assert {"polled": 7, "not_modified": 6, "failed": 1} == tx.tallies()
    assert 1 == store.status(NOW)["deliveries"]["pending"]


def test_what_was_claimed_by_another_meanwhile_is_left_out(store: SqlStore, other: SqlStore) -> None:
    names = ["one", "two", "three"]
    claims = claims_of(store, names)
    (taken,) = other.claim_feeds(NOW + LEASE, replace(ALL, limit=1), LEASE)
    other.close()

    done = heed_quiet([(claim, NotModified()) for claim in claims], ports(store), rules(names))

    assert set(names) - {taken.row.id} == {report.row for report in done.values()}


def test_a_feed_that_is_configured_otherwise_is_not_asked_but_put_off(store: SqlStore) -> None:
    (claim,) = claims_of(store, ["one"])
    moved = rules(["one"])
    moved = replace(moved, feeds={FeedId("one"): replace(settings("one"), shown_url="https://new.example/")})

    assert where_to_ask(claim, rules(["one"])) == settings("one").url
    assert where_to_ask(claim, moved) is None
    assert {} == heed_quiet([(claim, None)], ports(store), moved)
    assert "put_off" == heed(claim, None, ports(store), moved).outcome
    assert [] == list(store.claim_feeds(NOW + PUT_OFF - timedelta(milliseconds=1), ALL, LEASE))
    assert 1 == len(store.claim_feeds(NOW + PUT_OFF, ALL, LEASE))


def rss(*titles: str, more: str = "") -> Document:
    items = "".join(
        f"<item><title>{title}</title><link>https://a.example/{title}</link>{more}</item>" for title in titles
    )
    return document(f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode())


class Interrupted(InlineSandbox):
    """Has something happen before what is new of a feed is read, when it is known already what is."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    def run(self, task: Any, *args: Any, **kwargs: Any) -> Any:
        if task is read_cut:
            self._meanwhile()
        return super().run(task, *args, **kwargs)


class Counted(InlineSandbox):
    """Remembers what it was asked to do."""

    def __init__(self) -> None:
        self.tasks: list[Any] = []

    def run(self, task: Any, *args: Any, **kwargs: Any) -> Any:
        self.tasks.append(task)
        return super().run(task, *args, **kwargs)


def claim_at(store: SqlStore, now: datetime) -> Claim[Feed]:
    (claim,) = store.claim_feeds(now, ALL, LEASE)
    return claim


def test_what_was_known_when_a_feed_was_read_is_not_saved_where_another_read_it_meanwhile(
    store: SqlStore, other: SqlStore
) -> None:
    by, inline = rules(["one"]), InlineSandbox()
    store.sync_feeds([settings("one")], NOW)
    (first,) = store.claim_feeds(NOW, ALL, LEASE)
    heed(first, rss("a", "b"), replace(ports(store), sandbox=inline), by)
    later = NOW + DAY
    (claim,) = store.claim_feeds(later, ALL, LEASE)
    seen: list[Report] = []

    def meanwhile() -> None:
        (taken,) = other.claim_feeds(later + LEASE, ALL, LEASE)
        seen.append(heed(taken, rss("c", "d", "a", "b"), replace(ports(other), sandbox=inline), by))

    written_anew = rss("c", "a", "b", more="<comments/>")
    with pytest.raises(LeaseLost):
        heed(claim, written_anew, replace(ports(store), sandbox=Interrupted(meanwhile)), by)

    other.close()
    assert [2] == [report.facts["new"] for report in seen]
    with store.transaction() as tx:
        assert 4 == left(tx.feed(claim.row.id)).entries
        assert 2 == tx.tallies()["polled"]
    assert 2 == store.status(NOW)["entries"]["pending"]


def test_an_edit_of_what_is_in_work_is_read_later_though_the_feed_shows_it_as_at_the_last_poll(
    store: SqlStore,
) -> None:
    by, on = rules(["one"]), replace(ports(store), sandbox=InlineSandbox())
    store.sync_feeds([settings("one")], NOW)
    edited = rss("a", "b", more="<description>edited</description>")

    heed(claim_at(store, NOW), rss("b"), on, by)
    heed(claim_at(store, NOW + DAY), rss("a", "b"), on, by)
    # Its article is read, and matches, while the next poll finds another text.
    in_work = [claim for claim in store.claim_entries(NOW, ALL, LEASE) if claim.row.announced.title == "a"]
    heed(claim_at(store, NOW + 2 * DAY), edited, on, by)
    (work,) = in_work
    with store.transaction() as tx:
        tx.save_processed(work, processed(work.row, story("a"), reread=watched(work.row, NOW, by.edits)), {})
    again = replace(edited, body=edited.body.replace(b"<title>T<", b"<title>U<"))
    report = heed(claim_at(store, NOW + 3 * DAY), again, on, by)

    assert 1 == report.counts["reopened"]
    assert 2 == report.facts["announced"]


def test_of_a_document_that_changed_only_around_its_entries_nothing_is_asked_again(store: SqlStore) -> None:
    by, asked = rules(["one"]), Counted()
    on = replace(ports(store), sandbox=asked)
    store.sync_feeds([settings("one")], NOW)

    for day, title in enumerate(("T", "U", "V")):
        body = rss("a", "b").body.replace(b"<title>T<", f"<title>{title}<".encode())
        report = heed(claim_at(store, NOW + day * DAY), document(body), on, by)

    assert [read_marks, outline_feed, outline_feed] == asked.tasks
    assert (2, 0, False) == tuple(report.facts[name] for name in ("announced", "new", "gap"))
    with store.transaction() as tx:
        assert "V" == left(tx.feed(FeedId("one"))).title


def test_an_entry_that_links_to_the_page_of_one_that_stands_as_it_stood_is_another(store: SqlStore) -> None:
    by, on = rules(["one"]), replace(ports(store), sandbox=InlineSandbox())
    store.sync_feeds([settings("one")], NOW)
    both = rss("a", "b").body.replace(b"https://a.example/b", b"https://a.example/a")

    heed(claim_at(store, NOW), rss("a"), on, by)
    report = heed(claim_at(store, NOW + DAY), document(both), on, by)

    assert (2, 1) == (report.facts["announced"], report.facts["new"])


def due_after(store: SqlStore, report: Report, now: datetime) -> set[Step]:
    """Return the steps that have rows due, which are taken for good; a report must name them."""
    found: set[Step] = set()
    for step, rows in (
        (Step.PROCESS, store.claim_entries(now, ALL, 99 * DAY)),
        (Step.DELIVER, store.claim_deliveries(now, ALL, 99 * DAY)),
    ):
        assert not rows or report.due is None or step in report.due
        if rows:
            found.add(step)
    return found


@pytest.mark.parametrize(
    ("articles", "names", "held"),
    [
        (ArticleSource.FEED, "bcd", 3),
        (ArticleSource.FEED, "bcdefghi", 8),
        # They are read side by side, or visit hosts whose limits are the engine's.
        (ArticleSource.FEED, "bcdefghij", 0),
        (ArticleSource.PAGE, "bcd", 0),
    ],
)
def test_whoever_goes_on_with_a_poll_holds_a_few_new_entries_that_visit_nobody(
    store: SqlStore, other: SqlStore, articles: ArticleSource, names: str, held: int
) -> None:
    on = replace(ports(store), sandbox=InlineSandbox())
    by = replace(rules(["one"]), feeds={FeedId("one"): settings("one", articles=articles)})
    store.sync_feeds([settings("one")], NOW)
    heed(claim_at(store, NOW), rss("a"), on, by)

    report = heed(claim_at(store, NOW + DAY), rss("a", *names), on, by, LEASE)
    left_to_others = other.claim_entries(NOW, ALL, LEASE)
    outcomes = [process(claim, on, by).outcome for claim in report.claimed]

    assert (held, len(names) - held) == (len(report.claimed), len(left_to_others))
    assert (frozenset() if held else {Step.PROCESS}) == report.due
    assert ["no_match"] * held == outcomes
    status = store.status(NOW)
    assert (len(names) - held, held) == (status["entries"]["pending"], status["articles"])


def test_a_poll_says_for_which_steps_it_made_rows_due(store: SqlStore) -> None:
    by, on = rules(["one"]), replace(ports(store), sandbox=InlineSandbox())
    store.sync_feeds([settings("one")], NOW)
    titled = rss("a", "b").body.replace(b"<title>T<", b"<title>U<")
    answers: list[FeedAnswer] = [rss("a"), rss("a", "b"), document(titled), NotModified(), *[FAILED] * 3]
    answers.append(NotModified())
    named: list[frozenset[Step] | None] = []
    made: list[set[Step]] = []

    for day, answer in enumerate(answers):
        report = heed(claim_at(store, NOW + day * DAY), answer, on, by)
        named.append(report.due)
        made.append(due_after(store, report, NOW + day * DAY))

    process, nothing = frozenset({Step.PROCESS}), frozenset[Step]()
    # A first poll has nothing processed, by its policy.
    assert [nothing, process, nothing, nothing, None, None, None, None] == named
    assert [nothing, process, nothing, nothing, nothing, nothing, {Step.DELIVER}, {Step.DELIVER}] == made
