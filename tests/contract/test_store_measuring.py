"""What the metrics tell of a store: what waits, since when, and for whom."""

from datetime import timedelta

import pytest

from monitor.adapters.store import SqlStore, measuring
from monitor.model import DeliveryState, ReceiverHealth, ReceiverState
from monitor.ports import Due, Step
from tests.contract.store_rows import (
    ALL,
    DAY,
    DESK,
    LEASE,
    NOW,
    SECOND,
    announce,
    attempted,
    delivery,
    entry,
    promise,
    settings,
)

NOTHING = Due(rows=0, since=None)


def test_an_empty_store_has_a_size_and_nothing_that_waits(store: SqlStore) -> None:
    measured = store.measured(NOW)

    assert {Step.POLL: NOTHING, Step.PROCESS: NOTHING, Step.DELIVER: NOTHING} == measured.due
    assert measured.oldest_pending_at is None
    assert measured.last_heartbeat_at is None
    assert measured.size > 100_000


def test_rows_are_due_once_their_time_has_come_and_until_somebody_holds_them(store: SqlStore) -> None:
    store.sync_feeds([settings("a"), settings("b")], NOW)

    before = store.measured(NOW - SECOND).due[Step.POLL]
    due = store.measured(NOW + SECOND).due[Step.POLL]
    store.claim_feeds(NOW, ALL, LEASE)
    held = store.measured(NOW + SECOND).due[Step.POLL]
    lost = store.measured(NOW + LEASE + SECOND).due[Step.POLL]

    assert (NOTHING, 2, NOTHING, 2) == (before, due.rows, held, lost.rows)
    assert due.since is not None
    assert due.since <= NOW


def test_entries_and_deliveries_are_told_with_the_oldest_of_them(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    promise(store, delivery("a"), delivery("b", created_at=NOW - timedelta(hours=3)))

    measured = store.measured(NOW)

    assert Due(rows=2, since=NOW) == measured.due[Step.PROCESS]
    assert Due(rows=2, since=NOW) == measured.due[Step.DELIVER]
    assert NOW - timedelta(hours=3) == measured.oldest_pending_at


def test_what_waits_for_a_receiver_that_rests_needs_no_worker(store: SqlStore) -> None:
    promise(store, delivery("a"), delivery("b"), delivery("c", "ops"))
    claim = next(each for each in store.claim_deliveries(NOW, ALL, LEASE) if each.row.id == "msg_a")
    rests = ReceiverHealth(name=DESK, state=ReceiverState.FAILING, failures=4, open_until=NOW + DAY)
    attempted(store, claim, DeliveryState.PENDING, rests)

    due = store.measured(NOW + LEASE).due[Step.DELIVER]
    later = store.measured(NOW + DAY).due[Step.DELIVER]

    assert (1, 3) == (due.rows, later.rows)


def test_due_rows_are_counted_up_to_a_bound(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "MOST_DUE", 3)
    measuring._counting.cache_clear()
    store.sync_feeds([settings(str(each)) for each in range(5)], NOW)

    try:
        assert 3 == store.measured(NOW + SECOND).due[Step.POLL].rows
    finally:
        measuring._counting.cache_clear()
