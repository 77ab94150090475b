"""Could a page name anybody who is watched? Asked before its article is extracted from it.

Observations: an article is made of a page's texts in their order, some of them left out. So a name that
stands in an article stands in the page as well, whole, or torn where something was left out.
Theory of operation: the names' own automaton is asked for the page's text, once with all markup as blanks
and once without it. What it cannot find is a name around something that extraction leaves out. Such a name
has its last word before, and its next word behind, some markup; or a word of it is torn, and begins before
markup and goes on behind some other. Both are asked of the page as a whole, without regard to order.
Known exceptions: scripts that write no blanks, or prefixes onto words, are compared by single characters;
in Arabic and Hebrew nearly every page passes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from monitor.matching.automaton import Automaton, blanked
from monitor.matching.lexicon import Lexicon, Role, spelled
from monitor.matching.scripts import parted, tokens_of
from monitor.model import Skimmed

_LAST = "\U0010ffff"


class _Heads(NamedTuple):
    """Words behind markup, in order; and those of them that further markup ends."""

    words: Sequence[str]
    pieces: Collection[str]

    def begin(self, rest: str) -> bool:
        """Tell whether one of the words begins with the rest of a name."""
        place = bisect_left(self.words, rest)
        return place < len(self.words) and self.words[place].startswith(rest)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What names are made of: the words that they begin with, in order, and which follow a word in any."""

    names: Automaton
    first: Sequence[str]
    whole: frozenset[str]
    following: Mapping[str, Sequence[str]]

    def passes(self, page: Skimmed) -> bool:
        """Tell whether the matcher could find anything in the article of a page that is certain."""
        joined = page.text.replace("<", "")
        return self._finds(page.text) or self._finds(joined) or self._is_torn(page)

    def _finds(self, folded_text: str) -> bool:
        # Blanks at both sides of markup are one in the article.
        text = " ".join(blanked(folded_text).split())
        apart = parted(text)
        return bool(self.names.hits(text) or (apart is not None and self.names.hits(apart)))

    def _is_torn(self, page: Skimmed) -> bool:
        """Tell whether a name may go on behind markup after it began, or a word of one, before some."""
        behind, touching = _begins(page.behind)
        # Of what other markup ends, only a piece may stand here.
        pieces, _ = _begins(each for each in page.behind if each.endswith("<"))
        whole, rest = _Heads(sorted(behind), pieces), _Heads(sorted(touching), pieces)
        torn: set[str] = set()
        for text in map(blanked, page.before):
            tokens = tokens_of(text)
            if not tokens:
                continue
            last = tokens[-1]
            if any(_goes_on(word, whole, rest) for word in self.following.get(last, ())):
                return True
            if not text.endswith(" "):
                torn.add(last)
                words = self.following.get(tokens[-2], ()) if tokens[1:] else ()
                longer = (word[len(last) :] for word in words if word.startswith(last) and word != last)
                if any(_goes_on(each, rest, rest) for each in longer):
                    return True
        return any(self._is_begun(piece, rest) for piece in torn)

    def _is_begun(self, piece: str, rest: _Heads) -> bool:
        """Tell whether a piece and what may stand behind it begin with the first word of a name."""
        begun = [piece]
        while begun:
            piece = begun.pop()
            words = self._from(piece)
            if len(words) > len(rest.words):
                if any(self._is_whole(piece, each) for each in rest.words):
                    return True
                begun += (piece + each for each in rest.pieces)
            elif any(_goes_on(word[len(piece) :], rest, rest) for word in words):
                return True
        return False

    def _from(self, piece: str) -> Sequence[str]:
        """Return the first words that begin with a piece and go on."""
        start = bisect_right(self.first, piece)
        return self.first[start : bisect_left(self.first, piece + _LAST, start)]

    def _is_whole(self, piece: str, head: str) -> bool:
        """Tell whether a piece and the beginning of what stands behind it are a first word."""
        joined = piece + head
        return any(joined[:end] in self.whole for end in range(len(piece) + 1, len(joined) + 1))


def _goes_on(rest: str, first: _Heads, further: _Heads) -> bool:
    """Tell whether the rest of a word may stand behind markup, in one piece or in several."""
    if first.begin(rest):
        return True
    places = {end for end in range(1, len(rest)) if rest[:end] in first.pieces}
    for place in range(1, len(rest)):
        if place in places:
            if further.begin(rest[place:]):
                return True
            places.update(end for end in range(place + 1, len(rest)) if rest[place:end] in further.pieces)
    return False


def _begins(texts: Iterable[str]) -> tuple[Collection[str], Collection[str]]:
    """Return the words that texts begin with, and those before which there is nothing else."""
    words: set[str] = set()
    touching: set[str] = set()
    for text in map(blanked, texts):
        tokens = tokens_of(text)
        if tokens:
            words.add(tokens[0])
            if not text.startswith(" "):
                touching.add(tokens[0])
    return words, touching


def build_sieve(lexicon: Lexicon) -> Sieve:
    """Return what finds the pages in which the names of a lexicon could stand."""
    patterns = {
        tuple(tokens_of(pattern))
        for number, entity in enumerate(lexicon.entities)
        for pattern, spelling in spelled(number, entity)
        if spelling.role is not Role.DECOY
    }
    following: dict[str, set[str]] = {}
    first: set[str] = set()
    for tokens in patterns:
        # Where a name holds a shorter one, that one is found wherever the longer one is.
        if not any(part in patterns for part in _parts(tokens)):
            first.add(tokens[0])
            for one, other in pairwise(tokens):
                following.setdefault(one, set()).add(other)
    return Sieve(
        lexicon.names,
        sorted(first),
        frozenset(first),
        {word: tuple(after) for word, after in following.items()},
    )


def _parts(tokens: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield what a name consists of, but for the whole."""
    for length in range(1, len(tokens)):
        yield from (tokens[start : start + length] for start in range(len(tokens) - length + 1))
