"""Laws of the engine where the store refuses, threads run out and clocks jump."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from monitor.engine.embedded import Embedded
from monitor.engine.lanes import LEASE, Lane, Upkeep
from monitor.engine.limits import Limits
from monitor.engine.perform import SHORTAGES, perform
from monitor.errors import SandboxBroken, StoreError
from monitor.ports import Claim, Step, Wanted
from tests.unit.engine.rows import DueRows, Journal, MovableClock, Row, eventually, refusal


class Refusing(DueRows):
    """Rows that cannot be claimed for the first `refusals` looks."""

    refusals = 0
    leases: tuple[timedelta, ...] = ()

    def claim(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Row]]:
        self.leases += (now + lease - self.clock.now(),)
        if self.refusals:
            self.refusals -= 1
            raise refusal()
        return super().claim(now, wanted, lease)


class Office:
    def __init__(self, step: Step = Step.POLL) -> None:
        self.clock, self.journal, self.set_back = MovableClock(), Journal(), threading.Event()
        self.rows = Refusing(self.clock)
        self.upkeep: tuple[Upkeep, ...] = ()
        self.limits = Limits(2, timedelta(0))
        self.step = step

    def engine(self) -> Embedded:
        lane = Lane(
            step=self.step,
            work=self.journal.work(self.step),
            claim=self.rows.claim,
            group_of=lambda row: row.group,
            limits=self.limits,
            threads=4,
        )
        return Embedded(
            [lane],
            self.rows.store(),
            self.clock,
            self.journal.observe,
            self.upkeep,
            clock_set_back=self.set_back.set,
        )


def test_a_pass_does_not_end_while_a_claim_was_refused() -> None:
    office = Office(Step.DELIVER)
    office.rows.add(Row(id="due"))
    office.rows.refusals = 3

    office.engine().drain(lambda: 0)

    assert office.journal.outcomes()["due"] == "done"


def test_a_pass_ends_with_an_error_where_the_store_refuses_for_good() -> None:
    office = Office(Step.DELIVER)
    office.rows.down = refusal()

    with pytest.raises(StoreError):
        office.engine().drain(lambda: 0)


def test_a_row_that_no_thread_can_work_on_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.rows.add(Row(id="first"))
    engine = office.engine()

    def no_thread(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as starved:
        starved.setattr(threading.Thread, "start", no_thread)
        quiet = engine._dispatch(lambda _: office.clock.now())

    assert not quiet
    assert not engine._in_work
    assert office.limits.full(0.0) == frozenset()
    assert ("-", "error") == (office.journal.reports[0].row, office.journal.reports[0].outcome)


def test_a_long_pass_takes_leases_that_last_as_long_as_any() -> None:
    office = Office()
    began = office.clock.now()
    office.clock.offset = timedelta(minutes=5)

    office.engine()._dispatch(lambda _: began)

    (lease,) = office.rows.leases
    assert abs(lease - LEASE) < timedelta(seconds=5)


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
def test_a_clock_that_is_set_back_is_told_and_one_put_forward_is_not(jump: timedelta) -> None:
    office = Office()
    stop = threading.Event()
    thread = threading.Thread(target=office.engine().run, args=(stop, timedelta(seconds=1)))
    thread.start()
    office.rows.add(Row(id="before"))
    eventually(lambda: "before" in office.journal.outcomes())

    office.clock.offset = jump
    office.rows.add(Row(id="after"))
    eventually(lambda: "after" in office.journal.outcomes())
    stop.set()
    thread.join(10)

    assert (jump < timedelta(0)) == office.set_back.is_set()


def test_upkeep_that_hangs_keeps_no_other_from_its_turn() -> None:
    office, release, turns = Office(), threading.Event(), threading.Event()
    stuck = [
        Upkeep(name=f"stuck{n}", every=timedelta(seconds=0.05), run=lambda: assert_set(release))
        for n in range(6)
    ]
    office.upkeep = (*stuck, Upkeep(name="pulse", every=timedelta(seconds=0.3), run=turns.set))
    stop = threading.Event()
    thread = threading.Thread(target=office.engine().run, args=(stop, timedelta(seconds=1)))
    thread.start()

    pulsed = turns.wait(5)
    release.set()
    stop.set()
    thread.join(10)

    assert pulsed


def assert_set(event: threading.Event) -> None:
    assert event.wait(20)


@pytest.mark.parametrize("shortage", [SandboxBroken("no process"), OSError(24, "too many open files")])
def test_what_the_machine_lacks_is_no_fault_of_the_row(shortage: Exception) -> None:
    rows, journal = DueRows(MovableClock()), Journal()

    def act(_: Row) -> None:
        raise shortage

    work = journal.work(Step.PROCESS, act)
    report = perform(
        Step.PROCESS,
        work,
        Claim(row=Row(id="r1"), token="t1"),
        rows.store(),
        rows.clock,
        journal.observe,
    )

    assert isinstance(shortage, SHORTAGES)
    assert ("error", "machine") == (report.outcome, report.reason)
    ((step, token, _, failed, _),) = rows.released
    assert (Step.PROCESS, "t1", None) == (step, token, failed)
