"""The HTTP door: brings documents, brings bodies to receivers, and is at nobody's mercy.

Callers wait in threads of their own; behind them one event loop drives every socket. Each call has a
deadline for everything together, and limits for what is read. Whatever a server does comes back as
a value.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from monitor.adapters.answers import (
    excerpt_of,
    freshness_of,
    inflate,
    renewed,
    retry_after_of,
    validators_of,
)
from monitor.adapters.client import (
    Address,
    Got,
    Lane,
    Wish,
    mute_loggers,
    origin_of,
    parsed,
    target_of,
    tls_context,
)
from monitor.adapters.guard import Guard, Refused, Resolve, networks, system_resolve
from monitor.adapters.loop import LoopThread
from monitor.adapters.robots import ROBOTS_BYTES, Robots
from monitor.adapters.transport import Room
from monitor.model import (
    Document,
    FailureReason,
    FetchFailed,
    NotModified,
    Receiver,
    Reply,
    Validators,
)
from monitor.ports import FeedAnswer, FetchPolicy

Result = TypeVar("Result")

# Characters of a `Link` header that are kept.
_LINKS = 4_096
# Seconds that a hub has to take a request.
_HUB_SECONDS = 10.0
_PERMANENT = (301, 308)
_OK, _MULTIPLE_CHOICES = 200, 300
_NOT_MODIFIED, _GONE, _TOO_MANY, _UNAVAILABLE = 304, 410, 429, 503
_FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
_PAGE_TYPES = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.1"
_PAGES = ("text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain")
# Fetching and delivering share nothing that could run out: neither sockets nor look-ups.
_FETCH_ROOM, _FETCH_LOOK_UPS = Room(sockets=192), 32
_SEND_ROOM, _SEND_LOOK_UPS = Room(sockets=64), 8
_ANYWHERE = ("0.0.0.0/0", "::/0")
_CLOSED = FetchFailed(reason=FailureReason.INTERNAL, detail="the HTTP door is closed")


class HttpDoor:
    """Fetcher and sender. For any number of threads; `close` ends its own.

    `resolve` looks up a host's addresses; `ca_file` names certificates (PEM) that are trusted besides
    the known authorities; `now` is asked only to read dates of servers that send none themselves.

    Raises:
        UsageError: the policy asks for what cannot be, or `ca_file` cannot be read.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        resolve: Resolve = system_resolve,
        *,
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        mute_loggers()
        self._policy = policy
        self._now = now
        self._robots = Robots(policy.user_agent)
        # To read the authorities takes long enough to be done once, for mail servers too.
        self.trusted = context = tls_context(ca_file)
        allowed = networks(policy.allow_private)
        self._fetching = Lane(Guard(resolve, allowed, _FETCH_LOOK_UPS), context, _FETCH_ROOM)
        self._sending = Lane(Guard(resolve, (), _SEND_LOOK_UPS), context, _SEND_ROOM)
        anywhere = Guard(resolve, networks(_ANYWHERE), _SEND_LOOK_UPS)
        self._sending_anywhere = Lane(anywhere, context, _SEND_ROOM)
        self._loop = LoopThread("http")

    def revalidate(self, url: str, validators: Validators) -> FeedAnswer:
        """Ask for a feed, conditionally where validators are known."""
        try:
            return self._loop.run(self._feed(url, validators))
        except asyncio.CancelledError:
            return _CLOSED

    def ask(
        self, url: str, validators: Validators, answered: Callable[[Callable[[], FeedAnswer]], None]
    ) -> None:
        """Ask as `revalidate` does, and return at once.

        `answered` is called with what returns the answer, in a thread that it must not hold up.
        """

        def ended(task: asyncio.Task[FeedAnswer]) -> None:
            answered((lambda: _CLOSED) if task.cancelled() else task.result)

        try:
            self._loop.start(self._feed(url, validators), ended)
        except asyncio.CancelledError:
            answered(lambda: _CLOSED)

    def get(self, url: str) -> Document | FetchFailed:
        """Ask for an article's page, if robots.txt admits it."""
        wish = Wish(limit=self._policy.page_bytes, types=_PAGES)
        deadline = time.monotonic() + self._policy.page_deadline.total_seconds()
        admit = self._admit if self._policy.respect_robots else None
        try:
            got = self._fetch(url, self._headers(_PAGE_TYPES), wish, deadline, admit)
            return self._document(url, got, wish)
        except Refused as refused:
            return _failed(refused)

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post once; redirects are not followed. A status counts, even if the text behind it breaks off."""
        lane = self._lane_to(receiver)
        deadline = time.monotonic() + receiver.timeout.total_seconds()
        wish = Wish(limit=self._policy.reply_bytes, cut=True, lenient=True)
        try:
            url, authorization = parsed(receiver.url)
            _expect_secure(url, receiver)
            given = {"user-agent": self._policy.user_agent, **authorization}
            given |= {name.lower(): value for name, value in headers.items()}
            got = self._wait_for(self._exchange(lane, "POST", url, given, wish, deadline, body))
        except Refused as refused:
            return Reply(status=None, reason=refused.reason, detail=str(refused))
        return Reply(
            status=got.status,
            retry_after=retry_after_of(got.fields, self._now()),
            excerpt="" if "content-encoding" in got.fields else excerpt_of(got.body),
        )

    def admits(self, url: str) -> FetchFailed | None:
        """Return why a page is not to be fetched after its host's robots.txt; None where it may be."""
        if not self._policy.respect_robots:
            return None
        try:
            self._admit(parsed(url)[0], time.monotonic() + self._policy.page_deadline.total_seconds())
        except Refused as refused:
            return _failed(refused)
        return None

    def submit(self, url: str, form: Mapping[str, str]) -> Reply:
        """Post a form once, to where feeds may be fetched; redirects are not followed."""
        headers = self._headers("*/*") | {"content-type": "application/x-www-form-urlencoded"}
        wish = Wish(limit=self._policy.reply_bytes, cut=True, lenient=True)
        try:
            hub, authorization = parsed(url)
            body = urlencode(form).encode("ascii")
            deadline = time.monotonic() + _HUB_SECONDS
            given = {**headers, **authorization}
            got = self._wait_for(self._exchange(self._fetching, "POST", hub, given, wish, deadline, body))
        except Refused as refused:
            return Reply(status=None, reason=refused.reason, detail=str(refused))
        return Reply(status=got.status, excerpt=excerpt_of(got.body))

    def reach(self, receiver: Receiver) -> Reply:
        """Connect to a receiver, TLS included, and send nothing; the reply has a reason where that failed."""
        seconds = receiver.timeout.total_seconds()
        try:
            url, _ = parsed(receiver.url)
            _expect_secure(url, receiver)
            self._wait_for(self._knock(self._lane_to(receiver), url, seconds))
        except Refused as refused:
            return Reply(status=None, reason=refused.reason, detail=str(refused))
        return Reply(status=None)

    def close(self) -> None:
        """Break off what is under way, close every socket, end the thread."""
        self._loop.close(self._close_lanes())

    # ---- what the three are made of

    def _headers(self, accept: str) -> dict[str, str]:
        return {"user-agent": self._policy.user_agent, "accept": accept, "accept-encoding": "gzip"}

    def _lane_to(self, receiver: Receiver) -> Lane:
        return self._sending_anywhere if receiver.allow_private else self._sending

    async def _feed(self, url: str, validators: Validators) -> FeedAnswer:
        headers = self._headers(_FEED_TYPES) | _conditions(validators)
        wish = Wish(limit=self._policy.feed_bytes)
        deadline = time.monotonic() + self._policy.feed_deadline.total_seconds()
        try:
            way = _Way(url, self._policy.redirects)
            while (got := way.end) is None:
                way.went(await self._hop(way, headers, wish, deadline))
            if got.status == _NOT_MODIFIED and validators != Validators():
                return NotModified(
                    validators=renewed(validators, got.fields),
                    freshness=freshness_of(got.fields, self._now()),
                    moved_to=_moved_to(url, got),
                )
            if "content-encoding" in got.fields:
                # What a few bytes are inflated to can be much: others' sockets do not wait for it.
                return await asyncio.to_thread(self._document, url, got, wish)
            return self._document(url, got, wish)
        except Refused as refused:
            return _failed(refused)

    def _fetch(
        self,
        start: str,
        headers: Mapping[str, str],
        wish: Wish,
        deadline: float,
        admit: Callable[[Address, float], None] | None = None,
    ) -> Got:
        """Ask, and wait for the answer; every hop is admitted."""
        way = _Way(start, self._policy.redirects)
        while (got := way.end) is None:
            if admit is not None:
                admit(way.url, deadline)
            way.went(self._wait_for(self._hop(way, headers, wish, deadline)))
        return got

    async def _hop(self, way: "_Way", headers: Mapping[str, str], wish: Wish, deadline: float) -> Got:
        given = {**headers, **way.credentials()}
        return await self._exchange(self._fetching, "GET", way.url, given, wish, deadline)

    async def _exchange(
        self,
        lane: Lane,
        method: str,
        url: Address,
        headers: Mapping[str, str],
        wish: Wish,
        deadline: float,
        body: bytes = b"",
    ) -> Got:
        """Send a request and read its answer, in the event loop."""
        try:
            return await lane.exchange(method, url, headers, body, wish, deadline - time.monotonic())
        except TimeoutError as error:
            raise _too_late(url) from error

    async def _knock(self, lane: Lane, url: Address, seconds: float) -> None:
        try:
            await lane.knock(url, seconds)
        except TimeoutError as error:
            raise _too_late(url) from error

    def _wait_for(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Hand work to the event loop, and wait for it."""
        try:
            return self._loop.run(work)
        except asyncio.CancelledError as error:
            raise Refused(_CLOSED.reason, _CLOSED.detail) from error

    def _admit(self, url: Address, deadline: float) -> None:
        """Let a page through that its host's robots.txt admits.

        Raises:
            Refused: it does not, or the rules cannot be had now.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        failed = self._robots.refusal(origin, str(url), lambda there: self._rules(there, deadline))
        if failed is not None:
            raise Refused(failed.reason, failed.detail, status=failed.status, retry_after=failed.retry_after)

    def _rules(self, url: str, deadline: float) -> Document | FetchFailed:
        wish = Wish(limit=ROBOTS_BYTES, cut=True)
        headers = self._headers("text/plain, */*;q=0.1") | {"accept-encoding": "identity"}
        try:
            return self._document(url, self._fetch(url, headers, wish, deadline), wish)
        except Refused as refused:
            return replace(_failed(refused), detail=f"robots.txt: {refused}")

    def _document(self, start: str, got: Got, wish: Wish) -> Document:
        """Return what an answer brings.

        Raises:
            Refused: its status, its encoding or its emptiness say that it brings nothing.
        """
        if not _OK <= got.status < _MULTIPLE_CHOICES:
            late = got.status in (_TOO_MANY, _UNAVAILABLE)
            wait = retry_after_of(got.fields, self._now()) if late else None
            raise Refused(
                _reason_of(got.status), f"answered {got.status}", status=got.status, retry_after=wait
            )
        body = inflate(got.body, got.fields.get("content-encoding", ""), wish.limit)
        if not body:
            raise Refused(FailureReason.EMPTY, f"answered {got.status} without a body", status=got.status)
        return Document(
            url=str(got.url),
            content_type=got.fields.get("content-type"),
            body=body,
            validators=validators_of(got.fields),
            freshness=freshness_of(got.fields, self._now()),
            moved_to=_moved_to(start, got),
            links=got.fields.get("link", "")[:_LINKS],
        )

    async def _close_lanes(self) -> None:
        for lane in (self._fetching, self._sending, self._sending_anywhere):
            await lane.close()


class _Way:
    """The way of one fetch: redirects are followed by hand, and every hop is checked anew."""

    def __init__(self, start: str, most: int) -> None:
        """Begin; at most so many redirects are followed.

        Raises:
            Refused: the start is no URL that is asked.
        """
        self.url, self._authorization = parsed(start)
        self.end: Got | None = None
        self._most = most
        # A list: to hash an address costs more than to compare the few there may be.
        self._first, self._seen = origin_of(self.url), [self.url]
        self._permanent: list[bool] = []

    def credentials(self) -> Mapping[str, str]:
        """Return the header for the origin that credentials were given for, and for no other."""
        return self._authorization if origin_of(self.url) == self._first else {}

    def went(self, got: Got) -> None:
        """Go on, or end, after an answer.

        Raises:
            Refused: it leads nowhere.
        """
        if got.location is None:
            self.end = replace(got, moved=True) if self._permanent and all(self._permanent) else got
            return
        self._permanent.append(got.status in _PERMANENT)
        self.url = target_of(self.url, got.location)
        if self.url in self._seen:
            raise Refused(FailureReason.REDIRECT, "redirects in a circle")
        self._seen.append(self.url)
        if len(self._permanent) > self._most:
            raise Refused(FailureReason.REDIRECT, f"more than {self._most} redirects")


def _too_late(url: Address) -> Refused:
    return Refused(FailureReason.TIMEOUT, f"no whole answer from '{url.raw_host.decode('ascii')}' in time")


def _expect_secure(url: Address, receiver: Receiver) -> None:
    if url.scheme != "https" and not receiver.allow_private:
        raise Refused(FailureReason.TLS, "a receiver needs https, or allow_private")


def _moved_to(start: str, got: Got) -> str | None:
    """Return the new address, unless it could carry on, or lose, a secret of the old one.

    The new address is stored; user, password and query of a configured URL are not.
    """
    if not got.moved:
        return None
    url, authorization = parsed(start)
    return None if authorization or (url.query and got.url.query) else str(got.url)


def _conditions(validators: Validators) -> dict[str, str]:
    named = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in named.items() if value is not None}


def _reason_of(status: int) -> FailureReason:
    if status == _GONE:
        return FailureReason.GONE
    if status == _TOO_MANY:
        return FailureReason.RATE_LIMITED
    if status == _NOT_MODIFIED:
        # Nobody asked whether anything changed: this must not pass for news that are known.
        return FailureReason.PROTOCOL
    families = {3: FailureReason.HTTP_3XX, 4: FailureReason.HTTP_4XX, 5: FailureReason.HTTP_5XX}
    return families.get(status // 100, FailureReason.PROTOCOL)


def _failed(refused: Refused) -> FetchFailed:
    return FetchFailed(
        reason=refused.reason,
        detail=str(refused),
        status=refused.status,
        retry_after=refused.retry_after,
    )
