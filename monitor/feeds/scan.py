"""Can a feed's body be given to feedparser without harm?

Observations. feedparser is quadratic in the attributes of an element, in the length of an author
and in the categories of an entry; its patterns crawl over white space before the root element; it
leaves a DTD in place that is written on one line, so that 462 bytes become megabytes; and it decodes
with any codec that a document names.

Theory of operation. A body is first brought into an encoding in which the bytes of ASCII mean
themselves, so that nothing can hide from a look at the bytes. Everything before the root element is
then written anew, without comments and without any DTD but short, flat entities. Expat, which is
fast and strict, walks the rest and refuses what is too complex, or notes what is to be cut out.

Known exceptions. What expat cannot read goes on under coarser limits on the bytes, because feedparser
is the authority on broken feeds; what gets through these is ended by the worker's deadline.
"""

import codecs
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from xml.parsers import expat

from monitor.model import FailureReason, ParseFailed

# Per element: 340 kB of attributes on one take feedparser 20 s; feeds in the wild stay under 20.
_ATTRIBUTES = 64
# Bytes of all attributes of an element, and of one tag in a broken document.
_TAG_BYTES = 65_536
# Bytes that expat is given at a time. A tag that is no shorter is read to its end by nobody: it compares
# attributes before anybody can count them, and a million take it seconds.
_PIECE = 1 << 18
# Levels; feeds with embedded XHTML stay under 40.
DEPTH = 128
# Elements of a document; 2,000 entries of 100 elements.
ELEMENTS = 200_000
# Categories of an entry, or of the feed: 30,000 take 34 s, 256 take 3 ms.
CATEGORIES = 256
# Distinct prefixes: each element may be compared with all of them.
_PREFIXES = 128
# Characters of an author or of a list of key words: 32,000 take 7.5 s, 1,000 take 7 ms.
FIELD = 1_024
# Entities that a DTD may keep: how many, and characters of each. 8 bytes of text at most for one.
_ENTITIES, _ENTITY = 256, 32
# Opened and never closed, in a broken document; each makes feedparser look through all the rest.
_UNCLOSED = 64
_PAIRS = ((b"<!--", b"-->"), (b"&lt;!--", b"--&gt;"), (b"<![CDATA[", b"]]>"), (b"<", b">"))

CUT = frozenset(
    (
        "author",
        "creator",
        "managingeditor",
        "webmaster",
        "publisher",
        "contributor",
        "credit",
        "keywords",
        "tags",
    )
)
CATEGORY = frozenset(("category", "subject", "keywords"))
ENTRY = frozenset(("item", "entry"))

_DECLARATION = re.compile(rb"\s*<\?xml\b([^>]{0,500})>")
_DECLARED = re.compile(rb"""\bencoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,64})\s*["']""")
_ROOT = re.compile(rb"<[A-Za-z_\x80-\xff]")
_LONG_TAG = re.compile(rb"<[A-Za-z][^<>]{1024,}")
_ATTRIBUTE = re.compile(rb"[\s\"'][A-Za-z_][\w:.-]*\s*=")
_LONG_AUTHOR = re.compile(
    rb"(<(?:[\w.-]{1,64}:)?(?:%b)(?:\s[^<>]{0,1000})?>(?:<!\[CDATA\[)?[^<\]]{%d})[^<\]]+"
    % (b"|".join(sorted(name.encode() for name in CUT)), FIELD),
    re.IGNORECASE,
)

_REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]+|[0-9]+)")
# Digits of a reference, leading zeros counted: more are no character's.
_DIGITS = 12

# Starts of a document in an encoding that is not a superset of ASCII: byte order marks, or `<?`.
_WIDE = (
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"Lo\xa7\x94", "cp037"),
)
# Charsets of mail, in which two bytes of ASCII can be one character; feeds in them exist.
_SHIFTED = frozenset(
    (
        "iso2022_jp",
        "iso2022_jp_1",
        "iso2022_jp_2",
        "iso2022_jp_2004",
        "iso2022_jp_3",
        "iso2022_jp_ext",
        "iso2022_kr",
        "hz",
    )
)
# Text that every codec in which markup could hide reads as something else.
_PROBE = b"<?xml a='1'?><!DOCTYPE b [%c;]>&#38;" + b"+ADw-~{<<~}\\u003c\\x3c\x1b$B<<\x1b(B\x1b$)C\x0e<<\x0f"
_PLAIN = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A body that feedparser may read: ASCII means itself, and there is no DTD to speak of."""

    body: bytes


def screen(body: bytes) -> Screened | ParseFailed:
    """Return the body without what is harmful, or why it cannot be read.

    The reason of a refusal is `not_a_feed` where there is no XML, else `too_complex`.
    """
    whole = begun_anew(body)
    if whole is None:
        return ParseFailed(reason=FailureReason.NOT_A_FEED, detail="the document holds no XML element")
    walk = _Walk(_expat_for(whole, utf8=is_utf8(whole)))
    refusal = unclosed(whole)
    strict = False
    if refusal is None:
        try:
            walk.over(whole)
            strict = True
        except TooComplexError as error:
            refusal = str(error)
        except expat.ExpatError:
            refusal = _tangled(whole)
    if refusal is not None:
        return ParseFailed(reason=FailureReason.TOO_COMPLEX, detail=refusal)
    return Screened(body=without(whole, walk.cuts) if strict else _mended(whole))


def begun_anew(body: bytes) -> bytes | None:
    """Return a body with harmless words before its root element; None where there is no element."""
    body = legible(body)
    utf8 = is_utf8(body)
    prolog = _prolog_of(body, utf8=utf8)
    return None if prolog is None else prolog.rewritten(body, utf8=utf8) + body[prolog.root :]


def legible(body: bytes, charset: str | None = None) -> bytes:
    """Return the body in an encoding in which the bytes of ASCII mean themselves.

    UTF-16, UTF-32 and EBCDIC, told by their first bytes, become UTF-8, and so do the charsets of
    mail that are declared in the document or, as `charset`, by the answer. A byte order mark and
    white space before the first character are dropped.
    """
    if body.startswith(codecs.BOM_UTF8):
        return body[3:].lstrip()
    wide = next((name for start, name in _WIDE if body.startswith(start)), None)
    if wide is None and body.isascii():
        wide = next((name for name in (charset, _named(body)) if _codec(name) in _SHIFTED), None)
    if wide is None:
        return body.lstrip()
    return body.decode(wide, "replace").lstrip("\ufeff \t\r\n").encode("utf-8", "replace")


def is_charset(name: str) -> bool:
    """Say whether a document may be decoded by that name: a charset in which ASCII means itself.

    That leaves out codecs that are none (`zlib`, `rot13`, `idna`) and encodings that could hide
    markup from a look at the bytes (`utf-7`, `hz`, EBCDIC).
    """
    try:
        text = _PROBE.decode(name, "replace")
    except (LookupError, ValueError):
        return False
    return text[:_PLAIN] == _PROBE[:_PLAIN].decode() and text.count("<") == _PROBE.count(b"<")


def is_utf8(body: bytes) -> bool:
    """Say whether a body is valid UTF-8 and not only ASCII: nothing else looks like that by chance."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not body.isascii()


def without(body: bytes, cuts: Iterable[tuple[int, int]]) -> bytes:
    """Return the body without these half-open ranges, which are in order and do not overlap."""
    kept: list[bytes] = []
    at = 0
    for start, end in cuts:
        kept.append(body[at:start])
        at = end
    kept.append(body[at:])
    return b"".join(kept)


# ---- before the root element -----------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class _Prolog:
    """What stands before the root element, which begins at byte `root`."""

    root: int
    netscape: bool = False
    entities: list[tuple[str, str]] = field(default_factory=list)

    def rewritten(self, body: bytes, *, utf8: bool) -> bytes:
        """Return a declaration and doctype that say the same and can do no harm."""
        encoding = "utf-8" if utf8 else _declared(body)
        declaration = f' encoding="{encoding}"' if encoding else ""
        # feedparser knows RSS 0.91 of Netscape by this word in the doctype.
        system = ' SYSTEM "netscape"' if self.netscape else ""
        lines = [f'<!ENTITY {name} "{value}">' for name, value in self.entities]
        subset = "".join(f"\n{line}" for line in lines)
        doctype = f"<!DOCTYPE feed{system} [{subset}\n]>\n" if system or lines else ""
        return f'<?xml version="1.0"{declaration}?>\n{doctype}'.encode("ascii")


def _prolog_of(body: bytes, *, utf8: bool) -> _Prolog | None:
    """Return what stands before the root element; None where there is no element."""
    prolog = _Prolog(root=-1)
    parser = _expat_for(body, utf8=utf8)

    def doctype(_name: str, system: str | None, public: str | None, _subset: bool) -> None:  # noqa: FBT001  (expat calls)
        prolog.netscape = "netscape" in f"{system} {public}".lower()

    def entity(name: str, parameter: int, value: str | None, *_external: str | None) -> None:
        if not parameter and value is not None and _harmless(name, value):
            prolog.entities = [*prolog.entities, (name, _as_references(value))][:_ENTITIES]

    def element(_name: str, _attributes: Sequence[str]) -> None:
        prolog.root = parser.CurrentByteIndex
        raise _FoundError

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = entity
    parser.StartElementHandler = element
    # A declared encoding that expat does not know would end it before the root element.
    declaration = _DECLARATION.match(body)
    blank = b" " * declaration.end() if declaration else b""
    with suppress(_FoundError, TooComplexError, expat.ExpatError):
        read_by(parser, blank + body[len(blank) :])
    if prolog.root < 0:
        found = _ROOT.search(body)
        return None if found is None else _Prolog(root=found.start())
    return prolog


def _declared(body: bytes) -> str | None:
    """Return the encoding that the XML declaration names, where it is a charset."""
    name = _named(body)
    return name if name is not None and is_charset(name) else None


def _named(body: bytes) -> str | None:
    """Return the encoding that the XML declaration names."""
    declaration = _DECLARATION.match(body)
    named = _DECLARED.search(declaration[1]) if declaration else None
    return named[1].decode("ascii") if named else None


def _harmless(name: str, value: str) -> bool:
    """Say whether an entity is short and flat: it holds no markup and no other entity."""
    return name.isascii() and name.isalnum() and len(value) <= _ENTITY and not set(value) & set("&<%")


def _as_references(value: str) -> str:
    """Return a text that means the same in every encoding; feedparser keeps one reference, or none."""
    if value.isascii() and '"' not in value:
        return value
    return "".join(f"&#{ord(character)};" for character in value)


# ---- from the root element on ----------------------------------------------------------------


class _FoundError(Exception):
    """The root element begins here: the parser has nothing more to tell."""


class TooComplexError(Exception):
    """A document goes beyond a limit; the text says which."""


def read_by(parser: expat.XMLParserType, body: bytes) -> None:
    """Have expat read a body, but for a tag that does not end.

    Raises:
        TooComplexError: a tag is as long as a piece, or longer; one of two pieces is always seen.
        ExpatError: it is not well-formed.
    """
    start = 0
    while len(body) - start > _PIECE:
        parser.Parse(body[start : start + _PIECE], False)  # noqa: FBT003  (expat's own argument)
        start += _PIECE
        # It stands still at the start of what has not ended.
        at = parser.CurrentByteIndex
        if start - at >= _PIECE and _ROOT.match(body, at):
            raise TooComplexError(f"more than {_PIECE} bytes in one tag")
    parser.Parse(body[start:], True)  # noqa: FBT003  (as above)


class _Walk:
    """One strict walk over a document: holds it to the limits and notes what is to be cut out."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.cuts: list[tuple[int, int]] = []
        self._parser = parser
        self._names: list[str] = []
        self._prefixes: set[str] = set()
        self._elements = 0
        self._categories = {True: 0, False: 0}
        self._in_entry = False
        self._field_depth = 0
        self._field_characters = 0
        self._field_excess = -1
        self._section = -1

    def over(self, body: bytes) -> None:
        """Walk the body.

        Raises:
            TooComplexError: it goes beyond a limit.
            ExpatError: it is not well-formed.
        """
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        read_by(self._parser, body)

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self._elements += 1
        self._names.append(name)
        _limit(self._elements, ELEMENTS, "elements")
        _limit(len(self._names), DEPTH, "levels of elements")
        if attributes:
            self._attributes(attributes)
        local = name.rpartition(":")[2].lower()
        if local in ENTRY:
            self._in_entry = True
            self._categories[True] = 0
        if local in CATEGORY:
            self._categories[self._in_entry] += 1
            _limit(self._categories[self._in_entry], CATEGORIES, "categories in one place")
        if local in CUT and not self._field_depth:
            self._field_depth, self._field_characters, self._field_excess = len(self._names), 0, -1
            self._listen(on=True)

    def _end(self, name: str) -> None:
        if len(self._names) == self._field_depth:
            self._field_depth = 0
            self._listen(on=False)
            if self._field_excess >= 0:
                self.cuts.append((self._field_excess, self._parser.CurrentByteIndex))
        self._names.pop()
        if name.rpartition(":")[2].lower() in ENTRY:
            self._in_entry = False

    def _attributes(self, attributes: Sequence[str]) -> None:
        _limit(len(attributes) // 2, _ATTRIBUTES, "attributes on one element")
        _limit(sum(map(len, attributes)), _TAG_BYTES, "characters of attributes on one element")
        self._prefixes.update(name for name in attributes[::2] if name.startswith("xmlns:"))
        _limit(len(self._prefixes), _PREFIXES, "namespace prefixes")

    def _listen(self, *, on: bool) -> None:
        self._parser.CharacterDataHandler = self._text if on else None
        self._parser.StartCdataSectionHandler = self._open_section if on else None
        self._parser.EndCdataSectionHandler = self._close_section if on else None

    def _open_section(self) -> None:
        self._section = self._parser.CurrentByteIndex

    def _close_section(self) -> None:
        self._section = -1

    def _text(self, text: str) -> None:
        if len(self._names) != self._field_depth or self._field_excess >= 0:
            return
        self._field_characters += len(text)
        if self._field_characters > FIELD:
            start = self._parser.CurrentByteIndex
            self._field_excess = start if self._section < 0 else self._section


def _limit(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise TooComplexError(f"more than {limit} {what}")


def _expat_for(body: bytes, *, utf8: bool) -> expat.XMLParserType:
    """Return a parser that takes the bytes for what they look like, whatever they are declared as.

    Latin-1 stands for every superset of ASCII: the markup is the same.
    """
    return expat.ParserCreate("utf-8" if utf8 or body.isascii() else "iso-8859-1")


# ---- what expat cannot read ------------------------------------------------------------------


def unclosed(body: bytes) -> str | None:
    """Return what is opened too often after the last place where it is closed."""
    for opened, closed in _PAIRS:
        if body.count(opened, body.rfind(closed) + 1) > _UNCLOSED:
            return f"'{opened.decode()}' is opened more than {_UNCLOSED} times and never closed"
    return None


def _tangled(body: bytes) -> str | None:
    """Return which coarse limit a broken document goes beyond."""
    if body.count(b"<") > 2 * ELEMENTS:
        return f"more than {ELEMENTS} elements"
    for tag in _LONG_TAG.finditer(body):
        if len(tag[0]) > _TAG_BYTES:
            return f"more than {_TAG_BYTES} characters in one tag"
        if len(_ATTRIBUTE.findall(tag[0])) > _ATTRIBUTES:
            return f"more than {_ATTRIBUTES} attributes on one element"
    return None


def _mended(body: bytes) -> bytes:
    """Return a broken document without long authors, and without references to no character.

    feedparser gives up a whole feed over one of these.
    """
    return _REFERENCE.sub(_character, _LONG_AUTHOR.sub(rb"\1", body))


def _character(reference: re.Match[bytes]) -> bytes:
    """Return a reference as it stands where it names a character, else one to U+FFFD."""
    digits = reference[1].decode("ascii")
    if len(digits) > _DIGITS:
        return b"&#65533"
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    surrogate = 0xD800 <= code <= 0xDFFF  # noqa: PLR2004  (Unicode)
    return b"&#65533" if surrogate or code > sys.maxunicode else reference[0]


def _codec(name: str | None) -> str | None:
    try:
        return None if name is None else codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
