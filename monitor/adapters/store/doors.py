"""Which receivers may be sent something now, and how much?

A receiver that rests gets nothing. One that fails gets one delivery, and no other before that one's
answer: whoever claims it closes the door behind itself, for as long as the lease. Where a rate is
configured, deliveries are spread evenly over its time, so that no span of that length holds more; how
far it is used up stands in the row, for all workers and after a restart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, not_, or_, select, update

from monitor.adapters.store.columns import Moment
from monitor.adapters.store.dialect import insert_new, upsert
from monitor.adapters.store.schema import DELIVERY_PENDING, deliveries, receivers
from monitor.model import Rate, Receiver, ReceiverHealth, ReceiverName, ReceiverState
from monitor.text.ids import digest63

# The engine looks for due rows this often at least: so much of a rate may be made up for at once.
_BURST = timedelta(milliseconds=250)
_ONE_BY_ONE = 1
_WARY = or_(receivers.c.state == ReceiverState.FAILING, receivers.c.rate_count.is_not(None))


_THE_RECEIVER = select(receivers).where(receivers.c.name == bindparam("of_name")).with_for_update()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """An open receiver: how many deliveries it may be given now, None where only others' limits count."""

    name: str
    most: int | None


def open_doors(connection: Connection, now: datetime, *, lock: bool = True) -> Sequence[Door]:
    """Return the receivers for which something is due, and that may be sent it now.

    Those that fail or have a rate are locked until the transaction ends: no other worker passes them. Without
    a `lock` they are only looked at.
    """
    rows = [*connection.execute(_waited_for(wary=False, lock=False), {"now": now})]
    rows += connection.execute(_waited_for(wary=True, lock=lock), {"now": now})
    found = [Door(name=row.name, most=_most(row, now)) for row in rows if not _is_shut(row, now)]
    return [door for door in found if door.most != 0]


@cache
def _waited_for(*, wary: bool, lock: bool) -> Select[Any]:
    """Return the statement for receivers with something due, those that must be locked or the others."""
    now = bindparam("now", type_=Moment)
    unheld = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)
    due = exists().where(
        DELIVERY_PENDING, deliveries.c.receiver == receivers.c.name, deliveries.c.due_at <= now, unheld
    )
    found = enabled().where(_WARY if wary else not_(_WARY), due)
    return found.with_for_update(skip_locked=True) if lock else found


def enabled() -> Select[Any]:
    """Return the statement for receivers that are not disabled."""
    columns = receivers.c
    return select(
        columns.name,
        columns.state,
        columns.open_until,
        columns.rate_count,
        columns.rate_per,
        columns.rate_until,
    ).where(columns.state != ReceiverState.DISABLED)


def opens_at(row: Row[Any], now: datetime) -> datetime:
    """Return from when on a receiver may be sent something; `now` where it may already."""
    moments = [now, row.open_until or now]
    if row.rate_count and row.rate_until:
        wait, burst = _spread(Rate(count=row.rate_count, per=row.rate_per))
        moments.append(row.rate_until - (burst - 1) * wait)
    return max(moments)


def pass_doors(connection: Connection, numbers: Sequence[int], now: datetime, until: datetime) -> None:
    """Note that these deliveries go out: a probe closes its door until then, a rate is used up."""
    counted = (
        enabled()
        .add_columns(func.count().label("sent"))
        .join(deliveries, deliveries.c.receiver == receivers.c.name)
        .where(deliveries.c.number.in_(numbers), _WARY)
        .group_by(*enabled().selected_columns)
    )
    for row in connection.execute(counted).all():
        values: dict[str, object] = {}
        if row.state is ReceiverState.FAILING:
            values["open_until"] = until
        if row.rate_count:
            wait, _ = _spread(Rate(count=row.rate_count, per=row.rate_per))
            values["rate_until"] = max(row.rate_until or now, now) + row.sent * wait
        connection.execute(update(receivers).where(receivers.c.name == row.name).values(values))


def _is_shut(row: Row[Any], now: datetime) -> bool:
    return row.open_until is not None and row.open_until > now


def _most(row: Row[Any], now: datetime) -> int | None:
    probes = _ONE_BY_ONE if row.state is ReceiverState.FAILING else None
    if not row.rate_count:
        return probes
    wait, burst = _spread(Rate(count=row.rate_count, per=row.rate_per))
    room = (now + burst * wait - max(row.rate_until or now, now)) // wait
    return max(min(room, probes or room), 0)


def _spread(rate: Rate) -> tuple[timedelta, int]:
    """Return the wait between two deliveries, and how many may go at once, such that the rate holds.

    The generic cell rate algorithm (ITU-T I.371): with a burst of `b`, one wait is the rate's time
    divided by `count - b + 1`; then no half-open span of that time holds more than `count`.
    """
    burst = max(int(rate.count * (_BURST / rate.per)), 1)
    return rate.per / (rate.count - burst + 1), burst


# ---- health ----------------------------------------------------------------------------------------


def receiver_health(connection: Connection, name: ReceiverName) -> ReceiverHealth:
    """Return a receiver's health, which nobody else changes until this transaction ends."""
    row = connection.execute(_THE_RECEIVER, {"of_name": name}).one_or_none()
    if row is None:
        return ReceiverHealth(name=name)
    return ReceiverHealth(
        name=row.name,
        state=row.state,
        failures=row.failures,
        failing_since=row.failing_since,
        open_until=row.open_until,
        told_failing=row.told_failing,
    )


def save_health(connection: Connection, health: ReceiverHealth) -> None:
    """Write how a receiver is; what is configured of it stays."""
    row = _health_row(health)
    statement = upsert(connection, receivers, "name", only=tuple(row))
    connection.execute(statement, row)


def enable_receiver(connection: Connection, name: ReceiverName, now: datetime) -> None:
    """Make a receiver as well as a new one; what waits for it is due now, whenever it would have been."""
    save_health(connection, ReceiverHealth(name=name))
    waits = (DELIVERY_PENDING, deliveries.c.receiver == name, deliveries.c.due_at > now)
    connection.execute(update(deliveries).where(*waits).values(due_at=now))


def know_receivers(connection: Connection, names: set[ReceiverName]) -> None:
    """Give each receiver a row: claims ask receiver by receiver."""
    rows = [_health_row(ReceiverHealth(name=name)) for name in sorted(names)]
    connection.execute(insert_new(connection, receivers), rows)


def sync_receivers(connection: Connection, wanted: Iterable[Receiver]) -> Sequence[ReceiverName]:
    """Write what is configured of receivers; return those that a new URL made well again.

    What failed, or said 410, was the old address.
    """
    configured = list(wanted)
    if not configured:
        return ()
    know_receivers(connection, {each.name for each in configured})
    rows = connection.execute(select(receivers).where(receivers.c.name.in_([r.name for r in configured])))
    stored: Mapping[str, Row[Any]] = {row.name: row for row in rows}
    moved = [each for each in configured if _has_moved(stored[each.name], each)]
    for each in moved:
        save_health(connection, ReceiverHealth(name=each.name))
    of_config: dict[str, Any] = {
        "url_digest": bindparam("new_digest"),
        "rate_count": bindparam("new_count"),
        "rate_per": bindparam("new_per"),
    }
    connection.execute(
        update(receivers).where(receivers.c.name == bindparam("of_name")).values(of_config),
        [
            {
                "of_name": each.name,
                "new_digest": digest63(each.url),
                "new_count": each.rate.count if each.rate else None,
                "new_per": each.rate.per if each.rate else None,
            }
            for each in configured
        ],
    )
    return tuple(each.name for each in moved)


def _has_moved(row: Row[Any], configured: Receiver) -> bool:
    known = row.url_digest is not None and row.url_digest != digest63(configured.url)
    return known and row.state is not ReceiverState.OK


def _health_row(health: ReceiverHealth) -> dict[str, object]:
    return {
        "name": health.name,
        "state": ReceiverState(health.state),
        "failures": health.failures,
        "failing_since": health.failing_since,
        "open_until": health.open_until,
        "told_failing": health.told_failing,
    }
