"""What readers of the API look up: whole lists a page at a time, by every filter, in bounded time."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.adapters.store import SqlStore
from monitor.adapters.store.dialect import within
from monitor.errors import TookTooLong
from monitor.model import DeliveryState
from monitor.ports import Page, Sought
from tests.contract.store_rows import ALL, HOUR, LEASE, NOW, attempted, delivery, fill, promise


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill(store)
    return store


@pytest.fixture(scope="module")
def full(standing: SqlStore) -> SqlStore:
    fill(standing)
    return standing


def ids(page: Page) -> list[str]:
    return [row["id"] for row in page.rows]


def walked(find: Any, sought: Sought) -> list[Any]:
    """Return all rows of a list, asked for page by page."""
    rows: list[Any] = []
    while True:
        page = find(sought)
        assert len(page.rows) <= sought.limit
        rows += page.rows
        if page.last is None:
            return rows
        sought = replace(sought, behind=page.last)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 200])
def test_pages_hold_every_row_once_the_newest_first(full: SqlStore, limit: int) -> None:
    rows = walked(full.library().find_articles, Sought(limit=limit))

    assert ["en_e", "en_d", "en_c", "en_b", "en_a"] == [row["id"] for row in rows]


def test_what_comes_meanwhile_moves_no_page(filled: SqlStore) -> None:
    library = filled.library()
    promise(filled, *(delivery(f"{n}", created_at=NOW + n * HOUR) for n in range(4)))
    first = library.find_deliveries(Sought(limit=2))

    promise(filled, delivery("late", created_at=NOW + 9 * HOUR))
    second = library.find_deliveries(Sought(limit=2, behind=first.last))

    assert (["msg_3", "msg_2"], ["msg_1", "msg_0"]) == (ids(first), ids(second))


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(since=NOW + HOUR, until=NOW + 3 * HOUR), ["en_d", "en_c", "en_b"]),
        (Sought(entity="amazon"), ["en_e", "en_c", "en_b", "en_a"]),
        (Sought(entity="desantis"), []),
        (Sought(min_confidence=0.91), []),
        (Sought(min_confidence=0.9, language="de"), ["en_e"]),
        (Sought(feed="feed", language="fr"), []),
        (Sought(feed="other"), []),
        (Sought(entity="'; DROP TABLE articles; --"), []),
    ],
)
def test_articles_are_chosen_by_each_filter(full: SqlStore, sought: Sought, found: list[str]) -> None:
    assert found == ids(full.library().find_articles(sought))


def test_an_article_shows_its_text_and_what_was_accepted_and_refused(full: SqlStore) -> None:
    shown = full.library().show_article("en_a")

    assert shown is not None
    assert "Amazon builds a chip." == shown["text"]
    assert [("amazon", "Amazon builds a chip.")] == [
        (each["entity"], each["mentions"][0]["sentence"]) for each in shown["matches"]
    ]
    assert ["desantis"] == [each["entity"] for each in shown["refused"]]
    assert full.library().show_article("en_none") is None


def test_matches_are_told_with_their_articles(full: SqlStore) -> None:
    rows = walked(full.library().find_matches, Sought(limit=1))

    assert ["en_e", "en_c", "en_b", "en_a"] == [row["article"]["id"] for row in rows]
    assert {"amazon"} == {row["entity"] for row in rows}


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(), ["al_e", "al_a"]),
        (Sought(limit=1), ["al_e"]),
        (Sought(watchlist="cloud", entity="amazon", receiver="desk"), ["al_e", "al_a"]),
        (Sought(until=NOW + HOUR), ["al_a"]),
        (Sought(entity="ama_on"), []),
        (Sought(entity='amazon"'), []),
        (Sought(receiver="des"), []),
    ],
)
def test_alerts_are_chosen_by_each_filter(full: SqlStore, sought: Sought, found: list[str]) -> None:
    assert found == ids(full.library().find_alerts(sought))


def test_an_alert_shows_the_article_that_it_came_of_and_its_matches(full: SqlStore) -> None:
    shown = full.library().show_alert("al_e")

    assert shown is not None
    assert ("en_e", ["amazon"]) == (shown["article"]["id"], [each["entity"] for each in shown["matches"]])
    assert full.library().show_alert("al_none") is None


def test_deliveries_are_chosen_by_state_and_receiver(store: SqlStore) -> None:
    promise(store, delivery("a"), delivery("b", receiver="ops", created_at=NOW + HOUR))
    attempted(store, store.claim_deliveries(NOW, ALL, LEASE)[0])
    library = store.library()

    by_state = [ids(library.find_deliveries(Sought(state=state))) for state in DeliveryState]

    assert ["msg_a", "msg_b"] == sorted(name for found in by_state for name in found)
    assert ["msg_b"] == ids(library.find_deliveries(Sought(receiver="ops")))
    assert ["msg_b", "msg_a"] == [row["id"] for row in walked(library.find_deliveries, Sought(limit=1))]


def test_a_question_that_takes_too_long_is_broken_off_and_the_connection_is_as_before(
    store: SqlStore,
) -> None:
    counting = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT count(*) FROM n"
    )
    endless, short = counting.format(10**12), counting.format(9)

    with (
        pytest.raises(TookTooLong, match=r"over 0\.2 s"),
        store._reading() as connection,
        within(connection, 0.2),
    ):
        connection.exec_driver_sql(endless)

    with store._reading() as connection:
        assert 9 == connection.exec_driver_sql(short).scalar_one()
