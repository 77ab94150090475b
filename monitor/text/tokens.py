"""Where are the words and the sentences of a text?

Observations: a full stop ends a sentence, an abbreviation ("z. B.", "Dr.", "U.S."), an initial, or a
German ordinal ("17. Dezember"), and only what follows tells them apart.

Theory of operation: a sentence ends at `.`, `!`, `?` or `…` before a blank, unless the next word begins
with a small letter. After an initial, a title or an ordinal it goes on; after an abbreviation that may
stand last ("Inc.", "usw.", "U.S.") and after an ordinal it ends only where the next word is one that
opens sentences ("Der", "The"). The full stops of Chinese and Japanese need no blank. A paragraph's end
always ends a sentence.

Known exceptions: "Platz 3. Siemens folgt." is read as an ordinal; "U.S. The" as an end.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, takewhile
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


# Han, Hangul and what is for private use stand between; three quarters of the plane have no mark.
_WITH_MARKS = (range(0x300, 0x3400), range(0xA000, 0xAC00), range(0xFB00, 0x10000))


def _class_of_marks() -> str:
    """Return the combining marks of the Basic Multilingual Plane as ranges of a character class."""
    marks = [code for code in chain(*_WITH_MARKS) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    runs = groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0])
    blocks = [[code for _, code in run] for _, run in runs]
    return "".join(f"{chr(block[0])}-{chr(block[-1])}" for block in blocks)


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


MARKS = _class_of_marks()
_WORD = re.compile(rf"[^\W_][\w{MARKS}]*(?:['’][^\W_][\w{MARKS}]*)*")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_STOP = re.compile(r"[.!?…]+[\"'»«“”’‘)\]]*(?=\s)|[。！？]+[」』”）]*")
_LAST_WORD = re.compile(r"[\w.]+$")
_NEXT_WORD = re.compile(r"\s+[\"'»«„“”’‘(\[]*(\w+)")
_LOOK_BACK = 24

_NEVER_LAST = _listed(
    """dr prof mr mrs ms st hr fr gen sen gov rep pres capt sgt lt col rev hon mt nr no vgl bspw ggf evtl
    sog dipl ing mag habil dr.-ing art abs ziff aufl bd hrsg vs zzgl inkl exkl ca approx fig geb gest
    jan feb mär apr jun jul aug sep sept okt oct nov dez dec tel std"""
)
_MAYBE_LAST = _listed(
    "inc corp co ltd llc plc jr sr etc usw bzw mio mrd bn u.a u.s u.k u.n d.h z.b e.g i.e a.m p.m str ff"
)
_OPENERS = _listed(
    """der die das den dem des ein eine einer einem einen es er sie wir ich ihr sein seine ihre dies diese
    dieser dieses doch und aber auch nun dann danach damit dabei da so in im am an auf bei mit nach von vor
    zum zur für wer was wie wo wann warum wenn weil als ob nicht noch schon man zudem außerdem laut
    the a an it he she they we you i this that these those his her its their in on at by for from with to
    and but or so if when while after before as what who where why how there here not yet also meanwhile
    however"""
)
_ORDINAL = re.compile(r"\d{1,2}")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")


def words(folded_text: str) -> Sequence[Span]:
    """Return the words of a text: letters, digits and marks, joined by apostrophes, not by hyphens."""
    return [Span(*found.span()) for found in _WORD.finditer(folded_text)]


def sentences(text: str) -> Sequence[Span]:
    """Return the sentences of a text in order, without the blanks around them."""
    return [each for paragraph in _paragraphs(text) for each in _sentences_within(text, paragraph)]


class Sentences:
    """The sentences of a text; those of a paragraph are found when one of them is first asked for."""

    __slots__ = ("_known", "_paragraphs", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraphs = tuple(_paragraphs(text))
        self._known: dict[Span, Sequence[Span]] = {}

    def at(self, place: int) -> Span:
        """Return the sentence that a place stands in, or behind in its paragraph; an empty span for none."""
        paragraph = self._paragraphs[bisect_right(self._paragraphs, place, key=_start) - 1]
        parts = self._known.get(paragraph)
        if parts is None:
            parts = self._known[paragraph] = tuple(_sentences_within(self._text, paragraph))
        before = bisect_right(parts, place, key=_start)
        return parts[before - 1] if before else Span(place, place)


def sentence_around(text: str, start: int, end: int, limit: int = 300) -> Span:
    """Return the sentence that holds a span, or those that it touches.

    One of more than `limit` code points is cut to about as many, at blanks, on both sides of the span;
    the span itself is never cut.
    """
    begin = max((gap.end() for gap in _PARAGRAPH.finditer(text, 0, start)), default=0)
    gap_after = _PARAGRAPH.search(text, end)
    paragraph = Span(begin, gap_after.start() if gap_after else len(text))
    begun = takewhile(lambda each: each.start < end, _sentences_within(text, paragraph))
    touched = [each for each in begun if each.end > start]
    whole = Span(min([start, *(each.start for each in touched)]), max([end, *(each.end for each in touched)]))
    return cut_around(text, whole, Span(start, end), limit)


def cut_around(text: str, whole: Span, kept: Span, limit: int) -> Span:
    """Return a span of at most about `limit` code points within `whole` and around `kept`, cut at blanks."""
    if whole.end - whole.start <= limit:
        return whole
    room = max(limit - (kept.end - kept.start), 0) // 2
    start, end = max(kept.start - room, whole.start), min(kept.end + room, whole.end)
    if start > whole.start:
        blank = text.find(" ", start, kept.start)
        start = blank + 1 if blank >= 0 else start
    if end < whole.end:
        blank = text.rfind(" ", kept.end, end)
        end = blank if blank >= 0 else end
    return Span(start, end)


def _paragraphs(text: str) -> Iterator[Span]:
    begin = 0
    for gap in _PARAGRAPH.finditer(text):
        yield Span(begin, gap.start())
        begin = gap.end()
    yield Span(begin, len(text))


def _sentences_within(text: str, paragraph: Span) -> Iterator[Span]:
    begin = paragraph.start
    for stop in _STOP.finditer(text, paragraph.start, paragraph.end):
        if _ends(text, stop, paragraph.end):
            yield from _trimmed(text, begin, stop.end())
            begin = stop.end()
    yield from _trimmed(text, begin, paragraph.end)


def _start(span: Span) -> int:
    return span.start


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += piece.index(stripped)
        yield Span(start, start + len(stripped))


def _ends(text: str, stop: re.Match[str], limit: int) -> bool:
    """Return whether a sentence ends at a stop; see the theory above."""
    following = _NEXT_WORD.match(text, stop.end(), limit)
    if following is None or text[stop.start()] in "。！？":
        return True
    if following[1][0].islower():
        return False
    before = _LAST_WORD.search(text, max(stop.start() - _LOOK_BACK, 0), stop.start())
    if stop[0] != "." or before is None:
        return True
    last, opens = before[0].lower(), following[1].lower() in _OPENERS
    if last in _NEVER_LAST or (len(last) == 1 and last.isalpha()):
        return False
    if _INITIALS.fullmatch(last) or last in _MAYBE_LAST or _ORDINAL.fullmatch(last):
        return opens
    return True
