"""Reads and writes lists of feeds as OPML 2.0, the form in which feed readers hand them on.

What OPML has no place for (a feed's id, its wait, further labels) stands in attributes of a namespace of our
own, which other programs pass over.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

_DEPTH = 64
# Feeds of one list.
_MOST = 100_000
_OURS = 'xmlns:monitor="urn:news-monitor:opml"'
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What the labels of an outline are called: the folders above it, and its `category`.
FOLDER, CATEGORY = "folder", "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of an OPML document; `line` counts from 1, 0 where there is none.

    `id` and `every` are as they stand there, empty where they do not.
    """

    title: str
    url: str = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    every: str = ""
    line: int = field(default=0, compare=False)


class NotOpml(ValueError):  # noqa: N818  (it names what the document is)
    """A document is no OPML; `line` and `column` count from 1."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.line = line
        self.column = column


def read_opml(document: bytes) -> list[Outline]:
    """Return the feeds of an OPML document, in order.

    The label `folder` holds the titles of the outlines above, joined by `/`; `category` is the
    outline's own attribute of that name.

    Raises:
        NotOpml: it is not well-formed, declares a document type, is no OPML, is nested too deep, or holds
            too many feeds.
    """
    found = _Found(expat.ParserCreate())
    try:
        found.parser.Parse(document, True)  # noqa: FBT003  (expat's signature)
    except expat.ExpatError as error:
        problem = f"not XML: {expat.ErrorString(error.code)}"
        raise NotOpml(problem, error.lineno, error.offset + 1) from None
    return found.outlines


def write_opml(feeds: Iterable[Outline], now: datetime) -> str:
    """Return an OPML document of these feeds, outlines within the folders of their labels.

    The addresses stand in it whole, with whatever is secret in them.

    `read_opml` gives the same feeds again, where those of one folder stand together.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" {_OURS}>',
        f"<head><title>Feeds</title><dateCreated>{format_datetime(now)}</dateCreated></head>",
        "<body>",
    ]
    inside: list[str] = []
    for feed in feeds:
        folders = [each for each in feed.labels.get(FOLDER, "").split("/") if each]
        shared = _shared(inside, folders)
        lines += ["</outline>"] * (len(inside) - shared)
        lines += [f"<outline text={_attribute(each)}>" for each in folders[shared:]]
        inside = folders
        lines.append(_line(feed))
    return "\n".join([*lines, *["</outline>"] * len(inside), "</body>", "</opml>", ""])


class _Found:
    """What expat has told so far: the open outlines' titles and the feeds."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.outlines: list[Outline] = []
        self._open: list[str] = []
        self._root = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._root and tag.lower() != "opml":
            raise self._refused(f"not OPML: the document begins with <{tag[:40]}>")
        self._root = False
        given = {name.lower(): each.strip() for name, each in attributes.items()}
        title = given.get("title") or given.get("text") or ""
        url = given.get("xmlurl", "")
        if tag.lower() == "outline" and url:
            if len(self.outlines) == _MOST:
                raise self._refused(f"holds more than {_MOST:,} feeds")
            self.outlines.append(
                Outline(
                    title=title,
                    url=url,
                    labels=self._labels(given),
                    id=given.get("monitor:id", ""),
                    every=given.get("monitor:every", ""),
                    line=self.parser.CurrentLineNumber,
                )
            )
        self._open.append(title.replace("/", "-") if tag.lower() == "outline" else "")
        if len(self._open) > _DEPTH:
            raise self._refused(f"nested more than {_DEPTH} deep")

    def _labels(self, given: dict[str, str]) -> dict[str, str]:
        folder = "/".join(each for each in self._open if each)
        category = given.get("category", "")
        further = parse_qsl(given.get("monitor:labels", ""), keep_blank_values=True, max_num_fields=None)
        return dict(further) | {name: each for name, each in ((FOLDER, folder), (CATEGORY, category)) if each}

    def _end(self, _: str) -> None:
        self._open.pop()

    def _doctype(self, *_: object) -> None:
        raise self._refused("a document type is refused; remove the line <!DOCTYPE …>")

    def _refused(self, problem: str) -> NotOpml:
        return NotOpml(problem, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _line(feed: Outline) -> str:
    further = {name: each for name, each in feed.labels.items() if name not in (FOLDER, CATEGORY)}
    attributes = {
        "text": feed.title,
        "title": feed.title,
        "xmlUrl": feed.url,
        **_given("category", feed.labels.get(CATEGORY, "")),
        **_given("monitor:id", feed.id),
        **_given("monitor:every", feed.every),
        **_given("monitor:labels", urlencode(further)),
    }
    return (
        f'<outline type="rss" {" ".join(f"{name}={_attribute(each)}" for name, each in attributes.items())}/>'
    )


def _given(name: str, value: str) -> Mapping[str, str]:
    return {name: value} if value else {}


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
