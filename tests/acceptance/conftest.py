"""Outlets, a desk and the service, closed when the story is told.

Every story is told on both databases, by the fixture `monitor`, or by `shared` where the tests of a file look
at one service. The suite tells it on one, as its name falls, and `prove stories` on the other: there it is
marked `again`. What the store itself promises the suite tries on both. A test, or a file by its `pytestmark`,
that is about one of them says why:

- `on_sqlite_alone("it damages the file")` is about what only a file can be or have;
- `on_postgresql_alone("several machines share it")` is about what only a server can;
- `without_store` opens none: that none was made is looked at in the end.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tests.acceptance.screen import OpenScreen, Screen
from tests.acceptance.world import Desk, Monitor, Outlet
from tests.conftest import new_database
from tests.mail import Mailbox, mail_server

DATABASES = ("SQLite", "PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Have each test run on the databases that it is about."""
    alone, names = _alone(metafunc.definition), metafunc.fixturenames
    for fixture in ("monitor", "shared"):
        if fixture in names:
            test = "" if fixture == "shared" else metafunc.definition.name
            told = alone or _both(metafunc.definition.path.stem, test)
            metafunc.parametrize(fixture, told, indirect=True)
            return
    if not alone:
        raise pytest.UsageError(
            f"{metafunc.definition.nodeid}: on which database? take `monitor`, or say by a marker why on one"
        )


def _alone(item: pytest.Item) -> Sequence[str]:
    """Return the one database that a test says it is about; without a store any will do."""
    if item.get_closest_marker("without_store"):
        return ["SQLite"]
    for database in DATABASES:
        if marker := item.get_closest_marker(f"on_{database.lower()}_alone"):
            (why,) = marker.args
            assert why
            return [database]
    return []


def _both(file: str, test: str) -> Sequence[Any]:
    """Return both databases, one of them marked; without a test's name those of a file are of one mind."""
    first = crc32(f"{file} {test}".encode()) % 2
    return [
        each if number == first else pytest.param(each, marks=pytest.mark.again)
        for number, each in enumerate(DATABASES)
    ]


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
    """The service, on the database of the test's name."""
    with _serving(tmp_path, request) as started:
        yield started
        if request.node.get_closest_marker("without_store"):
            assert not started.database.exists()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Monitor]:
    """A service that the tests of a file look at together, likewise."""
    with _serving(tmp_path_factory.mktemp("shared"), request) as started:
        yield started


@contextmanager
def _serving(folder: Path, request: pytest.FixtureRequest) -> Iterator[Monitor]:
    with ExitStack() as stack:
        server = request.getfixturevalue("postgres") if request.param == "PostgreSQL" else None
        store = stack.enter_context(new_database(server)) if server else None
        started = stack.enter_context(closing(Monitor(folder, forked=True)))
        started.store = store or started.store
        yield started
        # Shown where a test failed.
        if started.log.exists():
            print(started.log.read_text(errors="replace")[-20_000:])  # noqa: T201  (pytest keeps it)


@pytest.fixture
def screen(monitor: Monitor) -> Iterator[OpenScreen]:
    opened: list[Screen] = []

    def open_one(*arguments: str, **how: str) -> Screen:
        opened.append(Screen(monitor, *arguments, **how))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()
