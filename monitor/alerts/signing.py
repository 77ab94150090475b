"""What does a request carry, so that its receiver can trust it? Headers after Standard Webhooks 1.0.0."""

import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Delivery, Receiver

# How far a request's time may be off, as the libraries of Standard Webhooks have it.
TOLERANCE = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,12}")


def headers_of(delivery: Delivery, receiver: Receiver, now: datetime, user_agent: str) -> Mapping[str, str]:
    """Return the headers of one attempt.

    The signature covers `id.timestamp.body` by HMAC-SHA256, once for each of the receiver's secrets,
    so that secrets can be rotated; without secrets there is none. `now` is the attempt's time.
    """
    timestamp = str(int(now.timestamp()))
    headers = {
        "content-type": delivery.content_type,
        "user-agent": user_agent,
        "webhook-id": delivery.id,
        "webhook-timestamp": timestamp,
    }
    if not receiver.secrets:
        return headers
    signed = f"{delivery.id}.{timestamp}.".encode() + delivery.body
    signatures = (f"v1,{_signature(secret, signed)}" for secret in receiver.secrets)
    return headers | {"webhook-signature": " ".join(signatures)}


def _signature(secret: bytes, signed: bytes) -> str:
    return b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii")


def refusal(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> str | None:
    """Return why a request should not be believed; None where one of the secrets signed it just now.

    `headers` have names in lower case. This is what a receiver has to do.
    """
    identifier, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identifier or not _SECONDS.fullmatch(timestamp):
        return "it carries no webhook-id and webhook-timestamp"
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        return "its time is more than five minutes off"
    signed = f"{identifier}.{timestamp}.".encode() + body
    wanted = [f"v1,{_signature(secret, signed)}".encode() for secret in secrets]
    given = [each.encode() for each in headers.get("webhook-signature", "").split()]
    if not any(hmac.compare_digest(one, other) for one in wanted for other in given):
        return "its signature is not made with a secret of this receiver"
    return None
