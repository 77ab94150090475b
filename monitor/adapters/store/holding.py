"""Which alerts wait, what silences hold them, and what came of one poll at once?"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, delete, insert, select, update

from monitor.adapters.store.columns import Moment
from monitor.adapters.store.dialect import add_up, insert_new, lock
from monitor.adapters.store.schema import alerts, bursts, feeds, held_alerts, silences, stories
from monitor.model import (
    Burst,
    FeedId,
    HeldAlert,
    HoldReason,
    ReceiverName,
    Silence,
    SilenceId,
    StoryId,
    WatchlistId,
)
from monitor.ports import HeldFilter
from monitor.text.ids import digest63

# ---- held alerts ---------------------------------------------------------------------------------


def add_held(connection: Connection, held: Sequence[HeldAlert]) -> None:
    """Write held alerts; those that are there already are left alone."""
    rows = [
        {
            "alert_id": each.alert_id,
            "receiver": each.receiver,
            "watchlist": each.watchlist,
            "hold": each.hold,
            "release_at": each.release_at,
            "event": each.event,
        }
        for each in held
    ]
    if rows:
        connection.execute(insert_new(connection, held_alerts), rows)


def held_due(
    connection: Connection,
    now: datetime,
    watchlists: Collection[WatchlistId],
    receivers: Collection[ReceiverName],
    limit: int,
) -> Sequence[HeldAlert]:
    """Return held alerts of these whose time has come, oldest first; nobody else releases them now."""
    statement = (
        select(held_alerts)
        .where(
            held_alerts.c.release_at <= now,
            held_alerts.c.watchlist.in_(watchlists),
            held_alerts.c.receiver.in_(receivers),
        )
        .order_by(held_alerts.c.release_at, held_alerts.c.number)
        .limit(limit)
        .with_for_update()
    )
    return tuple(map(_held_of, connection.execute(statement)))


def held_of(connection: Connection, story: StoryId) -> Sequence[HeldAlert]:
    """Return the alerts of a story that wait still, oldest first."""
    return tuple(map(_held_of, connection.execute(_held_of_story(), {"of_story": story})))


@cache
def _held_of_story() -> Select[Any]:
    return (
        select(held_alerts)
        .join(alerts, alerts.c.id == held_alerts.c.alert_id)
        .join(stories, stories.c.number == alerts.c.story_number)
        .where(stories.c.id == bindparam("of_story"))
        .order_by(held_alerts.c.number)
    )


def find_held(connection: Connection, wanted: HeldFilter) -> Sequence[HeldAlert]:
    """Return the held alerts that a filter names, oldest first."""
    return tuple(map(_held_of, connection.execute(_chosen(wanted))))


def take_held(connection: Connection, wanted: HeldFilter) -> Sequence[HeldAlert]:
    """Return the held alerts that a filter names, oldest first; nobody else releases them now."""
    return tuple(map(_held_of, connection.execute(_chosen(wanted).with_for_update())))


def hold_on(connection: Connection, held: Sequence[HeldAlert]) -> None:
    """Write the new reasons and times of held alerts."""
    if held:
        connection.execute(
            update(held_alerts)
            .where(*_each())
            .values(hold=bindparam("new_hold"), release_at=bindparam("new_time")),
            [{**_address(each), "new_hold": each.hold, "new_time": each.release_at} for each in held],
        )


def end_hold(connection: Connection, held: Sequence[HeldAlert]) -> None:
    """Note that these alerts are held no more."""
    if held:
        connection.execute(delete(held_alerts).where(*_each()), [_address(each) for each in held])


def _each() -> tuple[ColumnElement[bool], ...]:
    columns = held_alerts.c
    return columns.alert_id == bindparam("of_alert"), columns.receiver == bindparam("of_receiver")


def _address(held: HeldAlert) -> dict[str, object]:
    return {"of_alert": held.alert_id, "of_receiver": held.receiver}


def _chosen(wanted: HeldFilter) -> Select[Any]:
    columns = held_alerts.c
    statement = select(held_alerts).order_by(columns.number).limit(wanted.limit)
    if wanted.ids:
        statement = statement.where(columns.alert_id.in_(wanted.ids))
    if wanted.watchlist is not None:
        statement = statement.where(columns.watchlist == wanted.watchlist)
    if wanted.receiver is not None:
        statement = statement.where(columns.receiver == wanted.receiver)
    if wanted.reason is not None:
        statement = statement.where(columns.hold == wanted.reason)
    return statement


def _held_of(row: Row[Any]) -> HeldAlert:
    return HeldAlert(
        alert_id=row.alert_id,
        watchlist=row.watchlist,
        receiver=row.receiver,
        hold=row.hold,
        release_at=row.release_at,
        event=row.event,
    )


# ---- silences ------------------------------------------------------------------------------------


def all_silences(connection: Connection) -> Sequence[Silence]:
    """Return every silence, the one that ends last first."""
    statement = select(silences).order_by(silences.c.ends_at.desc(), silences.c.number.desc())
    return tuple(map(_silence_of, connection.execute(statement)))


def silences_now(connection: Connection, now: datetime) -> Sequence[Silence]:
    """Return the silences that hold now, the one that ends first first."""
    return tuple(map(_silence_of, connection.execute(_silences_now(), {"now": now})))


@cache
def _silences_now() -> Select[Any]:
    now = bindparam("now", type_=Moment)
    return (
        select(silences)
        .where(silences.c.begins_at <= now, silences.c.ends_at > now)
        .order_by(silences.c.ends_at, silences.c.number)
    )


def add_silence(connection: Connection, silence: Silence) -> None:
    """Write a silence; steps that begin after this transaction obey it."""
    row = {name: getattr(silence, name) for name in asdict(silence)}
    connection.execute(insert(silences), row)


def expire_silence(connection: Connection, silence: SilenceId, now: datetime) -> bool:
    """End a silence; what silences hold is asked again at once. Tell whether it had not ended."""
    ended = connection.execute(
        update(silences).where(silences.c.id == silence, silences.c.ends_at > now).values(ends_at=now)
    ).rowcount
    if ended:
        connection.execute(
            update(held_alerts).where(held_alerts.c.hold == HoldReason.SILENCED).values(release_at=now)
        )
    return bool(ended)


def _silence_of(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        conditions=row.conditions,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        comment=row.comment,
        by=row.by,
        created_at=row.created_at,
    )


# ---- bursts --------------------------------------------------------------------------------------


def burst_of(connection: Connection, feed: FeedId, polled_at: datetime) -> Burst:
    """Return what came of a poll so far; until this transaction ends no other one asks it of the feed."""
    lock(connection, [digest63("burst", feed)])
    row = connection.execute(_burst_of(), {"of_feed": feed, "at": polled_at}).one_or_none()
    return Burst() if row is None else Burst(storm=row.storms > 0, sent=row.sent)


@cache
def _burst_of() -> Select[Any]:
    return (
        select(bursts.c.storms, bursts.c.sent)
        .join(feeds, feeds.c.number == bursts.c.feed_number)
        .where(feeds.c.id == bindparam("of_feed"), bursts.c.polled_at == bindparam("at"))
    )


def add_to_burst(
    connection: Connection, feed: FeedId, polled_at: datetime, *, storms: int = 0, sent: int = 0
) -> None:
    """Add to what came of a poll."""
    if not storms and not sent:
        return
    number = connection.execute(select(feeds.c.number).where(feeds.c.id == feed)).scalar_one()
    statement = add_up(connection, bursts, "feed_number", "polled_at", totals=["storms", "sent"])
    connection.execute(
        statement, {"feed_number": number, "polled_at": polled_at, "storms": storms, "sent": sent}
    )
