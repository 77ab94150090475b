"""Runs a pure function in a process that can be killed; and an inline twin.

Documents are hostile: a regular expression that holds the interpreter for minutes, a tree that
takes all memory. So they are read in child processes with limits of time and memory, which answer
in JSON over a socket, are killed at the deadline, and are replaced after so many documents or so much
memory. One more than are used at once is kept ready; those that have had nothing to do for a while go,
and after a longer one what forks them goes too.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar, cast

from monitor.adapters.forks import ForkedWorker, ForkServers
from monitor.adapters.worker import call, decode_frame, encode_frame, failure, task_name, types_of
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed
from monitor.text.mishaps import told
from monitor.text.plain import from_plain, to_plain

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPolicy:
    """Limits of a worker process.

    `memory_bytes` is of address space; a worker is replaced after `documents` tasks, or once it
    holds more than `resident_bytes`. What forks workers ends at the `rests`-th look in a row that finds
    that nothing was asked.
    """

    workers: int = 2
    deadline: timedelta = timedelta(seconds=10)
    start_deadline: timedelta = timedelta(seconds=60)
    memory_bytes: int = 1 << 30
    files: int = 64
    documents: int = 500
    resident_bytes: int = 400_000_000
    # With a look in each minute: five minutes of nothing pay for the third of a second that a start takes.
    rests: int = 5


class InlineSandbox:
    """The same calls and the same encoding, without a process: for tests and small tools."""

    def run(
        self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result | SandboxFailed:
        """Return what the task returns, or that it raised."""
        head, blobs = _question(task, args, kwargs)
        try:
            frame = decode_frame(call(task, head, blobs))
        except Exception as error:  # noqa: BLE001  (the twin fails as a worker does)
            return _result(task, failure(error), ())
        return _result(task, *cast("tuple[dict[str, Any], list[bytes]]", frame))

    def close(self) -> None:
        """Do nothing: there is no process to end."""


class ProcessSandbox:
    """Worker processes; `run` may be called from any thread and waits for a free one."""

    def __init__(self, policy: SandboxPolicy, preload: Sequence[str]) -> None:
        """Start the workers; each imports the modules of `preload` before its first task."""
        self._policy = policy
        limits = {
            "memory_bytes": policy.memory_bytes,
            "files": policy.files,
            "cpu_seconds": int(policy.deadline.total_seconds()) + 5,
        }
        self._servers = ForkServers(preload, limits)
        self._slots = threading.Semaphore(policy.workers)
        self._idle: queue.SimpleQueue[ForkedWorker | SandboxBroken] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._all: set[ForkedWorker] = set()
        self._lock = threading.Lock()
        self._hired = 0
        self._working = 0
        self._asked = False
        self._rests = 0
        self._hire()

    def run(
        self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result | SandboxFailed:
        """Return what the task returns, or how its worker ended.

        Raises:
            SandboxBroken: no worker process can be started.
        """
        head, blobs = _question(task, args, kwargs)
        with self._slots, self._one_more_at_work():
            worker = self._take()
            try:
                answer = worker.ask(encode_frame(head, blobs), self._policy.deadline)
            finally:
                self._put_back(worker)
        return answer if isinstance(answer, SandboxFailed) else _result(task, *answer)

    def rest(self) -> None:
        """Let all idle workers go, where nothing was asked since the last call; later what forks them, too.

        The next one takes milliseconds before that, and a third of a second after it.
        """
        with self._lock:
            # Whoever is at work may be waiting for one of them.
            self._rests = 0 if self._asked or self._working else self._rests + 1
            self._asked = False
            if self._hired == 0 and self._rests >= self._policy.rests:
                # One that is ordered and still to come counts as hired.
                self._servers.end()
            workers = self._spare() if self._rests else []
            for worker in workers:
                self._dismiss(worker)
        for worker in workers:
            worker.release()
        self._servers.bury()

    def close(self) -> None:
        """End every worker; calls that are under way or come later fail."""
        with self._lock:
            self._closed.set()
            for worker in self._all:
                worker.kill()
        self._servers.close()
        with contextlib.suppress(queue.Empty):
            while True:
                worker_or_error = self._idle.get_nowait()
                if isinstance(worker_or_error, ForkedWorker):
                    worker_or_error.release()
        self._idle.put(SandboxBroken("closed"))

    @contextlib.contextmanager
    def _one_more_at_work(self) -> Iterator[None]:
        """Count a call while it lasts, and see to it that there is a worker for the next one."""
        with self._lock:
            self._asked = True
            self._working += 1
            # Those that are starting count as well, or calls in a row would start one each.
            few = self._hired <= self._working
        if few:
            self._hire()
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1

    def _take(self) -> ForkedWorker:
        """Wait for a worker that has nothing to do."""
        worker = self._idle.get()
        if self._closed.is_set():
            if isinstance(worker, ForkedWorker):
                worker.release()
            # Others may be waiting for the same word.
            self._idle.put(SandboxBroken("closed"))
            raise SandboxBroken("the sandbox is closed")
        if isinstance(worker, SandboxBroken):
            raise worker
        return worker

    def _spare(self) -> Sequence[ForkedWorker]:
        """Take all workers that have nothing to do, and forget what did not start; the lock is held."""
        spare: list[ForkedWorker | SandboxBroken] = []
        with contextlib.suppress(queue.Empty):
            while not self._closed.is_set():
                spare.append(self._idle.get_nowait())
        return [each for each in spare if isinstance(each, ForkedWorker)]

    def _put_back(self, worker: ForkedWorker) -> None:
        with self._lock:
            fit = worker.fit(self._policy.documents, self._policy.resident_bytes)
            if fit and not self._closed.is_set():
                self._idle.put(worker)
                return
            self._dismiss(worker)
        if worker.crashed():
            # All workers of a server have the same layout of memory: who guesses at it has one guess.
            self._servers.renew()
        worker.release()
        self._hire()

    def _hire(self) -> None:
        """Start a worker beside the work, unless there are one more than may work at once.

        It joins the idle ones when it has imported all it needs.
        """
        with self._lock:
            if self._closed.is_set() or self._hired > self._policy.workers:
                return
            self._hired += 1
        threading.Thread(target=self._start, name="sandbox-start", daemon=True).start()

    def _dismiss(self, worker: ForkedWorker) -> None:
        """Count a worker no more; the lock is held."""
        self._all.discard(worker)
        self._hired -= 1

    def _start(self) -> None:
        try:
            worker = self._servers.fork(self._policy.start_deadline)
        except SandboxBroken as error:
            with self._lock:
                self._hired -= 1
            self._idle.put(error)
            return
        with self._lock:
            if not self._closed.is_set():
                self._all.add(worker)
                self._idle.put(worker)
                return
        worker.release()


def _question(
    task: Callable[..., object], args: Sequence[object], kwargs: dict[str, Any]
) -> tuple[dict[str, Any], list[bytes]]:
    if kwargs:
        raise TypeError("tasks take positional arguments")
    blobs: list[bytes] = []
    return {"task": task_name(task), "args": [to_plain(each, blobs) for each in args]}, blobs


def _result(
    task: Callable[..., Result], head: dict[str, Any], blobs: Sequence[bytes]
) -> Result | SandboxFailed:
    if "failed" in head:
        return SandboxFailed(reason=FailureReason(head["failed"]), detail=str(head["detail"]))
    try:
        value: Result = from_plain(types_of(task)["return"], head["value"], blobs)
    except (TypeError, ValueError, KeyError, IndexError) as error:
        return SandboxFailed(reason=FailureReason.PARSE, detail=f"unreadable answer: {told(error)}")
    return value
