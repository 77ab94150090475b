"""What was promised to receivers, and what came of it?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select, update

from monitor.adapters.store.claims import save_claimed
from monitor.adapters.store.dialect import insert_new
from monitor.adapters.store.doors import know_receivers, save_health
from monitor.adapters.store.schema import attempts, bodies, deliveries
from monitor.model import (
    Attempt,
    Delivery,
    DeliveryState,
    ReceiverHealth,
)
from monitor.ports import Claim, DeliveryFilter, Step

# ---- deliveries ----------------------------------------------------------------------------------


def add_deliveries(connection: Connection, promised: Sequence[Delivery]) -> int:
    """Write deliveries; those whose id exists are left alone. Return how many are new."""
    if not promised:
        return 0
    know_receivers(connection, {each.receiver for each in promised})
    rows = [
        {
            "id": each.id,
            "receiver": each.receiver,
            "event_type": each.event_type,
            "content_type": each.content_type,
            "state": each.state,
            "due_at": each.due_at,
            "promised_at": each.promised_at,
            "created_at": each.created_at,
            "attempts": each.attempts,
        }
        for each in promised
    ]
    statement = insert_new(connection, deliveries, deliveries.c.id, deliveries.c.number)
    new = {row.id: row.number for row in connection.execute(statement, rows)}
    texts = {new[each.id]: each.body for each in reversed(promised) if each.id in new}
    if texts:
        connection.execute(
            insert(bodies), [{"delivery_number": number, "body": body} for number, body in texts.items()]
        )
    return len(new)


def claimed_deliveries(connection: Connection, tokens: Mapping[int, str]) -> Sequence[Claim[Delivery]]:
    """Return claims of the deliveries of these numbers, the longest due first."""
    rows = connection.execute(_the_deliveries(), {"numbers": list(tokens)})
    return tuple(Claim(row=delivery_of(row), token=tokens[row.number]) for row in rows)


@cache
def _the_deliveries() -> Any:  # noqa: ANN401  (a statement)
    these = deliveries.c.number.in_(bindparam("numbers", expanding=True))
    return with_bodies().where(these).order_by(deliveries.c.due_at, deliveries.c.number)


def with_bodies() -> Any:  # noqa: ANN401  (a statement)
    """Return the statement for deliveries with their bodies."""
    return select(deliveries, bodies.c.body).join(bodies, bodies.c.delivery_number == deliveries.c.number)


def delivery_of(row: Row[Any]) -> Delivery:
    """Return the delivery that a row of `with_bodies` holds."""
    return Delivery(
        id=row.id,
        receiver=row.receiver,
        event_type=row.event_type,
        content_type=row.content_type,
        body=row.body,
        state=row.state,
        due_at=row.due_at,
        promised_at=row.promised_at,
        created_at=row.created_at,
        attempts=row.attempts,
    )


def save_attempt(
    connection: Connection, claim: Claim[Delivery], attempt: Attempt, health: ReceiverHealth
) -> None:
    """Write an attempt, and what it says of the receiver."""
    values = {"state": attempt.state, "due_at": attempt.due_at, "attempts": attempt.number}
    number = save_claimed(connection, Step.DELIVER, claim, values)
    connection.execute(
        insert(attempts),
        {
            "delivery_number": number,
            "ordinal": attempt.number,
            "at": attempt.at,
            "state": attempt.state,
            "due_at": attempt.due_at,
            "status": attempt.status,
            "reason": attempt.reason,
            "detail": attempt.detail,
        },
    )
    save_health(connection, health)


def replay(connection: Connection, wanted: DeliveryFilter, now: datetime) -> int:
    """Make deliveries due again with all their patience anew; return how many.

    Id and body stay. One that is in work loses its lease, so that its outcome does not undo this.
    """
    numbers = (
        select(deliveries.c.number)
        .where(*conditions(wanted))
        .order_by(deliveries.c.created_at.desc(), deliveries.c.number.desc())
        .limit(wanted.limit)
    )
    return connection.execute(
        update(deliveries)
        .where(deliveries.c.number.in_(numbers))
        .values(
            state=DeliveryState.PENDING,
            attempts=0,
            due_at=now,
            promised_at=now,
            lease_token=None,
            lease_until=None,
        )
    ).rowcount


def conditions(wanted: DeliveryFilter) -> list[ColumnElement[bool]]:
    """Return the conditions that a filter stands for."""
    columns = deliveries.c
    found: list[ColumnElement[bool]] = []
    if wanted.ids:
        found.append(columns.id.in_(wanted.ids))
    if wanted.receiver is not None:
        found.append(columns.receiver == wanted.receiver)
    if wanted.state is not None:
        found.append(columns.state == DeliveryState(wanted.state))
    if wanted.since is not None:
        found.append(columns.created_at >= wanted.since)
    return found
