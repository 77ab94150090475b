"""Laws of a receiver on this machine."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.signing import headers_of
from monitor.errors import UsageError
from monitor.model import Delivery, DeliveryId, EventType, Receiver, ReceiverName
from monitor.ops.listening import address_to_listen, hear

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DESK = Receiver(name=ReceiverName("desk"), url="http://127.0.0.1:8080/", secrets=(b"new" * 10, b"old" * 10))
EVENT = {
    "type": "match.created",
    "data": {
        "matches": [{"entity": {"name": "Amazon"}}, {"entity": {"name": "AWS"}}],
        "article": {"title": "T"},
    },
}


def delivery(body: bytes) -> Delivery:
    return Delivery(
        id=DeliveryId("msg_1"),
        receiver=DESK.name,
        event_type=EventType.MATCH_CREATED,
        content_type="application/json",
        body=body,
        due_at=NOW,
        promised_at=NOW,
        created_at=NOW,
    )


def said(body: bytes, receiver: Receiver = DESK) -> tuple[int, str]:
    heard = hear(receiver, headers_of(delivery(body), receiver, NOW, "monitor"), body, NOW)
    return heard.status, heard.line.removeprefix("2026-03-01T12:00:00Z ")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (json.dumps(EVENT).encode(), "match.created Amazon, AWS: T"),
        (b'{"type": "webhook.test", "data": {"message": "This is a test."}}', "webhook.test This is a test."),
        (b'{"type": "x", "data": 7}', "x"),
        (b'{"type": "x", "data": {"matches": [7, {"entity": 7}], "article": 7}}', "x"),
        (b'{"text": "for a chat"}', '{"text": "for a chat"}'),
        (b"no\n json \xff", "no json \ufffd"),
        (b"[" * 100_000, "[" * 160),
    ],
)
def test_an_event_is_shown_in_a_few_words(body: bytes, words: str) -> None:
    assert (204, f"msg_1 {words} (signature verified)") == said(body)


def test_a_receiver_without_secrets_believes_everything_and_says_so() -> None:
    assert (204, "msg_1 x (not signed)") == said(b"x", replace(DESK, secrets=()))


@pytest.mark.parametrize(
    ("changed", "body", "at", "why"),
    [
        ({}, b"x", NOW, None),
        ({"webhook-signature": "v1,AAAA v2,x"}, b"x", NOW, "signature"),
        ({"webhook-signature": "ä"}, b"x", NOW, "signature"),
        ({"webhook-signature": ""}, b"x", NOW, "signature"),
        ({}, b"y", NOW, "signature"),
        ({"webhook-id": "msg_2"}, b"x", NOW, "signature"),
        ({"webhook-id": ""}, b"x", NOW, "carries no"),
        ({"webhook-timestamp": "soon"}, b"x", NOW, "carries no"),
        ({"webhook-timestamp": "9" * 4_500}, b"x", NOW, "carries no"),
        ({}, b"x", NOW + timedelta(seconds=301), "five minutes"),
        ({}, b"x", NOW - timedelta(seconds=301), "five minutes"),
        ({}, b"x", NOW + timedelta(seconds=299), None),
    ],
)
def test_only_what_one_of_the_secrets_signed_just_now_is_believed(
    changed: dict[str, str], body: bytes, at: datetime, why: str | None
) -> None:
    signer = replace(DESK, secrets=DESK.secrets[1:])
    headers = {**headers_of(delivery(b"x"), signer, NOW, "monitor"), **changed}

    heard = hear(DESK, headers, body, at)

    assert (401 if why else 204) == heard.status
    assert (why or "verified") in heard.line


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8080/", ("127.0.0.1", 8080)),
        ("http://localhost/x", ("127.0.0.1", 80)),
        ("http://[::1]:9/", ("::1", 9)),
    ],
)
def test_a_receiver_listens_where_it_is_configured(url: str, address: tuple[str, int]) -> None:
    assert address == address_to_listen(replace(DESK, url=url))


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "http://10.0.0.1/", "http://example.org/", "smtp://localhost"]
)
def test_a_receiver_elsewhere_is_not_ours_to_be(url: str) -> None:
    with pytest.raises(UsageError, match="is not on this machine"):
        address_to_listen(replace(DESK, url=url))
