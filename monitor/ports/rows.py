"""What passes between the steps, the engines and the store?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from monitor.model import (
    Alert,
    AlertId,
    Announced,
    Article,
    Delivery,
    DeliveryId,
    Document,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    Feed,
    FeedId,
    HeldAlert,
    HoldReason,
    LearnedContext,
    Match,
    Matched,
    MatchVerdict,
    PageMemory,
    ReceiverName,
    Reread,
    Story,
    Told,
    WatchlistId,
)

Row = TypeVar("Row")


class Step(StrEnum):
    """One unit of the flow: it claims one row and writes one transaction. Upkeep has no row."""

    POLL = "poll"
    PROCESS = "process"
    DELIVER = "deliver"
    UPKEEP = "upkeep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Generic[Row]):
    """A row and the time-limited right to work on it; `token` is unlike that of any other claim."""

    row: Row
    token: str

    def of_entry(self, entry: Entry) -> "Claim[Entry]":
        """Return the claim of an entry that whoever has this one stores, and holds from then on."""
        return Claim(row=entry, token=f"{self.token}/{entry.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A poll that brought nothing: what it makes of a feed, and what it counts."""

    claim: Claim[Feed]
    feed: Feed
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one step did to one row: one log line, one count.

    `facts` go to the log, `counts` into the heartbeat's tallies. `due` are the steps for which more rows may
    be due than before; None where any may. Whoever performed the step holds the `claimed` entries besides,
    and goes on with them.
    """

    step: Step
    row: str
    outcome: str
    reason: str | None = None
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    due: frozenset[Step] | None = None
    claimed: Sequence[Claim[Entry]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """Everything that processing one entry wants written, in one transaction.

    `pages` is None where no page was asked for. `reread` says how edits of the entry are looked for, if
    they are. An `edited` article takes the place of the one that was read before. `page` is the raw one
    where that is kept.
    """

    entry: Entry
    article: Article
    story: Story
    matched: Matched
    told: frozenset[Told]
    alerts: Sequence[Alert]
    held: Sequence[HeldAlert]
    deliveries: Sequence[Delivery]
    pages: PageMemory | None = None
    contexts: Mapping[EntityId, LearnedContext] = field(default_factory=dict)
    reread: Reread | None = None
    edited: bool = False
    page: Document | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an entry's article said when it was last read, its matches, and its story."""

    article: Article
    matches: tuple[Match, ...]
    story: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page that was kept as it came, and what its entry announced."""

    document: Document
    announced: Announced


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What is kept of an article that `matched` or did not; a `page` only where that was never extracted."""

    number: int
    article: Article
    matched: bool
    page: KeptPage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict with what is kept of its article, and of the match that it is on."""

    verdict: MatchVerdict
    article: Article | None
    match: Match | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Which keys of a feed are known and whose they are; and the entries that an edit could still matter to.

    Those are the ones that wait to be read, or whose edits are looked for.
    """

    known: Mapping[EntryKey, EntryId] = field(default_factory=dict)
    open: frozenset[EntryId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted since the store was made, and what stands in it at the same moment.

    `rows` are `pending` (entries), `held` (alerts), and feeds and deliveries by state: `feeds.ok`.
    """

    totals: Mapping[str, int]
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many rows are due and held by nobody, and since when the longest of them."""

    rows: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the metrics tell of a store: `rows` as in `Counted`, what is `due`, its `size` in bytes.

    Of a step's due rows as many are counted as tell that more workers are wanted, and no more.
    """

    rows: Mapping[str, int]
    due: Mapping[Step, Due]
    oldest_pending_at: datetime | None
    last_heartbeat_at: datetime | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilter:
    """Which held alerts: by id, watchlist, receiver and reason."""

    ids: tuple[AlertId, ...] = ()
    watchlist: WatchlistId | None = None
    receiver: ReceiverName | None = None
    reason: HoldReason | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """Which deliveries: by id, receiver, state, and the time they were made."""

    ids: tuple[DeliveryId, ...] = ()
    receiver: ReceiverName | None = None
    state: str | None = None
    since: datetime | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What groups may have: which are full, and how many rows any other may be given.

    `free` overrides `at_once` for a group that has some of its slots taken.
    """

    at_once: int
    full: frozenset[str] = frozenset()
    free: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of one group that were due together, by their numbers: a hint of what may be claimed."""

    group: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted(Share):
    """What an engine has room for: how many rows in all, and how many of a group.

    A group is a host for feeds and entries, a receiver for deliveries. `feeds` is the share of each
    feed in the entries that are claimed, whatever hosts their pages are on. `working` is how many a
    receiver has in work; the last `reserved` rows are for those that have none. Rows that are `queued`
    already, by number, are wanted no more by who looks for batches.

    With a `batch` nothing else counts: its rows are wanted, as far as they can still be claimed, and none
    within a `pause` after the last visit to its host.
    """

    limit: int
    feeds: Share | None = None
    working: Mapping[str, int] = field(default_factory=dict)
    reserved: int = 0
    queued: frozenset[int] = frozenset()
    batch: Batch | None = None
    pause: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedsChange:
    """What a configuration did to the stored feeds."""

    added: tuple[FeedId, ...]
    removed: tuple[FeedId, ...]
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """How a store is: what is wrong with it and what to `do`, or its sizes in bytes where it is a file.

    `newest` is the latest moment at which an entry was first seen.
    """

    trouble: str | None = None
    do: str = ""
    size: int | None = None
    log_size: int = 0
    open_to_all: bool = False
    newest: datetime | None = None
