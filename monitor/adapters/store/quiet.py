"""How are polls written that brought nothing, many at once?

Most polls are such: each would need a transaction of its own, with its own wait for the disk.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, select, update

from monitor.adapters.store.dialect import upsert
from monitor.adapters.store.memory import count
from monitor.adapters.store.polls import remembered, rhythm_row, save_poll
from monitor.adapters.store.schema import feeds, rhythms
from monitor.model import Feed
from monitor.ports import Quiet


def save_quiet(connection: Connection, those: Sequence[Quiet]) -> Collection[int]:
    """Write feeds as `save_poll` does; return the positions of those that are held under their claim.

    Rows in another transaction's hands are passed over: to wait for one while holding others could be
    to wait for ever.

    Raises:
        LeaseLost: one by itself is not.
    """
    if len(those) == 1:
        (only,) = those
        save_poll(connection, only.claim, only.feed, (), {})
        count(connection, only.counts)
        return (0,)
    rows = connection.execute(_held(), {"ids": [each.feed.id for each in those]})
    numbers = {(row.id, row.lease_token): row.number for row in rows}
    saved = {
        at: number
        for at, each in enumerate(those)
        if (number := numbers.get((each.feed.id, each.claim.token))) is not None
    }
    changed = [_changed(those[at].feed, number) for at, number in saved.items()]
    if not changed:
        return ()
    connection.execute(_saving(tuple(changed[0])), changed)
    learned = [_learned(those[at], number) for at, number in saved.items() if _has_learned(those[at])]
    if learned:
        connection.execute(upsert(connection, rhythms, "feed_number"), learned)
    total: Counter[str] = Counter()
    for at in saved:
        total.update(those[at].counts)
    count(connection, total)
    return saved


@cache
def _held() -> Select[Any]:
    these = feeds.c.id.in_(bindparam("ids", expanding=True))
    return (
        select(feeds.c.number, feeds.c.id, feeds.c.lease_token).where(these).with_for_update(skip_locked=True)
    )


def _changed(feed: Feed, number: int) -> Mapping[str, object]:
    return {"of_number": number} | {f"new_{name}": value for name, value in remembered(feed).items()}


@cache
def _saving(names: Sequence[str]) -> Update:
    """Return the statement that writes these parameters, but for the first, and ends the lease."""
    columns: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names[1:]}
    ended = {"lease_token": None, "lease_until": None}
    return update(feeds).where(feeds.c.number == bindparam("of_number")).values(ended | columns)


def _has_learned(quiet: Quiet) -> bool:
    return quiet.feed.rhythm is not None and quiet.feed.rhythm != quiet.claim.row.rhythm


def _learned(quiet: Quiet, number: int) -> Mapping[str, object]:
    assert quiet.feed.rhythm is not None
    return {"feed_number": number, **rhythm_row(quiet.feed.rhythm)}
