"""Outlets, a desk and the service, closed when the story is told.

What is promised of alerts, deliveries and stories is told on both databases: by what is marked with
`on_both_databases`, and by test_several, test_cluster and test_failover, which need PostgreSQL. On SQLite
alone are told

- kills at any moment, two services on one store, an orderly end: test_several and test_cluster have them;
- heartbeats over a random run: test_several has those of two services;
- a damaged store, a full disk, a clock that was wrong, secrets in files: they open or break a file;
- feeds in trouble, hostile servers, pressure, a night, refused forms, pushes, backtests, most of `explain`:
  they are about what stands before or above the store, whose laws hold for both (tests/contract);
- commands, terminals, configuration, the demo: they hardly look at the store.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.screen import OpenScreen, Screen
from tests.acceptance.world import Desk, Monitor, Outlet
from tests.mail import Mailbox, mail_server


@pytest.fixture
def outlet() -> Iterator[Callable[[str], Outlet]]:
    opened: list[Outlet] = []

    def open_one(name: str) -> Outlet:
        opened.append(Outlet(name))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()


@pytest.fixture
def ops() -> Iterator[Desk]:
    opened = Desk()
    yield opened
    opened.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as opened:
        yield opened


@pytest.fixture
def monitor(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Monitor]:
    """The service, on SQLite where nothing else is said."""
    started = Monitor(tmp_path)
    if getattr(request, "param", "SQLite") == "PostgreSQL":
        started.store = request.getfixturevalue("database")
    yield started
    started.close()


@pytest.fixture
def screen(monitor: Monitor) -> Iterator[OpenScreen]:
    opened: list[Screen] = []

    def open_one(*arguments: str, **how: str) -> Screen:
        opened.append(Screen(monitor, *arguments, **how))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
