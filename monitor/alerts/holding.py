"""Now or later? What holds an alert, and until when; and whether it waits on when its time has come.

A held alert is an alert with a reason and a time; it goes out in a digest. Nothing is released into
quiet hours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.alerts.hours import next_digest, quiet_until, window_of
from monitor.alerts.silencing import labels_of, silenced_until
from monitor.model import (
    Alert,
    Brake,
    Budget,
    Burst,
    EntityId,
    FeedId,
    FeedSettings,
    HeldAlert,
    HoldReason,
    ReceiverName,
    Severity,
    Silence,
    Watchlist,
    WatchlistId,
)

# ---- when an alert is raised -----------------------------------------------------------------------


def held_back(watchlist: Watchlist, alerts: Sequence[Alert], spent: int, now: datetime) -> Sequence[Alert]:
    """Return the alerts of one watchlist and article, each held where it must wait.

    What is silenced waits already. With a digest alone everything waits for it. With a budget besides,
    the budget goes out at once and the rest waits for the digest. Quiet hours hold both, and a digest
    that falls into them.
    """
    silenced = [
        replace(alert, release_at=_not_in_quiet(watchlist, alert.release_at))
        for alert in alerts
        if alert.release_at
    ]
    open_ = by_salience([alert for alert in alerts if not alert.hold])
    if watchlist.digest and not watchlist.budget:
        due = _not_in_quiet(watchlist, next_digest(watchlist.digest, now))
        return [*(replace(each, hold=HoldReason.DIGEST, release_at=due) for each in open_), *silenced]
    until = _quiet_until(watchlist, watchlist.severity, now)
    if until is not None:
        return [*(replace(each, hold=HoldReason.QUIET_HOURS, release_at=until) for each in open_), *silenced]
    return [*_within_budget(watchlist, open_, spent, now), *silenced]


def braked(
    alerts: Sequence[Alert],
    brake: Brake | None,
    watchlists: Iterable[Watchlist],
    burst: Burst,
    polled_at: datetime,
    now: datetime,
) -> Sequence[Alert]:
    """Return the alerts of an article, those held that are too many for the poll that brought it."""
    if brake is None:
        return alerts
    room = 0 if burst.storm else brake.alerts - burst.sent
    going = by_salience([alert for alert in alerts if not alert.hold])
    by_id = {watchlist.id: watchlist for watchlist in watchlists}
    due = max(polled_at + brake.wait, now)
    late = [
        replace(alert, hold=HoldReason.STORM, release_at=_not_in_quiet(by_id[alert.watchlist], due))
        for alert in going[max(room, 0) :]
    ]
    return [*going[: max(room, 0)], *late, *(alert for alert in alerts if alert.hold)]


def by_salience(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Return alerts, the most salient first; of equals those that wait come last."""
    return tuple(sorted(alerts, key=lambda each: (-_salience_of(each), each.hold is not None)))


def _within_budget(
    watchlist: Watchlist, ranked: Sequence[Alert], spent: int, now: datetime
) -> Iterator[Alert]:
    if watchlist.budget is None:
        yield from ranked
        return
    kept_back = _kept_back(watchlist.budget, now)
    for alert in ranked:
        room = watchlist.budget.alerts - spent - (0 if _is_about(alert) else kept_back)
        if room > 0:
            spent += 1
            yield alert
        else:
            yield _over_budget(watchlist, watchlist.budget, alert, now)


def _kept_back(budget: Budget, now: datetime) -> int:
    """Return how much of a budget is kept for articles that are about somebody.

    Nobody knows in the morning what the day will bring. Half of the budget is kept back at first, and
    with the window ever less: at its end a passing mention may have all that is left.
    """
    begin, end = window_of(budget, now)
    return round(budget.alerts // 2 * ((end - now) / (end - begin)))


def _over_budget(watchlist: Watchlist, budget: Budget, alert: Alert, now: datetime) -> Alert:
    due = next_digest(watchlist.digest, now) if watchlist.digest else window_of(budget, now)[1]
    return replace(alert, hold=HoldReason.BUDGET, release_at=_not_in_quiet(watchlist, due))


def _is_about(alert: Alert) -> bool:
    return any(match.salience.about for match in alert.matches)


def _salience_of(alert: Alert) -> float:
    return max(match.salience.value for match in alert.matches)


def _not_in_quiet(watchlist: Watchlist, at: datetime) -> datetime:
    return _quiet_until(watchlist, watchlist.severity, at) or at


def _quiet_until(watchlist: Watchlist, severity: Severity, now: datetime) -> datetime | None:
    return quiet_until((each for each in watchlist.quiet_hours if severity not in each.spared), now)


def awaited(alert: Alert, receiver: ReceiverName, held: Sequence[HeldAlert]) -> HeldAlert | None:
    """Return the held alert that one which tells more must wait for: the last of those of its entities."""
    entities = {match.entity for match in alert.matches}
    own = [
        each
        for each in held
        if (each.watchlist, each.receiver) == (alert.watchlist, receiver)
        and not entities.isdisjoint(_entities_of(each))
    ]
    return max(own, key=lambda each: each.release_at, default=None)


def _entities_of(held: HeldAlert) -> Iterator[EntityId]:
    told: Any = held.event.content
    return (EntityId(match["entity"]["id"]) for match in told["matches"])


# ---- when its time has come ------------------------------------------------------------------------


def waits_on(
    held: HeldAlert,
    watchlists: Mapping[WatchlistId, Watchlist],
    feeds: Mapping[FeedId, FeedSettings],
    silences: Sequence[Silence],
    now: datetime,
) -> HeldAlert | None:
    """Return a held alert whose time has come with a new reason to wait; None where there is none.

    A silence holds it that fits every entity of it, and quiet hours, as they are configured now.
    """
    watchlist = watchlists[held.watchlist]
    told: Any = held.event.content
    ends = [silenced_until(each, silences, now) for each in _labels_of(held, told, feeds)]
    if ends and None not in ends:
        until = min(end for end in ends if end is not None)
        return replace(held, hold=HoldReason.SILENCED, release_at=_not_in_quiet(watchlist, until))
    quiet = _quiet_until(watchlist, Severity(told["alert"]["severity"]), now)
    if quiet is not None:
        return replace(held, hold=HoldReason.QUIET_HOURS, release_at=quiet)
    return None


def _labels_of(
    held: HeldAlert,
    told: Any,  # noqa: ANN401  (plain JSON, perhaps out of the store)
    feeds: Mapping[FeedId, FeedSettings],
) -> Iterator[Mapping[str, str]]:
    """Return what silences ask of a held alert, once for each of its entities."""
    alert, article = told["alert"], told["article"]
    settings = feeds.get(FeedId(article["feed"]["id"]))
    for match in told["matches"]:
        yield labels_of(
            feed_labels=settings.labels if settings else {},
            watchlist_labels=alert["labels"],
            entity=match["entity"]["id"],
            receiver=held.receiver,
            watchlist=held.watchlist,
            severity=alert["severity"],
            story=told["story"]["id"],
            feed=article["feed"]["id"],
            title=article["title"],
            language=article["language"],
        )
