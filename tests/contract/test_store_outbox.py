"""Deliveries: promised once, attempted, shown exactly, replayed under the same id."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.adapters.store.views import shown
from monitor.model import (
    DeliveryId,
    DeliveryState,
    FailureReason,
    ReceiverHealth,
    ReceiverName,
    ReceiverState,
)
from monitor.ports import DeliveryFilter
from tests.contract.store_rows import (
    ALL,
    DAY,
    DESK,
    LEASE,
    NOW,
    SECOND,
    attempt,
    attempted,
    delivery,
    ids,
    promise,
)

DEAD = DeliveryState.DEAD
DELIVERED = DeliveryState.DELIVERED
PENDING = DeliveryState.PENDING


def bring(store: SqlStore, states: dict[str, DeliveryState]) -> None:
    """Give each of these deliveries one attempt that ends in its state."""
    for claim in store.claim_deliveries(NOW, ALL, LEASE):
        attempted(store, claim, states[claim.row.id])


def test_a_delivery_comes_back_as_it_was_promised(store: SqlStore) -> None:
    wanted = delivery("a", body=bytes(range(256)), promised_at=NOW - DAY, created_at=NOW - 2 * DAY)

    promise(store, wanted)

    (claim,) = store.claim_deliveries(NOW, ALL, LEASE)
    assert wanted == claim.row


def test_a_delivery_is_promised_once_under_its_id(store: SqlStore) -> None:
    first = promise(store, delivery("a"), delivery("b"))
    second = promise(store, delivery("a", body=b"other"), delivery("c"), delivery("c", body=b"twice"))

    claims = store.claim_deliveries(NOW, ALL, LEASE)
    bodies = {claim.row.id: claim.row.body for claim in claims}
    assert (2, 1) == (first, second)
    assert {each.id: each.body for each in map(delivery, "abc")} == bodies
    assert 0 == promise(store)


def test_an_attempt_says_when_the_next_is_due_and_how_the_receiver_is(store: SqlStore) -> None:
    promise(store, delivery("a"))
    health = ReceiverHealth(
        name=DESK,
        state=ReceiverState.FAILING,
        failures=4,
        failing_since=NOW - DAY,
        open_until=NOW + SECOND,
        told_failing=1,
    )
    (claim,) = store.claim_deliveries(NOW, ALL, LEASE)

    attempted(store, claim, PENDING, health, [delivery("notice", "ops")])

    with store.transaction() as tx:
        assert health == tx.receiver(DESK)
        assert {"attempts": 1} == tx.tallies()
    assert ["msg_notice"] == ids(store.claim_deliveries(NOW, ALL, DAY))
    told = {"name": "desk", "state": "failing", "reason": "http_5xx", "failures": 4, "pending": 1}
    tried = {"next_attempt_at": shown(NOW + LEASE)}
    (rests, *_), (rested, *_) = (store.status(at)["receivers"] for at in (NOW, NOW + SECOND))
    assert told | tried | {"rests_until": shown(NOW + SECOND)} == rests
    assert told | tried | {"rests_until": None} == rested
    (again,) = store.claim_deliveries(NOW + LEASE, ALL, LEASE)
    assert ("msg_a", 1, NOW) == (again.row.id, again.row.attempts, again.row.promised_at)


def test_a_receiver_never_heard_of_is_well(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert ReceiverHealth(name=ReceiverName("new")) == tx.receiver(ReceiverName("new"))


def test_an_enabled_receiver_is_as_new(store: SqlStore) -> None:
    promise(store, delivery("a"))
    off = ReceiverHealth(name=DESK, state=ReceiverState.DISABLED, failures=9, open_until=NOW + DAY)
    (claim,) = store.claim_deliveries(NOW, ALL, LEASE)
    attempted(store, claim, PENDING, off)
    disabled = ids(store.claim_deliveries(NOW + 2 * DAY, ALL, LEASE))

    store.enable_receiver(DESK, NOW)

    assert [] == disabled
    # Its own next attempt was a lease away.
    assert ["msg_a"] == ids(store.claim_deliveries(NOW, ALL, LEASE))
    with store.transaction() as tx:
        assert ReceiverHealth(name=DESK) == tx.receiver(DESK)


def test_status_counts_deliveries_and_names_the_oldest_that_waits(store: SqlStore) -> None:
    made = [delivery(name, created_at=NOW - n * DAY) for n, name in enumerate("abcd")]
    promise(store, *made)

    bring(store, {"msg_a": PENDING, "msg_b": PENDING, "msg_c": DEAD, "msg_d": DELIVERED})

    oldest = "2026-02-28T12:00:00.123456Z"
    counts = {"pending": 2, "delivered": 1, "dead": 1, "oldest_pending_at": oldest, "held": 0}
    assert counts == store.status(NOW)["deliveries"]


def test_a_delivery_is_shown_with_its_exact_body_and_every_attempt(store: SqlStore) -> None:
    promise(store, delivery("a"))
    for at in (NOW, NOW + LEASE):
        (claim,) = store.claim_deliveries(at, ALL, LEASE)
        with store.transaction() as tx:
            number = claim.row.attempts + 1
            state = PENDING if number == 1 else DELIVERED
            tx.save_attempt(
                claim,
                attempt(number, state, 200 if number == 2 else None),
                ReceiverHealth(name=DESK),
                (),
                {},
            )

    shown = store.delivery(DeliveryId("msg_a"))

    assert shown is not None
    assert ("desk", "match.created", "delivered") == (shown["receiver"], shown["type"], shown["state"])
    assert [1, 2] == [each["number"] for each in shown["attempts"]]
    assert '{"name": "a", "text": "Grüße"}' == shown["body"]
    assert [None, 200] == [each["status"] for each in shown["attempts"]]
    assert store.delivery(DeliveryId("msg_b")) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DeliveryFilter(), ["msg_d", "msg_c", "msg_b", "msg_a"]),
        (DeliveryFilter(limit=1), ["msg_d"]),
        (DeliveryFilter(ids=(DeliveryId("msg_a"), DeliveryId("msg_x"))), ["msg_a"]),
        (DeliveryFilter(receiver=DESK), ["msg_b", "msg_a"]),
        (DeliveryFilter(state="dead"), ["msg_c", "msg_b"]),
        (DeliveryFilter(since=NOW + 2 * SECOND), ["msg_d", "msg_c"]),
        (DeliveryFilter(receiver=DESK, state="dead", since=NOW), ["msg_b"]),
    ],
)
def test_a_filter_names_deliveries_the_newest_first(
    store: SqlStore, wanted: DeliveryFilter, found: list[str]
) -> None:
    receivers = {"a": "desk", "b": "desk", "c": "ops", "d": "ops"}
    made = [delivery(name, receivers[name], created_at=NOW + n * SECOND) for n, name in enumerate("abcd")]
    promise(store, *made)
    bring(store, {"msg_a": DELIVERED, "msg_b": DEAD, "msg_c": DEAD, "msg_d": PENDING})

    assert found == [row["id"] for row in store.deliveries(wanted)]


def test_a_list_tells_how_the_last_attempt_went(store: SqlStore) -> None:
    promise(store, delivery("a"), delivery("b"), delivery("c", due_at=NOW + DAY))
    for claim in store.claim_deliveries(NOW, ALL, LEASE):
        failed = claim.row.id == "msg_a"
        timeout = replace(attempt(1, PENDING, None), reason=FailureReason.TIMEOUT)
        outcome = timeout if failed else attempt(1, DELIVERED, 204)
        with store.transaction() as tx:
            tx.save_attempt(claim, outcome, ReceiverHealth(name=DESK), (), {})

    rows = {row["id"]: row["last"] for row in store.deliveries(DeliveryFilter())}

    assert {"msg_a": "timeout", "msg_b": "204", "msg_c": None} == rows


def test_a_replay_starts_anew_with_the_same_id_and_body(store: SqlStore) -> None:
    promise(store, delivery("a"), delivery("b"))
    bring(store, {"msg_a": DEAD, "msg_b": DELIVERED})
    later = NOW + 8 * DAY

    count = store.replay(DeliveryFilter(ids=(DeliveryId("msg_a"), DeliveryId("msg_b"))), later)

    claims = store.claim_deliveries(later, ALL, LEASE)
    assert 2 == count
    assert [delivery("a").body, delivery("b").body] == sorted(claim.row.body for claim in claims)
    assert {(0, later, NOW)} == {(c.row.attempts, c.row.promised_at, c.row.created_at) for c in claims}
    for claim in claims:
        attempted(store, claim)
    shown = store.delivery(DeliveryId("msg_a"))
    assert shown is not None
    assert [(1, "dead"), (1, "delivered")] == [(each["number"], each["state"]) for each in shown["attempts"]]


def test_a_replay_takes_what_its_filter_names_and_nothing_else(store: SqlStore) -> None:
    promise(store, delivery("a"), delivery("b"), delivery("c", "ops"), delivery("d", due_at=NOW + DAY))
    bring(store, {"msg_a": DEAD, "msg_b": DELIVERED, "msg_c": DEAD})

    dead = store.replay(DeliveryFilter(receiver=DESK, state="dead"), NOW)
    again = ids(store.claim_deliveries(NOW, ALL, LEASE))
    unknown = store.replay(DeliveryFilter(ids=(DeliveryId("msg_x"),)), NOW)

    assert (1, ["msg_a"], 0) == (dead, again, unknown)


def test_purge_keeps_the_dead_and_the_pending(store: SqlStore) -> None:
    made = [delivery(name, created_at=NOW - 9 * DAY) for name in "abc"]
    promise(store, *made, delivery("new"))
    bring(store, {"msg_a": PENDING, "msg_b": DEAD, "msg_c": DELIVERED, "msg_new": DELIVERED})

    dropped = store.purge(NOW - timedelta(days=7))

    assert 1 == dropped["deliveries"]
    assert ["msg_a", "msg_b", "msg_new"] == sorted(row["id"] for row in store.deliveries(DeliveryFilter()))
    assert store.delivery(DeliveryId("msg_c")) is None


def test_purge_drops_more_than_one_batch(store: SqlStore) -> None:
    made = [delivery(f"d{n}", created_at=NOW - 9 * DAY, state=DELIVERED) for n in range(1203)]
    promise(store, *made)

    assert 1203 == store.purge(NOW)["deliveries"]
