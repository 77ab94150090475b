"""Entries that were given up: listed with why, and tried again."""

from monitor.adapters.store import SqlStore
from monitor.model import EntryId
from monitor.ports import Step
from tests.contract.store_rows import ALL, LEASE, NOW, SECOND, announce, claim_entry, entry, ids


def give_up(store: SqlStore, name: str) -> None:
    store.release(Step.PROCESS, claim_entry(store, name).token, NOW, f"ValueError: {name}", 1)


def test_entries_that_were_given_up_are_listed_and_tried_again(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b", due_at=NOW + SECOND))
    give_up(store, "a")

    (row,) = store.failed_entries(9)
    unknown = store.retry_failed([EntryId("en_b")], NOW)
    retried = store.retry_failed([EntryId("en_a")], NOW)

    assert ("en_a", "feed", "ValueError: a", 1) == (row["id"], row["feed"], row["why"], row["failures"])
    assert ("a", "https://news.example/a") == (row["title"], row["url"])
    assert (0, 1) == (unknown, retried)
    assert ["en_a"] == ids(store.claim_entries(NOW, ALL, LEASE))
    assert [] == store.failed_entries(9)
    with store.transaction() as tx:
        totals = tx.tallies()
    assert (1, 1) == (totals["given_up"], totals["retried"])


def test_all_are_tried_again_where_none_is_named(store: SqlStore) -> None:
    announce(store, entry("a"))
    give_up(store, "a")

    assert 1 == store.retry_failed([], NOW)
    assert 0 == store.retry_failed([], NOW)
