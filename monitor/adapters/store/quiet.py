"""How are polls written that brought nothing, many at once?

Most polls are such: each would need a transaction of its own, with its own wait for the disk.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, null, select, update

from monitor.adapters.store.columns import as_microseconds, microseconds
from monitor.adapters.store.dialect import run_plain, upsert
from monitor.adapters.store.memory import count
from monitor.adapters.store.polls import POLLED, remembered, rhythm_row, save_poll
from monitor.adapters.store.schema import feeds, rhythms
from monitor.model import Feed
from monitor.ports import Quiet

# What changes at every poll; and what else of a feed polling may change, but for its validators.
_USUAL = ("failures", "polls", "interval", "due_at", "last_ok_at", "last_well_at")
_others = attrgetter(*(name for name in POLLED if name not in _USUAL))


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
    rows = connection.execute(_held(), {"tokens": [each.claim.token for each in those]})
    numbers = {token: number for number, token in rows}
    saved = {
        at: number for at, each in enumerate(those) if (number := numbers.get(each.claim.token)) is not None
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
    these = feeds.c.lease_token.in_(bindparam("tokens", expanding=True))
    return select(feeds.c.number, feeds.c.lease_token).where(these).with_for_update(skip_locked=True)


def _save(connection: Connection, those: Sequence[tuple[Quiet, int]]) -> None:
    """Write the feeds of these numbers; of most of them little changed, and no more of it is written."""
    usual: list[tuple[int | None, ...]] = []
    whole: list[dict[str, object]] = []
    for each, number in those:
        if _is_unusual(each):
            values = {_new(name): value for name, value in remembered(each.feed).items()}
            whole.append({"of_number": number} | values)
        else:
            usual.append((*_usual_of(each.feed), number))
    if usual:
        run_plain(connection, _saving(_USUAL), (*map(_new, _USUAL), "of_number"), usual)
    if whole:
        connection.execute(_saving((*POLLED, "etag", "last_modified")), whole)


def _is_unusual(quiet: Quiet) -> bool:
    before, after = quiet.claim.row, quiet.feed
    return after.validators != before.validators or _others(after) != _others(before)


def _usual_of(feed: Feed) -> tuple[int | None, ...]:
    """Return what changes at every poll, as its columns hold it."""
    return (
        feed.failures,
        feed.polls,
        as_microseconds(feed.interval),
        microseconds(feed.due_at),
        None if feed.last_ok_at is None else microseconds(feed.last_ok_at),
        None if feed.last_well_at is None else microseconds(feed.last_well_at),
    )


def _new(name: str) -> str:
    return f"new_{name}"


@cache
def _saving(names: tuple[str, ...]) -> Update:
    """Return the statement that writes these columns, and ends the lease."""
    columns: dict[str, Any] = {name: bindparam(_new(name)) for name in names}
    ended = {"lease_token": null(), "lease_until": null()}
    return update(feeds).where(feeds.c.number == bindparam("of_number")).values(ended | columns)


def _has_learned(quiet: Quiet) -> bool:
    return quiet.feed.rhythm is not None and quiet.feed.rhythm != quiet.claim.row.rhythm


def _learned(quiet: Quiet, number: int) -> Mapping[str, object]:
    assert quiet.feed.rhythm is not None
    return {"feed_number": number, **rhythm_row(quiet.feed.rhythm)}
