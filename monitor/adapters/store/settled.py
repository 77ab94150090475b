"""Of which entries is nothing new, while they stand in their feed's document as they do?"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from monitor.adapters.store.dialect import upsert
from monitor.adapters.store.schema import feeds, settled
from monitor.model import FeedId


def settled_of(connection: Connection, feed: FeedId) -> tuple[int, ...]:
    """Return the digests that were saved last; none where none were."""
    return connection.execute(_settled_of(), {"of_feed": feed}).scalar() or ()


def save_settled(connection: Connection, feed_number: int, digests: Sequence[int]) -> None:
    """Write digests in place of those that were saved before."""
    row = {"feed_number": feed_number, "digests": digests}
    connection.execute(upsert(connection, settled, "feed_number"), row)


@cache
def _settled_of() -> Select[Any]:
    number = select(feeds.c.number).where(feeds.c.id == bindparam("of_feed")).scalar_subquery()
    return select(settled.c.digests).where(settled.c.feed_number == number)
