"""What a poll asks, gets and remembers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.words import EntryId, EntryKey, FailureReason, FeedId


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
class Brake:
    """When the alerts of one poll are held for review: what a feed says so suddenly may be a mistake.

    It takes hold where more than `share` of the entries that a known feed shows, and at least `fewest`, are
    new within `sudden` of the last poll; and after `alerts` alerts that one poll sent at once. What
    is held is released `wait` after the poll.
    """

    share: float = 0.5
    fewest: int = 10
    sudden: timedelta = timedelta(hours=1)
    alerts: int = 20
    wait: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """What came of one poll so far: whether it was a storm, and how many alerts it sent at once."""

    storm: bool = False
    sent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What the configuration says of a feed. `url` may hold secrets; `shown_url` never does.

    `title` is what a list of feeds calls it. Without a `brake` no alert is held for coming too suddenly.
    """

    id: FeedId
    url: str = field(repr=False)
    shown_url: str
    title: str = ""
    every: timedelta | None = None
    first_poll: FirstPoll = FirstPoll.BASELINE
    first_poll_since: timedelta | None = None
    articles: ArticleSource = ArticleSource.PAGE
    labels: Mapping[str, str] = field(default_factory=dict)
    brake: Brake | None = Brake()


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
class Rhythm:
    """When a feed brings news, as `feeds.rhythm` learns it.

    `hour` is the hour since 1970 (UTC) that runs, `busy` whether it brought news already. `shares` are
    0–1 for each hour of the week, from Thursday 00:00 UTC as 1970 began. `watched` counts hours, `news`
    the busy ones. `quiet` (expected busy hours) and `silent` (hours) measure the present silence.
    """

    hour: int
    shares: Sequence[float]
    busy: bool = False
    watched: int = 0
    news: int = 0
    quiet: float = 0.0
    silent: int = 0
    longest_quiet: float = 0.0
    longest_silent: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMemory:
    """What is remembered of a feed's last pages, the newest last.

    `reasons` say why a page was not used, None where it was. `chars` are the lengths of the newest texts
    that were, `texts` counts them all, `usual` is how long they usually are.
    """

    reasons: tuple[FailureReason | None, ...] = ()
    chars: tuple[int, ...] = ()
    texts: int = 0
    usual: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What the store remembers of a feed between two polls.

    `body_digest` is the SHA-256 of the last body whose entries are stored. `moved_to` is the target
    of a permanent redirect and `moved_times` how often in a row it was given; `moved` says that it
    is in force. `interval` is the present wait between polls. `state_since` is when the state last
    changed, `last_well_at` when nothing at all was wrong, `relapses` how often trouble came back within
    a day, `calm` at how many polls in a row a feed in trouble was well. `rhythm` and `pages` are where
    silence and walls are seen by.
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
    state_since: datetime | None = None
    relapses: int = 0
    calm: int = 0
    failures: int = 0
    polls: int = 0
    entries: int = 0
    interval: timedelta = timedelta(minutes=15)
    due_at: datetime
    first_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    last_well_at: datetime | None = None
    rhythm: Rhythm | None = None
    pages: PageMemory = PageMemory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What an answer says of how long it may be kept (RFC 9111), or a feed by its `ttl`."""

    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes fetched from a URL; hostile until a sandbox has read them.

    `url` is the address that answered, after redirects. `moved_to` is set where every redirect on
    the way was permanent (301, 308). `body` is decompressed and within the fetch's limit. `links` is the
    header of that name, of a bounded length.
    """

    url: str
    content_type: str | None
    body: bytes = field(repr=False)
    validators: Validators = Validators()
    freshness: Freshness = Freshness()
    moved_to: str | None = None
    links: str = ""


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
class Written:
    """In which bytes a document's entries are written, by digests of 63 bits.

    `around` is of the elements that they stand in. `entries` are of those that were read or outlined, None
    where the others would not be the same without one. Those that are `settled` stood there before in the
    same bytes: they were taken away, and are not among the feed's entries.
    """

    around: int
    entries: tuple[int | None, ...] = ()
    settled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed's document, read. `format` is a word such as `rss20`, `atom10`, `json11`, `sitemap`.

    Of the entries at the positions in `outlined` only guid, link and title were read. `hub` and `topic` are
    the addresses of a hub that pushes the feed, and of the feed as that knows it. How the entries are
    `written` is told where they can be told apart without being read.
    """

    format: str
    title: str | None = None
    language: str | None = None
    freshness: Freshness = Freshness()
    entries: tuple[Announced, ...] = ()
    outlined: frozenset[int] = frozenset()
    hub: str | None = None
    topic: str | None = None
    written: Written | None = None

    @property
    def settled(self) -> tuple[int, ...]:
        """The digests of entries that the document announces besides, and of which nothing is new."""
        return self.written.settled if self.written else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed's document of which the plain entries were not read, but for what they are known by.

    `head` and so many last bytes of the document as are `kept` are what feedparser may read; `spans` are
    half-open ranges of these bytes, one for each entry of `feed`.
    """

    feed: ParsedFeed
    url: str
    content_type: str
    head: bytes = field(repr=False)
    kept: int
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """An entry whose edits are looked for `until` then, because its article matched.

    `announced_digest` tells what it announced when it was last read, at `read_at`; it was read again
    `times` times. It is `pending` where it waits to be read.
    """

    entry: EntryId
    announced_digest: int
    times: int = 0
    read_at: datetime
    until: datetime
    pending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A known entry that announces something else now. `due_at` is None where it waits to be read already."""

    entry: EntryId
    announced: Announced
    announced_digest: int
    times: int
    due_at: datetime | None


class EntryState(StrEnum):
    """baseline: remembered, never read · pending → processed | failed."""

    BASELINE = "baseline"
    PENDING = "pending"
    PROCESSED = "processed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed that we had not seen before.

    `keys` are all digests under which it is known again. `host` is the host of its page, or empty. Its
    article was `read` before where an edit has it read again.
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
    read: bool = False
