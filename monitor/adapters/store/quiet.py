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
    numbers = {(row.id, row.lease_token): row.number for row in rows}
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
        same = all(before[name] == value for name, value in after.items() if name not in _USUAL)
        names = _USUAL if same else tuple(after)
        rows.setdefault(names, []).append(
            {"of_number": number} | {f"new_{name}": after[name] for name in names}
        )
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
