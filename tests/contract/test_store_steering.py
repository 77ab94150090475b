"""What people say of single feeds, in every store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.errors import LeaseLost
from monitor.model import FeedId, FeedState, Validators
from tests.contract.store_rows import ALL, DAY, FEED, LEASE, NOW, SECOND, entry, ids, settings, the_feed
from tests.contract.test_store_polls import KEPT, stored

NOBODY = FeedId("nobody")


@pytest.fixture(autouse=True)
def polled(store: SqlStore) -> None:
    """Have a feed that was polled, and is due after a minute; and another one that is not configured now."""
    store.sync_feeds([settings(), settings("removed")], NOW)
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    with store.transaction() as tx:
        tx.save_poll(claim, KEPT, [entry("a")], {}, (), {})


def shown(store: SqlStore) -> tuple[str | None, str | None]:
    (feed,) = store.status(NOW)["feeds"]
    return feed["paused_at"], feed["next_poll_at"]


def test_a_feed_is_due_when_it_is_said(store: SqlStore) -> None:
    assert [] == ids(store.claim_feeds(NOW, ALL, LEASE))

    assert store.poll_now(FEED, NOW)

    assert [FEED] == ids(store.claim_feeds(NOW, ALL, LEASE))
    assert replace(KEPT, due_at=NOW) == stored(store)


def test_a_paused_feed_is_not_polled_by_anybody_until_it_is_resumed(store: SqlStore) -> None:
    assert store.pause(FEED, NOW)
    assert not store.pause(FEED, NOW + DAY)

    assert ("2026-03-01T12:00:00.123456Z", None) == shown(store)
    assert not store.poll_now(FEED, NOW)
    assert [] == ids(store.claim_feeds(NOW + 9999 * DAY, ALL, LEASE))
    assert store.resume(FEED, NOW + DAY)
    assert not store.resume(FEED, NOW + DAY)
    assert (None, "2026-03-02T12:00:00.123456Z") == shown(store)
    assert [FEED] == ids(store.claim_feeds(NOW + DAY, ALL, LEASE))


def test_a_pause_outlives_reloads_new_waits_new_addresses_and_clocks(store: SqlStore) -> None:
    store.pause(FEED, NOW)

    store.sync_feeds([], NOW)
    store.sync_feeds([settings(every=SECOND)], NOW)
    store.sync_feeds([settings(host="other.example", every=SECOND)], NOW)
    store.clock_was_set_back(NOW, LEASE)

    assert [] == ids(store.claim_feeds(NOW + 9999 * DAY, ALL, LEASE))
    assert "2026-03-01T12:00:00.123456Z" == shown(store)[0]


def test_a_poll_that_is_under_way_at_a_pause_writes_nothing(store: SqlStore) -> None:
    claim = the_feed(store, NOW + LEASE)
    store.pause(FEED, NOW + LEASE)

    with pytest.raises(LeaseLost), store.transaction() as tx:
        tx.save_poll(claim, replace(KEPT, due_at=NOW), [entry("b")], {}, (), {})

    assert [] == ids(store.claim_feeds(NOW + DAY, ALL, LEASE))
    assert ["en_a"] == ids(store.claim_entries(NOW + DAY, ALL, LEASE))


def test_a_poll_that_is_under_way_when_another_is_wanted_writes_nothing_and_the_feed_is_due(
    store: SqlStore,
) -> None:
    now = NOW + LEASE
    claim = the_feed(store, now)
    store.poll_now(FEED, now)

    with pytest.raises(LeaseLost), store.transaction() as tx:
        tx.save_poll(claim, replace(KEPT, due_at=now + DAY), [entry("b")], {}, (), {})

    assert [FEED] == ids(store.claim_feeds(now, ALL, LEASE))


def test_a_feed_that_begins_anew_forgets_answers_and_failures_and_keeps_its_entries(store: SqlStore) -> None:
    assert store.begin_anew(FEED, NOW)

    anew = replace(
        KEPT,
        validators=Validators(),
        body_digest=None,
        moved_to=None,
        moved_times=0,
        moved=False,
        failures=0,
        relapses=0,
        calm=0,
        first_polled_at=None,
        interval=timedelta(minutes=15),
        due_at=NOW,
    )
    assert anew == stored(store)
    assert (FeedState.DEGRADED, 35) == (anew.state, anew.entries)
    assert {"en_a"} == set(store.remembered(FEED, entry("a").keys, NOW).known.values())


def test_a_feed_with_a_wait_of_its_own_keeps_it_and_a_paused_one_goes_on_resting(store: SqlStore) -> None:
    store.sync_feeds([settings(every=2 * SECOND)], NOW)
    store.pause(FEED, NOW)

    assert store.begin_anew(FEED, NOW)

    assert 2 * SECOND == stored(store).interval
    assert [] == ids(store.claim_feeds(NOW + DAY, ALL, LEASE))


@pytest.mark.parametrize("name", ["nobody", "removed"])
def test_of_a_feed_that_is_not_there_nothing_is_done(store: SqlStore, name: str) -> None:
    deeds = (store.poll_now, store.begin_anew, store.pause, store.resume)

    assert [False] * 4 == [deed(FeedId(name), NOW) for deed in deeds]
