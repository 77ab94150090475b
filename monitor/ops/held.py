"""`monitor held`: alerts that wait, why and until when; releasing and dropping them by hand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from monitor.alerts.outbox import release
from monitor.config import values
from monitor.errors import UsageError
from monitor.model import AlertId, HeldAlert, HoldReason, Receiver, ReceiverName, WatchlistId
from monitor.ports import HeldFilter, Tx
from monitor.tables import Shown, Table, cell, many, shown_time

# Of alerts in one transaction.
BATCH = 500
_COLUMNS = (
    "id",
    "type",
    "watchlist",
    "receiver",
    "held",
    "raised_at",
    "release_at",
    "entities",
    "title",
    "note",
)


class Held(Protocol):
    """What is asked of the store."""

    def held(self, wanted: HeldFilter) -> Sequence[HeldAlert]:
        """Return the held alerts that a filter names, oldest first."""
        ...

    def transaction(self) -> AbstractContextManager[Tx]:
        """Begin a write transaction."""
        ...


def chosen(
    ids: Sequence[str],
    watchlist: str | None,
    receiver: str | None,
    reason: str | None,
    limit: int = BATCH,
    *,
    everything: bool = True,
) -> HeldFilter:
    """Return the filter that options stand for.

    Raises:
        UsageError: there is no such reason, or nothing is chosen and `everything` is not asked for.
    """
    words = [each.value for each in HoldReason]
    if reason is not None and reason not in words:
        raise UsageError(f"unknown reason {values.shown(reason)}{values.did_you_mean(reason, words)}")
    if not (ids or watchlist or receiver or reason or everything):
        raise UsageError("say which: ids, --watchlist, --receiver, --reason, or --all")
    return HeldFilter(
        ids=tuple(AlertId(each) for each in ids),
        watchlist=WatchlistId(watchlist) if watchlist else None,
        receiver=ReceiverName(receiver) if receiver else None,
        reason=HoldReason(reason) if reason else None,
        limit=limit,
    )


def list_held(
    rows: Held, wanted: HeldFilter, watchlists: Collection[WatchlistId], receivers: Collection[ReceiverName]
) -> Shown:
    """Show alerts that wait, oldest first, each with why it may wait for ever."""
    found = [_plain(each, watchlists, receivers) for each in rows.held(wanted)]
    table = Table(
        columns=_COLUMNS,
        rows=[tuple(cell(each[column]) for column in _COLUMNS) for each in found],
        empty="nothing waits",
    )
    return Shown(plain={"held": found}, tables=(table,))


def show_held(
    rows: Held, alert: str, watchlists: Collection[WatchlistId], receivers: Collection[ReceiverName]
) -> Shown:
    """Show one alert that waits, with the event it would have been, for each receiver.

    Raises:
        UsageError: no such alert waits.
    """
    held = rows.held(HeldFilter(ids=(AlertId(alert),)))
    if not held:
        raise UsageError(f"no alert '{alert}' waits; `monitor held list` shows those that do")
    found = [_plain(each, watchlists, receivers) | {"event": each.event.content} for each in held]
    words = [cell(each[column]) for each in found[:1] for column in ("id", "title", "url")]
    lines = [
        f"{each['receiver']}: {each['held']}, until {each['release_at']}"
        + (f" ({each['note']})" if each["note"] else "")
        for each in found
    ]
    return Shown(plain={"held": found}, words=(*words, *lines))


def release_by_hand(
    rows: Held, wanted: HeldFilter, receivers: Mapping[ReceiverName, Receiver], now: datetime
) -> Shown:
    """Send alerts that wait now, as digests, whatever holds them.

    What waits for a receiver that is configured no more stays, and is told.
    """

    def send(tx: Tx, held: Sequence[HeldAlert]) -> None:
        tx.end_hold(held, release(held, receivers, now), {"released": len(held)})

    done, left = _in_batches(rows, wanted, send, lambda each: each.receiver in receivers)
    words = [f"{many(done, 'alert is', 'alerts are')} released"]
    if left:
        words.append(
            f"{many(left, 'stays', 'stay')}: the receiver is configured no more; add it again, or drop them"
        )
    return Shown(plain={"released": done, "left": left}, words=tuple(words), failed=bool(left) and not done)


def drop_by_hand(rows: Held, wanted: HeldFilter) -> Shown:
    """Give up alerts that wait, for good; they are counted as `dropped`."""
    done, _ = _in_batches(
        rows, wanted, lambda tx, held: tx.end_hold(held, (), {"dropped": len(held)}), lambda _: True
    )
    return Shown(plain={"dropped": done}, words=(f"{many(done, 'alert is', 'alerts are')} dropped",))


def _in_batches(
    rows: Held,
    wanted: HeldFilter,
    end: Callable[[Tx, Sequence[HeldAlert]], None],
    may: Callable[[HeldAlert], bool],
) -> tuple[int, int]:
    """End what a filter names and `may` be ended, a transaction each; return how many ended and stay.

    Raises:
        UsageError: an id is not known; nothing is ended.
    """
    everything = rows.held(replace(wanted, limit=1_000_000))
    unknown = sorted(set(wanted.ids) - {each.alert_id for each in everything})
    if unknown:
        raise UsageError(f"no alert '{unknown[0]}' waits; `monitor held list` shows those that do")
    ids = list(dict.fromkeys(each.alert_id for each in everything if may(each)))
    done = 0
    for start in range(0, len(ids), BATCH):
        some = replace(wanted, ids=tuple(ids[start : start + BATCH]), limit=1_000_000)
        with rows.transaction() as tx:
            # Asked anew: the running service may have released some.
            held = [each for each in tx.held(some) if may(each)]
            end(tx, held)
        done += len(held)
    return done, sum(1 for each in everything if not may(each))


def _plain(
    held: HeldAlert, watchlists: Collection[WatchlistId], receivers: Collection[ReceiverName]
) -> dict[str, Any]:
    told: Any = held.event.content
    gone = [
        f"{kind} '{name}' is configured no more"
        for kind, name, known in (
            ("watchlist", held.watchlist, watchlists),
            ("receiver", held.receiver, receivers),
        )
        if name not in known
    ]
    return {
        "id": held.alert_id,
        "type": held.event.type.value,
        "watchlist": held.watchlist,
        "receiver": held.receiver,
        "held": held.hold.value,
        "raised_at": shown_time(held.event.timestamp),
        "release_at": shown_time(held.release_at),
        "entities": [match["entity"]["id"] for match in told["matches"]],
        "title": told["article"]["title"],
        "url": told["article"]["url"],
        "note": "; ".join(gone) or None,
    }
