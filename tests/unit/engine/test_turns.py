"""Laws of lanes that share a host, and of what a reload changes while they run."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from monitor.engine import embedded
from monitor.engine.lanes import Upkeep
from monitor.engine.limits import Limits
from monitor.ports import Claim, Step, Wanted
from tests.unit.engine.rows import Row, eventually
from tests.unit.engine.test_embedded import Office


def test_a_feed_that_is_always_due_and_the_pages_of_its_host_take_turns() -> None:
    office = Office(Step.POLL, Step.PROCESS, at_once=1, pause=timedelta(milliseconds=50))
    office.acts[Step.POLL] = office.rows[Step.POLL].add
    office.rows[Step.POLL].add(Row(id="feed"))
    office.rows[Step.PROCESS].add(*(Row(id=f"page {number}") for number in range(4)))

    with office.running():
        eventually(lambda: len(office.journal.outcomes()) == 5)

    began = ["feed" if name == "feed" else "page" for name, _ in office.journal.began]
    assert began[:8] in (["feed", "page"] * 4, ["page", "feed"] * 4)


@pytest.mark.parametrize("due", [frozenset(), frozenset({Step.POLL})])
def test_steps_that_brought_a_lane_nothing_do_not_have_it_asked_that_had_nothing(
    due: frozenset[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TICK", timedelta(hours=1))
    office = Office(Step.POLL, Step.PROCESS, threads=2)
    office.journal.due = due
    office.rows[Step.POLL].add(*(Row(id=f"feed {each}", group=f"{each}") for each in range(20)))
    asked: list[datetime] = []
    claim = office.rows[Step.PROCESS].claim

    def counted(now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Row]]:
        asked.append(now)
        return claim(now, wanted, lease)

    monkeypatch.setattr(office.rows[Step.PROCESS], "claim", counted)
    with office.running() as engine:
        all_done = eventually(lambda: len(office.journal.outcomes()) == 20)
        times = len(asked)
        office.rows[Step.PROCESS].add(Row(id="page"))
        engine.wake()
        woken = eventually(lambda: "page" in office.journal.outcomes())

    assert all_done
    assert 1 == times
    assert woken


@pytest.mark.parametrize("due", [None, frozenset({Step.PROCESS})])
def test_what_a_step_brings_is_begun_without_waiting_for_a_tick(
    due: frozenset[Step] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "TICK", timedelta(hours=1))
    office = Office(Step.POLL, Step.PROCESS)
    office.journal.due = due
    office.acts[Step.POLL] = lambda row: office.rows[Step.PROCESS].add(Row(id=f"page of {row.id}"))

    office.rows[Step.POLL].add(*(Row(id=each) for each in ("a", "b", "c")))
    with office.running():
        begun = eventually(
            lambda: {"page of a", "page of b", "page of c"} <= office.journal.outcomes().keys()
        )

    assert begun


def test_an_upkeep_can_be_given_another_rhythm_while_the_engine_runs() -> None:
    done: list[str] = []
    office = Office()
    office.upkeep = [Upkeep(name="beat", every=timedelta(hours=1), run=lambda: done.append("beat"))]

    with office.running() as engine:
        eventually(lambda: engine.alive() and not done, 0.5)
        office.rows[Step.POLL].add(Row(id="started"))
        eventually(lambda: "started" in office.journal.outcomes())
        engine.retime("beat", timedelta(milliseconds=50))
        beaten = eventually(lambda: len(done) >= 3)

    assert beaten


def test_a_group_with_a_number_of_its_own_has_that_many_from_the_first_claim_on() -> None:
    limits = Limits(4, timedelta(0), {"slow": 1, "fast": 9})

    before = limits.free()
    limits.enter("slow", 0.0)
    limits.enter("fast", 0.0)

    assert {"slow": 1, "fast": 9} == before
    assert {"slow"} == limits.full(0.0)
    assert {"fast": 8} == limits.free()


def test_limits_that_change_count_what_is_in_work_already() -> None:
    limits = Limits(3, timedelta(0))
    limits.enter("a", 0.0)
    limits.enter("a", 0.0)

    limits.change(2, timedelta(0))

    assert {"a"} == limits.full(0.0)
    assert 2 == limits.per_claim
