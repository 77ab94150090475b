"""Claims: who may work on what, in which order, for how long."""

from datetime import timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.errors import LeaseLost
from monitor.model import DeliveryState, Entry, EntryState, ReceiverHealth, ReceiverName, ReceiverState
from monitor.ports import Claim, Share, Step, Wanted
from tests.contract.store_rows import (
    ALL,
    DAY,
    LEASE,
    NOW,
    SECOND,
    announce,
    attempted,
    delivery,
    entry,
    ids,
    processed,
    promise,
    settings,
    story,
    the_feed,
)


def test_an_empty_store_has_nothing_to_claim(store: SqlStore) -> None:
    claims = [
        *store.claim_feeds(NOW, ALL, LEASE),
        *store.claim_entries(NOW, ALL, LEASE),
        *store.claim_deliveries(NOW, ALL, LEASE),
    ]

    assert [] == claims


def test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out(store: SqlStore, other: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    first = the_feed(store)

    assert [] == ids(other.claim_feeds(NOW + LEASE - SECOND, ALL, LEASE))
    second = the_feed(other, NOW + LEASE)
    assert first.row.id == second.row.id
    assert first.token.startswith("one/")
    assert second.token.startswith("two/")


def test_the_longest_due_come_first_and_what_is_not_due_does_not_come(store: SqlStore) -> None:
    announce(
        store,
        entry("late", due_at=NOW - SECOND),
        entry("latest", due_at=NOW - 2 * SECOND),
        entry("now"),
        entry("later", due_at=NOW + timedelta(microseconds=1)),
    )

    assert ["en_latest", "en_late"] == ids(store.claim_entries(NOW, Wanted(limit=2, at_once=9), LEASE))
    assert ["en_now"] == ids(store.claim_entries(NOW, Wanted(limit=2, at_once=9), LEASE))


def test_a_group_gets_no_more_than_its_share_of_a_batch(store: SqlStore) -> None:
    busy = [entry(f"busy{n}", host="busy.example", due_at=NOW - (50 - n) * SECOND) for n in range(50)]
    quiet = [entry(f"quiet{n}", host=f"quiet{n}.example") for n in range(3)]
    announce(store, *busy, *quiet)

    claims = store.claim_entries(NOW, Wanted(limit=5, at_once=2), LEASE)

    assert ["en_busy0", "en_busy1", "en_quiet0", "en_quiet1", "en_quiet2"] == sorted(ids(claims))


def test_a_feed_gets_no_more_than_its_share_whatever_hosts_its_pages_are_on(store: SqlStore) -> None:
    ages = [(9 - n) * SECOND for n in range(9)]
    announce(
        store, *(entry(f"wide{n}", host=f"h{n}.example", due_at=NOW - age) for n, age in enumerate(ages))
    )

    def claimed(share: Share) -> list[str]:
        return sorted(ids(store.claim_entries(NOW, Wanted(limit=5, at_once=2, feeds=share), LEASE)))

    assert ["en_wide0", "en_wide1"] == claimed(Share(at_once=2))
    assert ["en_wide2"] == claimed(Share(at_once=2, free={"feed": 1}))
    assert [] == claimed(Share(at_once=2, full=frozenset({"feed", "unknown"})))
    assert ["en_wide3", "en_wide4"] == claimed(Share(at_once=2, full=frozenset({"unknown"})))


def test_full_groups_are_passed_over_and_free_slots_bind(store: SqlStore) -> None:
    hosts = ("full.example", "partly.example", "empty.example", "closed.example")
    announce(store, *(entry(f"{host}{n}", host=host) for host in hosts for n in range(3)))
    free = {"partly.example": 1, "closed.example": 0}
    wanted = Wanted(limit=10, at_once=2, full=frozenset({"full.example"}), free=free)

    claimed = sorted(claim.row.host for claim in store.claim_entries(NOW, wanted, LEASE))

    assert ["empty.example", "empty.example", "partly.example"] == claimed


def test_no_room_claims_nothing(store: SqlStore) -> None:
    announce(store, entry("a"))
    promise(store, delivery("a"))

    assert [] == ids(store.claim_entries(NOW, Wanted(limit=0, at_once=2), LEASE))
    assert [] == ids(store.claim_deliveries(NOW, Wanted(limit=0, at_once=2), LEASE))


def test_the_backlog_of_one_receiver_leaves_the_others_their_share(store: SqlStore) -> None:
    backlog = [delivery(f"slow{n}", "slow", due_at=NOW - DAY) for n in range(40)]
    promise(store, *backlog, delivery("a"), delivery("b"))

    claims = store.claim_deliveries(NOW, Wanted(limit=6, at_once=4), LEASE)
    rest = store.claim_deliveries(NOW, Wanted(limit=6, at_once=4, full=frozenset({"slow"})), LEASE)

    assert ["desk", "desk", "slow", "slow", "slow", "slow"] == sorted(c.row.receiver for c in claims)
    assert [] == ids(rest)


def test_deliveries_of_closed_and_disabled_receivers_wait(store: SqlStore) -> None:
    promise(store, delivery("a", "closed"), delivery("b", "off"), delivery("c"))
    health = {
        "closed": ReceiverHealth(name=ReceiverName("closed"), open_until=NOW + 2 * LEASE),
        "off": ReceiverHealth(name=ReceiverName("off"), state=ReceiverState.DISABLED),
    }
    for claim in store.claim_deliveries(NOW, ALL, LEASE):
        attempted(store, claim, DeliveryState.PENDING, health.get(claim.row.receiver))

    assert ["msg_c"] == ids(store.claim_deliveries(NOW + LEASE, ALL, DAY))
    assert [] == ids(store.claim_deliveries(NOW + 2 * LEASE - SECOND, ALL, DAY))
    assert ["msg_a"] == ids(store.claim_deliveries(NOW + 2 * LEASE, ALL, DAY))

    store.enable_receiver(ReceiverName("off"), NOW)

    assert ["msg_b"] == ids(store.claim_deliveries(NOW + 2 * LEASE, ALL, LEASE))


def test_whoever_lost_the_lease_writes_nothing_at_all(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"))
    (stale,) = store.claim_entries(NOW, ALL, LEASE)
    (fresh,) = other.claim_entries(NOW + LEASE, ALL, LEASE)

    with pytest.raises(LeaseLost):
        promise_and_process(store, stale)

    status = store.status(NOW)
    assert (0, 0, 0) == (status["articles"], status["matches"], status["deliveries"]["pending"])
    with other.transaction() as tx:
        tx.save_processed(fresh, processed(fresh.row, story("a")), {"matched": 1})
        assert {"polled": 1, "matched": 1} == tx.tallies()


def promise_and_process(store: SqlStore, claim: Claim[Entry]) -> None:
    with store.transaction() as tx:
        tx.add_deliveries([delivery("before")])
        after = processed(claim.row, story("a"), deliveries=[delivery("a")])
        tx.save_processed(claim, after, {"matched": 1})


def test_every_save_is_fenced(store: SqlStore) -> None:
    announce(store, entry("a"))
    promise(store, delivery("a"))
    (of_entry,) = store.claim_entries(NOW, ALL, LEASE)
    (of_delivery,) = store.claim_deliveries(NOW, ALL, LEASE)
    of_feed = the_feed(store, NOW + DAY)
    store.free_leases_of("one", NOW)

    with pytest.raises(LeaseLost), store.transaction() as tx:
        tx.save_poll(of_feed, of_feed.row, (), {}, (), {})
    with pytest.raises(LeaseLost), store.transaction() as tx:
        tx.save_postponed(of_entry, of_entry.row)
    with pytest.raises(LeaseLost):
        attempted(store, of_delivery)
    assert [] == store.delivery(of_delivery.row.id)["attempts"]  # type: ignore[index]


def test_a_save_ends_the_lease(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)

    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, (), {}, (), {})

    assert ["feed"] == ids(store.claim_feeds(NOW, ALL, LEASE))


def store_held(store: SqlStore, *names: str) -> list[Claim[Entry]]:
    """Have the one feed show entries, of which `a` is held by who stores them; return the claims of those."""
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    held = [claim.of_entry(entry("a"))]
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [entry(name) for name in names], {}, (), {}, None, held, NOW + LEASE)
    return held


def test_an_entry_can_be_held_from_the_moment_on_at_which_it_is_stored(
    store: SqlStore, other: SqlStore
) -> None:
    (held,) = store_held(store, "a", "b")

    others = other.claim_entries(NOW, ALL, LEASE)
    promise_and_process(store, held)

    assert ["en_b"] == ids(others)
    assert ["en_b"] == ids(other.claim_entries(NOW + DAY, ALL, LEASE))


def test_an_entry_whose_holder_died_as_it_was_stored_is_lost_as_any_other(
    store: SqlStore, other: SqlStore
) -> None:
    (held,) = store_held(store, "a")

    freed = other.free_leases_of("one", NOW)
    (again,) = other.claim_entries(NOW, ALL, LEASE)

    # What was held is the row that a claim gives.
    assert (1, held.row) == (freed, again.row)
    with other._engine.begin() as connection:
        assert 1 == connection.exec_driver_sql("SELECT failures FROM entries").scalar_one()
    with pytest.raises(LeaseLost):
        promise_and_process(store, held)


def test_an_entry_that_was_there_before_is_not_held_anew(store: SqlStore, other: SqlStore) -> None:
    store_held(store, "a")
    (first,) = other.claim_entries(NOW + LEASE, ALL, LEASE)
    claim = the_feed(store, NOW + DAY)
    anew = claim.of_entry(entry("a"))
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [entry("a")], {}, (), {}, None, [anew], NOW + 2 * DAY)

    with pytest.raises(LeaseLost):
        promise_and_process(store, anew)
    promise_and_process(other, first)


def test_a_renewed_lease_holds_on(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"))
    promise(store, delivery("a"))
    claims = [
        (Step.PROCESS, store.claim_entries(NOW, ALL, LEASE)[0].token),
        (Step.DELIVER, store.claim_deliveries(NOW, ALL, LEASE)[0].token),
    ]

    store.renew(claims, NOW + 3 * LEASE)

    assert [] == ids(other.claim_entries(NOW + 2 * LEASE, ALL, LEASE))
    assert [] == ids(other.claim_deliveries(NOW + 2 * LEASE, ALL, LEASE))
    assert ["en_a"] == ids(other.claim_entries(NOW + 3 * LEASE, ALL, LEASE))


def test_a_released_row_is_due_when_it_was_said(store: SqlStore) -> None:
    announce(store, entry("a"))
    (claim,) = store.claim_entries(NOW, ALL, LEASE)

    store.release(Step.PROCESS, claim.token, NOW + LEASE, None, 2)

    assert [] == ids(store.claim_entries(NOW + LEASE - SECOND, ALL, LEASE))
    assert ["en_a"] == ids(store.claim_entries(NOW + LEASE, ALL, LEASE))


def test_an_entry_that_breaks_too_often_is_failed_and_never_claimed_again(store: SqlStore) -> None:
    announce(store, entry("a"))
    states = []
    for _ in range(3):
        for claim in store.claim_entries(NOW, ALL, LEASE):
            store.release(Step.PROCESS, claim.token, NOW, "bug: \ud800\0", 3)
        states.append(dict(store.status(NOW)["entries"]))

    assert [{"pending": 1, "failed": 0}] * 2 + [{"pending": 0, "failed": 1}] == states
    assert [] == ids(store.claim_entries(NOW + DAY, ALL, LEASE))


def test_the_failures_of_other_steps_give_nothing_up(store: SqlStore) -> None:
    promise(store, delivery("a"))
    for _ in range(3):
        (claim,) = store.claim_deliveries(NOW, ALL, LEASE)
        store.release(Step.DELIVER, claim.token, NOW, "bug", 1)

    assert 1 == store.status(NOW)["deliveries"]["pending"]


def test_releasing_a_lost_lease_changes_nothing(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"))
    (stale,) = store.claim_entries(NOW, ALL, LEASE)
    (fresh,) = other.claim_entries(NOW + LEASE, ALL, LEASE)

    store.release(Step.PROCESS, stale.token, NOW, "late", 1)

    with other.transaction() as tx:
        tx.save_postponed(fresh, fresh.row)
    assert {"pending": 1, "failed": 0} == store.status(NOW)["entries"]


def test_the_leases_of_a_dead_instance_are_freed_at_once_and_no_others(
    store: SqlStore, other: SqlStore
) -> None:
    announce(store, entry("a"), entry("b"))
    store.register(host="boot/1", pid=7, started="123", now=NOW)
    other.register(host="boot/1", pid=8, started="456", now=NOW)
    one = Wanted(limit=1, at_once=9)
    mine, theirs = store.claim_entries(NOW, one, LEASE), other.claim_entries(NOW, one, LEASE)

    assert ["one", "two"] == [owner for owner, _ in store.instances()]
    assert 1 == other.free_leases_of("one", NOW)

    assert ids(mine) == ids(other.claim_entries(NOW, ALL, LEASE))
    assert ids(mine) != ids(theirs)
    ((owner, instance),) = other.instances()
    assert ("two", 8, "456", NOW) == (owner, instance.pid, instance.started, instance.seen_at)


def test_an_owner_whose_name_begins_like_another_keeps_its_leases(store: SqlStore) -> None:
    announce(store, entry("a"))
    store.claim_entries(NOW, ALL, LEASE)

    assert 0 == store.free_leases_of("o", NOW)
    assert 0 == store.free_leases_of("on_", NOW)
    assert 1 == store.free_leases_of("one", NOW)


def test_an_instance_that_ends_is_forgotten(store: SqlStore) -> None:
    store.register(host="boot/1", pid=7, started="123", now=NOW)
    store.register(host="boot/1", pid=7, started="123", now=NOW + SECOND)
    seen = [instance.seen_at for _, instance in store.instances()]

    store.unregister()

    assert [NOW + SECOND] == seen
    assert () == tuple(store.instances())


def test_processed_failed_and_baseline_entries_are_not_claimed(store: SqlStore) -> None:
    announce(store, entry("a", state=EntryState.BASELINE), entry("b"))

    assert ["en_b"] == ids(store.claim_entries(NOW, ALL, LEASE))
