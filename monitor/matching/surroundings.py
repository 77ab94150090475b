"""What stands around a mention?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.matching.words.roles import TITLES
from monitor.text.normalize import fold
from monitor.text.tokens import Span

_WINDOW = 60  # code points looked at on either side
_MOST_WORDS = 5
_WORD = re.compile(r"[^\W_](?:[\w.’'‐‑-]*[^\W_])?")
_APPOSITION = re.compile(r"\s?[,(–—]\s?([^,;.!?()\n–—]{2,70})")
_INITIAL = re.compile(r"[^\W\d_]")
_ABBREVIATED = TITLES | {"gov", "sen", "rep", "gen", "pres", "st", "jr", "sr", "inc", "corp", "co", "ltd"}


class Word(NamedTuple):
    """A word of the text, as written and folded, and where it stands."""

    text: str
    folded: str
    span: Span

    @property
    def capital(self) -> bool:
        """Return whether it begins with a capital letter."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words of the sentence beside a mention, with only blanks between; the nearest first.

    `apposition` is what stands in brackets, or between commas, right after it. `opens` says that the
    words before it begin the sentence. `headline` says that the sentence capitalizes most words.
    """

    before: Sequence[Word]
    after: Sequence[Word]
    apposition: Sequence[Word]
    opens: bool
    headline: bool
    sentence: Span


NOTHING = Surroundings((), (), (), opens=False, headline=False, sentence=Span(0, 0))


def surroundings(text: str, span: Span, sentence: Span) -> Surroundings:
    """Return what stands around a span of a text, in its sentence."""
    before, opens = _before(text, span.start)
    apposition = _APPOSITION.match(text, span.end)
    return Surroundings(
        before=before,
        after=_after(text, span.end),
        apposition=words_of(text, *apposition.span(1)) if apposition else (),
        opens=opens,
        headline=_is_headline(text[sentence.start : span.start], text[span.end : sentence.end]),
        sentence=sentence,
    )


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return fold(word).text


def head_of(folded_word: str) -> str:
    """Return the last part of a word that hyphens join."""
    return folded_word.rsplit("-", 1)[-1]


def words_of(text: str, start: int, end: int) -> list[Word]:
    """Return the words of a part of a text, those that hyphens and stops join as one."""
    return [
        Word(found[0], _folded(found[0]), Span(*found.span())) for found in _WORD.finditer(text, start, end)
    ]


def _before(text: str, start: int) -> tuple[Sequence[Word], bool]:
    """Return the words before, and whether nothing of the sentence stands before these."""
    first = max(start - _WINDOW, 0)
    words: list[Word] = []
    edge = start
    for word in reversed(words_of(text, first, start)):
        gap = text[word.span.end : edge]
        if not _continues(word.text, gap) or len(words) == _MOST_WORDS:
            return words, gap.strip(" ")[:1] in {".", "!", "?", ":", "\n"}
        words.append(word)
        edge = word.span.start
    return words, first == 0 or "\n" in text[first:edge]


def _continues(word: str, gap: str) -> bool:
    """Return whether a gap after a word only parts it from the next: blanks, or an abbreviation's stop."""
    if "\n\n" in gap:
        return False
    if gap.strip() == ".":
        return bool(_INITIAL.fullmatch(word)) or word.lower() in _ABBREVIATED
    return bool(gap) and not gap.strip()


def _after(text: str, end: int) -> Sequence[Word]:
    words: list[Word] = []
    edge = end
    for word in words_of(text, end, min(end + _WINDOW, len(text))):
        gap = text[edge : word.span.start]
        if not gap or gap.strip() or "\n\n" in gap or len(words) == _MOST_WORDS:
            break
        words.append(word)
        edge = word.span.end
    return words


def _is_headline(*parts: str) -> bool:
    """Return whether most of the longer words are capitalized, as English headlines have them."""
    words = [found for part in parts for found in _WORD.findall(part) if len(found) > 3]  # noqa: PLR2004  (of, the, and)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) > 1 and capitals >= 0.75 * len(words)
