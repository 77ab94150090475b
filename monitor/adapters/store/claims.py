"""Who may work on which row, and until when?

A claim is a token in the row and a time until which it holds. Whoever saves names the token: where it
is no longer there, the lease was lost, and nothing is written.

An entry whose holder ended without a word may have ended it. Such losses are counted. From the second
on the entries that were lost together come back one by one, so that the one at fault ends alone, from
the fifth on later each time. Only one whose every holder ended for more than an hour is `failed`:
others may share the fate of a service that is killed over and over. Feeds and deliveries are never
given up.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4
from zlib import crc32

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from monitor.adapters.store.columns import Moment
from monitor.adapters.store.doors import open_doors, pass_doors
from monitor.adapters.store.memory import count
from monitor.adapters.store.schema import (
    ACTIVE,
    DELIVERY_PENDING,
    ENTRY_PENDING,
    deliveries,
    entries,
    feeds,
    instances,
    receivers,
    rests,
)
from monitor.errors import LeaseLost
from monitor.model import EntryState, FeedState
from monitor.ports import Claim, Share, Step, Wanted

# Losses of an entry: how many bring it to an end, and how many pass before it is parked ever longer.
LOST_AT_MOST = 20
_BAD_LUCK = 4
_APART = timedelta(seconds=1)
_PARKED = timedelta(seconds=30)
_NOW = bindparam("now", type_=Moment)
_NO_LEASE: Mapping[str, object] = {"lease_token": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Queue:
    """A table that is a queue: which rows of it are alive, in which groups they stand, and of which feed."""

    table: Table
    alive: ColumnElement[bool]
    group: ColumnElement[str]
    feed: ColumnElement[Any]

    def claimable(self) -> ColumnElement[bool]:
        """Return the condition of rows that are alive, due `now`, and held by nobody."""
        return and_(self.alive, self.table.c.due_at <= _NOW, self.unheld())

    def unheld(self) -> ColumnElement[bool]:
        """Return the condition of rows without a lease that still holds `now`."""
        until = self.table.c.lease_until
        return or_(until.is_(None), until <= _NOW)


QUEUES: Mapping[Step, Queue] = {
    Step.POLL: Queue(feeds, ACTIVE, feeds.c.host, feeds.c.number),
    Step.PROCESS: Queue(entries, ENTRY_PENDING, entries.c.host, entries.c.feed_number),
    Step.DELIVER: Queue(deliveries, DELIVERY_PENDING, deliveries.c.receiver, deliveries.c.receiver),
}


def pick(connection: Connection, step: Step, now: datetime, wanted: Wanted) -> Sequence[int]:
    """Return the numbers of rows to claim, the longest due first, within the groups' limits.

    On PostgreSQL these rows are locked until the transaction ends; rows that another worker is
    picking are passed over.
    """
    return tuple(pick_rows(connection, step, now, wanted, lock=True))


def pick_rows(
    connection: Connection, step: Step, now: datetime, wanted: Wanted, *, lock: bool
) -> Mapping[int, str]:
    """Return rows as `pick` does, with their groups; without a `lock` they are only looked at."""
    if wanted.limit <= 0:
        return {}
    if step is Step.DELIVER:
        return _pick_by_receiver(connection, now, wanted, lock=lock)
    return _pick_by_age(connection, step, now, wanted, lock=lock)


@cache
def candidates(step: Step, *, some_feeds: bool, lock: bool = True) -> Select[Any]:
    """Return the statement for `most` rows due outside of `shut` groups and feeds, the longest due first.

    Without a `lock` it is for who only looks, and passes over what is `queued`.
    """
    queue = QUEUES[step]
    outside = [queue.feed.not_in(bindparam("shut_feeds", expanding=True))] if some_feeds else []
    found = (
        select(queue.table.c.number, queue.group.label("at"), queue.feed.label("feed"))
        .where(queue.claimable(), queue.group.not_in(bindparam("shut", expanding=True)), *outside)
        .order_by(queue.table.c.due_at)
        .limit(bindparam("most", type_=BigInteger))
    )
    return found.with_for_update(skip_locked=True) if lock else found.where(_not_queued(queue))


@cache
def due_of_group(step: Step, *, lock: bool = True) -> Select[Any]:
    """Return the statement for `most` due rows of a `group`, the longest due first, of equals the oldest."""
    queue = QUEUES[step]
    found = (
        select(queue.table.c.number, queue.table.c.due_at)
        .where(queue.claimable(), queue.group == bindparam("group"))
        .order_by(queue.table.c.due_at, queue.table.c.number)
        .limit(bindparam("most", type_=BigInteger))
    )
    return found.with_for_update(skip_locked=True) if lock else found.where(_not_queued(queue))


def _not_queued(queue: Queue) -> ColumnElement[bool]:
    return queue.table.c.number.not_in(bindparam("queued", expanding=True))


def take(
    connection: Connection, step: Step, numbers: Sequence[int], owner: str, now: datetime, until: datetime
) -> Mapping[int, str]:
    """Write leases into rows; return their tokens, each unlike any other, by number.

    Entries that were lost before may have to wait, and are left out.
    """
    if step is Step.PROCESS:
        lost = connection.execute(_lost_among(), {"numbers": numbers}).all()
        waiting = _count_lost(connection, now, lost)
        numbers = [number for number in numbers if number not in waiting]
    if step is Step.DELIVER:
        pass_doors(connection, numbers, now, until)
    prefix = f"{owner}/{uuid4().hex}/"
    connection.execute(_leasing(step), {"numbers": numbers, "prefix": prefix, "until": until})
    return {number: f"{prefix}{number}" for number in numbers}


@cache
def _leasing(step: Step) -> Update:
    table = QUEUES[step].table
    token = bindparam("prefix", type_=Text) + cast(table.c.number, Text)
    return (
        update(table)
        .where(table.c.number.in_(bindparam("numbers", expanding=True)))
        .values(lease_token=token, lease_until=bindparam("until"))
    )


def save_claimed(connection: Connection, step: Step, claim: Claim[Any], values: Mapping[str, object]) -> int:
    """Write a claimed row and end its lease; return its number.

    Raises:
        LeaseLost: the row is no longer held under the claim's token.
    """
    given = {f"new_{name}": value for name, value in values.items()}
    given |= {"of_id": claim.row.id, "of_token": claim.token}
    number: int | None = connection.execute(_saving(step, tuple(values)), given).scalar()
    if number is None:
        raise LeaseLost(f"{step} {claim.row.id}: the lease was lost; nothing was written")
    return number


@cache
def _saving(step: Step, columns: tuple[str, ...]) -> Any:  # noqa: ANN401  (a statement)
    table = QUEUES[step].table
    return (
        update(table)
        .where(table.c.id == bindparam("of_id"), table.c.lease_token == bindparam("of_token"))
        .values({**_NO_LEASE, **{name: bindparam(f"new_{name}") for name in columns}})
        .returning(table.c.number)
    )


def renew(connection: Connection, claims: Iterable[tuple[Step, str]], until: datetime) -> None:
    """Prolong the leases that are still there."""
    tokens: dict[Step, list[str]] = {}
    for step, token in claims:
        tokens.setdefault(step, []).append(token)
    for step, held in sorted(tokens.items()):
        table = QUEUES[step].table
        connection.execute(update(table).where(table.c.lease_token.in_(held)).values(lease_until=until))


def give_back(
    connection: Connection, step: Step, token: str, due_at: datetime, failed: str | None, give_up_after: int
) -> None:
    """End a lease; an entry counts why, and is `failed` after so many failures."""
    table = QUEUES[step].table
    values: dict[str, object] = {**_NO_LEASE, "due_at": due_at}
    if step is Step.PROCESS and failed is not None:
        failures = table.c.failures + 1
        given_up = literal(EntryState.FAILED, table.c.state.type)
        values |= {
            "failures": failures,
            "failed_why": failed,
            "state": case((failures >= give_up_after, given_up), else_=table.c.state),
        }
    statement = update(table).where(table.c.lease_token == token).values(values)
    if step is not Step.PROCESS:
        connection.execute(statement)
        return
    states = connection.execute(statement.returning(table.c.state)).scalars().all()
    count(connection, {"given_up": states.count(EntryState.FAILED)})


def free_leases_of(connection: Connection, owner: str, died_at: datetime | None) -> int:
    """End every lease of an owner, which ended in good order or died; return how many there were."""
    if died_at is not None:
        _count_lost(connection, died_at, connection.execute(_lost(_held_by(entries, owner))).all())
    freed = 0
    for queue in QUEUES.values():
        statement = update(queue.table).where(_held_by(queue.table, owner)).values(_NO_LEASE)
        freed += connection.execute(statement).rowcount
    return freed


def _held_by(table: Table, owner: str) -> ColumnElement[bool]:
    token = table.c.lease_token
    return and_(token.is_not(None), token.startswith(f"{owner}/", autoescape=True))


@cache
def _lost_among() -> Select[Any]:
    return _lost(entries.c.number.in_(bindparam("numbers", expanding=True)))


def _lost(where: ColumnElement[bool]) -> Select[Any]:
    """Return the statement for entries that still have a lease, those that lost the fewest first."""
    return (
        select(entries.c.number, entries.c.failures)
        .where(where, ENTRY_PENDING, entries.c.lease_token.is_not(None))
        .order_by(entries.c.failures, entries.c.number)
    )


def _count_lost(connection: Connection, now: datetime, lost: Sequence[Any]) -> Collection[int]:
    """Count a lost lease of entries; return which must wait, or are given up."""
    waiting: list[int] = []
    given_up = 0
    for row in lost:
        values: dict[str, object] = {"failures": row.failures + 1, "failed_why": "its worker ended"}
        if row.failures:
            waiting.append(row.number)
            parked = max(row.failures + 1 - _BAD_LUCK, 0) * _PARKED
            values |= {**_NO_LEASE, "due_at": now + len(waiting) * _APART + parked}
        if row.failures + 1 >= LOST_AT_MOST:
            values["state"] = EntryState.FAILED
            given_up += 1
        connection.execute(update(entries).where(entries.c.number == row.number).values(values))
    count(connection, {"given_up": given_up})
    return frozenset(waiting)


def waiting_entries(connection: Connection, owner: str, now: datetime, until: datetime) -> int:
    """Return how many entries are due by then, and held by nobody or by this owner."""
    queue = QUEUES[Step.PROCESS]
    free = or_(queue.unheld(), entries.c.lease_token.startswith(f"{owner}/", autoescape=True))
    statement = select(func.count()).where(queue.alive, entries.c.due_at <= until, free)
    return connection.execute(statement, {"now": now}).scalar_one()


def clock_was_set_back(connection: Connection, now: datetime, longest: timedelta) -> None:
    """Bring near what a clock that was ahead had put off; without a jump it changes little.

    Leases hold for `longest` at most, feeds wait for their interval at most; entries and deliveries are
    due, and receivers and hosts rest no more: one more attempt than planned harms nobody.
    """
    for queue in QUEUES.values():
        until = queue.table.c.lease_until
        connection.execute(update(queue.table).where(until > now + longest).values(lease_until=now + longest))
    for table, alive in ((entries, ENTRY_PENDING), (deliveries, DELIVERY_PENDING)):
        connection.execute(update(table).where(alive, table.c.due_at > now).values(due_at=now))
    # Microseconds are added as numbers: databases know neither our times nor our waits.
    at = cast(literal(now, feeds.c.due_at.type), BigInteger) + type_coerce(feeds.c.interval, BigInteger)
    soon = type_coerce(at, feeds.c.due_at.type)
    asked = and_(ACTIVE, feeds.c.state != FeedState.GONE, feeds.c.paused_at.is_(None))
    ahead = and_(asked, feeds.c.due_at > soon)
    connection.execute(update(feeds).where(ahead).values(due_at=soon))
    shut = receivers.c.open_until > now
    connection.execute(update(receivers).where(shut).values(open_until=now))
    connection.execute(update(rests).where(rests.c.until > now).values(until=now))


def latest(connection: Connection) -> datetime | None:
    """Return the latest time at which a feed answered well or an instance was seen, by any clock."""
    seen = select(func.max(instances.c.seen_at)).scalar_subquery()
    times = connection.execute(select(func.max(feeds.c.last_ok_at), seen)).one()
    return max((time for time in times if time is not None), default=None)


def _pick_by_age(
    connection: Connection, step: Step, now: datetime, wanted: Wanted, *, lock: bool
) -> Mapping[int, str]:
    """Look at the longest due rows; a group that has its share is left out of the next look."""
    groups = _Room(wanted)
    of_feeds = _Room(_by_number(connection, wanted.feeds or Share(at_once=wanted.limit)))
    picked: dict[int, str] = {}
    look = 2 * wanted.limit
    while True:
        given: dict[str, object] = {"now": now, "most": look, "shut": sorted(groups.shut)}
        if not lock:
            given["queued"] = sorted(wanted.queued)
        if of_feeds.shut:
            given["shut_feeds"] = sorted(of_feeds.shut)
        rows = connection.execute(candidates(step, some_feeds=bool(of_feeds.shut), lock=lock), given).all()
        for number, group, feed in rows:
            if group in groups.shut or feed in of_feeds.shut or number in picked:
                continue
            picked[number] = group
            groups.take(group)
            of_feeds.take(feed)
            if len(picked) == wanted.limit:
                return picked
        if len(rows) < look:
            return picked


class _Room:
    """What is left of a share while rows are picked; `shut` groups may have no more."""

    def __init__(self, share: Share) -> None:
        self._at_once = share.at_once
        self._left: dict[Any, int] = dict(share.free)
        self.shut: set[Any] = set(share.full) | {group for group, free in share.free.items() if free <= 0}

    def take(self, group: Any) -> None:  # noqa: ANN401  (a host or a feed's number)
        self._left[group] = self._left.get(group, self._at_once) - 1
        if self._left[group] <= 0:
            self.shut.add(group)


@cache
def _numbers_by_id() -> Select[Any]:
    return select(feeds.c.id, feeds.c.number).where(feeds.c.id.in_(bindparam("told", expanding=True)))


def _by_number(connection: Connection, share: Share) -> Share:
    """Return the shares of feeds by their numbers, under which entries know them."""
    told = share.full | share.free.keys()
    if not told:
        return share
    rows = connection.execute(_numbers_by_id(), {"told": sorted(told)})
    numbers: dict[str, Any] = {row.id: row.number for row in rows}
    return Share(
        at_once=share.at_once,
        full=frozenset(numbers[feed] for feed in share.full if feed in numbers),
        free={numbers[feed]: free for feed, free in share.free.items() if feed in numbers},
    )


def _pick_by_receiver(
    connection: Connection, now: datetime, wanted: Wanted, *, lock: bool
) -> Mapping[int, str]:
    """Ask each open receiver with due rows for its longest due; give in turn, first to who has least in work.

    So each gets the same, however long the backlog of another is. What was replayed is due at one
    moment: then numbers decide, shuffled, for those of one receiver stand together.
    """
    due: list[tuple[int, datetime, int, int, str]] = []
    for door in open_doors(connection, now, lock=lock):
        free = 0 if door.name in wanted.full else wanted.free.get(door.name, wanted.at_once)
        room = min(wanted.limit, free, free if door.most is None else door.most)
        if room > 0:
            working = wanted.working.get(door.name, 0)
            given: dict[str, object] = {"now": now, "group": door.name, "most": room}
            if not lock:
                given["queued"] = sorted(wanted.queued)
            rows = connection.execute(due_of_group(Step.DELIVER, lock=lock), given)
            due.extend(
                (working + turn, row.due_at, crc32(row.number.to_bytes(8)), row.number, door.name)
                for turn, row in enumerate(rows)
            )
    first = sum(1 for working, *_ in due if working == 0)
    most = max(wanted.limit - wanted.reserved, min(first, wanted.limit))
    return {number: name for *_, number, name in sorted(due)[:most]}
