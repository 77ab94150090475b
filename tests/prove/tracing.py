"""Attack a process at one chosen system call, by strace: kill it there, or let the call fail."""

import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PATIENCE = 60.0
# Calls that something outside the process can see. A kill at any other call leaves the world as the kill
# at the next of these does.
EFFECTS = frozenset(
    """write pwrite64 writev pwritev sendto sendmsg fsync fdatasync ftruncate fallocate openat unlink unlinkat
    rename renameat2 mkdir fcntl connect shutdown close exit_group""".split()  # noqa: SIM905
)
_CALL = re.compile(r"^(\d+) +(\w+)\(")


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`-th call of a name in one thread; numbers count from 1."""

    name: str
    number: int


@lru_cache
def may_trace() -> bool:
    """Return whether strace is here and the system lets it attach."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        try:
            with subprocess.Popen(
                ["strace", "-o", "/dev/null", "-p", str(sleeper.pid)], stderr=subprocess.DEVNULL
            ) as tracer:
                allowed = _attached(sleeper.pid, tracer)
                tracer.terminate()
        finally:
            sleeper.kill()
    return allowed


def calls_of(pid: int, go: Callable[[], int]) -> tuple[int, Sequence[Point]]:
    """Let a stopped process go on; return its exit code and the calls of `EFFECTS` in their order."""
    with tempfile.NamedTemporaryFile("r", prefix="trace-", encoding="utf-8", errors="replace") as written:
        code = _traced(pid, ["-o", written.name, "-e", f"trace={','.join(sorted(EFFECTS))}"], go)
        counts: Counter[tuple[str, str]] = Counter()
        points: dict[Point, None] = {}
        for line in written:
            if found := _CALL.match(line):
                counts[found.groups()] += 1  # type: ignore[index]
                points[Point(found[2], counts[found.groups()])] = None  # type: ignore[index]
    return code, tuple(points)


def killed_at(pid: int, point: Point, go: Callable[[], int]) -> int:
    """Let a stopped process go on until it enters that call, and kill it there; return its exit code."""
    return _traced(pid, _injecting("/dev/null", point, "signal=SIGKILL"), go)


def failing_from(pid: int, point: Point, error: str, go: Callable[[], int], *, once: bool) -> int:
    """Let a stopped process go on; that call fails with an error such as `ENOSPC`, or all from there on.

    Returns how many calls failed so.
    """
    with tempfile.NamedTemporaryFile("r", prefix="trace-", encoding="utf-8", errors="replace") as written:
        _traced(pid, _injecting(written.name, point, f"error={error}", "" if once else "+"), go)
        return sum("(INJECTED)" in line for line in written)


def _injecting(out: str, point: Point, effect: str, further: str = "") -> Sequence[str]:
    inject = f"inject={point.name}:{effect}:when={point.number}{further}"
    return ["-o", out, "-e", f"trace={point.name}", "-e", inject]


def _traced(pid: int, options: Sequence[str], go: Callable[[], int]) -> int:
    line = ["strace", "-f", *options, "-p", str(pid)]
    with subprocess.Popen(line, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tracer:
        try:
            if not _attached(pid, tracer):
                raise RuntimeError("strace did not attach")
            return go()
        finally:
            try:
                tracer.wait(5)
            except subprocess.TimeoutExpired:
                tracer.kill()


def _attached(pid: int, tracer: "subprocess.Popen[bytes]") -> bool:
    ends = time.monotonic() + PATIENCE
    status = Path(f"/proc/{pid}/status")
    while f"TracerPid:\t{tracer.pid}\n" not in status.read_text(encoding="utf-8"):
        if tracer.poll() is not None or time.monotonic() > ends:
            return False
        time.sleep(0.002)
    return True
