"""Queries stay on their indexes: nothing that a tick asks may grow with the store."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from monitor.adapters.store import SqlStore, open_store
from monitor.model import ReceiverName, StoryId
from monitor.ports import Batch, Step, Wanted
from tests.contract.store_rows import (
    ALL,
    CLOUD,
    DAY,
    DESK,
    FEED,
    LEASE,
    NOW,
    announce,
    article,
    delivery,
    entry,
    promise,
)

SHUT = Wanted(limit=9, at_once=2, full=frozenset({"a.example", "b.example"}))
LOOK = replace(SHUT, queued=frozenset({9}))
QUEUED = Wanted(limit=9, at_once=9, batch=Batch(group="a.example", numbers=(1, 2)), pause=LEASE)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    promise(opened, delivery("a"))
    yield opened
    opened.close()


def in_transaction(deed: Callable[..., object]) -> Callable[[SqlStore], object]:
    def run(store: SqlStore) -> object:
        with store.transaction() as tx:
            return deed(tx)

    return run


@pytest.mark.parametrize(
    ("deed", "index"),
    [
        (lambda store: store.claim_feeds(NOW, SHUT, LEASE), "COVERING INDEX feeds_due"),
        (lambda store: store.claim_entries(NOW, SHUT, LEASE), "COVERING INDEX entries_due"),
        (lambda store: store.claim_deliveries(NOW, ALL, LEASE), "COVERING INDEX deliveries_due"),
        (lambda store: store.due_batches(Step.DELIVER, NOW, LOOK), "COVERING INDEX deliveries_due"),
        (lambda store: store.claim_feeds(NOW, QUEUED, LEASE), "INTEGER PRIMARY KEY (rowid=?)"),
        (lambda store: store.take_turn("look", NOW, LEASE), "rests USING"),
        (lambda store: store.renew([(Step.POLL, "one/x")], NOW), "INDEX feeds_leased"),
        (lambda store: store.release(Step.DELIVER, "one/x", NOW, None, 1), "INDEX deliveries_leased"),
        (lambda store: store.waiting_entries(NOW, NOW), "INDEX entries_due"),
        (lambda store: store.remembered(FEED, [1, 2], NOW), "PRIMARY KEY (feed_number=? AND key=?)"),
        (
            in_transaction(lambda tx: tx.stories_near(article(entry("a")), NOW - timedelta(days=3))),
            "INDEX articles_canonical",
        ),
        (
            in_transaction(lambda tx: tx.stories_near(article(entry("a")), NOW - timedelta(days=3))),
            "story_bands USING PRIMARY KEY (band=?)",
        ),
        (in_transaction(lambda tx: tx.rereads(FEED, NOW)), "INDEX rereads_feed"),
        (in_transaction(lambda tx: tx.reading(entry("a").id)), "articles"),
        (in_transaction(lambda tx: tx.told(StoryId("st_a"))), "told USING PRIMARY KEY (story_number=?)"),
        (in_transaction(lambda tx: tx.held_of(StoryId("st_a"))), "alerts USING INDEX alerts_story"),
        (in_transaction(lambda tx: tx.alerted_since(CLOUD, NOW)), "INDEX alerts_budget"),
        (in_transaction(lambda tx: tx.held_due(NOW, [CLOUD], [DESK], 9)), "INDEX held_alerts_due"),
        (in_transaction(lambda tx: tx.silences(NOW)), "INDEX silences_end"),
        (in_transaction(lambda tx: tx.burst(FEED, NOW)), "bursts USING PRIMARY KEY"),
        (lambda store: store.alerts_since(NOW, (NOW, 9), 9), "alerts USING INDEX alerts_age"),
        (lambda store: store.count_alerts(NOW), "COVERING INDEX alerts_age"),
        (
            lambda store: store.timeline(NOW, timedelta(hours=3), 9),
            "articles USING COVERING INDEX articles_age",
        ),
        (lambda store: store.timeline(NOW, timedelta(hours=3), 9), "matches USING INDEX matches_article"),
        (lambda store: store.refusals(NOW, 9), "articles USING COVERING INDEX articles_age"),
        (lambda store: store.deliveries_since(NOW), "deliveries USING INDEX deliveries_made"),
        (lambda store: list(store.archived(NOW, NOW + LEASE, 9)), "articles USING INDEX articles_age"),
        (lambda store: store.count_archived(NOW, NOW + LEASE), "INDEX articles_age"),
        (in_transaction(lambda tx: tx.receiver(ReceiverName("desk"))), "receivers"),
    ],
)
def test_what_the_flow_asks_is_answered_from_an_index(
    sqlite: SqlStore, deed: Callable[[SqlStore], object], index: str
) -> None:
    with planned(sqlite) as plans:
        deed(sqlite)

    assert index in "\n".join(plans)
    assert [] == [plan for plan in plans if _grows(plan)]


def test_what_the_metrics_count_of_the_queues_stands_in_an_index(sqlite: SqlStore) -> None:
    with planned(sqlite) as plans:
        sqlite.measured(NOW)

    of_queues = [plan for plan in plans if any(name in plan for name in ("feeds", "entries", "deliveries"))]
    assert [] == [plan for plan in of_queues if "USING COVERING INDEX" not in plan]
    assert any("deliveries_made (state=?)" in plan for plan in of_queues)


def test_a_purge_of_nothing_costs_the_same_however_much_there_is(tmp_path: Path) -> None:
    few, many = (
        steps_of_a_purge(f"sqlite:///{tmp_path}/{entries}.db", entries) for entries in (3_000, 12_000)
    )

    assert many < 1.2 * few


def steps_of_a_purge(url: str, entries: int) -> int:
    """Return how many hundreds of instructions SQLite runs for a purge of a store where nothing is old."""
    hundreds: list[int] = []
    with closing(open_store(url, owner="one")) as store:
        announce(store, *(entry(str(each)) for each in range(entries)))
        handler = lambda: hundreds.append(1)  # noqa: E731  (None goes on)
        event.listen(store._engine, "checkout", lambda raw, *_: raw.set_progress_handler(handler, 100))
        store.purge(NOW - DAY)
    return len(hundreds)


@contextmanager
def planned(store: SqlStore) -> Iterator[list[str]]:
    """Collect SQLite's plan of every statement that is run in the block."""
    plans: list[str] = []

    def explain(connection: Connection, _: object, statement: str, values: Any, *__: object) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE"):
            raw = connection.connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            plans.extend(str(row[-1]) for row in raw.fetchall())
            raw.close()

    event.listen(store._engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(store._engine, "before_cursor_execute", explain)


def _grows(plan: str) -> bool:
    """Tell whether a step reads a whole table; receivers are few, lists of values and of the newest too."""
    few = ("SCAN receivers", "SCAN CONSTANT ROW", "SCAN near", "SCAN newest")
    on_condition = "_due" in plan
    return plan.startswith("SCAN ") and not plan.startswith(few) and not on_condition
