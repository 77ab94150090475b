"""Feeds that are not RSS or Atom: JSON Feed 1.x and news sitemaps → ParsedFeed."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from monitor.feeds.markup import without_code
from monitor.model import Announced, FailureReason, ParsedFeed, ParseFailed

# Entries of one document; a feed of a whole archive is cut to its first ones.
ENTRIES = 2_000
# Characters; a title of a page stays under 200, an address under 2,000.
TITLE = 1_000
LINK = 4_096
# Characters of an address as it is written. What is longer is not resolved: 8 MB of `../` took five seconds.
WRITTEN_LINK = 65_536
GUID = 2_048
SUMMARY = 262_144
CONTENT = 1_048_576
AUTHORS, AUTHOR = 32, 200

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/1(?:\.(\d))?/?")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_BAD_IN_LINK = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff]")
# A terminal obeys these, and nobody means them: JSON may spell them, and feedparser resolves `&#27;`.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def read_json(body: bytes, base: str) -> ParsedFeed | ParseFailed:
    """Read a JSON Feed (https://www.jsonfeed.org/version/1.1/), whose relative links count from `base`."""
    try:
        feed = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        return ParseFailed(reason=FailureReason.PARSE, detail=f"not JSON: {type(error).__name__}")
    if not isinstance(feed, dict):
        return _no_json_feed()
    version = _VERSION.fullmatch(_text(feed, "version").strip())
    if version is None:
        return _no_json_feed()
    entries = feed.get("items")
    if not isinstance(entries, list):
        return ParseFailed(reason=FailureReason.PARSE, detail="the JSON Feed has no list of items")
    language = language_of(feed.get("language"))
    return ParsedFeed(
        format=f"json1{version[1] or 0}",
        title=one_line(_text(feed, "title"), TITLE) or None,
        language=language,
        entries=tuple(
            _announced_json(entry, base, language) for entry in entries[:ENTRIES] if isinstance(entry, dict)
        ),
    )


def read_sitemap(body: bytes, base: str) -> ParsedFeed | ParseFailed:
    """Read a screened news sitemap (Google's sitemap-news 0.9), whose relative links count from `base`.

    A sitemap of all pages, or of sitemaps, announces nothing: it is no feed.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314  (screened: there is no DTD)
    except (ET.ParseError, ValueError, LookupError) as error:
        return ParseFailed(reason=FailureReason.PARSE, detail=f"the sitemap is not well-formed: {error}")
    if _local(root) == "sitemapindex":
        detail = "this is an index of sitemaps; name the news sitemap that it lists"
        return ParseFailed(reason=FailureReason.NOT_A_FEED, detail=detail)
    announced = [_announced_page(page, base) for page in root if _local(page) == "url"]
    entries = [entry for entry in announced if entry is not None]
    if not entries and (announced or b"sitemap-news" not in body):
        detail = "this sitemap holds no news:news; name the site's news sitemap"
        return ParseFailed(reason=FailureReason.NOT_A_FEED, detail=detail)
    languages = {entry.language for entry in entries}
    return ParsedFeed(
        format="sitemap",
        title=next((name for name in map(_publication, root) if name), None),
        language=languages.pop() if len(languages) == 1 else None,
        entries=tuple(entries[:ENTRIES]),
    )


# ---- fields, for every format ----------------------------------------------------------------


def clean(text: str, limit: int) -> str:
    """Return text of at most `limit` characters that every store can hold and every terminal can show.

    It holds no control characters but those of white space, and no half characters.
    """
    text = _CONTROLS.sub("", text[:limit])
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str, limit: int) -> str:
    """Return clean text with each run of white space as one space."""
    return clean(" ".join(text[: 4 * limit].split()), limit).strip()


def base_of(url: str) -> str:
    """Return the URL that relative links count from: without user, password, query and fragment.

    These may be secret, and a link such as `#top` would carry them into what is stored and shown.
    """
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def link_of(link: object, base: str) -> str | None:
    """Return an absolute http or https URL, resolved against `base`; None for anything else."""
    if not isinstance(link, str) or len(link) > WRITTEN_LINK or not link.strip():
        return None
    try:
        absolute = urljoin(base, link.strip())
        parts = urlsplit(absolute)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or len(absolute) > LINK:
        return None
    return _BAD_IN_LINK.sub(lambda found: f"%{ord(found[0]):02X}" if found[0] <= "\x7f" else "", absolute)


def guid_of(guid: object) -> str | None:
    """Return a guid as text; None where there is none."""
    if isinstance(guid, bool) or not isinstance(guid, str | int | float):
        return None
    return clean(str(guid).strip(), GUID) or None


def language_of(language: object) -> str | None:
    """Return a BCP 47 tag with its language in lower case; None for what is none."""
    if not isinstance(language, str):
        return None
    tag = language.strip().replace("_", "-")
    if _LANGUAGE.fullmatch(tag) is None:
        return None
    primary, dash, rest = tag.partition("-")
    return primary.lower() + dash + rest


def authors_of(names: Iterable[object]) -> tuple[str, ...]:
    """Return the distinct names of authors, in order."""
    lines = (one_line(name, AUTHOR) for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(line for line in lines if line))[:AUTHORS]


def iso_date(text: object) -> datetime | None:
    """Return a time written as in RFC 3339 or ISO 8601; without a zone it counts as UTC."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


# ---- JSON ------------------------------------------------------------------------------------


def _no_json_feed() -> ParseFailed:
    return ParseFailed(
        reason=FailureReason.NOT_A_FEED, detail="this is JSON, but its version names no JSON Feed 1.x"
    )


def _announced_json(entry: Mapping[str, object], base: str, language: str | None) -> Announced:
    content = _text(entry, "content_html") or html.escape(_text(entry, "content_text"), quote=False)
    return Announced(
        guid=guid_of(entry.get("id")),
        link=link_of(entry.get("url"), base) or link_of(entry.get("external_url"), base),
        title=one_line(_text(entry, "title"), TITLE),
        # JSON Feed's summary is plain text; the model's is HTML.
        summary=clean(html.escape(_text(entry, "summary"), quote=False), SUMMARY),
        content=clean(without_code(content), CONTENT),
        authors=_json_authors(entry),
        language=language_of(entry.get("language")) or language,
        published_at=iso_date(entry.get("date_published")),
        updated_at=iso_date(entry.get("date_modified")),
    )


def _json_authors(entry: Mapping[str, object]) -> tuple[str, ...]:
    authors = entry.get("authors")
    listed = authors if isinstance(authors, list) else [entry.get("author")]
    return authors_of(author.get("name") for author in listed if isinstance(author, dict))


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


# ---- sitemaps --------------------------------------------------------------------------------


def _announced_page(page: ET.Element, base: str) -> Announced | None:
    """Return what a sitemap says of one page; None where it is no news."""
    fields = {_local(each): each.text or "" for each in page.iter()}
    if "news" not in fields:
        return None
    return Announced(
        link=link_of(fields.get("loc"), base),
        title=one_line(fields.get("title", ""), TITLE),
        language=language_of(fields.get("language")),
        published_at=iso_date(fields.get("publication_date")),
        updated_at=iso_date(fields.get("lastmod")),
    )


def _publication(page: ET.Element) -> str | None:
    """Return the name of the publication that a page belongs to."""
    names = (one_line(each.text or "", TITLE) for each in page.iter() if _local(each) == "name")
    return next(names, None)


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()
