"""What does a request carry, so that its receiver can trust it? Headers after Standard Webhooks 1.0.0."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime

from monitor.model import Delivery, Receiver


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
