"""How is the program started a thousand times without importing it each time?

To import it takes Python most of a second of work; to fork a process that has imported it, a hundredth. A
process that is forked so is as any other: it has an id, arguments, an environment and open files of its own,
calls `main`, obeys signals, and can be killed. Alone the order of its sets is that of all others that were
forked from the same one: there are several to fork from, each with an order of its own.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver
from multiprocessing.reduction import DupFd
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Protocol, TextIO, cast

# What all commands together import, and last what leaves all that alone.
_IMPORTED = (
    "tests.acceptance.spare",
    "monitor.app",
    "monitor.articles.identifier",
    "monitor.cli",
    "monitor.engine.queue",
    "rich.table",
    "sqlalchemy.dialects.postgresql.psycopg",
    __name__,
    "tests.acceptance.frozen",
)
# The commands that always start a fork server.
_READING = frozenset({"run", "worker", "once", "init"})
_FORKING = multiprocessing.get_context("forkserver")
# One at a time: what is begun, and what is forked from, is changed for it.
_STARTING = threading.Lock()


class Process(Protocol):
    """What stories do with a process, forked or not."""

    @property
    def pid(self) -> int:
        """Return its id."""

    def poll(self) -> int | None:
        """Return its exit code; None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end so many seconds, and return its exit code."""

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal, if it lives."""

    def kill(self) -> None:
        """End it at once."""


def start(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    files: Sequence[IO[bytes]],
    within: Sequence[str] = (),
) -> Process:
    """Start the program in an interpreter of its own; `files` are its input, output and errors."""
    line = [*within, sys.executable, "-m", "monitor", *arguments]
    stdin, stdout, stderr = files
    return subprocess.Popen(line, env=environ, stdin=stdin, stdout=stdout, stderr=stderr)


class Forked:
    """The program in a process that is forked from one that has imported it."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        files: Sequence[IO[bytes]],
        *,
        folder: Path | None = None,
        changed: str = "",
        order: int = 0,
    ) -> None:
        """Start it in a folder, else in ours; `files` are its input, output and errors.

        Where it is `changed`, that is done before. Those of another `order` have another order of their
        sets.
        """
        given = (arguments, dict(environ), _Files(files), str(folder or Path.cwd()), changed)
        self._process = _FORKING.Process(target=_become, args=given)
        with _STARTING, _nothing_begun(), _forking_from(order):
            self._process.start()

    @property
    def pid(self) -> int:
        """Return its id."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return its exit code; None while it lives."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end so many seconds, and return its exit code.

        Raises:
            TimeoutError: it lives on.
        """
        self._process.join(timeout)
        if (code := self.poll()) is None:
            raise TimeoutError(f"process {self.pid} did not end within {timeout} s")
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it lives."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class _Files:
    """Open files on their way into a process."""

    def __init__(self, files: Sequence[IO[bytes]]) -> None:
        self.files = files

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrived, tuple(DupFd(each.fileno()) for each in self.files)


def _arrived(*files: Any) -> Sequence[int]:
    return [each.detach() for each in files]


@contextmanager
def _nothing_begun() -> Iterator[None]:
    """Have what is forked not import what we were begun as: pytest, which takes a tenth of a second."""
    begun = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = begun


@contextmanager
def _forking_from(order: int) -> Iterator[None]:
    """Have the library, which knows one process to fork from, use that of an order."""
    usual = forkserver.connect_to_new_process
    forkserver.connect_to_new_process = _imported(order).connect_to_new_process
    try:
        yield
    finally:
        forkserver.connect_to_new_process = usual


@cache
def _imported(_order: int) -> forkserver.ForkServer:
    server = forkserver.ForkServer()
    server.set_forkserver_preload(list(_IMPORTED))
    return server


def _become(
    arguments: Sequence[str], environ: Mapping[str, str], files: Sequence[int], folder: str, changed: str
) -> None:
    """Be what a shell starts."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.closerange(3, 1024)
    # Where this file is read for its other half, the program is not wanted.
    from monitor.cli import main  # noqa: PLC0415
    from tests.acceptance.spare import lend_one  # noqa: PLC0415

    if not _READING.isdisjoint(arguments):
        lend_one()
    os.chdir(folder)
    sys.stdin = _opened(0, "r", "surrogateescape")
    sys.stdout = _opened(1, "w", "surrogateescape")
    sys.stderr = _opened(2, "w", "backslashreplace")
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv = ["monitor", *arguments]
    exec(changed, {"__name__": "__main__"})
    main()


def _opened(number: int, mode: str, errors: str) -> TextIO:
    """Return what Python opens when it begins, where nothing is said of a language."""
    return cast("TextIO", open(number, mode, encoding="utf-8", errors=errors, closefd=False))
