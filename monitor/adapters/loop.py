"""An event loop in a thread of its own, for callers that wait in theirs.

The standard library's way (`asyncio.run_coroutine_threadsafe`) wakes the loop by a system call for
every call, and hands a result on through two futures and three turns of the loop. Here calls stand in
one line, whoever adds the first of several wakes the loop for all, and each waits on a bare lock.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines for any number of threads, until it is closed."""

    def __init__(self, name: str) -> None:
        self._line: deque[_Call[Any]] = deque()
        self._awake = False
        self._opening = threading.Lock()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what a coroutine returns, or raise what it raises.

        Raises:
            CancelledError: the loop was closed before the coroutine ended, or was closed already.
        """
        call = _Call(coroutine)
        with self._opening:
            if self._closed:
                coroutine.close()
                raise asyncio.CancelledError
            self._add(call)
        return call.wait()

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Break off what is under way, run `last`, end the thread; a second time nothing is left to do."""
        with self._opening:
            if self._closed:
                last.close()
                return
            self._closed = True
            end = _Call(self._shut_down(last))
            self._add(end)
        end.wait()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _add(self, call: "_Call[Any]") -> None:
        """Put a call in line; the loop is woken unless it was woken and has not looked since."""
        self._line.append(call)
        if not self._awake:
            self._awake = True
            self._loop.call_soon_threadsafe(self._begin_all)

    def _begin_all(self) -> None:
        # First this, then the line: whoever adds a call in between wakes the loop once too often.
        self._awake = False
        while self._line:
            self._line.popleft().begin(self._loop)

    async def _shut_down(self, last: Coroutine[Any, Any, None]) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await last
        await self._loop.shutdown_asyncgens()


class _Call(Generic[Result]):
    """A coroutine, and the thread that waits for its end."""

    def __init__(self, coroutine: Coroutine[Any, Any, Result]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Result] | None = None
        self._ended = threading.Lock()
        self._ended.acquire()

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._task = loop.create_task(self._coroutine)
        self._task.add_done_callback(lambda _: self._ended.release())

    def wait(self) -> Result:
        self._ended.acquire()
        assert self._task is not None
        return self._task.result()
