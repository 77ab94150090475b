"""What is the same text, written the same way, and where in the original does each character stand?

Observations: the same name arrives in many spellings that no reader tells apart: with soft hyphens
and zero-width characters inside, composed and decomposed, with four kinds of dash and apostrophe,
in capitals, with umlauts or their two-letter forms.

Theory of operation: one pass makes them one spelling and keeps, for each folded code point, where it
came from. A base letter and the marks upon it are folded together (NFKC, casefold, ä ö ü ß to ae oe
ue ss, U+0300–036F stripped). Runs of blanks become one space, a paragraph's end a barrier (a line feed),
which no name crosses. Text that is ASCII needs none of that, and German text needs it at few places.

Known exceptions: й folds to и and ё to е, since their signs lie in the stripped range; names fold
the same way. A dash between words folds to the hyphen: whoever must tell them apart looks at the
original.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

BARRIER = "\n"
_APOSTROPHES = "’‘‛´ʼʹ′＇\u02bb\u02bd"
_DROPPED_FORMATS = "\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"
_SPELLED = {
    "\u2029": BARRIER * 2,
    "\u2028": "\n",
    "\u0085": "\n",
    **dict.fromkeys(_APOSTROPHES, "'"),
}
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i"}
_KANA_MARKS = "\uff9e\uff9f"

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_BLANKS = re.compile(r"[ \n]{2,}|\n")
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code != ord("\n"))
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_ASCII = bytes.maketrans(
    _CONTROLS + _CAPITALS + b"`",
    b" " * len(_CONTROLS) + _CAPITALS.lower() + b"'",
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its code points, the index in the original it came from.

    `wide` holds, by that index, where the original characters end that became one folded character
    and are more than one: letters with marks, runs of blanks.
    """

    text: str
    offsets: Sequence[int]
    wide: Mapping[int, int] = field(default_factory=dict)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of the original that covers `text[start:end]`.

        An empty span gives an empty one, at the place where it stands.
        """
        if start < end:
            return self.offsets[start], self._end(end - 1)
        place = self.offsets[start] if start < len(self.offsets) else self._end(len(self.offsets) - 1)
        return place, place

    def _end(self, index: int) -> int:
        if index < 0:
            return 0
        begin = self.offsets[index]
        return self.wide.get(begin, begin + 1)


def fold(original: str) -> Folded:
    """Return the text folded, with its offset map, in linear time."""
    plain = original.encode("ascii", "replace").translate(_ASCII).decode("ascii")
    if original.isascii():
        return _collapsed(plain, range(len(original)), {})
    pieces: list[str] = []
    offsets: list[int] = []
    wide: dict[int, int] = {}
    done = 0
    for run in _NOT_ASCII.finditer(original):
        begin = run.start()
        if begin > done and _joins(original[begin]) and not original[begin - 1].isspace():
            begin -= 1
        if begin > done:
            pieces.append(plain[done:begin])
            offsets.extend(range(done, begin))
        done = run.end()
        if done == begin + 1:
            folded = _fold_cluster(original[begin])
            pieces.append(folded)
            offsets.extend([begin] * len(folded))
            continue
        _fold_run(original, begin, done, pieces, offsets, wide)
    pieces.append(plain[done:])
    offsets.extend(range(done, len(original)))
    return _collapsed("".join(pieces), offsets, wide)


def _fold_run(
    original: str, begin: int, end: int, pieces: list[str], offsets: list[int], wide: dict[int, int]
) -> None:
    """Fold the clusters of `original[begin:end]` onto the end of what is folded already."""
    while begin < end:
        after = begin + 1
        while after < end and _joins(original[after]):
            after += 1
        folded = _fold_cluster(original[begin:after])
        pieces.append(folded)
        offsets.extend([begin] * len(folded))
        if folded and after > begin + 1:
            wide[begin] = after
        begin = after


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
    spelled = "".join(_UMLAUTS.get(each, each) for each in composed)
    plain = "".join(filter(_is_kept, unicodedata.normalize("NFD", spelled)))
    return "".join(map(_unify, unicodedata.normalize("NFC", plain)))


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) != "Cf" and character not in _DROPPED_FORMATS


def _is_kept(character: str) -> bool:
    return not "\u0300" <= character <= "\u036f"


def _unify(character: str) -> str:
    """Return the one dash or blank that stands for all of its kind."""
    if character == "\u2212" or unicodedata.category(character) == "Pd":
        return "-"
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    return character


def _collapsed(text: str, offsets: Sequence[int], wide: dict[int, int]) -> Folded:
    """Return runs of blanks as one: a barrier where a paragraph ends, else a space."""
    if "  " not in text and " \n" not in text and "\n " not in text and "\n\n\n" not in text:
        return Folded(_with_barriers(text), offsets, wide)
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for run in _BLANKS.finditer(text):
        begin, end = run.span()
        pieces += (text[done:begin], BARRIER if text.count("\n", begin, end) > 1 else " ")
        kept.extend(offsets[done : begin + 1])
        last = offsets[end - 1]
        wide[offsets[begin]] = wide.get(last, last + 1)
        done = end
    pieces.append(text[done:])
    kept.extend(offsets[done:])
    return Folded("".join(pieces), kept, wide)


def _with_barriers(text: str) -> str:
    """Return a text without longer runs of blanks, its line ends being spaces, keeping its length."""
    if "\n" not in text:
        return text
    return text.replace("\n\n", "\x00\x00").replace("\n", " ").replace("\x00", BARRIER)
