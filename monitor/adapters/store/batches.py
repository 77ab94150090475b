"""Which rows are due together, for a queue that hands them to workers on many machines?

A batch is a hint. Nothing is claimed for it and nothing hangs on it: the rows stay due until a worker claims
them. So a batch that is lost is seen again at the next look, and one that came twice finds nothing to claim.

A host's rest between two visits stands in a row of its own: the workers share no memory.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, delete, func, or_, select, update

from monitor.adapters.store.claims import QUEUES, pick_rows
from monitor.adapters.store.dialect import insert_new
from monitor.adapters.store.doors import open_doors
from monitor.adapters.store.schema import ENTRY_PENDING, entries, feeds, rests
from monitor.ports import Batch, Share, Step, Wanted

# Turns stand among the hosts that rest; no host's name begins so.
_NO_HOST = "*"


def due_batches(connection: Connection, step: Step, now: datetime, wanted: Wanted) -> Sequence[Batch]:
    """Return rows that are due by group, the longest due first, within the limits; nothing is locked.

    Hosts that rest are left out.
    """
    if step is not Step.DELIVER:
        wanted = replace(wanted, full=wanted.full | _resting(connection, now))
    if step is Step.PROCESS and wanted.feeds:
        wanted = replace(wanted, feeds=_what_is_left(connection, now, wanted.feeds, wanted.queued))
    groups: dict[str, list[int]] = {}
    for number, group in pick_rows(connection, step, now, wanted, lock=False).items():
        groups.setdefault(group, []).append(number)
    return [Batch(group=group, numbers=tuple(numbers)) for group, numbers in groups.items()]


def pick_batch(
    connection: Connection, step: Step, now: datetime, batch: Batch, pause: timedelta
) -> Sequence[int]:
    """Return which rows of a batch can still be claimed, and lock them; none where the host must rest.

    After a `pause` the host may be visited again, counted from here, by whichever worker.
    """
    room = _room(connection, now, batch) if step is Step.DELIVER else len(batch.numbers)
    if not room:
        return ()
    given = {"now": now, "numbers": batch.numbers, "most": room}
    numbers: Sequence[int] = connection.execute(_still_due(step), given).scalars().all()
    return numbers if not numbers or _may_visit(connection, batch.group, now, pause) else ()


def take_turn(connection: Connection, name: str, now: datetime, every: timedelta) -> bool:
    """Tell whether something is this worker's to do now, which is done once in each `every` by whichever."""
    return _may_visit(connection, f"{_NO_HOST}{name}", now, every)


def forget_rested(connection: Connection, now: datetime) -> None:
    """Drop the rests that are over."""
    connection.execute(delete(rests).where(rests.c.until <= now))


@cache
def _still_due(step: Step) -> Select[Any]:
    queue = QUEUES[step]
    return (
        select(queue.table.c.number)
        .where(queue.claimable(), queue.table.c.number.in_(bindparam("numbers", expanding=True)))
        .order_by(queue.table.c.due_at, queue.table.c.number)
        .limit(bindparam("most", type_=BigInteger))
        .with_for_update(skip_locked=True)
    )


def _room(connection: Connection, now: datetime, batch: Batch) -> int:
    """Return how many deliveries of a batch its receiver may be given now."""
    most = {door.name: door.most for door in open_doors(connection, now)}
    if batch.group not in most:
        return 0
    room = most[batch.group]
    return len(batch.numbers) if room is None else min(room, len(batch.numbers))


def _what_is_left(connection: Connection, now: datetime, share: Share, queued: Collection[int]) -> Share:
    """Return what feeds may have yet, besides their entries that are queued or in work."""
    in_work = and_(entries.c.lease_token.is_not(None), entries.c.lease_until > now)
    counted = (
        select(feeds.c.id, func.count().label("taken"))
        .join(entries, entries.c.feed_number == feeds.c.number)
        .where(ENTRY_PENDING, or_(in_work, entries.c.number.in_(queued)))
        .group_by(feeds.c.id)
    )
    free = {row.id: share.at_once - row.taken for row in connection.execute(counted)}
    full = frozenset(feed for feed, left in free.items() if left <= 0)
    return Share(
        at_once=share.at_once, full=full, free={feed: left for feed, left in free.items() if left > 0}
    )


def _resting(connection: Connection, now: datetime) -> frozenset[str]:
    return frozenset(connection.execute(select(rests.c.host).where(rests.c.until > now)).scalars())


def _may_visit(connection: Connection, host: str, now: datetime, pause: timedelta) -> bool:
    """Have a host rest from now on, unless it rests already: then it may not be visited."""
    if not pause:
        return True
    again = update(rests).where(rests.c.host == host, rests.c.until <= now).values(until=now + pause)
    if connection.execute(again).rowcount:
        return True
    first = insert_new(connection, rests, rests.c.host)
    return connection.execute(first, {"host": host, "until": now + pause}).scalar() is not None
