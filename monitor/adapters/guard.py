"""May this address be dialed?

A name is looked up here, every answer is checked, and only an address that passed is dialed: a check
of the name alone is undone by the next look-up.
"""

import asyncio
import encodings.idna  # noqa: F401  (looking a name up imports it; late, and with no file left, it fails for good)
import ipaddress
import os
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from monitor.errors import MonitorError, UsageError
from monitor.model import FailureReason

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str], Sequence[str]]

_PRIVATE = "private"
_RESERVED = "reserved"
_EMBEDDING = "an IPv4 address inside IPv6"

# IANA's special-purpose registries for IPv4 and IPv6, read for one question: could a server of the
# open Internet answer there? Addresses that carry an IPv4 address inside are refused as a whole,
# since what they reach is decided by a gateway that is not ours.
_REFUSED_V4 = {
    "0.0.0.0/8": "this network",
    "10.0.0.0/8": _PRIVATE,
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "168.63.129.16/32": "cloud metadata",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": _PRIVATE,
    "192.0.0.0/24": _RESERVED,
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": _PRIVATE,
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "255.255.255.255/32": "broadcast",
    "240.0.0.0/4": _RESERVED,
}
_REFUSED_V6 = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "::/96": _EMBEDDING,
    "64:ff9b::/96": _EMBEDDING,
    "64:ff9b:1::/48": _EMBEDDING,
    "100::/64": "discard-only",
    "2001::/32": _EMBEDDING,
    "2001::/23": _RESERVED,
    "2001:db8::/32": "documentation",
    "2002::/16": _EMBEDDING,
    "3fff::/20": "documentation",
    "5f00::/16": "segment routing",
    "fc00::/7": _PRIVATE,
    "fe80::/10": "link-local",
    "fec0::/10": "site-local",
    "ff00::/8": "multicast",
}
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Seconds for which an answer that passed is good for further dials, and of how many hosts. Systems do not
# tell how long a name's answer lives; no name that is meant to move lives much shorter.
_KEPT_SECONDS = 30.0
_KEPT_HOSTS = 4_096
# What the standard calls a host that "ends in a number": resolvers read it as an address in many
# spellings (decimal, octal, hexadecimal, shortened), and not all of them alike.
_ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$", re.IGNORECASE)


class Refused(MonitorError):  # noqa: N818  (it names what happened)
    """An exchange that will not be, or did not end well; it never leaves the HTTP door.

    The text is fit to be shown: no secret, no query string. `status` and `retry_after` are the
    server's, where it answered.
    """

    def __init__(
        self,
        reason: FailureReason,
        detail: str,
        *,
        status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that the texts in CIDR notation stand for.

    Raises:
        UsageError: a text is no network.
    """
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise UsageError(f"{error}; write a network such as 10.1.0.0/16") from error


_REFUSED = tuple(
    (ipaddress.ip_network(network), reason) for network, reason in (_REFUSED_V4 | _REFUSED_V6).items()
)


def check_address(ip: str, allowed: Sequence[Network] = ()) -> str | None:
    """Return why an address must not be dialed, or None where it may.

    Networks in `allowed` may be dialed whatever they are. An IPv4 address mapped into IPv6 is judged
    as the IPv4 address that it is.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "not an address"
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return "link-local"
        address = address.ipv4_mapped or address
    if any(address in network for network in allowed):
        return None
    for network, reason in _REFUSED:
        if address in network:
            return reason
    if address.version == _GLOBAL_V6.version and address not in _GLOBAL_V6:
        return "not global"
    return None


def is_doubtful_number(host: str) -> bool:
    """Return whether a host is a number, but no IPv4 address in its one plain spelling."""
    bare = host.rstrip(".")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return _ENDS_IN_NUMBER.search(bare) is not None
    return False


def system_resolve(host: str) -> tuple[str, ...]:
    """Return every address of a host, as the machine resolves names.

    Raises:
        OSError, ValueError: the name is unknown, or cannot be one.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Looks names up in a bounded number of threads, and lets through what may be dialed.

    What passed is kept for a moment: the very addresses that were checked are dialed, never a name.

    A name that is slow to look up takes one thread, however many ask for it at once. The threads are
    daemons, since a look-up cannot be stopped and must not hold up the program's end.
    """

    def __init__(self, resolve: Resolve, allowed: Sequence[Network], at_once: int) -> None:
        self._resolve = resolve
        self._allowed = tuple(allowed)
        self._slots = asyncio.Semaphore(at_once)
        self._running: dict[str, asyncio.Task[tuple[str, ...]]] = {}
        # The oldest first, each with the time (of the loop) until which it is good.
        self._passed: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, all of them checked.

        Raises:
            Refused: `dns`, or `private_address` where even one of the answers must not be dialed.
        """
        until, passed = self._passed.get(host, (0.0, ()))
        if asyncio.get_running_loop().time() < until:
            return passed
        literal = _literal(host)
        answers = literal or await self._shared_look_up(host)
        for answer in answers:
            reason = check_address(answer, self._allowed)
            if reason is not None:
                raise Refused(FailureReason.PRIVATE_ADDRESS, f"'{host}' is at a refused address ({reason})")
        if not literal:
            self._keep(host, answers)
        return answers

    def forget(self, host: str) -> None:
        """Have a host looked up anew: what answered at its addresses was not what was wanted."""
        self._passed.pop(host, None)

    def _keep(self, host: str, answers: tuple[str, ...]) -> None:
        self.forget(host)
        if len(self._passed) >= _KEPT_HOSTS:
            del self._passed[next(iter(self._passed))]
        self._passed[host] = (asyncio.get_running_loop().time() + _KEPT_SECONDS, answers)

    async def _shared_look_up(self, host: str) -> tuple[str, ...]:
        running = self._running.get(host)
        if running is None:
            running = asyncio.get_running_loop().create_task(self._look_up(host))
            self._running[host] = running
            running.add_done_callback(lambda done: self._looked_up(host, done))
        return await asyncio.shield(running)

    def _looked_up(self, host: str, done: asyncio.Task[tuple[str, ...]]) -> None:
        del self._running[host]
        if not done.cancelled():
            # Whoever asked may have run out of time; the outcome counts as seen all the same.
            done.exception()

    async def _look_up(self, host: str) -> tuple[str, ...]:
        async with self._slots:
            loop = asyncio.get_running_loop()
            answer: asyncio.Future[tuple[str, ...]] = loop.create_future()
            threading.Thread(
                target=self._ask, args=(host, loop, answer), name=f"resolve {host}", daemon=True
            ).start()
            try:
                found = await answer
            except (OSError, ValueError) as error:
                raise Refused(FailureReason.DNS, f"'{host}' cannot be resolved{_why(error)}") from error
        if not found:
            raise Refused(FailureReason.DNS, f"'{host}' has no address")
        return found

    def _ask(
        self, host: str, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]]
    ) -> None:
        try:
            found = tuple(self._resolve(host))
        except Exception as error:  # noqa: BLE001  (a thread hands every error to whoever waits)
            _hand_over(loop, answer, lambda error=error: answer.set_exception(error))  # type: ignore[misc]
        else:
            _hand_over(loop, answer, lambda: answer.set_result(found))


def _hand_over(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[tuple[str, ...]], settle: Callable[[], None]
) -> None:
    def unless_done() -> None:
        if not answer.done():
            settle()

    # A loop that was closed meanwhile has nobody left who waits.
    if not loop.is_closed():
        try:
            loop.call_soon_threadsafe(unless_done)
        except RuntimeError:
            return


def _literal(host: str) -> tuple[str, ...]:
    """Return the address that a host is by its spelling, or nothing where it is a name.

    Raises:
        Refused: the host is a number in a spelling that resolvers read in different ways.
    """
    if is_doubtful_number(host):
        problem = f"'{host}' is an address in a doubtful spelling"
        raise Refused(FailureReason.PRIVATE_ADDRESS, problem)
    try:
        return (str(ipaddress.ip_address(host.rstrip("."))),)
    except ValueError:
        return ()


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    if isinstance(error, OSError) and error.errno:
        return f": {os.strerror(error.errno)}"
    return ""
