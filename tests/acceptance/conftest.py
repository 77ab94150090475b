"""Outlets, a desk and the service, closed when the story is told."""

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
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    started = Monitor(tmp_path)
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
