"""Feeds and their entries: what a poll and a configuration write."""

import tracemalloc
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.adapters.store import SqlStore
from monitor.adapters.store.polls import MOST_LEARNED
from monitor.adapters.store.schema import metadata
from monitor.model import (
    Announced,
    Entry,
    EntryKey,
    EntryState,
    FailureReason,
    Feed,
    FeedId,
    FeedState,
    PageMemory,
    Rhythm,
    Validators,
)
from monitor.ports import Claim
from tests.contract.store_rows import (
    ALL,
    DAY,
    FEED,
    LEASE,
    NOW,
    SECOND,
    announce,
    delivery,
    entry,
    ids,
    process,
    processed,
    settings,
    story,
    the_feed,
)

KEPT = Feed(
    id=FEED,
    shown_url="https://news.example/feed.rss",
    title="Grüße \U0001f600",
    validators=Validators(etag='W/"1"', last_modified="Sun, 01 Mar 2026 12:00:00 GMT"),
    body_digest=bytes(range(32)),
    moved_to="https://new.example/feed?",
    moved_times=2,
    moved=True,
    state=FeedState.DEGRADED,
    reason=FailureReason.GAP,
    failures=3,
    polls=7,
    entries=35,
    interval=timedelta(minutes=7, microseconds=1),
    due_at=NOW + LEASE,
    first_polled_at=NOW - DAY,
    last_ok_at=NOW - SECOND,
    last_new_at=NOW - LEASE,
    last_well_at=NOW - DAY,
    state_since=NOW - LEASE,
    relapses=2,
    calm=1,
    rhythm=Rhythm(
        hour=492_000,
        busy=True,
        watched=400,
        news=30,
        quiet=1.5,
        silent=3,
        longest_quiet=2.25,
        longest_silent=62.5,
        shares=tuple(hour % 2 * 1.0 for hour in range(168)),
    ),
)
PAGES = PageMemory(reasons=(None, FailureReason.CONSENT), chars=(4000, 3000), texts=9, usual=3500.5)


def poll(store: SqlStore, after: Feed = KEPT, *found: Entry) -> None:
    claim = the_feed(store)
    with store.transaction() as tx:
        tx.save_poll(claim, after, found, {}, (), {"polled": 1})


def stored(store: SqlStore, name: FeedId = FEED) -> Feed:
    with store.transaction() as tx:
        feed = tx.feed(name)
    assert feed is not None
    return feed


# ---- polls ---------------------------------------------------------------------------------------


def test_a_feed_comes_back_as_it_was_saved(store: SqlStore) -> None:
    kept = replace(KEPT, pages=PAGES)
    assert all(getattr(kept, each.name) not in (None, 0, False, PageMemory()) for each in fields(kept))
    store.sync_feeds([settings()], NOW)

    poll(store, KEPT, entry("read"))
    process(store, "read", story("wire"), pages=PAGES)

    assert kept == stored(store)
    assert kept == the_feed(store, NOW + LEASE).row


def test_pages_are_remembered_from_the_first_on(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    memories = [PageMemory(texts=1, chars=(9,)), PageMemory(texts=2, chars=(9, 8))]
    found = []

    for claim, pages in zip(store.claim_entries(NOW, ALL, LEASE), memories, strict=True):
        with store.transaction() as tx:
            found.append(tx.pages(FEED))
            tx.save_processed(claim, processed(claim.row, story("wire"), pages=pages), {})

    assert [PageMemory(), memories[0]] == found
    assert memories[1] == stored(store).pages


def test_digests_of_what_is_settled_stay_until_others_are_saved(store: SqlStore) -> None:
    announce(store)
    found = [store.settled(FEED)]

    for digests in ((1, (1 << 63) - 1), None, (2,), ()):
        claim = the_feed(store, NOW + DAY)
        with store.transaction() as tx:
            tx.save_poll(claim, claim.row, (), {}, (), {}, digests)
        found.append(store.settled(FEED))

    assert [(), (1, (1 << 63) - 1), (1, (1 << 63) - 1), (2,), ()] == found
    assert () == store.settled(FeedId("other"))


def test_an_unknown_feed_is_none(store: SqlStore) -> None:
    with store.transaction() as tx:
        assert tx.feed(FeedId("nobody")) is None


def test_an_entry_comes_back_as_it_was_announced(store: SqlStore) -> None:
    hostile = Announced(
        guid="a\0b\ud800",
        link="https://news.example/\udfff",
        title="NUL \0, half a pair \ud83d, and \u2028",
        content="x" * 100_000,
        authors=("one", "two"),
        language="de",
        published_at=NOW,
    )
    wanted = entry("a", announced=hostile, attempts=2)

    announce(store, wanted)

    (claim,) = store.claim_entries(NOW, ALL, LEASE)
    assert wanted == claim.row


def test_known_tells_whose_the_keys_are(store: SqlStore) -> None:
    first, second = entry("a"), entry("b", state=EntryState.BASELINE)
    announce(store, first, second)
    many = [EntryKey(key) for key in range(5000)]

    known = store.remembered(FEED, [*many, *first.keys, second.keys[0]], NOW).known
    elsewhere = store.remembered(FeedId("other"), first.keys, NOW).known

    assert {first.keys[0]: first.id, first.keys[1]: first.id, second.keys[0]: second.id} == known
    assert {} == elsewhere


def test_further_keys_of_known_entries_are_learned_and_the_first_owner_keeps_a_key(store: SqlStore) -> None:
    old, new = entry("old"), entry("new")
    announce(store, old)
    claim = the_feed(store, NOW + DAY)
    learned = {EntryKey(4711): old.id, new.keys[1]: old.id}
    greedy = replace(new, keys=(new.keys[0], old.keys[0]))

    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [greedy], learned, (), {})

    known = store.remembered(FEED, [EntryKey(4711), *new.keys, *old.keys], NOW).known
    assert {old.id: 4, new.id: 1} == {each: list(known.values()).count(each) for each in (old.id, new.id)}
    assert new.id == known[new.keys[0]]


def test_an_entry_learns_only_so_many_keys_whatever_its_feed_changes(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    keys = [EntryKey(10_000 + number) for number in range(3 * MOST_LEARNED)]

    for start in range(0, len(keys), 20):
        claim = the_feed(store, NOW + DAY)
        learned = dict.fromkeys(keys[start : start + 20], entry("a").id) | {EntryKey(start): entry("b").id}
        with store.transaction() as tx:
            tx.save_poll(claim, claim.row, (), learned, (), {})

    assert set(keys[:MOST_LEARNED]) == set(store.remembered(FEED, keys, NOW).known)
    assert 5 == len(store.remembered(FEED, [EntryKey(start) for start in range(0, len(keys), 20)], NOW).known)
    assert 4 == len(store.remembered(FEED, [*entry("a").keys, *entry("b").keys], NOW).known)


def test_an_entry_that_is_there_already_stays_as_it_is(store: SqlStore) -> None:
    announce(store, entry("a", attempts=1))
    claim = the_feed(store, NOW + DAY)

    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [entry("a", keys=(EntryKey(5),))], {}, (), {})

    (entry_claim,) = store.claim_entries(NOW, ALL, LEASE)
    assert 1 == entry_claim.row.attempts
    assert {EntryKey(5): entry_claim.row.id} == store.remembered(FEED, [EntryKey(5)], NOW).known


def test_a_crash_in_the_middle_of_a_poll_leaves_nothing_of_it(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    before = stored(store)
    new = entry("a")

    with pytest.raises(RuntimeError, match="crash"):
        poll_and_crash(store, claim, new)

    assert before == stored(store)
    assert {} == store.remembered(FEED, new.keys, NOW).known
    with store.transaction() as tx:
        assert {} == tx.tallies()
    assert 0 == store.status(NOW)["deliveries"]["pending"]
    with store.transaction() as tx:
        tx.save_poll(claim, KEPT, [new], {}, (), {})


def poll_and_crash(store: SqlStore, claim: Claim[Feed], new: Entry) -> None:
    with store.transaction() as tx:
        tx.save_poll(claim, KEPT, [new], {}, [delivery("a")], {"polled": 1})
        raise RuntimeError("crash")


def test_a_postponed_entry_is_due_when_it_says(store: SqlStore) -> None:
    announce(store, entry("a"))
    (claim,) = store.claim_entries(NOW, ALL, LEASE)
    later = replace(claim.row, attempts=1, due_at=NOW + LEASE)

    with store.transaction() as tx:
        tx.save_postponed(claim, later)

    assert [] == ids(store.claim_entries(NOW + LEASE - SECOND, ALL, LEASE))
    assert later == store.claim_entries(NOW + LEASE, ALL, LEASE)[0].row


def test_counts_add_up(store: SqlStore) -> None:
    announce(store, entry("a"))
    claim = the_feed(store, NOW + DAY)

    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, (), {}, (), {"polled": 1, "entries": 0, "not_modified": 2})

    with store.transaction() as tx:
        assert {"polled": 2, "not_modified": 2} == tx.tallies()


def test_a_mark_is_remembered_and_replaced(store: SqlStore) -> None:
    with store.transaction() as tx:
        nothing = tx.mark("heartbeat")
        tx.save_mark("heartbeat", {"at": "then"})
        tx.save_mark("heartbeat", {"at": "now", "totals": {"polled": 3}, "words": ["ü", None]})

    with store.transaction() as tx:
        assert {"at": "now", "totals": {"polled": 3}, "words": ["ü", None]} == tx.mark("heartbeat")
    assert nothing is None


# ---- the configuration's feeds --------------------------------------------------------------------


def test_many_new_feeds_are_not_all_in_memory_as_rows(store: SqlStore) -> None:
    many = [settings(str(number)) for number in range(5_000)]
    store.sync_feeds(many[:1], NOW)

    tracemalloc.start()
    try:
        store.sync_feeds(many, NOW)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # As rows each takes 2.5 kB.
    assert most < len(many) * 1_200


def test_configured_feeds_are_due_at_once(store: SqlStore) -> None:
    change = store.sync_feeds([settings("a"), settings("b", every=LEASE)], NOW)

    claims = {claim.row.id: claim.row for claim in store.claim_feeds(NOW, ALL, LEASE)}
    assert (("a", "b"), (), 0) == (change.added, change.removed, change.kept)
    assert {"a", "b"} == set(claims)
    assert LEASE == claims[FeedId("b")].interval


def test_a_feed_that_left_the_configuration_rests_and_continues_when_it_returns(store: SqlStore) -> None:
    store.sync_feeds([settings(), settings("b")], NOW)
    claims = store.claim_feeds(NOW, ALL, LEASE)
    with store.transaction() as tx:
        for claim in claims:
            after = replace(KEPT, id=claim.row.id, due_at=NOW) if claim.row.id == FEED else claim.row
            tx.save_poll(claim, after, [entry("a")] if claim.row.id == FEED else (), {}, (), {})

    gone = store.sync_feeds([settings("b")], NOW)
    at_rest = ids(store.claim_feeds(NOW, ALL, LEASE))
    back = store.sync_feeds([settings(), settings("b")], NOW)

    assert ((), ("feed",), 1) == (gone.added, gone.removed, gone.kept)
    assert ["b"] == at_rest
    assert (("feed",), (), 1) == (back.added, back.removed, back.kept)
    assert replace(KEPT, due_at=NOW) == the_feed(store).row
    assert ["en_a"] == ids(store.claim_entries(NOW, ALL, LEASE))


def test_the_same_configuration_changes_nothing_not_even_a_lease(store: SqlStore) -> None:
    store.sync_feeds([settings(every=LEASE)], NOW)
    claim = the_feed(store)

    change = store.sync_feeds([settings(every=LEASE)], NOW + SECOND)

    assert ((), (), 1) == (change.added, change.removed, change.kept)
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, (), {}, (), {})


def test_a_new_url_forgets_what_belongs_to_the_old_one_and_keeps_known_entries(store: SqlStore) -> None:
    known = entry("a")
    announce(store, known)
    claim = the_feed(store, NOW + DAY)
    with store.transaction() as tx:
        tx.save_poll(claim, replace(KEPT, state=FeedState.GONE, due_at=NOW + 999 * DAY), (), {}, (), {})

    store.sync_feeds([settings(host="moved.example")], NOW)

    forgotten = replace(KEPT, validators=Validators(), body_digest=None, moved_to=None, moved_times=0)
    shown = "https://moved.example/feed.rss"
    expected = replace(forgotten, moved=False, state=FeedState.GONE, shown_url=shown, due_at=NOW)
    assert expected == stored(store)
    assert set(known.keys) == set(store.remembered(FEED, known.keys, NOW).known)


def test_a_poll_of_the_old_url_loses_its_lease(store: SqlStore, other: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    the_feed(store)

    store.sync_feeds([settings(host="moved.example")], NOW)

    assert ["feed"] == ids(other.claim_feeds(NOW, ALL, LEASE))


@pytest.mark.parametrize(
    ("every", "due_at"),
    [(timedelta(seconds=5), NOW + timedelta(seconds=5)), (DAY, NOW + LEASE), (None, NOW + LEASE)],
)
def test_a_shorter_wait_brings_the_next_poll_forward_and_a_longer_one_does_not_put_it_off(
    store: SqlStore, every: timedelta | None, due_at: object
) -> None:
    store.sync_feeds([settings(every=LEASE)], NOW)
    poll(store)

    store.sync_feeds([settings(every=every)], NOW)

    assert due_at == stored(store).due_at


def test_a_feed_that_is_gone_is_not_woken_by_another_wait(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    poll(store, replace(KEPT, state=FeedState.GONE, due_at=NOW + 999 * DAY))

    store.sync_feeds([settings(every=SECOND)], NOW)

    assert NOW + 999 * DAY == stored(store).due_at
    assert store.status(NOW)["feeds"][0]["next_poll_at"] is None


def test_thousands_of_feeds_are_synced_and_changed(store: SqlStore) -> None:
    feeds = [settings(f"f{n}") for n in range(3000)]

    first = store.sync_feeds(feeds, NOW)
    second = store.sync_feeds([replace(feed, every=LEASE) for feed in feeds[:2000]], NOW)

    assert 3000 == len(first.added)
    assert (0, 1000, 2000) == (len(second.added), len(second.removed), second.kept)


def test_secrets_of_a_feeds_url_are_nowhere_in_the_store(store: SqlStore, tmp_path: Path) -> None:
    url = "https://user:canary-password@news.example/feed?token=canary-token"
    feed = settings(url=url, shown_url="https://news.example/feed?token=…")
    store.sync_feeds([feed], NOW)
    store.sync_feeds([replace(feed, every=LEASE)], NOW)
    claim = the_feed(store)
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [entry("a")], {}, (), {"polled": 1})

    with store._reading() as connection:
        rows = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "news.example" in rows
    assert "canary" not in rows
    assert b"canary" not in files
