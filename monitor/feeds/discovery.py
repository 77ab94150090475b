"""Which feeds does a site have? A page, robots.txt or an index of sitemaps → addresses to try.

Observations. Most sites name their feeds in the head of each page (`<link rel="alternate">`), many on a page
of their own full of plain links, some nowhere, but at an address that their software always uses. News
sitemaps stand in robots.txt.

Theory of operation. These are tried in this order, and the first kind that leads to a feed ends the search.
What an address is worth is known only when it was read: of those that are feeds, the one with the newest
entries wins, then the one with the most, then the one that the page names first. Feeds of comments come last.

Known exceptions. What only a script puts into a page is not seen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from monitor.feeds.formats import base_of, link_of, one_line
from monitor.feeds.scan import is_charset, legible, screen
from monitor.model import Document, ParsedFeed, ParseFailed
from monitor.text.urls import canonical_url

# Addresses that one page is asked for; pages of feeds list hundreds.
MOST = 20
# Bytes of a page that are looked at, and of a title.
_PAGE = 2_000_000
_TITLE = 200
_FEED_TYPES = frozenset(
    (
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    )
)
# Types that mean a feed only where nothing speaks of something else.
_VAGUE = frozenset(("application/json", "application/xml", "text/xml"))
_OTHER_THING = re.compile(r"oembed|wp-json|/api/|opensearch|sitemap", re.IGNORECASE)
_LIKE_A_FEED = re.compile(
    r"(?:^|[/._-])(?:rss|atom|rdf|feeds?|newsfeed)(?:[/._-]|\d{0,3}$)|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"\bcomments?\b|kommentar", re.IGNORECASE)
# Where software for sites puts its feed, the most common first; below the page's own folder and at the root.
_USUAL = (
    "feed",
    "rss",
    "feed.xml",
    "rss.xml",
    "atom.xml",
    "index.xml",
    "feed.json",
    "index.rss",
    "feed.atom",
)
_USUAL_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "sitemap.xml")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S{1,2000})\s*$", re.IGNORECASE | re.MULTILINE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An address that may be a feed's, and what the page calls it."""

    url: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that was read. `newest` is the latest date that its entries bear; None where none bears any."""

    url: str
    title: str
    format: str
    entries: int
    newest: datetime | None


def feeds_named(document: Document) -> tuple[Named, ...]:
    """Return the feeds that a page names in its head; where it names none, those that it links to."""
    page = _Page()
    page.feed(_text_of(document))
    base = base_of(document.url)
    if page.base:
        base = link_of(page.base, base) or base
    return _absolute(page.alternates, base) or _absolute(page.links, base)


def usual_places(url: str) -> tuple[str, ...]:
    """Return where sites put their feeds: below the page's own address or folder, then at the root."""
    base = base_of(url)
    is_file = "." in urlsplit(base).path.rpartition("/")[2]
    folder = urljoin(base, "./") if is_file else base.rstrip("/") + "/"
    places = [urljoin(start, name) for start in (folder, urljoin(folder, "/")) for name in _USUAL]
    return tuple(dict.fromkeys(places))


def usual_sitemaps(url: str) -> tuple[str, ...]:
    """Return where sites put their news sitemap."""
    return tuple(urljoin(base_of(url), f"/{name}") for name in _USUAL_SITEMAPS)


def sitemaps_named(robots: Document) -> tuple[str, ...]:
    """Return the sitemaps that robots.txt names, those that speak of news first."""
    text = robots.body[:_PAGE].decode("utf-8", "replace")
    return _news_first(link_of(found[1], robots.url) for found in _SITEMAP_LINE.finditer(text))


def sitemaps_listed(index: Document) -> tuple[str, ...]:
    """Return the sitemaps that an index lists, those that speak of news first; none where it is no index."""
    screened = screen(index.body)
    if isinstance(screened, ParseFailed):
        return ()
    try:
        root = ET.fromstring(screened.body)  # noqa: S314  (screened: there is no DTD)
    except (ET.ParseError, ValueError, LookupError):
        return ()
    if not str(root.tag).lower().endswith("sitemapindex"):
        return ()
    places = (
        each.text for each in root.iter() if str(each.tag).lower().endswith("}loc") or each.tag == "loc"
    )
    return _news_first(link_of(place, index.url) for place in places)


def found_feed(url: str, read: ParsedFeed, called: str = "") -> FoundFeed:
    """Return what a feed shows of itself; `called` is what the page calls it."""
    dates = [each.published_at or each.updated_at for each in read.entries]
    return FoundFeed(
        url=url,
        title=read.title or called,
        format=read.format,
        entries=len(read.entries),
        newest=max((date for date in dates if date is not None), default=None),
    )


def best_first(found: Sequence[FoundFeed], now: datetime) -> tuple[FoundFeed, ...]:
    """Return feeds in the order in which they should be chosen; a date in the future counts as now."""

    def worth(feed: FoundFeed) -> tuple[bool, bool, float, int]:
        comments = bool(_COMMENTS.search(f"{feed.title} {urlsplit(feed.url).path}"))
        days = (
            float("inf") if feed.newest is None else max((now - feed.newest).total_seconds(), 0.0) // 86_400
        )
        return comments, feed.entries == 0, days, -feed.entries

    return tuple(sorted(found, key=worth))


class _Page(HTMLParser):
    """What a page says of feeds, as it is written; `base` is where relative links count from."""

    def __init__(self) -> None:
        super().__init__()
        self.base = ""
        self.alternates: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a `base`, a `link` or an `a`."""
        given = {name: (value or "").strip() for name, value in reversed(attrs)}
        href = given.get("href", "")
        if not href:
            return
        if tag == "base":
            self.base = self.base or href
        elif tag == "link" and "alternate" in given.get("rel", "").lower().split():
            if _is_feed_type(given.get("type", ""), href):
                self.alternates.append((href, given.get("title", "")))
        elif tag == "a" and _LIKE_A_FEED.search(href.partition("?")[0].rstrip("/")):
            self.links.append((href, given.get("title", "")))


def _is_feed_type(declared: str, href: str) -> bool:
    kind = declared.partition(";")[0].strip().lower()
    return kind in _FEED_TYPES and not (kind in _VAGUE and _OTHER_THING.search(href))


def _text_of(document: Document) -> str:
    """Return a page as text; what feeds are named by is ASCII, titles may suffer."""
    declared = _CHARSET.search(document.content_type or "")
    charset = declared[1] if declared and is_charset(declared[1]) else "utf-8"
    return legible(document.body[:_PAGE], charset).decode(charset, "replace")


def _absolute(named: Iterable[tuple[str, str]], base: str) -> tuple[Named, ...]:
    """Return what was named with whole addresses, each once, and no more than are asked for."""
    found: dict[str, Named] = {}
    for href, title in named:
        url = link_of(href, base)
        if url is not None:
            found.setdefault(canonical_url(url), Named(url=url, title=one_line(title, _TITLE)))
        if len(found) == MOST:
            break
    return tuple(found.values())


def _news_first(places: Iterable[str | None]) -> tuple[str, ...]:
    def each_once() -> Iterator[str]:
        for place in dict.fromkeys(places):
            if place is not None:
                yield place

    return tuple(sorted(each_once(), key=lambda place: "news" not in place.lower())[:MOST])
