"""What was agreed with hubs, and which feeds they say have news."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from monitor.adapters.store.schema import ACTIVE, feeds, subscriptions
from monitor.model import FeedId, Hub, Subscription, SubscriptionState

# Pushes of one feed make it due so often at most.
_AT_MOST_EVERY = timedelta(seconds=10)
_BATCH = 100


def name_hub(connection: Connection, feed: FeedId, hub: Hub, path: str, now: datetime) -> None:
    """Note the hub that a feed names; another one than before is asked under a new `path`."""
    known = subscription_of(connection, subscriptions.c.feed_id == feed)
    if known is not None and known.hub == hub and known.state is not SubscriptionState.ENDING:
        return
    connection.execute(delete(subscriptions).where(subscriptions.c.feed_id == feed))
    row = {"feed_id": feed, "hub": hub.url, "topic": hub.topic, "path": path, "due_at": now}
    connection.execute(
        insert(subscriptions).values(**row, state=SubscriptionState.WANTED, failures=0, hinted=False)
    )


def take_due(connection: Connection, now: datetime, until: datetime, limit: int) -> Sequence[Subscription]:
    """Return whom to ask now; they are due again `until` something else is said of them."""
    watched = select(feeds.c.id).where(ACTIVE)
    ended = update(subscriptions).where(
        subscriptions.c.feed_id.not_in(watched), subscriptions.c.state != SubscriptionState.ENDING
    )
    connection.execute(ended.values(state=SubscriptionState.ENDING, due_at=now, failures=0))
    due = select(subscriptions).where(subscriptions.c.due_at <= now).order_by(subscriptions.c.due_at)
    rows = connection.execute(due.limit(limit)).all()
    paths = [row.path for row in rows]
    connection.execute(update(subscriptions).where(subscriptions.c.path.in_(paths)).values(due_at=until))
    return [_subscription(row) for row in rows]


def save_asked(connection: Connection, path: str, claimed: datetime, due_at: datetime, failures: int) -> None:
    """Note that a hub was asked, unless it has agreed meanwhile."""
    mine = (subscriptions.c.path == path, subscriptions.c.due_at == claimed)
    connection.execute(update(subscriptions).where(*mine).values(due_at=due_at, failures=failures))


def drop(connection: Connection, path: str) -> None:
    """Forget a subscription."""
    connection.execute(delete(subscriptions).where(subscriptions.c.path == path))


def subscription_at(connection: Connection, path: str) -> Subscription | None:
    """Return the subscription with that end of our address."""
    return subscription_of(connection, subscriptions.c.path == path)


def subscription_of(connection: Connection, condition: Any) -> Subscription | None:  # noqa: ANN401
    """Return one subscription."""
    row = connection.execute(select(subscriptions).where(condition)).one_or_none()
    return None if row is None else _subscription(row)


def save_agreed(
    connection: Connection,
    path: str,
    state: SubscriptionState,
    lease_until: datetime | None,
    due_at: datetime,
) -> None:
    """Note what a hub agreed to, or denied."""
    values = {"state": state, "lease_until": lease_until, "due_at": due_at, "failures": 0}
    connection.execute(update(subscriptions).where(subscriptions.c.path == path).values(values))


def hint(connection: Connection, path: str, now: datetime) -> None:
    """Note that a hub says there is news."""
    mine = update(subscriptions).where(subscriptions.c.path == path)
    connection.execute(mine.values(hinted=True, pushed_at=now))


def heed_hints(connection: Connection, now: datetime) -> int:
    """Make the feeds due of which hubs say that they have news; return how many.

    One that is being polled waits: that poll may have come too early. So does one that was made due just now.
    """
    free = or_(feeds.c.lease_token.is_(None), feeds.c.lease_until < now)
    rested = or_(subscriptions.c.heeded_at.is_(None), subscriptions.c.heeded_at <= now - _AT_MOST_EVERY)
    ready = (
        select(feeds.c.number, subscriptions.c.path)
        .join(subscriptions, subscriptions.c.feed_id == feeds.c.id)
        .where(subscriptions.c.hinted, ACTIVE, feeds.c.paused_at.is_(None), free, rested)
        .limit(_BATCH)
    )
    found = connection.execute(ready).all()
    numbers, paths = [row.number for row in found], [row.path for row in found]
    if found:
        late = update(feeds).where(feeds.c.number.in_(numbers), feeds.c.due_at > now)
        connection.execute(late.values(due_at=now))
        heeded = update(subscriptions).where(subscriptions.c.path.in_(paths))
        connection.execute(heeded.values(hinted=False, heeded_at=now))
    return len(found)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        feed=row.feed_id,
        hub=Hub(url=row.hub, topic=row.topic),
        path=row.path,
        state=row.state,
        due_at=row.due_at,
        failures=row.failures,
        lease_until=row.lease_until,
        pushed_at=row.pushed_at,
    )
