"""Which entries were given up, and why? They wait here until somebody has them tried again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from monitor.adapters.store.memory import count
from monitor.adapters.store.schema import ENTRY_FAILED, announcements, entries, feeds
from monitor.model import EntryId, EntryState
from monitor.text.urls import without_userinfo


def failed_entries(connection: Connection, limit: int) -> Sequence[Mapping[str, Any]]:
    """Return entries that were given up, the newest first, as plain JSON values."""
    statement = (
        select(entries, feeds.c.id.label("feed"), announcements.c.announced)
        .join(feeds, feeds.c.number == entries.c.feed_number)
        .outerjoin(announcements, announcements.c.entry_number == entries.c.number)
        .where(ENTRY_FAILED)
        .order_by(entries.c.number.desc())
        .limit(limit)
    )
    return [
        {
            "id": row.id,
            "feed": row.feed,
            "failures": row.failures,
            "why": row.failed_why,
            "first_seen_at": row.first_seen_at.isoformat().replace("+00:00", "Z"),
            "title": row.announced.title if row.announced else None,
            "url": without_userinfo(row.announced.link or "") if row.announced else None,
        }
        for row in connection.execute(statement)
    ]


def retry_failed(connection: Connection, ids: Collection[EntryId], now: datetime) -> int:
    """Have entries that were given up tried again, these or all; return how many."""
    these = [entries.c.id.in_(ids)] if ids else []
    again = {"state": EntryState.PENDING, "due_at": now, "failures": 0, "attempts": 0}
    done = connection.execute(update(entries).where(ENTRY_FAILED, *these).values(again)).rowcount
    count(connection, {"retried": done})
    return done
