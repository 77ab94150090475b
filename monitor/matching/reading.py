"""How is each place where a name stands read, given everything that the article holds?

First every place is read by itself and by what the article says of its entity; then entities that are
related and confirmed speak for one another; then those that share a name compete for each place by their
context; then the places of one entity that are sure speak for or
against those that are not. Each pass looks only at the sums of the pass before, so that no order of
entities or names can change a reading.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.disambiguate import clues
from monitor.matching.evidence import Clue, Scene, Sight, confidence_at, log_odds_of
from monitor.matching.lexicon import Lexicon, Role
from monitor.matching.people import FullName, full_name_at
from monitor.matching.spans import CueFound, Found, Page, find_cues
from monitor.matching.surroundings import NOTHING, Surroundings
from monitor.matching.weights import Weights
from monitor.model import Evidence, MatchReason
from monitor.text.tokens import Span

_SURE = 2.5  # log-odds of a place that speaks for others: more than a plain name
_REFUSED = -2.0  # log-odds of one that speaks against
_MANY = 3  # refused places that together speak strongly
_CONFIRMED = 0.5
_CLEARLY = 0.4  # log-odds by which one bearer of a name must lead
_TELLING = frozenset(
    {
        MatchReason.CONTEXT,
        MatchReason.CONTEXT_NEAR,
        MatchReason.NOT_CONTEXT,
        MatchReason.NOT_CONTEXT_NEAR,
        MatchReason.RELATED,
        MatchReason.LEARNED,
        MatchReason.ORGANIZATION_CUE,
        MatchReason.LEGAL_FORM,
        MatchReason.GEOGRAPHIC_CUE,
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A place, the evidence on it, and the span that shows another reading, where there is one.

    `total` is the sum of the evidence, in log-odds.
    """

    found: Found
    evidence: tuple[Evidence, ...]
    shown: Span
    total: float
    confidence: float

    @property
    def told(self) -> float:
        """Return what context and related entities say, in log-odds: what tells bearers of a name apart."""
        return sum(each.weight for each in self.evidence if each.reason in _TELLING)

    @property
    def cue(self) -> str:
        """Return the first word of the context that speaks for the place, or the name itself."""
        said = (each.text for each in self.evidence if each.reason in _TELLING and each.weight > 0)
        return next(said, self.found.text)


def reading_of(found: Found, evidence: Sequence[Evidence], shown: Span) -> Reading:
    """Return a place as its evidence lets it be read."""
    total = log_odds_of(evidence)
    return Reading(found, tuple(evidence), shown, total, confidence_at(total))


def with_more(reading: Reading, evidence: Sequence[Evidence]) -> Reading:
    """Return a reading with further evidence, if there is any."""
    if not evidence:
        return reading
    return reading_of(reading.found, [*reading.evidence, *evidence], reading.shown)


def read_all(
    lexicon: Lexicon, pages: Sequence[Page], found: Sequence[Found], language: str, weights: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Return the readings of each entity that stands in the article, in the article's order."""
    sights = _sights(found, lexicon, language)
    readings = {
        entity: [_read(each, scene, weights) for each in scene.sights]
        for entity, scene in _scenes(sights, lexicon, pages, language).items()
    }
    together = _with_related(readings, lexicon, weights)
    return _of_one_sense(_of_one_bearer(together, lexicon, weights), weights)


def _sights(found: Sequence[Found], lexicon: Lexicon, language: str) -> Mapping[int, Sequence[Sight]]:
    """Look around each place, and return them by entity."""
    ends: dict[int, set[int]] = defaultdict(set)
    for each in found:
        ends[each.page.base].add(each.core.end)
    sights: dict[int, list[Sight]] = defaultdict(list)
    for each in found:
        sights[each.target.entity].append(_sight(each, lexicon, ends[each.page.base], language))
    return sights


def _sight(found: Found, lexicon: Lexicon, ends: Collection[int], language: str) -> Sight:
    around = NOTHING if found.refusal else Surroundings(found.page.original, found.surface)
    own = lexicon.own_given[found.target.entity]
    return Sight(found, around, full_name_at(found, around, own, ends, language), ends)


def _scenes(
    sights: Mapping[int, Sequence[Sight]], lexicon: Lexicon, pages: Sequence[Page], language: str
) -> Mapping[int, Scene]:
    cues: dict[int, list[CueFound]] = defaultdict(list)
    for each in (cue for page in pages for cue in find_cues(page, lexicon, sights.keys())):
        cues[each.cue.entity].append(each)
    return {
        entity: Scene(
            entity=lexicon.entities[entity],
            language=language,
            sights=places,
            cues=cues[entity],
            full_names=sorted([each.full_name for each in places if each.full_name], key=_place),
            refused=[each.found for each in places if _is_another_thing(each.found)],
            in_small=any(each.found.refusal is MatchReason.LOWER_CASE for each in places),
        )
        for entity, places in sights.items()
    }


def _place(full_name: FullName) -> int:
    return full_name.place


def _is_another_thing(found: Found) -> bool:
    return found.refusal in (MatchReason.DECOY, MatchReason.OTHER_WORD)


def _read(sight: Sight, scene: Scene, weights: Weights) -> Reading:
    found = clues(sight, scene, weights)
    return reading_of(sight.found, [clue.evidence for clue in found], _shown(sight.found, found))


def _shown(found: Found, given: Sequence[Clue]) -> Span:
    """Return the span that shows a refusal best: that of the heaviest clue against, if it has one."""
    against = [clue for clue in given if clue.evidence.weight < 0 and clue.span]
    heaviest = min(against, key=lambda clue: clue.evidence.weight, default=None)
    return heaviest.span if heaviest and heaviest.span else found.surface


def _with_related(
    readings: Mapping[int, Sequence[Reading]], lexicon: Lexicon, by: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Add what related entities say, where they are confirmed without it."""
    if not any(lexicon.related[entity] for entity in readings):
        return readings
    confirmed = {
        entity for entity, places in readings.items() if any(each.confidence >= _CONFIRMED for each in places)
    }

    def said(entity: int) -> Sequence[Evidence]:
        there = [other for other in lexicon.related[entity] if other in confirmed]
        return [
            Evidence(
                reason=MatchReason.RELATED,
                text=lexicon.entities[other].names[0].text,
                weight=by.related_further if number else by.related,
            )
            for number, other in enumerate(there)
        ]

    return {
        entity: [each if each.found.refusal else with_more(each, spoken) for each in places]
        for entity, places in readings.items()
        for spoken in [said(entity)]
    }


def _of_one_bearer(
    readings: Mapping[int, Sequence[Reading]], lexicon: Lexicon, by: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Let one of those who share a name have each place: the one for whom most speaks, if anything does."""
    there: dict[tuple[int, Span], list[Reading]] = defaultdict(list)
    for each in (each for places in readings.values() for each in places if _can_be_shared(each)):
        there[each.found.page.base, each.found.core].append(each)
    shared = {id(each): beside for beside in there.values() if len(beside) > 1 for each in beside}
    if not shared:
        return readings

    def said(each: Reading) -> Sequence[Evidence]:
        rivals = [other for other in shared.get(id(each), ()) if _are_rivals(each, other, lexicon)]
        return _of_rivals(each, rivals, by) if rivals else ()

    return {entity: [with_more(each, said(each)) for each in places] for entity, places in readings.items()}


def _of_rivals(each: Reading, rivals: Sequence[Reading], by: Weights) -> Sequence[Evidence]:
    best = max(rivals, key=lambda other: other.told)
    if best.told - each.told > _CLEARLY:
        return [Evidence(reason=MatchReason.OTHER_NAME, text=best.cue, weight=by.other_bearer)]
    if each.told <= _CLEARLY:
        return [Evidence(reason=MatchReason.COMMON_WORD, text=each.found.text, weight=by.shared_name)]
    return ()


def _are_rivals(each: Reading, other: Reading, lexicon: Lexicon) -> bool:
    """Return whether two entities of one name are two things: of two kinds, or told apart by context."""
    one, two = (lexicon.entities[reading.found.target.entity] for reading in (each, other))
    return one is not two and (one.kind is not two.kind or bool(one.context and two.context))


def _can_be_shared(reading: Reading) -> bool:
    """Return whether a place holds a name of one word, which several entities may have."""
    target = reading.found.target
    return not reading.found.refusal and target.role is Role.NAME and target.words == 1


def _of_one_sense(readings: Mapping[int, Sequence[Reading]], by: Weights) -> Mapping[int, Sequence[Reading]]:
    """Let the places of an entity that are sure speak on those that are not, softly.

    Decoys and other words have spoken already, by themselves.
    """
    return {entity: _swayed(places, by) for entity, places in readings.items()}


def _swayed(places: Sequence[Reading], by: Weights) -> Sequence[Reading]:
    sure = [each for each in places if each.total > _SURE]
    refused = [each for each in places if each.total <= _REFUSED and not each.found.refusal]
    if bool(sure) == bool(refused):
        return places
    if sure:
        said = Evidence(reason=MatchReason.ONE_SENSE, text=sure[0].found.text, weight=by.one_sense_for)
    else:
        weight = by.one_sense_strongly_against if len(refused) >= _MANY else by.one_sense_against
        page, span = refused[0].found.page, refused[0].shown
        text = page.original[span.start : span.end]
        said = Evidence(reason=MatchReason.ONE_SENSE, text=text, weight=weight)
    return [with_more(each, [said]) if _is_open(each) else each for each in places]


def _is_open(reading: Reading) -> bool:
    """Return whether a place is neither sure nor refused; surnames follow full names instead."""
    return _REFUSED < reading.total <= _SURE and reading.found.target.role is not Role.SHORT
