"""Does our whole path say of feedparser's own test feeds what feedparser says?

The feeds lie beside the repository, in `../shared/data`, and are no part of it.
"""

import calendar
import html
import io
import re
import tarfile
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import feedparser
import pytest

from monitor.articles.extract import read_announced
from monitor.feeds.formats import link_of
from monitor.feeds.markup import without_code
from monitor.feeds.parse import completed, cut, outline_feed, read_cut, read_feed
from monitor.model import Announced, Document, Outline, ParsedFeed, ParseFailed, Written

CASES = Path(__file__).resolve().parents[3] / "shared/data/feedparser-cases/feedparser-cases.tar.gz"
URL = "http://feeds.example/x.xml"
# Entries that can be told apart from any other, to stand around those of a case.
NEIGHBOURS = {
    b"item": (
        "<item><title>Plain {n} &amp; simple – für alle</title><link>https://example.org/{n}?a=1&amp;b=2</link>"
        '<guid isPermaLink="false">plain-{n}</guid><author>a@b.example (Anna)</author><category>x</category>'
        '<description>&lt;p&gt;{n} &lt;a href="/x"&gt;y&lt;/a&gt;&lt;/p&gt;</description></item>'
    ),
    b"entry": (
        '<entry><title>Plain {n}</title><link href="https://example.org/{n}"/><id>urn:plain:{n}</id>'
        "<updated>2025-12-17T20:41:00Z</updated><author><name>Anna</name></author>"
        '<content type="html">&lt;p&gt;{n} &lt;a href="/x"&gt;y&lt;/a&gt;&lt;/p&gt;</content></entry>'
    ),
}
# Measured on 1,217 entries of 2,106 feeds: all fields, but four titles whose tags we take away.
FLOOR = 0.995
# Of what is read of an entry, fifteen differ, where feedparser sanitises: five times it takes a script for
# text, seven times it keeps the text within objects and frames, which browsers do not show.
TEXT_FLOOR = 0.985

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason=f"no feeds to read: {CASES} is absent")


def cases() -> Iterator[tuple[str, Document]]:
    with tarfile.open(CASES) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.name.endswith(".xml") else None
            if stream is not None:
                body = stream.read()
                yield (
                    member.name,
                    Document(
                        url=header(body, "Content-Location") or URL,
                        content_type=header(body, "Content-type") or "application/xml",
                        body=body,
                    ),
                )


def header(body: bytes, name: str) -> str | None:
    """Return a header that the comment at the head of a case asks for."""
    found = re.search(rb"^Header:\s+%b:(.*)$" % name.encode(), body, re.MULTILINE | re.IGNORECASE)
    return found[1].decode("latin-1").strip() if found else None


def feedparsers(document: Document, **options: bool) -> Any:
    headers = {"content-type": document.content_type, "content-location": document.url}
    try:
        return feedparser.parse(io.BytesIO(document.body), response_headers=headers, **options)
    except Exception:  # noqa: BLE001
        return None


class Text(HTMLParser):
    """The text of a fragment of HTML, read by the standard library."""

    def __init__(self, fragment: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.feed(fragment)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data


def plain(entry: dict[str, Any]) -> str:
    """Return feedparser's title as text: without tags, unless it says that these are none."""
    title = dict.get(entry, "title") or ""
    literal = (dict.get(entry, "title_detail") or {}).get("type") == "text/plain"
    return " ".join(html.unescape(title if literal else Text(title).text).split())


def moment(parts: Any) -> float | None:
    return calendar.timegm(parts) if parts else None


def stamp(date: datetime | None) -> float | None:
    return date.timestamp() if date else None


def text(announced: Announced) -> str:
    """Return what is read of an entry by what its feed carries."""
    return " ".join(read_announced(announced).zones.text.split())


def fields(
    theirs: dict[str, Any], raw: dict[str, Any], ours: Announced, url: str
) -> Iterator[tuple[str, object, object]]:
    """Give each field as feedparser reads it from the untouched document, and as we read it.

    `raw` is what it says without sanitising and resolving, which nobody here needs: the text is the same.
    """
    content = max((each["value"] for each in dict.get(theirs, "content") or []), key=len, default="")
    yield "guid", dict.get(theirs, "id") or None, ours.guid
    yield "link", link_of(dict.get(theirs, "link"), url), ours.link
    yield "title", plain(theirs), ours.title
    yield "summary", without_code(dict.get(raw, "summary") or ""), ours.summary
    sanitised = replace(ours, summary=dict.get(theirs, "summary") or "", content=content)
    yield "text", text(sanitised), text(ours)
    yield "published", moment(dict.get(theirs, "published_parsed")), stamp(ours.published_at)
    yield "updated", moment(dict.get(theirs, "updated_parsed")), stamp(ours.updated_at)


def test_our_path_gives_feedparsers_own_values_and_never_raises() -> None:
    warnings.simplefilter("ignore")
    same: Counter[str] = Counter()
    total: Counter[str] = Counter()
    different: list[str] = []

    for name, document in cases():
        theirs, ours = feedparsers(document), read_feed(document)
        raw = feedparsers(document, sanitize_html=False, resolve_relative_uris=False)
        total["feeds"] += 1
        if theirs is None or not (theirs.get("version") or theirs.entries):
            same["feeds"] += isinstance(ours, ParseFailed)
            continue
        if not isinstance(ours, ParsedFeed) or len(ours.entries) != len(theirs.entries):
            different.append(f"{name}: {ours}")
            continue
        same["feeds"] += 1
        for entry, bare, announced in zip(theirs.entries, raw.entries, ours.entries, strict=True):
            for field, wanted, got in fields(entry, bare, announced, document.url):
                total[field] += 1
                same[field] += wanted == got
                if wanted != got:
                    different.append(f"{name}: {field}: {wanted!r} became {got!r}")

    print(*(f"{field}: {same[field]} of {total[field]}" for field in total), *different, sep="\n")  # noqa: T201
    assert total["feeds"] > 2_000
    floors = dict.fromkeys(total, FLOOR) | {"text": TEXT_FLOOR}
    assert dict.fromkeys(total, True) == {
        field: same[field] >= floors[field] * total[field] for field in total
    }


def among_neighbours(body: bytes) -> bytes | None:
    """Return a case with two plain entries before its own and two after them; None where it has none."""
    for tag, neighbour in NEIGHBOURS.items():
        first = re.search(rb"<%b[\s>]" % tag, body)
        ends = [found.end() for found in re.finditer(rb"</%b\s*>" % tag, body)]
        if first and ends:
            start, end = first.start(), ends[-1]
            plain = [neighbour.format(n=n).encode("ascii", "xmlcharrefreplace") for n in range(4)]
            return b"".join((body[:start], *plain[:2], body[start:end], *plain[2:], body[end:]))
    return None


def marks(feed: ParsedFeed) -> list[tuple[str | None, str | None, str]]:
    return [(each.guid, each.link, each.title) for each in feed.entries]


def says_the_same(whole: ParsedFeed, left: ParsedFeed, written: Written, settled: frozenset[int]) -> bool:
    """Tell whether what is left of a document without its settled entries says the same of the others."""
    kept = [
        each for each, digest in zip(whole.entries, written.entries, strict=True) if digest not in settled
    ]
    return replace(whole, entries=tuple(kept)) == replace(left, written=None)


def test_a_cut_of_any_case_says_what_the_whole_says() -> None:
    warnings.simplefilter("ignore")
    total: Counter[str] = Counter()
    different: list[str] = []

    for number, (name, document) in enumerate(cases()):
        body = among_neighbours(document.body)
        among = replace(document, body=body or b"")
        whole = read_feed(among) if body else None
        outline = outline_feed(among) if body else None
        total["feeds"] += 1
        if not isinstance(outline, Outline) or not isinstance(whole, ParsedFeed):
            different += [name] * (whole != outline)
            continue
        wanted = frozenset(each for each in outline.feed.outlined if (each + number) % 3 == 0)
        read = read_cut(cut(among, outline, wanted))
        filled = completed(outline, wanted, read) if isinstance(read, ParsedFeed) else None
        total["outlined"] += len(outline.feed.outlined)
        total["read"] += len(whole.entries) - len(outline.feed.outlined)
        for feed in (outline.feed, filled):
            same = feed is not None and all(
                (
                    replace(whole, entries=())
                    == replace(feed, entries=(), outlined=frozenset(), written=None),
                    marks(whole) == marks(feed),
                    all(
                        each == feed.entries[at] or at in feed.outlined
                        for at, each in enumerate(whole.entries)
                    ),
                )
            )
            different += [name] * (not same)
        written = outline.feed.written
        if written is not None:
            settled = frozenset(each for at, each in enumerate(written.entries) if each and at not in wanted)
            left = outline_feed(among, (written.around, *settled))
            total["settled"] += 1
            total["left"] += isinstance(left, ParsedFeed)
            if isinstance(left, ParsedFeed):
                different += [name] * (not says_the_same(whole, left, written, settled))

    print(total, *different, sep="\n")  # noqa: T201
    assert [] == different
    # One case has the word DOCTYPE in an entry, which is near the start once others are taken away.
    assert total["settled"] - 1 == total["left"]
    assert total["outlined"] > 3_000
    assert total["read"] > 800
