"""Small things that are remembered: running totals, marks, and which instances are at work."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, delete, func, literal, select, union_all

from monitor.adapters.store.dialect import add_up, insert_new, run_plain, upsert
from monitor.adapters.store.schema import (
    ACTIVE,
    ENTRY_PENDING,
    deliveries,
    feeds,
    held_alerts,
    instances,
    marks,
    tallies,
)
from monitor.model import DeliveryState
from monitor.ports import Counted

_SHARDS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A process that works on the store: `started` tells it from a later one with the same id.

    `configuration` is a digest of the one that it has.
    """

    host: str
    pid: int
    started: str
    seen_at: datetime
    configuration: str = ""


def count(connection: Connection, counts: Mapping[str, int]) -> None:
    """Add counts to the totals.

    The last thing that a transaction does: its shard of a total is locked until it ends.
    """
    shard = threading.get_native_id() % _SHARDS
    rows = [(name, shard, n) for name, n in sorted(counts.items()) if n]
    if rows:
        adding = add_up(connection, tallies, "name", "shard", totals=["total"])
        run_plain(connection, adding, ("name", "shard", "total"), rows)


def totals(connection: Connection) -> Mapping[str, int]:
    """Return the totals of all counts since the store was made."""
    statement = select(tallies.c.name, func.sum(tallies.c.total).label("sum")).group_by(tallies.c.name)
    return {row.name: int(row.sum) for row in connection.execute(statement)}


def counted(connection: Connection) -> Counted:
    """Return the totals, and the rows that they must fit: one statement, so that both are of one moment.

    Delivered deliveries are not counted: they are many, and the totals tell them.
    """
    undelivered = deliveries.c.state.in_(
        [each for each in DeliveryState if each is not DeliveryState.DELIVERED]
    )
    statement = union_all(
        select(
            literal("total.").concat(tallies.c.name).label("name"), func.sum(tallies.c.total).label("rows")
        ).group_by(tallies.c.name),
        select(literal("pending"), func.count()).where(ENTRY_PENDING),
        select(literal("held"), func.count(held_alerts.c.number)),
        select(literal("feeds.") + cast(feeds.c.state, Text), func.count())
        .where(ACTIVE)
        .group_by(feeds.c.state),
        select(literal("deliveries.") + cast(deliveries.c.state, Text), func.count())
        .where(undelivered)
        .group_by(deliveries.c.state),
    )
    found = {row.name: int(row.rows) for row in connection.execute(statement)}
    return Counted(
        totals={name.removeprefix("total."): n for name, n in found.items() if name.startswith("total.")},
        rows={name: n for name, n in found.items() if not name.startswith("total.")},
    )


def mark(connection: Connection, name: str) -> Mapping[str, object] | None:
    """Return a remembered value, which nobody else changes until this transaction ends."""
    statement = select(marks.c.remembered).where(marks.c.name == name).with_for_update()
    remembered: Mapping[str, object] | None = connection.execute(statement).scalar()
    return remembered


def last_heartbeat(connection: Connection) -> datetime | None:
    """Return when the last heartbeat was promised; None where none was."""
    remembered = connection.execute(select(marks.c.remembered).where(marks.c.name == "heartbeat")).scalar()
    return datetime.fromisoformat(remembered["at"]) if remembered else None


def save_mark(connection: Connection, name: str, value: Mapping[str, object]) -> None:
    """Remember a value of plain JSON."""
    connection.execute(upsert(connection, marks, "name"), {"name": name, "remembered": value})


def keep_mark(connection: Connection, name: str, value: Mapping[str, object]) -> Mapping[str, object]:
    """Remember a value where there is none, and return that which is remembered."""
    connection.execute(insert_new(connection, marks), {"name": name, "remembered": value})
    remembered: Mapping[str, object] = connection.execute(
        select(marks.c.remembered).where(marks.c.name == name)
    ).scalar_one()
    return remembered


def register(connection: Connection, owner: str, instance: Instance) -> None:
    """Note that an instance is at work."""
    values = {
        "id": owner,
        "host": instance.host,
        "pid": instance.pid,
        "started": instance.started,
        "seen_at": instance.seen_at,
        "configuration": instance.configuration,
    }
    connection.execute(upsert(connection, instances, "id"), values)


def unregister(connection: Connection, owner: str) -> None:
    """Forget an instance."""
    connection.execute(delete(instances).where(instances.c.id == owner))


def registered(connection: Connection) -> tuple[tuple[str, Instance], ...]:
    """Return the instances at work, by owner."""
    rows = connection.execute(select(instances).order_by(instances.c.id))
    return tuple(
        (
            row.id,
            Instance(
                host=row.host,
                pid=row.pid,
                started=row.started,
                seen_at=row.seen_at,
                configuration=row.configuration or "",
            ),
        )
        for row in rows
    )
