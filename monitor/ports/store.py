"""What do the steps ask of the database, which is their queue?"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import (
    Article,
    Attempt,
    Burst,
    Delivery,
    Edited,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    Feed,
    FeedId,
    FeedSettings,
    HeldAlert,
    Hub,
    LearnedContext,
    PageMemory,
    Receiver,
    ReceiverHealth,
    ReceiverName,
    Reread,
    Silence,
    StoryCandidate,
    StoryId,
    Subscription,
    Told,
    WatchlistId,
)
from monitor.ports.rows import (
    Batch,
    Claim,
    Counted,
    FeedsChange,
    HeldFilter,
    Processed,
    Quiet,
    Reading,
    Remembered,
    Step,
    Wanted,
)


class Tx(Protocol):
    """One transaction. Every `save_*` raises `LeaseLost` where the claim is no longer ours."""

    def save_poll(
        self,
        claim: Claim[Feed],
        feed: Feed,
        entries: Sequence[Entry],
        learned: Mapping[EntryKey, EntryId],
        deliveries: Sequence[Delivery],
        counts: Mapping[str, int],
        settled: Sequence[int] | None = None,
        claimed: Sequence[Claim[Entry]] = (),
        until: datetime | None = None,
    ) -> None:
        """Write a feed with its validators, its new entries, further keys of known ones, notices.

        `settled` are digests in place of those that were saved before; None leaves these. Those of the new
        entries that are `claimed` have a lease from the first moment, which holds `until` then.
        """
        ...

    def rereads(self, feed: FeedId, now: datetime) -> Mapping[EntryId, Reread]:
        """Return the entries of a feed whose edits are looked for, but for those in work."""
        ...

    def save_edited(self, edited: Sequence[Edited]) -> int:
        """Write what known entries announce now, and when they are read again; return how many will be."""
        ...

    def reading(self, entry: EntryId) -> Reading | None:
        """Return what an entry's article said when it was read before; None where it was not.

        Where it was, no other transaction changes its story from here on, until this one ends.
        """
        ...

    def stories_near(self, article: Article, since: datetime) -> Sequence[StoryCandidate]:
        """Return stories first seen since then that share a band or the canonical URL.

        From here on no other transaction chooses a story for an article that shares any of them, or
        changes one of these stories, until this one ends.
        """
        ...

    def told(self, story: StoryId) -> frozenset[Told]:
        """Return who has been told what of a story."""
        ...

    def held_of(self, story: StoryId) -> Sequence[HeldAlert]:
        """Return the alerts of a story that wait still."""
        ...

    def alerted_since(self, watchlist: WatchlistId, since: datetime) -> int:
        """Return how many alerts of a watchlist went out, not held, since then.

        From here on no other transaction counts them, until this one ends. Of several watchlists one asks
        in the order of their ids: so no two transactions wait for each other.
        """
        ...

    def contexts(self, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
        """Return what is remembered of entities; nobody else changes that until this one ends."""
        ...

    def save_contexts(self, contexts: Mapping[EntityId, LearnedContext]) -> None:
        """Remember contexts anew; an empty one is forgotten."""
        ...

    def feed(self, feed: FeedId) -> Feed | None:
        """Return a feed as stored."""
        ...

    def pages(self, feed: FeedId) -> PageMemory:
        """Return what is remembered of a feed's pages; nobody else changes it until this one ends."""
        ...

    def save_processed(self, claim: Claim[Entry], processed: Processed, counts: Mapping[str, int]) -> None:
        """Write the article, its matches, story, alerts, deliveries and contexts; the entry is processed."""
        ...

    def save_unchanged(self, claim: Claim[Entry], read_at: datetime, counts: Mapping[str, int]) -> None:
        """Write that an entry was read again and said nothing else; it is processed."""
        ...

    def save_postponed(self, claim: Claim[Entry], entry: Entry) -> None:
        """Write an entry that is to be tried again at its `due_at`."""
        ...

    def receiver(self, name: ReceiverName) -> ReceiverHealth:
        """Return a receiver's health; a new one is well."""
        ...

    def save_attempt(
        self,
        claim: Claim[Delivery],
        attempt: Attempt,
        health: ReceiverHealth,
        deliveries: Sequence[Delivery],
        counts: Mapping[str, int],
    ) -> None:
        """Write an attempt, what it says of the receiver, and notices to the fallback receiver."""
        ...

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> int:
        """Write deliveries; those whose id exists are left alone. Return how many are new."""
        ...

    def note_storm(self, feed: FeedId, polled_at: datetime) -> None:
        """Remember that a poll brought too much at once."""
        ...

    def burst(self, feed: FeedId, polled_at: datetime) -> Burst:
        """Return what came of a poll so far; no other transaction asks it until this one ends."""
        ...

    def silences(self, now: datetime) -> Sequence[Silence]:
        """Return the silences that hold now."""
        ...

    def held_due(
        self,
        now: datetime,
        watchlists: Collection[WatchlistId],
        receivers: Collection[ReceiverName],
        limit: int,
    ) -> Sequence[HeldAlert]:
        """Return held alerts of these whose release time has come, oldest first."""
        ...

    def held(self, wanted: HeldFilter) -> Sequence[HeldAlert]:
        """Return the held alerts that a filter names, oldest first; nobody else releases them now."""
        ...

    def hold_on(self, held: Sequence[HeldAlert]) -> None:
        """Write the new reasons and times of held alerts."""
        ...

    def end_hold(
        self, held: Sequence[HeldAlert], deliveries: Sequence[Delivery], counts: Mapping[str, int]
    ) -> None:
        """Write that alerts are held no more, and the digests that bring them, if any do."""
        ...

    def tallies(self) -> Mapping[str, int]:
        """Return the running totals of all counts since the store was made."""
        ...

    def counted(self) -> Counted:
        """Return the totals, and the rows that they must fit, of one moment."""
        ...

    def alone(self, task: str) -> bool:
        """Tell whether no other transaction is at this task; none begins it until this one ends."""
        ...

    def name_hub(self, feed: FeedId, hub: Hub, path: str, now: datetime) -> None:
        """Note the hub that a feed names; another one than before is asked under a new `path`."""
        ...

    def take_subscriptions(self, now: datetime, until: datetime, limit: int) -> Sequence[Subscription]:
        """Return those whose hub is to be asked now; nobody else asks it `until` then."""
        ...

    def save_asked(self, path: str, claimed: datetime, due_at: datetime, failures: int) -> None:
        """Note that a hub was asked, unless it has agreed since the claim."""
        ...

    def drop_subscription(self, path: str) -> None:
        """Forget a subscription."""
        ...

    def heed_hints(self, now: datetime) -> int:
        """Make the feeds due of which hubs say that they have news; return how many."""
        ...

    def mark(self, name: str) -> Mapping[str, object] | None:
        """Return a small remembered value, such as the last heartbeat's time and totals."""
        ...

    def save_mark(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small value of plain JSON."""
        ...


class Store(Protocol):
    """The database as the queue. Claims last `lease`; a crash is a lease that runs out."""

    def transaction(self) -> AbstractContextManager[Tx]:
        """Begin a write transaction; it commits at the end of the block, or leaves nothing."""
        ...

    def save_quiet(
        self, claim: Claim[Feed], feed: Feed, deliveries: Sequence[Delivery], counts: Mapping[str, int]
    ) -> None:
        """Write a feed whose poll brought no entries, and return once that is committed.

        Polls that end at the same moment may share a transaction.

        Raises:
            LeaseLost: the claim is no longer ours; nothing is written.
        """
        ...

    def save_all_quiet(self, those: Sequence[Quiet]) -> Collection[int]:
        """Write polls that brought nothing in one transaction; return the positions of those that it wrote.

        The others are not held under their claim, or are in another transaction's hands.

        Raises:
            LeaseLost: one by itself is not held under its claim.
        """
        ...

    def sync_feeds(self, feeds: Sequence[FeedSettings], now: datetime) -> FeedsChange:
        """Make the configured feeds the active ones; entries of removed feeds stay."""
        ...

    def sync_receivers(self, receivers: Sequence[Receiver]) -> Sequence[ReceiverName]:
        """Write what is configured of receivers; return those that a new URL made well again."""
        ...

    def claim_feeds(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Feed]]:
        """Claim due feeds, the longest due first."""
        ...

    def claim_entries(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Entry]]:
        """Claim due pending entries, the longest due first."""
        ...

    def claim_deliveries(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Delivery]]:
        """Claim due pending deliveries of receivers that are open."""
        ...

    def due_batches(self, step: Step, now: datetime, wanted: Wanted) -> Sequence[Batch]:
        """Return what could be claimed now, by group, the longest due first; nothing is claimed.

        Hosts that rest after a visit are left out.
        """
        ...

    def forget_rested(self, now: datetime) -> None:
        """Drop what is remembered of hosts that have rested."""
        ...

    def take_turn(self, name: str, now: datetime, every: timedelta) -> bool:
        """Tell whether something is this instance's to do now, which is done once in each `every`."""
        ...

    def renew(self, claims: Iterable[tuple[Step, str]], until: datetime) -> None:
        """Prolong the leases of claims that are in work, by step and token."""
        ...

    def release(
        self, step: Step, token: str, due_at: datetime, failed: str | None, give_up_after: int
    ) -> None:
        """Give a claimed row back, due again then.

        `failed` is why, of which an entry keeps count; after `give_up_after` of them it is `failed`.
        """
        ...

    def remembered(self, feed: FeedId, keys: Collection[EntryKey], now: datetime) -> Remembered:
        """Return what is remembered of a feed's entries, outside of any transaction."""
        ...

    def settled(self, feed: FeedId) -> tuple[int, ...]:
        """Return the digests by which a feed's entries are settled, as they were saved last."""
        ...

    def pages(self, feed: FeedId) -> PageMemory:
        """Return what is remembered of a feed's pages, outside of any transaction."""
        ...

    def context_digests(self) -> Mapping[EntityId, int]:
        """Return which entities something was learned of, and a digest of it."""
        ...

    def contexts(self, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
        """Return what is remembered of entities; an empty context where nothing is."""
        ...

    def purge(self, before: datetime) -> Mapping[str, int]:
        """Drop articles, matches and delivered deliveries older than that; keys and the dead stay."""
        ...

    def add_words(self) -> int:
        """Have some articles of older versions found by their words too; return how many; 0: all are."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...
