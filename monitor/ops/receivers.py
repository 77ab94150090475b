"""`monitor receivers test`: one event through the real path, signed, stored and attempted."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Protocol

from monitor.alerts.events import test_event
from monitor.alerts.outbox import promise
from monitor.errors import UsageError
from monitor.model import DeliveryId, Receiver, ReceiverName
from monitor.pipeline import deliver
from monitor.ports import Ports, Wanted
from monitor.steps.rules import Rules
from monitor.tables import Shown

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

    A running service may be faster: its attempt counts as well.

    Raises:
        UsageError: there is no such receiver.
    """
    receiver = receiver_named(name, by.receivers.values())
    now = on.clock.now()
    (delivery,) = promise([test_event(receiver, now)], [receiver], now)
    with on.store.transaction() as tx:
        tx.add_deliveries([delivery])
    others = frozenset(by.receivers) - {name}
    ends = time.monotonic() + patience.total_seconds()
    while not (attempts := rows.delivery(delivery.id)["attempts"]) and time.monotonic() < ends:
        for claim in on.store.claim_deliveries(
            on.clock.now(), Wanted(limit=1, at_once=1, full=others), LEASE
        ):
            deliver(claim, on, by)
            break
        else:
            wait(0.1)
    return _shown(name, delivery.id, attempts[0] if attempts else None)


def _shown(name: ReceiverName, delivery: DeliveryId, attempt: Any) -> Shown:  # noqa: ANN401
    if attempt is None:
        problem = (
            f"{name}: no attempt was made in time: it is disabled, or rests after failures; "
            f"see `monitor status`; delivery {delivery} waits for it"
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
