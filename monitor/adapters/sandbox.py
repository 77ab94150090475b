"""Runs a pure function in a process that can be killed; and an inline twin.

Documents are hostile: a regular expression that holds the interpreter for minutes, a tree that
takes all memory. So they are read in child processes with limits of time and memory, which answer
in JSON over a pipe, are killed at the deadline, and are replaced after so many documents or so much
memory. One more than are used at once is kept warm; of those that have had nothing to do for a while
only one stays.
"""

import contextlib
import json
import os
import queue
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import monitor
from monitor.adapters.worker import call, decode_frame, encode_frame, failure, task_name, types_of
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed
from monitor.text.mishaps import told
from monitor.text.plain import from_plain, to_plain

Given = ParamSpec("Given")
Result = TypeVar("Result")

_READ_BYTES = 1 << 20
# No honest answer comes near: a text has at most 200,000 characters, a feed some thousand entries.
_ANSWER_BYTES = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxPolicy:
    """Limits of a worker process.

    `memory_bytes` is of address space; a worker is replaced after `documents` tasks, or once it
    holds more than `resident_bytes`.
    """

    workers: int = 2
    deadline: timedelta = timedelta(seconds=10)
    start_deadline: timedelta = timedelta(seconds=60)
    memory_bytes: int = 1 << 30
    files: int = 64
    documents: int = 500
    resident_bytes: int = 400_000_000


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
        self._preload = tuple(preload)
        self._slots = threading.Semaphore(policy.workers)
        self._idle: queue.SimpleQueue[_Worker | SandboxBroken] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._hired = 0
        self._working = 0
        self._asked = False
        self._hire()

    def run(
        self, task: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
    ) -> Result | SandboxFailed:
        """Return what the task returns, or how its worker ended.

        Raises:
            SandboxBroken: no worker process can be started.
        """
        head, blobs = _question(task, args, kwargs)
        with self._slots:
            self._asked = True
            with self._one_more_at_work():
                worker = self._take()
                try:
                    answer = worker.ask(encode_frame(head, blobs), self._policy.deadline)
                finally:
                    self._put_back(worker)
        return answer if isinstance(answer, SandboxFailed) else _result(task, *answer)

    def rest(self) -> None:
        """Let all idle workers but one go, where nothing was asked since the last call of this."""
        with self._lock:
            rested, self._asked = not self._asked, False
            spare: list[_Worker | SandboxBroken] = []
            with contextlib.suppress(queue.Empty):
                while rested and not self._closed.is_set() and self._idle.qsize() > 1:
                    spare.append(self._idle.get_nowait())
            workers = [each for each in spare if isinstance(each, _Worker)]
            for worker in workers:
                self._dismiss(worker)
        for worker in workers:
            worker.release()

    def close(self) -> None:
        """End every worker; calls that are under way or come later fail."""
        with self._lock:
            self._closed.set()
            for worker in self._all:
                worker.kill()
        with contextlib.suppress(queue.Empty):
            while True:
                worker_or_error = self._idle.get_nowait()
                if isinstance(worker_or_error, _Worker):
                    worker_or_error.release()
        self._idle.put(SandboxBroken("closed"))

    @contextlib.contextmanager
    def _one_more_at_work(self) -> Iterator[None]:
        """Count a call while it lasts, and see to it that there is a worker for the next one."""
        with self._lock:
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

    def _take(self) -> "_Worker":
        """Wait for a worker that has nothing to do."""
        worker = self._idle.get()
        if self._closed.is_set():
            if isinstance(worker, _Worker):
                worker.release()
            # Others may be waiting for the same word.
            self._idle.put(SandboxBroken("closed"))
            raise SandboxBroken("the sandbox is closed")
        if isinstance(worker, SandboxBroken):
            raise worker
        return worker

    def _put_back(self, worker: "_Worker") -> None:
        with self._lock:
            if worker.fit(self._policy) and not self._closed.is_set():
                self._idle.put(worker)
                return
            self._dismiss(worker)
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

    def _dismiss(self, worker: "_Worker") -> None:
        """Count a worker no more; the lock is held."""
        self._all.discard(worker)
        self._hired -= 1

    def _start(self) -> None:
        try:
            with self._lock:
                if self._closed.is_set():
                    return
                worker = _Worker(self._policy, self._preload)
                self._all.add(worker)
        except SandboxBroken as error:
            with self._lock:
                self._hired -= 1
            self._idle.put(error)
            return
        broken = worker.await_start(self._policy.start_deadline)
        with self._lock:
            if broken is None and not self._closed.is_set():
                self._idle.put(worker)
                return
            self._dismiss(worker)
        worker.release()
        if broken is not None:
            self._idle.put(broken)


class _Worker:
    """One child process and its pipe; used by one thread at a time, but for `kill`."""

    def __init__(self, policy: SandboxPolicy, preload: Sequence[str]) -> None:
        limits = {
            "preload": preload,
            "memory_bytes": policy.memory_bytes,
            "files": policy.files,
            "cpu_seconds": int(policy.deadline.total_seconds()) + 5,
        }
        try:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
                [sys.executable, "-P", "-m", "monitor.adapters.worker", json.dumps(limits)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                bufsize=0,
            )
        except OSError as error:
            raise SandboxBroken(f"no worker process can be started: {error.strerror}") from error
        self._served = 0
        self._ended = False
        for stream in (self._process.stdin, self._process.stdout):
            os.set_blocking(stream.fileno(), False)  # type: ignore[union-attr]

    def await_start(self, deadline: timedelta) -> SandboxBroken | None:
        """Wait until the child has imported all it needs; return why it did not get there."""
        started = self._exchange(b"", deadline)
        if isinstance(started, SandboxFailed):
            return SandboxBroken(f"a worker process did not start: {started.detail}")
        return None

    def ask(self, question: bytes, deadline: timedelta) -> tuple[dict[str, Any], list[bytes]] | SandboxFailed:
        """Return the answer to one frame, within the deadline."""
        self._served += 1
        answer = self._exchange(question, deadline)
        if isinstance(answer, SandboxFailed):
            self.kill()
        return answer

    def fit(self, policy: SandboxPolicy) -> bool:
        """Tell whether the worker may take another task."""
        return (
            not self._ended and self._served < policy.documents and self._resident() < policy.resident_bytes
        )

    def kill(self) -> None:
        """End the process, whatever it does; from any thread, and as often as wanted."""
        self._ended = True
        self._process.kill()
        self._process.wait()

    def release(self) -> None:
        """End the process and close its pipes; only for the thread that has the worker to itself."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]

    def _resident(self) -> int:
        with contextlib.suppress(OSError, IndexError, ValueError):
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return 0

    def _exchange(
        self, question: bytes, deadline: timedelta
    ) -> tuple[dict[str, Any], list[bytes]] | SandboxFailed:
        try:
            answer = self._converse(question, time.monotonic() + deadline.total_seconds())
        except OSError:
            self.kill()
            detail = f"worker ended with {self._process.returncode}"
            return SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail=detail)
        except (ValueError, RecursionError):
            return SandboxFailed(reason=FailureReason.PARSE, detail="worker sent no readable answer")
        if answer is None:
            detail = f"took more than {deadline.total_seconds():g} s"
            return SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail=detail)
        return answer

    def _converse(self, question: bytes, ends: float) -> tuple[dict[str, Any], list[bytes]] | None:
        """Write the question and read the answer side by side, so that neither can block the other.

        None where the time (monotonic, in seconds) is over.

        Raises:
            OSError: the worker ended.
            ValueError, RecursionError: what it sent is no answer.
        """
        answer, rest = bytearray(), memoryview(question)
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        with selectors.DefaultSelector() as ready:
            ready.register(stdout, selectors.EVENT_READ)
            if rest:
                ready.register(stdin, selectors.EVENT_WRITE)
            while (left := ends - time.monotonic()) > 0:
                for key, _ in ready.select(left):
                    if key.fileobj is stdin:
                        rest = rest[os.write(stdin.fileno(), rest[:_READ_BYTES]) :]
                        if not rest:
                            ready.unregister(stdin)
                        continue
                    answer += _read_piece(stdout.fileno())
                    frame = decode_frame(answer)
                    if frame is not None:
                        return frame
                    if len(answer) > _ANSWER_BYTES:
                        raise ValueError("an answer without end")
        return None


def _read_piece(number: int) -> bytes:
    piece = os.read(number, _READ_BYTES)
    if not piece:
        raise BrokenPipeError
    return piece


def _environment() -> dict[str, str]:
    """Return what a worker needs of the environment, and no secret."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(Path(monitor.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Threads of numeric libraries would reserve address space by the gigabyte.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


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
