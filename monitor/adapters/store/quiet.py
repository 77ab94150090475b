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
from monitor.ports import Quiet

# What changes at every poll.
_USUAL = ("failures", "polls", "interval", "due_at", "last_ok_at", "last_well_at")


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
    numbers = {(feed, token): number for number, feed, token in rows}
    saved = {
        at: number
        for at, each in enumerate(those)
        if (number := numbers.get((each.feed.id, each.claim.token))) is not None
    }
    if not saved:
        return ()
    _save(connection, [(those[at], number) for at, number in saved.items()])
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


def _save(connection: Connection, those: Sequence[tuple[Quiet, int]]) -> None:
    """Write the feeds of these numbers; of most of them little changed, and no more of it is written."""
    rows: dict[tuple[str, ...], list[Mapping[str, object]]] = {}
    for each, number in those:
        before, after = remembered(each.claim.row), remembered(each.feed)
        usual = {f"new_{name}": after.pop(name) for name in _USUAL}
        names = tuple(name for name in after if after[name] != before[name]) and tuple(after)
        unusual = {f"new_{name}": after[name] for name in names}
        rows.setdefault((*_USUAL, *names), []).append({"of_number": number, **usual, **unusual})
    for names, changed in rows.items():
        connection.execute(_saving(names), changed)


@cache
def _saving(names: tuple[str, ...]) -> Update:
    """Return the statement that writes these columns, and ends the lease."""
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    ended = {"lease_token": None, "lease_until": None}
    return update(feeds).where(feeds.c.number == bindparam("of_number")).values(ended | columns)


def _has_learned(quiet: Quiet) -> bool:
    return quiet.feed.rhythm is not None and quiet.feed.rhythm != quiet.claim.row.rhythm


def _learned(quiet: Quiet, number: int) -> Mapping[str, object]:
    assert quiet.feed.rhythm is not None
    return {"feed_number": number, **rhythm_row(quiet.feed.rhythm)}
