"""What does a feed's document announce? Runs where it can be killed."""

import calendar
import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from monitor.feeds import formats, sax
from monitor.feeds.markup import title_text, without_code
from monitor.feeds.outline import Surveyed, cut_of, places_of, survey
from monitor.feeds.scan import Screened, is_charset, is_utf8, legible, screen
from monitor.feeds.settled import left_of
from monitor.model import (
    Announced,
    Document,
    FailureReason,
    Freshness,
    Outline,
    ParsedFeed,
    ParseFailed,
    Written,
)

_CHARSET = re.compile(r"""\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,64})""", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,100}:)?([A-Za-z_][\w.-]{0,100})")
_HTML = re.compile(
    rb"(?:<\?xml[^>]{0,500}>\s*)?(?:<!--.{0,2000}?-->\s*)*<!doctype\s+html", re.IGNORECASE | re.DOTALL
)
_FEEDS = frozenset((b"rss", b"rdf", b"feed", b"channel"))
_PAGE = "this is an HTML page; name the feed that it links to"
_NO_FEEDS = {
    b"html": _PAGE,
    b"head": _PAGE,
    b"body": _PAGE,
    b"opml": "this is an OPML list of feeds; name it as 'opml:'",
}
_SITEMAPS = frozenset((b"urlset", b"sitemapindex"))
# feedparser reads the year 10000 as 2010.
_FAR_YEAR = re.compile(r"\s*[+-]?\d{5,}-")
# Characters of a title before its tags are taken away.
_RAW_TITLE = 16_384
# Nobody here shows a feed's HTML, or follows a link in it; see `markup`.
_AS_IT_STANDS = {"sanitize_html": False, "resolve_relative_uris": False}
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


def read_feed(document: Document) -> ParsedFeed | ParseFailed:
    """Read RSS, Atom, RDF, JSON Feed or a news sitemap; never raises for what a document holds."""
    try:
        feed = _opened(document)
        return _read_xml(feed) if isinstance(feed, _Xml) else feed
    except Exception as error:  # noqa: BLE001  (feedparser raises all sorts on broken feeds)
        return _unreadable(error)


def outline_feed(document: Document, settled: tuple[int, ...] = ()) -> Outline | ParsedFeed | ParseFailed:
    """Read a feed but for its plain entries, of which only the marks are taken.

    Where entries are `settled`, and can be taken away, what is left is read, and says so under `written`. A
    document that has no plain entries, or in which they cannot be told apart, is read as a whole.
    """
    try:
        left = _without_settled(document, frozenset(settled)) if settled else None
        if left is not None:
            return left
        feed = _opened(document, survey)
        if not isinstance(feed, _Xml):
            return feed
        places = feed.surveyed.places if feed.surveyed else places_of(feed.body)
        outlined = frozenset(number for number, place in enumerate(places or ()) if place.marks is not None)
        if not places or not outlined or len(places) > formats.ENTRIES:
            return _read_xml(feed)
        spans = tuple((place.start, place.end) for place in places)
        rest = _read_xml(replace(feed, body=cut_of(feed.body, spans, outlined)))
        whole = _joined(rest, [place.marks for place in places], outlined)
        if whole is None:
            return _read_xml(feed)
        if feed.surveyed is not None:
            whole = replace(whole, written=_written(feed.surveyed))
        head, kept = _not_in(document.body, feed.body)
        return Outline(
            feed=whole, url=feed.base, content_type=feed.content_type, head=head, kept=kept, spans=spans
        )
    except Exception as error:  # noqa: BLE001  (as above)
        return _unreadable(error)


def read_marks(document: Document) -> ParsedFeed | ParseFailed:
    """Read a feed as `outline_feed` does, to know its entries by their marks and read none of them later."""
    outline = outline_feed(document)
    return outline.feed if isinstance(outline, Outline) else outline


def read_cut(document: Document) -> ParsedFeed | ParseFailed:
    """Read what `cut` has left of a document."""
    try:
        content_type = document.content_type or ""
        return _read_xml(_Xml(body=document.body, base=document.url, content_type=content_type))
    except Exception as error:  # noqa: BLE001  (as above)
        return _unreadable(error)


def cut(document: Document, outline: Outline, wanted: Collection[int]) -> Document:
    """Return a document without those of its plain entries that are not wanted, given its outline."""
    left_out = outline.feed.outlined.difference(wanted)
    body = outline.head + document.body[len(document.body) - outline.kept :]
    return Document(
        url=outline.url,
        content_type=outline.content_type,
        body=cut_of(body, outline.spans, left_out),
    )


def kept_marks(outline: Outline, read: ParsedFeed) -> bool:
    """Tell whether the entries of an outline are known by the same, now that some of them were read.

    What was read before can be known by its text, and must be the same.
    """
    before, after = outline.feed.entries, read.entries
    return all(
        _marks(was) == _marks(each) if number in outline.feed.outlined else was == each
        for number, (was, each) in enumerate(zip(before, after, strict=True))
    )


def completed(outline: Outline, wanted: Collection[int], read: ParsedFeed) -> ParsedFeed | None:
    """Return an outline's feed with the wanted entries as they were read from its cut; None on a misfit."""
    left_out = outline.feed.outlined.difference(wanted)
    whole = _joined(read, outline.feed.entries, left_out)
    return None if whole is None else replace(whole, written=outline.feed.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Xml:
    """A document that feedparser may read, and what it is told of it."""

    body: bytes
    base: str
    content_type: str
    surveyed: Surveyed | None = None


def _unreadable(error: Exception) -> ParseFailed:
    return ParseFailed(reason=FailureReason.PARSE, detail=f"the feed cannot be read: {type(error).__name__}")


def _opened(
    document: Document, surveyed: Callable[[bytes], Surveyed | None] = lambda _: None
) -> _Xml | ParsedFeed | ParseFailed:
    """Return a document as XML for feedparser, or what it is where it is none."""
    base = formats.base_of(document.url)
    charset = _charset_of(document.content_type)
    body = legible(document.body, charset)
    if not body:
        return _no_feed("the answer is empty")
    if body[:1] in (b"{", b"["):
        return formats.read_json(body, base)
    found = surveyed(body)
    screened = screen(body) if found is None else Screened(body=found.body)
    root = _root_of(body if isinstance(screened, ParseFailed) else screened.body)
    if root in _NO_FEEDS or (root not in _FEEDS and _HTML.match(body)):
        return _no_feed(_NO_FEEDS.get(root, _PAGE))
    if isinstance(screened, ParseFailed):
        return screened
    if root in _SITEMAPS:
        return formats.read_sitemap(screened.body, base)
    # What was surveyed is ASCII or UTF-8.
    utf8 = is_utf8(screened.body) if found is None else not screened.body.isascii()
    content_type = _content_type(document.content_type, charset, utf8=utf8)
    return _Xml(body=screened.body, base=base, content_type=content_type, surveyed=found)


def _without_settled(document: Document, settled: frozenset[int]) -> ParsedFeed | None:
    """Read what is left of a document without its settled entries; None where it must be outlined."""
    body = legible(document.body, _charset_of(document.content_type))
    # One that had to be decoded would be once more.
    left = left_of(body, settled) if document.body.endswith(body) else None
    feed = None if left is None else _opened(replace(document, body=left.body), survey)
    if left is None or not isinstance(feed, _Xml) or feed.surveyed is None:
        return None
    places = feed.surveyed.places
    taken = [number for number, place in enumerate(places) if place.taken]
    if feed.surveyed.around not in settled or len(taken) != len(left.taken) or len(places) > formats.ENTRIES:
        return None
    rest = cut_of(feed.body, [(place.start, place.end) for place in places], taken)
    read = _joined(_read_xml(replace(feed, body=rest)), [None] * (len(places) - len(taken)), frozenset())
    written = replace(_written(feed.surveyed), settled=left.taken)
    return None if read is None else replace(read, written=written)


def _written(surveyed: Surveyed) -> Written:
    entries = tuple(place.digest for place in surveyed.places if not place.taken)
    return Written(around=surveyed.around, entries=entries)


def _joined(
    read: ParsedFeed | ParseFailed, marks: Sequence[Announced | None], outlined: frozenset[int]
) -> ParsedFeed | None:
    """Put entries that were read between those of which there are marks alone, in the document's order."""
    if isinstance(read, ParseFailed) or len(read.entries) != len(marks) - len(outlined):
        return None
    entries = iter(read.entries)
    joined = (mark if mark and number in outlined else next(entries) for number, mark in enumerate(marks))
    return replace(read, entries=tuple(joined), outlined=outlined)


def _not_in(document: bytes, body: bytes) -> tuple[bytes, int]:
    """Return what a body has before its root where all that follows ends the document, and how much that is.

    Whoever asks has the document: most of it need not go back to him.
    """
    root = _ROOT.search(body)
    rest = body[root.start() :] if root else b""
    return (body[: len(body) - len(rest)], len(rest)) if document.endswith(rest) else (body, 0)


def _marks(announced: Announced) -> tuple[str | None, str | None, str]:
    return announced.guid, announced.link, announced.title


def _root_of(body: bytes) -> bytes:
    """Return the local name of the first element, in lower case; empty where there is none."""
    found = _ROOT.search(body)
    return found[1].lower() if found else b""


def _no_feed(detail: str) -> ParseFailed:
    return ParseFailed(reason=FailureReason.NOT_A_FEED, detail=detail)


def _read_xml(xml: _Xml) -> ParsedFeed | ParseFailed:
    headers = {"content-type": xml.content_type, "content-location": xml.base}
    # A stream, never bytes or text: feedparser opens the file or URL that these may name.
    parsed = _feedparser().parse(io.BytesIO(xml.body), response_headers=headers, **_AS_IT_STANDS)
    feed, entries, version = parsed["feed"], parsed["entries"], str(parsed.get("version") or "")
    if not version and not entries:
        return _no_feed("the document is XML, but no feed")
    language = formats.language_of(_get(feed, "language"))
    return ParsedFeed(
        format=version or "unknown",
        title=_title_of(feed) or None,
        language=language,
        freshness=Freshness(max_age=_max_age_of(feed)),
        entries=tuple(_announced(entry, xml.base, language) for entry in entries[: formats.ENTRIES]),
        hub=_related(feed, "hub"),
        topic=_related(feed, "self"),
    )


@cache
def _feedparser() -> Any:  # noqa: ANN401  (feedparser has no types)
    """Return the library: the processes that read documents have it, and who has them read needs it never."""
    import feedparser  # noqa: PLC0415

    # It prefers a parser that was never ported to Python 3, and would look for it at every document.
    feedparser.api.PREFERRED_XML_PARSERS[:] = [sax.__name__]
    _bound_links(feedparser.mixin._FeedParserMixin)  # noqa: SLF001  (its parsers have no other name in common)
    return feedparser


def _bound_links(parser: Any) -> None:  # noqa: ANN401  (as above)
    """Have a parser resolve no link of megabytes, which it does again and again for one and the same."""
    resolve = parser.resolve_uri

    def resolved(self: Any, uri: str) -> str:  # noqa: ANN401  (as above)
        return uri if len(uri) > formats.WRITTEN_LINK else resolve(self, uri)

    parser.resolve_uri = resolved


def _related(feed: Any, rel: str) -> str | None:  # noqa: ANN401  (feedparser's own)
    """Return the first link of a feed that has this relation."""
    found = (_get(link, "href") for link in _dicts(_get(feed, "links")) if _get(link, "rel") == rel)
    return next((href for href in found if href), None)


# ---- what feedparser is told -----------------------------------------------------------------


def _charset_of(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None


def _content_type(content_type: str | None, charset: str | None, *, utf8: bool) -> str:
    """Return a media type with a charset only where that can be trusted to be one.

    Valid UTF-8 is UTF-8, whatever a server says; the document then declares it.
    """
    media = (content_type or "").partition(";")[0].strip() or "application/xml"
    if utf8:
        return f"{media}; charset=utf-8"
    return f"{media}; charset={charset}" if charset and is_charset(charset) else media


# ---- what feedparser says --------------------------------------------------------------------


def _announced(entry: Mapping[str, Any], base: str, language: str | None) -> Announced:
    content = max(_contents(entry), key=len, default="")
    return Announced(
        guid=formats.guid_of(_get(entry, "id")),
        link=_link_of(entry, base),
        title=_title_of(entry),
        summary=formats.clean(without_code(_text(entry, "summary")), formats.SUMMARY),
        content=formats.clean(without_code(content), formats.CONTENT),
        authors=_authors_of(entry),
        language=_language_of(entry) or language,
        published_at=_date_of(entry, "published_parsed"),
        updated_at=_date_of(entry, "updated_parsed"),
    )


def _get(members: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401  (feedparser has no types)
    """Return a member under its own name: feedparser's `get` would answer with a likely other one."""
    return dict.get(members, name) if isinstance(members, dict) else None


def _text(members: Mapping[str, Any], name: str) -> str:
    value = _get(members, name)
    return value if isinstance(value, str) else ""


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _contents(entry: Mapping[str, Any]) -> list[str]:
    return [_text(each, "value") for each in _dicts(_get(entry, "content"))]


def _link_of(entry: Mapping[str, Any], base: str) -> str | None:
    """Return the entry's page: its link, else an alternate of any media type."""
    links = [link for link in _dicts(_get(entry, "links")) if _get(link, "rel") == "alternate"]
    candidates = [_get(entry, "link"), *(_get(link, "href") for link in links)]
    return next(filter(None, (formats.link_of(each, base) for each in candidates)), None)


def _title_of(members: Mapping[str, Any]) -> str:
    """Return a title as plain text."""
    marked = _get(_get(members, "title_detail") or {}, "type") != "text/plain"
    return formats.one_line(title_text(_text(members, "title")[:_RAW_TITLE], marked=marked), formats.TITLE)


def _authors_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names; an address of mail is no name."""
    names = [_text(author, "name") for author in _dicts(_get(entry, "authors"))]
    if not any(names):
        names = [_text(entry, "author")]
    return formats.authors_of(name for name in names if "@" not in name)


def _language_of(entry: Mapping[str, Any]) -> str | None:
    """Return the entry's own language: declared, else the `xml:lang` in force on its texts."""
    details = [
        *_dicts(_get(entry, "content")),
        _get(entry, "summary_detail") or {},
        _get(entry, "title_detail") or {},
    ]
    declared = [_get(entry, "language"), *(_get(detail, "language") for detail in details)]
    return next(filter(None, map(formats.language_of, declared)), None)


def _date_of(entry: Mapping[str, Any], name: str) -> datetime | None:
    """Return a date that feedparser read; None outside the years 1–9999."""
    parts = _get(entry, name)
    if parts is None or _FAR_YEAR.match(_text(entry, name.removesuffix("_parsed"))):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=calendar.timegm(parts))
    except (ValueError, OverflowError, TypeError):
        return None


def _max_age_of(feed: Mapping[str, Any]) -> timedelta | None:
    """Return how long the feed may be kept: RSS `ttl` in minutes, or `sy:updatePeriod`."""
    minutes = _number(_text(feed, "ttl"))
    if minutes:
        return timedelta(minutes=minutes)
    period = _PERIODS.get(_text(feed, "sy_updateperiod").strip().lower())
    return period / (_number(_text(feed, "sy_updatefrequency")) or 1) if period else None


def _number(text: str) -> int | None:
    """Return a whole number of at most six digits."""
    return int(text) if re.fullmatch(r"\s*[0-9]{1,6}\s*", text) else None
