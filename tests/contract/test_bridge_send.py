"""What the bridge to Apprise brings, and where it does not go."""

import json
import time
from datetime import timedelta

import pytest

from monitor.adapters.bridge import Bridge
from monitor.alerts.examples import example_delivery, example_events
from monitor.model import EventType, FailureReason, Receiver, ReceiverName, Reply
from tests.servers import answer, serving

DELIVERY = example_delivery(
    example_events()[EventType.MATCH_CREATED], Receiver(name=ReceiverName("desk"), url="", format="apprise")
)


def sent(url: str, *, private: bool = True, seconds: float = 20, body: bytes = DELIVERY.body) -> Reply:
    receiver = Receiver(
        name=ReceiverName("desk"),
        url=url,
        format="apprise",
        allow_private=private,
        timeout=timedelta(seconds=seconds),
    )
    return Bridge().post(receiver, {}, body)


def test_apprise_tells_title_and_text() -> None:
    with serving(answer(b"{}")) as server:
        reply = sent(f"json://127.0.0.1:{server.port}/geheim")

    (asked,) = server.asked
    told = json.loads(asked.body)
    assert 200 == reply.status
    assert ("POST", "/geheim") == (asked.method, asked.target)
    assert "Amazon macht Peter DeSantis zum KI-Chef" == told["title"]
    assert "Amazons Sparte für künstliche Intelligenz" in told["message"]


def test_what_a_service_refuses_is_told_without_the_address() -> None:
    with serving(answer(b"no", 400)) as server:
        reply = sent(f"json://127.0.0.1:{server.port}/geheim")

    assert (None, FailureReason.PROTOCOL) == (reply.status, reply.reason)
    assert "Apprise could not deliver it; the service answered 400" == reply.detail


def test_a_private_address_is_not_dialed_whatever_it_is_called() -> None:
    with serving(answer(b"{}")) as server:
        reply = sent(f"json://localhost:{server.port}/geheim", private=False)

    assert (None, FailureReason.PRIVATE_ADDRESS, "refused: loopback") == (
        reply.status,
        reply.reason,
        reply.detail,
    )
    assert 0 == server.connections


def test_what_is_told_past_the_network_is_refused() -> None:
    reply = sent("syslog://")

    assert (None, "refused: a program") == (reply.status, reply.detail)


def test_what_is_late_is_ended() -> None:
    with serving(lambda peer, _: peer.hang()) as server:
        began = time.monotonic()
        reply = sent(f"json://127.0.0.1:{server.port}/", seconds=1)

    assert FailureReason.TIMEOUT == reply.reason
    assert time.monotonic() - began < 5


def test_what_is_no_address_of_apprise_s_is_told_without_it() -> None:
    reply = sent("nothing://geheim")

    assert "the address is none that Apprise knows" == reply.detail
    assert "geheim" not in repr(reply)


@pytest.mark.parametrize(
    "body", [b"Subject: x\r\n\r\n", b"[]", b'{"title": "x", "url": "json://127.0.0.1:1/"}']
)
def test_what_was_written_for_another_format_is_not_told(body: bytes) -> None:
    reply = sent("nothing://geheim", body=body)

    assert FailureReason.INTERNAL == reply.reason
