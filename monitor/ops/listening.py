"""`monitor receivers listen`: a receiver on this machine that verifies what comes, and shows it."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.alerts.signing import refusal
from monitor.errors import UsageError
from monitor.model import Receiver
from monitor.tables import shown_time

_TAKEN, _UNAUTHORIZED = 204, 401
_MOST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is answered to a request, and a line about it."""

    status: int
    line: str


def address_to_listen(receiver: Receiver) -> tuple[str, int]:
    """Return the address of this machine at which a receiver is configured.

    Raises:
        UsageError: it is configured to be somewhere else.
    """
    parts = urlsplit(receiver.url)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if parts.scheme != "http" or not here:
        raise UsageError(
            f"receiver '{receiver.name}' is not on this machine; listening is for addresses such as "
            "http://127.0.0.1:8080/"
        )
    return host, parts.port or 80


def hear(receiver: Receiver, headers: Mapping[str, str], body: bytes, now: datetime) -> Heard:
    """Return what a request is worth: one that the receiver's secrets did not sign is refused."""
    at = shown_time(now)
    why = refusal(headers, body, receiver.secrets, now) if receiver.secrets else None
    if why is not None:
        return Heard(status=_UNAUTHORIZED, line=f"{at} refused: {why}")
    told = "signature verified" if receiver.secrets else "not signed"
    return Heard(status=_TAKEN, line=f"{at} {headers.get('webhook-id', 'no id')} {_said(body)} ({told})")


def _said(body: bytes) -> str:
    """Return an event in a few words; of one in another format its beginning."""
    try:
        event: Any = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        return " ".join(body.decode("utf-8", "replace").split())[:_MOST]
    content: Any = event.get("data")
    content = content if isinstance(content, dict) else {}
    named = [_name(match) for match in content.get("matches") or () if isinstance(match, dict)]
    article = content.get("article")
    title = article.get("title") if isinstance(article, dict) else content.get("message")
    words = ": ".join(str(each) for each in (", ".join(named), title) if each)
    return f"{event['type']} {words}".strip()[:_MOST]


def _name(match: Mapping[str, Any]) -> str:
    entity = match.get("entity")
    return str(entity.get("name")) if isinstance(entity, dict) else ""
