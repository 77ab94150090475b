"""When a delivery may leave that goes to a receiver with a rate, real threads and the real clock."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.adapters.pace import Pace
from monitor.model import Rate, Receiver, ReceiverName


def receiver(name: str, rate: Rate | None) -> Receiver:
    return Receiver(name=ReceiverName(name), url="https://hooks.example/desk", rate=rate)


def moments(pace: Pace, to: Receiver, count: int) -> list[float]:
    """Send so many, all at once; return when each was let through, in seconds."""

    def passed(_: int) -> float:
        pace.await_turn(to)
        return time.monotonic()

    with ThreadPoolExecutor(count) as threads:
        return sorted(threads.map(passed, range(count)))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_was_held_up_and_comes_at_once_leaves_at_the_rate(count: int) -> None:
    pace, limited = Pace(), receiver("limited", Rate(count=count, per=timedelta(seconds=0.4)))

    began = time.monotonic()
    found = moments(pace, limited, 2 * count + 1)

    # Two rounds are waited for, however the machine stops a thread after it was let through.
    assert found[-1] - began >= 2 * 0.4
    assert found[count] - began >= 0.4


def test_receivers_wait_for_their_own_rate_only() -> None:
    pace, slow = Pace(), receiver("slow", Rate(count=1, per=timedelta(hours=1)))
    pace.await_turn(slow)

    began = time.monotonic()
    free = moments(pace, receiver("free", None), 9)
    other = moments(pace, receiver("other", Rate(count=9, per=timedelta(hours=1))), 9)

    assert max(*free, *other) - began < 5


def test_a_rate_that_was_made_stricter_holds_nothing_for_its_whole_time() -> None:
    pace = Pace(most=0.3)
    for _ in range(3):
        pace.await_turn(receiver("desk", Rate(count=3, per=timedelta(seconds=1))))

    began = time.monotonic()
    pace.await_turn(receiver("desk", Rate(count=1, per=timedelta(hours=1))))

    assert 0.3 <= time.monotonic() - began < 60
