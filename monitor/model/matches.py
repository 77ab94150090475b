"""What is watched, and what the matcher says of an article."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.articles import Zone
from monitor.model.learning import Learning
from monitor.model.words import EntityId, WatchlistId


class EntityKind(StrEnum):
    """What sort of thing an entity is; decides which forms its names take."""

    PERSON = "person"
    ORGANIZATION = "organization"
    PRODUCT = "product"
    PLACE = "place"
    OTHER = "other"


class Case(StrEnum):
    """Which upper and lower case a name admits: see matching.md, stage 3."""

    SMART = "smart"
    EXACT = "exact"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One way to write an entity."""

    text: str
    case: Case = Case.SMART


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A person, organization, product or place that is watched; `names[0]` is the canonical one."""

    id: EntityId
    kind: EntityKind
    names: tuple[Name, ...]
    decoys: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    not_context: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    related: tuple[EntityId, ...] = ()
    wikidata: str | None = None
    learn: Learning = Learning.OFF
    tests_match: tuple[str, ...] = ()
    tests_no_match: tuple[str, ...] = ()


class Form(StrEnum):
    """How a surface relates to the name."""

    EXACT = "exact"
    POSSESSIVE = "possessive"
    GENITIVE = "genitive"
    PLURAL = "plural"
    INFLECTED = "inflected"
    COMPOUND = "compound"
    NUMBER = "number"
    FOLDED = "folded"
    CAPITALS = "capitals"
    HANDLE = "handle"
    SHORT = "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in an article where a name truly stands: `zones.of(zone)[start:end] == surface`.

    `confidence` is set where it differs from the match's.
    """

    zone: Zone
    start: int
    end: int
    surface: str
    name: str
    form: Form
    confidence: float | None = None


class MatchReason(StrEnum):
    """What spoke for or against a reading."""

    NAME = "name"
    FULL_NAME = "full_name"
    LICENSED = "licensed"
    SHORT_FORM = "short_form"
    COMMON_WORD = "common_word"
    SHORT_NAME = "short_name"
    OTHER_GIVEN_NAME = "other_given_name"
    OTHER_NAME = "other_name"
    OTHER_WORD = "other_word"
    DECOY = "decoy"
    CONTEXT = "context"
    CONTEXT_NEAR = "context_near"
    NOT_CONTEXT = "not_context"
    NOT_CONTEXT_NEAR = "not_context_near"
    REQUIRED_MISSING = "required_missing"
    RELATED = "related"
    ROLE = "role"
    OTHER_ROLE = "other_role"
    ORGANIZATION_CUE = "organization_cue"
    GEOGRAPHIC_CUE = "geographic_cue"
    LEGAL_FORM = "legal_form"
    TITLE = "title"
    LOWER_CASE = "lower_case"
    ONE_SENSE = "one_sense"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that moved a confidence: `weight` in log-odds (natural), and the text that showed it."""

    reason: MatchReason
    text: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedReading:
    """Another thing that stood where a watched name might have: the river, the governor."""

    reading: str
    reason: MatchReason
    count: int


class Tier(StrEnum):
    """confirmed: confidence ≥ 0.5 · probable: ≥ 0.35 · rejected: below."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Salience:
    """Is the article about the entity? `value` is 0–1 and the sum of `parts`."""

    value: float
    about: bool
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The verdict on one entity in one article.

    `confidence` is the logistic of the sum of the weights in `evidence`.
    """

    entity: EntityId
    tier: Tier
    confidence: float
    salience: Salience
    mentions: tuple[Mention, ...]
    evidence: tuple[Evidence, ...]
    rejected: tuple[RejectedReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """Everything that the matcher says of an article.

    `rejected` lists refused mentions, by entity, with why. `satisfied` are the watchlists whose
    query holds; a watchlist without a query is not listed, and none where there is no match.
    """

    matches: tuple[Match, ...] = ()
    rejected: tuple[Match, ...] = ()
    satisfied: frozenset[WatchlistId] = frozenset()
