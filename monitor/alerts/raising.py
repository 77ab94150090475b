"""Who must hear of this story, of whom, and now or later?

A watchlist's filters come first; then each receiver is told of the entities that are new to it, in
one alert for all receivers to which the same entities are new; then an alert may be held. Nothing is
dropped without a reason that is counted, and a held alert is still an alert.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.hours import next_digest, quiet_until, window_of
from monitor.alerts.updates import updates_of
from monitor.model import (
    Alert,
    AlertId,
    Article,
    Budget,
    EntityId,
    FeedSettings,
    HoldReason,
    Match,
    Matched,
    ReceiverName,
    Story,
    Told,
    Watchlist,
    WatchlistId,
)
from monitor.text.ids import derive_id


class Suppressed(StrEnum):
    """Why a watchlist's match gave no alert; `HoldReason` says why an alert waits."""

    QUERY = "query"
    LANGUAGE = "language"
    FEED_LABEL = "feed_label"
    CONFIDENCE = "confidence"
    SALIENCE = "salience"
    TOLD = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The alerts of one article, the most salient first, and whom they tell what.

    `told` holds only what is new, or has changed. `suppressed` counts, by `Suppressed`, matches that a
    watchlist refused or had told, and by `HoldReason` alerts that wait.
    """

    alerts: tuple[Alert, ...] = ()
    told: frozenset[Told] = frozenset()
    suppressed: Mapping[str, int] = field(default_factory=dict)


def raise_alerts(
    story: Story,
    article: Article,
    settings: FeedSettings | None,
    matched: Matched,
    watchlists: Iterable[Watchlist],
    told: frozenset[Told],
    spent: Mapping[WatchlistId, int],
    now: datetime,
) -> Raised:
    """Decide which alerts an article's matches are worth.

    `told` is what the story has told so far. `spent` says how many alerts of a watchlist went out
    since `counted_since`.
    """
    alerts: list[Alert] = []
    reasons: list[str] = []
    heard: set[Told] = set()
    for watchlist in watchlists:
        wanted, refused = _wanted(watchlist, article, settings, matched)
        fresh, known = _fresh(story, watchlist, wanted, told, now)
        more = updates_of(story, article, watchlist, wanted, told, now)
        placed = held(watchlist, [*fresh, *more.alerts], spent.get(watchlist.id, 0), now)
        alerts += placed
        heard |= {*_told_by(fresh, story, article), *more.told}
        reasons += (*refused, *known, *(alert.hold.value for alert in placed if alert.hold))
    return Raised(
        alerts=tuple(sorted(alerts, key=_salience_of_alert, reverse=True)),
        told=frozenset(heard),
        suppressed={reason: reasons.count(reason) for reason in sorted(set(reasons))},
    )


def counted_since(watchlists: Iterable[Watchlist], now: datetime) -> Mapping[WatchlistId, datetime]:
    """Return, for each watchlist with a budget, when the window began that runs now."""
    return {watchlist.id: window_of(watchlist.budget, now)[0] for watchlist in watchlists if watchlist.budget}


# ---- which matches ---------------------------------------------------------------------------------


def _wanted(
    watchlist: Watchlist, article: Article, settings: FeedSettings | None, matched: Matched
) -> tuple[Sequence[Match], Sequence[Suppressed]]:
    """Return the matches that pass the watchlist's filters, and a reason for each of its others."""
    own = [
        match for match in matched.matches if watchlist.entities is None or match.entity in watchlist.entities
    ]
    reason = _refusal(watchlist, article, settings, matched)
    if reason is not None:
        return (), [reason] * len(own)
    weak = [_weakness(watchlist, match) for match in own]
    return (
        [match for match, why in zip(own, weak, strict=True) if why is None],
        [why for why in weak if why is not None],
    )


def _refusal(
    watchlist: Watchlist, article: Article, settings: FeedSettings | None, matched: Matched
) -> Suppressed | None:
    """Return why the article as a whole is not for the watchlist."""
    if watchlist.has_query and watchlist.id not in matched.satisfied:
        return Suppressed.QUERY
    if article.language and watchlist.languages and not _speaks(watchlist.languages, article.language):
        return Suppressed.LANGUAGE
    labels = settings.labels if settings else {}
    if any(labels.get(label) not in admitted for label, admitted in watchlist.feed_labels.items()):
        return Suppressed.FEED_LABEL
    return None


def _speaks(languages: Iterable[str], language: str) -> bool:
    return _primary(language) in map(_primary, languages)


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _weakness(watchlist: Watchlist, match: Match) -> Suppressed | None:
    if match.confidence < watchlist.min_confidence:
        return Suppressed.CONFIDENCE
    if match.salience.value < watchlist.min_salience or (watchlist.about_only and not match.salience.about):
        return Suppressed.SALIENCE
    return None


# ---- for whom --------------------------------------------------------------------------------------


def _fresh(
    story: Story, watchlist: Watchlist, matches: Sequence[Match], told: frozenset[Told], now: datetime
) -> tuple[Sequence[Alert], Sequence[Suppressed]]:
    """Return an alert for each set of entities that is new to somebody, and the matches new to nobody."""
    groups: dict[frozenset[EntityId], list[ReceiverName]] = {}
    for receiver in watchlist.receivers:
        new = frozenset(
            match.entity for match in matches if Told(watchlist.id, match.entity, receiver) not in told
        )
        if new:
            groups.setdefault(new, []).append(receiver)
    alerts = [_alert(story, watchlist, matches, new, tuple(names), now) for new, names in groups.items()]
    heard_of = frozenset[EntityId]().union(*groups)
    known = [Suppressed.TOLD for match in matches if watchlist.receivers and match.entity not in heard_of]
    return alerts, known


def _alert(
    story: Story,
    watchlist: Watchlist,
    matches: Sequence[Match],
    new: frozenset[EntityId],
    receivers: tuple[ReceiverName, ...],
    now: datetime,
) -> Alert:
    about = [match for match in matches if match.entity in new]
    return Alert(
        id=AlertId(derive_id("al_", story.id, watchlist.id, *sorted(new))),
        story=story.id,
        watchlist=watchlist.id,
        severity=watchlist.severity,
        labels=watchlist.labels,
        matches=tuple(sorted(about, key=lambda match: (-match.salience.value, match.entity))),
        receivers=receivers,
        raised_at=now,
    )


def _told_by(alerts: Iterable[Alert], story: Story, article: Article) -> Iterable[Told]:
    for alert in alerts:
        for match in alert.matches:
            for receiver in alert.receivers:
                yield Told(
                    alert.watchlist,
                    match.entity,
                    receiver,
                    entry=article.entry_id,
                    outlets=len(story.outlets),
                    about=match.salience.about,
                )


def _salience_of_alert(alert: Alert) -> float:
    return max(match.salience.value for match in alert.matches)


# ---- now or later ----------------------------------------------------------------------------------


def held(watchlist: Watchlist, alerts: Sequence[Alert], spent: int, now: datetime) -> Sequence[Alert]:
    """Return the alerts, the most salient first, each held where it must wait.

    With a digest alone everything waits for it. With a budget besides, the budget goes out at once
    and the rest waits for the digest. Quiet hours hold both, and a digest that falls into them.
    """
    ranked = sorted(alerts, key=_salience_of_alert, reverse=True)
    if watchlist.digest and not watchlist.budget:
        due = _not_in_quiet(watchlist, next_digest(watchlist.digest, now))
        return [replace(alert, hold=HoldReason.DIGEST, release_at=due) for alert in ranked]
    until = _quiet_until(watchlist, now)
    if until is not None:
        return [replace(alert, hold=HoldReason.QUIET_HOURS, release_at=until) for alert in ranked]
    return list(_within_budget(watchlist, ranked, spent, now))


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


def _quiet_until(watchlist: Watchlist, now: datetime) -> datetime | None:
    holding = (each for each in watchlist.quiet_hours if watchlist.severity not in each.spared)
    return quiet_until(holding, now)


def _not_in_quiet(watchlist: Watchlist, at: datetime) -> datetime:
    return _quiet_until(watchlist, at) or at
