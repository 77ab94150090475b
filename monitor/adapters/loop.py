"""An event loop (uvloop's) in a thread of its own, for callers that wait in theirs, or want to be called.

The standard library's way (`asyncio.run_coroutine_threadsafe`) wakes the loop by a system call for
every call, and hands a result on through two futures and three turns of the loop. Here calls stand in
one line, whoever adds the first of several wakes the loop for all, and who waits does so on a bare lock.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

import uvloop

Result = TypeVar("Result")


class LoopThread:
    """Runs coroutines for any number of threads, until it is closed."""

    def __init__(self, name: str) -> None:
        self._line: deque[tuple[Coroutine[Any, Any, Any], Callable[[asyncio.Task[Any]], None]]] = deque()
        self._awake = False
        self._opening = threading.Lock()
        self._closed = False
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what a coroutine returns, or raise what it raises.

        Raises:
            CancelledError: the loop was closed before the coroutine ended, or was closed already.
        """
        waiting = _Waiting[Result]()
        self.start(coroutine, waiting.end)
        return waiting.result()

    def start(
        self, coroutine: Coroutine[Any, Any, Result], ended: Callable[[asyncio.Task[Result]], None]
    ) -> None:
        """Run a coroutine; call `ended` in the loop's thread once it has returned, raised or been broken off.

        Raises:
            CancelledError: the loop was closed already; nothing is called.
        """
        with self._opening:
            if self._closed:
                coroutine.close()
                raise asyncio.CancelledError
            self._add(coroutine, ended)

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Break off what is under way, run `last`, end the thread; a second time nothing is left to do."""
        with self._opening:
            if self._closed:
                last.close()
                return
            self._closed = True
            waiting = _Waiting[None]()
            self._add(self._shut_down(last), waiting.end)
        waiting.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _add(self, coroutine: Coroutine[Any, Any, Any], ended: Callable[[asyncio.Task[Any]], None]) -> None:
        """Put a call in line; the loop is woken unless it was woken and has not looked since."""
        self._line.append((coroutine, ended))
        if not self._awake:
            self._awake = True
            self._loop.call_soon_threadsafe(self._begin_all)

    def _begin_all(self) -> None:
        # First this, then the line: whoever adds a call in between wakes the loop once too often.
        self._awake = False
        while self._line:
            coroutine, ended = self._line.popleft()
            self._loop.create_task(coroutine).add_done_callback(ended)

    async def _shut_down(self, last: Coroutine[Any, Any, None]) -> None:
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await last
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()


class _Waiting(Generic[Result]):
    """A thread that waits for the end of its call."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Result] | None = None
        self._ended = threading.Lock()
        self._ended.acquire()

    def end(self, task: asyncio.Task[Result]) -> None:
        self._task = task
        self._ended.release()

    def result(self) -> Result:
        self._ended.acquire()
        assert self._task is not None
        return self._task.result()
