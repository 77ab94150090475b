"""No address inside is reached, however it is spelled, and whoever names it."""

import itertools
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.adapters.http import HttpDoor
from monitor.model import Document, FailureReason, FetchFailed, Receiver, ReceiverName, Reply, Validators
from monitor.ports import FetchPolicy
from tests.servers import answer, redirect, routes, serving

LOOPBACK = ("127.0.0.0/8",)
DEADLINE = timedelta(seconds=0.4)
NONE = Validators()


@pytest.fixture(scope="module")
def door() -> Iterator[HttpDoor]:
    policy = FetchPolicy(page_deadline=DEADLINE, feed_deadline=DEADLINE, respect_robots=False)
    opened = HttpDoor(policy)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.01",
        "１２７.0.0.1",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[::127.0.0.1]",
        "169.254.169.254",
        "168.63.129.16",
        "user@127.0.0.1",
        "8.8.8.8@127.0.0.1",
    ],
)
@pytest.mark.parametrize("ask", ["feed", "page", "receiver"])
def test_nothing_inside_is_reached_in_any_spelling(door: HttpDoor, host: str, ask: str) -> None:
    with serving(answer()) as canary:
        url = f"http{'s' if ask == 'receiver' else ''}://{host}:{canary.port}/"

        found = _ask(door, ask, url)

    assert FailureReason.PRIVATE_ADDRESS == found.reason
    assert 0 == canary.connections


@pytest.mark.parametrize(
    "url",
    ["", "news", "/feed", "file:///etc/passwd", "ftp://x/", "http:///x", "http://[", "http://%31%32/",
     "javascript:1", "http://a b/", "http://" + "x" * 300 + "/", "http://x:99999/"],
)  # fmt: skip
@pytest.mark.parametrize("ask", ["feed", "page", "receiver"])
def test_what_is_no_web_address_is_not_asked_for(door: HttpDoor, url: str, ask: str) -> None:
    assert FailureReason.PROTOCOL == _ask(door, ask, url).reason


@pytest.mark.parametrize("ask", ["feed", "page"])
def test_a_name_that_turns_inward_after_its_first_answer_reaches_nothing(ask: str) -> None:
    answers = itertools.chain([["127.0.0.2"]], itertools.repeat(["127.0.0.1"]))
    policy = FetchPolicy(allow_private=("127.0.0.2/32",), respect_robots=False)
    door = HttpDoor(policy, lambda _: next(answers))
    with serving(answer()) as canary:
        url = canary.url(host="rebound.example")

        first, second = _ask(door, ask, url), _ask(door, ask, url)

    door.close()
    # The first answer may be dialed, and nobody listens there; the second may not.
    assert FailureReason.CONNECT == first.reason
    assert FailureReason.PRIVATE_ADDRESS == second.reason
    assert 0 == canary.connections


def test_the_address_that_was_checked_is_the_one_that_is_dialed() -> None:
    looked_up: list[str] = []

    def resolve(host: str) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), resolve)
    with serving(answer()) as server:
        document = door.revalidate(server.url(host="no-such-name.invalid"), NONE)

    door.close()
    assert isinstance(document, Document)
    assert ["no-such-name.invalid"] == looked_up
    assert f"no-such-name.invalid:{server.port}" == server.asked[0].headers["host"]


def test_one_bad_answer_among_good_ones_refuses_all() -> None:
    door = HttpDoor(FetchPolicy(feed_deadline=DEADLINE), lambda _: ["8.8.8.8", "127.0.0.1"])
    with serving(answer()) as canary:
        found = door.revalidate(canary.url(host="mixed.example"), NONE)

    door.close()
    assert isinstance(found, FetchFailed)
    assert FailureReason.PRIVATE_ADDRESS == found.reason
    assert 0 == canary.connections


def test_names_beyond_ascii_are_looked_up_in_their_encoded_form() -> None:
    looked_up: list[str] = []
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), lambda host: looked_up.append(host) or ["127.0.0.1"])  # type: ignore[func-returns-value]
    with serving(answer()) as server:
        document = door.revalidate(server.url(host="bücher.example"), NONE)

    door.close()
    assert isinstance(document, Document)
    assert ["xn--bcher-kva.example"] == looked_up


@pytest.mark.parametrize("host", ["xn--i-7iq.example", "xn--a", "xn--"])
def test_encoded_names_that_nothing_can_decode_are_names(host: str) -> None:
    policy = FetchPolicy(allow_private=LOOPBACK, feed_deadline=DEADLINE)
    door = HttpDoor(policy, lambda _: ["127.0.0.1"])
    with serving(routes({"/": answer(), "/hang": lambda peer, _: peer.hang()})) as server:
        feed, page = door.revalidate(server.url(host=host), NONE), door.get(server.url(host=host))
        silent = door.revalidate(server.url("/hang", host), NONE)
        with serving(redirect(server.url(host=host))) as other:
            led = door.revalidate(other.url(), NONE)

    door.close()
    assert all(isinstance(each, Document) for each in (feed, page, led))
    assert isinstance(silent, FetchFailed)
    assert (FailureReason.TIMEOUT, True) == (silent.reason, host in silent.detail)
    assert {f"{host}:{server.port}"} == {asked.headers["host"] for asked in server.asked}


def test_the_next_address_is_tried_where_one_refuses() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), lambda _: ["127.0.0.2", "127.0.0.1"])
    with serving(answer()) as server:
        document = door.revalidate(server.url(host="two.example"), NONE)

    door.close()
    assert isinstance(document, Document)


def test_an_unknown_name_fails_by_dns_and_slow_names_by_their_deadline() -> None:
    released = threading.Event()

    def resolve(host: str) -> list[str]:
        if host == "slow.example":
            released.wait(5)
        raise OSError(-2, "Name or service not known")

    door = HttpDoor(FetchPolicy(feed_deadline=DEADLINE), resolve)
    unknown = door.revalidate("http://unknown.example/?s3cret", NONE)
    slow = door.revalidate("http://slow.example/", NONE)
    released.set()

    door.close()
    detail = "'unknown.example' cannot be resolved: Name or service not known"
    assert FetchFailed(reason=FailureReason.DNS, detail=detail) == unknown
    assert isinstance(slow, FetchFailed)
    assert FailureReason.TIMEOUT == slow.reason


def test_slow_names_of_feeds_do_not_hold_deliveries_up() -> None:
    released = threading.Event()

    def resolve(host: str) -> list[str]:
        if host.startswith("slow"):
            released.wait(5)
        return ["127.0.0.1"]

    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), resolve)
    with serving(answer()) as server, ThreadPoolExecutor(60) as threads:
        held = [
            threads.submit(door.revalidate, server.url(host=f"slow-{number}.example"), NONE)
            for number in range(60)
        ]
        receiver = Receiver(
            name=ReceiverName("desk"),
            url=server.url(host="desk.example"),
            allow_private=True,
            timeout=timedelta(seconds=2),
        )
        reply = door.post(receiver, {}, b"{}")
        released.set()
        assert all(isinstance(each.result(), Document) for each in held)

    door.close()
    assert 200 == reply.status


@pytest.mark.parametrize("location", ["http://10.0.0.1/", "http://0177.0.0.1/", "http://localhost/"])
def test_no_redirect_leads_inside(location: str) -> None:
    door = HttpDoor(FetchPolicy(allow_private=("127.0.0.1/32",)), lambda _: ["127.0.0.2"])
    with serving(redirect(location)) as server:
        found = door.revalidate(server.url(), NONE)

    door.close()
    assert isinstance(found, FetchFailed)
    assert FailureReason.PRIVATE_ADDRESS == found.reason


def test_what_feeds_may_reach_receivers_may_not() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))
    with serving(answer()) as server:
        insecure = _ask(door, "receiver", server.url())
        private = _ask(door, "receiver", server.url().replace("http:", "https:"))

    door.close()
    assert FailureReason.TLS == insecure.reason
    assert FailureReason.PRIVATE_ADDRESS == private.reason
    assert 0 == server.connections


def test_what_one_receiver_may_reach_feeds_and_other_receivers_may_not(door: HttpDoor) -> None:
    with serving(answer()) as server:
        internal = Receiver(name=ReceiverName("desk"), url=server.url(), allow_private=True)
        delivered = door.post(internal, {}, b"{}")
        refused = [
            _ask(door, "feed", server.url()),
            _ask(door, "receiver", f"https://127.0.0.1:{server.port}/"),
        ]

    assert 200 == delivered.status
    assert [FailureReason.PRIVATE_ADDRESS] * 2 == [each.reason for each in refused]
    assert 1 == server.connections


def _ask(door: HttpDoor, ask: str, url: str) -> FetchFailed | Reply:
    if ask == "receiver":
        return door.post(Receiver(name=ReceiverName("desk"), url=url, timeout=DEADLINE), {}, b"{}")
    found = door.revalidate(url, NONE) if ask == "feed" else door.get(url)
    assert isinstance(found, FetchFailed)
    return found
