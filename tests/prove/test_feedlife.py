"""Lives of feeds that a random machine finds seldom, told step by step."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.prove.feedlife import MOMENTS, FeedLife
from tests.prove.outlets import Kind, Mood


@contextmanager
def life(kind: Kind, first: int = 4) -> Iterator[FeedLife]:
    machine = FeedLife()
    try:
        machine.begin(kind=kind, first=first)
        machine.polls(mood=Mood.WELL)
        yield machine
    finally:
        machine.teardown()


@pytest.mark.parametrize("kind", [Kind.KEPT, Kind.RENUMBERED])
def test_an_entry_may_change_one_mark_after_another(kind: Kind) -> None:
    with life(kind) as machine:
        for _ in range(3):
            machine.edits_a_title(pick=1)
            machine.polls(mood=Mood.WELL)
            machine.moves_a_page(pick=1)
            machine.polls(mood=Mood.WELL)

        assert machine.outlet.shown[1].edits == 6
        assert len(machine.ids) == 4


def test_a_title_may_change_while_all_guids_do() -> None:
    with life(Kind.CHURNING) as machine:
        for _ in range(3):
            machine.edits_a_title(pick=1)
            machine.polls(mood=Mood.WELL)

        assert len(machine.ids) == 4


def test_an_entry_that_is_numbered_anew_may_be_edited_later() -> None:
    with life(Kind.RENUMBERED) as machine:
        machine.renumbers_one(pick=1)
        machine.polls(mood=Mood.WELL)
        machine.edits_a_title(pick=1)
        machine.polls(mood=Mood.WELL)

        assert machine.outlet.shown[1].edits == 2
        assert len(machine.ids) == 4


@pytest.mark.parametrize("mark", ["guid", "link"])
def test_a_mark_on_two_entries_makes_them_no_one(mark: str) -> None:
    with life(Kind.KEPT) as machine:
        machine.uses_a_mark_twice(pick=1, mark=mark)
        machine.polls(mood=Mood.WELL)

        assert len(machine.ids) == 5


def test_a_kill_at_any_moment_of_a_poll_loses_no_entry_and_doubles_none() -> None:
    with life(Kind.GUIDLESS) as machine:
        for moment in range(1, MOMENTS + 1):
            machine.publishes(count=1)
            machine.polls_and_is_killed(at=moment)
        machine.polls(mood=Mood.WELL)

        assert len(machine.ids) == 4 + MOMENTS
