"""One exchange with httpx, over sockets that were checked, and without what it does unasked.

Its URLs, requests, responses and transports are used; its client, connection pool, proxies and
decoding are not. Every body is read raw and bounded.
"""

import asyncio
import base64
import logging
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import cast
from urllib.parse import urljoin, urlsplit

from monitor.adapters.answers import Fields, fields_of, media_type_of
from monitor.adapters.guard import Guard, Refused, is_doubtful_number
from monitor.adapters.imports import without
from monitor.adapters.transport import Answer, Origin, Room, Wires
from monitor.errors import UsageError
from monitor.model import FailureReason

# Its own command draws on terminals: 5 MB that no service needs.
with without("rich", "pygments"):
    import httpx

Address = httpx.URL

_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_LAST_PORT = 65_535
_BAD_REQUEST = 400
# A name or an IPv4 address; or an IPv6 address, whose brackets httpx takes off.
_HOST = re.compile(rb"[A-Za-z0-9_.-]{1,254}|[0-9a-fA-F:.]{2,45}")
# Feeds and receivers are asked again and again: to parse an address costs a twentieth of a poll.
_ADDRESSES_KEPT = 4_096
# The ones in force, and those that a reload brings.
_AUTHORITIES_KEPT = 2
# Seconds that the text of a receiver's answer is waited for, once its status is known.
_EXCERPT_WAIT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of an answer's body.

    At most `limit` bytes; more is a failure, unless `cut`. `types` are the media types that are
    read at all, if any are named. Where `lenient`, the status suffices and the body may break off.
    """

    limit: int
    cut: bool = False
    lenient: bool = False
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An answer as it came; the body is raw, and empty where it was not worth reading.

    `moved` says that every redirect on the way to it was permanent, and that there was one.
    """

    url: httpx.URL
    status: int
    fields: Fields
    location: str | None
    body: bytes = field(repr=False)
    moved: bool = False


class Lane:
    """The way of httpx's requests to sockets of their own, with a guard of their own.

    Requests go to the transport directly, past httpx's client: that logs every URL, keeps cookies,
    prepares redirects even where none is followed (and fails where it cannot), and doubles the cost.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext, room: Room) -> None:
        self._wires = Wires(guard, context, room)
        self._transport = _GuardedTransport(self._wires)

    async def exchange(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        body: bytes,
        wish: Wish,
        seconds: float,
    ) -> Got:
        """Send a request and read of its answer what is wished for, within so many seconds.

        Raises:
            Refused: the exchange did not come about, or ended badly.
            TimeoutError: the time is over.
        """
        given = [
            (name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in headers.items()
        ]
        # Left to itself, httpx decodes the name for a look whether there is one, and fails where it cannot.
        given.insert(0, (b"host", url.netloc))
        if body or method == "POST":
            given.insert(1, (b"content-length", b"%d" % len(body)))
        # Given a stream, httpx does not search the headers for what it might add.
        request = httpx.Request(method, url, headers=given, stream=httpx.ByteStream(body))
        end = asyncio.get_running_loop().time() + seconds
        async with asyncio.timeout_at(end) as deadline:
            response = await self._transport.handle_async_request(request)
            try:
                fields = fields_of(response.headers.raw)
                location = fields.get("location") if response.status_code in _REDIRECTS else None
                if wish.lenient:
                    # The status counts from here on, even if the time for the text behind it is over.
                    deadline.reschedule(None)
                    read = b"" if location else await _read_excerpt(response, wish, end)
                else:
                    read = b"" if location else await _read(response, fields, wish)
            finally:
                # The library's own way marks what nobody looks at.
                await cast("_Body", response.stream).aclose()
        return Got(url=url, status=response.status_code, fields=fields, location=location, body=read)

    async def knock(self, url: httpx.URL, seconds: float) -> None:
        """Connect to where a URL leads, and send nothing.

        Raises:
            Refused: there is no connection.
            TimeoutError: the time is over.
        """
        async with asyncio.timeout(seconds):
            await self._wires.knock(Origin(*origin_of(url)))

    async def close(self) -> None:
        """Close every socket that is kept."""
        await self._transport.aclose()


class _GuardedTransport(httpx.AsyncBaseTransport):
    """A transport of httpx over sockets whose addresses were checked."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._wires.exchange(
            Origin(*origin_of(url)),
            request.method.encode("ascii"),
            url.raw_path,
            request.headers.raw,
            # It is all here already: to iterate over it as over what comes costs a twentieth of a request.
            b"".join(cast("httpx.ByteStream", request.stream)),
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        self._wires.close()


class _Body(httpx.AsyncByteStream):
    """An answer's body, as httpx wants it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._answer.pieces()

    async def aclose(self) -> None:
        self._answer.close()


async def _read(response: httpx.Response, fields: Fields, wish: Wish) -> bytes:
    """Return the body as far as it is wished for; nothing of a failure's.

    Raises:
        Refused: it is of no wanted type, bigger than the limit, or breaks off.
    """
    if response.status_code >= _BAD_REQUEST:
        return b""
    kind = media_type_of(fields)
    if wish.types and kind is not None and kind not in wish.types:
        raise Refused(FailureReason.NOT_A_PAGE, f"'{kind[:60]}' is no page", status=response.status_code)
    length = fields.get("content-length", "")
    if length.isdecimal() and int(length) > wish.limit and not wish.cut:
        raise Refused(FailureReason.TOO_BIG, f"more than {wish.limit} bytes")
    body = bytearray()
    await _read_into(body, response, wish)
    return bytes(body)


async def _read_excerpt(response: httpx.Response, wish: Wish, end: float) -> bytes:
    """Return the start of the body, as much of it as comes soon."""
    body = bytearray()
    soon = asyncio.get_running_loop().time() + _EXCERPT_WAIT
    try:
        async with asyncio.timeout_at(min(soon, end)):
            await _read_into(body, response, wish)
    except (Refused, TimeoutError):
        return bytes(body)
    return bytes(body)


async def _read_into(body: bytearray, response: httpx.Response, wish: Wish) -> None:
    # As the transport gives it: of the library's own way to the raw body nothing is needed.
    async for piece in cast("AsyncIterator[bytes]", response.stream):
        body += piece[: wish.limit + 1 - len(body)]
        if len(body) > wish.limit:
            if not wish.cut:
                raise Refused(FailureReason.TOO_BIG, f"more than {wish.limit} bytes")
            body.pop()
            return


@lru_cache(maxsize=_ADDRESSES_KEPT)
def parsed(text: str) -> tuple[httpx.URL, Mapping[str, str]]:
    """Return a URL without user and fragment, and the header that the user becomes.

    Raises:
        Refused: `protocol` for what is no URL of http or https; `private_address` for a host that is a
            number in a doubtful spelling.
    """
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError) as error:
        if _names_a_number(text):
            problem = "an address in a doubtful spelling"
            raise Refused(FailureReason.PRIVATE_ADDRESS, problem) from error
        raise Refused(FailureReason.PROTOCOL, "not a URL") from error
    if url.scheme not in _PORTS or not _HOST.fullmatch(url.raw_host) or (url.port or 1) > _LAST_PORT:
        raise Refused(FailureReason.PROTOCOL, "not a URL of http or https")
    if not url.userinfo and not url.fragment:
        return url, {}
    token = base64.b64encode(f"{url.username}:{url.password}".encode()).decode("ascii")
    header = {"authorization": f"Basic {token}"} if url.userinfo else {}
    return url.copy_with(userinfo=b"", fragment=None), header


def _names_a_number(text: str) -> bool:
    """Return whether the host of what httpx takes for no URL is a number (it refuses some spellings)."""
    try:
        return is_doubtful_number(urlsplit(text.strip()).hostname or "")
    except ValueError:
        return False


def target_of(url: httpx.URL, location: str) -> httpx.URL:
    """Return where a redirect leads; a user that it names is dropped.

    Raises:
        Refused: `redirect` for what is no URL of http or https, or `private_address`.
    """
    try:
        return parsed(urljoin(str(url), location.strip()))[0]
    except ValueError as error:
        raise Refused(FailureReason.REDIRECT, "redirects to what is no URL") from error
    except Refused as refused:
        if refused.reason is FailureReason.PRIVATE_ADDRESS:
            raise
        raise Refused(FailureReason.REDIRECT, f"redirects to what is {refused}") from refused


def origin_of(url: httpx.URL) -> tuple[str, str, int]:
    """Return scheme, host in ASCII, and port."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Return the authorities that httpx knows, those of the machine, and the given ones besides.

    They are read once in a process, and again where a file of theirs has changed: to read them takes as long
    as a dozen polls.

    Raises:
        UsageError: `ca_file` holds no certificates that can be read.
    """
    known = ssl.get_default_verify_paths()
    return _tls_context(ca_file, tuple(map(_changed, (ca_file, known.cafile, known.capath))))


@lru_cache(maxsize=_AUTHORITIES_KEPT)
def _tls_context(ca_file: str | None, _: tuple[int | None, ...]) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise UsageError(f"'{ca_file}' holds no certificates that can be read") from error
    return context


def _changed(path: str | None) -> int | None:
    """Return when a file or folder was changed last, in nanoseconds; None where there is none."""
    try:
        return None if path is None else Path(path).stat().st_mtime_ns
    except OSError:
        return None


def mute_loggers() -> None:
    """Silence httpx, which logs whole URLs with passwords and queries."""
    for name in (httpx.__name__, "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
