"""Does one text hold much of another? A fingerprint that tells without keeping the texts.

Observations: a wire report comes back under another headline, cut by half, extended, between the
house's own paragraphs; word for word it stays the same in long runs. Two reports on one event in
different words share names, but few runs of four words. Notices after one template share almost all
runs, but where a sentence has a date or a number, theirs is another.

Theory of operation: a text is the set of its runs of four words (shingles). How much of the smaller
set is in the larger (containment; Broder 1997, "On the resemblance and containment of documents") is
1 for a copy that was cut or extended, where Jaccard's coefficient falls with the difference in
length. The 192 least digests of a set are a sample of it that is drawn alike in every text; below the
lesser of two samples' ends both are complete, so the share of common digests there estimates the
containment, and up to 195 words it is exact (Cohen, Kaplan 2007, "Summarizing data using bottom-k
sketches"). A digest is 40 bits of the shingle with its numbers and dates blotted out, and 23 for these:
two texts contradict each other in a shingle that they share but for them. The 24 least digests are the
bands by which near texts are found: each is as good as any other, one in common suffices.

Known exceptions: under 24 words a text is a headline or a teaser and near to itself alone. So is one
with fewer than 16 common digests: of a text that is ten times as long too little is kept to tell.
Scripts without spaces between words (Han, Kana, Thai, Lao, Khmer, Burmese) count each character as a
word. A number that was updated in a copy is a contradiction, too: whoever judges must bear a few.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from heapq import nsmallest
from typing import NamedTuple

from monitor.text.ids import digest63

# Evidence for all of them: module docstring of `stories.grouping`.
VALUES = 192
LEAST_WORDS = 24
LEAST_COMMON = 16

_SHINGLE_WORDS = 4
_BANDS = 24
# The bits of a value that belong to a shingle's numbers; the other 40 to the rest of it.
_NUMBERS = 2**23 - 1
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# What differs between notices after one template: numbers, and the German and English words of dates.
_NUMBER = re.compile(
    r"\w*\d\w*|januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonnabends?|sonntags?"
    r"|january|february|march|may|june|july|october|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
)
# Soft hyphen, zero-width space, joiners, byte order mark: set by layout, not by the writer.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


class Likeness(NamedTuple):
    """How near two texts are: two shares, each 0-1.

    `contained`: how much of the smaller text is in the other. `contradicted`: of the shingles that
    they share but for their numbers, how many have other numbers.
    """

    contained: float
    contradicted: float


STRANGERS = Likeness(0.0, 0.0)


def fingerprint(text: str) -> tuple[int, ...]:
    """Return at most 192 values of 63 bits in ascending order; one digest where words are fewer than 24.

    A text without words has an empty fingerprint, which is near to nothing.
    """
    words = _normal_words(text)
    if not words:
        return ()
    if len(words) < LEAST_WORDS:
        return (digest63(*words),)
    blotted = ["#" if _NUMBER.fullmatch(word) else word for word in words]
    runs = set(zip(_runs(blotted), _runs(words), strict=True))
    return tuple(nsmallest(VALUES, {_value(without, run) for without, run in runs}))


def bands(values: tuple[int, ...]) -> tuple[int, ...]:
    """Return the numbers of which near texts share at least one: 24 or fewer, 1 for a short text, or none.

    `values` is a fingerprint. Of two texts whose sets have a Jaccard coefficient of j none is shared
    with probability (1 - j)²⁴: 0.0002 at 0.3, 0.6 at the 0.02 of texts on one subject.
    """
    return values[:_BANDS]


def likeness(one: tuple[int, ...], other: tuple[int, ...], least: float = 0.0) -> Likeness:
    """Return how near the texts behind two fingerprints are; strangers where less than `least` is held."""
    if len(one) <= 1 or len(other) <= 1:
        return Likeness(1.0, 0.0) if one and one == other else STRANGERS
    # What is in both is below both ends. Of most pairs nothing else is asked.
    common = len(set(one).intersection(other))
    if common < LEAST_COMMON:
        return STRANGERS
    end = min(_complete_to(one), _complete_to(other))
    ours, theirs = (each[: bisect_right(each, end)] for each in (one, other))
    smaller = min(len(ours), len(theirs))
    if common < least * smaller:
        return STRANGERS
    numbers, others = _numbers(ours), _numbers(theirs)
    shared = numbers.keys() & others.keys()
    contradictions = sum(numbers[run].isdisjoint(others[run]) for run in shared)
    return Likeness(common / smaller, contradictions / len(shared))


def _normal_words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold())


def _runs(words: list[str]) -> Iterable[str]:
    return map(" ".join, zip(*(words[start:] for start in range(_SHINGLE_WORDS)), strict=False))


def _value(blotted: str, run: str) -> int:
    numbers = _digest(run) & _NUMBERS if "#" in blotted else 0
    return _digest(blotted) & ~_NUMBERS | numbers


def _digest(words: str) -> int:
    """Return 63 bits."""
    return int.from_bytes(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def _complete_to(values: tuple[int, ...]) -> int:
    """Return the value up to which the sample holds everything."""
    return values[-1] if len(values) == VALUES else 2**63


def _numbers(values: Iterable[int]) -> Mapping[int, set[int]]:
    """Return, for each shingle without its numbers, the digests of the numbers that stood there."""
    found: dict[int, set[int]] = {}
    for value in values:
        found.setdefault(value & ~_NUMBERS, set()).add(value & _NUMBERS)
    return found
