"""Which process is this, and is another one dead?

Observations: after `kill -9` and a restart on the same host, rows stay under the dead process's
leases for up to a minute. Process ids are used again, and containers count them anew.
Theory: a process is named by the boot, its process id namespace, its id and its start time; one with
our boot and namespace whose id is gone, or started at another time, is dead for certain. Nothing is
said of any other.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_ENDED = frozenset("ZX")


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What tells a process from all others: `host` names boot and namespace, `started` is in ticks."""

    host: str
    pid: int
    started: str


def this_process() -> Process:
    """Return the running process's name."""
    return Process(host=_host(), pid=os.getpid(), started=_started(os.getpid()) or "")


def surely_dead(other: Process) -> bool:
    """Tell whether another process can be shown to have ended."""
    if other.host != _host():
        return False
    started = _started(other.pid)
    return started is None or bool(other.started and started and started != other.started)


def _host() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def _started(pid: int) -> str | None:
    """Return a process's start in clock ticks, empty where unknown; None where there is none."""
    try:
        # The command's name may hold spaces and parentheses; field 22 counts from its end.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        state, started = fields.split()[0], fields.split()[19]
    except (OSError, IndexError):
        pass
    else:
        # A zombie has ended; only its parent has not asked yet how.
        return None if state in _ENDED else started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        return ""
    return ""
