"""`/healthz`, `/readyz`, `/metrics` and `/status` on loopback; and systemd's readiness and watchdog."""

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitor.errors import AddressTaken, StoreError

REQUEST_SECONDS = 5
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Where the answers come from. `ready` returns None, or why the service is not ready."""

    alive: Callable[[], bool]
    ready: Callable[[], str | None]
    metrics: Callable[[], bytes]
    status: Callable[[], Mapping[str, Any]]


class HealthServer:
    """A small HTTP server in threads of its own."""

    def __init__(self, listen: tuple[str, int], probes: Probes) -> None:
        """Listen at once; port 0 takes a free one.

        Raises:
            AddressTaken: somebody else listens there, or it is not ours.
        """
        try:
            self._server = _Server(listen, _handler_for(probes))
        except OSError as error:
            raise AddressTaken(f"http.listen {listen[0]}:{listen[1]}: {error.strerror}") from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where the server listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listen: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        super().__init__(listen, handler)

    def server_bind(self) -> None:
        """Bind without asking DNS for the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a peer that hangs up is no event."""


def _handler_for(probes: Probes) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS
        server_version = "news-monitor"
        sys_version = ""

        def do_GET(self) -> None:
            try:
                status, content_type, body = _answer(self.path.partition("?")[0], probes)
            except Exception as error:  # noqa: BLE001  (a probe that fails is an answer)
                status, content_type, body = 500, _TEXT, f"{type(error).__name__}\n".encode()
            self.send_response(status)
            self.send_header("content-type", content_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Write no access log."""

    return Handler


def _answer(path: str, probes: Probes) -> tuple[int, str, bytes]:
    text = _TEXT
    match path:
        case "/healthz":
            return (200, text, b"ok\n") if probes.alive() else (503, text, b"the dispatcher stands still\n")
        case "/readyz":
            reason = probes.ready()
            return (200, text, b"ready\n") if reason is None else (503, text, f"{reason}\n".encode())
        case "/metrics":
            return 200, "text/plain; version=0.0.4; charset=utf-8", probes.metrics()
        case "/status":
            try:
                return 200, "application/json", json.dumps(probes.status(), ensure_ascii=False).encode()
            except StoreError as error:
                return 503, text, f"{error}\n".encode()
    return 404, text, b"try /healthz, /readyz, /metrics or /status\n"


def sd_notify(state: str) -> bool:
    """Tell systemd a state such as `READY=1`; False where nobody listens (`NOTIFY_SOCKET` unset)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def watchdog_seconds() -> float | None:
    """Return how often systemd wants a sign of life, halved; None where it does not ask for one."""
    wanted = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(wanted) / 2e6 if wanted.isdecimal() and mine else None
