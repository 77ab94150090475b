"""Is anything inside reached, however it is spelled, and whoever names it?

Two canaries listen on loopback, over IPv4 and IPv6; nothing may ever connect to them. Each input names
them, or another address that no server of the open Internet has: as a literal in one of its spellings,
by a name whose answers lie, by a redirect, by a name that turns inward after its first answer, through
the environment's proxies. Feeds, pages and receivers are asked in turn.
"""

import ipaddress
import os
import random
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.adapters.http import HttpDoor
from monitor.model import FailureReason, FetchFailed, Receiver, ReceiverName, Reply, Validators
from monitor.ports import FetchPolicy
from tests.prove.proof import Outcome, Proof, Say
from tests.servers import Server, answer, redirect, serving

DEADLINE = timedelta(seconds=2)
# The only address that may be reached here; the canaries are at the next one.
ALLOWED, CANARY = "127.0.0.2", "127.0.0.1"
# What is no host, no name that can be looked up, or no address to be led to was not reached either.
ENDS = {FailureReason.PRIVATE_ADDRESS, FailureReason.PROTOCOL, FailureReason.DNS, FailureReason.REDIRECT}
FULL_WIDTH = str.maketrans("0123456789abcdefx.", "０１２３４５６７８９ａｂｃｄｅｆｘ．")
CIRCLED = str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

# Where no server of the open Internet is, after the registries of IANA; written down here a second time,
# since what is attacked must not say what is right.
INSIDE = tuple(
    map(
        ipaddress.ip_network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/128",
            "::1/128",
            "::ffff:127.0.0.0/104",
            "::ffff:10.0.0.0/104",
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/32",
            "2001:2::/48",
            "2001:db8::/32",
            "2002::/16",
            "fc00::/7",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        ],
    )
)

Ask = Callable[[HttpDoor, str], FetchFailed | Reply | object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trap:
    """A host to ask for, and the answers of its name, one list for each look-up; the last one stays."""

    kind: str
    host: str
    answers: Sequence[Sequence[str]] = ()


@dataclass(slots=True)
class LyingResolver:
    """Answers each name as its trap says; a name without a trap is unknown."""

    left: dict[str, list[Sequence[str]]] = field(default_factory=dict)

    def set(self, trap: Trap) -> None:
        self.left = {trap.host: list(trap.answers)}

    def __call__(self, host: str) -> Sequence[str]:
        answers = self.left.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown here")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def traps(count: int, dice: random.Random) -> Iterator[Trap]:
    """Yield so many traps, each kind in turn."""
    kinds = (_spelled, _embedded, _named, _mixed, _rebound)
    for number in range(count):
        yield kinds[number % len(kinds)](dice)


def _inside(dice: random.Random) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the canary's address, or one of a network that is refused."""
    if dice.random() < 0.4:
        return ipaddress.ip_address(dice.choice((CANARY, "::1")))
    network = dice.choice(INSIDE)
    return network[dice.randrange(network.num_addresses)]


def _inside_v4(dice: random.Random) -> ipaddress.IPv4Address:
    while True:
        address = _inside(dice)
        if isinstance(address, ipaddress.IPv4Address):
            return address


def _spelled(dice: random.Random) -> Trap:
    """An IPv4 address as some resolver somewhere reads it."""
    address = _inside_v4(dice)
    a, b, c, d = address.packed
    spelling = dice.choice(
        (
            str(address),
            f"{address}.",
            str(int(address)),
            hex(int(address)),
            f"0x{int(address):08X}",
            f"0{int(address):o}",
            f"{a}.{(b << 16) | (c << 8) | d}",
            f"{a}.{b}.{(c << 8) | d}",
            f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
            f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
            f"{a:#x}.{b}.0{c:o}.{d}",
            f"{a:03d}.{b:03d}.{c:03d}.{d:03d}",
            str(address).translate(FULL_WIDTH),
            str(address).translate(CIRCLED),
            str(address).replace(".", "。"),
            f"user:pass@{address}",
            f"example.org@{address}",
            f"example.org%40{address}",
            f"{address}%00.example.org",
            f"{address}%2eexample.org",
        )
    )
    return Trap(kind="spelled", host=spelling)


def _embedded(dice: random.Random) -> Trap:
    """An IPv4 address inside an IPv6 address, in one of its spellings."""
    address = _inside_v4(dice)
    high, low = int(address) >> 16, int(address) & 0xFFFF
    inner = f"{high:x}:{low:x}"
    spelling = dice.choice(
        (
            f"::ffff:{address}",
            f"::ffff:{inner}",
            f"0:0:0:0:0:FFFF:{inner}",
            f"::{address}",
            f"64:ff9b::{address}",
            f"64:ff9b:1::{inner}",
            f"2002:{inner}::",
            f"2001:0:{inner}::{dice.randrange(65536):x}",
            f"fe80::{low:x}%251",
            f"::{low:x}%lo",
        )
    )
    return Trap(kind="embedded", host=f"[{spelling}]")


def _named(dice: random.Random) -> Trap:
    """A name whose only answers lie inside."""
    answers = [str(_inside(dice)) for _ in range(dice.randint(1, 3))]
    return Trap(kind="named", host=_name(dice), answers=[answers])


def _mixed(dice: random.Random) -> Trap:
    """A name with one answer inside among good ones."""
    answers = ["93.184.215.14", str(_inside(dice)), "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
    dice.shuffle(answers)
    return Trap(kind="mixed", host=_name(dice), answers=[answers])


def _rebound(dice: random.Random) -> Trap:
    """A name that may be dialed at first, and turns inward."""
    return Trap(kind="rebound", host=_name(dice), answers=[[ALLOWED], [str(_inside(dice))]])


def _name(dice: random.Random) -> str:
    label = f"n{dice.randrange(10**9)}"
    return dice.choice((f"{label}.example", f"localhost.{label}.example", f"127.0.0.1.{label}.example"))


# ---- the attack --------------------------------------------------------------------------------------


def _asks(scheme_port: int) -> Sequence[tuple[str, Ask]]:
    none = Validators()
    return (
        ("feed", lambda door, host: door.revalidate(f"http://{host}:{scheme_port}/feed", none)),
        ("page", lambda door, host: door.get(f"http://{host}:{scheme_port}/page")),
        ("receiver", lambda door, host: door.post(_receiver(f"https://{host}:{scheme_port}/"), {}, b"{}")),
    )


def _receiver(url: str) -> Receiver:
    return Receiver(name=ReceiverName("desk"), url=url, timeout=DEADLINE)


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Set so many traps, directly and behind redirects, and see whether anything walks in."""
    faults: list[str] = []
    resolve = LyingResolver()
    policy = FetchPolicy(
        allow_private=(f"{ALLOWED}/32",), respect_robots=False, feed_deadline=DEADLINE, page_deadline=DEADLINE
    )
    with ExitStack() as opened:
        canary = opened.enter_context(serving(answer()))
        mirror = opened.enter_context(_second_canary(canary.port))
        opened.enter_context(_proxied(canary))
        door = opened.enter_context(closing(HttpDoor(policy, resolve)))
        asks = _asks(canary.port)
        for number, trap in enumerate(traps(count, dice), 1):
            kind, ask = asks[number % len(asks)]
            behind = kind != "receiver" and number % 4 == 0
            faults += _spring(door, resolve, trap, kind, ask, canary.port, redirected=behind)
            if number % 500 == 0:
                say(f"{number} traps, {canary.connections + len(mirror)} connections, {len(faults)} faults")
        reached = canary.connections + len(mirror)
    if reached:
        faults.append(f"the canaries were reached {reached} times")
    return Outcome(tried=count, faults=tuple(faults), facts={"reached": reached})


def _spring(
    door: HttpDoor, resolve: LyingResolver, trap: Trap, kind: str, ask: Ask, port: int, *, redirected: bool
) -> Sequence[str]:
    """Walk into one trap; a name that turns inward is asked twice. Return what did not end as it must."""
    resolve.set(trap)
    if redirected:
        # Servers write what they like into a header; UTF-8 is what browsers read there.
        location = f"http://{trap.host}:{port}/".encode().decode("latin-1")
        with serving(redirect(location), host=ALLOWED) as server:
            last = ask(door, f"{ALLOWED}:{server.port}/#")
            if trap.kind == "rebound":
                last = ask(door, f"{ALLOWED}:{server.port}/#")
    else:
        last = ask(door, trap.host)
        if trap.kind == "rebound":
            last = ask(door, trap.host)
    reason = getattr(last, "reason", None)
    if reason in ENDS:
        return ()
    return (f"{kind} {trap.kind} '{trap.host}' {list(trap.answers)} redirected={redirected}: {last}",)


@contextmanager
def _second_canary(port: int) -> Iterator[list[object]]:
    """Listen on the same port of IPv6's loopback, where that is to be had; the list fills with visitors."""
    visitors: list[object] = []
    try:
        listener = socket.create_server(("::1", port), family=socket.AF_INET6)
    except OSError:
        yield visitors
        return
    with listener:
        listener.setblocking(False)  # noqa: FBT003  (the socket's own interface)
        yield visitors
        try:
            while True:
                visitors.append(listener.accept())
        except BlockingIOError:
            return


@contextmanager
def _proxied(canary: Server) -> Iterator[None]:
    """Have the environment name the canary as everybody's proxy."""
    before = {name: os.environ.get(name) for name in PROXIES}
    os.environ.update(dict.fromkeys(PROXIES, canary.url()))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


PROOF = Proof(
    name="ssrf",
    law="nothing inside is reached: spellings, lying names, redirects, rebinding, proxies",
    unit="traps",
    sample=150,
    usual=2000,
    full=20_000,
    seconds=25,
    run=run,
)
