"""What the store does when its workers die, its clock jumps and its neighbors write: nothing is lost."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.store import SqlStore, open_store
from monitor.adapters.store.claims import LOST_AT_MOST
from monitor.model import Delivery, DeliveryState, FeedState, ReceiverHealth, ReceiverState
from monitor.ports import Wanted
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
    ids,
    processed,
    promise,
    settings,
    story,
    the_feed,
)

WRITERS = 32
EACH = 2
HOUR = timedelta(hours=1)


# ---- workers that die ------------------------------------------------------------------------------


def test_an_entry_whose_workers_die_again_and_again_is_given_up_and_seen(store: SqlStore) -> None:
    announce(store, entry("killer"))
    deaths, now = 0, NOW
    while store.status(now)["entries"]["pending"] and now < NOW + DAY / 2:
        deaths += len(store.claim_entries(now, ALL, LEASE))
        store.free_leases_of("one", now)
        now += 10 * SECOND

    assert LOST_AT_MOST == deaths
    assert HOUR < now - NOW < 2 * HOUR
    assert {"pending": 0, "failed": 1} == store.status(now)["entries"]
    assert [] == ids(store.claim_entries(now + DAY, ALL, LEASE))


def test_an_entry_whose_leases_run_out_again_and_again_is_given_up(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("stuck"))
    now, claims = NOW, 0
    for turn in range(300):
        claims += len((store, other)[turn % 2].claim_entries(now, ALL, LEASE))
        now += 2 * LEASE

    assert LOST_AT_MOST == claims
    assert {"pending": 0, "failed": 1} == store.status(now)["entries"]


def test_after_one_death_everything_is_taken_over_at_once(store: SqlStore, other: SqlStore) -> None:
    announce(store, *(entry(f"{n}") for n in range(9)))
    store.claim_entries(NOW, ALL, LEASE)

    other.free_leases_of("one", NOW)

    assert 9 == len(other.claim_entries(NOW, ALL, LEASE))


def test_entries_that_died_together_twice_come_back_one_by_one(store: SqlStore) -> None:
    announce(store, *(entry(f"{n}") for n in range(5)), entry("later", due_at=NOW + SECOND / 2))
    for _ in range(2):
        store.claim_entries(NOW, ALL, LEASE)
        store.free_leases_of("one", NOW)

    batches = [len(store.claim_entries(NOW + n * SECOND, ALL, LEASE)) for n in range(7)]

    assert [0, 2, 1, 1, 1, 1, 0] == batches


def test_an_instance_that_ends_in_good_order_blames_no_entry(store: SqlStore) -> None:
    announce(store, entry("a"))
    for _ in range(LOST_AT_MOST + 1):
        assert ["en_a"] == ids(store.claim_entries(NOW, ALL, LEASE))
        store.unregister()

    assert {"pending": 1, "failed": 0} == store.status(NOW)["entries"]


def test_feeds_and_deliveries_are_never_given_up_for_dead_workers(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    promise(store, delivery("a"))
    for _ in range(3 * LOST_AT_MOST):
        assert ["feed"] == ids(store.claim_feeds(NOW, ALL, LEASE))
        assert ["msg_a"] == ids(store.claim_deliveries(NOW, ALL, LEASE))
        store.free_leases_of("one", NOW)


def test_a_crash_while_deliveries_are_written_leaves_nothing_of_the_article(store: SqlStore) -> None:
    announce(store, entry("a"))
    (claim,) = store.claim_entries(NOW, ALL, LEASE)

    with pytest.raises(RuntimeError, match="crash"), store.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, story("a"), deliveries=CrashingDeliveries()), {})

    status = store.status(NOW)
    assert (0, 0, 0) == (status["articles"], status["matches"], status["deliveries"]["pending"])
    with store.transaction() as tx:
        assert frozenset() == tx.told(story("a").id)
    with store.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, story("a"), deliveries=(delivery("a"),)), {})


class CrashingDeliveries(Sequence[Delivery]):
    """Deliveries at which the power fails."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, _: object) -> Any:
        raise RuntimeError("crash")


# ---- what a pass waits for -------------------------------------------------------------------------


def test_waiting_entries_are_those_due_soon_that_nobody_else_has(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"), entry("b", due_at=NOW + LEASE), entry("c", due_at=NOW + DAY))
    soon = NOW + 2 * LEASE
    free = store.waiting_entries(NOW, soon)

    other.claim_entries(NOW, ALL, LEASE)

    assert 2 == free
    assert 1 == store.waiting_entries(NOW, soon)
    assert 2 == other.waiting_entries(NOW, soon)
    assert 2 == store.waiting_entries(NOW + LEASE, soon)


# ---- clocks that jump ------------------------------------------------------------------------------


def test_after_the_clock_was_set_back_nothing_waits_for_the_old_future(
    store: SqlStore, other: SqlStore
) -> None:
    ahead = NOW + 9 * DAY
    announce(store, entry("held"), entry("postponed", due_at=ahead))
    promise(store, delivery("a", due_at=ahead))
    (claim,) = store.claim_deliveries(ahead, ALL, LEASE)
    closed = ReceiverHealth(name=DESK, state=ReceiverState.FAILING, failures=4, open_until=ahead + LEASE)
    attempted(store, claim, DeliveryState.PENDING, closed)
    (held,) = other.claim_entries(ahead - DAY, ALL, LEASE)
    poll = the_feed(store, ahead)
    with store.transaction() as tx:
        tx.save_poll(poll, replace(poll.row, interval=HOUR, due_at=ahead + HOUR), (), {}, (), {})

    store.clock_was_set_back(NOW, LEASE)

    assert ["en_postponed"] == ids(store.claim_entries(NOW, ALL, LEASE))
    assert ["msg_a"] == ids(store.claim_deliveries(NOW, ALL, LEASE))
    assert [] == ids(store.claim_feeds(NOW + HOUR - SECOND, ALL, LEASE))
    assert ["feed"] == ids(store.claim_feeds(NOW + HOUR, ALL, LEASE))
    assert [held.row.id] == ids(store.claim_entries(NOW + LEASE, Wanted(limit=1, at_once=1), LEASE))


def test_the_latest_time_is_that_of_any_clock(store: SqlStore, other: SqlStore) -> None:
    assert store.latest() is None

    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    with store.transaction() as tx:
        tx.save_poll(claim, replace(claim.row, last_ok_at=NOW + DAY), (), {}, (), {})
    assert NOW + DAY == store.latest()

    other.register(host="h", pid=1, started="s", now=NOW + 2 * DAY)
    assert NOW + 2 * DAY == store.latest()


def test_a_feed_that_is_gone_stays_so_when_the_clock_is_set_back(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    with store.transaction() as tx:
        gone = replace(claim.row, state=FeedState.GONE, due_at=NOW + 9999 * DAY)
        tx.save_poll(claim, gone, (), {}, (), {})

    store.clock_was_set_back(NOW, LEASE)

    assert [] == ids(store.claim_feeds(NOW + 99 * DAY, ALL, LEASE))


# ---- neighbors -------------------------------------------------------------------------------------


def test_two_instances_that_start_at_once_may_add_the_same_feeds(store: SqlStore, other: SqlStore) -> None:
    feeds = [settings(f"f{n}") for n in range(300)]
    troubles: list[Exception] = []

    def sync(on: SqlStore) -> None:
        try:
            on.sync_feeds(feeds, NOW)
        except Exception as error:  # noqa: BLE001  (a thread's end is told to the test)
            troubles.append(error)

    threads = [threading.Thread(target=sync, args=(each,)) for each in (store, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [] == troubles
    assert 300 == len(store.status(NOW)["feeds"])


def test_sixty_four_threads_of_two_processes_write_one_file_and_none_is_refused(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/monitor.db"
    store = open_store(address, owner="here")
    line = "import sys; from tests.contract.test_store_survival import hammer as go; go(sys.argv[1], 'there')"
    with _beside([sys.executable, "-c", line, address]) as other:
        hammer(address, "here")
        assert 0 == other.wait(120)

    assert 2 * WRITERS * EACH == store.status(NOW)["deliveries"]["delivered"]
    # A checkpoint comes after 4 MB: readers did not keep it from coming.
    assert (tmp_path / "monitor.db-wal").stat().st_size < 16_000_000
    store.close()


def test_every_connection_of_a_store_is_durable(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    opened = [store._engine.connect() for _ in range(8)]

    found = [connection.exec_driver_sql("PRAGMA synchronous").scalar() for connection in opened]

    assert [2] * 8 == found
    for connection in opened:
        connection.close()
    store.close()


def hammer(address: str, name: str) -> None:
    """Promise and deliver from many threads, with an operator who looks; raise what any of them met."""
    store = open_store(address, owner=name)
    troubles: list[Exception] = []

    def work(number: int) -> None:
        try:
            for turn in range(EACH):
                receiver = f"{name}-{number}"
                promise(store, delivery(f"{receiver}-{turn}", receiver))
                for claim in store.claim_deliveries(NOW, Wanted(limit=2, at_once=1), LEASE):
                    attempted(store, claim)
                store.status(NOW)
        except Exception as error:  # noqa: BLE001  (told below)
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    while claims := store.claim_deliveries(NOW, ALL, LEASE):
        for claim in claims:
            attempted(store, claim)
    store.close()
    assert [] == troubles


@contextmanager
def _beside(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=Path.cwd())
    try:
        yield process
    finally:
        process.kill()
        process.wait()
