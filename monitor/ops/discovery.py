"""Which feeds does an address lead to? Asked of the site, each one read before it is believed."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.config import values
from monitor.errors import UsageError
from monitor.feeds.discovery import (
    FoundFeed,
    best_first,
    feeds_named,
    found_feed,
    sitemaps_listed,
    sitemaps_named,
    usual_places,
    usual_sitemaps,
)
from monitor.feeds.parse import read_feed
from monitor.model import (
    Document,
    FailureReason,
    FetchFailed,
    NotModified,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Validators,
)
from monitor.ports import Fetcher, Sandbox
from monitor.tables import Table, shown_time
from monitor.text.urls import canonical_url, shown_url

# Seconds for everything; documents for everything.
PATIENCE = 90.0
MOST_ASKED = 60
_OURS = (
    "if it is yours, 'network.allow_private' admits its range, and at `monitor init` "
    "--allow-private 127.0.0.0/8 or whatever that is"
)
_TO_TRY = {
    FailureReason.DNS: "look at the spelling of the host's name",
    FailureReason.CONNECT: "nobody listens there: look at host and port, or try later",
    FailureReason.HTTP_4XX: "open it in a browser: is the address right, and does it need a login?",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The feeds that an address led to, the best first; or why there are none.

    `passed_over` are addresses that were named as feeds and are none, fit to be shown, and why.
    """

    feeds: tuple[FoundFeed, ...] = ()
    failed: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()


def look_for_feeds(
    address: str,
    fetcher: Fetcher,
    sandbox: Sandbox,
    now: datetime,
    say: Callable[[str], None] = lambda _: None,
) -> Looked:
    """Return the feeds at an address: its own, those that the page names, else those at usual places.

    An address without a scheme is asked by https, then by http.

    Raises:
        UsageError: it is no address of the web.
    """
    search = _Search(fetcher, sandbox, say)
    answer = search.first(_spelled(address))
    if isinstance(answer, FetchFailed):
        return Looked(failed=f"{shown_url(_spelled(address)[0])}: {_why(answer)}{_what_to_try(answer)}")
    own = search.read(answer)
    if isinstance(own, ParsedFeed):
        return Looked(feeds=(found_feed(search.address, own),))
    feeds = search.all_kinds(answer)
    if not feeds:
        host = urlsplit(answer.url).hostname or ""
        return Looked(
            failed=f"{shown_url(answer.url)} is no feed and names none, and none was found at the usual "
            f"places of '{host}'; look on the site for 'RSS', and give the address of the feed itself",
            passed_over=tuple(search.passed_over),
        )
    return Looked(feeds=best_first(feeds, now), passed_over=tuple(search.passed_over))


def feeds_found_table(feeds: Sequence[FoundFeed], now: datetime) -> Table:
    """Return feeds as a numbered table."""
    return Table(
        columns=("", "feed", "title", "entries", "newest"),
        rows=[
            (str(number), shown_url(each.url), each.title, str(each.entries), age_of(each.newest, now))
            for number, each in enumerate(feeds, 1)
        ],
    )


def passed_over_words(looked: Looked) -> tuple[str, ...]:
    """Return a line for each address that was named as a feed and is none."""
    return tuple(f"passed over: {url}: {why}" for url, why in looked.passed_over)


def plain_feed(feed: FoundFeed) -> dict[str, Any]:
    """Return a feed as plain JSON."""
    return {
        "url": shown_url(feed.url),
        "title": feed.title,
        "format": feed.format,
        "entries": feed.entries,
        "newest": None if feed.newest is None else shown_time(feed.newest),
    }


def age_of(newest: datetime | None, now: datetime) -> str:
    """Return how old the newest entry is, in words."""
    if newest is None:
        return "no dates"
    minutes = int((now - newest).total_seconds() // 60)
    if minutes < 1:
        return "now"
    for size, unit in ((1_440, "d"), (60, "h")):
        if minutes >= size:
            return f"{minutes // size} {unit} ago"
    return f"{minutes} min ago"


@dataclass(slots=True)
class _Search:
    """One search: what was asked so far, how much may be asked still."""

    fetcher: Fetcher
    sandbox: Sandbox
    say: Callable[[str], None]
    address: str = ""
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    ends: float = field(default_factory=lambda: time.monotonic() + PATIENCE)

    def first(self, spelled: Sequence[str]) -> Document | FetchFailed:
        """Return the answer at the first spelling of the address that answers."""
        failed: FetchFailed | None = None
        for url in spelled:
            answer = self.fetch(url)
            if isinstance(answer, Document):
                self.address = answer.moved_to or url
                return answer
            failed = failed or answer
        assert failed is not None  # there is one spelling at least
        return failed

    def all_kinds(self, page: Document) -> list[FoundFeed]:
        """Return the feeds of the first kind of address that leads to any."""
        named = self.sandbox.run(feeds_named, page)
        called = {} if isinstance(named, SandboxFailed) else {each.url: each.title for each in named}
        return (
            self.feeds_at(called, called, tell=True)
            or self.feeds_at(usual_places(page.url), {}, tell=False, enough=1)
            or self.news_sitemap(page.url)
        )

    def news_sitemap(self, url: str) -> list[FoundFeed]:
        """Return the first news sitemap that robots.txt names, or that stands at a usual place."""
        robots = self.fetch(urljoin(url, "/robots.txt"))
        named = sitemaps_named(robots) if isinstance(robots, Document) else ()
        places = list(dict.fromkeys((*named, *usual_sitemaps(url))))
        while places:
            place = places.pop(0)
            answer = None if place in self.asked else self.fetch(place)
            if not isinstance(answer, Document):
                continue
            read = self.read(answer)
            if isinstance(read, ParsedFeed):
                return [found_feed(answer.moved_to or place, read)]
            listed = self.sandbox.run(sitemaps_listed, answer)
            places[:0] = () if isinstance(listed, SandboxFailed) else listed
        return []

    def feeds_at(
        self, urls: Iterable[str], called: dict[str, str], *, tell: bool, enough: int = 1_000
    ) -> list[FoundFeed]:
        """Return those of the addresses that are feeds, until there are enough; others are told, or not."""
        found: dict[str, FoundFeed] = {}
        for url in urls:
            if url in self.asked:
                continue
            answer = self.fetch(url)
            read = answer if isinstance(answer, FetchFailed) else self.read(answer)
            if isinstance(read, ParsedFeed):
                assert isinstance(answer, Document)  # what was read was fetched
                feed = found_feed(answer.moved_to or url, read, called.get(url, ""))
                found.setdefault(canonical_url(answer.url), feed)
            elif tell:
                self.passed_over.append((shown_url(url), _why(read)))
            if len(found) >= enough:
                break
        return list(found.values())

    def fetch(self, url: str) -> Document | FetchFailed:
        """Ask for an address; every limit of the HTTP door holds."""
        if len(self.asked) >= MOST_ASKED or time.monotonic() > self.ends:
            return FetchFailed(reason=FailureReason.TIMEOUT, detail="the search took too long")
        self.asked.add(url)
        self.say(f"asking {shown_url(url)}")
        answer = self.fetcher.revalidate(url, Validators())
        if isinstance(answer, NotModified):
            return FetchFailed(reason=FailureReason.PROTOCOL, detail="answered 304 to a first question")
        return answer

    def read(self, document: Document) -> ParsedFeed | ParseFailed | SandboxFailed:
        """Read a document as a feed, where it can be killed."""
        return self.sandbox.run(read_feed, document)


def _spelled(address: str) -> tuple[str, ...]:
    """Return the URLs that an address may mean, the likeliest first.

    Raises:
        UsageError: it means none.
    """
    given = address.strip()
    if given.lower().startswith("feed:"):
        given = given[5:].removeprefix("//")
    try:
        if "://" in given:
            return (values.web_url(given),)
        return values.web_url(f"https://{given}"), values.web_url(f"http://{given}")
    except ValueError as error:
        raise UsageError(f"the address {error}") from error


def _why(failed: FetchFailed | ParseFailed | SandboxFailed) -> str:
    hint = f"; {_OURS}" if failed.reason is FailureReason.PRIVATE_ADDRESS else ""
    return f"{failed.reason.value}: {failed.detail}{hint}"


def _what_to_try(failed: FetchFailed) -> str:
    hint = _TO_TRY.get(failed.reason)
    return f"; {hint}" if hint else ""
