"""What runs in the process of the bridge: the guard, then Apprise.

Apprise opens its own connections, past our HTTP door. So an audit hook is installed before Apprise is
imported: Python calls it at every connection, with the very address that is about to be dialed, and it
refuses what `guard` refuses, every program besides. A hook cannot be taken out again. It sees what
Python does; a plugin that brought native code with sockets of its own would not be seen.
"""

import json
import logging
import re
import resource
import socket
import sys
from collections.abc import Mapping
from typing import Any

from monitor.adapters.guard import Network, check_address, networks
from monitor.model import FailureReason

_ANYWHERE = ("0.0.0.0/0", "::/0")
_MEMORY = 1_000_000_000
# Programs, and ways to talk to some that need no connection.
_PROGRAMS = frozenset(
    (
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
        *("syslog.openlog", "syslog.syslog"),
    )
)
_DIALS = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg"))
_STATUS = re.compile(r"error=(\d{3})\b")


def main() -> None:
    """Tell one message, as standard input says, and write what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    given = json.loads(sys.stdin.buffer.read())
    refused: list[str] = []
    guard(networks(_ANYWHERE) if given["private"] else (), refused)
    json.dump(_told(given, refused), sys.stdout)


def guard(allowed: tuple[Network, ...], refused: list[str]) -> None:
    """Refuse, from here on, every connection to an address that must not be dialed, and every program.

    Why something was refused is added to `refused`: Apprise keeps the error to itself.
    """

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        problem = "a program" if event in _PROGRAMS else None
        if event in _DIALS:
            problem = _refusal(*arguments[:2], allowed=allowed)
        if problem is not None:
            refused.append(problem)
            raise PermissionError(problem)

    sys.addaudithook(hook)


def _refusal(
    connection: socket.socket, address: object = None, *, allowed: tuple[Network, ...]
) -> str | None:
    """Return why a connection must not be; a name instead of an address could lead anywhere."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return "no address of the Internet"
    return check_address(str(address[0]), allowed)


def _told(given: Mapping[str, Any], refused: list[str]) -> Mapping[str, object]:
    import apprise  # noqa: PLC0415  (an extra; and not before the guard stands)

    said = _Said()
    logging.getLogger("apprise").addHandler(said)
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    bridge = apprise.Apprise(asset=asset)
    known = bridge.add(given["url"])
    if known and bridge.notify(
        body=given["body"], title=given["title"], body_format=apprise.NotifyFormat.HTML
    ):
        return {"taken": True}
    if refused:
        return {"reason": FailureReason.PRIVATE_ADDRESS.value, "detail": f"refused: {refused[0]}"}
    if not known:
        return {"detail": "the address is none that Apprise knows"}
    status = f"; the service answered {said.status}" if said.status else ""
    return {"detail": f"Apprise could not deliver it{status}"}


class _Said(logging.Handler):
    """Keeps the status that Apprise tells in words; the words may hold an address with its secrets."""

    status: str | None = None

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        self.status = found[1] if found else self.status
