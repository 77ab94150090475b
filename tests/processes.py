"""What came of a process, and whether it is still there."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]


def children_of(pid: int) -> set[int]:
    """Return the processes that one has started or inherited; also what ended without being waited for."""
    found: set[int] = set()
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        # A thread that started one may have ended since.
        with suppress(OSError):
            found.update(map(int, thread.read_text(encoding="ascii").split()))
    return found


def below(pid: int) -> set[int]:
    """Return all that came of a process, without it."""
    children = children_of(pid)
    return children.union(*map(below, children))


def environments_below(pid: int) -> str:
    """Return the environments of all that came of a process; one that ends meanwhile has none any more."""
    found = ""
    for each in below(pid):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += Path(f"/proc/{each}/environ").read_text(encoding="utf-8")
    return found


def fork_servers(pid: int) -> set[int]:
    """Return the processes that fork a service's workers."""
    return {child for child in children_of(pid) if b"monitor.adapters.forkserver" in _line(child)}


def fork_server(pid: int) -> int:
    """Return the one process that forks a service's workers, once there is one.

    While the thread that started it ends, it may be seen nowhere.
    """
    found: set[int] = set()

    def alone() -> bool:
        found.clear()
        found.update(fork_servers(pid))
        return len(found) == 1

    assert eventually(alone), {child: (state(child), _line(child)) for child in below(pid)}
    return found.pop()


def workers_of(pid: int) -> set[int]:
    """Return the processes that read a service's documents."""
    return {worker for server in fork_servers(pid) for worker in children_of(server)}


def state(pid: int) -> str:
    """Return the letter for what a process does: `Z` where it ended and was not waited for, `X` if gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def gone(pid: int) -> bool:
    """Tell whether a process has ended."""
    return state(pid) in "ZX"


def eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    """Wait until a condition holds; tell whether it does."""
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.02)
    return bool(condition())


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Give what tells for how many seconds this process has been able to run, or has computed, since then.

    It stands still while the process does, for others have both cores or it was stopped.
    """
    over, ran, cpu = threading.Event(), [0.0], time.process_time()

    def look() -> None:
        last = time.monotonic()
        while not over.wait(0.01):
            now = time.monotonic()
            # A look that comes later than this was not let.
            ran[0] += min(now - last, 0.1)
            last = now

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield lambda: max(ran[0], time.process_time() - cpu)
    finally:
        over.set()
        looking.join()


def run_alone(words: str) -> tuple[bytes, bytes]:
    """Run Python code in an interpreter of its own; return what it said, and what it complained of."""
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    return done.stdout.strip(), done.stderr


def handles_of(pid: int) -> int:
    """Return how many file handles a process holds."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208  (names of numbers)


def _line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
