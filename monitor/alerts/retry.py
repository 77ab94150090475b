"""What does a receiver's answer make of the delivery, and of the receiver?

A delivery is pending until an answer of 2xx (delivered), of 410 (dead), or until it is tried in vain
seven days after it was promised (dead). Anything else is tried again: a deploy answers 404 for a
minute, a network fails for an hour. A receiver that fails four times in a row is given a rest, short
enough that it is served soon after it recovers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from monitor.model import (
    Attempt,
    Delivery,
    DeliveryState,
    Dice,
    FailureReason,
    ReceiverHealth,
    ReceiverState,
    Reply,
)

_ASKED_TO_WAIT = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
_REASON_OF_STATUS: Mapping[int, FailureReason] = {
    HTTPStatus.GONE: FailureReason.GONE,
    HTTPStatus.TOO_MANY_REQUESTS: FailureReason.RATE_LIMITED,
}
_REASON_OF_CLASS: Mapping[int, FailureReason] = {
    3: FailureReason.HTTP_3XX,
    4: FailureReason.HTTP_4XX,
    5: FailureReason.HTTP_5XX,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """The table of `docs/webhooks.md`.

    `waits` follow the first, second … failure of a delivery; the last repeats until `give_up_after`,
    counted from the promise. Each is prolonged or shortened by up to `jitter` of itself, rests too. From
    the `failing_after`th failure in a row on, a receiver rests for `least_rest`, then twice that, up to
    `most_rest`; its owner is told then, and again after `still_failing_after`.
    """

    waits: tuple[timedelta, ...] = (
        timedelta(0),
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=12),
    )
    jitter: float = 0.2
    give_up_after: timedelta = timedelta(days=7)
    # Answers that ask for no wait at all are given one second: they may come for days.
    least_asked_wait: timedelta = timedelta(seconds=1)
    most_asked_wait: timedelta = timedelta(hours=24)
    failing_after: int = 4
    least_rest: timedelta = timedelta(seconds=30)
    most_rest: timedelta = timedelta(minutes=5)
    still_failing_after: timedelta = timedelta(hours=72)


def judge(delivery: Delivery, reply: Reply, now: datetime, policy: RetryPolicy, dice: Dice) -> Attempt:
    """Decide what becomes of a delivery after one more attempt.

    `delivery` is as it was before the attempt: its `attempts` does not count this one.
    """
    state, due_at = DeliveryState.PENDING, now
    if _is_success(reply):
        state = DeliveryState.DELIVERED
    elif reply.status == HTTPStatus.GONE or _is_exhausted(delivery, now, policy):
        state = DeliveryState.DEAD
    else:
        due_at = now + _wait(delivery, reply, policy, dice)
    return Attempt(
        number=delivery.attempts + 1,
        at=now,
        state=state,
        due_at=due_at,
        status=reply.status,
        reason=_reason(reply),
        detail=reply.detail,
    )


def receiver_after(
    before: ReceiverHealth, reply: Reply, now: datetime, policy: RetryPolicy, dice: Dice
) -> ReceiverHealth:
    """Decide how a receiver is after one more answer.

    `told_failing` is how often its owner is to have been told of the present row of failures. A wait
    that an answer asks for holds for all that goes to the receiver, also where others, sent before,
    are taken meanwhile. What was sent before a 410 does not enable it again.
    """
    if _is_success(reply):
        return before if before.state is ReceiverState.DISABLED else _well(before)
    failures, since = before.failures + 1, before.failing_since or now
    after = replace(before, failures=failures, failing_since=since)
    if reply.status == HTTPStatus.GONE or before.state is ReceiverState.DISABLED:
        return replace(after, state=ReceiverState.DISABLED, open_until=None)
    asked = _asked_wait(reply, policy)
    if failures < policy.failing_after:
        return after if asked is None else replace(after, open_until=_later(after.open_until, now + asked))
    rest = _jittered(_rest(failures - policy.failing_after, policy), policy, dice)
    return replace(
        after,
        state=ReceiverState.FAILING,
        open_until=now + max(rest, asked or rest),
        told_failing=max(before.told_failing, 2 if now - since >= policy.still_failing_after else 1),
    )


def _well(before: ReceiverHealth) -> ReceiverHealth:
    rests = before.open_until if before.state is ReceiverState.OK else None
    return ReceiverHealth(name=before.name, open_until=rests)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _is_exhausted(delivery: Delivery, now: datetime, policy: RetryPolicy) -> bool:
    """Tell whether time and tries are both used up: a monitor that stood still for a week has tried none."""
    return now - delivery.promised_at >= policy.give_up_after and delivery.attempts >= policy.failing_after


def _is_success(reply: Reply) -> bool:
    return reply.status is not None and HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES


def _wait(delivery: Delivery, reply: Reply, policy: RetryPolicy, dice: Dice) -> timedelta:
    asked = _asked_wait(reply, policy)
    if asked is not None:
        return asked
    return _jittered(policy.waits[min(delivery.attempts, len(policy.waits) - 1)], policy, dice)


def _asked_wait(reply: Reply, policy: RetryPolicy) -> timedelta | None:
    if reply.retry_after is None or reply.status not in _ASKED_TO_WAIT:
        return None
    return min(max(reply.retry_after, policy.least_asked_wait), policy.most_asked_wait)


def _jittered(wait: timedelta, policy: RetryPolicy, dice: Dice) -> timedelta:
    return wait * (1 + policy.jitter * (2 * dice.random() - 1))


def _rest(times_before: int, policy: RetryPolicy) -> timedelta:
    # Beyond 16 doublings every rest is the longest, and a timedelta would overflow.
    doublings: int = 2 ** min(times_before, 16)
    return min(policy.least_rest * doublings, policy.most_rest)


def _reason(reply: Reply) -> FailureReason | None:
    if _is_success(reply) or reply.status is None or reply.reason is not None:
        return reply.reason
    return _REASON_OF_STATUS.get(reply.status) or _REASON_OF_CLASS.get(
        reply.status // 100, FailureReason.PROTOCOL
    )
