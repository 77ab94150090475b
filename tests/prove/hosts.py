"""Hosts for workers on one machine: a network each, joined to ours by a cable that can be pulled.

Where nobody may make networks, or `ip` is missing, the hosts share ours, and only their lines to PostgreSQL
go dead; `why_not` says so. The machine's own network is not touched: ours belongs to this thread and to what
it starts, and goes with them.
"""

import ctypes
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.prove.line import Line

# Of those that are for measuring and lead nowhere: RFC 2544.
NETWORK, OURS = "198.18.0.0/15", "198.18.0"
LOOPBACK = "127.0.0"
_NEWNET = 0x40000000
_NETWORK = Path("/proc/thread-self/ns/net")
_PATIENCE = 20.0
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where a worker runs: what begins its command, its line to PostgreSQL, and how it is cut off."""

    within: Sequence[str]
    line: Line
    part: Callable[[float], None]


@dataclass(slots=True, kw_only=True)
class Hosts:
    """The hosts, and what the addresses at which they reach us begin with: any number below 255 may follow.

    `why_not` says why they share our network.
    """

    ours: str
    why_not: str | None
    hosts: list[Host] = field(default_factory=list)


@contextmanager
def hosts(count: int, server: Path) -> Iterator[Hosts]:
    """Make so many hosts, each with a line of its own to the server's socket."""
    with ExitStack() as opened:
        why_not = _leave(opened)
        made = Hosts(ours=LOOPBACK if why_not else OURS, why_not=why_not)
        for number in range(count):
            line = Line(server, f"{made.ours}.1")
            opened.callback(line.close)
            if why_not:
                made.hosts.append(Host(within=(), line=line, part=line.part))
                continue
            within = _join(number, opened)
            made.hosts.append(Host(within=within, line=line, part=_pulling(number)))
        yield made


def _leave(opened: ExitStack) -> str | None:
    """Have this thread, and what it starts, see an empty network until the end; return why it does not."""
    if shutil.which("ip", path=_PATH) is None:
        return "there is no `ip`"
    before = opened.enter_context(_NETWORK.open("rb"))
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_NEWNET) != 0:
        return f"no network may be made: {os.strerror(ctypes.get_errno())}"
    opened.callback(library.setns, before.fileno(), _NEWNET)
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "address", "add", f"{OURS}.1/24", "dev", "lo")
    try:
        _run("ip", "link", "add", "try", "type", "veth", "peer", "name", "try2")
        _run("ip", "link", "delete", "try")
    except subprocess.CalledProcessError as error:
        opened.close()
        return f"no cable can be made: {error.stderr.strip()}"
    return None


def _join(number: int, opened: ExitStack) -> Sequence[str]:
    """Make a network that a cable joins to ours; return what begins a command there."""
    # It ends when its input does: with us.
    holder = opened.enter_context(subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE))
    pid = holder.pid
    ends = time.monotonic() + _PATIENCE
    while Path(f"/proc/{pid}/ns/net").samefile(_NETWORK):
        if time.monotonic() > ends:
            raise TimeoutError("no network was made")
        time.sleep(0.01)
    here, there = f"198.18.1.{4 * number + 1}", f"198.18.1.{4 * number + 2}"
    within = ("nsenter", "--net", f"--target={pid}", "--")
    _run("ip", "link", "add", f"host{number}", "type", "veth", "peer", "name", "us", "netns", str(pid))
    _run("ip", "address", "add", f"{here}/30", "dev", f"host{number}")
    _run("ip", "link", "set", f"host{number}", "up")
    _run(*within, "ip", "link", "set", "lo", "up")
    _run(*within, "ip", "address", "add", f"{there}/30", "dev", "us")
    _run(*within, "ip", "link", "set", "us", "up")
    _run(*within, "ip", "route", "add", "default", "via", here)
    return within


def _pulling(number: int) -> Callable[[float], None]:
    """Return how a host's cable is pulled for some seconds, by this thread or one that it begins."""

    def part(seconds: float) -> None:
        _run("ip", "link", "set", f"host{number}", "down")
        time.sleep(seconds)
        _run("ip", "link", "set", f"host{number}", "up")

    return part


def _run(*line: str) -> None:
    subprocess.run(line, check=True, capture_output=True, text=True, env={"PATH": _PATH})
