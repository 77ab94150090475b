"""What do the metrics tell of the store? Asked every few seconds, so that nothing here may grow with it."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from monitor.adapters.store.claims import QUEUES
from monitor.adapters.store.dialect import size_of
from monitor.adapters.store.doors import enabled, opens_at
from monitor.adapters.store.memory import counted, last_heartbeat
from monitor.adapters.store.schema import DELIVERY_PENDING, deliveries
from monitor.ports import Due, Measured, Step

# Beyond that more workers are wanted, however many more rows there are.
MOST_DUE = 100_000


def measure(connection: Connection, now: datetime) -> Measured:
    """Return what stands in the store, what is due in it, and how large it is."""
    oldest = select(func.min(deliveries.c.created_at)).where(DELIVERY_PENDING)
    return Measured(
        rows=counted(connection).rows,
        due={step: _due(connection, step, now) for step in QUEUES},
        oldest_pending_at=connection.execute(oldest).scalar(),
        last_heartbeat_at=last_heartbeat(connection),
        size=size_of(connection),
    )


def _due(connection: Connection, step: Step, now: datetime) -> Due:
    """Return what could be claimed if there were workers enough: no receiver that rests is waited for."""
    given: dict[str, object] = {"now": now}
    if step is Step.DELIVER:
        rows = connection.execute(enabled()).all()
        given["open"] = [row.name for row in rows if opens_at(row, now) <= now]
    row = connection.execute(_counting(step), given).one()
    return Due(rows=row.rows, since=row.since)


@cache
def _counting(step: Step) -> Select[int, Any]:
    queue = QUEUES[step]
    further = [queue.group.in_(bindparam("open", expanding=True))] if step is Step.DELIVER else []
    due = select(queue.table.c.due_at).where(queue.claimable(), *further).limit(MOST_DUE).subquery()
    return select(func.count().label("rows"), func.min(due.c.due_at).label("since"))
