"""Runs one pure function over many batches at once, in forked processes, and keeps their order.

A fork shares what the function already holds, a matcher of a hundred thousand names, without
building it again. The children are asked, and answer, in JSON over pipes as the sandbox's do:
nothing is unpickled. They end with their parent.
"""

import contextlib
import gc
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from monitor.adapters.worker import call, decode_frame, encode_frame, failure, types_of
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed
from monitor.text.plain import from_plain, to_plain

Given = TypeVar("Given")
Result = TypeVar("Result")

_READ_BYTES = 1 << 18
# For each process one batch in work, one that waits, and one whose answer is being written.
_IN_FLIGHT = 3


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def ordered_map(
    work: Callable[[Given], Result], batches: Iterable[Given], processes: int
) -> Iterator[tuple[Given, Result | SandboxFailed]]:
    """Yield each batch with what `work` makes of it, in the order of the batches, as soon as it is there.

    Only a few batches for each process are taken in advance, by a thread that may still wait for one
    when the caller stops. A batch over which `work` raised, or its process died, comes back with why.

    Raises:
        SandboxBroken: no process is left to work.
    """
    crew = _Crew(work, processes)
    pool = ThreadPoolExecutor(processes)
    window = threading.Semaphore(_IN_FLIGHT * processes)
    promised: queue.SimpleQueue[Future[tuple[Given, Result | SandboxFailed]] | None] = queue.SimpleQueue()

    def feed() -> None:
        try:
            for batch in batches:
                window.acquire()
                promised.put(pool.submit(crew.ask, batch))
        except Exception as error:  # noqa: BLE001  (the caller's thread raises it)
            failed: Future[tuple[Given, Result | SandboxFailed]] = Future()
            failed.set_exception(error)
            promised.put(failed)
        promised.put(None)

    try:
        threading.Thread(target=feed, name="batches", daemon=True).start()
        while (following := promised.get()) is not None:
            yield following.result()
            window.release()
    finally:
        crew.kill()
        pool.shutdown(cancel_futures=True)
        crew.bury()
        # Whoever waits here to bring one more batch finds the pool closed.
        window.release()


@dataclass(frozen=True, slots=True)
class _Child:
    """A forked process and our ends of its two pipes; asked by one thread at a time."""

    pid: int
    questions: int
    answers: int


class _Crew(Generic[Given, Result]):
    """Forked processes that all do the same work, each for one thread at a time."""

    def __init__(self, work: Callable[[Given], Result], processes: int) -> None:
        """Fork now, while no thread of ours runs."""
        self._work = work
        self._children: list[_Child] = []
        for _ in range(processes):
            self._children.append(_fork(work, self._children))
        self._alive = processes
        self._lock = threading.Lock()
        self._idle: queue.SimpleQueue[_Child | None] = queue.SimpleQueue()
        for child in self._children:
            self._idle.put(child)

    def ask(self, batch: Given) -> tuple[Given, Result | SandboxFailed]:
        """Have an idle child work on a batch; the child is gone where it died over it.

        Raises:
            SandboxBroken: all are gone.
        """
        child = self._idle.get()
        if child is None:
            self._idle.put(None)
            raise SandboxBroken("every worker process has died")
        blobs: list[bytes] = []
        question = encode_frame({"args": [to_plain(batch, blobs)]}, blobs)
        try:
            _write(child.questions, question)
            head, answers = _read(child.answers)
        except OSError:
            self._lose()
            return batch, SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="a worker process died")
        self._idle.put(child)
        if "failed" in head:
            return batch, SandboxFailed(reason=FailureReason(head["failed"]), detail=str(head["detail"]))
        result: Result = from_plain(types_of(self._work)["return"], head["value"], answers)
        return batch, result

    def kill(self) -> None:
        """End every child, whatever it does."""
        for child in self._children:
            os.kill(child.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Close the pipes and forget the children; only when nobody asks any more."""
        for child in self._children:
            os.close(child.questions)
            os.close(child.answers)
            os.waitpid(child.pid, 0)

    def _lose(self) -> None:
        with self._lock:
            self._alive -= 1
            if self._alive == 0:
                self._idle.put(None)


def _fork(work: Callable[[Given], Result], elder: Sequence[_Child]) -> _Child:
    child_reads, questions = os.pipe()
    answers, child_writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        # A pipe ends for a child only where no sibling holds it open.
        for number in (
            questions,
            answers,
            *(end for each in elder for end in (each.questions, each.answers)),
        ):
            os.close(number)
        _serve(work, child_reads, child_writes)
    os.close(child_reads)
    os.close(child_writes)
    return _Child(pid, questions, answers)


def _serve(work: Callable[[Given], Result], questions: int, answers: int) -> NoReturn:
    """Answer until the parent closes the pipe, or dies; nothing of the parent's is flushed or cleaned up."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # What came by the fork is shared as long as nobody writes to it, the collector included.
        gc.freeze()
        with contextlib.suppress(OSError):
            while True:
                _write(answers, _answer(work, *_read(questions)))
    finally:
        os._exit(0)


def _answer(work: Callable[[Given], Result], head: dict[str, Any], blobs: Sequence[bytes]) -> bytes:
    try:
        return call(work, head, blobs)
    except Exception as error:  # noqa: BLE001  (whatever a line brings about)
        return encode_frame(failure(error), ())


def _write(number: int, frame: bytes) -> None:
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(number, rest) :]


def _read(number: int) -> tuple[dict[str, Any], list[bytes]]:
    """Return the next frame; who asks waits for the answer, so nothing stands behind it.

    Raises:
        OSError: the other side is gone.
    """
    buffer = bytearray()
    while (frame := decode_frame(buffer)) is None:
        piece = os.read(number, _READ_BYTES)
        if not piece:
            raise BrokenPipeError
        buffer += piece
    return frame
