"""Whom deliveries are claimed for: rests, probes, rates, turns, and receivers that move."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.model import Delivery, DeliveryState, Rate, Receiver, ReceiverHealth, ReceiverName, ReceiverState
from monitor.ports import Claim, Wanted
from tests.contract.store_rows import ALL, DAY, DESK, LEASE, NOW, SECOND, attempted, delivery, ids, promise

URL = "https://hooks.example/desk"
FAILING = ReceiverHealth(
    name=DESK, state=ReceiverState.FAILING, failures=4, failing_since=NOW, told_failing=1
)
DISABLED = ReceiverHealth(name=DESK, state=ReceiverState.DISABLED, failures=1)


def receiver(url: str = URL, rate: Rate | None = None, name: str = "desk") -> Receiver:
    return Receiver(name=ReceiverName(name), url=url, rate=rate)


def is_in(store: SqlStore, health: ReceiverHealth) -> None:
    """Have a receiver be so after one attempt."""
    promise(store, delivery("before", health.name))
    (claim,) = store.claim_deliveries(NOW, ALL, LEASE)
    attempted(store, claim, DeliveryState.DEAD, health)


def backlog(store: SqlStore, count: int, *receivers: str) -> None:
    promise(store, *(delivery(f"{name}{n:05}", name) for name in receivers for n in range(count)))


def health(store: SqlStore, name: ReceiverName = DESK) -> ReceiverHealth:
    with store.transaction() as tx:
        return tx.receiver(name)


# ---- probes --------------------------------------------------------------------------------------


def test_a_failing_receiver_gets_one_delivery_and_no_other_before_its_answer(
    store: SqlStore, other: SqlStore
) -> None:
    is_in(store, FAILING)
    backlog(store, 9, "desk")

    (probe,) = store.claim_deliveries(NOW, ALL, LEASE)
    meanwhile = ids(other.claim_deliveries(NOW + SECOND, ALL, LEASE))
    attempted(store, probe, DeliveryState.PENDING, FAILING)
    again = other.claim_deliveries(NOW + SECOND, ALL, LEASE)
    attempted(other, again[0], DeliveryState.DELIVERED)

    assert [] == meanwhile
    assert 1 == len(again)
    assert 7 == len(store.claim_deliveries(NOW + SECOND, ALL, LEASE))


def test_a_probe_whose_worker_died_keeps_the_door_shut_for_a_lease_only(store: SqlStore) -> None:
    is_in(store, FAILING)
    backlog(store, 2, "desk")

    first = ids(store.claim_deliveries(NOW, ALL, LEASE))
    second = ids(store.claim_deliveries(NOW + LEASE, ALL, LEASE))

    assert ["msg_desk00000"] == first == second


# ---- rates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "least"),
    [
        (Rate(count=30, per=timedelta(minutes=1)), 20),
        (Rate(count=1, per=SECOND), 40),
        (Rate(count=20, per=SECOND), 600),
    ],
)
def test_no_span_of_a_rate_s_time_holds_more_and_little_of_it_is_wasted(
    store: SqlStore, other: SqlStore, rate: Rate, least: int
) -> None:
    store.sync_receivers([receiver(rate=rate)])
    backlog(store, 820, "desk")
    sent: list[datetime] = []

    for tick in range(160):
        now = NOW + tick * timedelta(milliseconds=250)
        for worker in (store, other):
            sent += [now] * len(worker.claim_deliveries(now, Wanted(limit=9, at_once=9), DAY))

    spans = (sum(1 for at in sent[n:] if at < begin + rate.per) for n, begin in enumerate(sent))
    assert max(spans) <= rate.count
    assert least <= len(sent)


def test_a_rate_holds_back_no_other_receiver_and_ends_with_its_configuration(store: SqlStore) -> None:
    store.sync_receivers([receiver(rate=Rate(count=1, per=timedelta(minutes=1)))])
    backlog(store, 5, "desk", "other")

    with_it = Counter(claim.row.receiver for claim in store.claim_deliveries(NOW, ALL, DAY))
    soon = ids(store.claim_deliveries(NOW + timedelta(seconds=59), ALL, LEASE))
    store.sync_receivers([receiver()])
    without = Counter(claim.row.receiver for claim in store.claim_deliveries(NOW, ALL, LEASE))

    assert {"desk": 1, "other": 5} == with_it
    assert [] == soon
    assert {"desk": 4} == without


# ---- turns ---------------------------------------------------------------------------------------


def claimed_in_turn(store: SqlStore, wanted: Wanted) -> Iterator[Sequence[Claim[Delivery]]]:
    while claims := store.claim_deliveries(NOW, wanted, LEASE):
        yield claims
        for claim in claims:
            attempted(store, claim)


def test_a_backlog_drains_evenly_over_receivers_and_oldest_first(store: SqlStore) -> None:
    names = [f"r{number}" for number in range(5)]
    backlog(store, 40, *names)
    order: dict[str, list[str]] = {name: [] for name in names}
    drained: list[list[int]] = []

    for claims in claimed_in_turn(store, Wanted(limit=7, at_once=4)):
        for claim in claims:
            order[claim.row.receiver].append(claim.row.id)
        drained.append([len(each) for each in order.values()])

    first_done = next(counts for counts in drained if 40 in counts)
    assert 30 <= min(first_done)
    assert all(sorted(each) == each and len(each) == 40 for each in order.values())


def test_who_has_least_in_work_comes_first_and_some_room_is_kept_for_who_has_none(store: SqlStore) -> None:
    backlog(store, 9, "slow", "busy")
    busy = {"slow": 3, "busy": 1}

    kept = store.claim_deliveries(NOW, Wanted(limit=4, at_once=4, working=busy, reserved=2), LEASE)
    promise(store, delivery("fresh", "fresh"))
    fresh = store.claim_deliveries(NOW, Wanted(limit=2, at_once=4, working=busy, reserved=2), LEASE)

    assert ["msg_busy00000", "msg_busy00001"] == sorted(ids(kept))
    assert ["msg_fresh"] == ids(fresh)


# ---- where a receiver is -------------------------------------------------------------------------


@contextmanager
def known_at(store: SqlStore, url: str, how: ReceiverHealth) -> Iterator[None]:
    store.sync_receivers([receiver(url)])
    is_in(store, how)
    backlog(store, 1, "desk")
    yield


def test_a_receiver_that_is_disabled_waits_for_a_changed_url_or_a_command(store: SqlStore) -> None:
    with known_at(store, URL, DISABLED):
        same = store.sync_receivers([receiver()])
        still = ids(store.claim_deliveries(NOW + DAY, ALL, LEASE))
        moved = store.sync_receivers([receiver(URL + "/new")])

    assert ((), []) == (tuple(same), still)
    assert (DESK,) == tuple(moved)
    assert ["msg_desk00000"] == ids(store.claim_deliveries(NOW, ALL, LEASE))
    assert ReceiverHealth(name=DESK) == health(store)


def test_failures_belong_to_the_old_address_and_a_well_receiver_is_not_told(store: SqlStore) -> None:
    with known_at(store, URL, FAILING):
        pass

    assert (DESK,) == tuple(store.sync_receivers([receiver(URL + "/new")]))
    assert () == tuple(store.sync_receivers([receiver(URL + "/newer")]))


def test_a_receiver_of_before_addresses_were_known_is_left_as_it_is(store: SqlStore) -> None:
    is_in(store, DISABLED)

    assert () == tuple(store.sync_receivers([receiver()]))
    assert () == tuple(store.sync_receivers([]))
    assert DISABLED == health(store)


def test_an_attempt_leaves_what_is_configured_of_a_receiver(store: SqlStore) -> None:
    store.sync_receivers([receiver(rate=Rate(count=1, per=DAY))])
    backlog(store, 2, "desk")

    for claims in claimed_in_turn(store, ALL):
        assert ["msg_desk00000"] == ids(claims)

    assert [] == ids(store.claim_deliveries(NOW + SECOND, ALL, LEASE))
