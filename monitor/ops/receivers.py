"""`monitor receivers test`: one event through the real path, signed, stored and attempted."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.alerts.events import test_event
from monitor.alerts.outbox import promise
from monitor.errors import UsageError
from monitor.model import DeliveryId, Receiver, ReceiverHealth, ReceiverName, ReceiverState
from monitor.pipeline import deliver
from monitor.ports import Ports, Wanted
from monitor.steps.rules import Rules
from monitor.tables import Shown, many, shown_time

LEASE = timedelta(seconds=60)


class Attempts(Protocol):
    """What is asked of the store beside the pipeline's port."""

    def delivery(self, delivery: DeliveryId) -> Any:  # noqa: ANN401  (plain JSON)
        """Return a delivery with its attempts, or None."""
        ...


def receiver_named(name: str, receivers: Iterable[Receiver]) -> Receiver:
    """Return the receiver of that name.

    Raises:
        UsageError: there is none.
    """
    known = {str(receiver.name): receiver for receiver in receivers}
    if name not in known:
        raise UsageError(f"there is no receiver '{name}'; configured: {', '.join(known) or 'none'}")
    return known[name]


def show_receiver_test(
    name: ReceiverName,
    on: Ports,
    by: Rules,
    rows: Attempts,
    patience: timedelta,
    wait: Callable[[float], None],
) -> Shown:
    """Promise `webhook.test` to a receiver and bring it there; tell what came back.

    A running service may be faster: its attempt counts as well. A receiver that rests for longer than
    `patience`, or is disabled, is not waited for.

    Raises:
        UsageError: there is no such receiver.
    """
    receiver = receiver_named(name, by.receivers.values())
    now = on.clock.now()
    (delivery,) = promise([test_event(receiver, now)], [receiver], now)
    with on.store.transaction() as tx:
        tx.add_deliveries([delivery])
        health = tx.receiver(name)
    others = frozenset(by.receivers) - {name}
    ends = time.monotonic() + patience.total_seconds()
    while (
        not (attempts := rows.delivery(delivery.id)["attempts"])
        and not _is_shut(health, now + patience)
        and time.monotonic() < ends
    ):
        for claim in on.store.claim_deliveries(
            on.clock.now(), Wanted(limit=1, at_once=1, full=others), LEASE
        ):
            deliver(claim, on, by)
            with on.store.transaction() as tx:
                health = tx.receiver(name)
            break
        else:
            wait(0.1)
    return _shown(health, delivery.id, attempts[0] if attempts else None)


def _is_shut(health: ReceiverHealth, until: datetime) -> bool:
    """Return whether nothing is sent to a receiver before then."""
    rests = health.open_until is not None and health.open_until > until
    return rests or health.state is ReceiverState.DISABLED


def _shown(health: ReceiverHealth, delivery: DeliveryId, attempt: Any) -> Shown:  # noqa: ANN401
    name = health.name
    if attempt is None:
        problem = (
            f"{name}: no attempt was made: {_why_shut(health)}; delivery {delivery} waits for it; "
            f"start or repair it, then `monitor receivers enable {name}`"
        )
        return Shown(plain={"receiver": name, "delivery": delivery}, words=(problem,), failed=True)
    delivered = attempt["state"] == "delivered"
    came = (
        f"answered {attempt['status']}" if attempt["status"] else f"{attempt['reason']}: {attempt['detail']}"
    )
    words = f"{name}: {came}; delivery {delivery} is {attempt['state']}"
    return Shown(
        plain={"receiver": name, "delivery": delivery, "attempt": attempt},
        words=(words,),
        failed=not delivered,
    )


def _why_shut(health: ReceiverHealth) -> str:
    if health.state is ReceiverState.DISABLED:
        return "it is disabled since it answered 410 Gone"
    if health.open_until is None:
        return "there was no time for it"
    failures = many(health.failures, "failure", "failures")
    return f"it rests until {shown_time(health.open_until)} after {failures}"
