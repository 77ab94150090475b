"""How is each place where a name stands read, given everything that the article holds?

First every place is read by itself and by what the article says of its entity; then entities that are
related and confirmed speak for one another; then those that share a name compete for each place by their
context; then the places of one entity that are sure speak for or
against those that are not. Each pass looks only at the sums of the pass before, so that no order of
entities or names can change a reading.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.matching.disambiguate import clues, offices_in, roles_before
from monitor.matching.evidence import Clue, Scene, Sight, confidence_of
from monitor.matching.lexicon import Lexicon, Role, folded_words
from monitor.matching.people import Bearer, full_name_at, group_by_entity
from monitor.matching.spans import CueFound, Found, Page, find_cues
from monitor.matching.surroundings import NOTHING, surroundings
from monitor.matching.weights import Weights
from monitor.matching.words.roles import OFFICES
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
    """A place, the evidence on it, and the span that shows another reading, where there is one."""

    found: Found
    evidence: tuple[Evidence, ...]
    shown: Span
    confidence: float

    @property
    def total(self) -> float:
        """Return the log-odds."""
        return sum([each.weight for each in self.evidence])

    @property
    def told(self) -> float:
        """Return what context and related entities say, in log-odds: what tells bearers of a name apart."""
        return sum(each.weight for each in self.evidence if each.reason in _TELLING)

    @property
    def cue(self) -> str:
        """Return the first word of the context that speaks for the place, or the name itself."""
        said = (each.text for each in self.evidence if each.reason in _TELLING and each.weight > 0)
        return next(said, self.found.text)


def read_all(
    lexicon: Lexicon, pages: Sequence[Page], found: Sequence[Found], language: str, weights: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Return the readings of each entity that stands in the article, in the article's order."""
    by_entity: dict[int, list[Found]] = defaultdict(list)
    for each in found:
        by_entity[each.target.entity].append(each)
    sights = _sights(found, lexicon, language)
    scenes = _scenes(by_entity, sights, lexicon, pages, language)
    readings = {
        entity: [_read(sights[id(each)], scenes[entity], weights) for each in places]
        for entity, places in by_entity.items()
    }
    together = _with_related(readings, lexicon, weights)
    return _of_one_sense(_of_one_bearer(together, lexicon, weights), weights)


def _sights(found: Sequence[Found], lexicon: Lexicon, language: str) -> Mapping[int, Sight]:
    """Look around each place; by the identity of the place, since equal ones are the same."""
    ends: dict[int, set[int]] = defaultdict(set)
    for each in found:
        ends[each.page.base].add(each.core.end)
    return {id(each): _sight(each, lexicon, ends[each.page.base], language) for each in found}


def _sight(found: Found, lexicon: Lexicon, ends: Collection[int], language: str) -> Sight:
    around = NOTHING if found.refusal else surroundings(found.page.original, found.surface)
    own = lexicon.own_given[found.target.entity]
    before = around.before[0].span.end if around.before else None
    full = full_name_at(found, around, own, ends, language)
    return Sight(found, around, full, name_before=before in ends)


def _scenes(
    by_entity: Mapping[int, Sequence[Found]],
    sights: Mapping[int, Sight],
    lexicon: Lexicon,
    pages: Sequence[Page],
    language: str,
) -> Mapping[int, Scene]:
    cues: dict[int, list[CueFound]] = defaultdict(list)
    for each in (cue for page in pages for cue in find_cues(page, lexicon)):
        if each.cue.entity in by_entity:
            cues[each.cue.entity].append(each)
    names = group_by_entity(
        [
            (entity, full)
            for entity, places in by_entity.items()
            for full in (sights[id(each)].full_name for each in places)
            if full
        ]
    )
    return {
        entity: Scene(
            entity=lexicon.entities[entity],
            language=language,
            cues=cues[entity],
            full_names=names.get(entity, ()),
            own_roles=frozenset(_own_roles([sights[id(each)] for each in places], lexicon, entity)),
            refused=[each for each in places if _is_another_thing(each)],
            in_small=any(each.refusal is MatchReason.LOWER_CASE for each in places),
        )
        for entity, places in by_entity.items()
    }


def _own_roles(sights: Sequence[Sight], lexicon: Lexicon, entity: int) -> Iterator[str]:
    """Yield the offices that an entity holds: by its context, or beside its full name."""
    for text in lexicon.entities[entity].context:
        yield from OFFICES.intersection(folded_words(text))
    for sight in sights:
        if sight.full_name and sight.full_name.bearer is Bearer.OWN:
            yield from offices_in([*roles_before(sight), *sight.around.apposition])


def _is_another_thing(found: Found) -> bool:
    return found.refusal in (MatchReason.DECOY, MatchReason.OTHER_WORD)


def _read(sight: Sight, scene: Scene, weights: Weights) -> Reading:
    found = list(clues(sight, scene, weights))
    evidence = tuple(clue.evidence for clue in found)
    return Reading(sight.found, evidence, _shown(sight.found, found), confidence_of(evidence))


def _shown(found: Found, given: Sequence[Clue]) -> Span:
    """Return the span that shows a refusal best: that of the heaviest clue against, if it has one."""
    against = [clue for clue in given if clue.evidence.weight < 0 and clue.span]
    heaviest = min(against, key=lambda clue: clue.evidence.weight, default=None)
    return heaviest.span if heaviest and heaviest.span else found.surface


def _with(reading: Reading, evidence: Sequence[Evidence]) -> Reading:
    if not evidence:
        return reading
    together = (*reading.evidence, *evidence)
    return replace(reading, evidence=together, confidence=confidence_of(together))


def _with_related(
    readings: Mapping[int, Sequence[Reading]], lexicon: Lexicon, by: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Add what related entities say, where they are confirmed without it."""
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
        entity: [each if each.found.refusal else _with(each, said(entity)) for each in places]
        for entity, places in readings.items()
    }


def _of_one_bearer(
    readings: Mapping[int, Sequence[Reading]], lexicon: Lexicon, by: Weights
) -> Mapping[int, Sequence[Reading]]:
    """Let one of those who share a name have each place: the one for whom most speaks, if anything does."""
    there: dict[tuple[int, Span], list[Reading]] = defaultdict(list)
    for each in (each for places in readings.values() for each in places if _can_be_shared(each)):
        there[each.found.page.base, each.found.core].append(each)

    def said(each: Reading) -> Sequence[Evidence]:
        beside = there.get((each.found.page.base, each.found.core), ()) if _can_be_shared(each) else ()
        rivals = [other for other in beside if _are_rivals(each, other, lexicon)]
        return _of_rivals(each, rivals, by)

    return {entity: [_with(each, said(each)) for each in places] for entity, places in readings.items()}


def _of_rivals(each: Reading, rivals: Sequence[Reading], by: Weights) -> Sequence[Evidence]:
    best = max(rivals, key=lambda other: other.told, default=each)
    if best.told - each.told > _CLEARLY:
        return [Evidence(reason=MatchReason.OTHER_NAME, text=best.cue, weight=by.other_bearer)]
    if rivals and each.told <= _CLEARLY:
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
    totals = [each.total for each in places]
    sure = [each for each, total in zip(places, totals, strict=True) if total > _SURE]
    refused = [
        each
        for each, total in zip(places, totals, strict=True)
        if total <= _REFUSED and not each.found.refusal
    ]
    if bool(sure) == bool(refused):
        return places
    if sure:
        said = Evidence(reason=MatchReason.ONE_SENSE, text=sure[0].found.text, weight=by.one_sense_for)
    else:
        weight = by.one_sense_strongly_against if len(refused) >= _MANY else by.one_sense_against
        page, span = refused[0].found.page, refused[0].shown
        text = page.original[span.start : span.end]
        said = Evidence(reason=MatchReason.ONE_SENSE, text=text, weight=weight)
    return [
        _with(each, [said]) if _is_open(each, total) else each
        for each, total in zip(places, totals, strict=True)
    ]


def _is_open(reading: Reading, total: float) -> bool:
    """Return whether a place is neither sure nor refused; surnames follow full names instead."""
    return _REFUSED < total <= _SURE and reading.found.target.role is not Role.SHORT
