"""Laws of steps that ask the world first: no thread waits, and what brings nothing is done together."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.engine.embedded import Embedded
from monitor.engine.lanes import Asking, Lane
from monitor.engine.limits import Limits
from monitor.ports import Claim, Report, Step
from tests.unit.engine.rows import DueRows, Journal, MovableClock, Row, eventually

NOTHING, NEWS = "nothing", "news"


class Office:
    """An engine whose rows are asked; answers that are `withheld` come when a test lets them go."""

    def __init__(self, threads: int = 8) -> None:
        self.clock, self.journal = MovableClock(), Journal()
        self.rows = DueRows(self.clock)
        self.answers: dict[str, str] = {}
        self.withheld: frozenset[str] = frozenset()
        self.let_go: dict[str, Callable[[], None]] = {}
        self.together: list[Sequence[str]] = []
        self.breaks: BaseException | None = None
        self.cannot_be_asked: frozenset[str] = frozenset()
        self.limits = Limits(threads, timedelta(0))
        self.brings: Sequence[Claim[Any]] = ()
        self.read: Callable[[Claim[Row]], Report] = self._never
        self._threads = threads
        self._alone = self.journal.work(Step.POLL)

    def engine(self) -> Embedded:
        lane = Lane(
            step=Step.POLL,
            work=self._never,
            claim=self.rows.claim,
            group_of=lambda row: row.group,
            limits=self.limits,
            threads=self._threads,
            asking=Asking(
                ask=self._ask,
                heed_quiet=self._heed_quiet,
                heed=lambda claim, _: replace(self._alone(claim), claimed=self.brings),
            ),
        )
        entries = replace(lane, step=Step.PROCESS, work=self._read, claim=lambda *_: (), asking=None)
        return Embedded([lane, entries], self.rows.store(), self.clock, self.journal.observe, ())

    @contextmanager
    def running(self) -> Iterator[list[bool]]:
        engine, stop, ended = self.engine(), threading.Event(), list[bool]()
        thread = threading.Thread(target=lambda: ended.append(engine.run(stop, timedelta(seconds=10))))
        thread.start()
        try:
            yield ended
        finally:
            stop.set()
            engine.wake()
            thread.join(15)
            assert not thread.is_alive()

    def done_alone(self) -> set[str]:
        return {row for row, _ in self.journal.began}

    def _read(self, claim: Claim[Row]) -> Report:
        return self.read(claim)

    def _never(self, _: Claim[Row]) -> Report:
        raise AssertionError

    def _ask(self, claim: Claim[Row], answered: Callable[[str], None]) -> None:
        if claim.row.id in self.cannot_be_asked:
            raise ValueError("a bug")
        answer = self.answers.get(claim.row.id, NOTHING)
        if claim.row.id in self.withheld:
            self.let_go[claim.row.id] = lambda: answered(answer)
        else:
            answered(answer)

    def _heed_quiet(self, those: Sequence[tuple[Claim[Row], Any]]) -> Mapping[int, Report]:
        if self.breaks:
            raise self.breaks
        self.together.append([claim.row.id for claim, _ in those])
        return {
            at: Report(step=Step.POLL, row=claim.row.id, outcome="not_modified")
            for at, (claim, answer) in enumerate(those)
            if answer == NOTHING
        }


def rows_of(number: int) -> list[Row]:
    return [Row(id=f"row{each}", group=f"group{each}") for each in range(number)]


def test_answers_that_bring_nothing_are_heeded_together_and_each_other_one_alone() -> None:
    office = Office()
    office.answers = {"row3": NEWS, "row5": NEWS}
    office.rows.add(*rows_of(8))

    office.engine().drain(office.rows.pending)

    assert {"row3", "row5"} == office.done_alone()
    outcomes = office.journal.outcomes()
    assert {"row3": "done", "row5": "done"} == {row: each for row, each in outcomes.items() if each == "done"}
    assert 8 == len(office.journal.reports) == len(outcomes)
    # The dispatcher asks all eight before the first is heeded, or nearly so.
    assert 8 == sum(map(len, office.together))
    assert len(office.together) < 8


def test_an_answer_that_is_slow_holds_back_no_other_and_no_thread() -> None:
    office = Office(threads=4)
    office.withheld = frozenset(("row0", "row1", "row2"))
    office.rows.add(*rows_of(20))

    with office.running():
        others = eventually(lambda: len(office.journal.reports) == 17)
        for let_go in office.let_go.values():
            let_go()
        all_of_them = eventually(lambda: len(office.journal.reports) == 20)

    assert (others, all_of_them) == (True, True)
    assert {"not_modified"} == set(office.journal.outcomes().values())


def test_what_is_asked_counts_against_the_limits_until_it_is_heeded() -> None:
    office = Office(threads=2)
    office.withheld = frozenset(("row0", "row1"))
    office.rows.add(*(Row(id=f"row{number}") for number in range(4)))

    with office.running():
        asked = eventually(lambda: len(office.let_go) == 2)
        working, waiting = office.limits.working(), office.rows.pending()
        for let_go in office.let_go.values():
            let_go()
        done = eventually(lambda: len(office.journal.reports) == 4)

    assert (asked, done) == (True, True)
    assert ({"a": 2}, 2) == (working, waiting)
    assert {} == office.limits.working()


def test_what_fails_together_is_done_by_each_alone() -> None:
    office = Office()
    office.breaks = KeyError("bug")
    office.rows.add(*rows_of(8))

    office.engine().drain(office.rows.pending)

    assert {f"row{number}" for number in range(8)} == office.done_alone()
    assert {"done"} == set(office.journal.outcomes().values())


def test_a_row_that_cannot_be_asked_fails_alone() -> None:
    office = Office()
    office.cannot_be_asked = frozenset({"b"})
    office.rows.add(Row(id="a"), Row(id="b"), Row(id="c", group="c"))

    with office.running():
        assert eventually(lambda: len(office.journal.reports) == 3)

    assert {"a": "not_modified", "b": "error", "c": "not_modified"} == office.journal.outcomes()
    assert ["b"] == [office.rows.leased[token][0].id for _, token, *_ in office.rows.released]
    assert frozenset() == office.limits.full(0.0)


def test_a_row_that_no_thread_can_go_on_with_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    office.answers = {"row0": NEWS}
    office.withheld = frozenset(("row0",))
    office.rows.add(*rows_of(1))
    start = threading.Thread.start

    def no_thread(thread: threading.Thread) -> None:
        if thread.name.startswith("poll"):
            raise RuntimeError("can't start new thread")
        start(thread)

    with office.running():
        assert eventually(lambda: "row0" in office.let_go)
        with monkeypatch.context() as starved:
            starved.setattr(threading.Thread, "start", no_thread)
            office.let_go["row0"]()
            freed = eventually(lambda: office.limits.working() == {})
        office.rows.add(Row(id="later"))
        later = eventually(lambda: "later" in office.journal.outcomes())

    assert (freed, later) == (True, True)
    assert [] == [report for report in office.journal.reports if report.row == "row0"]


def test_what_is_left_of_a_poll_that_was_broken_off_is_left_to_its_leases() -> None:
    office, reading, seen = Office(), threading.Event(), list[str]()
    office.answers = {"row0": NEWS}
    office.rows.add(*rows_of(1))
    found = [Claim(row=Row(id=name), token=name) for name in ("first", "second")]

    def read(claim: Claim[Row]) -> Report:
        seen.append(claim.row.id)
        reading.set()
        raise SystemExit

    office.brings, office.read = found, read

    with office.running() as ended:
        assert reading.wait(20)

    # Nothing is in work any more: the engine ended in time.
    assert (["first"], [True]) == (seen, ended)
