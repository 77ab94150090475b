"""Which addresses may be dialed, in whatever spelling they come?"""

import asyncio
import ipaddress
import threading
import time

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from monitor.adapters.guard import Guard, Refused, check_address, networks
from monitor.errors import UsageError
from monitor.model import FailureReason

PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8", "1.1.1.1")
REFUSED = (
    ("0.0.0.0", "this network"),
    ("0.1.2.3", "this network"),
    ("10.0.0.1", "private"),
    ("100.64.0.1", "carrier-grade NAT"),
    ("100.127.255.254", "carrier-grade NAT"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("168.63.129.16", "cloud metadata"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.192", "reserved"),
    ("192.0.2.1", "documentation"),
    ("192.88.99.1", "6to4 relay"),
    ("192.168.1.1", "private"),
    ("198.18.0.1", "benchmarking"),
    ("198.19.255.255", "benchmarking"),
    ("198.51.100.7", "documentation"),
    ("203.0.113.7", "documentation"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "broadcast"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::127.0.0.1", "an IPv4 address inside IPv6"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:169.254.169.254", "link-local"),
    ("64:ff9b::7f00:1", "an IPv4 address inside IPv6"),
    ("64:ff9b:1::1", "an IPv4 address inside IPv6"),
    ("100::1", "discard-only"),
    ("2001::1", "an IPv4 address inside IPv6"),
    ("2001:2::1", "reserved"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::", "an IPv4 address inside IPv6"),
    ("3fff::1", "documentation"),
    ("5f00::1", "segment routing"),
    ("fc00::1", "private"),
    ("fd00:ec2::254", "private"),
    ("fe80::1", "link-local"),
    ("fe80::1%1", "link-local"),
    ("fec0::1", "site-local"),
    ("ff02::1", "multicast"),
    ("4000::1", "not global"),
    ("nonsense", "not an address"),
    ("010.0.0.1", "not an address"),
)


@pytest.mark.parametrize("ip", PUBLIC)
def test_public_addresses_may_be_dialed(ip: str) -> None:
    assert check_address(ip) is None


@pytest.mark.parametrize(("ip", "reason"), REFUSED)
def test_addresses_inside_are_refused_with_their_reason(ip: str, reason: str) -> None:
    assert reason == check_address(ip)


def test_only_listed_networks_are_allowed_whatever_they_are() -> None:
    allowed = networks(["127.0.0.0/8", "fd00::/8"])

    assert check_address("127.0.0.1", allowed) is None
    assert check_address("::ffff:127.0.0.1", allowed) is None
    assert check_address("fd00::1", allowed) is None
    assert "private" == check_address("10.0.0.1", allowed)
    assert "an IPv4 address inside IPv6" == check_address("64:ff9b::7f00:1", allowed)


@given(ip_addresses())
def test_what_python_knows_as_not_global_is_never_dialed(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not address.is_global or address.is_multicast:
        mapped = getattr(address, "ipv4_mapped", None)

        assert check_address(str(address)) is not None or (mapped is not None and mapped.is_global)


def test_what_is_no_network_is_told() -> None:
    with pytest.raises(UsageError, match="write a network such as"):
        networks(["10.0.0.0/99"])


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "0", "8.8.2056", "0x"],
)
def test_hosts_that_are_numbers_in_odd_spellings_are_refused_unasked(host: str) -> None:
    with pytest.raises(Refused) as caught:
        asyncio.run(Guard(_unreachable, (), 1).addresses(host))

    assert FailureReason.PRIVATE_ADDRESS == caught.value.reason


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1.", "::1"])
def test_literal_addresses_are_checked_without_a_look_up(host: str) -> None:
    with pytest.raises(Refused) as caught:
        asyncio.run(Guard(_unreachable, (), 1).addresses(host))

    assert FailureReason.PRIVATE_ADDRESS == caught.value.reason


@pytest.mark.parametrize("bad", ["127.0.0.1", "::1", "fe80::1%eth0", "169.254.169.254"])
def test_one_bad_answer_refuses_all(bad: str) -> None:
    guard = Guard(lambda _: ["8.8.8.8", bad, "1.1.1.1"], (), 1)

    with pytest.raises(Refused) as caught:
        asyncio.run(guard.addresses("news.example"))

    assert FailureReason.PRIVATE_ADDRESS == caught.value.reason


def test_answers_that_pass_come_in_their_order() -> None:
    guard = Guard(lambda _: ["8.8.8.8", "1.1.1.1"], (), 1)

    assert ("8.8.8.8", "1.1.1.1") == asyncio.run(guard.addresses("news.example"))


@pytest.mark.parametrize("error", [OSError(-2, "Name or service not known"), OSError(), UnicodeError("long")])
def test_names_that_are_unknown_fail_by_dns(error: Exception) -> None:
    def resolve(_: str) -> list[str]:
        raise error

    with pytest.raises(Refused) as caught:
        asyncio.run(Guard(resolve, (), 1).addresses("news.example"))

    assert FailureReason.DNS == caught.value.reason
    assert str(caught.value).startswith("'news.example' cannot be resolved")


def test_a_name_without_any_address_fails_by_dns() -> None:
    with pytest.raises(Refused) as caught:
        asyncio.run(Guard(lambda _: [], (), 1).addresses("news.example"))

    assert FailureReason.DNS == caught.value.reason


def test_a_slow_name_takes_one_thread_however_many_ask_for_it() -> None:
    released, asked = threading.Event(), []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        if host == "slow.example":
            released.wait(5)
        return ["8.8.8.8"]

    async def ask() -> tuple[str, ...]:
        guard = Guard(resolve, (), 2)
        waiting = [asyncio.create_task(guard.addresses("slow.example")) for _ in range(20)]
        await asyncio.sleep(0)
        quick = await guard.addresses("quick.example")
        released.set()
        await asyncio.gather(*waiting)
        return quick

    assert ("8.8.8.8",) == asyncio.run(ask())
    assert ["quick.example", "slow.example"] == sorted(asked)


def test_who_stops_waiting_leaves_the_look_up_to_the_others() -> None:
    released = threading.Event()

    def resolve(_: str) -> list[str]:
        released.wait(5)
        return ["8.8.8.8"]

    async def ask() -> tuple[str, ...]:
        guard = Guard(resolve, (), 1)
        impatient = asyncio.create_task(guard.addresses("slow.example"))
        patient = asyncio.create_task(guard.addresses("slow.example"))
        await asyncio.sleep(0)
        impatient.cancel()
        released.set()
        return await patient

    assert ("8.8.8.8",) == asyncio.run(ask())


def test_a_look_up_that_outlives_its_loop_harms_nobody() -> None:
    released = threading.Event()

    def resolve(_: str) -> list[str]:
        released.wait(5)
        return ["8.8.8.8"]

    async def ask() -> None:
        async with asyncio.timeout(0.01):
            await Guard(resolve, (), 1).addresses("slow.example")

    with pytest.raises(TimeoutError):
        asyncio.run(ask())
    released.set()

    end = time.monotonic() + 5
    while any(thread.name == "resolve slow.example" for thread in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_passed_is_good_for_a_moment_and_for_so_many_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.adapters.guard._KEPT_HOSTS", 2)
    asked: list[str] = []

    async def ask() -> None:
        guard = Guard(lambda host: asked.append(host) or ["8.8.8.8"], (), 1)  # type: ignore[func-returns-value]
        for host in ("a.example", "a.example", "b.example", "c.example", "b.example", "a.example"):
            await guard.addresses(host)
        guard.forget("b.example")
        guard.forget("b.example")
        await guard.addresses("b.example")
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + 31)
        await guard.addresses("b.example")

    asyncio.run(ask())

    assert ["a.example", "b.example", "c.example", "a.example", "b.example", "b.example"] == asked


def test_what_was_refused_is_not_kept() -> None:
    answers = iter([["8.8.8.8", "127.0.0.1"], ["8.8.8.8"]])

    async def ask() -> tuple[str, ...]:
        guard = Guard(lambda _: next(answers), (), 1)
        with pytest.raises(Refused):
            await guard.addresses("news.example")
        return await guard.addresses("news.example")

    assert ("8.8.8.8",) == asyncio.run(ask())


def _unreachable(host: str) -> list[str]:
    raise AssertionError(f"'{host}' was looked up")
