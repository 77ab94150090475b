"""What hubs push (WebSub): who is asked, for what, and what was agreed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.words import FeedId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushes:
    """Where hubs reach us, without a slash at the end, and the key that each one's secret is made of."""

    public_url: str
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Which hub a feed's document names, and what it calls itself there."""

    url: str
    topic: str


class SubscriptionState(StrEnum):
    """wanted → active | denied; ending: its feed is watched no more."""

    WANTED = "wanted"
    ACTIVE = "active"
    DENIED = "denied"
    ENDING = "ending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What we have with a hub. `path` is the secret end of our address, `due_at` when the hub is asked again.

    `failures` counts the times that it was asked since it last agreed. The hub pushes until `lease_until`.
    """

    feed: FeedId
    hub: Hub
    path: str
    state: SubscriptionState
    due_at: datetime
    failures: int = 0
    lease_until: datetime | None = None
    pushed_at: datetime | None = None
