"""A small HTTP server: bounded in size, time and number, so that no peer can harm the others.

A request has a few seconds in all, however slowly it drips in; of too many connections the one that has taken
longest over its request is cut off. Every connection carries one request.
"""

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import MappingProxyType

from monitor.adapters.threaded import ThreadedServer
from monitor.errors import AddressTaken

REQUEST_SECONDS = 5.0
MOST_CONNECTIONS = 64
LARGEST_BODY = 65_536
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_SAFE = (
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asks: `path` and `query` as they came, header names in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back."""

    status: int
    body: bytes
    content_type: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, detail: str, headers: Mapping[str, str] = MappingProxyType({})) -> Answer:
    """Return a refusal as problem details (RFC 9457)."""
    told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Answer(status=status, body=_json(told), content_type=PROBLEM, headers=headers)


def plain_json(value: object, status: int = 200) -> Answer:
    """Return an answer in JSON."""
    return Answer(status=status, body=_json(value), content_type="application/json")


def _json(value: object) -> bytes:
    # Articles may hold lone surrogates, which no UTF-8 does.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


class Server:
    """Listens until it is closed, in threads of its own."""

    def __init__(
        self,
        listen: tuple[str, int],
        answer: Callable[[Request], Answer],
        larger: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Listen at once; port 0 takes a free one. Bodies below a path of `larger` may have so many bytes.

        Raises:
            AddressTaken: somebody else listens there, or it is not ours.
        """
        try:
            self._server = _Server(listen, answer, larger)
        except OSError as error:
            problem = f"http.listen {listen[0]}:{listen[1]}: {error.strerror}"
            raise AddressTaken(f"{problem}; set another 'http.listen', or end what holds it") from error
        self._server.start("http")

    @property
    def address(self) -> tuple[str, int]:
        """Where the server listens."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


class _Server(ThreadedServer):
    def __init__(
        self, listen: tuple[str, int], answer: Callable[[Request], Answer], larger: Mapping[str, int]
    ) -> None:
        self.answer, self._larger = answer, larger
        # Those whose request is not read yet, the oldest first.
        self._reading: dict[socket.socket, None] = {}
        self._open = threading.Semaphore(MOST_CONNECTIONS)
        self._changing = threading.Lock()
        super().__init__(listen, _Handler)

    def largest(self, path: str) -> int:
        """Return how many bytes the body of a request may have."""
        return next((most for root, most in self._larger.items() if path.startswith(root)), LARGEST_BODY)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Give a connection a thread; where all are taken, the slowest reader's."""
        assert isinstance(request, socket.socket)
        while not self._open.acquire(timeout=0.05):
            self._cut_off_the_oldest()
        with self._changing:
            self._reading[request] = None
        super().process_request(request, client_address)

    def has_read(self, request: socket.socket) -> None:
        """Note that a request is there: from here on it is ours to be quick."""
        with self._changing:
            self._reading.pop(request, None)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Serve a connection, and let the next one in."""
        assert isinstance(request, socket.socket)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.has_read(request)
            self._open.release()

    def _cut_off_the_oldest(self) -> None:
        with self._changing:
            oldest = next(iter(self._reading), None)
            if oldest is None:
                return
            del self._reading[oldest]
            try:
                oldest.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # It has gone by itself.


class _InTime(io.RawIOBase):
    """Reads a socket until a moment, whatever drips in."""

    def __init__(self, peer: socket.socket, until: float) -> None:
        self._peer, self._until = peer, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._peer.settimeout(left)
        return self._peer.recv_into(buffer)  # type: ignore[arg-type]  # a buffer, as `io` promises


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS
    server_version = "news-monitor"
    sys_version = ""
    server: _Server

    def setup(self) -> None:
        """Let reading take so long in all."""
        super().setup()
        self.rfile = io.BufferedReader(_InTime(self.connection, time.monotonic() + REQUEST_SECONDS))

    def take(self) -> None:
        """Read a request to its end, and answer it."""
        length, most = self.headers.get("content-length", "0"), self.server.largest(self.path)
        if "transfer-encoding" in self.headers:
            self._send(problem(411, "say how long the body is"))
        elif not (length.isascii() and length.isdigit()):
            self._send(problem(400, "content-length is no number"))
        elif len(length) > len(str(most)) or int(length) > most:
            self._send(problem(413, f"a body has at most {most} bytes"))
        else:
            body = self.rfile.read(int(length))
            self.server.has_read(self.connection)
            self._send(self._answer(body))

    def _answer(self, body: bytes) -> Answer:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Request(method=self.command, path=path, query=query, headers=headers, body=body)
        try:
            return self.server.answer(asked)
        except Exception as error:  # noqa: BLE001  (a bug fails one request, never the service)
            return problem(500, type(error).__name__)

    def _send(self, given: Answer) -> None:
        self.connection.settimeout(REQUEST_SECONDS)
        self.send_response(given.status)
        self.send_header("content-type", given.content_type)
        self.send_header("content-length", str(len(given.body)))
        for name, value in (*_SAFE, *given.headers.items()):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(given.body)

    def send_error(
        self,
        code: int,
        message: str | None = None,  # noqa: ARG002  (the peer's own words, which are not said back)
        explain: str | None = None,  # noqa: ARG002
    ) -> None:
        """Refuse what is no request of HTTP."""
        self._send(problem(code, "this is no request that can be answered"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write no access log."""


for _method in _METHODS:
    setattr(_Handler, f"do_{_method}", _Handler.take)
