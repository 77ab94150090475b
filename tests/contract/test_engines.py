"""Laws that hold for every engine, on a real store: who runs the steps must not matter to what they do."""

import gc
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from monitor.adapters.clock import SystemClock
from monitor.adapters.store import SqlStore, open_store, server_of
from monitor.engine.distributed import Distributed
from monitor.engine.embedded import Embedded
from monitor.engine.lanes import Lane, Upkeep
from monitor.engine.limits import Limits
from monitor.engine.queue import prepare
from monitor.model import Entry, Feed
from monitor.ports import Claim, Report, Server, Step, Wanted
from monitor.text.urls import host_of
from tests.contract.store_rows import ALL, LEASE, entry, ids, settings
from tests.unit.engine.rows import eventually

# A worker that is stopped while its listener is still connecting leaves a session to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function BaseConnection.__del__:pytest.PytestUnraisableExceptionWarning"
)

NO_PAUSE = timedelta(0)
HOUR = timedelta(hours=1)
ENGINES = ("embedded", "procrastinate")


class Office:
    """An engine that polls feeds, each of which is then due in an hour; and a journal of what it did."""

    def __init__(self, store: SqlStore, server: Server, kind: str) -> None:
        self.store, self.server, self.kind = store, server, kind
        self.at_once, self.pause = 2, NO_PAUSE
        self.act: Callable[[Feed], None] = lambda _: None
        self.upkeep: list[Upkeep] = []
        self.announces = False
        self.claimed: list[str] = []
        self.read: list[str] = []
        self.act_on_entry: Callable[[Entry], None] = lambda _: None
        self.began: list[tuple[str, float]] = []
        self.ended: list[str] = []
        self.reports: list[Report] = []
        self.most: Counter[str] = Counter()
        self._working: Counter[str] = Counter()
        self._lock = threading.Lock()

    def feeds(self, *names: tuple[str, str]) -> None:
        self.store.sync_feeds(
            [settings(name, host) for name, host in names], datetime.now(UTC) - timedelta(minutes=1)
        )

    def engine(self) -> Embedded | Distributed:
        lane = Lane(
            step=Step.POLL,
            work=self._work,
            claim=self.store.claim_feeds,
            group_of=lambda feed: feed.shown_url.split("/")[2],
            limits=Limits(self.at_once, self.pause),
            threads=8,
        )
        entries = Lane(
            step=Step.PROCESS,
            work=self._read,
            claim=self._claim_entries,
            group_of=lambda entry: entry.host,
            limits=Limits(self.at_once, self.pause),
            threads=8,
        )
        common = ([lane, entries], self.store, SystemClock(), self._observe, self.upkeep)
        if self.kind == "embedded":
            return Embedded(*common)
        return Distributed(*common, self.server)

    @contextmanager
    def running(self, engines: int = 1) -> Iterator[list[bool]]:
        stop, ended = threading.Event(), list[bool]()
        threads = [
            threading.Thread(target=lambda: ended.append(self.engine().run(stop, timedelta(seconds=10))))
            for _ in range(engines)
        ]
        for thread in threads:
            thread.start()
        try:
            yield ended
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
            assert not any(thread.is_alive() for thread in threads)

    def _work(self, claim: Claim[Feed]) -> Report:
        host = claim.row.shown_url.split("/")[2]
        with self._lock:
            self.began.append((claim.row.id, time.monotonic()))
            self._working[host] += 1
            self.most[host] = max(self.most[host], self._working[host])
        try:
            self.act(claim.row)
            held = [claim.of_entry(entry(claim.row.id, claim.row.id))] if self.announces else []
            self._save(claim, held)
            self.ended.append(claim.row.id)
        finally:
            with self._lock:
                self._working[host] -= 1
        return Report(step=Step.POLL, row=claim.row.id, outcome="ok", claimed=held)

    def _save(self, claim: Claim[Feed], held: Sequence[Claim[Entry]]) -> None:
        now = datetime.now(UTC)
        if not held:
            self.store.release(Step.POLL, claim.token, now + HOUR, None, 0)
            return
        after, new = replace(claim.row, due_at=now + HOUR), [each.row for each in held]
        with self.store.transaction() as tx:
            tx.save_poll(claim, after, new, {}, (), {}, None, held, now + LEASE)

    def _read(self, claim: Claim[Entry]) -> Report:
        self.read.append(claim.row.id)
        self.act_on_entry(claim.row)
        with self.store.transaction() as tx:
            tx.save_postponed(claim, replace(claim.row, due_at=datetime.now(UTC) + HOUR))
        return Report(step=Step.PROCESS, row=claim.row.id, outcome="ok")

    def _claim_entries(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Entry]]:
        claims = self.store.claim_entries(now, wanted, lease)
        self.claimed += ids(claims)
        return claims

    def _observe(self, report: Report, seconds: float) -> None:
        assert seconds >= 0
        self.reports.append(report)


@pytest.fixture(params=ENGINES)
def office(request: pytest.FixtureRequest, database: str) -> Iterator[Office]:
    server = server_of(database)
    if request.param == "procrastinate":
        prepare(server)
    store = open_store(database, owner="one")
    yield Office(store, server, request.param)
    store.close()
    gc.collect()


def spread(count: int) -> list[tuple[str, str]]:
    return [(f"feed{number}", f"host{number % 5}.example") for number in range(count)]


def test_a_step_goes_on_with_what_it_claimed_besides_each_once(office: Office) -> None:
    office.announces = True
    office.feeds(*spread(20))

    with office.running():
        assert eventually(lambda: len(office.read) >= 20)

    assert {f"en_feed{number}" for number in range(20)} == set(office.read)
    assert (20, []) == (len(office.read), office.claimed)
    assert {"ok"} == {report.outcome for report in office.reports}
    assert 20 == sum(report.step is Step.PROCESS for report in office.reports)


def test_what_a_step_goes_on_with_fails_alone(office: Office) -> None:
    def act(row: Entry) -> None:
        if row.id == "en_feed1":
            raise KeyError("a bug")

    office.announces, office.act_on_entry = True, act
    office.feeds(*spread(3))

    with office.running():
        assert eventually(lambda: len(office.reports) >= 6)

    outcomes = {(report.step, report.row): report.outcome for report in office.reports}
    assert {(Step.PROCESS, "en_feed1")} == {row for row, outcome in outcomes.items() if outcome == "error"}
    later = datetime.now(UTC) + 2 * HOUR
    assert 3 == len(office.store.claim_entries(later, ALL, LEASE))


def test_all_that_is_due_is_done_once(office: Office) -> None:
    office.feeds(*spread(40))

    with office.running():
        assert eventually(lambda: len(office.ended) >= 40)

    assert {1} == set(Counter(office.ended).values())
    assert 40 == len(office.ended)
    assert {"ok"} == {report.outcome for report in office.reports}


def test_what_falls_due_later_is_done_without_being_told(office: Office) -> None:
    with office.running():
        office.feeds(*spread(3))

        assert eventually(lambda: len(office.ended) == 3)


def test_a_host_has_no_more_in_work_than_allowed(office: Office) -> None:
    visits: Counter[str] = Counter()
    meetings: dict[str, threading.Barrier] = defaultdict(lambda: threading.Barrier(2))
    counting = threading.Lock()

    def act(feed: Feed) -> None:
        host = host_of(feed.shown_url)
        with counting:
            visits[host] += 1
            # The first two at a host wait for each other.
            meeting = meetings[host] if visits[host] <= 2 else None
        if meeting:
            meeting.wait(20)
        time.sleep(0.02)

    office.act = act
    office.feeds(*spread(40))

    with office.running():
        assert eventually(lambda: len(office.ended) == 40)

    assert {2} == set(office.most.values())


def test_visits_to_a_host_begin_a_pause_apart(office: Office) -> None:
    office.pause = timedelta(milliseconds=400)
    office.feeds(*((f"feed{number}", "host.example") for number in range(4)))

    with office.running():
        assert eventually(lambda: len(office.ended) == 4)

    times = [at for _, at in office.began]
    assert all(after - before >= 0.39 for before, after in pairwise(times))


def test_a_row_that_breaks_harms_no_other(office: Office) -> None:
    def act(feed: Feed) -> None:
        if feed.id == "feed3":
            raise ValueError("a bug")

    office.act = act
    office.feeds(*spread(10))

    with office.running():
        assert eventually(lambda: len(office.ended) == 9 and len(office.reports) == 10)

    assert {"feed3": "internal"} == {each.row: each.reason for each in office.reports if each.reason}


def test_a_stop_lets_what_is_in_work_end_and_gives_back_the_rest(office: Office) -> None:
    working, go_on = threading.Event(), threading.Event()

    def act(_: Feed) -> None:
        working.set()
        assert go_on.wait(20)

    office.act, office.at_once = act, 1
    office.feeds(*((f"feed{number}", "host.example") for number in range(5)))

    with office.running() as ended:
        assert working.wait(20)
        threading.Timer(0.3, go_on.set).start()

    left = office.store.claim_feeds(datetime.now(UTC), ALL, LEASE)
    assert ([True], 1, 4) == (ended, len(office.ended), len(left))


def test_a_stop_does_not_wait_for_ever(office: Office) -> None:
    working, go_on = threading.Event(), threading.Event()

    def act(_: Feed) -> None:
        working.set()
        go_on.wait(20)

    office.act = act
    office.feeds(("feed", "host.example"))
    stop, engine = threading.Event(), office.engine()
    threading.Thread(target=lambda: stop.set() if working.wait(20) else None).start()

    ended = engine.run(stop, timedelta(seconds=0.5))

    go_on.set()
    assert not ended


def test_upkeep_is_done_in_its_rhythm(office: Office) -> None:
    runs: list[float] = []
    office.upkeep.append(
        Upkeep(name="beat", every=timedelta(seconds=0.05), run=lambda: runs.append(time.monotonic()))
    )

    with office.running():
        assert eventually(lambda: len(runs) >= 3)
