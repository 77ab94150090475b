"""What is a piece of evidence, and what is it drawn from?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from monitor.matching.people import FullName
from monitor.matching.spans import CueFound, Found
from monitor.matching.surroundings import Surroundings
from monitor.model import Entity, Evidence, MatchReason
from monitor.text.tokens import Span


class Clue(NamedTuple):
    """Evidence, and the span of the text that shows another reading where it does."""

    evidence: Evidence
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What the whole article holds for one entity.

    `in_small` says that its name stands somewhere as a word in small letters.
    """

    entity: Entity
    language: str
    cues: Sequence[CueFound]
    full_names: Sequence[FullName]
    own_roles: frozenset[str]
    refused: Sequence[Found]
    in_small: bool


class Sight(NamedTuple):
    """One mention, what stands around it, and the full name that it ends, if it does."""

    found: Found
    around: Surroundings
    full_name: FullName | None
    name_before: bool


def confidence_of(evidence: Sequence[Evidence]) -> float:
    """Return the logistic of the sum of the weights, 0–1."""
    total = sum([each.weight for each in evidence])
    return 1 / (1 + exp(-total))


def clue(reason: MatchReason, text: str, weight: float, span: Span | None = None) -> Clue:
    """Return a clue; `span` is what it is shown by."""
    return Clue(Evidence(reason=reason, text=text, weight=weight), span)
