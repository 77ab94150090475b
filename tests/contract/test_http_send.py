"""What a sender makes of what receivers answer."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.http import HttpDoor
from monitor.model import FailureReason, Receiver, ReceiverName, Reply
from monitor.ports import FetchPolicy
from tests.servers import (
    Asked,
    Peer,
    accepting,
    answer,
    free_port,
    in_turn,
    redirect,
    say,
    self_signed,
    serving,
    wait_until,
)

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "user-agent": "news-monitor/1.0 (+https://example.org)",
    "webhook-id": "msg_1",
    "webhook-signature": "v1,abc v1,def",
}


@pytest.fixture(scope="module")
def door() -> Iterator[HttpDoor]:
    opened = HttpDoor(FetchPolicy(user_agent="policy/1.0"), now=lambda: NOW)
    yield opened
    opened.close()


def _receiver(url: str, timeout: timedelta = timedelta(seconds=5)) -> Receiver:
    return Receiver(name=ReceiverName("desk"), url=url, allow_private=True, timeout=timeout)


def test_the_body_and_its_headers_arrive_as_they_are(door: HttpDoor) -> None:
    body = '{"type": "webhook.test", "text": "ä"}'.encode()

    with serving(answer(b"thanks")) as server:
        reply = door.post(_receiver(server.url("/hook?key=1")), HEADERS, body)

    assert Reply(status=200, excerpt="thanks") == reply
    asked = server.asked[0]
    assert ("POST", "/hook?key=1", body) == (asked.method, asked.target, asked.body)
    assert {name.lower(): value for name, value in HEADERS.items()}.items() <= asked.headers.items()
    assert str(len(body)) == asked.headers["content-length"]
    assert f"127.0.0.1:{server.port}" == asked.headers["host"]


def test_the_policys_user_agent_is_used_where_none_is_given(door: HttpDoor) -> None:
    with serving(answer()) as server:
        door.post(_receiver(server.url()), {}, b"{}")

    assert "policy/1.0" == server.asked[0].headers["user-agent"]


def test_a_receivers_user_becomes_basic_authorization(door: HttpDoor) -> None:
    with serving(answer()) as server:
        door.post(_receiver(server.url().replace("127.", "desk:word@127.")), {}, b"{}")

    assert "Basic ZGVzazp3b3Jk" == server.asked[0].headers["authorization"]


@pytest.mark.parametrize("status", [200, 201, 204, 400, 404, 410, 429, 500, 503])
def test_every_status_is_told_as_it_is(door: HttpDoor, status: int) -> None:
    with serving(say(f"HTTP/1.1 {status} Said\r\ncontent-length: 0\r\n\r\n".encode())) as server:
        reply = door.post(_receiver(server.url()), HEADERS, b"{}")

    assert Reply(status=status) == reply


@pytest.mark.parametrize("location", ["/elsewhere", "http://[", "http://169.254.169.254/"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_a_status_and_never_followed(door: HttpDoor, status: int, location: str) -> None:
    with serving(redirect(location, status)) as server:
        reply = door.post(_receiver(server.url()), HEADERS, b"{}")

    assert Reply(status=status) == reply
    assert 1 == len(server.asked)


@pytest.mark.parametrize(
    ("given", "wait"),
    [("30", timedelta(seconds=30)), ("Wed, 17 Dec 2025 20:05:00 GMT", timedelta(minutes=5)), ("x", None)],
)
def test_retry_after_is_told(door: HttpDoor, given: str, wait: timedelta | None) -> None:
    with serving(answer(b"", 503, {"retry-after": given})) as server:
        reply = door.post(_receiver(server.url()), HEADERS, b"{}")

    assert Reply(status=503, retry_after=wait) == reply


def test_of_an_answer_the_first_4_kb_are_read_without_control_characters(door: HttpDoor) -> None:
    text = "line\r\n\x1b[31mred\x00\u202e".encode() + b"x" * 10_000

    with serving(answer(text, 500)) as server:
        reply = door.post(_receiver(server.url()), HEADERS, b"{}")

    assert reply.excerpt.startswith("line [31mred x")
    assert len(reply.excerpt) <= 4_096


def test_an_answer_that_was_encoded_unasked_has_no_excerpt(door: HttpDoor) -> None:
    with serving(answer(b"\x1f\x8b", headers={"content-encoding": "gzip"})) as server:
        reply = door.post(_receiver(server.url()), HEADERS, b"{}")

    assert Reply(status=200) == reply


def test_a_receiver_that_says_nothing_costs_its_own_timeout(door: HttpDoor) -> None:
    with serving(lambda peer, _: peer.hang()) as server:
        reply = door.post(_receiver(server.url("/?s3cret"), timedelta(seconds=0.2)), HEADERS, b"{}")

    assert Reply(status=None, reason=FailureReason.TIMEOUT, detail=reply.detail) == reply
    assert "s3cret" not in reply.detail


def test_a_receiver_that_is_down_fails_by_connect(door: HttpDoor) -> None:
    reply = door.post(_receiver("http://127.0.0.1:1/?s3cret"), HEADERS, b"{}")

    assert Reply(status=None, reason=FailureReason.CONNECT, detail="'127.0.0.1': connection refused") == reply


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\0b", " a"])
def test_a_header_that_would_break_the_request_is_not_sent(door: HttpDoor, value: str) -> None:
    with serving(answer()) as server:
        reply = door.post(_receiver(server.url()), {"x": value}, b"{}")

    assert FailureReason.PROTOCOL == reply.reason
    assert [] == server.asked


def test_an_answer_that_comes_before_the_body_was_read_counts(door: HttpDoor) -> None:
    def hasty(peer: Peer, _: Asked) -> None:
        peer.send(b"HTTP/1.1 413 Big\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    with serving(hasty) as server:
        reply = door.post(_receiver(server.url()), HEADERS, bytes(1_000_000))

    assert 413 == reply.status


def test_a_socket_is_used_again_for_the_next_delivery(door: HttpDoor) -> None:
    with serving(answer(b"ok")) as server:
        for _ in range(3):
            door.post(_receiver(server.url()), HEADERS, b"{}")

    assert 1 == server.connections


# ---- reach ---------------------------------------------------------------------------------------


def test_whoever_is_reached_is_sent_nothing(door: HttpDoor) -> None:
    with serving(answer()) as server:
        reply = door.reach(_receiver(server.url("/hook?key=1")))
        assert wait_until(lambda: (server.connections, server.now_open) == (1, 0))

    assert Reply(status=None) == reply
    assert [] == server.asked


def test_who_is_not_reached_says_why(door: HttpDoor, tmp_path: Path) -> None:
    nobody = door.reach(_receiver(f"http://127.0.0.1:{free_port()}/"))
    private = door.reach(replace(_receiver("https://127.0.0.1/"), allow_private=False))
    plain = door.reach(replace(_receiver("http://hooks.example.org/"), allow_private=False))
    with serving(answer(), self_signed(tmp_path)) as server:
        untrusted = door.reach(_receiver(server.url(host="localhost")))
    with accepting(lambda peer: peer.hang()) as server:
        silent = door.reach(
            _receiver(server.url().replace("http:", "https:"), timeout=timedelta(seconds=0.3))
        )

    reasons = [reply.reason for reply in (nobody, private, plain, untrusted, silent)]
    assert [
        FailureReason.CONNECT,
        FailureReason.PRIVATE_ADDRESS,
        FailureReason.TLS,
        FailureReason.TLS,
        FailureReason.TIMEOUT,
    ] == reasons


def test_many_that_are_reached_leave_no_socket_open(door: HttpDoor) -> None:
    with serving(answer()) as server:
        for _ in range(300):
            assert Reply(status=None) == door.reach(_receiver(server.url()))
        assert wait_until(lambda: server.now_open == 0)


# ---- submit --------------------------------------------------------------------------------------


def test_a_form_is_posted_to_where_feeds_may_be_fetched_and_nowhere_else(door: HttpDoor) -> None:
    listed = HttpDoor(FetchPolicy(allow_private=("127.0.0.0/8",)))
    with closing(listed), serving(in_turn(answer(b"later", 202), redirect("/elsewhere", 307))) as server:
        taken = listed.submit(server.url("/hub"), {"hub.mode": "subscribe", "hub.topic": "https://a/?b=c&d"})
        redirected = listed.submit(server.url("/hub"), {})
        refused = door.submit(server.url("/hub"), {})

    assert Reply(status=202, excerpt="later") == taken
    assert b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fa%2F%3Fb%3Dc%26d" == server.asked[0].body
    assert "application/x-www-form-urlencoded" == server.asked[0].headers["content-type"]
    assert (307, FailureReason.PRIVATE_ADDRESS) == (redirected.status, refused.reason)
    assert 2 == len(server.asked)
