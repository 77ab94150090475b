"""One write transaction, as the pipeline's ports want it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from monitor.adapters.store import (
    doors,
    holding,
    learning,
    memory,
    outbox,
    polls,
    rereads,
    stories,
    subscriptions,
)
from monitor.adapters.store.dialect import try_lock
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
    HeldAlert,
    Hub,
    LearnedContext,
    PageMemory,
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
from monitor.ports import (
    Claim,
    Counted,
    HeldFilter,
    Processed,
    Reading,
)
from monitor.text.ids import digest63


class SqlTx:
    """One write transaction; see `ports.Tx`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

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
        polls.save_poll(self._connection, claim, feed, entries, learned, settled, claimed, until)
        outbox.add_deliveries(self._connection, deliveries)
        memory.count(self._connection, counts)

    def rereads(self, feed: FeedId, now: datetime) -> Mapping[EntryId, Reread]:
        """Return the entries of a feed whose edits are looked for, but for those in work."""
        return rereads.looked_for(self._connection, feed, now)

    def save_edited(self, edited: Sequence[Edited]) -> int:
        """Write what known entries announce now, and when they are read again; return how many will be."""
        return rereads.save_edited(self._connection, edited)

    def reading(self, entry: EntryId) -> Reading | None:
        """Return what an entry's article said when it was read before; None where it was not."""
        return rereads.reading(self._connection, entry)

    def stories_near(self, article: Article, since: datetime) -> Sequence[StoryCandidate]:
        """Return stories first seen since then that share a band or the canonical URL."""
        return stories.stories_near(self._connection, article, since)

    def told(self, story: StoryId) -> frozenset[Told]:
        """Return who has been told what of a story."""
        return stories.told_of(self._connection, story)

    def held_of(self, story: StoryId) -> Sequence[HeldAlert]:
        """See `Tx`."""
        return holding.held_of(self._connection, story)

    def alerted_since(self, watchlist: WatchlistId, since: datetime) -> int:
        """Return how many alerts of a watchlist went out, not held, since then."""
        return stories.alerted_since(self._connection, watchlist, since)

    def feed(self, feed: FeedId) -> Feed | None:
        """Return a feed as stored."""
        return polls.find_feed(self._connection, feed)

    def pages(self, feed: FeedId) -> PageMemory:
        """Return what is remembered of a feed's pages; nobody else changes it until this one ends."""
        return polls.pages_of(self._connection, feed)

    def contexts(self, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
        """Return what is remembered of entities; nobody else changes that until this one ends."""
        learning.lock_contexts(self._connection, entities)
        return learning.contexts_of(self._connection, entities)

    def save_contexts(self, contexts: Mapping[EntityId, LearnedContext]) -> None:
        """Remember contexts anew; an empty one is forgotten."""
        learning.save_contexts(self._connection, contexts)

    def save_processed(self, claim: Claim[Entry], processed: Processed, counts: Mapping[str, int]) -> None:
        """Write the article, its matches, story, alerts, deliveries and contexts; the entry is processed."""
        stories.save_processed(self._connection, claim, processed)
        if processed.pages is not None:
            polls.save_pages(self._connection, processed.entry.feed_id, processed.pages)
        learning.save_contexts(self._connection, processed.contexts)
        outbox.add_deliveries(self._connection, processed.deliveries)
        memory.count(self._connection, counts)

    def save_unchanged(self, claim: Claim[Entry], read_at: datetime, counts: Mapping[str, int]) -> None:
        """Write that an entry was read again and said nothing else; it is processed."""
        rereads.save_unchanged(self._connection, claim, read_at)
        memory.count(self._connection, counts)

    def save_postponed(self, claim: Claim[Entry], entry: Entry) -> None:
        """Write an entry that is to be tried again at its `due_at`."""
        polls.save_postponed(self._connection, claim, entry)

    def receiver(self, name: ReceiverName) -> ReceiverHealth:
        """Return a receiver's health; a new one is well."""
        return doors.receiver_health(self._connection, name)

    def save_attempt(
        self,
        claim: Claim[Delivery],
        attempt: Attempt,
        health: ReceiverHealth,
        deliveries: Sequence[Delivery],
        counts: Mapping[str, int],
    ) -> None:
        """Write an attempt, what it says of the receiver, and notices to the fallback receiver."""
        outbox.save_attempt(self._connection, claim, attempt, health)
        outbox.add_deliveries(self._connection, deliveries)
        memory.count(self._connection, counts)

    def add_deliveries(self, deliveries: Sequence[Delivery]) -> int:
        """Write deliveries; those whose id exists are left alone. Return how many are new."""
        return outbox.add_deliveries(self._connection, deliveries)

    def note_storm(self, feed: FeedId, polled_at: datetime) -> None:
        """Remember that a poll brought too much at once."""
        holding.add_to_burst(self._connection, feed, polled_at, storms=1)

    def burst(self, feed: FeedId, polled_at: datetime) -> Burst:
        """Return what came of a poll so far."""
        return holding.burst_of(self._connection, feed, polled_at)

    def silences(self, now: datetime) -> Sequence[Silence]:
        """Return the silences that hold now."""
        return holding.silences_now(self._connection, now)

    def held_due(
        self,
        now: datetime,
        watchlists: Collection[WatchlistId],
        receivers: Collection[ReceiverName],
        limit: int,
    ) -> Sequence[HeldAlert]:
        """Return held alerts of these whose release time has come, oldest first."""
        return holding.held_due(self._connection, now, watchlists, receivers, limit)

    def held(self, wanted: HeldFilter) -> Sequence[HeldAlert]:
        """Return the held alerts that a filter names, oldest first; nobody else releases them now."""
        return holding.take_held(self._connection, wanted)

    def hold_on(self, held: Sequence[HeldAlert]) -> None:
        """Write the new reasons and times of held alerts."""
        holding.hold_on(self._connection, held)

    def end_hold(
        self, held: Sequence[HeldAlert], deliveries: Sequence[Delivery], counts: Mapping[str, int]
    ) -> None:
        """Write that alerts are held no more, and the digests that bring them, if any do."""
        holding.end_hold(self._connection, held)
        outbox.add_deliveries(self._connection, deliveries)
        memory.count(self._connection, counts)

    def tallies(self) -> Mapping[str, int]:
        """Return the running totals of all counts since the store was made."""
        return memory.totals(self._connection)

    def counted(self) -> Counted:
        """Return the totals, and the rows that they must fit, of one moment."""
        return memory.counted(self._connection)

    def alone(self, task: str) -> bool:
        """Tell whether no other transaction is at this task; none begins it until this one ends."""
        return try_lock(self._connection, digest63("task", task))

    def name_hub(self, feed: FeedId, hub: Hub, path: str, now: datetime) -> None:
        """Note the hub that a feed names; another one than before is asked under a new `path`."""
        subscriptions.name_hub(self._connection, feed, hub, path, now)

    def take_subscriptions(self, now: datetime, until: datetime, limit: int) -> Sequence[Subscription]:
        """Return those whose hub is to be asked now; nobody else asks it `until` then."""
        return subscriptions.take_due(self._connection, now, until, limit)

    def save_asked(self, path: str, claimed: datetime, due_at: datetime, failures: int) -> None:
        """Note that a hub was asked, unless it has agreed since the claim."""
        subscriptions.save_asked(self._connection, path, claimed, due_at, failures)

    def drop_subscription(self, path: str) -> None:
        """Forget a subscription."""
        subscriptions.drop(self._connection, path)

    def heed_hints(self, now: datetime) -> int:
        """Make the feeds due of which hubs say that they have news; return how many."""
        return subscriptions.heed_hints(self._connection, now)

    def mark(self, name: str) -> Mapping[str, object] | None:
        """Return a small remembered value."""
        return memory.mark(self._connection, name)

    def save_mark(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small value of plain JSON."""
        memory.save_mark(self._connection, name, value)
