from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.store import SqlStore, holding, open_store
from monitor.alerts.events import match_event
from monitor.alerts.outbox import hold
from monitor.errors import UsageError
from monitor.model import AlertId, HeldAlert, HoldReason, WatchlistId
from monitor.ops.held import BATCH, chosen, drop_by_hand, list_held, release_by_hand, show_held
from tests.unit.alerts.samples import (
    ARTICLE,
    DESK,
    ENTITIES,
    FEED,
    NOW,
    RECEIVER,
    SLACK,
    STORY,
    WATCHLIST,
    alert,
)

LATER = NOW + timedelta(hours=9)
EVERYTHING = chosen((), None, None, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="test")
    yield opened
    opened.close()


def waiting(
    name: str, reason: HoldReason = HoldReason.BUDGET, watchlist: str = WATCHLIST.id
) -> tuple[HeldAlert, ...]:
    raised = replace(
        alert(), id=AlertId(name), hold=reason, release_at=LATER, watchlist=WatchlistId(watchlist)
    )
    return hold(raised, match_event(raised, ARTICLE, STORY, FEED, ENTITIES, NOW))


def keep(store: SqlStore, *rows: HeldAlert) -> None:
    with store._writing() as connection:
        holding.add_held(connection, rows)


def counts(store: SqlStore) -> dict[str, int]:
    with store.transaction() as tx:
        tallies = dict(tx.tallies())
    return tallies | {"pending": store.status(NOW)["deliveries"]["pending"]}


def test_alerts_that_wait_are_listed_oldest_first_and_say_what_is_configured_no_more(store: SqlStore) -> None:
    keep(store, *waiting("al_1"), *waiting("al_2", HoldReason.STORM, "gone"))

    shown: Any = list_held(store, EVERYTHING, {WATCHLIST.id}, {DESK}).plain

    assert [
        ("al_1", "desk", "budget", None),
        ("al_1", "slack", "budget", "receiver 'slack' is configured no more"),
        ("al_2", "desk", "storm", "watchlist 'gone' is configured no more"),
        (
            "al_2",
            "slack",
            "storm",
            "watchlist 'gone' is configured no more; receiver 'slack' is configured no more",
        ),
    ] == [(each["id"], each["receiver"], each["held"], each["note"]) for each in shown["held"]]
    assert (["amazon"], "2025-12-18T05:03:11Z") == (
        shown["held"][0]["entities"],
        shown["held"][0]["release_at"],
    )


def test_one_alert_is_shown_with_the_event_it_would_have_been(store: SqlStore) -> None:
    keep(store, *waiting("al_1"))

    shown = show_held(store, "al_1", {WATCHLIST.id}, {DESK})
    plain: Any = shown.plain

    assert "al_1" == plain["held"][0]["event"]["alert"]["id"]
    assert "slack: budget, until 2025-12-18T05:03:11Z (receiver 'slack' is configured no more)" in shown.words
    with pytest.raises(UsageError, match="no alert 'al_x' waits"):
        show_held(store, "al_x", (), ())


def test_what_is_released_by_hand_goes_out_at_once_and_what_has_no_receiver_stays(store: SqlStore) -> None:
    keep(store, *waiting("al_1"), *waiting("al_2"))

    released: Any = release_by_hand(store, EVERYTHING, {DESK: RECEIVER}, NOW).plain
    again = release_by_hand(store, EVERYTHING, {DESK: RECEIVER}, NOW)

    assert {"released": 2, "left": 2} == released
    assert again.failed
    assert [SLACK, SLACK] == [each.receiver for each in store.held(EVERYTHING)]
    assert {"released": 2, "pending": 1} == counts(store)


def test_what_is_dropped_by_hand_is_counted(store: SqlStore) -> None:
    keep(store, *waiting("al_1"), *waiting("al_2", HoldReason.SILENCED))

    dropped: Any = drop_by_hand(store, chosen((), None, "slack", "silenced")).plain

    assert {"dropped": 1} == dropped
    assert 3 == len(store.held(EVERYTHING))
    assert {"dropped": 1, "pending": 0} == counts(store)


def test_more_than_a_batch_is_released_whole(store: SqlStore) -> None:
    keep(store, *(row for n in range(BATCH + 1) for row in waiting(f"al_{n}")[:1]))

    released: Any = release_by_hand(store, EVERYTHING, {DESK: RECEIVER}, NOW).plain

    assert {"released": BATCH + 1, "left": 0} == released
    assert () == tuple(store.held(EVERYTHING))


@pytest.mark.parametrize(
    ("ids", "reason", "problem"),
    [
        ([], None, "say which: ids, --watchlist"),
        ([], "strom", "unknown reason 'strom'; did you mean 'storm'"),
    ],
)
def test_what_is_not_chosen_is_asked_for(ids: list[str], reason: str | None, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        chosen(ids, None, None, reason, everything=False)


def test_an_unknown_id_ends_nothing(store: SqlStore) -> None:
    keep(store, *waiting("al_1"))

    with pytest.raises(UsageError, match="no alert 'al_x' waits"):
        release_by_hand(store, chosen(["al_1", "al_x"], None, None, None), {DESK: RECEIVER}, NOW)

    assert 2 == len(store.held(EVERYTHING))
