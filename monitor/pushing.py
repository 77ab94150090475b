"""Pushes of hubs (WebSub): whom to ask, what to answer them, and which feeds they made due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qs

from monitor.feeds.hubs import DENIED, MOST_FAREWELLS, is_signed, lease_of, patience, secret_of, wanted_of
from monitor.model import Pushes, Reply, Subscription, SubscriptionState
from monitor.ports import Ports

_BATCH = 10
# Longer than asking that many may take.
_ASKING = timedelta(minutes=5)
_FIRST_ERROR = 300
PREFIX = "/websub/"
LARGEST_PUSH = 1_000_000
_MOST_CHALLENGE, _MOST_FIELDS = 1_000, 20


class Subscriptions(Protocol):
    """What is asked of the store where a hub calls."""

    def subscription(self, path: str) -> Subscription | None:
        """Return the subscription with that end of our address."""
        ...

    def agreed(
        self, path: str, state: SubscriptionState, lease_until: datetime | None, due_at: datetime
    ) -> None:
        """Note what a hub agreed to, or denied."""
        ...

    def unsubscribed(self, path: str) -> None:
        """Forget a subscription."""
        ...

    def hint(self, path: str, now: datetime) -> None:
        """Note that a hub says there is news."""
        ...


class Hubs(Protocol):
    """Brings a form to a hub; never raises for what it does."""

    def submit(self, url: str, form: Mapping[str, str]) -> Reply:
        """Post once."""
        ...


def attend_hubs(on: Ports, hubs: Hubs, pushes: Pushes, said: Callable[[Subscription, Reply], None]) -> int:
    """Make due what hubs say has news, and ask those that are to be asked; return how many feeds are due.

    `said` is called with what a hub answered that does not take what it is asked.
    """
    now = on.clock.now()
    with on.store.transaction() as tx:
        heeded = tx.heed_hints(now)
        due = tx.take_subscriptions(now, now + _ASKING, _BATCH)
    for each in due:
        reply = hubs.submit(each.hub.url, wanted_of(each, pushes))
        if reply.status is None or reply.status >= _FIRST_ERROR:
            said(each, reply)
        _note(on, each, now + _ASKING, on.clock.now())
    return heeded


def _note(on: Ports, asked: Subscription, claimed: datetime, now: datetime) -> None:
    with on.store.transaction() as tx:
        if asked.state is SubscriptionState.ENDING and asked.failures + 1 >= MOST_FAREWELLS:
            tx.drop_subscription(asked.path)
        else:
            tx.save_asked(asked.path, claimed, now + patience(asked.failures), asked.failures + 1)


# ---- when a hub calls ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said to a hub: a status of HTTP, and a text."""

    status: int
    text: str = ""


def answer_hub(
    method: str,
    path: str,
    query: str,
    signature: str | None,
    body: bytes,
    store: Subscriptions,
    pushes: Pushes,
    now: datetime,
) -> Said:
    """Answer a hub, or who says to be one; the worst that may come of it is that a feed is polled."""
    end = path.removeprefix(PREFIX)
    subscription = store.subscription(end)
    if method == "GET":
        return _agree(subscription, query, store, now)
    if method != "POST":
        return Said(status=405, text="hubs ask by GET and bring by POST")
    if subscription is None or subscription.state is SubscriptionState.ENDING:
        return Said(status=410, text="nobody subscribes here any more")
    # Taken in any case: who guesses at secrets learns nothing.
    if is_signed(body, signature, secret_of(end, pushes)):
        store.hint(end, now)
    return Said(status=202)


def _agree(subscription: Subscription | None, query: str, store: Subscriptions, now: datetime) -> Said:
    """Confirm what we asked a hub for, and nothing else."""
    unasked = Said(status=404, text="that was not asked for")
    try:
        fields = {name: values[-1] for name, values in parse_qs(query, max_num_fields=_MOST_FIELDS).items()}
    except ValueError:
        return unasked
    mode, challenge = fields.get("hub.mode"), fields.get("hub.challenge", "")
    if subscription is None or fields.get("hub.topic") != subscription.hub.topic:
        return unasked
    ending = subscription.state is SubscriptionState.ENDING
    if mode == "denied" and not ending:
        store.agreed(subscription.path, SubscriptionState.DENIED, None, now + DENIED)
        return Said(status=200)
    if mode != ("unsubscribe" if ending else "subscribe") or not 0 < len(challenge) <= _MOST_CHALLENGE:
        return unasked
    if ending:
        store.unsubscribed(subscription.path)
    else:
        lease, again = lease_of(fields.get("hub.lease_seconds"))
        store.agreed(subscription.path, SubscriptionState.ACTIVE, now + lease, now + again)
    return Said(status=200, text=challenge)
