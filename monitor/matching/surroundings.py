"""What stands around a mention?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from monitor.matching.words.roles import TITLES
from monitor.text.normalize import fold
from monitor.text.tokens import Sentences, Span

OPENING_QUOTES = frozenset("\"'„“‚‘»«›‹”’")
_WINDOW = 60  # code points looked at on either side
_MOST_BEFORE = 5  # words: a role of two, a given name, two initials
_MOST_AFTER = 2
_WORD = re.compile(r"[^\W_](?:[\w.’'‐‑-]*[^\W_])?")
_APPOSITION = re.compile(r"\s?[,(–—]\s?([^,;.!?()\n–—]{2,70})")
_AGE = re.compile(r"\s?(?:\(|,\s)([1-9]\d)(?:\)|,(?!\d))")  # and no share: "Bayern (11,4 Prozent)"
_INITIAL = re.compile(r"[^\W\d_]")
_ABBREVIATED = TITLES | {"gov", "sen", "rep", "gen", "pres", "st", "jr", "sr", "inc", "corp", "co", "ltd"}


class Word(NamedTuple):
    """A word of the text as written, and where it begins."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where it ends."""
        return self.start + len(self.text)

    @property
    def span(self) -> Span:
        """Return where it stands."""
        return Span(self.start, self.end)

    @property
    def folded(self) -> str:
        """Return it folded."""
        return _folded(self.text)

    @property
    def capital(self) -> bool:
        """Return whether it begins with a capital letter."""
        return self.text[:1].isupper()


@dataclass(frozen=True)
class Surroundings:
    """What stands around a span of a text, in its sentence; looked for when it is first asked for."""

    text: str
    span: Span

    @cached_property
    def before(self) -> Sequence[Word]:
        """Return the words before the mention with only blanks between, the nearest first."""
        return _before(self.text, self.span.start)

    @cached_property
    def after(self) -> Sequence[Word]:
        """Return the words after the mention with only blanks between."""
        return _after(self.text, self.span.end)

    @property
    def opens(self) -> bool:
        """Return whether the words before the mention, if there are any, begin the sentence."""
        return _opens(self.text, self.before[-1].start if self.before else self.span.start, self.span.start)

    @cached_property
    def sentence(self) -> Span:
        """Return the sentence in which the mention begins, and on to where it ends."""
        whole = _sentences(self.text).at(self.span.start)
        return Span(whole.start, max(whole.end, self.span.end))

    @property
    def apposition(self) -> Sequence[Word]:
        """Return what stands in brackets, or between commas, right after the mention."""
        found = _APPOSITION.match(self.text, self.span.end)
        return words_of(self.text, *found.span(1)) if found else ()

    @property
    def age(self) -> str:
        """Return the age that stands behind a name as persons have one ("Ford, 80,"), if it does."""
        found = _AGE.match(self.text, self.span.end)
        return found[1] if found else ""

    @property
    def opens_here(self) -> bool:
        """Return whether the mention itself begins the sentence."""
        return self.sentence.start == self.span.start

    @cached_property
    def headline(self) -> bool:
        """Return whether the sentence capitalizes most of its longer words, as English headlines do."""
        whole = self.sentence
        return _is_headline(self.text[whole.start : self.span.start], self.text[self.span.end : whole.end])


NOTHING = Surroundings("", Span(0, 0))


_sentences = lru_cache(maxsize=4)(Sentences)  # of the pages of one article


@lru_cache(maxsize=65536)
def _folded(word: str) -> str:
    return fold(word).text


def head_of(folded_word: str) -> str:
    """Return the last part of a word that hyphens join."""
    return folded_word.rsplit("-", 1)[-1]


def words_of(text: str, start: int, end: int) -> list[Word]:
    """Return the words of a part of a text, those that hyphens and stops join as one."""
    return [Word(found[0], found.start()) for found in _WORD.finditer(text, start, end)]


def _before(text: str, start: int) -> Sequence[Word]:
    words: list[Word] = []
    edge = start
    backwards = text[max(start - _WINDOW, 0) : start][::-1]
    for found in _WORD.finditer(backwards):  # a word read backwards is one
        begin, end = start - found.end(), start - found.start()
        word, gap = text[begin:end], text[end:edge]
        if gap != " " and not _continues(word, gap):
            break
        words.append(Word(word, begin))
        if len(words) == _MOST_BEFORE:
            break
        edge = begin
    return words


def _opens(text: str, edge: int, start: int) -> bool:
    """Return whether no word of the sentence stands before `edge`, as far as is looked from `start`."""
    first = max(start - _WINDOW, 0)
    backwards = text[first:edge][::-1]
    found = _WORD.search(backwards)
    if not found:
        return first == 0 or "\n" in backwards
    return backwards[: found.start()].strip(" ")[-1:] in {".", "!", "?", ":", "\n"}


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
        begin, end = found.span()
        gap = text[edge:begin]
        if gap != " " and (not gap or gap.strip() or "\n\n" in gap):
            break
        words.append(Word(text[begin:end], begin))
        if len(words) == _MOST_AFTER:
            break
        edge = end
    return words


def _is_headline(*parts: str) -> bool:
    """Return whether most of the longer words are capitalized, as English headlines have them."""
    words = [found for part in parts for found in _WORD.findall(part) if len(found) > 3]  # noqa: PLR2004  (of, the, and)
    capitals = sum(word[0].isupper() for word in words)
    return len(words) > 1 and capitals >= 0.75 * len(words)
