"""What is a piece of evidence, and what is it drawn from?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp
from typing import NamedTuple

from monitor.matching.lexicon import folded_words
from monitor.matching.people import Bearer, FullName
from monitor.matching.spans import CueFound, Found
from monitor.matching.surroundings import Surroundings, Word, head_of
from monitor.matching.words.roles import OFFICES
from monitor.model import Entity, Evidence, Form, MatchReason
from monitor.text.tokens import Span

# The forms of a name that stands as it is.
PLAIN = frozenset({Form.EXACT, Form.FOLDED, Form.CAPITALS})


class Clue(NamedTuple):
    """Evidence, and the span of the text that shows another reading where it does."""

    evidence: Evidence
    span: Span | None = None


class Sight(NamedTuple):
    """One mention, what stands around it, and the full name that it ends, if it does.

    `names_end` are the places where watched names end in its page.
    """

    found: Found
    around: Surroundings
    full_name: FullName | None
    names_end: Collection[int]

    @property
    def name_before(self) -> bool:
        """Return whether the word before ends a watched name."""
        before = self.around.before
        return bool(before) and before[0].end in self.names_end

    @property
    def roles_before(self) -> Sequence[Word]:
        """Return the two words before a name, or before the full name that it ends."""
        start = self.full_name.span.start if self.full_name else self.found.surface.start
        return [word for word in self.around.before if word.end <= start][:2]


@dataclass(frozen=True)
class Scene:
    """What the whole article holds for one entity, `sights` being all its places.

    `in_small` says that its name stands somewhere as a word in small letters.
    """

    entity: Entity
    language: str
    sights: Sequence[Sight]
    cues: Sequence[CueFound]
    full_names: Sequence[FullName]
    refused: Sequence[Found]
    in_small: bool

    @cached_property
    def own_roles(self) -> frozenset[str]:
        """Return the offices that the entity holds: by its context, or beside its full name."""
        by_context = [OFFICES.intersection(folded_words(text)) for text in self.entity.context]
        beside = [
            offices_in([*each.roles_before, *each.around.apposition])
            for each in self.sights
            if each.full_name and each.full_name.bearer is Bearer.OWN
        ]
        return frozenset().union(*by_context, *beside)


def offices_in(words: Sequence[Word]) -> frozenset[str]:
    """Return the offices among words, folded, without what stands before a hyphen."""
    return OFFICES.intersection([head_of(word.folded) for word in words])


def log_odds_of(evidence: Sequence[Evidence]) -> float:
    """Return the sum of the weights."""
    return sum([each.weight for each in evidence])


def confidence_at(log_odds: float) -> float:
    """Return the logistic of a sum of weights, 0–1."""
    return 1 / (1 + exp(-log_odds))


def clue(reason: MatchReason, text: str, weight: float, span: Span | None = None) -> Clue:
    """Return a clue; `span` is what it is shown by."""
    return Clue(Evidence(reason=reason, text=text, weight=weight), span)
