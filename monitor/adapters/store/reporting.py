"""What came in a span of time: for reports, from the store alone, beside a running service.

Everything here walks an index by age, and what it gives is bounded: a report of a year takes longer, not more
memory.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Select, and_, case, func, or_, select, type_coerce

from monitor.adapters.store.columns import Moment
from monitor.adapters.store.dialect import few
from monitor.adapters.store.rereads import article_of, story_of
from monitor.adapters.store.schema import alerts, articles, deliveries, matches, stories, texts, told
from monitor.model import (
    AlertId,
    Article,
    DeliveryState,
    HoldReason,
    Match,
    ReceiverName,
    Severity,
    Story,
    StoryId,
)

_MICROSECOND = timedelta(microseconds=1)
# Texts that a reason names are foreign: so many different ones are told apart, and no more.
_MOST_REASONS = 2_000
_OF_A_STORY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAlert:
    """An alert with its story, and the article that it came of, as far as that is still kept.

    `place` is where a list of alerts goes on behind this one.
    """

    id: AlertId
    watchlist: str
    severity: Severity
    labels: Mapping[str, str]
    entities: tuple[str, ...]
    receivers: tuple[ReceiverName, ...]
    raised_at: datetime
    hold: HoldReason | None
    release_at: datetime | None
    story: Story
    article: Article | None
    matches: tuple[Match, ...]
    place: tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """How many articles named an entity, in all and by step of time; `entities` are those named most.

    `named` and `refused` count over all `of` entities, also those that are left out.
    """

    articles: int
    named: int
    refused: int
    of: int
    entities: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Why names were refused: entity, reason and the text that showed it → how often, among the newest."""

    counted: int
    of: int
    reasons: Mapping[tuple[str, str, str], int]


# ---- alerts --------------------------------------------------------------------------------------


def alert_named(connection: Connection, alert: AlertId) -> FoundAlert | None:
    """Return one alert; None where there is none such."""
    row = connection.execute(_alerts().where(alerts.c.id == alert)).one_or_none()
    return None if row is None else _alert(connection, row)


def alerts_named(
    connection: Connection, chosen: Callable[[Select[Any]], Select[Any]]
) -> Sequence[FoundAlert]:
    """Return the alerts that a choice among all leaves."""
    return [_alert(connection, row) for row in connection.execute(chosen(_alerts())).all()]


def alerts_since(
    connection: Connection, since: datetime, behind: tuple[datetime, int] | None, limit: int
) -> Sequence[FoundAlert]:
    """Return alerts raised since then, the newest first, from behind a place on."""
    statement = _alerts().where(alerts.c.raised_at >= since)
    if behind is not None:
        raised_at, number = behind
        statement = statement.where(
            alerts.c.raised_at <= raised_at,
            or_(alerts.c.raised_at < raised_at, alerts.c.number < number),
        )
    newest = statement.order_by(alerts.c.raised_at.desc(), alerts.c.number.desc()).limit(limit)
    return [_alert(connection, row) for row in connection.execute(newest).all()]


def alerts_of_story(connection: Connection, story: StoryId) -> Sequence[FoundAlert]:
    """Return the alerts of a story, oldest first, up to a hundred."""
    of_story = _alerts().where(stories.c.id == story).order_by(alerts.c.number).limit(_OF_A_STORY)
    return [_alert(connection, row) for row in connection.execute(of_story).all()]


def count_alerts(connection: Connection, since: datetime) -> int:
    """Return how many alerts were raised since then."""
    return connection.execute(select(func.count()).where(alerts.c.raised_at >= since)).scalar_one()


def _alerts() -> Select[Any]:
    return select(
        alerts.c.number.label("alert_number"),
        alerts.c.id.label("alert_id"),
        alerts.c.story_number,
        alerts.c.watchlist,
        alerts.c.severity,
        alerts.c.labels,
        alerts.c.entities,
        alerts.c.receivers,
        alerts.c.raised_at,
        alerts.c.hold,
        alerts.c.release_at,
        stories.c.id,
        stories.c.revision,
        stories.c.articles,
        stories.c.outlets,
        stories.c.first_seen_at,
    ).join(stories, stories.c.number == alerts.c.story_number)


def _alert(connection: Connection, row: Row[Any]) -> FoundAlert:
    found = connection.execute(_article_of_alert(row)).one_or_none()
    verdicts: Sequence[Match] = ()
    if found is not None:
        accepted = select(matches.c.match).where(
            matches.c.article_number == found.number,
            matches.c.refused.is_(False),
            matches.c.entity.in_(row.entities),
        )
        verdicts = connection.scalars(accepted.order_by(matches.c.number)).all()
    return FoundAlert(
        id=row.alert_id,
        watchlist=row.watchlist,
        severity=row.severity,
        labels=row.labels,
        entities=tuple(row.entities),
        receivers=tuple(row.receivers),
        raised_at=row.raised_at,
        hold=row.hold,
        release_at=row.release_at,
        story=story_of(row),
        article=None if found is None else article_of(found),
        matches=tuple(verdicts),
        place=(row.raised_at, row.alert_number),
    )


def _article_of_alert(row: Row[Any]) -> Select[Any]:
    """Return the statement for an alert's article: of its own moment; after an edit, who told it first."""
    tellers = select(told.c.entry_number).where(
        told.c.story_number == row.story_number, told.c.watchlist == row.watchlist
    )
    of_that_moment = articles.c.fetched_at == row.raised_at
    order = case((of_that_moment, 0), (articles.c.entry_number.in_(tellers), 1), else_=2)
    best = (
        select(articles.c.number)
        .where(articles.c.story_number == row.story_number)
        .order_by(order, articles.c.number.desc())
        .limit(1)
    )
    return (
        select(articles.c.number, articles.c.article, texts.c.zones)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .where(articles.c.number == best.scalar_subquery())
    )


# ---- counts --------------------------------------------------------------------------------------


def timeline(connection: Connection, since: datetime, width: timedelta, most: int) -> Timeline:
    """Return how often entities were named in steps of `width` from `since` on, for the `most` named."""
    read = connection.execute(select(func.count()).where(articles.c.fetched_at >= since)).scalar_one()
    counted = connection.execute(
        _named(connection, since, matches.c.entity, matches.c.refused, func.count().label("rows")).group_by(
            matches.c.entity, matches.c.refused
        )
    ).all()
    named = Counter({row.entity: row.rows for row in counted if not row.refused})
    shown: dict[str, dict[int, int]] = {
        entity: {} for entity, _ in sorted(named.items(), key=lambda each: (-each[1], each[0]))[:most]
    }
    step = (type_coerce(articles.c.fetched_at, BigInteger) - type_coerce(since, Moment)) // (
        width // _MICROSECOND
    )
    by_step = _named(
        connection, since, matches.c.entity, step.label("step"), func.count().label("rows")
    ).where(matches.c.refused.is_(False), matches.c.entity.in_(shown))
    for row in connection.execute(by_step.group_by(matches.c.entity, "step")) if shown else ():
        shown[row.entity][int(row.step)] = row.rows
    refused = sum(row.rows for row in counted if row.refused)
    return Timeline(articles=read, named=named.total(), refused=refused, of=len(named), entities=shown)


def refusals(connection: Connection, since: datetime, newest: int) -> Refusals:
    """Return why names were refused since then, among so many of the newest refusals."""
    of = connection.execute(
        _named(connection, since, func.count()).where(matches.c.refused.is_(True))
    ).scalar_one()
    statement = (
        _named(connection, since, matches.c.match)
        .where(matches.c.refused.is_(True))
        .order_by(articles.c.fetched_at.desc())
        .limit(newest)
        .execution_options(yield_per=500)
    )
    reasons: Counter[tuple[str, str, str]] = Counter()
    for match in connection.scalars(statement):
        key = _against(match)
        if key in reasons or len(reasons) < _MOST_REASONS:
            reasons[key] += 1
    return Refusals(counted=min(of, newest), of=of, reasons=reasons)


def deliveries_since(connection: Connection, since: datetime) -> Mapping[str, Mapping[str, int]]:
    """Return how many deliveries were made since then, by receiver and state."""
    found: dict[str, dict[str, int]] = {}
    for state in DeliveryState:
        counted = (
            select(deliveries.c.receiver, func.count().label("rows"))
            .where(and_(deliveries.c.state == state, deliveries.c.created_at >= since))
            .group_by(deliveries.c.receiver)
        )
        for row in connection.execute(counted):
            found.setdefault(row.receiver, {})[state.value] = row.rows
    return found


def _named(connection: Connection, since: datetime, *columns: Any) -> Select[Any]:  # noqa: ANN401  (columns of any type)
    return (
        select(*columns)
        .select_from(articles)
        .join(matches, matches.c.article_number == articles.c.number)
        .where(few(connection, articles.c.fetched_at >= since))
    )


def _against(match: Match) -> tuple[str, str, str]:
    """Return what spoke most against a refused name."""
    worst = min(match.evidence, key=lambda each: each.weight, default=None)
    return (match.entity, worst.reason.value, worst.text) if worst else (match.entity, "", "")
