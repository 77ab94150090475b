"""What do people say of single feeds: poll it now, begin anew, pause?

A feed that rests is due in the year 9999. Whoever polls, pauses, resumes or begins anew ends the row's lease:
a poll that is under way then writes nothing, and its entries come with the next one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, literal, update

from monitor.adapters.store.schema import ACTIVE, feeds
from monitor.model import FeedId

# When a paused feed is due; one that is gone is due at the beginning of that year.
PAUSED = datetime(9999, 1, 2, tzinfo=UTC)
# The wait of a feed that nothing is known of.
_AT_FIRST = timedelta(minutes=15)
_NO_LEASE: Mapping[str, object] = {"lease_token": None, "lease_until": None}


def poll_now(connection: Connection, feed: FeedId, now: datetime) -> bool:
    """Make an active feed due that does not rest; tell whether there is one.

    A poll that is under way may have its answer since before it was wanted.
    """
    statement = update(feeds).where(ACTIVE, feeds.c.id == feed, feeds.c.paused_at.is_(None))
    return connection.execute(statement.values(due_at=now, **_NO_LEASE)).rowcount > 0


def begin_anew(connection: Connection, feed: FeedId, now: datetime) -> bool:
    """Forget what an active feed answered, but not its entries; its next poll is a first one.

    How it is stays until that poll tells something else. A feed that rests goes on resting.
    """
    values = {
        "etag": None,
        "last_modified": None,
        "body_digest": None,
        "moved_to": None,
        "moved_times": 0,
        "moved": False,
        "failures": 0,
        "relapses": 0,
        "calm": 0,
        "first_polled_at": None,
        "interval": func.coalesce(feeds.c.every, literal(_AT_FIRST, feeds.c.interval.type)),
    }
    mine = (ACTIVE, feeds.c.id == feed)
    found = connection.execute(update(feeds).where(*mine).values(**values, **_NO_LEASE)).rowcount > 0
    poll_now(connection, feed, now)
    return found


def pause(connection: Connection, feed: FeedId, now: datetime) -> bool:
    """Have an active feed rest until it is resumed; tell whether it did not before."""
    statement = update(feeds).where(ACTIVE, feeds.c.id == feed, feeds.c.paused_at.is_(None))
    return connection.execute(statement.values(paused_at=now, due_at=PAUSED, **_NO_LEASE)).rowcount > 0


def resume(connection: Connection, feed: FeedId, now: datetime) -> bool:
    """Have an active feed that rests polled again, at once; tell whether it rested."""
    statement = update(feeds).where(ACTIVE, feeds.c.id == feed, feeds.c.paused_at.is_not(None))
    return connection.execute(statement.values(paused_at=None, due_at=now, **_NO_LEASE)).rowcount > 0
