"""What is the same text, written the same way, and where in the original does each character stand?

Observations: the same name arrives in many spellings that no reader tells apart: with soft hyphens
and zero-width characters inside, composed and decomposed, with four kinds of dash and apostrophe,
in capitals, with umlauts or their two-letter forms.

Theory of operation: one pass makes them one spelling and keeps, for each folded code point, where it
came from. A base letter and the marks upon it are folded together: NFKC, casefold, ä ö ü ß to ae oe ue
ss, the strokes of ø ł đ dropped. Stripped are the marks U+0300–036F, and the points of Arabic and Hebrew,
vowels that hardly anybody writes; never the signs of Indic scripts. Arabic letters that are typed for
one another (alef with or without hamza, ya, kaf) become one. Runs of blanks become one space, a
paragraph's end a barrier (a line feed), which no name crosses. What is ASCII is folded at once, and of
the rest only the places are kept where the original and the folded text part ways: in German a few in
a hundred.

Known exceptions: й folds to и and ё to е, since their signs lie in the stripped range; names fold
the same way. A dash between words folds to the hyphen: whoever must tell them apart looks at the
original.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

BARRIER = "\n"
_APOSTROPHES = "׳’‘‛´`ʼʹ′＇\u02bb\u02bd"
_VARIATIONS = "".join(map(chr, range(0xFE00, 0xFE10)))  # say how an emoji or a character is drawn
_DROPPED = frozenset("\u0640\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0" + _VARIATIONS)
_SPELLED = {
    "\u2029": BARRIER * 2,
    "\u2028": "\n",
    "\u0085": "\n",
    **dict.fromkeys(_APOSTROPHES, "'"),
    "״": '"',
    "™": " ",
}
_LETTERS = {
    **dict(zip("äöüßæœþ", "ae oe ue ss ae oe th".split(), strict=True)),  # noqa: SIM905
    **dict(zip("ıøłđðħٱىیک", "iolddhاييك", strict=True)),
}
_KANA_MARKS = "\uff9e\uff9f"

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_BLANKS = re.compile(r"[ \n]{2,}")
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code != ord("\n"))
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_ASCII = bytes.maketrans(
    _CONTROLS + _CAPITALS + b"`",
    b" " * len(_CONTROLS) + _CAPITALS.lower() + b"'",
)
# What is not ASCII becomes a question mark on its way into bytes; real ones travel as another sign.
_QUESTION, _MARK = "\x00", "\x80"
_MARKED = b"?" + _ASCII[1 : ord("?")] + b"\x80" + _ASCII[ord("?") + 1 :]


@dataclass(frozen=True, slots=True)
class Offsets:
    """For each code point of a folded text the index in the original it came from, `length` of them.

    From each of `breaks` on they count up from the index beside it in `origins`.
    """

    length: int
    breaks: Sequence[int] = (0,)
    origins: Sequence[int] = (0,)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, place: int) -> int:
        part = bisect_right(self.breaks, place) - 1
        return self.origins[part] + place - self.breaks[part]

    def __iter__(self) -> Iterator[int]:
        return map(self.__getitem__, range(self.length))


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its code points, the index in the original it came from.

    `wide` holds, by that index, where the original characters end that became one folded character
    and are more than one: letters with marks, runs of blanks.
    """

    text: str
    offsets: Offsets
    wide: Mapping[int, int] = field(default_factory=dict)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the original that covers `text[start:end]`.

        An empty span gives an empty one, at the place where it stands.
        """
        if start < end:
            last = self.offsets[end - 1]
            return self.offsets[start], self.wide.get(last, last + 1)
        if not self.text:
            return 0, 0
        place = self.offsets[start] if start < len(self.text) else self.span(0, len(self.text))[1]
        return place, place


def fold(original: str) -> Folded:
    """Return the text folded, with its offset map, in linear time."""
    if original.isascii():
        plain = original.encode("ascii").translate(_ASCII).decode("ascii")
        return _collapsed(plain, Offsets(len(plain)), {})
    first, *others = _marked(original).split(_MARK)
    pieces, breaks, origins = [first], [0], [0]
    place, shift = len(first), 0
    for plain in others:
        folded = _fold_alone(original[place])
        if folded is None:
            return _collapsed(*_fold_clusters(original))
        if len(folded) == 2:  # noqa: PLR2004  (an umlaut: nearly all)
            shift += 1
            breaks.append(place + shift)
            origins.append(place)
        elif len(folded) != 1:
            _part_ways(breaks, origins, (place + shift, len(folded)), (place, place + 1))
            shift += len(folded) - 1
        pieces.append(folded)
        pieces.append(plain)
        place += 1 + len(plain)
    return _collapsed("".join(pieces), Offsets(place + shift, breaks, origins), {})


def _marked(original: str) -> str:
    """Return what is ASCII folded, with a mark for each character that is not."""
    plain = original.replace(_QUESTION, " ").replace("?", _QUESTION).encode("ascii", "replace")
    return plain.translate(_MARKED).decode("latin-1")


def _fold_clusters(original: str) -> tuple[str, Offsets, dict[int, int]]:
    """Fold a text that has marks of their own: each with the character before it, if that is no blank."""
    plain = original.encode("ascii", "replace").translate(_ASCII).decode("ascii")
    pieces: list[str] = []
    breaks, origins = [0], [0]
    wide: dict[int, int] = {}
    done = length = 0
    for run in _NOT_ASCII.finditer(original):
        begin = run.start()
        if begin > done and _joins(original[begin]) and not original[begin - 1].isspace():
            begin -= 1
        pieces.append(plain[done:begin])
        length += begin - done
        done = run.end()
        for start, end in _clusters(original, begin, done):
            folded = _fold_cluster(original[start:end])
            pieces.append(folded)
            _part_ways(breaks, origins, (length, len(folded)), (start, end))
            length += len(folded)
            if folded and end > start + 1:
                wide[start] = end
    pieces.append(plain[done:])
    return "".join(pieces), Offsets(length + len(original) - done, breaks, origins), wide


def _part_ways(
    breaks: list[int], origins: list[int], folded: tuple[int, int], original: tuple[int, int]
) -> None:
    """Note that so many code points at a place of the folded text come from a span of the original."""
    (place, count), (start, end) = folded, original
    for further in range(1, count):
        breaks.append(place + further)
        origins.append(start)
    if not count or end > start + 1:
        breaks.append(place + count)
        origins.append(end)


def _clusters(original: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of the characters of `original[begin:end]`, each with the marks upon it."""
    while begin < end:
        after = begin + 1
        while after < end and _joins(original[after]):
            after += 1
        yield begin, after
        begin = after


@lru_cache(maxsize=16384)
def _fold_alone(character: str) -> str | None:
    """Return a character folded; None for one that belongs to the one before it."""
    return None if _joins(character) else _fold_cluster(character)


@lru_cache(maxsize=4096)
def _joins(character: str) -> bool:
    """Return whether a character belongs to the one before it: a mark, or a part of a syllable."""
    return (
        unicodedata.combining(character) != 0 or character in _KANA_MARKS or "\u1160" <= character <= "\u11ff"
    )


@lru_cache(maxsize=16384)
def _fold_cluster(cluster: str) -> str:
    """Return a base character and its marks folded; empty where nothing of them is seen."""
    kept = "".join(filter(_is_seen, cluster))
    base = kept[:1]
    if base in _SPELLED:
        return _SPELLED[base]
    composed = unicodedata.normalize("NFKC", kept).casefold()
    composed = unicodedata.normalize("NFC", composed)
    spelled = "".join(_LETTERS.get(each, each) for each in composed)
    plain = "".join(filter(_is_kept, unicodedata.normalize("NFD", spelled)))
    return "".join(map(_unify, unicodedata.normalize("NFC", plain)))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) != "Cf" and character not in _DROPPED


def _is_kept(character: str) -> bool:
    """Return whether a character is none of the marks that are stripped: see the theory above."""
    if "\u0591" <= character <= "\u06ed":
        return unicodedata.category(character) != "Mn"
    return not "\u0300" <= character <= "\u036f"


def _unify(character: str) -> str:
    """Return what stands for all of its kind: the dash, the blank, the letter that bore further marks."""
    if character in _DROPPED:
        return ""
    if character == "\u2212" or unicodedata.category(character) == "Pd":
        return "-"
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    return _SPELLED.get(character) or _LETTERS.get(character, character)


def _collapsed(text: str, offsets: Offsets, wide: dict[int, int]) -> Folded:
    """Return runs of blanks as one: a barrier where a paragraph ends, else a space."""
    if "  " not in text and " \n" not in text and "\n " not in text and "\n\n\n" not in text:
        return Folded(_with_barriers(text), offsets, wide)
    pieces: list[str] = []
    breaks: list[int] = []
    origins: list[int] = []
    done = part = dropped = 0
    for run in _BLANKS.finditer(text):
        begin, end = run.span()
        pieces += (text[done:begin].replace("\n", " "), BARRIER if text.count("\n", begin, end) > 1 else " ")
        last = offsets[end - 1]
        wide[offsets[begin]] = wide.get(last, last + 1)
        upto = bisect_right(offsets.breaks, begin)
        breaks += [each - dropped for each in offsets.breaks[part:upto]]
        origins += offsets.origins[part:upto]
        dropped += end - begin - 1
        breaks.append(end - dropped)
        origins.append(offsets[end])
        done, part = end, bisect_right(offsets.breaks, end)
    pieces.append(text[done:].replace("\n", " "))
    breaks += [each - dropped for each in offsets.breaks[part:]]
    origins += offsets.origins[part:]
    return Folded("".join(pieces), Offsets(len(text) - dropped, breaks, origins), wide)


def _with_barriers(text: str) -> str:
    """Return a text without longer runs of blanks, its line ends being spaces, keeping its length."""
    if "\n" not in text:
        return text
    return text.replace("\n\n", "\x00\x00").replace("\n", " ").replace("\x00", BARRIER)
