from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from monitor.alerts.signing import TOLERANCE, headers_of, refusal
from tests.unit.alerts.samples import DELIVERY, RECEIVER

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, tz=UTC)


def test_the_specification_s_vector_is_signed_as_it_says() -> None:
    headers = headers_of(DELIVERY, replace(RECEIVER, secrets=(b64decode(SECRET),)), AT, "news-monitor/1.0")

    assert headers == {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "news-monitor/1.0",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_without_secrets_there_is_no_signature() -> None:
    assert "webhook-signature" not in headers_of(DELIVERY, RECEIVER, AT, "a")


def test_the_timestamp_is_the_attempt_s_whatever_its_zone() -> None:
    there = AT.astimezone(timezone(timedelta(hours=9))) + timedelta(milliseconds=999)

    assert headers_of(DELIVERY, RECEIVER, there, "a")["webhook-timestamp"] == "1614265330"


@settings(max_examples=200)
@given(st.text(), st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=3, unique=True))
def test_the_reference_library_verifies_with_each_of_several_secrets(text: str, secrets: list[bytes]) -> None:
    body = text.encode("utf-8", "replace")
    receiver = replace(RECEIVER, secrets=tuple(secrets))

    headers = headers_of(replace(DELIVERY, body=body), receiver, datetime.now(tz=UTC), "a")

    for secret in secrets:
        reader = Webhook(b64encode(secret).decode())
        signed = dict(headers)
        reader.verify(body, signed, json_parse=False)
        with pytest.raises(WebhookVerificationError):
            reader.verify(body + b" ", signed, json_parse=False)


@pytest.mark.parametrize(
    ("changed", "body", "late", "why"),
    [
        ({}, b"x", timedelta(0), None),
        ({}, b"x", TOLERANCE, None),
        ({}, b"x", -TOLERANCE, None),
        ({}, b"x", TOLERANCE + timedelta(seconds=1), "five minutes"),
        ({}, b"x", -TOLERANCE - timedelta(seconds=1), "five minutes"),
        ({"webhook-id": ""}, b"x", timedelta(0), "carries no"),
        ({"webhook-timestamp": "soon"}, b"x", timedelta(0), "carries no"),
        ({"webhook-id": "another"}, b"x", timedelta(0), "signature"),
        ({"webhook-signature": "v1,\u00e4 v2"}, b"x", timedelta(0), "signature"),
        ({}, b"y", timedelta(0), "signature"),
    ],
)
def test_a_request_is_refused_for_the_first_thing_that_is_wrong(
    changed: dict[str, str], body: bytes, late: timedelta, why: str | None
) -> None:
    old, new = b"o" * 24, b"n" * 24
    signer = replace(RECEIVER, secrets=(old,))
    headers = {**headers_of(replace(DELIVERY, body=b"x"), signer, AT, "a"), **changed}

    refused = refusal(headers, body, (new, old), AT + late)

    assert refused is None if why is None else why in (refused or "")
