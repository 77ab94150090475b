"""What does a page say of itself: title, address, language, dates, authors, access?

Each is asked of schema.org's JSON-LD first, then of meta elements, then of the page as shown.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from monitor.articles.clean import Node, words_of
from monitor.text.urls import host_of

_ARTICLES = re.compile(
    r"(?:Article|NewsArticle|BlogPosting|ReportageNewsArticle|LiveBlogPosting|AnalysisNewsArticle)$"
)
_SITE_SUFFIX = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{1,40}$")
_MOST_JSON = 500_000
_MOST_AUTHORS = 10
# A page has one headline and perhaps a masthead; hostile ones nest thousands.
_MOST_HEADINGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself; None where it says nothing that can be used."""

    title: str = ""
    canonical_url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    declared_free: bool | None = None


def metadata_of(root: Node, url: str) -> Metadata:
    """Return a page's metadata; `url` is where it was fetched from."""
    meta, article = _meta(root), _json_ld(root)
    return Metadata(
        title=_title(root, meta, article),
        canonical_url=_canonical(root, meta, url),
        language=root.get("lang") or root.get("xml:lang") or meta.get("og:locale"),
        authors=_authors(article, meta),
        published_at=_time(article.get("datePublished"))
        or _time(meta.get("article:published_time"))
        or _time(meta.get("date")),
        modified_at=_time(article.get("dateModified")) or _time(meta.get("article:modified_time")),
        declared_free=_free(article.get("isAccessibleForFree")),
    )


def _meta(root: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in root.iter("meta"):
        name = (node.get("property") or node.get("name") or "").strip().lower()
        content = (node.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def _json_ld(root: Node) -> Mapping[str, Any]:
    """Return the first article among a page's JSON-LD, or nothing."""
    for node in root.iter("script"):
        if (node.get("type") or "").strip().lower() != "application/ld+json":
            continue
        text = node.text or ""
        if len(text) > _MOST_JSON:
            continue
        try:
            found = next(_articles_in(json.loads(text)), None)
        except (ValueError, RecursionError):
            continue
        if found is not None:
            return found
    return {}


def _articles_in(plain: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(plain, list):
        for each in plain:
            yield from _articles_in(each)
    elif isinstance(plain, dict):
        kinds = plain.get("@type")
        if any(
            isinstance(kind, str) and _ARTICLES.search(kind)
            for kind in (kinds if isinstance(kinds, list) else [kinds])
        ):
            yield plain
        yield from _articles_in(plain.get("@graph"))


def _title(root: Node, meta: Mapping[str, str], article: Mapping[str, Any]) -> str:
    """Return the headline: what is shown as such, else what the page tells others."""
    shown = [words_of(node) for node in islice(root.iter("h1"), _MOST_HEADINGS)]
    told = [article.get("headline"), meta.get("og:title"), meta.get("twitter:title")]
    named = [" ".join(each.split()) for each in told if isinstance(each, str) and each.strip()]
    stem = _SITE_SUFFIX.sub("", named[0]) if named else ""
    for heading in shown:
        # A page's first h1 may be its masthead; the headline is the one that the page also tells.
        if heading and (
            not named or stem[:20].casefold() in heading.casefold() or heading.casefold() in stem.casefold()
        ):
            return heading
    if stem:
        return stem
    element = next(root.iter("title"), None)
    return _SITE_SUFFIX.sub("", words_of(element)) if element is not None else ""


def _canonical(root: Node, meta: Mapping[str, str], url: str) -> str | None:
    """Return the page's own address, where it names one on its own site."""
    links = [
        node.get("href")
        for node in root.iter("link")
        if "canonical" in (node.get("rel") or "").lower().split()
    ]
    for link in (*links, meta.get("og:url")):
        if not link:
            continue
        try:
            absolute: str = urljoin(url, link.strip())
        except ValueError:
            continue
        if _site(absolute) and _site(absolute) == _site(url) and _is_page(absolute):
            return absolute
    return None


def _is_page(url: str) -> bool:
    """Tell whether an address is of one page: templates name the front page, which is every article's."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.path.strip("/") or parts.query)


def _site(url: str) -> str:
    return host_of(url).removeprefix("www.").removeprefix("m.").removeprefix("amp.")


def _authors(article: Mapping[str, Any], meta: Mapping[str, str]) -> tuple[str, ...]:
    named = article.get("author") or meta.get("author")
    entries = named if isinstance(named, list) else [named]
    names = [each.get("name") if isinstance(each, dict) else each for each in entries]
    kept = [
        " ".join(name.split())[:100]
        for name in names
        if isinstance(name, str) and not name.startswith("http")
    ]
    return tuple(dict.fromkeys(name for name in kept if name))[:_MOST_AUTHORS]


def _time(text: object) -> datetime | None:
    """Return an ISO 8601 time; one without zone is not known well enough."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _free(declared: object) -> bool | None:
    if isinstance(declared, str):
        return {"true": True, "false": False}.get(declared.strip().lower())
    return declared if isinstance(declared, bool) else None
