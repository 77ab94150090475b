"""The event loop in a thread: who waits gets what its coroutine gives, whatever becomes of the loop."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.adapters.loop import LoopThread
from tests.servers import wait_until


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    opened = LoopThread("loop")
    yield opened
    opened.close(nothing())


async def nothing() -> None:
    return


async def doubled(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


def test_each_of_many_threads_gets_its_own_result(loop: LoopThread) -> None:
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda number: loop.run(doubled(number)), range(2_000)))

    assert [2 * number for number in range(2_000)] == found


def test_what_a_coroutine_raises_is_raised_where_it_is_waited_for(loop: LoopThread) -> None:
    async def failing() -> None:
        raise TimeoutError("late")

    with pytest.raises(TimeoutError, match="late"):
        loop.run(failing())


def test_who_does_not_wait_is_called_once_however_it_ends() -> None:
    loop, ends = LoopThread("loop"), list[asyncio.Task[int]]()

    async def failing() -> int:
        raise TimeoutError("late")

    async def endless() -> int:
        await asyncio.Event().wait()
        return 0

    for coroutine in (doubled(1), failing(), endless()):
        loop.start(coroutine, ends.append)
    assert wait_until(lambda: len(ends) == 2)
    loop.close(nothing())

    results = [task.result() for task in ends if not task.cancelled() and task.exception() is None]
    failures = [type(task.exception()) for task in ends if not task.cancelled() and task.exception()]
    assert ([2], [TimeoutError], 3) == (results, failures, len(ends))
    with pytest.raises(asyncio.CancelledError):
        loop.start(doubled(1), ends.append)


def test_closing_breaks_off_what_is_under_way_and_what_has_not_begun() -> None:
    loop, closed = LoopThread("loop"), threading.Event()
    begun: list[int] = []

    async def endless(number: int) -> None:
        begun.append(number)
        await asyncio.Event().wait()

    async def last() -> None:
        closed.set()

    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(loop.run, endless(number)) for number in range(8)]
        assert wait_until(lambda: len(begun) == 8)
        loop.close(last())
        ends = [type(each.exception(5)) for each in waiting]

    assert [asyncio.CancelledError] * 8 == ends
    assert closed.is_set()


def test_a_closed_loop_runs_nothing_and_closes_again() -> None:
    loop = LoopThread("loop")
    loop.close(nothing())
    loop.close(nothing())

    with pytest.raises(asyncio.CancelledError):
        loop.run(nothing())


def test_no_call_is_lost_while_the_loop_closes() -> None:
    for _ in range(20):
        loop = LoopThread("loop")
        with ThreadPoolExecutor(4) as threads:
            waiting = [threads.submit(loop.run, doubled(number)) for number in range(40)]
            loop.close(nothing())
            ends = [type(each.exception(5)) for each in waiting]

        assert {type(None), asyncio.CancelledError} >= set(ends)
