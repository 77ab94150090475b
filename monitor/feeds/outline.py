"""Where in a feed's document do its entries stand, and by which marks is each known?

Observations. feedparser takes twenty to eighty milliseconds for what a feed shows, and most of that was
there at the last poll. But it carries much from one entry to the next: prefixes, versions, depths, and
what an odd element left open.

Theory of operation. Expat walks a screened document once. An entry is plain where all of its elements are
of a known kind that leaves nothing behind, and where guid, link and title are written so that feedparser
takes them as they stand. A plain entry can be left out of a document without a change to the others, and
is known by its marks without being read. The document itself must be plain too: UTF-8, no DTD, and nothing
of the feed's own after its first entry. Where no limit of `scan` is near, one walk does.

Known exceptions. Whatever is not plain is no fault: feedparser reads it as ever. A title with markup or
an entity in it, an entry in XHTML, a relative link are not plain.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from monitor.feeds.scan import (
    CATEGORIES,
    CATEGORY,
    CUT,
    DEPTH,
    ELEMENTS,
    ENTRY,
    FIELD,
    TooComplexError,
    begun_anew,
    is_utf8,
    read_by,
    unclosed,
    without,
)
from monitor.feeds.settled import TAKEN, digest_of
from monitor.model import Announced
from monitor.text.ids import digest63

_ATOM = "http://www.w3.org/2005/Atom"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RSS = ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
_XML = "http://www.w3.org/XML/1998/namespace"
# Namespaces by the prefix that feedparser knows them under.
_PREFIXES = {
    "": "",
    _ATOM: "",
    **dict.fromkeys(_RSS, ""),
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://wellformedweb.org/commentapi/": "wfw",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://purl.org/syndication/thread/1.0": "thr",
}
_ROOTS = frozenset(("rss", "feed", f"{_ATOM} feed", f"{_RDF} RDF"))
_ENTRIES = frozenset(("item", "entry"))
_PERSONS = frozenset(("author", "contributor"))
# Elements without elements in them that leave nothing behind in feedparser, by what stands around them.
_LEAVES = frozenset(
    (
        *("title", "link", "guid", "id", "description", "summary", "content", "content:encoded"),
        *("pubdate", "published", "issued", "updated", "modified", "created", "category", "comments"),
        *("enclosure", "author", "dc:creator", "dc:date", "dc:subject", "slash:comments", "wfw:commentrss"),
        *("media:content", "media:thumbnail", "media:credit", "media:keywords"),
        *("itunes:author", "itunes:duration", "itunes:explicit"),
    )
)
_OF_PERSON = frozenset(("name", "email", "uri"))
_OF_MEDIA = frozenset(("media:thumbnail", "media:credit", "media:keywords"))
_INSIDE = dict.fromkeys(_PERSONS, _OF_PERSON) | {"media:content": _OF_MEDIA}
# A bare type is text, or markup that is written as text; anything else may be written as elements.
_TYPES = frozenset(("", "text", "html", "text/plain", "text/html"))
_HTML = frozenset(("text/html", "application/xhtml+xml"))
_URL = re.compile(r"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?/[A-Za-z0-9/._~!$'()*+,:@%=&?#-]{0,2000}")
_TAIL = ("?", "#", "&")
_URN = re.compile(r"(?:urn|tag):[A-Za-z0-9][A-Za-z0-9/._:,@+-]{0,500}")
_GUID = re.compile(r"[^<>&\s\x00-\x1f\x7f-\x9f]{1,500}")
_LONGEST_TITLE = 500
# Names of elements that are remembered: a feed has some twenty.
_NAMES = 256
# Of a document that surely keeps the limits of `scan`: attributes with declarations, and their characters, of
# an element; distinct prefixes, their characters, and those of what they stand for. Feeds in the wild do.
_ATTRIBUTES, _TAG, _PREFIX_COUNT, _PREFIX, _URI = 16, 4_096, 64, 64, 1_024
_HELD = CATEGORY | CUT | ENTRY
_UNPLAIN_TITLE = re.compile(r"[<>\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]|&(?! )")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an entry stands, in bytes, and what it is known by where it is plain.

    `digest` is one of its bytes, where it can be left out of the document without a change to the others, and
    be found again. An entry that `settled.left_out` took away has neither.
    """

    start: int
    end: int
    marks: Announced | None = None
    digest: int | None = None
    taken: bool = False


def places_of(body: bytes) -> tuple[Place, ...] | None:
    """Return the entries of a screened document, in order; None where it must be read as a whole."""
    return None if _is_odd(body) else _found_by(_Walk(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """A body as `screen` leaves it, the `places_of` it, and a digest of what stands around them.

    Entries of the same bytes mean the same where the elements around them are the same.
    """

    body: bytes
    places: tuple[Place, ...]
    around: int


def survey(body: bytes) -> Surveyed | None:
    """Screen a legible body and find its entries in one walk; None where that takes one for each.

    One walk does where there is nothing to be cut out and each limit is kept by far.
    """
    whole = begun_anew(body)
    if whole is None or _is_odd(whole) or unclosed(whole) is not None:
        return None
    walk = _HeldWalk(whole)
    places = _found_by(walk)
    return None if places is None else Surveyed(body=whole, places=places, around=walk.around())


def _found_by(walk: "_Walk") -> tuple[Place, ...] | None:
    """Return the entries that a walk finds; None where there is none, or the document is not plain."""
    try:
        walk.over()
    except (_UnplainError, TooComplexError, expat.ExpatError):
        return None
    return tuple(walk.places) or None


def _is_odd(body: bytes) -> bool:
    """Tell whether a document has a DTD, or is not in UTF-8."""
    return b"<!DOCTYPE" in body[:200] or not (body.isascii() or is_utf8(body))


def cut_of(body: bytes, places: Sequence[tuple[int, int]], left_out: Collection[int]) -> bytes:
    """Return the document without the entries at these positions."""
    return without(body, (places[number] for number in sorted(left_out)))


class _UnplainError(Exception):
    """The document must be read as a whole."""


@dataclass(slots=True, kw_only=True)
class _Found:
    """What was seen of an entry so far."""

    start: int
    plain: bool
    guid: str | None = None
    links: list[str] = field(default_factory=list)
    titles: int = 0
    title: str = ""
    permanent: bool = False

    def marks(self) -> Announced | None:
        """Return what the entry is known by, where feedparser would say the same."""
        link = self.links[-1] if self.links else self.guid if self.permanent else None
        if not self.plain or self.titles != 1 or not _is_plain_title(self.title) or link is None:
            return None
        return Announced(guid=self.guid, link=link, title=" ".join(self.title.split()))


class _Walk:
    """One walk over a document."""

    def __init__(self, body: bytes) -> None:
        self.places: list[Place] = []
        self._body = body
        self._parser = parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartNamespaceDeclHandler = self._declare
        parser.ProcessingInstructionHandler = self._instruct
        self._around: list[str] = []
        self._declarations: list[str] = []
        self._names: list[str] = []
        self._entry: _Found | None = None
        self._declared = False
        self._uris: set[str] = set()
        self._pieces: list[str] = []
        self._attributes: Mapping[str, str] = {}

    def over(self) -> None:
        """Walk the body.

        Raises:
            _UnplainError: it must be read as a whole.
            TooComplexError: a tag does not end.
            ExpatError: it is not well-formed.
        """
        read_by(self._parser, self._body)

    def around(self) -> int:
        """Return a digest of the elements around the entries: names, attributes, declarations."""
        return digest63(*self._around)

    def _instruct(self, target: str, _text: str) -> None:
        """Take the place of an entry that was taken away, where one could stand."""
        if (
            target == TAKEN
            and self._entry is None
            and (len(self._names) == 1 or self._names[1:] == ["channel"])
        ):
            start = self._parser.CurrentByteIndex
            self.places.append(Place(start=start, end=self._body.index(b">", start) + 1, taken=True))

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        """Note a prefix that others could inherit; its usual one means the same everywhere."""
        if not self._names:
            self._uris.add(uri or "")
        if self._entry is None:
            self._declarations += prefix or "", uri or ""
        self._declared = self._declared or _PREFIXES.get((uri or "").lower(), "") != (prefix or "")

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        declared, self._declared = self._declared, False
        if not self._names:
            _check_root(name, self._uris)
        entry = self._entry
        if entry is None:
            local = _prefixed(name)
            declarations, self._declarations = self._declarations, []
            if not self._names or local == "channel":
                self._around += name, *declarations, *(part for each in attributes.items() for part in each)
            self._names.append(local)
            if local in _ENTRIES and (len(self._names) == 2 or self._names[1:-1] == ["channel"]):  # noqa: PLR2004
                odd = {"href", "lastmod", "url"} & {key.lower() for key in attributes}
                about = attributes.get(f"{_RDF} about")
                self._entry = found = _Found(start=self._parser.CurrentByteIndex, plain=not (declared or odd))
                if about is not None:
                    self._identify(found, about, permanent=False)
            elif self.places or local in _ENTRIES:
                raise _UnplainError
            return
        local = _prefixed(name)
        if local in _ENTRIES:
            raise _UnplainError
        inside = self._names[-1]
        allowed = _LEAVES | _PERSONS if inside in _ENTRIES else _INSIDE.get(inside, ())
        entry.plain = entry.plain and not declared and local in allowed and _is_plain(local, attributes)
        self._names.append(local)
        if local in ("title", "guid", "id", "link") and inside in _ENTRIES:
            self._attributes, self._pieces = attributes, []
            self._parser.CharacterDataHandler = self._pieces.append

    def _end(self, _name: str) -> None:
        local = self._names.pop()
        entry = self._entry
        if entry is None:
            return
        if local in _ENTRIES:
            end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
            alone = entry.plain and entry.titles == 1
            digest = digest_of(self._body[entry.start : end]) if alone else None
            self.places.append(Place(start=entry.start, end=end, marks=entry.marks(), digest=digest))
            self._entry = None
        elif local in ("title", "guid", "id", "link") and self._names[-1] in _ENTRIES:
            self._parser.CharacterDataHandler = None
            self._read(entry, local, "".join(self._pieces))

    def _read(self, entry: _Found, local: str, text: str) -> None:
        attributes = self._attributes
        if local == "title":
            entry.titles += 1
            entry.title = text
        elif local == "link":
            _link(entry, attributes, text.strip())
        else:
            permanent = attributes.get("isPermaLink", "true") == "true"
            self._identify(entry, text.strip(), permanent=permanent)

    def _identify(self, entry: _Found, guid: str, *, permanent: bool) -> None:
        """Take a guid, if it is the only one and written so that nothing is made of it."""
        written = _is_url(guid) or _URN.fullmatch(guid) if permanent else _GUID.fullmatch(guid)
        entry.plain = entry.plain and entry.guid is None and bool(written) and _is_single(guid)
        entry.guid = guid
        entry.permanent = permanent and _is_url(guid)


class _HeldWalk(_Walk):
    """One that takes the document for unplain where it could go beyond a limit, or a field is to be cut."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._elements = 0
        self._prefixes: set[str] = set()
        self._fresh = 0
        self._categories = 0
        self._field: tuple[int, int] | None = None

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._fresh += 1
        self._prefixes.add(prefix or "")
        _hold(len(self._prefixes) <= _PREFIX_COUNT)
        _hold(len(prefix or "") <= _PREFIX and len(uri or "") <= _URI)
        super()._declare(prefix, uri)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        # Without a call: this is done for each element.
        if self._elements > ELEMENTS or len(self._names) >= DEPTH:
            raise _UnplainError
        if attributes or self._fresh:
            _hold(len(attributes) + self._fresh <= _ATTRIBUTES)
            _hold(sum(map(len, attributes)) + sum(map(len, attributes.values())) <= _TAG)
            self._fresh = 0
        outside = self._entry is None
        super()._start(name, attributes)
        tail = self._names[-1].rpartition(":")[2]
        if tail in _HELD:
            self._hold_field(self._names[-1], tail, outside=outside)

    def _hold_field(self, local: str, tail: str, *, outside: bool) -> None:
        """Count categories in one place, and note where a field begins that may be cut."""
        if tail in ENTRY:
            # One of another namespace begins an entry for who knows no namespaces.
            _hold(local in _ENTRIES and outside)
            self._categories = 0
        if tail in CATEGORY:
            self._categories += 1
            _hold(self._categories <= CATEGORIES)
        if tail in CUT and self._field is None:
            self._field = len(self._names), self._parser.CurrentByteIndex

    def _end(self, name: str) -> None:
        if self._field is not None and self._field[0] == len(self._names):
            _hold(self._parser.CurrentByteIndex - self._field[1] <= FIELD)
            self._field = None
        super()._end(name)


def _hold(kept: bool) -> None:  # noqa: FBT001  (that is what it is about)
    if not kept:
        raise _UnplainError


def _link(entry: _Found, attributes: Mapping[str, str], text: str) -> None:
    href = attributes.get("href", text if not attributes else "")
    entry.plain = entry.plain and _is_url(href) and (not text or not attributes)
    kind = attributes.get("type", "text/html").lower()
    if attributes.get("rel", "alternate").lower() == "alternate" and kind in _HTML:
        entry.links.append(href)


def _check_root(name: str, uris: Collection[str]) -> None:
    """Raise where the root does not say by itself which format it is."""
    if name not in _ROOTS or (name.startswith(_RDF) and not set(_RSS).intersection(uris)):
        raise _UnplainError


@lru_cache(maxsize=_NAMES)
def _prefixed(name: str) -> str:
    """Return an element's name with the prefix that feedparser knows it under; `?` for any other."""
    uri, _, local = name.rpartition(" ")
    prefix = _PREFIXES.get(uri.lower() if uri not in _PREFIXES else uri, "?")
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def _is_plain(local: str, attributes: Mapping[str, str]) -> bool:
    """Say whether an element's attributes mean nothing to what is around it."""
    if not attributes:
        return True
    if any(name.startswith(_XML) for name in attributes):
        return False
    if local in ("content", "summary", "title", "description", "content:encoded"):
        return attributes.keys() <= {"type"} and attributes.get("type", "") in _TYPES
    return True


def _is_plain_title(title: str) -> bool:
    text = title.strip()
    return bool(text) and len(text) <= _LONGEST_TITLE and not _UNPLAIN_TITLE.search(text) and _is_single(text)


def _is_single(text: str) -> bool:
    """Say whether a text was not encoded twice, which feedparser would mend."""
    if text.isascii():
        return True
    try:
        text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return True
    return False


def _is_url(text: str) -> bool:
    """Say whether a text is an absolute URL that every resolving leaves as it is."""
    # Of such characters only dots as segments are resolved, and only an empty query or fragment is dropped.
    return (
        _URL.fullmatch(text) is not None
        and not text.endswith(_TAIL)
        and "/." not in text
        and "?#" not in text
    )
