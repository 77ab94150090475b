"""The body that `docs/webhooks.md` describes: compact JSON in UTF-8, keys in the document's order."""

import json
from collections.abc import Mapping

from monitor.alerts.evidence import moment
from monitor.model import Event

SCHEMA_VERSION = "1.0"
# The contract's limit for every body, in every format.
MOST_BYTES = 20_000
CONTENT_TYPE = "application/json; charset=utf-8"


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of an event."""
    return CONTENT_TYPE, compact(body_of(event))


def body_of(event: Event) -> Mapping[str, object]:
    """Return the body of an event as plain values."""
    return {
        "type": event.type.value,
        "timestamp": moment(event.timestamp),
        "schema_version": SCHEMA_VERSION,
        "data": event.content,
    }


def compact(value: object) -> bytes:
    """Return plain values as JSON; what is no Unicode text, such as half a surrogate, becomes `?`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "replace"
    )
