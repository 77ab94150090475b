"""How do threads that write at the same moment share one transaction?

Whoever comes while nobody writes, writes; whoever comes meanwhile stands in line, and the first of the line
then writes for all of it. So nobody waits for company, and the busier the store, the fewer the commits.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

What = TypeVar("What")

# Of one transaction: others, who write alone, have to wait for it.
_MOST = 64


class Together(Generic[What]):
    """A line before one writer, for any number of threads."""

    def __init__(self, write: Callable[[Sequence[What]], Collection[int]]) -> None:
        """`write` writes some in one transaction, and returns the positions of those that it wrote."""
        self._write = write
        self._lock = threading.Lock()
        self._line: list[_Place[What]] = []
        self._writing = False

    def add(self, what: What) -> bool:
        """Have something written; tell, once the transaction is committed, whether it was.

        It was not where the writer passed over it, or failed over what came together: try it alone.

        Raises what the writer does where nothing came together with it.
        """
        place = _Place(what)
        with self._lock:
            self._line.append(place)
            waits, self._writing = self._writing, True
        if waits:
            place.wait()
            if place.ended:
                return place.written
        with self._lock:
            those, self._line = self._line[:_MOST], self._line[_MOST:]
        try:
            for position in self._write([each.what for each in those]):
                those[position].written = True
        except Exception:
            # Who is at fault finds out alone; the others must not bear it.
            if len(those) == 1:
                raise
        finally:
            self._call_next()
            for each in those[1:]:
                each.end()
        return place.written

    def _call_next(self) -> None:
        with self._lock:
            if self._line:
                self._line[0].call()
            else:
                self._writing = False


class _Place(Generic[What]):
    """Where a thread stands in line, until it is called to write, or another wrote for it."""

    def __init__(self, what: What) -> None:
        self.what = what
        self.written = False
        self.ended = False
        self._called = threading.Lock()
        self._called.acquire()

    def wait(self) -> None:
        self._called.acquire()

    def call(self) -> None:
        self._called.release()

    def end(self) -> None:
        self.ended = True
        self.call()
