"""What hostile servers cannot do: hold on, fill up, lead astray."""

import gzip
import resource
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.adapters.http import HttpDoor
from monitor.model import Document, FailureReason, FetchFailed, Receiver, ReceiverName, Validators
from monitor.ports import FetchPolicy
from tests.processes import stopwatch
from tests.servers import Asked, Behavior, Peer, Server, answer, bomb, redirect, say, serving

LOOPBACK = ("127.0.0.0/8",)
LIMIT = 100_000
# For servers that hold on; and for the others, which must end by themselves, on a busy machine too.
DEADLINE, PATIENCE = timedelta(seconds=0.3), timedelta(seconds=15)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
NONE = Validators()


@pytest.fixture(scope="module")
def impatient() -> Iterator[HttpDoor]:
    yield from _door(DEADLINE)


@pytest.fixture(scope="module")
def door() -> Iterator[HttpDoor]:
    yield from _door(PATIENCE)


def _door(deadline: timedelta) -> Iterator[HttpDoor]:
    policy = FetchPolicy(
        allow_private=LOOPBACK,
        respect_robots=False,
        feed_deadline=deadline,
        page_deadline=deadline,
        feed_bytes=LIMIT,
        page_bytes=LIMIT,
    )
    opened = HttpDoor(policy)
    yield opened
    opened.close()


def _drip(start: bytes, piece: bytes) -> Behavior:
    def behave(peer: Peer, _: Asked) -> None:
        peer.send(start)
        peer.drip(piece)

    return behave


def _pour(start: bytes, piece: bytes) -> Behavior:
    def behave(peer: Peer, _: Asked) -> None:
        peer.send(start)
        peer.pour(piece * (65_536 // len(piece)))

    return behave


def _encoded(coding: str, body: bytes) -> Behavior:
    return answer(body, headers={"content-encoding": coding})


HOSTILE: dict[str, tuple[Behavior, FailureReason]] = {
    "silence": (lambda peer, _: peer.hang(), FailureReason.TIMEOUT),
    "dripped status line": (_drip(b"HTTP/1.1 200 ", b"O"), FailureReason.TIMEOUT),
    "dripped line that is none": (_drip(b"", b"H"), FailureReason.PROTOCOL),
    "dripped headers": (_drip(OK, b"x: y\r\n"), FailureReason.TIMEOUT),
    "dripped interim answers": (_drip(b"HTTP/1.1 100 Go\r\n", b"a: b\r\n"), FailureReason.TIMEOUT),
    "dripped body": (_drip(OK + b"\r\n", b"x"), FailureReason.TIMEOUT),
    "dripped chunks": (_drip(CHUNKED, b"1\r\nx\r\n"), FailureReason.TIMEOUT),
    "dripped chunk size": (_drip(CHUNKED, b"0"), FailureReason.TIMEOUT),
    "dripped gzip": (_drip(OK + b"content-encoding: gzip\r\n\r\n", b"\x1f"), FailureReason.TIMEOUT),
    "endless interim answers": (_pour(b"", b"HTTP/1.1 103 Hints\r\n\r\n"), FailureReason.PROTOCOL),
    "endless headers": (_pour(OK, b"x: y\r\n"), FailureReason.PROTOCOL),
    "endless header line": (_pour(OK + b"x: ", b"y"), FailureReason.PROTOCOL),
    "endless chunk extension": (_pour(CHUNKED + b"1;", b"y"), FailureReason.PROTOCOL),
    "endless trailers": (_pour(CHUNKED + b"0\r\n", b"x: y\r\n"), FailureReason.PROTOCOL),
    "endless body": (_pour(OK + b"\r\n", b"x"), FailureReason.TOO_BIG),
    "endless chunks": (_pour(CHUNKED, b"10\r\n0123456789abcdef\r\n"), FailureReason.TOO_BIG),
    "endless gzip": (_pour(OK + b"content-encoding: gzip\r\n\r\n", b"\0"), FailureReason.TOO_BIG),
    "announced too big": (answer(b"", headers={"content-length": "100001"}), FailureReason.TOO_BIG),
    "announced absurdly big": (answer(b"", headers={"content-length": "9" * 30}), FailureReason.PROTOCOL),
    "too long for its announcement": (
        say(OK + b"content-length: 9\r\n\r\nfour"),
        FailureReason.PROTOCOL,
    ),
    "two lengths": (say(OK + b"content-length: 4\r\ncontent-length: 5\r\n\r\nfour!"), FailureReason.PROTOCOL),
    "negative length": (say(OK + b"content-length: -4\r\n\r\nfour"), FailureReason.PROTOCOL),
    "unknown transfer encoding": (say(OK + b"transfer-encoding: gzip\r\n\r\nx"), FailureReason.PROTOCOL),
    "chunks without an end": (say(CHUNKED + b"4\r\nfour\r\n"), FailureReason.PROTOCOL),
    "garbage for a chunk": (say(CHUNKED + b"zz\r\nfour\r\n"), FailureReason.PROTOCOL),
    "chunk longer than said": (say(CHUNKED + b"2\r\nfour\r\n0\r\n\r\n"), FailureReason.PROTOCOL),
    "garbage": (say(bytes(range(256)) * 8), FailureReason.PROTOCOL),
    "another protocol": (say(b"SSH-2.0-OpenSSH_9.2\r\n"), FailureReason.PROTOCOL),
    "an ancient protocol": (say(b"<html>hello</html>\r\n\r\n"), FailureReason.PROTOCOL),
    "switched protocols": (say(b"HTTP/1.1 101 Up\r\nupgrade: x\r\n\r\n"), FailureReason.PROTOCOL),
    "nothing": (say(b""), FailureReason.PROTOCOL),
    "half a head": (say(b"HTTP/1.1 200 OK\r\nx: "), FailureReason.PROTOCOL),
    "header with a zero byte": (say(OK + b"x: \0\r\n\r\n"), FailureReason.PROTOCOL),
    "reset at once": (lambda peer, _: peer.reset(), FailureReason.CONNECT),
    "gzip bomb": (_encoded("gzip", bomb(100_000_000)), FailureReason.TOO_BIG),
    "gzip bomb in members": (_encoded("gzip", bomb(20_000) * 50), FailureReason.TOO_BIG),
    "gzip of empty members": (_encoded("gzip", gzip.compress(b"") * 1_000), FailureReason.BAD_ENCODING),
    "stacked gzip": (_encoded("gzip, gzip", gzip.compress(bomb(1_000))), FailureReason.BAD_ENCODING),
    "brotli": (_encoded("br", b"\x0b\x02\x80xxxxx\x03"), FailureReason.BAD_ENCODING),
    "deflate": (_encoded("deflate", b"x"), FailureReason.BAD_ENCODING),
    "an encoding of its own": (_encoded("x-evil", b"x"), FailureReason.BAD_ENCODING),
    "gzip cut off": (_encoded("gzip", gzip.compress(b"x" * 999)[:-9]), FailureReason.BAD_ENCODING),
    "gzip with a wrong sum": (
        _encoded("gzip", gzip.compress(b"x")[:-8] + bytes(8)),
        FailureReason.BAD_ENCODING,
    ),
    "no gzip at all": (_encoded("gzip", b"<rss/>"), FailureReason.BAD_ENCODING),
    "redirect inside": (redirect("http://10.0.0.1/"), FailureReason.PRIVATE_ADDRESS),
    "redirect to metadata": (redirect("http://169.254.169.254/latest/"), FailureReason.PRIVATE_ADDRESS),
    "redirect to a number": (redirect("http://2130706433/"), FailureReason.PRIVATE_ADDRESS),
    "redirect to mapped loopback": (redirect("http://[::ffff:10.0.0.1]/"), FailureReason.PRIVATE_ADDRESS),
    "redirect to a closed port": (redirect("http://127.0.0.1:1/"), FailureReason.CONNECT),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_feeds_end_in_time_and_for_the_right_reason(
    door: HttpDoor, impatient: HttpDoor, kind: str
) -> None:
    behavior, reason = HOSTILE[kind]
    used = impatient if reason is FailureReason.TIMEOUT else door
    with stopwatch() as spent, serving(behavior) as server:
        failed = used.revalidate(server.url(), NONE)
        took = spent()

    assert isinstance(failed, FetchFailed)
    assert reason == failed.reason
    assert took < 5


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_end_in_time_and_for_the_right_reason(
    door: HttpDoor, impatient: HttpDoor, kind: str
) -> None:
    behavior, reason = HOSTILE[kind]
    used = impatient if reason is FailureReason.TIMEOUT else door
    with stopwatch() as spent, serving(behavior) as server:
        failed = used.get(server.url())
        took = spent()

    assert isinstance(failed, FetchFailed)
    assert reason == failed.reason
    assert took < 5


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_receivers_end_in_time(door: HttpDoor, kind: str) -> None:
    behavior, reason = HOSTILE[kind]
    with stopwatch() as spent, serving(behavior) as server:
        reply = door.post(
            _receiver(server, DEADLINE if reason is FailureReason.TIMEOUT else PATIENCE), {}, b"{}"
        )
        took = spent()

    # A status that came counts; without one, the reason is that of a feed.
    assert (reply.status is not None and reply.reason is None) or reason == reply.reason
    assert len(reply.excerpt) <= 4_096
    assert took < 5


def test_a_body_that_drips_does_not_hide_a_receivers_status(door: HttpDoor) -> None:
    with serving(_drip(OK + b"\r\n", b"x")) as server:
        receiver = Receiver(name=ReceiverName("desk"), url=server.url(), allow_private=True, timeout=DEADLINE)
        reply = door.post(receiver, {}, b"{}")

    assert 200 == reply.status


def test_a_reset_in_the_middle_of_a_body_fails_by_connect(door: HttpDoor) -> None:
    def behave(peer: Peer, _: Asked) -> None:
        peer.send(OK + b"content-length: 99\r\n\r\nhalf")
        peer.reset()

    with serving(behave) as server:
        failed = door.revalidate(server.url(), NONE)

    assert isinstance(failed, FetchFailed)
    assert FailureReason.CONNECT == failed.reason


def test_a_body_in_crumbs_is_given_up_before_it_costs_much() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))
    before = time.process_time()

    with serving(_pour(CHUNKED, b"1\r\nx\r\n")) as server:
        failed = door.revalidate(server.url(), NONE)
        spent = time.process_time() - before

    door.close()
    assert isinstance(failed, FetchFailed)
    assert "a body in crumbs" == failed.detail
    assert spent < 5


def test_a_head_of_many_interim_answers_is_bounded_as_a_whole(door: HttpDoor) -> None:
    hint = b"HTTP/1.1 103 Hints\r\nx: " + b"y" * 60_000 + b"\r\n\r\n"

    with serving(say(hint * 8)) as server:
        failed = door.revalidate(server.url(), NONE)

    assert isinstance(failed, FetchFailed)
    assert FailureReason.TOO_BIG == failed.reason


def test_the_body_of_a_redirect_is_not_read(door: HttpDoor) -> None:
    def behave(peer: Peer, asked: Asked) -> None:
        if asked.target == "/new":
            answer()(peer, asked)
        else:
            peer.send(b"HTTP/1.1 302 Found\r\nlocation: /new\r\n\r\n")
            peer.pour(bytes(65_536))

    with serving(behave) as server:
        document = door.revalidate(server.url("/old"), NONE)

    assert isinstance(document, Document)


def test_a_bomb_costs_no_more_memory_than_the_limit(door: HttpDoor) -> None:
    packed = bomb(200_000_000)

    with serving(answer(packed[:LIMIT], headers={"content-encoding": "gzip"})) as server:
        tracemalloc.start()
        failed = door.revalidate(server.url(), NONE)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert isinstance(failed, FetchFailed)
    assert FailureReason.TOO_BIG == failed.reason
    assert peak < 20 * LIMIT


def test_an_endless_body_that_is_not_read_does_not_fill_the_memory(door: HttpDoor) -> None:
    with serving(_pour(OK + b"\r\n", b"x")) as server:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(20):
            door.revalidate(server.url(), NONE)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert after - before < 30_000


def test_the_deadline_covers_all_redirects_together(impatient: HttpDoor) -> None:
    def slow(peer: Peer, asked: Asked) -> None:
        threading.Event().wait(DEADLINE.total_seconds() * 0.4)
        redirect(f"{asked.target}0")(peer, asked)

    with stopwatch() as spent, serving(slow) as server:
        failed = impatient.revalidate(server.url("/1"), NONE)
        took = spent()

    assert isinstance(failed, FetchFailed)
    assert FailureReason.TIMEOUT == failed.reason
    assert took < 5


def test_one_hostile_server_does_not_delay_the_others() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))

    with (
        serving(lambda peer, _: peer.hang()) as hostile,
        serving(answer()) as well,
        ThreadPoolExecutor(32) as threads,
    ):
        held = [threads.submit(door.revalidate, hostile.url(), NONE) for _ in range(30)]
        with stopwatch() as spent:
            answers = [threads.submit(door.revalidate, well.url(), NONE).result() for _ in range(10)]
            took = spent()
        door.close()
        ends = [each.result() for each in held]

    assert all(isinstance(each, Document) for each in answers)
    assert all(isinstance(each, FetchFailed) for each in ends)
    assert took < 5


def _receiver(server: Server, timeout: timedelta) -> Receiver:
    return Receiver(name=ReceiverName("desk"), url=server.url(), allow_private=True, timeout=timeout)
