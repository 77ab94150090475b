"""Laws of leases: work keeps its row, and a step that hangs does not keep it for ever."""

from datetime import timedelta

import pytest

from monitor.engine import leases
from monitor.engine.lanes import LEASE
from monitor.engine.leases import InWork
from monitor.ports import Step, Wanted
from tests.unit.engine.rows import DueRows, MovableClock, Row

ALL = Wanted(limit=9, at_once=9)


def test_what_is_in_work_keeps_its_lease_until_it_ends_or_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, in_work = MovableClock(), InWork()
    rows = DueRows(clock)
    rows.add(Row(id="a"), Row(id="b"))
    first, second = rows.claim(clock.now(), ALL, LEASE)
    in_work.begin(Step.POLL, [first, second])
    in_work.end(second)

    in_work.renew(rows.store(), clock)
    monkeypatch.setattr(leases, "AT_MOST", timedelta(0))
    in_work.renew(rows.store(), clock)

    assert [(Step.POLL, first.token)] == rows.renewed
    assert (1, 0) == (in_work.of(Step.POLL), in_work.of(Step.DELIVER))
    assert first in in_work
    assert second not in in_work
