"""What do operators see of the store? Plain values for commands and for `/status`.

Times are ISO 8601 in UTC, ending in `Z`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, union_all

from monitor.adapters.store.holding import silences_now
from monitor.adapters.store.memory import last_heartbeat, totals
from monitor.adapters.store.outbox import conditions, with_bodies
from monitor.adapters.store.rereads import article_of
from monitor.adapters.store.schema import (
    ACTIVE,
    DELIVERY_PENDING,
    ENTRY_FAILED,
    ENTRY_PENDING,
    alerts,
    articles,
    attempts,
    deliveries,
    feeds,
    held_alerts,
    matches,
    receivers,
    stories,
    subscriptions,
    texts,
)
from monitor.model import (
    Article,
    DeliveryId,
    DeliveryState,
    FailureReason,
    FeedState,
    HoldReason,
    Match,
    ReceiverState,
    StoryId,
)
from monitor.ports import DeliveryFilter
from monitor.text.urls import shown_url

# Of a receiver's backlog, to say why it failed last.
_LAST_TRIED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundArticle:
    """An article with its story, and what the matcher accepted and refused in it."""

    article: Article
    story: StoryId | None
    matches: tuple[Match, ...]
    refused: tuple[Match, ...]


# ---- status --------------------------------------------------------------------------------------


def status(connection: Connection, now: datetime) -> Mapping[str, Any]:
    """Return the whole status: feeds, entries, totals, deliveries, receivers, what is held and why."""
    return {
        "feeds": [_feed(row) for row in connection.execute(_feeds())],
        "entries": {"pending": pending_entries(connection), "failed": _count(connection, ENTRY_FAILED)},
        "articles": _size(connection, articles.c.number),
        "unread": totals(connection).get("unread", 0),
        "matches": _count(connection, matches.c.refused.is_(False)),
        "alerts": _size(connection, alerts.c.number),
        "deliveries": _deliveries(connection),
        "receivers": _receivers(connection, now),
        "held": _held(connection),
        "silences": [
            {
                "id": each.id,
                "matchers": [f"{one.label}{one.sign}{one.value}" for one in each.conditions],
                "ends_at": shown(each.ends_at),
                "comment": each.comment,
                "by": each.by,
            }
            for each in silences_now(connection, now)
        ],
        "last_heartbeat_at": shown(last_heartbeat(connection)),
    }


def pending_entries(connection: Connection) -> int:
    """Return how many entries wait to be processed."""
    return _count(connection, ENTRY_PENDING)


def _feeds() -> Any:  # noqa: ANN401  (a statement)
    columns, push = feeds.c, subscriptions.c
    return (
        select(
            push.hub,
            push.state.label("push_state"),
            push.lease_until.label("push_until"),
            push.pushed_at,
            columns.id,
            columns.shown_url,
            columns.title,
            columns.state,
            columns.reason,
            columns.failures,
            columns.last_ok_at,
            columns.due_at,
            columns.entries,
            columns.paused_at,
        )
        .select_from(feeds.outerjoin(subscriptions, push.feed_id == columns.id))
        .where(ACTIVE)
        .order_by(columns.id)
    )


def _push(row: Row[Any]) -> dict[str, Any] | None:
    """Return what was agreed with the hub that a feed names, if it names one."""
    if row.hub is None:
        return None
    return {
        "hub": shown_url(row.hub),
        "state": row.push_state.value,
        "until": shown(row.push_until),
        "pushed_at": shown(row.pushed_at),
    }


def _feed(row: Row[Any]) -> dict[str, Any]:
    asked = row.state is not FeedState.GONE and row.paused_at is None
    return {
        "id": row.id,
        "url": row.shown_url,
        "title": row.title,
        "state": row.state.value,
        "reason": None if row.reason is None else row.reason.value,
        "failures": row.failures,
        "last_ok_at": shown(row.last_ok_at),
        "next_poll_at": shown(row.due_at) if asked else None,
        "paused_at": shown(row.paused_at),
        "push": _push(row),
        "entries": row.entries,
    }


def _deliveries(connection: Connection) -> dict[str, Any]:
    columns = deliveries.c
    counted = select(columns.state, func.count().label("rows"), func.min(columns.created_at).label("oldest"))
    rows = {row.state: row for row in connection.execute(counted.group_by(columns.state))}
    counts: dict[str, Any] = {
        state.value: rows[state].rows if state in rows else 0 for state in DeliveryState
    }
    pending = rows.get(DeliveryState.PENDING)
    oldest = {"oldest_pending_at": shown(pending.oldest) if pending else None}
    return counts | oldest | {"held": _size(connection, held_alerts.c.number)}


def _receivers(connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Return how receivers are, why they failed last, and when what waits for them is tried again."""
    columns = deliveries.c
    waiting = select(columns.receiver, func.count().label("rows"), func.min(columns.due_at).label("due_at"))
    of_pending = waiting.where(DELIVERY_PENDING).group_by(columns.receiver)
    pending = {row.receiver: row for row in connection.execute(of_pending)}
    found = []
    for row in connection.execute(select(receivers).order_by(receivers.c.name)).all():
        rests_until = row.open_until if row.open_until and row.open_until > now else None
        wait, enabled = pending.get(row.name), row.state is not ReceiverState.DISABLED
        found.append(
            {
                "name": row.name,
                "state": row.state.value,
                "reason": _why_failed(connection, row) if row.failures else None,
                "failures": row.failures,
                "rests_until": shown(rests_until),
                "pending": wait.rows if wait else 0,
                "next_attempt_at": shown(max(wait.due_at, rests_until or now)) if wait and enabled else None,
            }
        )
    return found


def _why_failed(connection: Connection, receiver: Row[Any]) -> str | None:
    """Return the reason of a receiver's last failure: of what waits, those that were tried are due last."""
    if receiver.state is ReceiverState.DISABLED:
        return FailureReason.GONE.value
    tried = (
        select(deliveries.c.number)
        .where(DELIVERY_PENDING, deliveries.c.receiver == receiver.name)
        .order_by(deliveries.c.due_at.desc(), deliveries.c.number.desc())
        .limit(_LAST_TRIED)
        .subquery("newest")
    )
    last = (
        select(attempts.c.reason)
        .join(tried, tried.c.number == attempts.c.delivery_number)
        .order_by(attempts.c.number.desc())
        .limit(1)
    )
    reason = connection.execute(last).scalar_one_or_none()
    return None if reason is None else FailureReason(reason).value


def _held(connection: Connection) -> dict[str, int]:
    """Return how many alerts wait, by reason; one for each receiver."""
    counted = select(held_alerts.c.hold, func.count().label("rows")).group_by(held_alerts.c.hold)
    rows = {row.hold: row.rows for row in connection.execute(counted)}
    return {reason.value: rows.get(reason, 0) for reason in HoldReason}


def _size(connection: Connection, column: ColumnElement[Any]) -> int:
    return connection.execute(select(func.count(column))).scalar_one()


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(condition)).scalar_one()


# ---- deliveries ----------------------------------------------------------------------------------


def list_deliveries(connection: Connection, wanted: DeliveryFilter) -> Sequence[Mapping[str, Any]]:
    """Return deliveries, the newest first, each with how its last attempt went."""
    newest = union_all(*(_newest_in(state, wanted) for state in DeliveryState)).subquery("newest")
    statement = (
        select(deliveries)
        .join(newest, newest.c.number == deliveries.c.number)
        .order_by(deliveries.c.created_at.desc(), deliveries.c.number.desc())
        .limit(wanted.limit)
    )
    return plain_deliveries(connection, connection.execute(statement).all())


def plain_deliveries(connection: Connection, rows: Sequence[Row[Any]]) -> Sequence[Mapping[str, Any]]:
    """Return rows of deliveries as plain values, each with how its last attempt went."""
    last = _last_attempts(connection, [row.number for row in rows])
    return [_delivery(row) | {"last": last.get(row.number)} for row in rows]


def _newest_in(state: DeliveryState, wanted: DeliveryFilter) -> Select[Any]:
    """Return the statement for the newest of a state, which stand together in an index."""
    newest = (
        select(deliveries.c.number)
        .where(deliveries.c.state == state, *conditions(wanted))
        .order_by(deliveries.c.created_at.desc(), deliveries.c.number.desc())
        .limit(wanted.limit)
    )
    return select(newest.subquery("of_state").c.number)


def show_delivery(connection: Connection, delivery: DeliveryId) -> Mapping[str, Any] | None:
    """Return one delivery with its exact body and every attempt, oldest first; None where unknown."""
    row = connection.execute(with_bodies().where(deliveries.c.id == delivery)).one_or_none()
    if row is None:
        return None
    tried = connection.execute(
        select(attempts).where(attempts.c.delivery_number == row.number).order_by(attempts.c.number)
    )
    return _delivery(row) | {
        "content_type": row.content_type,
        "promised_at": shown(row.promised_at),
        "body": row.body.decode("utf-8", "replace"),
        "attempts": [_attempt(each) for each in tried],
    }


def _delivery(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "receiver": row.receiver,
        "type": row.event_type.value,
        "state": row.state.value,
        "attempts": row.attempts,
        "due_at": shown(row.due_at) if row.state is DeliveryState.PENDING else None,
        "created_at": shown(row.created_at),
    }


def _attempt(row: Row[Any]) -> dict[str, Any]:
    return {
        "number": row.ordinal,
        "at": shown(row.at),
        "state": row.state.value,
        "status": row.status,
        "reason": None if row.reason is None else row.reason.value,
        "detail": row.detail,
    }


def _last_attempts(connection: Connection, numbers: Sequence[int]) -> Mapping[int, str]:
    """Return how the last attempts of deliveries went: a status, or a reason."""
    newest = (
        select(func.max(attempts.c.number))
        .where(attempts.c.delivery_number.in_(numbers))
        .group_by(attempts.c.delivery_number)
    )
    rows = connection.execute(select(attempts).where(attempts.c.number.in_(newest)))
    return {
        row.delivery_number: str(row.status or (row.reason.value if row.reason else row.detail))
        for row in rows
    }


# ---- matches -------------------------------------------------------------------------------------


def found_articles(connection: Connection, limit: int) -> Sequence[FoundArticle]:
    """Return the newest articles, the newest first, each with its matches."""
    newest = (
        select(articles.c.number, articles.c.article, texts.c.zones, stories.c.id.label("story"))
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .outerjoin(stories, stories.c.number == articles.c.story_number)
        .order_by(articles.c.number.desc())
        .limit(limit)
    )
    rows = connection.execute(newest).all()
    verdicts: dict[int, list[Row[Any]]] = {row.number: [] for row in rows}
    of_these = matches.c.article_number.in_(verdicts)
    for row in connection.execute(select(matches).where(of_these).order_by(matches.c.number)):
        verdicts[row.article_number].append(row)
    return tuple(
        FoundArticle(
            article=article_of(row),
            story=row.story,
            matches=tuple(each.match for each in verdicts[row.number] if not each.refused),
            refused=tuple(each.match for each in verdicts[row.number] if each.refused),
        )
        for row in rows
    )


def shown(at: datetime | None) -> str | None:
    """Return a time as it is written for operators."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
