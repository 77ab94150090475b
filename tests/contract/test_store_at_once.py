"""Several transactions at once on PostgreSQL: who waits for whom, and what comes of it?"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from monitor.adapters.store import SqlStore, open_store
from monitor.model import Article, FeedId, Story, StoryCandidate
from monitor.stories.grouping import GroupingPolicy, choose
from monitor.text.ids import digest63
from tests.contract.store_rows import (
    ALL,
    CLOUD,
    DAY,
    FEED,
    LEASE,
    NOW,
    WIRE,
    alert,
    announce,
    article,
    claim_entry,
    entry,
    processed,
    story,
)

POLICY = GroupingPolicy()
# Long enough for whoever does not wait to be done, on a busy machine too.
A_WHILE = 1.0
PATIENCE = 30.0


@pytest.fixture
def stores(database: str) -> Iterator[tuple[SqlStore, SqlStore]]:
    """One store on PostgreSQL, as two workers have it."""
    one, two = open_store(database, owner="one"), open_store(database, owner="two")
    yield one, two
    one.close()
    two.close()


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def telling(name: str, *shared: int) -> Article:
    """Return an article that shares a band for each of `shared` with others that have it."""
    own = tuple(sorted(digest63(name, str(number)) for number in range(64)))
    return article(entry(name), (*shared, *own))


def near_to(store: SqlStore, one: Article) -> list[StoryCandidate]:
    with store.transaction() as tx:
        return list(tx.stories_near(one, NOW - DAY))


def waits(future: Future[Any]) -> bool:
    try:
        future.result(A_WHILE)
    except TimeoutError:
        return True
    return False


def test_only_who_shares_a_band_or_a_page_with_an_article_waits_for_its_story(
    stores: tuple[SqlStore, SqlStore], beside: ThreadPoolExecutor
) -> None:
    one, two = stores
    announce(one, entry("a"))
    claim = claim_entry(one, "a")
    wire, page = telling("a", *WIRE[:8]), "https://news.example/a"

    with one.transaction() as tx:
        assert () == tx.stories_near(wire, NOW - DAY)
        copy = beside.submit(near_to, two, telling("copy", WIRE[3]))
        same = beside.submit(near_to, two, article(entry("same"), (), canonical_url=page))
        stranger = beside.submit(near_to, two, telling("stranger"))

        assert [] == stranger.result(PATIENCE)
        assert waits(copy)
        assert waits(same)
        tx.save_processed(claim, processed(claim.row, story("a"), article=wire), {})

    assert ["st_a"] == [each.story.id for each in copy.result(PATIENCE)]
    assert ["st_a"] == [each.story.id for each in same.result(PATIENCE)]


def test_two_articles_near_one_story_but_not_each_other_are_both_counted_in_it(
    stores: tuple[SqlStore, SqlStore], beside: ThreadPoolExecutor
) -> None:
    one, two = stores
    announce(one, entry("root"), entry("left"), entry("right"))
    claims = {claim.row.id: claim for claim in one.claim_entries(NOW, ALL, LEASE)}
    root = telling("root", *WIRE)
    left = article(entry("left"), (*WIRE[:8], *WIRE[24:44]))
    right = article(entry("right"), (*WIRE[8:16], *WIRE[44:]))
    looked = Event()

    def join(store: SqlStore, name: str, one: Article, patience: float) -> Story:
        with store.transaction() as tx:
            told_in = choose(one, tx.stories_near(one, NOW - DAY), NOW, POLICY)
            looked.set()
            Event().wait(patience)
            claim = claims[entry(name).id]
            tx.save_processed(claim, processed(claim.row, told_in, article=one), {})
            return told_in

    join(one, "root", root, 0)
    looked.clear()
    first = beside.submit(join, one, "left", left, A_WHILE)
    looked.wait(PATIENCE)
    second = beside.submit(join, two, "right", right, 0)

    assert {2, 3} == {first.result(PATIENCE).articles, second.result(PATIENCE).articles}
    assert 1 == len({each.story.id for each in near_to(one, root)})
    assert {3} == {each.story.articles for each in near_to(one, root)}


def test_copies_that_share_bands_in_any_order_do_not_wait_for_each_other_for_ever(
    stores: tuple[SqlStore, SqlStore], beside: ThreadPoolExecutor
) -> None:
    names = [f"n{number}" for number in range(40)]
    announce(stores[0], *(entry(name) for name in names))
    claims = {claim.row.id: claim for claim in stores[0].claim_entries(NOW, ALL, LEASE)}

    def read(number: int) -> None:
        name, store = names[number], stores[number % 2]
        of_two = sorted({WIRE[number % 5], WIRE[(number * 3) % 5]}, reverse=number % 2 == 0)
        one = telling(name, *of_two)
        with store.transaction() as tx:
            told_in = choose(one, tx.stories_near(one, NOW - DAY), NOW, POLICY)
            tx.alerted_since(CLOUD, NOW - DAY)
            tx.burst(FEED, NOW)
            claim = claims[entry(name).id]
            tx.save_processed(claim, processed(claim.row, told_in, article=one), {"matched": 1})

    for done in [beside.submit(read, number) for number in range(len(names))]:
        done.result(PATIENCE)

    assert 40 == stores[0].totals()["matched"]


def test_a_task_is_done_by_one_at_a_time_and_by_another_when_that_one_ends(
    stores: tuple[SqlStore, SqlStore],
) -> None:
    one, two = stores

    def alone(task: str) -> bool:
        with two.transaction() as tx:
            return tx.alone(task)

    with one.transaction() as tx:
        first, beside_it, another = tx.alone("digest"), alone("digest"), alone("other")

    assert (True, False, True, True) == (first, beside_it, another, alone("digest"))


def test_what_another_worker_purges_is_left_to_it(stores: tuple[SqlStore, SqlStore]) -> None:
    one, two = stores
    announce(one, entry("a"))
    claim = claim_entry(one, "a")
    with one.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, story("a")), {})

    with one.transaction() as tx:
        assert tx.alone("purge")
        beside_it = two.purge(NOW + DAY)

    assert (0, 1) == (beside_it["articles"], two.purge(NOW + DAY)["articles"])


@pytest.mark.parametrize("asked", ["budget", "burst"])
def test_who_asks_what_is_left_waits_until_another_has_taken_its_part(
    stores: tuple[SqlStore, SqlStore], beside: ThreadPoolExecutor, asked: str
) -> None:
    one, two = stores
    announce(one, entry("a"))
    claim = claim_entry(one, "a")
    told_in = story("a")

    def spent(store: SqlStore, of: str = "") -> int:
        with store.transaction() as tx:
            if asked == "budget":
                return tx.alerted_since(type(CLOUD)(of or CLOUD), NOW - DAY)
            return tx.burst(FeedId(of or "feed"), NOW).sent

    with one.transaction() as tx:
        assert 0 == (tx.alerted_since(CLOUD, NOW - DAY) if asked == "budget" else tx.burst(FEED, NOW).sent)
        same, other = beside.submit(spent, two), beside.submit(spent, two, "another")

        assert 0 == other.result(PATIENCE)
        assert waits(same)
        tx.save_processed(claim, processed(claim.row, told_in, alerts=(alert("a", told_in),)), {})

    assert 1 == same.result(PATIENCE)
