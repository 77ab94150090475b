"""Batches: what a queue is told to be due, and what a worker may still claim of it."""

from datetime import timedelta

from monitor.adapters.store import SqlStore
from monitor.model import DeliveryState, ReceiverHealth, ReceiverState
from monitor.ports import Batch, Step, Wanted
from tests.contract.store_rows import (
    ALL,
    DESK,
    LEASE,
    NOW,
    SECOND,
    announce,
    attempted,
    delivery,
    entry,
    ids,
    promise,
    settings,
)


def of(batch: Batch, pause: timedelta = timedelta(0)) -> Wanted:
    return Wanted(limit=len(batch.numbers), at_once=len(batch.numbers), batch=batch, pause=pause)


def groups(batches: object) -> dict[str, int]:
    assert isinstance(batches, list)
    return {batch.group: len(batch.numbers) for batch in batches}


def test_what_is_due_is_told_by_group_the_longest_due_first_and_nothing_is_claimed(store: SqlStore) -> None:
    announce(
        store,
        entry("late", host="b.example", due_at=NOW - SECOND),
        entry("one", host="a.example"),
        entry("two", host="a.example"),
        entry("later", host="c.example", due_at=NOW + SECOND),
    )

    told = store.due_batches(Step.PROCESS, NOW, ALL)

    assert [("b.example", 1), ("a.example", 2)] == list(groups(told).items())
    assert ["en_late", "en_one", "en_two"] == sorted(ids(store.claim_entries(NOW, ALL, LEASE)))
    assert [] == store.due_batches(Step.PROCESS, NOW, ALL)


def test_full_groups_and_limits_bind_what_is_told(store: SqlStore) -> None:
    announce(store, *(entry(f"{host}{n}", host=f"{host}.example") for host in "abc" for n in range(5)))

    told = store.due_batches(
        Step.PROCESS,
        NOW,
        Wanted(limit=9, at_once=3, full=frozenset({"a.example"}), free={"b.example": 1}),
    )

    assert {"b.example": 1, "c.example": 3} == groups(told)


def test_only_one_worker_gets_the_rows_of_a_batch_that_came_twice(store: SqlStore, other: SqlStore) -> None:
    store.sync_feeds([settings("a"), settings("b")], NOW)
    (batch,) = store.due_batches(Step.POLL, NOW, ALL)

    first = store.claim_feeds(NOW, of(batch), LEASE)
    second = other.claim_feeds(NOW, of(batch), LEASE)

    assert (["a", "b"], []) == (sorted(ids(first)), ids(second))


def test_a_host_rests_between_two_visits_of_whichever_worker(store: SqlStore, other: SqlStore) -> None:
    announce(store, *(entry(f"{n}", host="a.example", due_at=NOW - n * SECOND) for n in range(3)))
    pause = timedelta(seconds=5)
    one = Wanted(limit=9, at_once=1)
    (first,) = store.due_batches(Step.PROCESS, NOW, one)
    assert ["en_2"] == ids(store.claim_entries(NOW, of(first, pause), LEASE))
    told = store.due_batches(Step.PROCESS, NOW, one)

    after = NOW + pause
    (second,) = other.due_batches(Step.PROCESS, after, one)
    early = ids(other.claim_entries(after - SECOND, of(second, pause), LEASE))
    late = other.claim_entries(after, of(second, pause), LEASE)

    assert ([], [], ["en_1"]) == (told, early, ids(late))


def test_a_visit_that_finds_nothing_to_claim_lets_nobody_wait(store: SqlStore) -> None:
    announce(store, entry("a", host="a.example"), entry("b", host="a.example", due_at=NOW + SECOND))
    (batch,) = store.due_batches(Step.PROCESS, NOW, ALL)
    store.claim_entries(NOW, ALL, LEASE)

    late = store.claim_entries(NOW, of(batch, 9 * SECOND), LEASE)
    (again,) = store.due_batches(Step.PROCESS, NOW + SECOND, ALL)
    next_one = store.claim_entries(NOW + SECOND, of(again, 9 * SECOND), LEASE)

    assert ([], ["en_b"]) == (ids(late), ids(next_one))


def test_a_rest_from_before_a_clock_was_set_back_holds_nobody_up(store: SqlStore) -> None:
    announce(store, entry("a", host="a.example"), entry("b", host="a.example", due_at=NOW - 9 * SECOND))
    (first,) = store.due_batches(Step.PROCESS, NOW, Wanted(limit=9, at_once=1))
    store.claim_entries(NOW, of(first, SECOND), LEASE)
    store.clock_was_set_back(NOW - timedelta(hours=1), LEASE)

    (again,) = store.due_batches(Step.PROCESS, NOW - timedelta(hours=1), ALL)
    claimed = store.claim_entries(NOW - timedelta(hours=1), of(again, SECOND), LEASE)

    assert ["en_a"] == ids(claimed)


def test_rests_that_are_over_are_forgotten(store: SqlStore) -> None:
    announce(store, entry("a", host="a.example"), entry("b", host="a.example"))
    (first,) = store.due_batches(Step.PROCESS, NOW, Wanted(limit=9, at_once=1))
    store.claim_entries(NOW, of(first, 9 * SECOND), LEASE)

    store.forget_rested(NOW + SECOND)
    resting = store.due_batches(Step.PROCESS, NOW + SECOND, ALL)
    store.forget_rested(NOW + 9 * SECOND)
    rested = store.due_batches(Step.PROCESS, NOW + SECOND, ALL)

    assert ([], {"a.example": 1}) == (resting, groups(rested))


def test_a_receiver_that_fails_is_given_one_delivery_of_a_batch(store: SqlStore) -> None:
    promise(store, delivery("before"))
    (before,) = store.claim_deliveries(NOW, ALL, LEASE)
    promise(store, *(delivery(f"{n}") for n in range(4)))
    (batch,) = store.due_batches(Step.DELIVER, NOW, ALL)
    attempted(store, before, DeliveryState.DEAD, ReceiverHealth(name=DESK, state=ReceiverState.FAILING))

    first = store.claim_deliveries(NOW, of(batch), LEASE)
    second = store.claim_deliveries(NOW, of(batch), LEASE)

    assert (4, 1, 0) == (len(batch.numbers), len(first), len(second))
