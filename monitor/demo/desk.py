"""A receiver on loopback that verifies every signature with the reference library."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from monitor.demo.loopback import Loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came; `problem` is why its signature did not verify."""

    id: str
    event: dict[str, Any]
    problem: str | None


class Desk:
    """Takes webhooks on a free port and keeps them."""

    def __init__(self, secret: str) -> None:
        """Listen at once; `secret` is `whsec_…`."""
        self._verifier = Webhook(secret)
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._server = Loopback("desk", self._handler())
        self.url = f"{self._server.base}/desk"

    def received(self) -> tuple[Received, ...]:
        """Return what has come so far, in order."""
        with self._lock:
            return tuple(self._received)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _take(self, headers: dict[str, str], body: bytes) -> int:
        problem = None
        try:
            self._verifier.verify(body, headers)
        except WebhookVerificationError as error:
            problem = str(error) or type(error).__name__
        event = json.loads(body)
        with self._lock:
            self._received.append(Received(id=headers.get("webhook-id", ""), event=event, problem=problem))
        return 400 if problem else 204

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                self.send_response(take(headers, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Write no access log."""

        return Handler
