"""Laws of how many steps may work on one group at once."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.engine.limits import Limits

NO_PAUSE = timedelta(0)


def test_a_group_is_full_with_as_many_as_it_may_have() -> None:
    limits = Limits(2, NO_PAUSE)

    limits.enter("a", 0.0)
    one = (set(limits.full(0.0)), limits.free())
    limits.enter("a", 0.0)
    two = (set(limits.full(0.0)), limits.free())
    limits.leave("a")

    assert one == (set(), {"a": 1})
    assert two == ({"a"}, {})
    assert limits.full(0.0) == frozenset()


def test_a_group_rests_between_two_starts() -> None:
    limits = Limits(2, timedelta(seconds=1))

    limits.enter("a", 10.0)
    limits.leave("a")

    assert limits.full(10.99) == {"a"}
    assert limits.full(11.0) == frozenset()
    assert limits.free() == {}


def test_with_a_pause_one_row_is_claimed_at_a_time() -> None:
    assert Limits(4, timedelta(seconds=1)).per_claim == 1
    assert Limits(4, NO_PAUSE).per_claim == 4


def test_a_group_in_work_may_have_one_more_after_its_pause() -> None:
    limits = Limits(3, timedelta(seconds=1))

    limits.enter("a", 0.0)

    assert limits.full(2.0) == frozenset()
    assert limits.free() == {"a": 1}


def test_a_change_keeps_what_is_in_work() -> None:
    limits = Limits(2, NO_PAUSE)
    limits.enter("a", 0.0)

    limits.change(1, NO_PAUSE)

    assert limits.full(0.0) == {"a"}


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 4))
def test_whoever_obeys_never_has_more_in_work_than_allowed(groups: list[str], at_once: int) -> None:
    limits, working = Limits(at_once, NO_PAUSE), dict.fromkeys("abc", 0)

    for group in groups:
        if group in limits.full(0.0):
            limits.leave(group)
            working[group] -= 1
        else:
            limits.enter(group, 0.0)
            working[group] += 1

        assert all(0 <= count <= at_once for count in working.values())
        assert limits.free() == {each: at_once - n for each, n in working.items() if 0 < n < at_once}


def test_what_is_in_work_is_told_by_group() -> None:
    limits = Limits(2, timedelta(0))

    limits.enter("a", 0.0)
    limits.enter("a", 0.0)
    limits.enter("b", 0.0)
    limits.leave("b")

    assert {"a": 2} == limits.working()
