"""Receivers, and the promise to bring them an event."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model.alerts import EventType
from monitor.model.words import DeliveryId, FailureReason, ReceiverName


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """From whom and to whom mail goes; `user` None means that nobody signs in."""

    sender: str
    recipients: tuple[str, ...]
    user: str | None = None
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` in any span of `per`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A named place that takes events. URL and secrets live in the configuration only.

    `events` None means the match, correction and digest events. `secrets` are raw keys, the newest
    first; none means that bodies go unsigned. `template` is plain JSON with placeholders, of the format
    `template` alone; `mail` is of the format `email` alone.
    """

    name: ReceiverName
    url: str = field(repr=False)
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    format: str = "standard"
    timeout: timedelta = timedelta(seconds=15)
    events: tuple[str, ...] | None = None
    fallback: bool = False
    allow_private: bool = False
    at_once: int = 4
    rate: Rate | None = None
    template: object = None
    mail: Mail | None = None


class ReceiverState(StrEnum):
    """How a receiver is."""

    OK = "ok"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverHealth:
    """What the store remembers of a receiver. Until `open_until` nothing is sent to it."""

    name: ReceiverName
    state: ReceiverState = ReceiverState.OK
    failures: int = 0
    failing_since: datetime | None = None
    open_until: datetime | None = None
    told_failing: int = 0


class DeliveryState(StrEnum):
    """pending → delivered | dead; a replay makes it pending again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The promise to bring one event to one receiver; `id` is the `webhook-id`.

    `promised_at` starts the retry table; a replay sets it anew.
    """

    id: DeliveryId
    receiver: ReceiverName
    event_type: EventType
    content_type: str
    body: bytes = field(repr=False)
    state: DeliveryState = DeliveryState.PENDING
    due_at: datetime
    promised_at: datetime
    created_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back from one POST: a status, or a reason why there is none.

    `excerpt` is the start of the answer's text, at most 4 kB were read.
    """

    status: int | None
    reason: FailureReason | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What one POST made of its delivery. `number` counts from 1."""

    number: int
    at: datetime
    state: DeliveryState
    due_at: datetime
    status: int | None
    reason: FailureReason | None
    detail: str
