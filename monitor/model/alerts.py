"""Stories, watchlists, alerts and the events that tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.matches import Match
from monitor.model.words import (
    AlertId,
    EntityId,
    EntryId,
    ReceiverName,
    SilenceId,
    StoryId,
    WatchlistId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A group of near-duplicate articles. `outlets` are the distinct hosts that carried it."""

    id: StoryId
    revision: int
    articles: int
    outlets: frozenset[str]
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryCandidate:
    """An article already told, near enough to be looked at, and its story."""

    story: Story
    fingerprint: tuple[int, ...]
    canonical_url: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A receiver has had an alert of this entity on this watchlist, for the story asked about.

    `entry` is whose article it was told by, `outlets` and `about` what was last told of the story's
    spread and the entity's salience. Where an edit took the entity out, it is `retracted`.
    """

    watchlist: WatchlistId
    entity: EntityId
    receiver: ReceiverName
    entry: EntryId | None = field(default=None, compare=False)
    outlets: int = field(default=1, compare=False)
    about: bool = field(default=False, compare=False)
    retracted: bool = field(default=False, compare=False)


class Severity(StrEnum):
    """How urgent a watchlist is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Local times between which alerts are held, in a named zone; `spared` severities are not.

    `days` are those on which the quiet begins, 0 is Monday; none means every day.
    """

    begin: str
    end: str
    tz: str
    days: frozenset[int] = frozenset()
    spared: frozenset[Severity] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `alerts` at once in each `per`; the rest is held for a digest.

    Whole days begin at midnight in `tz`, other windows follow one another from 1970-01-01 00:00 UTC.
    """

    alerts: int
    per: timedelta
    tz: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSchedule:
    """All alerts are held and brought together at local times of day (`HH:MM`).

    `days` are the days of the digests, 0 is Monday; none means every day.
    """

    at: tuple[str, ...]
    tz: str
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Who wants to hear of what. `entities` None means all; `min_salience` is 0–1, or a level.

    `has_query` says that `Matched.satisfied` decides.
    """

    id: WatchlistId
    receivers: tuple[ReceiverName, ...]
    entities: frozenset[EntityId] | None = None
    has_query: bool = False
    min_confidence: float = 0.5
    min_salience: float = 0.0
    about_only: bool = False
    languages: frozenset[str] = frozenset()
    feed_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severity: Severity = Severity.NORMAL
    labels: Mapping[str, str] = field(default_factory=dict)
    quiet_hours: tuple[QuietHours, ...] = ()
    budget: Budget | None = None
    digest: DigestSchedule | None = None


class Sign(StrEnum):
    """How a matcher compares; expressions must fit the whole text."""

    EQUAL = "="
    UNEQUAL = "!="
    FITS = "=~"
    FITS_NOT = "!~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One matcher of a silence: what a label of an alert must be, or not be."""

    label: str
    sign: Sign
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Alerts that fit all conditions are held from `begins_at` until `ends_at`."""

    id: SilenceId
    conditions: tuple[Condition, ...]
    begins_at: datetime
    ends_at: datetime
    comment: str
    by: str
    created_at: datetime


class HoldReason(StrEnum):
    """Why an alert waits for a digest."""

    SILENCED = "silenced"
    STORM = "storm"
    QUIET_HOURS = "quiet_hours"
    BUDGET = "budget"
    DIGEST = "digest"


class EventType(StrEnum):
    """The types of `webhooks.md`."""

    MATCH_CREATED = "match.created"
    MATCH_UPDATED = "match.updated"
    MATCH_RETRACTED = "match.retracted"
    ARTICLE_CORRECTED = "article.corrected"
    DIGEST_CREATED = "digest.created"
    SOURCE_FAILING = "source.failing"
    SOURCE_DEGRADED = "source.degraded"
    SOURCE_STALE = "source.stale"
    SOURCE_RECOVERED = "source.recovered"
    RECEIVER_FAILING = "receiver.failing"
    RECEIVER_DISABLED = "receiver.disabled"
    HEARTBEAT = "monitor.heartbeat"
    CONFIG_REFUSED = "monitor.config_refused"
    WEBHOOK_TEST = "webhook.test"


class UpdateReason(StrEnum):
    """What a told story has become: in more outlets, about an entity, or naming again one it had dropped."""

    OUTLETS = "outlets"
    SALIENCE = "salience"
    NAMED_AGAIN = "named_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Why a told story is told again; `outlets` is the step that it reached, or where it stands."""

    reason: UpdateReason
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A sentence that named an entity, before and after an edit; `after` is None where none is like it."""

    entity: EntityId
    before: str
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What an edit did to an article that had matched.

    `revision` is the article's number after it. `title` is the title before and after, where it changed.
    `gone` are the entities that it names no more.
    """

    revision: int
    title: tuple[str, str] | None = None
    rewrites: tuple[Rewrite, ...] = ()
    gone: frozenset[EntityId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The fact that a story matched entities of a watchlist, for the receivers that do not know.

    A held alert has `hold` and `release_at`; it goes out in a digest. One that tells more of what was told
    has another `type`, and says what in `update` or `edit`.
    """

    id: AlertId
    story: StoryId
    watchlist: WatchlistId
    severity: Severity
    labels: Mapping[str, str]
    matches: tuple[Match, ...]
    receivers: tuple[ReceiverName, ...]
    raised_at: datetime
    type: EventType = EventType.MATCH_CREATED
    update: Update | None = None
    edit: Edit | None = None
    hold: HoldReason | None = None
    release_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One typed message. `subject` is what it tells, in words from which ids are derived.

    `content` is the `data` of the body: plain JSON values.
    """

    type: EventType
    subject: str
    timestamp: datetime
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    """An alert that waits, with the event it would have been, one row for each receiver."""

    alert_id: AlertId
    watchlist: WatchlistId
    receiver: ReceiverName
    hold: HoldReason
    release_at: datetime
    event: Event
