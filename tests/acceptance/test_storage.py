"""A store that is damaged or lost: how the service ends, and how all comes back under the same ids."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.stores import change, microseconds
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import Desk, Monitor, Outlet, eventually, without_times

Open = Callable[[str], Outlet]


@pytest.mark.on_sqlite_alone("it damages the file, and has a backup of it take its place")
def test_a_damaged_store_ends_the_service_and_a_backup_brings_the_same_alerts_again(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    monitor.configure(
        f"feeds: [{{id: kurier, url: '{kurier.feed}', every: 1s, first_poll: all}}]\n{ENTITIES}\n"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
        "http: {listen: null}\n"
    )
    monitor.start()
    monitor.call("backup", str(monitor.folder / "backup.db"))
    assert "is in use" in monitor.call("restore", str(monitor.folder / "backup.db"), expect=2)
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    eventually(desk.events)
    monitor.stop()
    _damage(monitor.database, "deliveries")

    assert 1 == monitor.begin().wait(60)
    log = monitor.log.read_text(encoding="utf-8")
    assert "monitor restore BACKUP" in log.splitlines()[-1]
    assert "Traceback" not in log
    assert "monitor restore BACKUP" in monitor.call("deliveries", "list", expect=1)
    before = list(desk.requests)
    assert "what stood there is" in monitor.call("restore", str(monitor.folder / "backup.db"))
    monitor.once()

    ((told, body),), ((repeated, again),) = before, desk.requests[len(before) :]
    assert told["webhook-id"] == repeated["webhook-id"]
    assert without_times(body) == without_times(again)


def test_a_clock_that_was_a_year_ahead_before_the_start_puts_nothing_off(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    monitor.configure(
        f"feeds: [{{id: kurier, url: '{kurier.feed}', every: 1s, first_poll: all}}]\n{ENTITIES}\n"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
        "http: {listen: null}\n"
    )
    monitor.once()
    change(
        monitor.store,
        "UPDATE feeds SET due_at = due_at + :year, last_ok_at = last_ok_at + :year",
        year=microseconds(timedelta(days=365)),
    )
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")

    monitor.start()

    (event,) = eventually(desk.events, what="the feed is asked at once, not in a year")
    assert "Amazon ernennt KI-Chef" == event["data"]["article"]["title"]


def _damage(store: Path, table: str) -> None:
    """Overwrite the first page of a table, and of each of its indexes."""
    with closing(sqlite3.connect(store)) as database:
        (size,) = database.execute("PRAGMA page_size").fetchone()
        question = "SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0"
        pages = [number for (number,) in database.execute(question, (table,))]
    with store.open("r+b") as file:
        for number in pages:
            file.seek((number - 1) * size)
            file.write(os.urandom(size))
