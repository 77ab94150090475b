"""Laws of working on one row."""

import pytest

from monitor.engine.perform import GIVE_UP_AFTER, RETRY_AFTER_BUG, perform
from monitor.errors import LeaseLost, StoreError
from monitor.ports import Claim, Report, Step
from tests.unit.engine.rows import NOON, DueRows, Journal, MovableClock, Row, refusal

CLAIM = Claim(row=Row(id="r1"), token="t1")


class StoppedClock(MovableClock):
    def now(self):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return NOON


def performed(failure: Exception | None, rows: DueRows, journal: Journal) -> Report:
    def act(_: Row) -> None:
        if failure:
            raise failure

    return perform(
        Step.PROCESS,
        journal.work(Step.PROCESS, act),
        CLAIM,
        rows.store(),
        rows.clock,
        journal.observe,
    )


def test_a_report_is_observed_once() -> None:
    rows, journal = DueRows(StoppedClock()), Journal()

    report = performed(None, rows, journal)

    assert report == Report(step=Step.PROCESS, row="r1", outcome="done")
    assert journal.reports == [report]
    assert rows.released == []


def test_a_lost_lease_is_left_to_its_new_holder() -> None:
    rows, journal = DueRows(StoppedClock()), Journal()

    report = performed(LeaseLost("gone"), rows, journal)

    assert report == Report(step=Step.PROCESS, row="r1", outcome="lease_lost")
    assert (journal.reports, rows.released) == ([report], [])


def test_a_store_that_does_not_answer_leaves_the_row_to_its_lease() -> None:
    rows, journal = DueRows(StoppedClock()), Journal()

    report = performed(refusal(), rows, journal)

    assert (report.outcome, report.reason) == ("error", "store")
    assert report.facts == {"detail": "StoreError: the disk is full"}
    assert rows.released == []


def test_a_bug_fails_the_row_and_lets_it_rest() -> None:
    rows, journal = DueRows(StoppedClock()), Journal()

    report = performed(ZeroDivisionError("CANARY"), rows, journal)

    assert (report.outcome, report.reason) == ("error", "internal")
    assert str(report.facts["detail"]).startswith("ZeroDivisionError at monitor.engine.perform:")
    assert "CANARY" not in str(report)
    assert rows.released == [
        (Step.PROCESS, "t1", NOON + RETRY_AFTER_BUG, report.facts["detail"], GIVE_UP_AFTER)
    ]
    assert journal.reports == [report]


@pytest.mark.parametrize("down", [StoreError("closed"), RuntimeError("a second bug")])
def test_a_bug_is_told_even_where_the_row_cannot_be_given_back(down: Exception) -> None:
    rows, journal = DueRows(StoppedClock(), down=down), Journal()

    report = performed(KeyError("x"), rows, journal)

    assert report.reason == "internal"
    assert journal.reports == [report]
