"""How well does the matcher find what people marked?

Three families are counted, each document by itself, so that intervals are drawn by document:
`alerts` (is this entity named in this document?), `mentions` (places, which count as found where they
overlap a marked one of the same entity), `spans` (the same places, to the character). A corpus brings
cases that know what people marked; the verdicts are the matcher's own.
"""

import hashlib
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from monitor.model import Matched, Zone

ROUNDS = 1000


class Marked(NamedTuple):
    """A place of an entity: half-open code points in the title, in the captions, or in the text."""

    entity: str
    page: str  # title | text | caption
    start: int
    end: int

    def meets(self, other: Self) -> bool:
        same = (self.entity, self.page) == (other.entity, other.page)
        return same and self.start < other.end and other.start < self.end


class Case(Protocol):
    """What people marked in a document."""

    @property
    def named(self) -> Collection[str]:
        """The entities that the document names."""

    @property
    def places(self) -> Collection[Marked]:
        """Where it names them."""


@dataclass(frozen=True, slots=True)
class Score:
    """True and false positives, and false negatives; sums of them are scores as well."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 1.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp + self.fp + self.fn else 1.0


Measured = Mapping[str, Sequence[Score]]  # family → one score for each document
FIGURES: Mapping[str, Callable[[Score], float]] = {
    "precision": lambda score: score.precision,
    "recall": lambda score: score.recall,
    "f1": lambda score: score.f1,
}


def page_of(zone: Zone) -> str:
    """Return the running text that the spans of a zone count in; lead and body share one."""
    return "text" if zone in {Zone.LEAD, Zone.BODY} else zone.value


def places_found(matched: Matched) -> frozenset[Marked]:
    """Return the places that the matcher accepts."""
    return frozenset(
        Marked(str(match.entity), page_of(each.zone), each.start, each.end)
        for match in matched.matches
        for each in match.mentions
    )


def score_alerts(cases: Sequence[Case], verdicts: Sequence[Matched]) -> Sequence[Score]:
    """Return, for each document, how far the entities found are those that it names."""
    return [
        compare(frozenset(case.named), frozenset(str(match.entity) for match in verdict.matches))
        for case, verdict in zip(cases, verdicts, strict=True)
    ]


def score_mentions(cases: Sequence[Case], verdicts: Sequence[Matched]) -> Sequence[Score]:
    """Return, for each document, how far the places found overlap the marked ones, one with one."""
    return [
        _overlapping(case.places, places_found(verdict))
        for case, verdict in zip(cases, verdicts, strict=True)
    ]


def score_spans(cases: Sequence[Case], verdicts: Sequence[Matched]) -> Sequence[Score]:
    """Return, for each document, how far the places found are the marked ones, to the character."""
    return [
        compare(frozenset(case.places), places_found(verdict))
        for case, verdict in zip(cases, verdicts, strict=True)
    ]


def compare(wanted: Collection[object], found: Collection[object]) -> Score:
    """Return how far what was found is what was wanted."""
    right = len(frozenset(wanted) & frozenset(found))
    return Score(right, len(found) - right, len(wanted) - right)


def total(scores: Iterable[Score]) -> Score:
    """Return the sum over documents."""
    return sum(scores, Score())


def interval(
    per_document_scores: Sequence[Score], seed: int = 0, figure: str = "f1", rounds: int = ROUNDS
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a figure, documents drawn with replacement (Efron 1979)."""
    if not per_document_scores:
        return (0.0, 1.0)
    rng = random.Random(seed)
    size = len(per_document_scores)
    drawn = sorted(FIGURES[figure](total(rng.choices(per_document_scores, k=size))) for _ in range(rounds))
    return drawn[int(0.025 * rounds)], drawn[int(0.975 * rounds) - 1]


def digest_of(files: Iterable[Path]) -> str:
    """Return the SHA-256 over the names and bytes of files, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(files, key=lambda each: each.name):
        whole.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _overlapping(wanted: Collection[Marked], found: Collection[Marked]) -> Score:
    left = sorted(wanted)
    right = 0
    for place in sorted(found):
        met = next((each for each in left if each.meets(place)), None)
        if met is not None:
            left.remove(met)
            right += 1
    return Score(right, len(found) - right, len(left))
