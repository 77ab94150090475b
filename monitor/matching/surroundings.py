"""What stands around a mention?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.matching.words.roles import TITLES
from monitor.text.normalize import fold
from monitor.text.tokens import Span, sentence_around

_WINDOW = 90  # code points looked at on either side
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
    apposition: Sequence[str]
    opens: bool
    headline: bool
    sentence: Span


def surroundings(text: str, span: Span) -> Surroundings:
    """Return what stands around a span of a text."""
    before, opens = _before(text, span.start)
    apposition = _APPOSITION.match(text, span.end)
    sentence = sentence_around(text, span.start, span.end, 2 * _WINDOW)
    return Surroundings(
        before=before,
        after=_after(text, span.end),
        apposition=tuple(fold(found).text for found in _WORD.findall(apposition[1])) if apposition else (),
        opens=opens,
        headline=_is_headline(text[sentence.start : span.start], text[span.end : sentence.end]),
        sentence=sentence,
    )


def head_of(folded_word: str) -> str:
    """Return the last part of a word that hyphens join."""
    return folded_word.rsplit("-", 1)[-1]


def _before(text: str, start: int) -> tuple[Sequence[Word], bool]:
    """Return the words before, and whether nothing of the sentence stands before these."""
    first = max(start - _WINDOW, 0)
    words: list[Word] = []
    edge = start
    for found in reversed(list(_WORD.finditer(text, first, start))):
        gap = text[found.end() : edge]
        if not _continues(found[0], gap) or len(words) == _MOST_WORDS:
            return words, gap.strip(" ")[:1] in {".", "!", "?", ":", "\n"}
        words.append(Word(found[0], fold(found[0]).text, Span(*found.span())))
        edge = found.start()
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
    for found in _WORD.finditer(text, end, min(end + _WINDOW, len(text))):
        gap = text[edge : found.start()]
        if not gap or gap.strip() or "\n\n" in gap or len(words) == _MOST_WORDS:
            break
        words.append(Word(found[0], fold(found[0]).text, Span(*found.span())))
        edge = found.end()
    return words


def _is_headline(*parts: str) -> bool:
    """Return whether most of the longer words are capitalized, as English headlines have them."""
    words = [found for part in parts for found in _WORD.findall(part) if len(found) > 3]  # noqa: PLR2004  (of, the, and)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) > 1 and capitals >= 0.75 * len(words)
