from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.retry import RetryPolicy, judge, receiver_after
from monitor.model import (
    Attempt,
    DeliveryState,
    FailureReason,
    ReceiverHealth,
    ReceiverName,
    ReceiverState,
    Reply,
)
from tests.unit.alerts.samples import DELIVERY, DESK, NOW

POLICY = RetryPolicy()
OK = ReceiverHealth(name=DESK)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Fixed:
    value: float

    def random(self) -> float:
        return self.value


EVEN = Fixed(0.5)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def answers(status: int, **more: object) -> Reply:
    return Reply(status=status, **more)  # type: ignore[arg-type]


def fails(reason: FailureReason = FailureReason.TIMEOUT) -> Reply:
    return Reply(status=None, reason=reason, detail="no answer in 15 s")


def attempts_of(behave: Callable[[datetime, int], Reply]) -> Iterator[Attempt]:
    """Bring one delivery on a virtual clock until it is delivered or dead."""
    delivery, now = DELIVERY, NOW
    while delivery.state is DeliveryState.PENDING:
        attempt = judge(delivery, behave(now, delivery.attempts + 1), now, POLICY, EVEN)
        yield attempt
        delivery = replace(delivery, state=attempt.state, attempts=attempt.number)
        now = attempt.due_at


# From the promise: at once, 5 s, 30 s, 5 min, 30 min, 2 h, 5 h, 10 h, then every 12 h up to 7 days.
TABLE = [0.0, 0, 5, 35, 335, 2135, 9335, 27335, 63335, *(63335 + 43200 * n for n in range(1, 14))]


def always(reply: Reply) -> Callable[[datetime, int], Reply]:
    return lambda _, __: reply


def until(number: int, reply: Reply, then: Reply) -> Callable[[datetime, int], Reply]:
    return lambda _, attempt: reply if attempt < number else then


@pytest.mark.parametrize(
    ("behave", "times", "state"),
    [
        (always(answers(200)), [0.0], "delivered"),
        (always(answers(202)), [0.0], "delivered"),
        (always(answers(204)), [0.0], "delivered"),
        (always(answers(299)), [0.0], "delivered"),
        (always(answers(410)), [0.0], "dead"),
        (until(3, answers(500), answers(410)), TABLE[:3], "dead"),
        (always(answers(500)), TABLE, "dead"),
        (always(answers(404)), TABLE, "dead"),
        (always(answers(301)), TABLE, "dead"),
        (always(answers(101)), TABLE, "dead"),
        (always(fails(FailureReason.TIMEOUT)), TABLE, "dead"),
        (always(fails(FailureReason.DNS)), TABLE, "dead"),
        (always(fails(FailureReason.CONNECT)), TABLE, "dead"),
        (always(fails(FailureReason.TLS)), TABLE, "dead"),
        (always(fails(FailureReason.PRIVATE_ADDRESS)), TABLE, "dead"),
        (until(2, answers(500), answers(200)), TABLE[:2], "delivered"),
        (until(3, fails(), answers(200)), TABLE[:3], "delivered"),
        (until(9, answers(502), answers(200)), TABLE[:9], "delivered"),
        (until(len(TABLE), fails(), answers(200)), TABLE, "delivered"),
        (until(2, answers(429, retry_after=seconds(120)), answers(200)), [0.0, 120], "delivered"),
        (until(2, answers(503, retry_after=seconds(7)), answers(200)), [0.0, 7], "delivered"),
        (until(2, answers(503, retry_after=seconds(0)), answers(200)), [0.0, 1], "delivered"),
        (until(2, answers(503, retry_after=3 * DAY), answers(200)), [0.0, 86400], "delivered"),
        (until(2, answers(500, retry_after=seconds(99)), answers(200)), [0.0, 0], "delivered"),
        (always(answers(429, retry_after=3 * DAY)), [86400.0 * n for n in range(8)], "dead"),
    ],
)
def test_each_of_25_receivers_is_tried_as_the_table_says(
    behave: Callable[[datetime, int], Reply], times: list[float], state: str
) -> None:
    attempts = list(attempts_of(behave))

    assert times == [(attempt.at - NOW).total_seconds() for attempt in attempts]
    assert list(range(1, len(times) + 1)) == [attempt.number for attempt in attempts]
    assert state == attempts[-1].state.value


def test_a_delivery_dies_at_the_first_failure_seven_days_after_its_promise() -> None:
    late = replace(DELIVERY, attempts=POLICY.failing_after)

    before = judge(late, fails(), NOW + 7 * DAY - seconds(1), POLICY, EVEN)
    after = judge(late, fails(), NOW + 7 * DAY, POLICY, EVEN)

    assert (before.state, after.state) == (DeliveryState.PENDING, DeliveryState.DEAD)
    assert after.due_at == after.at


def test_a_week_in_which_the_monitor_stood_still_uses_no_tries_up() -> None:
    attempt = judge(replace(DELIVERY, attempts=1), fails(), NOW + 8 * DAY, POLICY, EVEN)

    assert DeliveryState.PENDING == attempt.state


def test_a_replay_starts_the_seven_days_anew() -> None:
    replayed = replace(DELIVERY, promised_at=NOW + 9 * DAY)

    assert judge(replayed, fails(), NOW + 10 * DAY, POLICY, EVEN).state is DeliveryState.PENDING


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_jitter_moves_a_wait_by_a_fifth_at_most(number: int, chance: Random) -> None:
    attempt = judge(replace(DELIVERY, attempts=number), fails(), NOW, POLICY, chance)

    wait = POLICY.waits[min(number, len(POLICY.waits) - 1)]
    assert 0.8 * wait <= attempt.due_at - NOW <= 1.2 * wait


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (answers(200), None),
        (answers(301), FailureReason.HTTP_3XX),
        (answers(404), FailureReason.HTTP_4XX),
        (answers(410), FailureReason.GONE),
        (answers(429), FailureReason.RATE_LIMITED),
        (answers(500), FailureReason.HTTP_5XX),
        (answers(101), FailureReason.PROTOCOL),
        (answers(302, reason=FailureReason.REDIRECT), FailureReason.REDIRECT),
        (fails(FailureReason.TLS), FailureReason.TLS),
        (Reply(status=None, detail="receiver 'desk' is not configured"), None),
    ],
)
def test_an_attempt_keeps_why_it_failed(reply: Reply, reason: FailureReason | None) -> None:
    attempt = judge(DELIVERY, reply, NOW, POLICY, EVEN)

    assert reason is attempt.reason
    assert (attempt.status, attempt.detail) == (reply.status, reply.detail)


def health_after(*replies: Reply) -> ReceiverHealth:
    health = OK
    for number, reply in enumerate(replies):
        health = receiver_after(health, reply, NOW + number * seconds(1), POLICY, EVEN)
    return health


def test_a_receiver_is_failing_from_the_fourth_failure_in_a_row() -> None:
    third, fourth = health_after(*[fails()] * 3), health_after(*[fails()] * 4)

    assert (third.state, third.failures, third.open_until) == (ReceiverState.OK, 3, None)
    assert third.told_failing == 0
    assert (fourth.state, fourth.failures) == (ReceiverState.FAILING, 4)
    assert fourth.failing_since == NOW
    assert fourth.told_failing == 1


@pytest.mark.parametrize(("failures", "rest"), [(4, 30), (5, 60), (6, 120), (7, 240), (8, 300), (5000, 300)])
def test_a_failing_receiver_rests_twice_as_long_each_time_up_to_five_minutes(
    failures: int, rest: int
) -> None:
    before = ReceiverHealth(name=DESK, failures=failures - 1)

    assert receiver_after(before, fails(), NOW, POLICY, EVEN).open_until == NOW + seconds(rest)


def test_its_owner_is_told_again_after_three_days_and_no_more() -> None:
    failing = health_after(*[fails()] * 4)

    still = receiver_after(failing, fails(), NOW + 3 * DAY - seconds(1), POLICY, EVEN)
    again = receiver_after(still, fails(), NOW + 3 * DAY, POLICY, EVEN)
    later = receiver_after(again, fails(), NOW + 9 * DAY, POLICY, EVEN)

    assert [1, 2, 2] == [each.told_failing for each in (still, again, later)]


def test_one_success_makes_a_receiver_well() -> None:
    assert health_after(*[fails()] * 6, answers(200)) == OK


def test_what_was_sent_before_a_410_does_not_enable_a_receiver_again() -> None:
    assert health_after(answers(410), answers(200)) == health_after(answers(410))


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_an_answer_asks_for_holds_for_all_that_goes_to_the_receiver(status: int) -> None:
    asked = answers(status, retry_after=seconds(60))

    assert health_after(asked).open_until == NOW + seconds(60)
    assert health_after(asked, answers(200)).open_until == NOW + seconds(60)
    assert health_after(asked, answers(status, retry_after=seconds(5))).open_until == NOW + seconds(60)
    assert health_after(*[fails()] * 9, asked).open_until == NOW + seconds(9 + 300)
    assert health_after(*[fails()] * 9, answers(status, retry_after=DAY)).open_until == NOW + DAY + seconds(9)
    assert health_after(answers(500, retry_after=seconds(60))).open_until is None


@given(st.integers(4, 40), st.randoms(use_true_random=False))
def test_jitter_moves_a_rest_by_a_fifth_at_most(failures: int, chance: Random) -> None:
    before = ReceiverHealth(name=DESK, failures=failures - 1)

    after = receiver_after(before, fails(), NOW, POLICY, chance)

    rest = min(seconds(30) * 2 ** (failures - 4), seconds(300))
    assert after.open_until is not None
    assert 0.8 * rest <= after.open_until - NOW <= 1.2 * rest


def test_a_receiver_that_is_gone_is_disabled_and_stays_so_while_it_fails() -> None:
    gone, still = health_after(answers(410)), health_after(answers(410), *[fails()] * 5)

    assert gone.state is ReceiverState.DISABLED
    assert gone.open_until is None
    assert (still.state, still.told_failing) == (ReceiverState.DISABLED, 0)


def test_a_receiver_keeps_its_name() -> None:
    ops = ReceiverHealth(name=ReceiverName("ops"), failures=2)

    assert receiver_after(ops, answers(200), NOW, POLICY, EVEN).name == "ops"
    assert receiver_after(ops, fails(), NOW, POLICY, EVEN).name == "ops"
