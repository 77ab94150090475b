"""Laws of the engine on one machine."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.engine import embedded, ticks
from monitor.engine.embedded import Embedded
from monitor.engine.lanes import LEASE, Lane, Upkeep
from monitor.engine.limits import Limits
from monitor.errors import LeaseLost
from monitor.ports import Step
from tests.unit.engine.rows import DueRows, Journal, MovableClock, Row, eventually, refusal

NO_PAUSE = timedelta(0)
PATIENCE = timedelta(seconds=10)


class Office:
    """An engine over one queue for each step, and a journal of what it did."""

    def __init__(self, *steps: Step, at_once: int = 2, pause: timedelta = NO_PAUSE, threads: int = 8) -> None:
        self.clock, self.journal = MovableClock(), Journal()
        self.rows = {step: DueRows(self.clock) for step in steps or (Step.POLL,)}
        self.acts: dict[Step, Callable[[Row], None]] = {}
        self.upkeep: list[Upkeep] = []
        self.set_back: list[float] = []
        self._limits, self._threads = Limits(at_once, pause), threads

    def engine(self) -> Embedded:
        lanes = [
            Lane(
                step=step,
                work=self.journal.work(step, self.acts.get(step, lambda _: None)),
                claim=rows.claim,
                group_of=lambda row: row.group,
                limits=self._limits,
                threads=self._threads,
            )
            for step, rows in self.rows.items()
        ]
        store = next(iter(self.rows.values())).store()
        return Embedded(
            lanes,
            store,
            self.clock,
            self.journal.observe,
            self.upkeep,
            lambda: self.set_back.append(time.monotonic()),
        )

    def pending(self) -> int:
        return sum(rows.pending() for rows in self.rows.values())

    @contextmanager
    def running(self) -> Iterator[Embedded]:
        engine, stop = self.engine(), threading.Event()
        thread = threading.Thread(target=engine.run, args=(stop, PATIENCE))
        thread.start()
        try:
            yield engine
        finally:
            stop.set()
            engine.wake()
            thread.join(15)
            assert not thread.is_alive()


def rows_of(group: str, number: int) -> list[Row]:
    return [Row(id=f"{group}{each}", group=group) for each in range(number)]


# ---- limits ------------------------------------------------------------------------------------


def test_a_group_has_no_more_in_work_than_allowed() -> None:
    office = Office(at_once=2)
    office.acts[Step.POLL] = lambda _: time.sleep(0.05)
    office.rows[Step.POLL].add(*rows_of("a", 8), *rows_of("b", 8))

    office.engine().drain(office.pending)

    assert len(office.journal.outcomes()) == 16
    assert office.journal.at_once == {"a": 2, "b": 2}


def test_a_group_rests_between_two_starts() -> None:
    office = Office(at_once=2, pause=timedelta(seconds=0.3))
    office.rows[Step.POLL].add(*rows_of("a", 4))

    office.engine().drain(office.pending)

    starts = sorted(at for _, at in office.journal.began)
    assert len(starts) == 4
    assert all(later - earlier >= 0.29 for earlier, later in pairwise(starts))


def test_steps_that_visit_the_same_host_share_its_limit() -> None:
    office = Office(Step.POLL, Step.PROCESS, at_once=1)
    office.acts = dict.fromkeys(office.rows, lambda _: time.sleep(0.05))
    for step, rows in office.rows.items():
        rows.add(*(Row(id=f"{step}{number}") for number in range(3)))

    office.engine().drain(office.pending)

    assert len(office.journal.outcomes()) == 6
    assert office.journal.at_once == {"a": 1}


def test_no_more_rows_are_claimed_than_threads_can_begin() -> None:
    office, release = Office(at_once=9, threads=2), threading.Event()
    office.acts[Step.POLL] = lambda _: assert_set(release)
    office.rows[Step.POLL].add(*rows_of("a", 5))

    with office.running():
        busy = eventually(lambda: len(office.journal.began) == 2)
        waiting = office.rows[Step.POLL].pending()
        release.set()
        done = eventually(lambda: len(office.journal.reports) == 5)

    assert (busy, waiting, done) == (True, 3, True)


def assert_set(event: threading.Event) -> None:
    assert event.wait(10)


def test_a_slow_group_delays_no_other() -> None:
    office, release = Office(at_once=2, threads=4), threading.Event()
    office.acts[Step.POLL] = lambda row: assert_set(release) if row.group == "slow" else None
    office.rows[Step.POLL].add(*rows_of("slow", 20))
    office.rows[Step.POLL].add(*rows_of("quick", 20))

    with office.running():
        done = eventually(lambda: len(office.journal.reports) == 20)
        groups = {report.row[:-1].rstrip("1") for report in office.journal.reports}
        release.set()
        rest = eventually(lambda: len(office.journal.reports) == 40)

    assert (done, groups, rest) == (True, {"quick"}, True)


def test_a_step_that_is_always_due_leaves_room_for_the_others_on_its_host() -> None:
    office = Office(Step.POLL, Step.PROCESS, at_once=1, threads=1)
    office.acts[Step.POLL] = office.rows[Step.POLL].add
    office.rows[Step.POLL].add(Row(id="always"))
    office.rows[Step.PROCESS].add(*rows_of("a", 3))

    with office.running():
        done = eventually(lambda: office.rows[Step.PROCESS].pending() == 0, 5)

    assert done


# ---- what goes wrong ---------------------------------------------------------------------------


def test_what_a_row_brings_about_ends_that_row_alone() -> None:
    office = Office()

    def act(row: Row) -> None:
        if row.id == "a0":
            raise LeaseLost("gone")
        if row.id == "a1":
            raise KeyError("bug")

    office.acts[Step.POLL] = act
    office.rows[Step.POLL].add(*rows_of("a", 4))

    office.engine().drain(office.pending)

    assert office.journal.outcomes() == {"a0": "lease_lost", "a1": "error", "a2": "done", "a3": "done"}
    assert [each[1] for each in office.rows[Step.POLL].released] == ["token-1"]


@pytest.mark.parametrize(("failure", "reason"), [(refusal(), "store"), (KeyError("bug"), "internal")])
def test_a_lane_that_cannot_claim_stops_neither_the_others_nor_itself(
    failure: Exception, reason: str
) -> None:
    office = Office(Step.POLL, Step.PROCESS)
    office.rows[Step.POLL].down = failure
    for rows in office.rows.values():
        rows.add(Row(id=f"row-{len(rows.leased)}"))
    office.rows[Step.POLL].add(Row(id="polled"))

    with office.running():
        other = eventually(lambda: office.journal.outcomes().get("row-0") == "done")
        told = [report for report in office.journal.reports if report.row == "-"]
        office.rows[Step.POLL].down = None
        itself = eventually(lambda: office.journal.outcomes().get("polled") == "done")

    assert (other, itself) == (True, True)
    assert {(report.step, report.outcome, report.reason) for report in told} == {(Step.POLL, "error", reason)}


def test_upkeep_that_fails_is_told_and_tried_again() -> None:
    office = Office()
    runs: list[int] = []

    def run() -> None:
        runs.append(1)
        raise ValueError("no heartbeat")

    office.upkeep.append(Upkeep(name="heartbeat", every=timedelta(seconds=0.05), run=run))

    with office.running() as engine:
        again = eventually(lambda: len(runs) >= 3)
        alive = engine.alive()

    assert (again, alive) == (True, True)
    report = office.journal.reports[0]
    assert (report.step, report.row, report.reason) == (Step.UPKEEP, "heartbeat", "internal")
    assert str(report.facts["detail"]).startswith("ValueError at monitor.engine.ticks:")


# ---- beginning and end -------------------------------------------------------------------------


def test_rows_that_fall_due_later_are_done_without_being_told() -> None:
    office = Office()
    office.rows[Step.POLL].add(Row(id="later"), after=timedelta(seconds=0.4))

    with office.running():
        done = eventually(lambda: "later" in office.journal.outcomes(), 3)

    assert done


def test_stop_lets_what_is_in_work_end_and_begins_nothing_new() -> None:
    office, began, release, stop = Office(), threading.Event(), threading.Event(), threading.Event()
    answers: list[bool] = []

    def act(_: Row) -> None:
        began.set()
        assert_set(release)

    office.acts[Step.POLL] = act
    office.rows[Step.POLL].add(Row(id="first"))
    engine = office.engine()
    thread = threading.Thread(target=lambda: answers.append(engine.run(stop, PATIENCE)))
    thread.start()
    assert_set(began)

    stop.set()
    engine.wake()
    office.rows[Step.POLL].add(Row(id="second", group="b"))
    release.set()
    thread.join(10)

    assert answers == [True]
    assert office.journal.outcomes().get("first") == "done"
    assert office.pending() + len(office.journal.began) == 2


def test_what_does_not_end_in_time_is_said() -> None:
    office, began, release, stop = Office(), threading.Event(), threading.Event(), threading.Event()

    def act(_: Row) -> None:
        began.set()
        stop.set()
        assert_set(release)

    office.acts[Step.POLL] = act
    office.rows[Step.POLL].add(Row(id="stuck"))
    at = time.monotonic()

    ended = office.engine().run(stop, timedelta(seconds=0.3))

    assert not ended
    assert time.monotonic() - at < 5
    release.set()
    assert eventually(lambda: "stuck" in office.journal.outcomes())


def test_drain_ends_where_nothing_is_due() -> None:
    office = Office()
    office.rows[Step.POLL].add(Row(id="tomorrow"), after=timedelta(days=1))

    office.engine().drain(lambda: 0)

    assert office.journal.reports == []


def test_drain_performs_what_follows() -> None:
    office = Office(Step.POLL, Step.PROCESS, Step.DELIVER)
    office.acts[Step.POLL] = lambda row: office.rows[Step.PROCESS].add(Row(id=f"{row.id}-entry"))
    office.acts[Step.PROCESS] = lambda row: office.rows[Step.DELIVER].add(Row(id=f"{row.id}-delivery"))
    office.rows[Step.POLL].add(Row(id="feed"))

    office.engine().drain(office.pending)

    assert set(office.journal.outcomes()) == {"feed", "feed-entry", "feed-entry-delivery"}


def test_drain_waits_for_entries_that_are_tried_again() -> None:
    office = Office(Step.PROCESS)
    office.rows[Step.PROCESS].add(Row(id="postponed"), after=timedelta(seconds=0.6))

    office.engine().drain(office.pending)

    assert office.journal.outcomes() == {"postponed": "done"}


def test_drain_polls_no_feed_twice() -> None:
    office = Office()
    office.acts[Step.POLL] = office.rows[Step.POLL].add
    office.rows[Step.POLL].add(Row(id="each second"))

    office.engine().drain(lambda: 0)

    assert len(office.journal.began) == 1


def test_drain_ends_its_threads_where_the_store_is_gone() -> None:
    office = Office()

    def pending() -> int:
        raise refusal()

    with pytest.raises(type(refusal())):
        office.engine().drain(pending)

    assert eventually(lambda: not [each for each in threading.enumerate() if "APScheduler" in each.name])


# ---- looks -------------------------------------------------------------------------------------


def test_who_took_all_that_was_due_is_not_asked_again_before_there_may_be_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "TICK", timedelta(hours=1))
    office = Office(at_once=2)
    office.journal.due = frozenset()
    office.rows[Step.POLL].add(Row(id="one"), Row(id="two", group="b"))

    with office.running():
        assert eventually(lambda: len(office.journal.outcomes()) == 2)
        again = eventually(lambda: office.rows[Step.POLL].looks > 1, seconds=0.5)

    assert not again


@pytest.mark.parametrize("groups", ["aaaaaaaa", "abcdefghijklmnop"], ids=["in its group", "in the lane"])
def test_what_found_no_room_is_asked_for_as_soon_as_there_is_some(
    groups: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TICK", timedelta(hours=1))
    office = Office(at_once=2, threads=4)
    office.journal.due = frozenset()
    office.rows[Step.POLL].add(*(Row(id=f"{number}", group=group) for number, group in enumerate(groups)))

    with office.running():
        assert eventually(lambda: len(office.journal.outcomes()) == len(groups))


# ---- time --------------------------------------------------------------------------------------


def test_leases_are_renewed_for_what_is_in_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "RENEW_EVERY", timedelta(seconds=0.05))
    office, release = Office(), threading.Event()
    office.acts[Step.POLL] = lambda row: assert_set(release) if row.id == "long" else None
    rows = office.rows[Step.POLL]
    rows.add(Row(id="short"))
    rows.add(Row(id="long", group="b"))

    with office.running():
        began = eventually(lambda: "short" in office.journal.outcomes() and len(office.journal.began) == 2)
        rows.renewed.clear()
        renewed = eventually(lambda: len(rows.renewed) >= 2)
        token = next(token for token, (row, _) in rows.leased.items() if row.id == "long")
        until = rows.leased[token][1]
        release.set()

    assert (began, renewed) == (True, True)
    assert set(rows.renewed) == {(Step.POLL, token)}
    assert until > office.clock.now() + LEASE / 2


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_jumps_stops_no_work(jump: timedelta) -> None:
    office = Office()

    office.rows[Step.POLL].add(Row(id="before"))

    with office.running():
        eventually(lambda: "before" in office.journal.outcomes())
        office.clock.offset = jump
        office.rows[Step.POLL].add(Row(id="after"))
        done = eventually(lambda: "after" in office.journal.outcomes(), 5)
        office.rows[Step.POLL].add(Row(id="again"))
        again = eventually(lambda: "again" in office.journal.outcomes(), 5)

    assert (done, again) == (True, True)
    assert len(office.set_back) == (jump < timedelta(0))


def test_a_clock_set_back_an_hour_runs_upkeep_that_would_wait_for_the_old_future() -> None:
    office = Office()
    runs: list[float] = []
    upkeep = Upkeep(name="digest", every=timedelta(hours=1), run=lambda: runs.append(time.monotonic()))
    office.upkeep.append(upkeep)
    office.rows[Step.POLL].add(Row(id="first"))

    with office.running():
        before = eventually(lambda: "first" in office.journal.outcomes()) and not runs
        office.clock.offset = timedelta(hours=-1)
        ran = eventually(lambda: runs, 5)

    assert (before, ran) == (True, True)


def test_an_upkeep_takes_another_rhythm_while_the_engine_runs() -> None:
    office = Office()
    runs: list[float] = []
    upkeep = Upkeep(name="heartbeat", every=timedelta(hours=1), run=lambda: runs.append(time.monotonic()))
    office.upkeep.append(upkeep)
    office.rows[Step.POLL].add(Row(id="first"))

    with office.running() as engine:
        eventually(lambda: "first" in office.journal.outcomes())
        engine.retime("heartbeat", timedelta(seconds=0.05))
        ran = eventually(lambda: len(runs) > 1, 5)

    assert ran


def test_an_upkeep_takes_another_rhythm_before_the_engine_runs_and_after() -> None:
    office = Office()
    runs: list[float] = []
    office.upkeep.append(
        Upkeep(name="heartbeat", every=timedelta(hours=1), run=lambda: runs.append(time.monotonic()))
    )
    engine, stop = office.engine(), threading.Event()

    engine.retime("heartbeat", timedelta(seconds=0.05))
    thread = threading.Thread(target=engine.run, args=(stop, PATIENCE))
    thread.start()
    ran = eventually(lambda: len(runs) > 1, 5)
    stop.set()
    thread.join(15)
    engine.retime("heartbeat", timedelta(hours=1))

    assert (ran, thread.is_alive()) == (True, False)


def test_an_engine_that_has_not_looked_around_for_long_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Office().engine()

    alive = engine.alive()
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)

    assert (alive, engine.alive()) == (True, False)
