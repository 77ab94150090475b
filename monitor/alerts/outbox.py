"""Who is promised which event? The body is written here, once, for all attempts and replays."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import groupby

from monitor.alerts.events import digest_events
from monitor.alerts.formats import render
from monitor.model import (
    Alert,
    Delivery,
    DeliveryId,
    Event,
    EventType,
    HeldAlert,
    Receiver,
    ReceiverName,
    WatchlistId,
)
from monitor.text.ids import derive_id

_BY_DEFAULT = ("match.*", EventType.ARTICLE_CORRECTED.value, EventType.DIGEST_CREATED.value)
_ON_RECEIVERS = (EventType.RECEIVER_FAILING, EventType.RECEIVER_DISABLED)
_TO_FALLBACK = (*_ON_RECEIVERS, EventType.CONFIG_REFUSED)


def promise(events: Iterable[Event], receivers: Iterable[Receiver], now: datetime) -> tuple[Delivery, ...]:
    """Return a delivery of each event to each of the receivers that takes it, due at once.

    A receiver takes the types that its `events` name, with `*` for any ending, else those of matches,
    corrections and digests. News of a receiver, and a refused configuration, also go to the fallback
    receivers; the first never to that receiver itself. A test is for everybody given.
    """
    takers = tuple(receivers)
    return tuple(
        _delivery(event, receiver, now)
        for event in events
        for receiver in takers
        if _takes(receiver, event.type) and not _is_about(event, receiver)
    )


def hold(alert: Alert, event: Event) -> tuple[HeldAlert, ...]:
    """Return the rows that keep a held alert, with the event it would have been, for each receiver.

    An alert that is not held gives none.
    """
    if alert.hold is None or alert.release_at is None:
        return ()
    return tuple(
        HeldAlert(
            alert_id=alert.id,
            watchlist=alert.watchlist,
            receiver=receiver,
            hold=alert.hold,
            release_at=alert.release_at,
            event=event,
        )
        for receiver in alert.receivers
    )


def release(
    held: Sequence[HeldAlert], receivers: Mapping[ReceiverName, Receiver], now: datetime
) -> tuple[Delivery, ...]:
    """Return the deliveries that bring held alerts: a digest for each watchlist and receiver.

    A receiver that takes no digests gets the events themselves.

    Raises:
        KeyError: an alert waits for a receiver that is not among `receivers`.
    """
    deliveries: list[Delivery] = []
    for (watchlist, name), group in groupby(sorted(held, key=_address), key=_address):
        receiver = receivers[name]
        alerts = tuple(group)
        wants_digests = _takes(receiver, EventType.DIGEST_CREATED)
        events = (
            digest_events(watchlist, name, alerts, now)
            if wants_digests
            else tuple(each.event for each in alerts)
        )
        deliveries.extend(promise(events, [receiver], now))
    return tuple(deliveries)


def delivery_id(kind: EventType, subject: str, receiver: ReceiverName) -> DeliveryId:
    """Return the id that an event's delivery to a receiver has, whenever it is made."""
    return DeliveryId(derive_id("msg_", kind.value, subject, receiver))


def _takes(receiver: Receiver, kind: EventType) -> bool:
    if kind is EventType.WEBHOOK_TEST or (receiver.fallback and kind in _TO_FALLBACK):
        return True
    patterns = _BY_DEFAULT if receiver.events is None else receiver.events
    return any(fnmatchcase(kind.value, pattern) for pattern in patterns)


def _is_about(event: Event, receiver: Receiver) -> bool:
    subject = event.content.get("receiver") if event.type in _ON_RECEIVERS else None
    return isinstance(subject, dict) and subject.get("name") == receiver.name


def _delivery(event: Event, receiver: Receiver, now: datetime) -> Delivery:
    delivery = delivery_id(event.type, event.subject, receiver.name)
    content_type, body = render(event, receiver, delivery)
    return Delivery(
        id=delivery,
        receiver=receiver.name,
        event_type=event.type,
        content_type=content_type,
        body=body,
        due_at=now,
        promised_at=now,
        created_at=now,
    )


def _address(held: HeldAlert) -> tuple[WatchlistId, ReceiverName]:
    return held.watchlist, held.receiver
