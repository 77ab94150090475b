"""`monitor deliveries`: list, show and replay what was promised to receivers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import UsageError
from monitor.tables import Shown, Table, cell

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_STATES = ("pending", "delivered", "dead")


def show_deliveries(rows: Sequence[Mapping[str, Any]]) -> Shown:
    """Return deliveries as a table, newest first."""
    columns = ("id", "receiver", "type", "state", "attempts", "due_at", "created_at", "last")
    return Shown(
        plain={"deliveries": list(rows)},
        tables=(
            Table(
                columns=columns,
                rows=[tuple(cell(row[column]) for column in columns) for row in rows],
                empty="no deliveries",
            ),
        ),
    )


def show_delivery(delivery: Mapping[str, Any] | None, wanted: str) -> Shown:
    """Return one delivery: its exact body and every attempt.

    Raises:
        UsageError: there is no such delivery.
    """
    if delivery is None:
        raise UsageError(f"there is no delivery '{wanted}'; `monitor deliveries list` shows those that are")
    attempts = Table(
        title="attempts",
        columns=("number", "at", "state", "status", "reason", "detail"),
        rows=[
            tuple(cell(attempt[column]) for column in ("number", "at", "state", "status", "reason", "detail"))
            for attempt in delivery["attempts"]
        ],
        empty="not attempted yet",
    )
    head = f"{delivery['id']} to {delivery['receiver']}: {delivery['type']}, {delivery['state']}"
    words = (
        f"content-type: {delivery['content_type']}",
        f"webhook-id: {delivery['id']}",
        "",
        delivery["body"],
    )
    return Shown(plain=delivery, head=head, tables=(attempts,), words=words)


def parse_since(text: str, now: datetime) -> datetime:
    """Return the time that `2h`, `3d` or an ISO time stands for; a time without zone is UTC.

    Raises:
        UsageError: it is neither.
    """
    try:
        if text[-1:] in _UNITS and text[:-1].isdecimal():
            return now - timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"'{text}' is no time; write 2h, 3d or 2026-01-31T08:00Z") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def parse_state(text: str | None) -> str | None:
    """Return the state of a delivery as written.

    Raises:
        UsageError: there is no such state.
    """
    if text is not None and text not in _STATES:
        raise UsageError(f"'{text}' is no state of a delivery; write {', '.join(_STATES)}")
    return text
