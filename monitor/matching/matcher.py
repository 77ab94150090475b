"""Whom does an article name? The face of the matcher.

Built once from the entities of a configuration, then asked for each article; it holds no state that an
article could change, and may be asked from many threads at once.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.matching.asking import holds, numbered
from monitor.matching.languages import primary
from monitor.matching.learned import content_words
from monitor.matching.lexicon import Lexicon, build_lexicon
from monitor.matching.query import Query, parse_query
from monitor.matching.reading import Reading, read_all
from monitor.matching.recalled import Readings, recalled
from monitor.matching.salience import NO_SALIENCE, salience
from monitor.matching.spans import Page, find_names, pages_of
from monitor.matching.weights import Weights
from monitor.model import (
    Entity,
    EntityId,
    LearnedWord,
    Match,
    Matched,
    MatchReason,
    Mention,
    RejectedReading,
    Tier,
    WatchlistId,
    Zones,
)
from monitor.text.tokens import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """Thresholds of the matcher, all 0–1: confidences of the two tiers, and salience of `about`."""

    confirmed: float = 0.5
    probable: float = 0.35
    about: float = 0.63  # between what is about an entity and what is not: docs/decisions/0023
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Entities and queries, ready for articles; made by `build_matcher`."""

    lexicon: Lexicon
    queries: Mapping[WatchlistId, Query]
    policy: MatchPolicy
    learned: Mapping[int, Sequence[LearnedWord]] = field(default_factory=dict)

    def having_learned(self, learned: Mapping[EntityId, Sequence[LearnedWord]]) -> "Matcher":
        """Return this matcher with other learned words, the heaviest of each entity first."""
        by_number = {
            number: learned[entity.id]
            for number, entity in enumerate(self.lexicon.entities)
            if learned.get(entity.id)
        }
        return replace(self, learned=by_number)

    def match(self, zones: Zones, language: str | None) -> Matched:
        """Return whom an article names, whom it only seems to name, and which queries hold.

        Queries are asked only where somebody is named: on nobody nothing can be alerted.

        `language` is a BCP 47 tag; where it is unknown the rules of German hold.
        """
        spoken = primary(language)
        pages = pages_of(zones)
        found = [each for page in pages for each in find_names(page, self.lexicon, spoken)]
        if not found:
            return Matched()
        readings = self._recalled(
            read_all(self.lexicon, pages, found, spoken, self.policy.weights), pages, spoken
        )
        verdicts = [
            verdict
            for entity, places in readings.items()
            for verdict in _verdicts(self.lexicon.entities[entity].id, places, len(zones.text), self.policy)
        ]
        verdicts.sort(key=lambda pair: (pair[0], pair[1].entity))
        matches = tuple(match for _, match in verdicts if match.tier is not Tier.REJECTED)
        return Matched(
            matches=matches,
            rejected=tuple(match for _, match in verdicts if match.tier is Tier.REJECTED),
            satisfied=self._satisfied(pages) if matches else frozenset(),
        )

    def _recalled(self, readings: Readings, pages: Sequence[Page], language: str) -> Readings:
        """Return the readings with what was learned of the entities, where anything was."""
        if not self.learned:
            return readings
        policy = self.policy
        return recalled(
            readings,
            self.learned,
            lambda: content_words(pages, language),
            policy.confirmed,
            policy.probable,
        )

    def _satisfied(self, pages: Sequence[Page]) -> frozenset[WatchlistId]:
        """Return the watchlists whose query holds."""
        article = numbered(pages) if self.queries else ()
        return frozenset(name for name, query in self.queries.items() if holds(query, article))


def build_matcher(
    entities: Sequence[Entity],
    queries: Mapping[WatchlistId, str] | None = None,
    policy: MatchPolicy | None = None,
) -> Matcher:
    """Return a matcher for entities with distinct ids, and for the queries of watchlists.

    Raises:
        QueryError: a query cannot be read.
    """
    return Matcher(
        lexicon=build_lexicon(entities),
        queries={name: parse_query(text) for name, text in (queries or {}).items()},
        policy=policy or MatchPolicy(),
    )


def _verdicts(
    entity: EntityId, places: Sequence[Reading], text_length: int, policy: MatchPolicy
) -> Iterator[tuple[int, Match]]:
    """Yield the match of an entity, if it is named, and one refusal for each reason, with their places."""
    accepted = [each for each in places if each.confidence >= policy.probable]
    refused = [each for each in places if each.confidence < policy.probable]
    if accepted:
        readings = _rejected_readings(refused) if refused else ()
        yield accepted[0].found.place, _match(entity, accepted, text_length, policy, readings)
    reasons = list(dict.fromkeys(_refusal(each) for each in refused))
    for reason in reasons:
        alike = [each for each in refused if _refusal(each) is reason]
        yield alike[0].found.place, _match(entity, alike, text_length, policy, ())


def _match(
    entity: EntityId,
    places: Sequence[Reading],
    text_length: int,
    policy: MatchPolicy,
    rejected: tuple[RejectedReading, ...],
) -> Match:
    """Return the verdict on places of one entity that are all accepted or all refused.

    The strongest of them, the first among equals, gives the evidence.
    """
    best = max(places, key=lambda each: each.confidence)
    tier = _tier(best.confidence, policy)
    mentions = tuple(_mention(each, best, tier) for each in places)
    return Match(
        entity=entity,
        tier=tier,
        confidence=best.confidence,
        salience=NO_SALIENCE if tier is Tier.REJECTED else salience(mentions, text_length, policy.about),
        mentions=mentions,
        evidence=best.evidence,
        rejected=rejected,
    )


def _tier(confidence: float, policy: MatchPolicy) -> Tier:
    if confidence >= policy.confirmed:
        return Tier.CONFIRMED
    return Tier.PROBABLE if confidence >= policy.probable else Tier.REJECTED


def _mention(reading: Reading, best: Reading, tier: Tier) -> Mention:
    found = reading.found
    span = reading.shown if tier is Tier.REJECTED else found.surface
    return Mention(
        zone=found.page.zone_at(span.start),
        start=span.start,
        end=span.end,
        surface=_written(found.page, span),
        name=found.target.name,
        form=found.form,
        confidence=None if reading.confidence == best.confidence else reading.confidence,
    )


def _written(page: Page, span: Span) -> str:
    return page.original[span.start : span.end]


def _refusal(reading: Reading) -> MatchReason:
    """Return the reason that weighs most against; a weak name with nothing for it is its own reason."""
    worst = min(reading.evidence, key=lambda each: each.weight)
    return worst.reason


def _rejected_readings(refused: Iterable[Reading]) -> tuple[RejectedReading, ...]:
    """Return what else stood where the name might have, and how often, in order of appearance."""
    counts = Counter((_written(each.found.page, each.shown), _refusal(each)) for each in refused)
    return tuple(
        RejectedReading(reading=text, reason=reason, count=count) for (text, reason), count in counts.items()
    )
