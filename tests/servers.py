"""Servers on loopback that behave as badly as a test wants; a behavior is a small function."""

import contextlib
import gzip
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Seconds after which a peer that waits for bytes gives up, so that no test leaves threads behind.
_PATIENCE = 10.0
# What holds the ports that were given out: a service takes its own some time later, and on a busy machine
# others had been given it by then.
_BOUND: list[socket.socket] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came over the wire; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


class Peer:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, stopped: threading.Event, number: int) -> None:
        self.connection = connection
        self.number = number
        self._stopped = stopped
        self._unread = b""

    def ask(self) -> Asked | None:
        """Wait for the next request; None where the client hung up."""
        while b"\r\n\r\n" not in self._unread:
            if not self._more():
                return None
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._unread) < length:
            if not self._more():
                return None
        body, self._unread = self._unread[:length], self._unread[length:]
        return Asked(method=method, target=target, headers=headers, body=body)

    def send(self, *pieces: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(b"".join(pieces))

    def drip(self, piece: bytes, every: float = 0.02) -> None:
        """Send the same bytes again and again, until the client hangs up or the server stops."""
        while not self._stopped.wait(every):
            self.send(piece)

    def pour(self, piece: bytes) -> None:
        """Send the same bytes as fast as they go, until the client hangs up or the server stops."""
        while not self._stopped.is_set():
            self.send(piece)

    def hang(self) -> None:
        """Say nothing until the client hangs up or the server stops."""
        with contextlib.suppress(OSError):
            while not self._stopped.is_set() and self.connection.recv(65_536):
                pass

    def reset(self) -> None:
        """Break the connection off without a farewell."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _more(self) -> bool:
        piece = self.connection.recv(65_536)
        self._unread += piece
        return bool(piece)


Behavior = Callable[[Peer, Asked], None]


@dataclass(slots=True, kw_only=True)
class Server:
    """What a running server has seen."""

    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    now_open: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """Return the address of a path on this server."""
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextlib.contextmanager
def serving(
    behavior: Behavior, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    """Serve every request by the behavior, until the block ends; with a context over TLS."""

    def welcome(peer: Peer) -> None:
        while (asked := peer.ask()) is not None:
            server.asked.append(asked)
            behavior(peer, asked)

    with accepting(welcome, context, host) as server:
        yield server


@contextlib.contextmanager
def accepting(
    welcome: Callable[[Peer], None], context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    """Hand every connection over, before any request was read, until the block ends."""
    listener = socket.create_server((host, 0), backlog=256)
    server = Server(port=listener.getsockname()[1], scheme="https" if context else "http")
    stopped = threading.Event()
    lock = threading.Lock()
    threads: list[threading.Thread] = []
    connections: set[socket.socket] = set()

    def attend(connection: socket.socket, number: int) -> None:
        # Clients that hang up, and handshakes that fail, are what these servers are for.
        with contextlib.suppress(OSError, ValueError):
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            with lock:
                connections.add(connection)
            welcome(Peer(connection, stopped, number))
        with lock:
            connections.discard(connection)
            server.now_open -= 1
        connection.close()

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if stopped.is_set():
                connection.close()
                return
            connection.settimeout(_PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with lock:
                server.connections += 1
                server.now_open += 1
                number = server.connections
            thread = threading.Thread(target=attend, args=(connection, number), daemon=True)
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        stopped.set()
        # A closed listener does not wake who accepts; a last visitor does.
        with contextlib.suppress(OSError):
            socket.create_connection((host, server.port), timeout=1).close()
        acceptor.join()
        listener.close()
        with lock:
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(_PATIENCE)


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that the system gives to nobody else meanwhile.

    It stays bound as long as we live. Who listens on it must reuse addresses, as servers do.
    """
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    _BOUND.append(bound)
    port: int = bound.getsockname()[1]
    return port


# ---- behaviors -----------------------------------------------------------------------------------


def answer(
    body: bytes = b"<rss/>", status: int = 200, headers: dict[str, str] | None = None
) -> Callable[[Peer, Asked], None]:
    """Answer every request alike; `content-length` is added where no header speaks of length."""
    lines = {name.lower(): value for name, value in (headers or {}).items()}
    if not {"content-length", "transfer-encoding"} & lines.keys():
        lines["content-length"] = str(len(body))
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    whole = head.encode("latin-1") + b"\r\n" + body
    return lambda peer, _: peer.send(whole)


def say(*pieces: bytes) -> Behavior:
    """Send these bytes as they are, and hang up."""

    def behave(peer: Peer, _: Asked) -> None:
        peer.send(*pieces)
        peer.connection.shutdown(socket.SHUT_WR)

    return behave


def redirect(location: str, status: int = 302) -> Behavior:
    """Redirect every request there."""
    return answer(b"", status, {"location": location})


def routes(paths: dict[str, Behavior], otherwise: Behavior | None = None) -> Behavior:
    """Behave by the path; unknown paths are answered 404, or as `otherwise` says."""
    fallback = otherwise or answer(b"nothing here", 404)
    return lambda peer, asked: paths.get(asked.target.partition("?")[0], fallback)(peer, asked)


def in_turn(*behaviors: Behavior) -> Behavior:
    """Behave the first way for the first request, and so on; the last way from then on."""
    left = list(behaviors)

    def behave(peer: Peer, asked: Asked) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(peer, asked)

    return behave


def bomb(size: int) -> bytes:
    """Return gzip of so many zero bytes; it is some thousandth of that."""
    return gzip.compress(bytes(size), mtime=0)


# ---- certificates --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority of our own, and the folder that it writes to."""

    folder: Path

    @property
    def ca_file(self) -> str:
        """Return where the authority's own certificate stands."""
        return str(self.folder / "ca.pem")

    def context(self, name: str, days: int = 2, host: str = "localhost") -> ssl.SSLContext:
        """Return a server's side of TLS, its certificate made out to `host`, for so many days from now."""
        key, request, certificate = (self.folder / f"{name}.{kind}" for kind in ("key", "csr", "pem"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=DNS:{host}\n")
        _new_key(key, request, "-subj", f"/CN={host}")
        signing = ("-CA", self.ca_file, "-CAkey", self.folder / "ca.key", "-extfile", extensions)
        _openssl("x509", "-req", "-in", request, *signing, "-days", str(days), "-out", certificate)
        return _server_context(certificate, key)


def authority(folder: Path) -> Authority:
    """Make a certificate authority in a folder."""
    usage = ("-addext", "keyUsage=critical,keyCertSign", "-subj", "/CN=test authority")
    _new_key(folder / "ca.key", folder / "ca.pem", "-x509", "-days", "2", *usage)
    return Authority(folder=folder)


def self_signed(folder: Path, host: str = "localhost") -> ssl.SSLContext:
    """Return a server's side of TLS whose certificate nobody vouches for."""
    key, certificate = folder / "self.key", folder / "self.pem"
    naming = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    _new_key(key, certificate, "-x509", "-days", "2", *naming)
    return _server_context(certificate, key)


def wait_until(met: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Return whether the condition was met in time."""
    end = time.monotonic() + seconds
    while not met():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def _new_key(key: Path, out: Path, *arguments: str) -> None:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    _openssl("req", *curve, "-nodes", *arguments, "-keyout", key, "-out", out)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
