"""Worker processes as the service sees them: forked by a server, asked, and ended.

See `forkserver` for the other side. A server that ended is replaced when the next worker is wanted. Workers
live on without it, and can be killed without it where the system has handles of processes (`pidfd_open`).
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import monitor
from monitor.adapters.forkserver import WORD
from monitor.adapters.worker import decode_frame
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed

_PIECE_BYTES = 1 << 20
# Room for so much is taken before it is read, and given back where less comes: answers are short.
_READ_BYTES = 1 << 17
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# No honest answer comes near: a text has at most 200,000 characters, a feed some thousand entries.
_ANSWER_BYTES = 256 << 20
# A killed process is gone in milliseconds, with a gigabyte in a tenth of a second.
_BURIAL_SECONDS = 2.0
# How processes end over whose memory something went wrong, by chance or by design.
_CRASHES = frozenset({-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGABRT, -signal.SIGILL, -signal.SIGFPE})


class ForkServers:
    """Has workers forked by a server, of which one at a time is asked; for any thread."""

    def __init__(self, preload: Sequence[str], limits: Mapping[str, Any]) -> None:
        """Start nothing yet; each server will import the modules of `preload`. `limits` as for `serve`."""
        self._given = json.dumps({**limits, "preload": list(preload)})
        self._lock = threading.Lock()
        self._closed = False
        self._asked: _Server | None = None
        self._retired: list[_Server] = []

    def fork(self, deadline: timedelta) -> "ForkedWorker":
        """Return a new worker that has said that it is ready; where there is no server, start one.

        Raises:
            SandboxBroken: there can be no worker, or not within the deadline.
        """
        try:
            return self._forked(deadline)
        except _Killed:
            return self._forked(deadline)

    def renew(self) -> None:
        """Have another server fork workers from now on; those of the present one go on."""
        with self._lock:
            if self._asked is not None:
                self._asked.hang_up()
                self._retired.append(self._asked)
                self._asked = None

    def end(self) -> None:
        """End all servers, and wait for them; who wants a worker has another one started.

        A worker that is left ends when its conversation is closed.
        """
        with self._lock:
            for server in (*self._retired, *filter(None, [self._asked])):
                server.kill()
            self._asked, self._retired = None, []

    def bury(self) -> None:
        """Wait for those servers that have ended."""
        with self._lock:
            self._bury()

    def close(self) -> None:
        """End all servers, for good."""
        with self._lock:
            self._closed = True
        self.end()

    def _forked(self, deadline: timedelta) -> "ForkedWorker":
        with self._lock:
            server = self._running()
            worker = server.order()
        try:
            server.await_start(worker, deadline)
        except SandboxBroken:
            worker.release()
            raise
        return worker

    def _running(self) -> "_Server":
        """Return the server that is asked, a new one where it has ended; the lock is held."""
        if self._closed:
            raise SandboxBroken("closed")
        self._bury()
        self._asked = self._asked or _Server(self._given)
        return self._asked

    def _bury(self) -> None:
        """Wait for those servers that have ended, and know them no more; the lock is held."""
        if self._asked is not None and self._asked.ended():
            self._retired.append(self._asked)
            self._asked = None
        for server in self._retired:
            if server.ended():
                server.kill()
        self._retired = [each for each in self._retired if not each.ended()]


class _Killed(SandboxBroken):
    """A server was ended from outside, by hand or for want of memory: it says nothing of the next one."""


class _Server:
    """One process that forks workers; for any thread."""

    def __init__(self, given: str) -> None:
        ((self._control, theirs),) = _pairs(1)
        with theirs:
            line = [sys.executable, "-P", "-m", "monitor.adapters.forkserver", str(theirs.fileno()), given]
            try:
                self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
                    line,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    pass_fds=[theirs.fileno()],
                )
            except OSError as error:
                self._control.close()
                raise _no_worker(error.strerror) from error

    def order(self) -> "ForkedWorker":
        """Ask for a worker, and return it before it is there.

        Raises:
            SandboxBroken: there are no file handles left.
        """
        (conversation, theirs), (lifeline, held) = _pairs(2)
        # That the server is gone shows on the lifeline, of which nobody else holds the other end.
        with theirs, held, contextlib.suppress(OSError):
            socket.send_fds(self._control, [b"w"], [theirs.fileno(), held.fileno()])
        return ForkedWorker(conversation, lifeline, self._process)

    def await_start(self, worker: "ForkedWorker", deadline: timedelta) -> None:
        """Wait until the worker is ready; a server that does not manage that within the deadline is ended.

        Raises:
            SandboxBroken: the server has ended, cannot fork, or stands still.
        """
        try:
            worker.await_start(deadline)
        except TimeoutError as error:
            self.kill()
            late = f"a worker process did not start: took more than {deadline.total_seconds():g} s"
            raise SandboxBroken(late) from error
        except EOFError as error:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_BURIAL_SECONDS)
            self.kill()
            code = self._process.returncode
            broken = _Killed if code < 0 else SandboxBroken
            raise broken(f"a worker process did not start: its server ended with {code}") from error

    def ended(self) -> bool:
        """Tell whether the server has ended."""
        return self._process.poll() is not None

    def hang_up(self) -> None:
        """Ask no more: the server ends with the last of its workers."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)

    def kill(self) -> None:
        """End the server at once."""
        self._process.kill()
        self._process.wait()
        self._control.close()


class ForkedWorker:
    """A worker's conversation and its lifeline; used by one thread at a time, but for `kill`."""

    def __init__(
        self, conversation: socket.socket, lifeline: socket.socket, server: "subprocess.Popen[bytes]"
    ) -> None:
        """Take our ends of both, and who forks the worker, if it did not yet."""
        self._conversation, self._lifeline, self._server = conversation, lifeline, server
        conversation.settimeout(0)
        self._pid, self._handle = 0, -1
        self._code: int | None = None
        self._ending, self._ended = threading.Lock(), False
        self._served = 0

    def await_start(self, deadline: timedelta) -> None:
        """Wait until the worker is there, and has said that it is ready.

        Raises:
            TimeoutError: it takes longer than the deadline.
            EOFError: nobody is there any more who would fork it.
            SandboxBroken: it cannot be forked, or ended at once.
        """
        ends = time.monotonic() + deadline.total_seconds()
        self._lifeline.settimeout(deadline.total_seconds())
        try:
            word, handles, _, _ = socket.recv_fds(self._lifeline, WORD.size, 1)
        except ConnectionError as error:
            raise EOFError from error
        if not word:
            raise EOFError
        (pid,) = WORD.unpack(word)
        if pid < 0:
            raise _no_worker(os.strerror(-pid))
        self._pid = pid
        for handle in handles:
            os.set_inheritable(handle, False)  # noqa: FBT003
            self._handle = handle
        ready = self._exchange(b"", timedelta(seconds=ends - time.monotonic()))
        if isinstance(ready, SandboxFailed):
            raise SandboxBroken(f"a worker process did not start: {ready.detail}")

    def ask(self, question: bytes, deadline: timedelta) -> tuple[dict[str, Any], list[bytes]] | SandboxFailed:
        """Return the answer to one frame, within the deadline."""
        self._served += 1
        answer = self._exchange(question, deadline)
        if isinstance(answer, SandboxFailed):
            self.kill()
        return answer

    def fit(self, documents: int, resident_bytes: int) -> bool:
        """Tell whether the worker may take another task: so many altogether, with so much memory at most."""
        return not self._ended and self._served < documents and self._resident() < resident_bytes

    def crashed(self) -> bool:
        """Tell whether the worker ended over an access to memory that it does not have, or the like."""
        return self._code in _CRASHES

    def kill(self) -> None:
        """End the process, whatever it does; from any thread, and as often as wanted."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
            if self._handle >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            self._code = self._burial()

    def release(self) -> None:
        """End the process, and close all that leads to it; only for the thread that has it to itself."""
        self.kill()
        self._conversation.close()
        self._lifeline.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _burial(self) -> int | None:
        """Have the server kill the worker and wait for it; return how it ended, None where nobody knows."""
        try:
            self._lifeline.shutdown(socket.SHUT_WR)
            # Of a worker that is still to be forked nothing is waited for.
            self._lifeline.settimeout(_BURIAL_SECONDS if self._pid else 0)
            if word := self._lifeline.recv(WORD.size):
                return int(WORD.unpack(word)[0])
        except (TimeoutError, BlockingIOError):
            # The server stands still, or has more to do.
            return None
        except OSError:
            pass
        if self._handle >= 0:
            self._wait_for_orphan()
        return None

    def _wait_for_orphan(self) -> None:
        """Wait for a worker whose server is gone, where we are the first process, as a container may have us.

        That one inherits what a server leaves behind before the server can be waited for.
        """
        with contextlib.suppress(subprocess.TimeoutExpired, ChildProcessError):
            self._server.wait(_BURIAL_SECONDS)
            os.waitid(os.P_PIDFD, self._handle, os.WEXITED)

    def _resident(self) -> int:
        # Asked after each document: without a buffer and a decoder it takes a third of the time.
        with (
            contextlib.suppress(OSError, IndexError, ValueError),
            open(f"/proc/{self._pid}/statm", "rb", buffering=0) as told,  # noqa: PTH123  (Path has it slower)
        ):
            return int(told.read().split()[1]) * _PAGE_BYTES
        return 0

    def _exchange(
        self, question: bytes, deadline: timedelta
    ) -> tuple[dict[str, Any], list[bytes]] | SandboxFailed:
        try:
            answer = self._converse(question, time.monotonic() + deadline.total_seconds())
        except OSError:
            self.kill()
            detail = "worker ended" if self._code is None else f"worker ended with {self._code}"
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
        both = selectors.EVENT_READ | selectors.EVENT_WRITE
        # This one takes no file handle, of which there may be none left.
        with selectors.PollSelector() as ready:
            ready.register(self._conversation, both if rest else selectors.EVENT_READ)
            while (left := ends - time.monotonic()) > 0:
                for _, events in ready.select(left):
                    if rest and events & selectors.EVENT_WRITE:
                        rest = rest[self._conversation.send(rest[:_PIECE_BYTES]) :]
                        if not rest:
                            ready.modify(self._conversation, selectors.EVENT_READ)
                    if events & selectors.EVENT_READ:
                        answer += _read_piece(self._conversation)
                        frame = decode_frame(answer)
                        if frame is not None:
                            return frame
                        if len(answer) > _ANSWER_BYTES:
                            raise ValueError("an answer without end")
        return None


def _read_piece(conversation: socket.socket) -> bytes:
    piece = conversation.recv(_READ_BYTES)
    if not piece:
        raise BrokenPipeError
    return piece


def _pairs(count: int) -> list[tuple[socket.socket, socket.socket]]:
    """Return so many pairs of sockets that are connected with each other.

    Raises:
        SandboxBroken: there are no file handles left.
    """
    made: list[tuple[socket.socket, socket.socket]] = []
    try:
        while len(made) < count:
            made.append(socket.socketpair())
    except OSError as error:
        for each in (end for pair in made for end in pair):
            each.close()
        raise _no_worker(error.strerror) from error
    return made


def _no_worker(why: str | None) -> SandboxBroken:
    return SandboxBroken(f"no worker process can be started: {why}")


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
