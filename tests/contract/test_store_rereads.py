"""Entries that are read again: of which edits are looked for, what they said, and what takes its place."""

import threading
from dataclasses import replace

import pytest

from monitor.adapters.store import SqlStore
from monitor.errors import LeaseLost
from monitor.model import (
    Announced,
    Edited,
    EntityId,
    EntryKey,
    EntryState,
    FeedId,
    Matched,
    Reread,
    Tier,
    Told,
)
from monitor.ports import Reading, Remembered
from tests.contract.store_rows import (
    ALL,
    CLOUD,
    DAY,
    DESK,
    FEED,
    LEASE,
    NOW,
    SECOND,
    WIRE,
    announce,
    article,
    entry,
    ids,
    match,
    process,
    processed,
    story,
)

ID = entry("a").id
WATCHED = Reread(entry=ID, announced_digest=7, read_at=NOW, until=NOW + 3 * DAY)
CHANGED = Announced(guid="a", link="https://news.example/a", title="changed")
OTHER = tuple(range(1000, 1064))


@pytest.fixture
def read(store: SqlStore) -> SqlStore:
    """Return a store with an article that matched, and whose edits are looked for."""
    announce(store, entry("a"))
    both = Matched(matches=(match(),), rejected=(match("desantis", Tier.REJECTED),))
    process(store, "a", story("a"), matched=both, reread=WATCHED)
    return store


def edit(store: SqlStore, **more: object) -> None:
    edited = Edited(entry=ID, announced=CHANGED, announced_digest=8, times=1, due_at=NOW + SECOND)
    with store.transaction() as tx:
        tx.save_edited([replace(edited, **more)])  # type: ignore[arg-type]


def test_what_matched_is_looked_for_until_its_time_is_over(read: SqlStore) -> None:
    with read.transaction() as tx:
        assert {ID: WATCHED} == tx.rereads(FEED, NOW)
        assert {} == tx.rereads(FEED, WATCHED.until)
        assert {} == tx.rereads(FeedId("other"), NOW)


def test_what_matched_nothing_is_not_looked_for(store: SqlStore) -> None:
    announce(store, entry("a"))

    process(store, "a", story("a"), matched=Matched(), told=frozenset(), reread=WATCHED)

    with store.transaction() as tx:
        assert {} == tx.rereads(FEED, NOW)
        assert None is tx.reading(ID)


def test_an_edited_entry_is_due_with_what_it_announces_now(read: SqlStore) -> None:
    edit(read)

    assert [] == ids(read.claim_entries(NOW, ALL, LEASE))
    (claim,) = read.claim_entries(NOW + SECOND, ALL, LEASE)
    assert (CHANGED, EntryState.PENDING, 0) == (claim.row.announced, claim.row.state, claim.row.attempts)


def test_while_it_waits_a_further_change_moves_nothing_and_while_it_is_read_nobody_looks(
    read: SqlStore,
) -> None:
    edit(read)
    with read.transaction() as tx:
        (waiting,) = tx.rereads(FEED, NOW).values()
    edit(read, announced=replace(CHANGED, title="later"), announced_digest=9, due_at=None)
    (claim,) = read.claim_entries(NOW + SECOND, ALL, LEASE)

    assert (True, 1, 8) == (waiting.pending, waiting.times, waiting.announced_digest)
    assert "later" == claim.row.announced.title
    with read.transaction() as tx:
        assert {} == tx.rereads(FEED, NOW + SECOND)
        assert [ID] == list(tx.rereads(FEED, NOW + SECOND + LEASE))


def test_an_entry_that_was_read_again_unchanged_is_processed_and_its_next_wait_begins_then(
    read: SqlStore,
) -> None:
    edit(read)
    (claim,) = read.claim_entries(NOW + SECOND, ALL, LEASE)
    with read.transaction() as tx:
        tx.save_unchanged(claim, NOW + DAY, {"reread": 1})

    with read.transaction() as tx:
        (looked_for,) = tx.rereads(FEED, NOW + DAY).values()
        assert 1 == tx.tallies()["reread"] == tx.reading(ID).article.revision  # type: ignore[union-attr]
    assert (NOW + DAY, 1, False) == (looked_for.read_at, looked_for.times, looked_for.pending)
    assert [] == ids(read.claim_entries(NOW + DAY, ALL, LEASE))


def test_a_reading_is_the_article_its_accepted_matches_and_its_story(read: SqlStore) -> None:
    with read.transaction() as tx:
        found = tx.reading(ID)

    first = replace(article(entry("a")), fingerprint=())
    assert Reading(article=first, matches=(match(),), story=story("a")) == found


def test_an_edited_article_takes_the_place_of_the_first_and_is_found_by_both_texts(read: SqlStore) -> None:
    edit(read)
    (claim,) = read.claim_entries(NOW + SECOND, ALL, LEASE)
    after = article(claim.row, OTHER, revision=2, fetched_at=NOW + SECOND)
    told = Told(CLOUD, EntityId("amazon"), DESK, entry=ID, retracted=True)
    with read.transaction() as tx:
        tx.save_processed(
            claim,
            processed(
                claim.row,
                story("a", revision=2),
                article=after,
                matched=Matched(matches=(match("trainium"),)),
                told=frozenset({told}),
                reread=replace(WATCHED, read_at=NOW + SECOND),
                edited=True,
            ),
            {},
        )

    assert (1, 1) == (read.status(NOW)["articles"], read.status(NOW)["matches"])
    with read.transaction() as tx:
        found, (known,) = tx.reading(ID), tx.told(story("a").id)
        (waiting,) = tx.rereads(FEED, NOW + SECOND).values()
        near = [tx.stories_near(article(entry("b"), text), NOW - DAY) for text in (WIRE, OTHER)]
    assert found is not None
    assert (2, 2, ["trainium"]) == (
        found.article.revision,
        found.story.revision,
        [each.entity for each in found.matches],
    )
    assert known.retracted
    assert (NOW + SECOND, 1, 8) == (waiting.read_at, waiting.times, waiting.announced_digest)
    assert [[OTHER], [OTHER]] == [[each.fingerprint for each in some] for some in near]


def test_who_lost_the_lease_of_an_edit_writes_nothing(read: SqlStore) -> None:
    edit(read)
    claim = next(iter(read.claim_entries(NOW + SECOND, ALL, LEASE)))
    read.claim_entries(NOW + SECOND + LEASE, ALL, LEASE)

    with pytest.raises(LeaseLost), read.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, story("a"), edited=True), {})

    with read.transaction() as tx:
        assert 1 == tx.reading(ID).article.revision  # type: ignore[union-attr]


def test_what_is_looked_for_no_more_is_dropped(read: SqlStore) -> None:
    read.purge(WATCHED.until)
    with read.transaction() as tx:
        kept = tx.rereads(FEED, NOW)
    read.purge(WATCHED.until + SECOND)
    with read.transaction() as tx:
        assert ({ID: WATCHED}, {}) == (kept, tx.rereads(FEED, NOW))


def test_an_entry_is_open_while_it_waits_is_worked_on_or_its_edits_are_looked_for(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    keys = [*entry("a").keys, *entry("b").keys, EntryKey(7)]
    known = dict.fromkeys(entry("a").keys, ID) | dict.fromkeys(entry("b").keys, entry("b").id)

    assert Remembered(known=known, open=frozenset({ID, entry("b").id})) == store.remembered(FEED, keys, NOW)
    store.claim_entries(NOW, ALL, LEASE)
    assert frozenset({ID, entry("b").id}) == store.remembered(FEED, keys, NOW).open


def test_what_matched_is_open_until_its_time_is_over(read: SqlStore) -> None:
    assert {ID} == read.remembered(FEED, entry("a").keys, NOW).open
    assert set() == read.remembered(FEED, entry("a").keys, WATCHED.until).open


def test_what_matched_nothing_is_settled(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a"), matched=Matched())

    assert set() == store.remembered(FEED, entry("a").keys, NOW).open
    assert Remembered(known={}, open=frozenset()) == store.remembered(FEED, (), NOW)


def test_an_edit_is_told_of_the_story_as_it_is_when_others_are_through_with_it(
    read: SqlStore, other: SqlStore
) -> None:
    edit(read, announced=CHANGED, due_at=NOW)
    (claim,) = read.claim_entries(NOW, ALL, LEASE)
    found: list[Reading | None] = []

    def look() -> None:
        with other.transaction() as tx:
            found.append(tx.reading(ID))

    second = threading.Thread(target=look)
    with read.transaction() as tx:
        tx.stories_near(article(claim.row), NOW - DAY)
        second.start()
        second.join(0.3)
        assert second.is_alive()
        tx.save_processed(claim, processed(claim.row, story("a", articles=2), edited=True), {})
    second.join(20)

    assert [2] == [each.story.articles for each in found if each]
