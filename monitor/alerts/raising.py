"""Who must hear of this story, of whom, and now or later?

A watchlist's filters come first; then each receiver is told of the entities that are new to it, in
one alert for all receivers to which the same entities are new; then an alert may be held. Nothing is
dropped without a reason that is counted, and a held alert is still an alert.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from monitor.alerts.holding import awaited, braked, by_salience, held_back
from monitor.alerts.hours import window_of
from monitor.alerts.making import make_alert
from monitor.alerts.silencing import labels_of, silenced_until
from monitor.alerts.updates import updates_of
from monitor.model import (
    Alert,
    Article,
    Burst,
    EntityId,
    EventType,
    FeedSettings,
    HeldAlert,
    HoldReason,
    Match,
    Matched,
    ReceiverName,
    Silence,
    Story,
    Told,
    Watchlist,
    WatchlistId,
)


class Suppressed(StrEnum):
    """Why a watchlist's match gave no alert; `HoldReason` says why an alert waits."""

    QUERY = "query"
    LANGUAGE = "language"
    FEED_LABEL = "feed_label"
    CONFIDENCE = "confidence"
    SALIENCE = "salience"
    TOLD = "told"
    NO_RECEIVER = "no_receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The alerts of one article, the most salient first, and whom they tell what.

    `told` holds only what is new, or has changed. `suppressed` counts, by `Suppressed`, matches that a
    watchlist refused or had told, and by `HoldReason` alerts that wait. Of `matches`, one for each
    watchlist that watches its entity, those that are not suppressed are `passed`: new to somebody.
    """

    matches: int = 0
    passed: int = 0
    alerts: tuple[Alert, ...] = ()
    told: frozenset[Told] = frozenset()
    suppressed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stood when an article came.

    `told` is what its story has told so far, `held` what of that still waits. `spent` says how many
    alerts of a watchlist went out since `counted_since`. `burst` is what came of the poll at `polled_at`
    that brought the article; a feed's first poll brings much by its policy, and is not braked.
    """

    told: frozenset[Told] = frozenset()
    held: Sequence[HeldAlert] = ()
    spent: Mapping[WatchlistId, int] = field(default_factory=dict)
    silences: Sequence[Silence] = ()
    burst: Burst = field(default_factory=Burst)
    polled_at: datetime
    first_poll: bool = False


def raise_alerts(
    story: Story,
    article: Article,
    settings: FeedSettings | None,
    matched: Matched,
    watchlists: Sequence[Watchlist],
    standing: Standing,
    now: datetime,
    also: Sequence[Alert] = (),
) -> Raised:
    """Decide which alerts an article's matches are worth, and which of them, or `also` of others, wait."""
    alerts: list[Alert] = []
    reasons: list[str] = []
    heard: set[Told] = set()
    matches = passed = 0
    for watchlist in watchlists:
        wanted, refused = _wanted(watchlist, article, settings, matched)
        silenced = _silences(story, watchlist, article, settings, standing, now)
        fresh, known = _fresh(story, watchlist, wanted, standing.told, silenced, now)
        more = updates_of(story, article, watchlist, wanted, standing.told, now)
        others = [*(alert for alert in also if alert.watchlist == watchlist.id), *more.alerts]
        further = [part for alert in others for part in _by_wait(alert, silenced, standing.held)]
        alerts += held_back(watchlist, [*fresh, *further], standing.spent.get(watchlist.id, 0), now)
        heard |= {*_told_by(fresh, story, article), *more.told}
        reasons += (*refused, *known)
        matches += len(wanted) + len(refused)
        passed += len(wanted) - len(known)
    brake = settings.brake if settings and not standing.first_poll else None
    placed = braked(alerts, brake, watchlists, standing.burst, standing.polled_at, now)
    reasons += [alert.hold.value for alert in placed if alert.hold]
    return Raised(
        matches=matches,
        passed=passed,
        alerts=by_salience(placed),
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


_Silenced = Callable[[EntityId, ReceiverName], datetime | None]


def _silences(
    story: Story,
    watchlist: Watchlist,
    article: Article,
    settings: FeedSettings | None,
    standing: Standing,
    now: datetime,
) -> _Silenced:
    """Return what tells until when a receiver is not to hear of an entity."""

    def until(entity: EntityId, receiver: ReceiverName) -> datetime | None:
        if not standing.silences:
            return None
        labels = labels_of(
            feed_labels=settings.labels if settings else {},
            watchlist_labels=watchlist.labels,
            entity=entity,
            receiver=receiver,
            watchlist=watchlist.id,
            severity=watchlist.severity.value,
            story=story.id,
            feed=article.feed_id,
            title=article.zones.title,
            language=article.language,
        )
        return silenced_until(labels, standing.silences, now)

    return until


def _fresh(
    story: Story,
    watchlist: Watchlist,
    matches: Sequence[Match],
    told: frozenset[Told],
    silenced: _Silenced,
    now: datetime,
) -> tuple[Sequence[Alert], Sequence[Suppressed]]:
    """Return an alert for each set of entities that is new to somebody, and the matches new to nobody.

    Entities that are silenced for a receiver stand in alerts of their own, which wait.
    """
    groups: dict[tuple[frozenset[EntityId], datetime | None], list[ReceiverName]] = {}
    for receiver in watchlist.receivers:
        by_end: dict[datetime | None, set[EntityId]] = {}
        for match in matches:
            if Told(watchlist.id, match.entity, receiver) not in told:
                by_end.setdefault(silenced(match.entity, receiver), set()).add(match.entity)
        for until, new in by_end.items():
            groups.setdefault((frozenset(new), until), []).append(receiver)
    alerts = [
        _alert(story, watchlist, matches, new, tuple(names), until, now)
        for (new, until), names in groups.items()
    ]
    heard_of = frozenset[EntityId]().union(*(new for new, _ in groups))
    why = Suppressed.TOLD if watchlist.receivers else Suppressed.NO_RECEIVER
    return alerts, [why for match in matches if match.entity not in heard_of]


def _by_wait(alert: Alert, silenced: _Silenced, held: Sequence[HeldAlert]) -> Iterator[Alert]:
    """Yield an alert that tells more, for the receivers that may hear it, and for those for whom it waits.

    It waits where each entity is silenced, and where what it tells more of has not gone out.
    """
    groups: dict[tuple[HoldReason | None, datetime | None], list[ReceiverName]] = {}
    for receiver in alert.receivers:
        ends = [silenced(match.entity, receiver) for match in alert.matches]
        until = None if None in ends else min(end for end in ends if end)
        first = awaited(alert, receiver, held)
        if first is not None and (until is None or until < first.release_at):
            wait: tuple[HoldReason | None, datetime | None] = (first.hold, first.release_at)
        else:
            wait = (HoldReason.SILENCED if until else None, until)
        groups.setdefault(wait, []).append(receiver)
    for (hold, release_at), names in groups.items():
        yield replace(alert, receivers=tuple(names), hold=hold, release_at=release_at)


def _alert(
    story: Story,
    watchlist: Watchlist,
    matches: Sequence[Match],
    new: frozenset[EntityId],
    receivers: tuple[ReceiverName, ...],
    silenced_until: datetime | None,
    now: datetime,
) -> Alert:
    about = [match for match in matches if match.entity in new]
    made = make_alert(EventType.MATCH_CREATED, story, watchlist, about, receivers, sorted(new), now)
    hold = HoldReason.SILENCED if silenced_until else None
    return replace(made, hold=hold, release_at=silenced_until)


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
