"""`monitor report`: what came in a span of time, who was told, what was refused, and how everything is.

All of it is of the store, as plain values: the page, the feed and `--json` say the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from monitor.alerts.evidence import moment, public_url, quoted
from monitor.alerts.outbox import delivery_id
from monitor.errors import UsageError
from monitor.matching.explain import in_words
from monitor.model import (
    AlertId,
    Article,
    DeliveryId,
    EntityId,
    EventType,
    Evidence,
    HoldReason,
    Match,
    MatchReason,
    Mention,
    ReceiverName,
    Severity,
    Story,
    Zone,
    Zones,
)
from monitor.ports import DeliveryFilter
from monitor.tables import Shown, many

# So many are shown; a report says of how many.
MOST_ALERTS = 500
MOST_ENTITIES = 40
MOST_REFUSALS = 40
MOST_DELIVERIES = 20
# So many of the newest refusals are asked for their reasons.
NEWEST_REFUSALS = 20_000
_MOST_BARS = 62
_BATCH = 50
_WIDTHS = tuple(
    timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 180, 360, 720, 1440, 10_080, 43_200, 525_600)
)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_TOLD = (
    EventType.MATCH_CREATED,
    EventType.MATCH_UPDATED,
    EventType.ARTICLE_CORRECTED,
    EventType.MATCH_RETRACTED,
)
_SUPPRESSED = "suppressed."


class Reported(Protocol):
    """An alert as the store holds it."""

    @property
    def id(self) -> AlertId: ...  # noqa: D102
    @property
    def watchlist(self) -> str: ...  # noqa: D102
    @property
    def severity(self) -> Severity: ...  # noqa: D102
    @property
    def labels(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def entities(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def receivers(self) -> tuple[ReceiverName, ...]: ...  # noqa: D102
    @property
    def raised_at(self) -> datetime: ...  # noqa: D102
    @property
    def hold(self) -> HoldReason | None: ...  # noqa: D102
    @property
    def release_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def story(self) -> Story: ...  # noqa: D102
    @property
    def article(self) -> Article | None: ...  # noqa: D102
    @property
    def matches(self) -> tuple[Match, ...]: ...  # noqa: D102
    @property
    def place(self) -> tuple[datetime, int]: ...  # noqa: D102


def gather(store: Any, since: datetime, now: datetime, say: Callable[[str], None]) -> dict[str, Any]:  # noqa: ANN401
    """Return the whole report as plain JSON values; `store` is asked, never written.

    Raises:
        UsageError: `since` is not in the past.
    """
    if since >= now:
        raise UsageError(f"'{moment(since)}' is not in the past; write 7d, 12h or 2026-01-31T08:00Z")
    width = step_of(since, now)
    first = since - (since - _EPOCH) % width
    say("counting")
    status = store.status(now)
    timeline = store.timeline(first, width, MOST_ENTITIES)
    steps = (now - first) // width + 1
    say("reading what was refused")
    refusals = store.refusals(first, NEWEST_REFUSALS)
    say("reading alerts")
    return {
        "since": moment(first),
        "until": moment(now),
        "step_seconds": int(width.total_seconds()),
        "articles": {"read": timeline.articles, "named": timeline.named, "refused": timeline.refused},
        "entities": {
            "of": timeline.of,
            "shown": [
                {"entity": entity, "articles": sum(counts.values()), "steps": _filled(counts, steps)}
                for entity, counts in timeline.entities.items()
            ],
        },
        "alerts": {"of": store.count_alerts(first), "shown": list(alerts_since(store, first, MOST_ALERTS))},
        "refused": _refused(refusals),
        "suppressed": {
            name.removeprefix(_SUPPRESSED): count
            for name, count in sorted(store.totals().items())
            if name.startswith(_SUPPRESSED) and count
        },
        "feeds": status["feeds"],
        "receivers": _receivers(status["receivers"], store.deliveries_since(first)),
        "deliveries": _deliveries(store, first),
        "held": status["held"],
        "entries": status["entries"],
        "silences": status["silences"],
        "last_heartbeat_at": status["last_heartbeat_at"],
    }


def show_report(report: Mapping[str, Any], file: Path | None) -> Shown:
    """Return a report for scripts, and for people in a line what was written."""
    told = many(report["alerts"]["of"], "alert", "alerts")
    words = f"{file}: {told}, {many(report['articles']['read'], 'article', 'articles')}"
    return Shown(plain=report, words=(f"{words} since {report['since']}",))


def write_file(file: Path, text: str) -> None:
    """Write a file such that whoever reads it has the old one or the new one, whole; its folder is made.

    Raises:
        UsageError: it cannot be written.
    """
    real = file.resolve()
    beside = real.with_name(f".{real.name}.new")
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8", errors="replace")
            beside.replace(real)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"'{file}' cannot be written: {error.strerror}") from error


def step_of(since: datetime, now: datetime) -> timedelta:
    """Return the step of time in which a span is counted: at most 62 of them, and easy to read."""
    return next((width for width in _WIDTHS if (now - since) / width < _MOST_BARS - 1), _WIDTHS[-1])


def _filled(counts: Mapping[int, int], steps: int) -> Sequence[int]:
    # The clock may have stood elsewhere when articles were read: what lies ahead counts as of now.
    filled = [0] * steps
    for step, count in counts.items():
        filled[min(step, steps - 1)] += count
    return filled


# ---- alerts ----------------------------------------------------------------------------------------


def alerts_since(store: Any, since: datetime, most: int) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Yield so many alerts since then, the newest first; texts are read some at a time."""
    behind: tuple[datetime, int] | None = None
    while most > 0:
        found: Sequence[Reported] = store.alerts_since(since, behind, min(most, _BATCH))
        deliveries = deliveries_of(store, found)
        for alert in found:
            yield plain_alert(alert, deliveries)
        if len(found) < _BATCH:
            return
        behind = found[-1].place
        most -= len(found)


def deliveries_of(store: Any, alerts: Sequence[Reported]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ANN401
    """Return the deliveries that brought these alerts by themselves, by id; digests are not among them."""
    ids = [id_ for alert in alerts for receiver in alert.receivers for id_ in _ids(alert, receiver)]
    if not ids:
        return {}
    rows = store.deliveries(DeliveryFilter(ids=tuple(ids), limit=len(ids)))
    return {row["id"]: row for row in rows}


def _ids(alert: Reported, receiver: ReceiverName) -> Sequence[DeliveryId]:
    return [delivery_id(kind, alert.id, receiver) for kind in _TOLD]


def plain_alert(alert: Reported, deliveries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return an alert as plain values: what it tells, by which sentences, why, and what came of it."""
    article = alert.article
    return {
        "id": alert.id,
        "watchlist": alert.watchlist,
        "severity": alert.severity.value,
        "labels": dict(alert.labels),
        "raised_at": moment(alert.raised_at),
        "entities": list(alert.entities),
        "hold": alert.hold.value if alert.hold else None,
        "release_at": moment(alert.release_at),
        "story": {
            "id": alert.story.id,
            "articles": alert.story.articles,
            "outlets": len(alert.story.outlets),
        },
        "article": article
        and {
            "title": article.zones.title,
            "url": public_url(article.canonical_url) or public_url(article.url),
            "feed": article.feed_id,
            "language": article.language,
            "published_at": moment(article.published_at),
            "verdict": article.verdict.value,
        },
        "matches": [plain_match(match, article) for match in alert.matches if article],
        "deliveries": [
            _plain_delivery(receiver, [deliveries[id_] for id_ in _ids(alert, receiver) if id_ in deliveries])
            for receiver in alert.receivers
        ],
    }


def _plain_delivery(receiver: ReceiverName, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what came of the promise to one receiver; a held alert has none of its own."""
    if not found:
        return {"receiver": receiver, "id": None, "type": None, "state": None, "attempts": 0, "last": None}
    row = found[0]
    return {key: row[key] for key in ("receiver", "id", "type", "state", "attempts", "last")}


def plain_match(match: Match, article: Article) -> dict[str, Any]:
    """Return a match with the sentence of its first mention, and its evidence in words."""
    first = min(match.mentions, key=lambda each: (tuple(Zone).index(each.zone), each.start), default=None)
    return {
        "entity": match.entity,
        "tier": match.tier.value,
        "confidence": round(match.confidence, 4),
        "about": match.salience.about,
        "salience": round(match.salience.value, 4),
        "mentions": len(match.mentions),
        "zone": first.zone.value if first else None,
        "sentence": list(_sentence(article.zones, first)) if first else None,
        "evidence": [_plain_evidence(each) for each in sorted(match.evidence, key=lambda each: -each.weight)],
        "beside": [
            {"words": in_words(each.reason, each.reading), "count": each.count} for each in match.rejected
        ],
    }


def _sentence(zones: Zones, mention: Mention) -> tuple[str, str, str]:
    """Return the sentence before, in and behind a mention; the mention alone where its text is not kept."""
    if zones.of(mention.zone)[mention.start : mention.end] != mention.surface:
        return "", mention.surface, ""
    return quoted(zones, mention)


def _plain_evidence(evidence: Evidence) -> dict[str, Any]:
    return {"words": in_words(evidence.reason, evidence.text), "weight": round(evidence.weight, 2)}


# ---- the rest --------------------------------------------------------------------------------------


def _refused(refusals: Any) -> dict[str, Any]:  # noqa: ANN401  (as the store gives them)
    """Return why names were refused, the most frequent reasons first, each with its texts."""
    groups: dict[tuple[EntityId, str], dict[str, int]] = {}
    for (entity, reason, text), count in refusals.reasons.items():
        groups.setdefault((entity, reason), {})[text] = count
    ordered = sorted(groups.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    return {
        "of": refusals.of,
        "counted": refusals.counted,
        "groups": len(ordered),
        "shown": [
            {
                "entity": entity,
                "reason": reason or None,
                "count": sum(texts.values()),
                "words": _commonest(reason, texts),
            }
            for (entity, reason), texts in ordered[:MOST_REFUSALS]
        ],
    }


def _commonest(reason: str, texts: Mapping[str, int]) -> str:
    text = max(texts, key=lambda each: (texts[each], each))
    more = f", and {many(len(texts) - 1, 'other', 'others')}" if len(texts) > 1 else ""
    return in_words(MatchReason(reason), text) + more if reason else "nothing spoke for it"


def _receivers(
    known: Sequence[Mapping[str, Any]], made: Mapping[str, Mapping[str, int]]
) -> Sequence[Mapping[str, Any]]:
    """Return receivers with what was promised to them in the span."""
    none = {"pending": 0, "delivered": 0, "dead": 0}
    return [{**each, **none, **made.get(each["name"], {})} for each in known]


def _deliveries(store: Any, since: datetime) -> dict[str, Any]:  # noqa: ANN401
    """Return the newest deliveries of the span that are dead, or were tried and wait."""
    dead = store.deliveries(DeliveryFilter(state="dead", since=since, limit=MOST_DELIVERIES))
    waiting = store.deliveries(DeliveryFilter(state="pending", since=since, limit=MOST_DELIVERIES))
    return {"dead": list(dead), "failing": [each for each in waiting if each["attempts"]]}
