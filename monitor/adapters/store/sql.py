"""The store, as the pipeline's ports want it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from monitor.adapters.store import (
    agreeing,
    archive,
    batches,
    claims,
    doors,
    failed,
    holding,
    learning,
    measuring,
    memory,
    outbox,
    polls,
    purging,
    reporting,
    rereads,
    searching,
    steering,
    subscriptions,
    tracing,
    verdicts,
    views,
)
from monitor.adapters.store.dialect import has_one_writer, try_lock, within, writer_of
from monitor.adapters.store.library import SqlLibrary
from monitor.adapters.store.memory import Instance
from monitor.adapters.store.opening import open_engine, refusal
from monitor.adapters.store.quiet import save_quiet
from monitor.adapters.store.reporting import FoundAlert, Refusals, Timeline
from monitor.adapters.store.server import BUSY_TIMEOUT, apart_from, end_stalled
from monitor.adapters.store.settled import settled_of
from monitor.adapters.store.sharing import Turns
from monitor.adapters.store.together import Together
from monitor.adapters.store.tracing import Traced
from monitor.adapters.store.tx import SqlTx
from monitor.adapters.store.views import FoundArticle
from monitor.model import (
    AlertId,
    Delivery,
    DeliveryId,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    Feed,
    FeedId,
    FeedSettings,
    HeldAlert,
    LearnedContext,
    MatchVerdict,
    PageMemory,
    Receiver,
    ReceiverName,
    Rightness,
    Silence,
    SilenceId,
    Subscription,
    SubscriptionState,
)
from monitor.ports import (
    Archived,
    Batch,
    Claim,
    DeliveryFilter,
    FeedsChange,
    HeldFilter,
    Judged,
    Library,
    Measured,
    Quiet,
    Remembered,
    Step,
    Wanted,
)
from monitor.text.ids import digest63

Row = TypeVar("Row")

# Seconds for what others than operators ask.
_LOOK = 5.0
# Seconds that a thread waits for its turn to write: all others of a full engine, each with a slow disk.
_TURN = 6 * BUSY_TIMEOUT
_PURGE = digest63("task", "purge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Since when another configuration is in force, if one is; else whether ours is from now on only.

    `enabled` are receivers that a new URL made well again.
    """

    behind_since: datetime | None = None
    began: bool = False
    enabled: Sequence[ReceiverName] = ()


def open_store(url: str, *, owner: str) -> "SqlStore":
    """Open a store, or make a new one with its folders; `owner` names this instance in its leases.

    Raises:
        SchemaTooNew: a newer version of the program wrote it.
        StoreError: it cannot be opened, or is something else.
    """
    return SqlStore(open_engine(url), owner)


class SqlStore:
    """A store on one database, for any number of threads; see `ports.Store`."""

    def __init__(self, engine: Engine, owner: str) -> None:
        self._engine = engine
        self._writer = writer_of(engine)
        self._autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._owner = owner
        # Threads that write wait here rather than in the database, which would have them poll.
        self._turns = Turns(self._writer, _TURN) if has_one_writer(engine) else None
        # All connections of the usual engine may be waiting for a session that stands still.
        self._apart = None if has_one_writer(engine) else apart_from(engine)
        self._quiet = Together(self.save_all_quiet)
        # Steps whose last claim found something: the next does not look first whether there is anything.
        self._busy: set[Step] = set()

    # ---- the flow ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[SqlTx]:
        """Begin a write transaction; it commits at the end of the block, or leaves nothing."""
        with self._writing_in_short() as connection:
            yield SqlTx(connection)

    def save_quiet(
        self, claim: Claim[Feed], feed: Feed, deliveries: Sequence[Delivery], counts: Mapping[str, int]
    ) -> None:
        """Write a feed whose poll brought no entries; those that end at one moment share a transaction."""
        if deliveries or not self._quiet.add(Quiet(claim=claim, feed=feed, counts=counts)):
            with self.transaction() as tx:
                tx.save_poll(claim, feed, (), {}, deliveries, counts)

    def save_all_quiet(self, those: Sequence[Quiet]) -> Collection[int]:
        """Write polls that brought nothing in one transaction; return the positions of those written."""
        with self._writing_in_short() as connection:
            return save_quiet(connection, those)

    def sync_feeds(self, feeds: Sequence[FeedSettings], now: datetime) -> FeedsChange:
        """Make the configured feeds the active ones; entries of removed feeds stay."""
        with self._writing() as connection:
            return polls.sync_feeds(connection, feeds, now)

    def sync_receivers(self, receivers: Sequence[Receiver]) -> Sequence[ReceiverName]:
        """Write what is configured of receivers; return those that a new URL made well again."""
        with self._writing() as connection:
            return doors.sync_receivers(connection, receivers)

    def claim_feeds(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Feed]]:
        """Claim due feeds, the longest due first."""
        return self._claim(Step.POLL, now, wanted, lease, polls.claimed_feeds)

    def claim_entries(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Entry]]:
        """Claim due pending entries, the longest due first."""
        return self._claim(Step.PROCESS, now, wanted, lease, polls.claimed_entries)

    def claim_deliveries(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Delivery]]:
        """Claim due pending deliveries of receivers that are open."""
        return self._claim(Step.DELIVER, now, wanted, lease, outbox.claimed_deliveries)

    def due_batches(self, step: Step, now: datetime, wanted: Wanted) -> Sequence[Batch]:
        """Return what could be claimed now, by group, the longest due first; nothing is claimed."""
        with self._reading() as connection:
            return batches.due_batches(connection, step, now, wanted)

    def take_turn(self, name: str, now: datetime, every: timedelta) -> bool:
        """Tell whether something is this instance's to do now, which is done once in each `every`."""
        # Not one transaction: who is frozen in the middle must not keep the others from their turn.
        with _told(), self._autocommit.connect() as connection:
            return batches.take_turn(connection, name, now, every)

    def forget_rested(self, now: datetime) -> None:
        """Drop what is remembered of hosts that have rested."""
        with self._writing() as connection:
            batches.forget_rested(connection, now)

    def renew(self, claimed: Iterable[tuple[Step, str]], until: datetime) -> None:
        """Prolong the leases of claims that are in work, by step and token."""
        with self._writing_in_short() as connection:
            claims.renew(connection, claimed, until)

    def release(
        self, step: Step, token: str, due_at: datetime, failed: str | None, give_up_after: int
    ) -> None:
        """Give a claimed row back, due again then; a lease that was lost is nobody's to give."""
        with self._writing_in_short() as connection:
            claims.give_back(connection, step, token, due_at, failed, give_up_after)

    def clock_was_set_back(self, now: datetime, longest: timedelta) -> None:
        """Bring near what a clock that was ahead had put off; no lease holds longer than `longest`."""
        with self._writing() as connection:
            claims.clock_was_set_back(connection, now, longest)

    def latest(self) -> datetime | None:
        """Return the latest time that was written, by any instance's clock; None in a new store."""
        with self._reading() as connection:
            return claims.latest(connection)

    def purge(self, before: datetime) -> Mapping[str, int]:
        """Drop articles, matches and delivered deliveries older than that; keys and the dead stay."""
        return purging.purge(self._in_batches, before)

    def add_words(self) -> int:
        """Have some articles of older versions found by their words too; return how many; 0: all are."""
        with self._writing() as connection:
            return searching.add_older(connection)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    # ---- instances -----------------------------------------------------------------------------

    def register(self, *, host: str, pid: int, started: str, now: datetime) -> None:
        """Note that this instance is at work, in which process; again to be seen anew."""
        with self._writing() as connection:
            instance = Instance(host=host, pid=pid, started=started, seen_at=now)
            memory.register(connection, self._owner, instance)

    def agree(
        self, me: Instance, feeds: Sequence[FeedSettings], receivers: Sequence[Receiver], *, anew: bool
    ) -> Agreed:
        """Note that this instance lives, and put its configuration in force unless that is an older one.

        Its feeds and receivers are then the active ones: written where it was not in force before, or `anew`.
        """
        with self._writing() as connection:
            behind_since, began = agreeing.agree(connection, self._owner, me)
            if behind_since is not None or not (began or anew):
                return Agreed(behind_since=behind_since)
            polls.sync_feeds(connection, feeds, me.seen_at)
            return Agreed(began=began, enabled=doors.sync_receivers(connection, receivers))

    def unregister(self) -> None:
        """Note that this instance ended; leases that it still has are freed."""
        with self._writing() as connection:
            memory.unregister(connection, self._owner)
            claims.free_leases_of(connection, self._owner, None)

    def instances(self) -> Sequence[tuple[str, Instance]]:
        """Return every registered instance, by owner."""
        with self._reading() as connection:
            return memory.registered(connection)

    def free_leases_of(self, owner: str, now: datetime) -> int:
        """End every lease of an instance that is surely dead, and forget it; return how many there were."""
        with self._writing() as connection:
            memory.unregister(connection, owner)
            return claims.free_leases_of(connection, owner, now)

    def end_stalled(self, longer_than: timedelta) -> int:
        """End sessions that stand still so long in a transaction and hold something; return how many."""
        if self._apart is None:
            return 0
        try:
            with _told(), self._apart.begin() as connection:
                return end_stalled(connection, longer_than)
        finally:
            self._apart.dispose()

    # ---- for commands, beside a running service --------------------------------------------------

    def ping(self) -> None:
        """Return if the store answers.

        Raises:
            StoreError: it does not.
        """
        with self._reading() as connection:
            connection.execute(text("SELECT 1"))

    def measured(self, now: datetime) -> Measured:
        """Return what the metrics tell of the store."""
        with self._reading() as connection:
            return measuring.measure(connection, now)

    def waiting_entries(self, now: datetime, until: datetime) -> int:
        """Return how many entries are due by then to be processed, and are in no other instance's hands."""
        with self._reading() as connection:
            return claims.waiting_entries(connection, self._owner, now, until)

    def status(self, now: datetime) -> Mapping[str, Any]:
        """Return feeds, entries, totals, deliveries and receivers as plain JSON values."""
        with self._reading() as connection:
            return views.status(connection, now)

    def failed_entries(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return entries that were given up, the newest first, as plain JSON values."""
        with self._reading() as connection:
            return failed.failed_entries(connection, limit)

    def retry_failed(self, ids: Collection[EntryId], now: datetime) -> int:
        """Have entries that were given up tried again, these or all; return how many."""
        with self._writing() as connection:
            return failed.retry_failed(connection, ids, now)

    def deliveries(self, wanted: DeliveryFilter) -> Sequence[Mapping[str, Any]]:
        """Return deliveries as plain JSON values, the newest first."""
        with self._reading() as connection:
            return views.list_deliveries(connection, wanted)

    def delivery(self, delivery: DeliveryId) -> Mapping[str, Any] | None:
        """Return one delivery with its exact body and every attempt; None where unknown."""
        with self._reading() as connection:
            return views.show_delivery(connection, delivery)

    def replay(self, wanted: DeliveryFilter, now: datetime) -> int:
        """Make the deliveries that a filter names due again, whatever their state; return how many."""
        with self._writing() as connection:
            return outbox.replay(connection, wanted, now)

    def enable_receiver(self, name: ReceiverName, now: datetime) -> None:
        """Make a receiver as well as a new one; what waited for it is due."""
        with self._writing() as connection:
            doors.enable_receiver(connection, name, now)

    def held(self, wanted: HeldFilter) -> Sequence[HeldAlert]:
        """Return the held alerts that a filter names, oldest first."""
        with self._reading() as connection:
            return holding.find_held(connection, wanted)

    def silences(self) -> Sequence[Silence]:
        """Return every silence, the one that ends last first."""
        with self._reading() as connection:
            return holding.all_silences(connection)

    def add_silence(self, silence: Silence) -> None:
        """Write a silence; steps that begin from now on obey it."""
        with self._writing() as connection:
            holding.add_silence(connection, silence)

    def expire_silence(self, silence: SilenceId, now: datetime) -> bool:
        """End a silence; what silences hold is asked again at once. Tell whether it had not ended."""
        with self._writing() as connection:
            return holding.expire_silence(connection, silence, now)

    def poll_now(self, feed: FeedId, now: datetime) -> bool:
        """Make a feed due, unless it rests; tell whether that was done."""
        with self._writing() as connection:
            return steering.poll_now(connection, feed, now)

    def begin_anew(self, feed: FeedId, now: datetime) -> bool:
        """Forget what a feed answered; its next poll, due now, is a first one. Tell whether it is there."""
        with self._writing() as connection:
            return steering.begin_anew(connection, feed, now)

    def pause(self, feed: FeedId, now: datetime) -> bool:
        """Have a feed rest until it is resumed; tell whether it did not before."""
        with self._writing() as connection:
            return steering.pause(connection, feed, now)

    def resume(self, feed: FeedId, now: datetime) -> bool:
        """Have a feed that rests polled again, at once; tell whether it rested."""
        with self._writing() as connection:
            return steering.resume(connection, feed, now)

    def subscription(self, path: str) -> Subscription | None:
        """Return what was agreed with a hub that calls at that end of our address."""
        with self._reading() as connection:
            return subscriptions.subscription_at(connection, path)

    def agreed(
        self, path: str, state: SubscriptionState, lease_until: datetime | None, due_at: datetime
    ) -> None:
        """Note what a hub agreed to, or denied."""
        with self._writing() as connection:
            subscriptions.save_agreed(connection, path, state, lease_until, due_at)

    def unsubscribed(self, path: str) -> None:
        """Forget a subscription."""
        with self._writing() as connection:
            subscriptions.drop(connection, path)

    def hint(self, path: str, now: datetime) -> None:
        """Note that a hub says there is news."""
        with self._writing() as connection:
            subscriptions.hint(connection, path, now)

    def key_of_verdicts(self, fresh: bytes) -> bytes:
        """Return the key that signs links for verdicts, which is the `fresh` one where there was none."""
        with self._writing() as connection:
            return verdicts.key_of_verdicts(connection, fresh)

    def title_of(self, entry: EntryId) -> str | None:
        """Return the title of an entry's article, empty where that is kept no more; None without an entry."""
        with self._looking() as connection:
            return verdicts.title_of(connection, entry)

    def verdict_of(self, entry: EntryId, entity: EntityId) -> MatchVerdict | None:
        """Return what was said last of a match."""
        with self._looking() as connection:
            return verdicts.said_of(connection, [entry]).get((entry, entity))

    def say(self, verdict: MatchVerdict) -> bool:
        """Write what is said of a match, over what was said before; tell whether there is such an entry."""
        with self._writing() as connection:
            return verdicts.say(connection, verdict)

    def count_verdicts(self) -> Mapping[EntityId, Mapping[Rightness, int]]:
        """Return how many matches of each entity were said to be right, and wrong."""
        with self._reading() as connection:
            return verdicts.count_verdicts(connection)

    def count_told(self) -> Mapping[EntityId, int]:
        """Return how many of the stories that are kept told of each entity, to whomever."""
        with self._reading() as connection:
            return verdicts.count_told(connection)

    def judged(self, entity: EntityId, said: Rightness, newest: int) -> Sequence[Judged]:
        """Return so many of the newest verdicts of one word on an entity, the newest first."""
        with self._reading() as connection:
            return verdicts.judged(connection, entity, said, newest)

    def recent_articles(self, limit: int) -> Sequence[FoundArticle]:
        """Return the newest articles with what was accepted and refused in them."""
        with self._reading() as connection:
            return views.found_articles(connection, limit)

    def alert(self, alert: AlertId) -> FoundAlert | None:
        """Return one alert with the article that it came of; None where there is none such."""
        with self._reading() as connection:
            return reporting.alert_named(connection, alert)

    def entries_at(self, url: str, known: Mapping[EntryKey, EntryId], limit: int) -> Sequence[EntryId]:
        """Return the entries that keys name, and those whose articles say that they stand at an address."""
        with self._reading() as connection:
            return tracing.entries_at(connection, url, known, limit)

    def trace(self, entry: EntryId) -> Traced | None:
        """Return what became of an entry; None where there is none such."""
        with self._reading() as connection:
            return tracing.trace(connection, entry)

    def alerts_since(
        self, since: datetime, behind: tuple[datetime, int] | None, limit: int
    ) -> Sequence[FoundAlert]:
        """Return alerts raised since then, the newest first, from behind a `FoundAlert.place` on."""
        with self._reading() as connection:
            return reporting.alerts_since(connection, since, behind, limit)

    def count_alerts(self, since: datetime) -> int:
        """Return how many alerts were raised since then."""
        with self._reading() as connection:
            return reporting.count_alerts(connection, since)

    def timeline(self, since: datetime, width: timedelta, most: int) -> Timeline:
        """Return how often entities were named in steps of `width` since then, the `most` named ones."""
        with self._reading() as connection:
            return reporting.timeline(connection, since, width, most)

    def refusals(self, since: datetime, newest: int) -> Refusals:
        """Return why names were refused since then, among so many of the newest."""
        with self._reading() as connection:
            return reporting.refusals(connection, since, newest)

    def deliveries_since(self, since: datetime) -> Mapping[str, Mapping[str, int]]:
        """Return how many deliveries were made since then, by receiver and state."""
        with self._reading() as connection:
            return reporting.deliveries_since(connection, since)

    def totals(self) -> Mapping[str, int]:
        """Return the totals of all counts since the store was made."""
        with self._reading() as connection:
            return memory.totals(connection)

    def count_archived(self, since: datetime, until: datetime) -> int:
        """Return how many articles were read from `since` until before `until`."""
        with self._reading() as connection:
            return archive.count_archived(connection, since, until)

    def archived(self, since: datetime, until: datetime, batch: int) -> Iterator[Sequence[Archived]]:
        """Yield what is kept of a period's articles, oldest first; no transaction lasts between batches."""
        after = 0
        while True:
            with self._reading() as connection:
                found = archive.archived(connection, since, until, after, batch)
            if not found:
                return
            yield found
            since, after = found[-1].article.fetched_at, found[-1].number

    def remembered(self, feed: FeedId, keys: Collection[EntryKey], now: datetime) -> Remembered:
        """Return what is remembered of a feed's entries, outside of any transaction."""
        with self._reading() as connection:
            return rereads.remembered(connection, feed, keys, now)

    def settled(self, feed: FeedId) -> tuple[int, ...]:
        """Return the digests by which a feed's entries are settled, as they were saved last."""
        with self._reading() as connection:
            return settled_of(connection, feed)

    def pages(self, feed: FeedId) -> PageMemory:
        """Return what is remembered of a feed's pages, outside of any transaction."""
        with self._reading() as connection:
            return polls.known_pages(connection, feed)

    def context_digests(self) -> Mapping[EntityId, int]:
        """Return which entities something was learned of, and a digest of it."""
        with self._reading() as connection:
            return learning.digests(connection)

    def contexts(self, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
        """Return what is remembered of entities."""
        with self._reading() as connection:
            return learning.contexts_of(connection, entities)

    def library(self) -> Library:
        """Return what readers of the API look things up in, each for a bounded time."""
        return SqlLibrary(self._looking)

    # ---- what it is made of --------------------------------------------------------------------

    def _claim(
        self,
        step: Step,
        now: datetime,
        wanted: Wanted,
        lease: timedelta,
        rows_of: Callable[[Connection, Mapping[int, str]], Sequence[Claim[Row]]],
    ) -> Sequence[Claim[Row]]:
        only_looks = self._turns is not None and wanted.batch is None and step not in self._busy
        if only_looks and not self._anything(step, now, wanted):
            return ()
        with self._writing_in_short() as connection:
            if wanted.batch is None:
                numbers = claims.pick(connection, step, now, wanted)
            else:
                numbers = batches.pick_batch(connection, step, now, wanted.batch, wanted.pause)
            if not numbers:
                self._busy.discard(step)
                return ()
            self._busy.add(step)
            return rows_of(connection, claims.take(connection, step, numbers, self._owner, now, now + lease))

    def _anything(self, step: Step, now: datetime, wanted: Wanted) -> bool:
        """Tell whether there is anything to claim, without the one right to write."""
        with self._reading() as connection:
            return bool(claims.pick(connection, step, now, wanted))

    def _in_batches(self, batch: Callable[[Connection], int]) -> int:
        dropped = 0
        while True:
            with self._writing() as connection:
                # Another worker that is at it goes on.
                some = batch(connection) if try_lock(connection, _PURGE) else 0
            if not some:
                return dropped
            dropped += some

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        with self._reading() as connection, within(connection, _LOOK):
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _told(), self._turns.alone() if self._turns else self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _writing_in_short(self) -> Iterator[Connection]:
        """Write what takes no long time, in one commit with others where several wait for their turn."""
        with _told(), self._turns.shared() if self._turns else self._writer.begin() as connection:
            yield connection


@contextmanager
def _told() -> Iterator[None]:
    """Tell what a database refuses as the error that steps expect."""
    try:
        yield
    except SQLAlchemyError as error:
        raise refusal("the store refused", error) from error
