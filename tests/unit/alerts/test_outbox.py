import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.events import match_event, refused_event
from monitor.alerts.outbox import hold, promise, release
from monitor.model import (
    Alert,
    AlertId,
    Delivery,
    DeliveryState,
    Event,
    EventType,
    HoldReason,
    Receiver,
    WatchlistId,
)
from monitor.text.ids import derive_id
from tests.unit.alerts.samples import (
    ARTICLE,
    DESK,
    ENTITIES,
    EVENT,
    FEED,
    NOW,
    OPS,
    RECEIVER,
    SLACK,
    STORY,
    alert,
)

CHAT = replace(RECEIVER, name=SLACK, format="slack")


def event(kind: EventType, *, about: str = "desk") -> Event:
    return Event(type=kind, subject="s", timestamp=NOW, content={"receiver": {"name": about}})


@pytest.mark.parametrize("kind", list(EventType))
@pytest.mark.parametrize(
    ("patterns", "prefixes"),
    [
        (None, ("match.", "article.", "digest.")),
        (("source.*", "receiver.*"), ("source.", "receiver.")),
        (("match.created",), ("match.created",)),
        ((), ()),
        (("*",), ("",)),
    ],
)
def test_a_receiver_takes_the_types_it_names_and_every_test(
    kind: EventType, patterns: tuple[str, ...] | None, prefixes: tuple[str, ...]
) -> None:
    receiver = replace(RECEIVER, events=patterns)

    promised = promise([event(kind, about="another")], [receiver], NOW)

    assert (kind.value.startswith(prefixes) or kind is EventType.WEBHOOK_TEST) == bool(promised)


@pytest.mark.parametrize("kind", [EventType.RECEIVER_FAILING, EventType.RECEIVER_DISABLED])
def test_news_of_a_receiver_go_to_the_fallback_and_never_to_itself(kind: EventType) -> None:
    ops = Receiver(name=OPS, url="u", fallback=True, events=("monitor.heartbeat",))
    curious = replace(RECEIVER, events=("receiver.*",))

    promised = promise([event(kind)], [curious, ops, CHAT], NOW)

    assert [OPS] == [delivery.receiver for delivery in promised]
    assert promise([event(kind, about="ops")], [ops], NOW) == ()


def test_news_of_a_refused_configuration_go_to_the_fallback_and_to_those_who_ask() -> None:
    ops = Receiver(name=OPS, url="u", fallback=True, events=("monitor.heartbeat",))
    curious = replace(RECEIVER, events=("monitor.*",))

    promised = promise([refused_event(["a.yaml:1:1: feedz: unknown key"], NOW)], [curious, ops, CHAT], NOW)

    assert [DESK, OPS] == [delivery.receiver for delivery in promised]


def test_a_delivery_is_due_at_once_with_its_body_written_for_its_receiver() -> None:
    told = match_event(alert(), ARTICLE, STORY, FEED, ENTITIES, NOW)

    plain, chat = promise([told], [RECEIVER, CHAT], NOW)

    assert replace(plain, body=b"") == Delivery(
        id=plain.id,
        receiver=DESK,
        event_type=EventType.MATCH_CREATED,
        content_type="application/json; charset=utf-8",
        body=b"",
        state=DeliveryState.PENDING,
        due_at=NOW,
        promised_at=NOW,
        created_at=NOW,
    )
    assert json.loads(plain.body)["data"]["alert"]["id"] == "al_1"
    assert "blocks" in json.loads(chat.body)


def test_the_same_event_for_the_same_receiver_has_the_same_id_at_any_time() -> None:
    (once,) = promise([EVENT], [RECEIVER], NOW)
    (again,) = promise([EVENT], [RECEIVER], NOW + timedelta(days=1))
    (other,) = promise([EVENT], [replace(RECEIVER, name=OPS)], NOW)

    assert once.id == again.id == derive_id("msg_", "match.created", "al_1", "desk")
    assert once.body == again.body
    assert once.id != other.id
    assert len(once.id) == len("msg_") + 32


def waiting(name: str = "al_1", watchlist: str = "cloud-ai") -> Alert:
    return replace(
        alert(),
        id=AlertId(name),
        watchlist=WatchlistId(watchlist),
        hold=HoldReason.QUIET_HOURS,
        release_at=NOW + timedelta(hours=9),
    )


def event_of(held: Alert) -> Event:
    return match_event(held, ARTICLE, STORY, FEED, ENTITIES, NOW)


def test_a_held_alert_is_a_row_for_each_receiver_and_another_none() -> None:
    held = waiting()

    rows = hold(held, event_of(held))

    assert [(DESK, HoldReason.QUIET_HOURS), (SLACK, HoldReason.QUIET_HOURS)] == [
        (row.receiver, row.hold) for row in rows
    ]
    assert all(row.release_at == NOW + timedelta(hours=9) for row in rows)
    assert hold(alert(), EVENT) == ()


def test_held_alerts_come_out_as_one_digest_for_each_watchlist_and_receiver() -> None:
    alerts = [waiting("al_1"), waiting("al_2"), waiting("al_3", "people")]
    rows = [row for each in alerts for row in hold(each, event_of(each))]

    released = release(rows, {DESK: RECEIVER, SLACK: CHAT}, NOW)

    assert [(DESK, 2), (DESK, 1)] == [
        (delivery.receiver, json.loads(delivery.body)["data"]["digest"]["count"])
        for delivery in released
        if delivery.receiver == DESK
    ]
    assert sum(delivery.receiver == SLACK for delivery in released) == 2
    assert {EventType.DIGEST_CREATED} == {delivery.event_type for delivery in released}
    again = release(rows[::-1], {SLACK: CHAT, DESK: RECEIVER}, NOW)
    assert [each.id for each in released] == [each.id for each in again]


def test_who_takes_matches_but_no_digests_gets_the_matches() -> None:
    held = waiting()

    released = release(
        hold(held, event_of(held)), {DESK: replace(RECEIVER, events=("match.*",)), SLACK: CHAT}, NOW
    )

    assert [(DESK, EventType.MATCH_CREATED), (SLACK, EventType.DIGEST_CREATED)] == [
        (delivery.receiver, delivery.event_type) for delivery in released
    ]
