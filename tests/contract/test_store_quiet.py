"""Polls that brought nothing: written together, each as it would be by itself."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import repeat

import pytest
from sqlalchemy import update

from monitor.adapters.store import SqlStore
from monitor.adapters.store.dialect import writer_of
from monitor.adapters.store.opening import open_engine
from monitor.adapters.store.quiet import save_quiet
from monitor.adapters.store.schema import feeds
from monitor.errors import LeaseLost
from monitor.model import Feed, FeedId, Rhythm
from monitor.ports import Claim, Quiet
from tests.contract.store_rows import ALL, LEASE, NOW, delivery, settings

NAMES = tuple(f"feed{number}" for number in range(8))
RHYTHM = Rhythm(hour=492_000, busy=True, watched=400, news=30, quiet=1.5, silent=3, shares=(1.0,) * 168)


def claimed(store: SqlStore) -> dict[str, Claim[Feed]]:
    store.sync_feeds([settings(name) for name in NAMES], NOW)
    return {claim.row.id: claim for claim in store.claim_feeds(NOW, ALL, LEASE)}


def after(claim: Claim[Feed], number: int) -> Feed:
    return replace(
        claim.row,
        polls=number + 1,
        due_at=NOW + timedelta(minutes=number + 1),
        rhythm=RHYTHM if number % 2 else None,
    )


def quiet(claim: Claim[Feed], number: int) -> Quiet:
    return Quiet(claim=claim, feed=after(claim, number), counts={"polled": 1, "not_modified": number % 2})


def written(url: str, those: Sequence[Quiet]) -> Collection[int]:
    engine = open_engine(url)
    try:
        with writer_of(engine).begin() as connection:
            return save_quiet(connection, those)
    finally:
        engine.dispose()


def stored(store: SqlStore, name: str) -> Feed:
    with store.transaction() as tx:
        feed = tx.feed(FeedId(name))
    assert feed is not None
    return feed


def test_what_is_written_together_comes_back_as_it_was_saved(store: SqlStore, store_url: str) -> None:
    those = [quiet(claim, number) for number, claim in enumerate(claimed(store).values())]

    assert {*range(8)} == set(written(store_url, those))

    assert [each.feed for each in those] == [stored(store, each.feed.id) for each in those]
    assert not store.claim_feeds(NOW, ALL, LEASE)
    assert [each.feed.id for each in those] == [
        claim.row.id for claim in store.claim_feeds(NOW + LEASE * 60, ALL, LEASE)
    ]
    with store.transaction() as tx:
        assert {"polled": 8, "not_modified": 4} == tx.tallies()


def test_one_that_lost_its_lease_harms_no_other(store: SqlStore, other: SqlStore, store_url: str) -> None:
    stale = claimed(store)
    with closing(other):
        fresh = other.claim_feeds(NOW + LEASE, replace(ALL, limit=1), LEASE)
    (lost,) = (claim.row.id for claim in fresh)
    those = [quiet(claim, number) for number, claim in enumerate(stale.values())]

    found = {those[at].feed.id for at in written(store_url, those)}

    assert set(NAMES) - {lost} == found
    assert 0 == stored(store, lost).polls
    with store.transaction() as tx:
        assert 7 == tx.tallies()["polled"]
    with pytest.raises(LeaseLost):
        store.save_quiet(stale[lost], those[0].feed, (), {})


def test_where_all_leases_are_lost_nothing_is_written(
    store: SqlStore, other: SqlStore, store_url: str
) -> None:
    those = [quiet(claim, number) for number, claim in enumerate(claimed(store).values())]
    other.claim_feeds(NOW + LEASE, ALL, LEASE)

    assert not written(store_url, those)

    with store.transaction() as tx:
        assert {} == tx.tallies()


def test_a_notice_is_written_with_its_poll(store: SqlStore) -> None:
    claim = claimed(store)["feed0"]

    store.save_quiet(claim, after(claim, 0), [delivery("a")], {"failed": 1})

    assert 1 == stored(store, "feed0").polls
    with store.transaction() as tx:
        assert {"failed": 1} == tx.tallies()
    assert 1 == store.status(NOW)["deliveries"]["pending"]


def test_polls_that_end_at_one_moment_are_each_written_once(store: SqlStore) -> None:
    claimed(store)
    rounds = 12

    with ThreadPoolExecutor(len(NAMES)) as threads:
        for turn in range(1, rounds + 1):
            due = NOW + turn * LEASE
            claims = store.claim_feeds(due, ALL, LEASE)
            feeds_after = [replace(claim.row, polls=turn, due_at=due + LEASE) for claim in claims]
            list(threads.map(store.save_quiet, claims, feeds_after, repeat(()), repeat({"polled": 1})))

    assert [rounds] * len(NAMES) == [stored(store, name).polls for name in NAMES]
    with store.transaction() as tx:
        assert {"polled": rounds * len(NAMES)} == tx.tallies()


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_row_in_other_hands_is_passed_over_and_not_waited_for(store: SqlStore, store_url: str) -> None:
    those = [quiet(claim, number) for number, claim in enumerate(claimed(store).values())]
    engine = open_engine(store_url)
    with engine.begin() as holder:
        holder.execute(update(feeds).where(feeds.c.id == those[3].feed.id).values(title="held"))

        found = {those[at].feed.id for at in written(store_url, those)}

        assert set(NAMES) - {those[3].feed.id} == found
    engine.dispose()
    store.save_quiet(those[3].claim, those[3].feed, (), {})
    assert those[3].feed.polls == stored(store, those[3].feed.id).polls


def test_a_rhythm_that_was_read_is_written_again_as_it_was(store: SqlStore) -> None:
    shares = tuple(number / 167 for number in range(168))
    (claim,) = [each for name, each in claimed(store).items() if name == NAMES[0]]
    with store.transaction() as tx:
        learned = replace(claim.row, rhythm=replace(RHYTHM, shares=shares))
        tx.save_poll(claim, learned, (), {}, (), {})
    again = next(each for each in store.claim_feeds(NOW + LEASE * 60, ALL, LEASE) if each.row.id == NAMES[0])
    read = again.row.rhythm
    assert read is not None

    with store.transaction() as tx:
        tx.save_poll(again, replace(again.row, rhythm=replace(read, busy=False)), (), {}, (), {})

    written_again = stored(store, NAMES[0]).rhythm
    assert written_again == replace(read, busy=False)
    assert hash(written_again) == hash(replace(read, busy=False, shares=tuple(read.shares)))
    assert written_again != replace(read, busy=False, shares=(0.5,) * 168)
    assert pytest.approx(shares, abs=1 / 65_535) == list(written_again.shares)
    assert pytest.approx(shares[10:12], abs=1 / 65_535) == list(written_again.shares[10:12])
    assert pytest.approx(shares[-1]) == written_again.shares[-1]
