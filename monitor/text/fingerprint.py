"""Are two texts nearly the same? A fingerprint that tells without keeping the texts.

Observations: a wire report comes back under another headline, cut at the end, with a paragraph of the
house's own; word for word it stays the same in long runs. Two reports on one event in different words
share names, but few runs of three words.

Theory of operation: a text is the set of its runs of three words (shingles), and two texts are as
alike as their sets, by Jaccard's coefficient; MinHash estimates that from a few values (Broder 1997,
"On the resemblance and containment of documents"). One digest of each shingle suffices where its
first bits choose one of 64 bins and each bin keeps its least value (Li, Owen, Zhang 2012, "One
permutation hashing"). A bin that stayed empty borrows from another, looked up in an order that
depends on the bin alone, so that two texts borrow alike (Shrivastava 2017, "Optimal densification for
fast and accurate minwise hashing"). The share of equal values is then an unbiased estimate; its
standard deviation is at most 0.063. Bands of three values make near texts findable by equality.

Known exceptions: under 48 words a text is a headline or a teaser. A few changed words move its
estimate too far, and headlines of different stories collide; such a text is near to itself alone.
Scripts without spaces between words (Han, Kana, Thai, Lao, Khmer, Burmese) count each character as a
word, so 48 characters suffice there.
"""

import re
import unicodedata
from hashlib import blake2b
from itertools import count

from monitor.text.ids import digest63

# Evidence for the three: module docstring of `stories.grouping`.
BINS = 64
SHINGLE_WORDS = 3
LEAST_WORDS = 48

_BANDS = 21
_BAND_VALUES = 3
_BIN_BITS = 6
_VALUE_MASK = 0xFFFF_FFFF
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Soft hyphen, zero-width space, joiners, byte order mark: set by layout, not by the writer.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def fingerprint(text: str) -> tuple[int, ...]:
    """Return 64 values of 32 bits; one 63-bit digest of the words where they are fewer than 48.

    A text without words has an empty fingerprint, which is near to nothing.
    """
    words = _normal_words(text)
    if not words:
        return ()
    if len(words) < LEAST_WORDS:
        return (digest63(*words),)
    return _densified(_least_by_bin(words))


def bands(values: tuple[int, ...]) -> tuple[int, ...]:
    """Return the 63-bit digests of which near texts share at least one: 21, 1 for a short text, or none.

    `values` is a fingerprint. Two texts of likeness s share one with probability 1 - (1 - s³)²¹: 0.75
    at s = 0.4, 0.94 at 0.5, 0.99 at 0.6, and 0.0002 at the 0.02 of unrelated texts.
    """
    if len(values) <= 1:
        return tuple(digest63("short", str(value)) for value in values)
    return tuple(
        digest63(str(start), *map(str, values[start : start + _BAND_VALUES]))
        for start in range(0, _BANDS * _BAND_VALUES, _BAND_VALUES)
    )


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return the estimated Jaccard coefficient, 0-1, of the shingles behind two fingerprints.

    Short texts are equal (1) or not (0), and never near to a long one; nothing is near to no text.
    """
    if not one or len(one) != len(other):
        return 0.0
    return sum(mine == its for mine, its in zip(one, other, strict=True)) / len(one)


def _normal_words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold())


def _least_by_bin(words: list[str]) -> list[int | None]:
    least: list[int | None] = [None] * BINS
    for shingle in {" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)}:
        digest = int.from_bytes(blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest())
        place, value = digest >> (64 - _BIN_BITS), digest & _VALUE_MASK
        held = least[place]
        if held is None or value < held:
            least[place] = value
    return least


def _densified(least: list[int | None]) -> tuple[int, ...]:
    return tuple(_borrowed(least, place) if value is None else value for place, value in enumerate(least))


def _borrowed(least: list[int | None], place: int) -> int:
    """Return the value of the first bin that is not empty, in the order that belongs to `place`."""
    donors = (least[digest63("borrow", str(place), str(trial)) % BINS] for trial in count())
    return next(value for value in donors if value is not None)
