"""The words of the product, in the order of the flow; see docs/vocabulary.md.

Frozen values that decide nothing. Times are aware UTC datetimes, waits are timedeltas, spans are
half-open ranges of code points. A field that is None is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

FeedId = NewType("FeedId", str)
EntryId = NewType("EntryId", str)
EntityId = NewType("EntityId", str)
WatchlistId = NewType("WatchlistId", str)
ReceiverName = NewType("ReceiverName", str)
StoryId = NewType("StoryId", str)
AlertId = NewType("AlertId", str)
DeliveryId = NewType("DeliveryId", str)

# A 63-bit digest under which a feed's entry is known again.
EntryKey = NewType("EntryKey", int)


class FailureReason(StrEnum):
    """Why something outside did not go well; also the metric's label and the status's `reason`."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    HTTP_3XX = "http_3xx"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    PROTOCOL = "protocol"
    TOO_BIG = "too_big"
    BAD_ENCODING = "bad_encoding"
    NOT_A_FEED = "not_a_feed"
    NOT_A_PAGE = "not_a_page"
    PARSE = "parse"
    TOO_COMPLEX = "too_complex"
    PRIVATE_ADDRESS = "private_address"
    REDIRECT = "redirect"
    ROBOTS = "robots"
    CONSENT = "consent"
    PAYWALL = "paywall"
    EMPTY = "empty"
    GAP = "gap"
    STORM = "storm"
    INTERNAL = "internal"


# ---- poll ------------------------------------------------------------------------------------


class FirstPoll(StrEnum):
    """What becomes of the entries that a feed shows at its first poll."""

    BASELINE = "baseline"
    ALL = "all"
    SINCE = "since"


class ArticleSource(StrEnum):
    """Where an article's text comes from."""

    PAGE = "page"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What the configuration says of a feed. `url` may hold secrets; `shown_url` never does."""

    id: FeedId
    url: str = field(repr=False)
    shown_url: str
    every: timedelta | None = None
    first_poll: FirstPoll = FirstPoll.BASELINE
    first_poll_since: timedelta | None = None
    articles: ArticleSource = ArticleSource.PAGE
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """`ETag` and `Last-Modified` of the last answer, verbatim (RFC 9110 §8.8)."""

    etag: str | None = None
    last_modified: str | None = None


class FeedState(StrEnum):
    """How a feed is."""

    OK = "ok"
    FAILING = "failing"
    DEGRADED = "degraded"
    STALE = "stale"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What the store remembers of a feed between two polls.

    `body_digest` is the SHA-256 of the last body whose entries are stored. `moved_to` is the target
    of a permanent redirect and `moved_times` how often in a row it was given; `moved` says that it
    is in force. `interval` is the present wait between polls.
    """

    id: FeedId
    shown_url: str
    title: str | None = None
    validators: Validators = Validators()
    body_digest: bytes | None = None
    moved_to: str | None = None
    moved_times: int = 0
    moved: bool = False
    state: FeedState = FeedState.OK
    reason: FailureReason | None = None
    failures: int = 0
    polls: int = 0
    entries: int = 0
    interval: timedelta = timedelta(minutes=15)
    due_at: datetime
    first_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What an answer says of how long it may be kept (RFC 9111), or a feed by its `ttl`."""

    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes fetched from a URL; hostile until a sandbox has read them.

    `url` is the address that answered, after redirects. `moved_to` is set where every redirect on
    the way was permanent (301, 308). `body` is decompressed and within the fetch's limit.
    """

    url: str
    content_type: str | None
    body: bytes = field(repr=False)
    validators: Validators = Validators()
    freshness: Freshness = Freshness()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The feed answered 304."""

    validators: Validators = Validators()
    freshness: Freshness = Freshness()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """A fetch brought nothing. `detail` is fit to be shown: no secret, no query string."""

    reason: FailureReason
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParseFailed:
    """A document could not be read as what it should be."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFailed:
    """A worker process was killed, or died, over a piece of work."""

    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a publisher says of one entry, as the feed carries it.

    `summary` and `content` are HTML fragments, not yet trusted; `title` is plain text. Dates are
    the publisher's claim.
    """

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's document, read. `format` is a word such as `rss20`, `atom10`, `json11`, `sitemap`."""

    format: str
    title: str | None = None
    language: str | None = None
    freshness: Freshness = Freshness()
    entries: tuple[Announced, ...] = ()


class EntryState(StrEnum):
    """baseline: remembered, never read · pending → processed | failed."""

    BASELINE = "baseline"
    PENDING = "pending"
    PROCESSED = "processed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed that we had not seen before.

    `keys` are all digests under which it is known again. `host` is the host of its page, or empty.
    """

    id: EntryId
    feed_id: FeedId
    keys: tuple[EntryKey, ...]
    announced: Announced
    host: str
    state: EntryState
    first_seen_at: datetime
    due_at: datetime
    attempts: int = 0


# ---- process: the article --------------------------------------------------------------------


class Zone(StrEnum):
    """Where in an article a text stands."""

    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """The text of an article by zone.

    `lead` is `text[:lead_end]`, `body` is `text[lead_end:]`; spans of both count from the start of
    `text`. Paragraphs of `text`, and captions, are separated by one blank line (`\\n\\n`).
    """

    title: str
    text: str
    lead_end: int = 0
    captions: str = ""

    def of(self, zone: Zone) -> str:
        """Return the text that the spans of a zone count in."""
        return {Zone.TITLE: self.title, Zone.CAPTION: self.captions}.get(zone, self.text)


class Verdict(StrEnum):
    """How much of an article could be read."""

    FULL = "full"
    PARTIAL = "partial"
    WALLED = "walled"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a page says. `access` is `free`, `paywall` or `consent`; None where unknown."""

    zones: Zones
    verdict: Verdict
    canonical_url: str | None = None
    language: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    access: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the entry's page says, or what the feed carried where the page could not be read.

    `fallback` is why the page was not used. `fingerprint` is for `text.fingerprint.likeness`.
    """

    entry_id: EntryId
    feed_id: FeedId
    url: str
    canonical_url: str
    zones: Zones
    verdict: Verdict
    fingerprint: tuple[int, ...]
    language: str | None
    fetched_at: datetime
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    access: str | None = None
    fallback: FailureReason | None = None
    revision: int = 1


# ---- process: the match ----------------------------------------------------------------------


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
    NOT_CONTEXT = "not_context"
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
    query holds; a watchlist without a query is not listed.
    """

    matches: tuple[Match, ...] = ()
    rejected: tuple[Match, ...] = ()
    satisfied: frozenset[WatchlistId] = frozenset()


# ---- process: the story and its alerts -------------------------------------------------------


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
    """A receiver has had an alert of this entity on this watchlist, for the story asked about."""

    watchlist: WatchlistId
    entity: EntityId
    receiver: ReceiverName


class Severity(StrEnum):
    """How urgent a watchlist is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Local times between which alerts are held, in a named zone; `spared` severities are not."""

    begin: str
    end: str
    tz: str
    spared: frozenset[Severity] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most `alerts` at once in each `per`; the rest is held for a digest."""

    alerts: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestSchedule:
    """All alerts are held and brought together at a local time of day (`HH:MM`)."""

    at: str
    tz: str


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
    quiet_hours: QuietHours | None = None
    budget: Budget | None = None
    digest: DigestSchedule | None = None


class HoldReason(StrEnum):
    """Why an alert waits for a digest."""

    QUIET_HOURS = "quiet_hours"
    BUDGET = "budget"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The fact that a story matched entities of a watchlist, for the receivers that do not know.

    A held alert has `hold` and `release_at`; it goes out in a digest.
    """

    id: AlertId
    story: StoryId
    watchlist: WatchlistId
    severity: Severity
    labels: Mapping[str, str]
    matches: tuple[Match, ...]
    receivers: tuple[ReceiverName, ...]
    raised_at: datetime
    hold: HoldReason | None = None
    release_at: datetime | None = None


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
    WEBHOOK_TEST = "webhook.test"


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


# ---- deliver ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A named place that takes events. URL and secrets live in the configuration only.

    `events` None means the match, correction and digest events. `secrets` are raw keys, the newest
    first; none means that bodies go unsigned.
    """

    name: ReceiverName
    url: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    format: str = "standard"
    timeout: timedelta = timedelta(seconds=15)
    events: tuple[str, ...] | None = None
    fallback: bool = False
    allow_private: bool = False
    at_once: int = 4


class ReceiverState(StrEnum):
    """How a receiver is."""

    OK = "ok"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverHealth:
    """What the store remembers of a receiver. Until `open_until` nothing is sent to it."""

    name: ReceiverName
    state: ReceiverState = ReceiverState.OK
    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    told_failing: int = 0


class DeliveryState(StrEnum):
    """pending → delivered | dead; a replay makes it pending again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The promise to bring one event to one receiver; `id` is the `webhook-id`.

    `promised_at` starts the retry table; a replay sets it anew.
    """

    id: DeliveryId
    receiver: ReceiverName
    event_type: EventType
    content_type: str
    body: bytes = field(repr=False)
    state: DeliveryState = DeliveryState.PENDING
    due_at: datetime
    promised_at: datetime
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back from one POST: a status, or a reason why there is none.

    `excerpt` is the start of the answer's text, at most 4 kB were read.
    """

    status: int | None
    reason: FailureReason | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one POST made of its delivery. `number` counts from 1."""

    number: int
    at: datetime
    state: DeliveryState
    due_at: datetime
    status: int | None
    reason: FailureReason | None
    detail: str
