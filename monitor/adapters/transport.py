"""HTTP/1.1 over sockets that were checked: one exchange at a time, sockets kept for the next.

No deadline stands here: whoever asks puts one around the whole exchange, look-up included, and
canceling it closes the socket. What is bounded here are the sizes, and what a server can make us do
within the time.
"""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast

from monitor.adapters.guard import Guard, Refused
from monitor.adapters.protocol import AnswerReader, Headers, request_of
from monitor.model import FailureReason

# Bytes handed to the parser at once; between two pieces other exchanges get their turn.
_PIECE = 16_384
# Bytes that wait unread before the socket is told to pause.
_UNREAD = 262_144
# A body in crumbs costs some 5 µs of parsing for each; after so many, their mean size must be fair.
_CRUMBS, _FAIR_CRUMB = 20_000, 64
# Seconds for one of several addresses before the next is tried; the last has all the time there is.
_PER_ADDRESS = 4.0
_ADDRESSES = 4


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request goes: scheme (`http` or `https`), host in ASCII, port."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many sockets there may be, and for how many seconds an idle one is kept."""

    sockets: int
    idle: float = 15.0


class Wires:
    """Exchanges over HTTP/1.1, each over a socket to an address that the guard let through.

    A socket is used again only for the origin that it was dialed for. To be used in one event loop.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext, room: Room) -> None:
        self._guard = guard
        self._context = context
        self._room = room
        self._slots = asyncio.Semaphore(room.sockets)
        self._busy = 0
        self._resting = 0
        self._idle: dict[Origin, list[_Wire]] = {}

    async def exchange(
        self, origin: Origin, method: bytes, target: bytes, headers: Headers, body: bytes
    ) -> "Answer":
        """Send a request and return the head of its answer; the body waits in `Answer`.

        A request that a kept socket could not bring, since its server had hung up, is sent once more.

        Raises:
            Refused: `dns`, `private_address`, `connect`, `tls`, `too_big` or `protocol`.
        """
        request = request_of(method, target, headers) + body
        await self._slots.acquire()
        self._busy += 1
        wire: _Wire | None = None
        try:
            while wire := self._take(origin):
                if await _ask_kept(wire, request):
                    return self._answer(origin, wire)
            wire = await self._dial(origin)
            await wire.ask(request)
            return self._answer(origin, wire)
        except BaseException:
            self.abandon(wire)
            raise

    async def knock(self, origin: Origin) -> None:
        """Make a connection, TLS included, and hang up without a word.

        Raises:
            Refused: `dns`, `private_address`, `connect` or `tls`.
        """
        await self._slots.acquire()
        self._busy += 1
        wire: _Wire | None = None
        try:
            wire = await self._dial(origin)
        finally:
            self.abandon(wire)

    def close(self) -> None:
        """Close every idle socket."""
        for origin in tuple(self._idle):
            for wire in tuple(self._idle[origin]):
                self._drop(origin, wire)

    def give_back(self, origin: Origin, wire: "_Wire") -> None:
        """Take a socket back whose exchange has ended; a sound one is kept for the next."""
        if not wire.rest():
            self.abandon(wire)
            return
        self._leave()
        self._resting += 1
        self._idle.setdefault(origin, []).append(wire)
        wire.expiry = asyncio.get_running_loop().call_later(self._room.idle, self._drop, origin, wire)

    def abandon(self, wire: "_Wire | None") -> None:
        """End an exchange in the middle, which costs its socket."""
        self._leave()
        if wire is not None:
            wire.abort()

    def _answer(self, origin: Origin, wire: "_Wire") -> "Answer":
        if wire.reading.is_bare:
            self.give_back(origin, wire)
            return Answer(self, origin, wire.reading, None)
        return Answer(self, origin, wire.reading, wire)

    def _leave(self) -> None:
        self._busy -= 1
        self._slots.release()

    def _take(self, origin: Origin) -> "_Wire | None":
        while wires := self._idle.get(origin):
            wire = wires[-1]
            self._forget(origin, wire)
            if wire.wake():
                return wire
        return None

    def _drop(self, origin: Origin, wire: "_Wire") -> None:
        self._forget(origin, wire)
        wire.abort()

    def _forget(self, origin: Origin, wire: "_Wire") -> None:
        wires = self._idle[origin]
        wires.remove(wire)
        self._resting -= 1
        if not wires:
            del self._idle[origin]
        if wire.expiry is not None:
            wire.expiry.cancel()

    async def _dial(self, origin: Origin) -> "_Wire":
        addresses = await self._guard.addresses(origin.host)
        while self._idle and self._busy + self._resting > self._room.sockets:
            oldest = next(iter(self._idle))
            self._drop(oldest, self._idle[oldest][0])
        try:
            return await self._dial_one_of(addresses[:_ADDRESSES], origin)
        except BaseException:
            self._guard.forget(origin.host)
            raise

    async def _dial_one_of(self, addresses: Sequence[str], origin: Origin) -> "_Wire":
        for address in addresses[:-1]:
            try:
                async with asyncio.timeout(_PER_ADDRESS):
                    return await self._dial_address(address, origin)
            except (Refused, TimeoutError):
                continue
        return await self._dial_address(addresses[-1], origin)

    async def _dial_address(self, address: str, origin: Origin) -> "_Wire":
        secure = origin.scheme == "https"
        try:
            _, line = await asyncio.get_running_loop().create_connection(
                _Line,
                address,
                origin.port,
                ssl=self._context if secure else None,
                server_hostname=origin.host.rstrip(".") if secure else None,
            )
        except ssl.SSLCertVerificationError as error:
            problem = f"certificate of '{origin.host}': {error.verify_message}"
            raise Refused(FailureReason.TLS, problem) from error
        except ssl.SSLError as error:
            raise Refused(FailureReason.TLS, f"TLS with '{origin.host}' failed: {error.reason}") from error
        except OSError as error:
            raise Refused(FailureReason.CONNECT, f"'{origin.host}': {_lost(error)}") from error
        return _Wire(line)


class Answer:
    """The head of an answer, and its body as it comes; to be closed in any case."""

    def __init__(self, wires: Wires, origin: Origin, reading: AnswerReader, wire: "_Wire | None") -> None:
        """`wire` is where the body comes from, if there is one."""
        self.status = reading.status
        self.headers: Headers = reading.headers
        self._wires = wires
        self._origin = origin
        self._wire = wire

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it was sent, chunked framing removed, content encoding not.

        Raises:
            Refused: `connect` or `protocol`.
        """
        wire = self._wire
        if wire is None:
            return
        async for piece in wire.body():
            yield piece
        self._wire = None
        self._wires.give_back(self._origin, wire)

    def close(self) -> None:
        """Let go; a body that was not read to its end costs the socket."""
        if self._wire is not None:
            self._wires.abandon(self._wire)
            self._wire = None


class _Wire:
    """A socket that speaks HTTP/1.1."""

    reading: AnswerReader

    def __init__(self, line: "_Line") -> None:
        self._line = line
        self.answered = False
        self.expiry: asyncio.TimerHandle | None = None

    async def ask(self, request: bytes) -> None:
        """Send a request, and read the head of its answer."""
        self.answered, self.reading = False, AnswerReader()
        self._line.write(request)
        while not self.reading.has_head:
            await self._read()

    async def body(self) -> AsyncIterator[bytes]:
        crumbs = size = 0
        while True:
            pieces = self.reading.take()
            if pieces:
                piece = b"".join(pieces)
                crumbs += len(pieces)
                size += len(piece)
                if crumbs > _CRUMBS and size < crumbs * _FAIR_CRUMB:
                    raise Refused(FailureReason.PROTOCOL, "a body in crumbs")
                yield piece
            if self.reading.ended:
                return
            await self._read()

    def rest(self) -> bool:
        """Make ready for the next exchange; False where there can be none."""
        return self.reading.leaves_open and self._line.rest()

    def wake(self) -> bool:
        return self._line.wake()

    def abort(self) -> None:
        self._line.abort()

    async def _read(self) -> None:
        try:
            piece = await self._line.read()
        except OSError as error:
            raise Refused(FailureReason.CONNECT, _lost(error)) from error
        self.answered = self.answered or bool(piece)
        self.reading.feed(piece)


class _Line(asyncio.Protocol):
    """The bytes of one socket: what has come and is not yet read, and who waits for more."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._unread = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._paused = False
        self._resting = False
        self._error: OSError | None = None

    # ---- what the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Of uvloop's transports none is one of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._resting:
            # Nobody asked: these bytes must never be taken for the answer to what is asked next.
            self.abort()
            return
        self._unread += data
        if len(self._unread) > _UNREAD and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True
        self._notify()

    def eof_received(self) -> None:
        self._ended = True
        self._notify()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc if exc is None or isinstance(exc, OSError) else ConnectionAbortedError()
        self._transport = None
        self._notify()

    # ---- what the wire calls

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    async def read(self) -> bytes:
        """Return the next bytes, or none at the end.

        Raises:
            OSError: the connection was lost.
        """
        if self._unread:
            # Even if the bytes are here already, others get their turn.
            await asyncio.sleep(0)
        while not self._unread and not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if not self._unread and self._error is not None:
            raise self._error
        piece = bytes(self._unread[:_PIECE])
        del self._unread[:_PIECE]
        if self._paused and not self._unread and self._transport is not None:
            self._transport.resume_reading()
            self._paused = False
        return piece

    def rest(self) -> bool:
        """Expect nothing until woken; False where something is there, or the socket is gone."""
        self._resting = True
        return not self._unread and not self._ended

    def wake(self) -> bool:
        """Expect an answer again; False where the socket was closed meanwhile."""
        self._resting = False
        return not self._ended

    def abort(self) -> None:
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    def _notify(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _ask_kept(wire: _Wire, request: bytes) -> bool:
    """Ask over a kept socket; False where its server hung up before any answer."""
    try:
        await wire.ask(request)
    except Refused:
        if wire.answered:
            raise
        wire.abort()
        return False
    return True


def _lost(error: OSError) -> str:
    # The system's words for the error number alone: asyncio's own text tells the address.
    return os.strerror(error.errno).lower() if error.errno else "the connection was lost"
