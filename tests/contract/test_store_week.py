"""A week of receivers that fail, on a virtual clock: nothing goes in circles, all is tried to the end."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from monitor.adapters.store import SqlStore
from monitor.model import DeliveryState, FailureReason, Receiver, ReceiverName, Reply
from monitor.pipeline import deliver
from monitor.ports import DeliveryFilter, Ports, Wanted
from monitor.steps.rules import Rules
from tests.contract.store_rows import DAY, LEASE, NOW, delivery, promise

RECEIVERS = {
    each.name: each
    for each in (
        Receiver(name=ReceiverName("desk"), url="https://desk.example"),
        Receiver(name=ReceiverName("ops"), url="https://ops.example", events=("receiver.*",), fallback=True),
        Receiver(name=ReceiverName("second"), url="https://second.example", events=("receiver.*",)),
    )
}


class Hands:
    """A clock that is set, and receivers of which none takes anything."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def await_turn(self, receiver: Receiver) -> None:
        assert receiver.rate is None

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        return Reply(
            status=None, reason=FailureReason.CONNECT, detail=f"{receiver.name}: {len(headers)} {len(body)}"
        )


def next_due(store: SqlStore) -> datetime | None:
    """Return when the first of the deliveries that wait is to be tried; None where none waits."""
    waiting = store.deliveries(DeliveryFilter(state=DeliveryState.PENDING.value, limit=1000))
    return min((datetime.fromisoformat(each["due_at"]) for each in waiting), default=None)


def test_a_week_in_which_every_receiver_fails_ends_with_a_handful_of_notices(store: SqlStore) -> None:
    hands = Hands()
    nobody = cast("Any", None)
    on = Ports(fetcher=nobody, sender=hands, sandbox=nobody, store=store, clock=hands, random=Random(1))
    by = Rules(feeds={}, entities={}, watchlists=(), receivers=RECEIVERS, matcher=nobody, user_agent="test")
    promise(store, *(delivery(f"m{number}") for number in range(2)))

    while (due := next_due(store)) and hands.time < NOW + 30 * DAY:
        # In between there would be nothing to claim.
        hands.time = max(due, hands.time + timedelta(minutes=10))
        for claim in store.claim_deliveries(hands.time, Wanted(limit=9, at_once=4), LEASE):
            deliver(claim, on, by)

    rows = store.deliveries(DeliveryFilter(limit=1000))
    notices = Counter((row["receiver"], row["type"]) for row in rows if row["type"] != "match.created")
    assert {DeliveryState.DEAD.value} == {row["state"] for row in rows}
    # Each of three that fail is told to those of the two others that listen, at first and after three days.
    assert {("ops", "receiver.failing"): 4, ("second", "receiver.failing"): 4} == notices
    assert all(row["attempts"] >= 10 for row in rows)
    assert hands.time < NOW + timedelta(days=20)
