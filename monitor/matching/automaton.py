"""Where do any of many patterns stand in a folded text?

Everything between words is blanked to a space, keeping the length, and every pattern of a script that
writes spaces begins with one: so `Rolls-Royce` and `Rolls Royce` are one pattern, and hits begin at
words. Patterns of other scripts (Han, Kana, Thai, Arabic, Hebrew) hit anywhere.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.matching.scripts import begins_anywhere

_ASCII = bytes(range(0x80))
_ASCII_SEPARATORS = "".join(each for each in _ASCII.decode("ascii") if not each.isalnum() and each != " ")
_BLANKED = bytes.maketrans(_ASCII_SEPARATORS.encode("ascii"), b" " * len(_ASCII_SEPARATORS))


Hit = tuple[int, int, int]  # a pattern, by its number, and the half-open span that it covers


class Automaton:
    """All patterns at once; overlapping hits in the order in which they end."""

    __slots__ = ("_leads", "_patterns")

    def __init__(self, patterns: Sequence[str]) -> None:
        """Build from patterns as `pattern_of` gives them, none of them empty."""
        self._leads = tuple(1 if each.startswith(" ") else 0 for each in patterns)
        self._patterns = (
            AhoCorasick(patterns, implementation=Implementation.ContiguousNFA) if patterns else None
        )

    def hits(self, blanked_text: str) -> Sequence[Hit]:
        """Return every hit in a text that `blanked` has made; spans leave the leading space out."""
        if self._patterns is None:
            return ()
        found = self._patterns.find_matches_as_indexes(" " + blanked_text, overlapping=True)
        return [(which, start - 1 + self._leads[which], end - 1) for which, start, end in found]


def blanked(folded_text: str) -> str:
    """Return a folded text with a space for everything that is not part of a word; same length."""
    octets = folded_text.encode("utf-8", "surrogatepass").translate(_BLANKED)
    text = octets.decode("utf-8", "surrogatepass")
    for each in set(octets.translate(None, _ASCII).decode("utf-8", "surrogatepass")):
        if not is_wordlike(each):
            text = text.replace(each, " ")
    return text


def pattern_of(folded_name: str) -> str:
    """Return the pattern for a name that is folded and blanked; empty where it holds no word."""
    core = folded_name.strip(" ")
    return core if not core or begins_anywhere(core[0]) else " " + core


@lru_cache(maxsize=8192)
def is_wordlike(character: str) -> bool:
    """Return whether a character is part of words: a letter, a digit, or a mark."""
    return character.isalnum() or unicodedata.category(character).startswith("M")
