"""Which words does a text have for those who search, and where does it say what they look for?

Words are compared folded: letters and digits, in runs of at most `LONGEST`; all else stands between words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.text.normalize import fold
from monitor.text.tokens import sentence_around

LONGEST = 64
# Of longer texts the beginning is found: databases number so many places of words, and hold so much.
_MOST_WORDS = 16_000
_MOST_CHARS = 150_000
_MOST_TERMS = 20
_PASSAGE_CHARS = 240
_WORD = re.compile(rf"[^\W_]{{1,{LONGEST}}}")
_TERM = re.compile(r'(-?)(?:"([^"]*)"(\*?)|(\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand behind one another; the last is only the beginning of one where it is `open`."""

    words: Sequence[str]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What a text must hold, at least one term, and what it must not hold."""

    wanted: Sequence[Term]
    without: Sequence[Term] = ()


def words_of(*parts: str) -> Sequence[str]:
    """Return the words of a text, given in parts, in their order."""
    folded = fold("\n\n".join(parts)).text
    return _WORD.findall(folded[:_MOST_CHARS])[:_MOST_WORDS]


def read_search(query: str) -> Search:
    """Return what is searched: words, all of them, in any order; "phrases"; beginnings*; -without.

    Whatever else stands there only parts words.

    Raises:
        ValueError: no word is wanted, or there are too many terms.
    """
    wanted: list[Term] = []
    without: list[Term] = []
    for minus, phrase, open_phrase, plain in _TERM.findall(query):
        words = words_of(phrase or plain)
        if words:
            is_open = bool(open_phrase) or plain.endswith("*")
            (without if minus else wanted).append(Term(tuple(words), is_open))
    if not wanted:
        raise ValueError("names no word that is to be found")
    if len(wanted) + len(without) > _MOST_TERMS:
        raise ValueError(f"has more than {_MOST_TERMS} words and phrases")
    return Search(tuple(wanted), tuple(without))


def passage(search: Search, *parts: str) -> str | None:
    """Return the first sentence, of the first part that has one, with anything that is wanted."""
    found = re.compile("|".join(map(_pattern, search.wanted)))
    for part in parts:
        folded = fold(part)
        hit = found.search(folded.text)
        if hit is not None:
            start, end = folded.span(*hit.span())
            around = sentence_around(part, start, end, limit=_PASSAGE_CHARS)
            return part[around.start : around.end].strip()
    return None


def _pattern(term: Term) -> str:
    end = "" if term.open else r"(?![^\W_])"
    return r"(?<![^\W_])" + r"[\W_]+".join(term.words) + end
