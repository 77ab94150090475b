import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.alerts.events import heartbeat_event, source_events
from monitor.alerts.examples import example_events
from monitor.alerts.formats.alertmanager import label_name, render
from monitor.model import Event, EventType, FeedState
from tests.unit.alerts.samples import FEED, NOW

EXAMPLES = example_events()


def alerts_of(event: Event) -> list[dict[str, Any]]:
    content_type, body = render(event)
    assert "application/json; charset=utf-8" == content_type
    alerts: list[dict[str, Any]] = json.loads(body)
    return alerts


def test_a_match_is_a_moment_that_is_told_even_if_it_comes_late() -> None:
    (alert,) = alerts_of(EXAMPLES[EventType.MATCH_CREATED])

    assert {
        "alertname": "match.created",
        "severity": "high",
        "watchlist": "cloud-ai",
        "alert": "al_ecc88f2816e88cbf42312517038cce5a",
        "story": "st_478602d18d91d60b19750fafb8da5c6c",
        "feed": "example-de",
        "entity": "amazon,desantis",
        "team": "markets",
    } == alert["labels"]
    assert "2025-12-17T20:03:11Z" == alert["startsAt"]
    assert "endsAt" not in alert
    assert "https://www.example.org/amazon-ki-chef" == alert["generatorURL"]


def test_sentences_stand_in_the_annotations_with_the_mention_in_guillemets() -> None:
    (alert,) = alerts_of(EXAMPLES[EventType.MATCH_CREATED])

    assert "Amazon macht Peter DeSantis zum KI-Chef" == alert["annotations"]["summary"]
    assert alert["annotations"]["description"].startswith("»Amazons« Sparte für")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (FeedState.OK, FeedState.FAILING, [("source.failing", True)]),
        (FeedState.FAILING, FeedState.OK, [("source.failing", False)]),
        (FeedState.FAILING, FeedState.STALE, [("source.stale", True), ("source.failing", False)]),
        (FeedState.FAILING, FeedState.GONE, [("source.failing", True)]),
        (FeedState.GONE, FeedState.OK, [("source.failing", False)]),
    ],
)
def test_a_feed_s_alert_lasts_until_its_state_changes(
    before: FeedState, after: FeedState, told: list[tuple[str, bool]]
) -> None:
    (event,) = source_events(replace(FEED, state=before), replace(FEED, state=after), NOW)

    alerts = alerts_of(event)

    ends = [datetime.fromisoformat(alert["endsAt"]) for alert in alerts]
    assert told == [
        (alert["labels"]["alertname"], end > NOW) for alert, end in zip(alerts, ends, strict=True)
    ]
    assert all(end in (NOW, NOW + timedelta(days=30)) for end in ends)
    assert all({"alertname", "severity", "feed"} == alert["labels"].keys() for alert in alerts)


def test_a_change_between_states_that_are_not_known_here_is_told_and_over() -> None:
    odd = replace(EXAMPLES[EventType.SOURCE_RECOVERED])
    odd = replace(odd, content={**odd.content, "previous": "ok"})

    (alert,) = alerts_of(odd)

    assert "source.recovered" == alert["labels"]["alertname"]
    assert alert["startsAt"] == alert["endsAt"]


def test_the_heartbeat_s_alert_ends_when_two_of_them_have_failed_to_come() -> None:
    event = heartbeat_event({}, NOW - timedelta(minutes=15), NOW)

    (alert,) = alerts_of(event)

    assert NOW + timedelta(minutes=31) == datetime.fromisoformat(alert["endsAt"])
    assert {"alertname": "monitor.heartbeat", "severity": "none"} == alert["labels"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("team", "team"), ("cost-center", "cost_center"), ("1st", "_1st"), ("", "_"), ("größe", "gr__e")],
)
def test_a_label_s_name_is_one(text: str, name: str) -> None:
    assert name == label_name(text)


def test_a_watchlist_s_labels_change_none_of_ours() -> None:
    event = EXAMPLES[EventType.MATCH_CREATED]
    labels = {"alertname": "x", "severity": "none", "a b": "1", "a_b": "2", "leer": ""}
    told: Any = event.content["alert"]
    forged = replace(event, content={**event.content, "alert": {**told, "labels": labels}})

    (alert,) = alerts_of(forged)

    assert ("match.created", "high", "1") == tuple(
        alert["labels"][name] for name in ("alertname", "severity", "a_b")
    )
    assert "leer" not in alert["labels"]


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_has_labels_and_annotations_that_are_valid(kind: EventType) -> None:
    for alert in alerts_of(EXAMPLES[kind]):
        for pairs in (alert["labels"], alert["annotations"]):
            assert all(re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) for name in pairs)
            assert all(pairs.values())
