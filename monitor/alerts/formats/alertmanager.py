"""Prometheus Alertmanager: what is posted to `/api/v2/alerts`.

*Observations.* Alertmanager keeps an alert until its `endsAt`. One without is ended `resolve_timeout`
(5 minutes, unless configured) after it came, one whose end has passed is ended on arrival and tells
nobody. Alerts of the same labels are one alert.

*Theory of operation.* A match is a moment: no `endsAt`, so that it is told even when it comes hours
late. A feed's state goes on: its alert ends when the next change of state says so, and after 30 days
at the latest. A heartbeat is due again: its alert ends when two of them have failed to come.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from monitor.alerts.evidence import Plain, moment
from monitor.alerts.formats.chat import Chat, chat_of, facts_of, fitted, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, compact
from monitor.model import Event, EventType, FeedState

_STATE_LASTS = timedelta(days=30)
_LATE = timedelta(minutes=1)
_MOST_LABELS = 30
_LABEL_CHARS = 100
_TITLE_CHARS = 300
_FACT_CHARS = 300
_MOST_FACTS = 8
_NO_NAME = re.compile(r"[^a-zA-Z0-9_]")
_ALERT_OF_STATE = {
    FeedState.FAILING.value: EventType.SOURCE_FAILING,
    FeedState.GONE.value: EventType.SOURCE_FAILING,
    FeedState.DEGRADED.value: EventType.SOURCE_DEGRADED,
    FeedState.STALE.value: EventType.SOURCE_STALE,
}
# Labels, and where their values may stand in `data`; the first that is there counts.
_LABELS = (
    ("watchlist", ("alert", "watchlist")),
    ("watchlist", ("digest", "watchlist")),
    ("alert", ("alert", "id")),
    ("story", ("story", "id")),
    ("digest", ("digest", "id")),
    ("receiver", ("receiver", "name")),
    ("feed", ("feed", "id")),
    ("feed", ("article", "feed", "id")),
)
_SEVERITIES = {
    EventType.SOURCE_FAILING: "high",
    EventType.RECEIVER_FAILING: "high",
    EventType.RECEIVER_DISABLED: "high",
    EventType.CONFIG_REFUSED: "high",
    EventType.HEARTBEAT: "none",
    EventType.WEBHOOK_TEST: "none",
}


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a list of alerts."""
    return CONTENT_TYPE, fitted(chat_of(event), lambda chat: compact(_alerts(event, chat)), MOST_BYTES)


def label_name(text: str) -> str:
    """Return a text as the name of a label: ASCII letters, digits and `_`, no digit first."""
    name = _NO_NAME.sub("_", text)[:_LABEL_CHARS]
    return f"_{name}" if not name or name[0].isdigit() else name


def _alerts(event: Event, chat: Chat) -> list[Plain]:
    told: Mapping[str, Any] = event.content
    if "state" in told and "feed" in told:
        return _of_state(event, chat, told)
    lasts = _until_two_are_missed(told) if event.type is EventType.HEARTBEAT else None
    return [_alert(event.type, event, chat, lasts)]


def _of_state(event: Event, chat: Chat, told: Mapping[str, Any]) -> list[Plain]:
    """Return the alert that a feed's state raises, and the end of the one that the last state raised."""
    before, after = (_ALERT_OF_STATE.get(told[name]) for name in ("previous", "state"))
    alerts = [_alert(after, event, chat, _STATE_LASTS)] if after else []
    if before and before is not after:
        alerts.append(_alert(before, event, chat, timedelta(0)))
    return alerts or [_alert(event.type, event, chat, timedelta(0))]


def _alert(kind: EventType, event: Event, chat: Chat, lasts: timedelta | None) -> Plain:
    alert: Plain = {
        "labels": _labels(kind, event.content),
        "annotations": _annotations(chat),
        "startsAt": moment(event.timestamp),
    }
    if lasts is not None:
        alert["endsAt"] = moment(event.timestamp + lasts)
    return alert | ({"generatorURL": chat.url} if chat.url else {})


def _labels(kind: EventType, told: Any) -> Mapping[str, str]:  # noqa: ANN401  (plain JSON)
    """Return what tells this alert from others; those of the watchlist come last and change none."""
    alert = told.get("alert", {})
    labels = {"alertname": kind.value, "severity": alert.get("severity") or _SEVERITIES.get(kind, "normal")}
    for name, path in _LABELS:
        value = reduce(lambda found, step: found.get(step, {}), path, told)
        if isinstance(value, str):
            labels.setdefault(name, shortened(value, _LABEL_CHARS))
    if told.get("matches"):
        ids = (match["entity"]["id"] for match in told["matches"])
        labels["entity"] = shortened(",".join(ids), _LABEL_CHARS)
    for name, value in list(alert.get("labels", {}).items())[:_MOST_LABELS]:
        labels.setdefault(label_name(name), shortened(value, _LABEL_CHARS))
    return {name: value for name, value in labels.items() if value}


def _annotations(chat: Chat) -> Mapping[str, str]:
    sentences = [f"{quote.before}»{quote.mention}«{quote.after}" for quote in chat.quotes]
    annotations = {"summary": shortened(chat.headline, _TITLE_CHARS)}
    if sentences:
        annotations["description"] = "\n".join(sentences)
    for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS):
        annotations.setdefault(label_name(label.lower()), value)
    return {name: value for name, value in annotations.items() if value}


def _until_two_are_missed(told: Mapping[str, Any]) -> timedelta:
    since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
    return 2 * (until - since) + _LATE
