"""Stores to test on: a fresh SQLite file, a fresh database of a real PostgreSQL; a pooler before it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from monitor.adapters.store import SqlStore, open_store
from tests.conftest import new_database
from tests.postgresql import NotInstalledError, Pooler, PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/monitor.db"
        return
    yield request.getfixturevalue("database")


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(store_url, owner="one")
    yield opened
    opened.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A store that a file fills once, for tests that only read."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            address = f"sqlite:///{tmp_path_factory.mktemp('standing')}/monitor.db"
        else:
            address = stack.enter_context(new_database(request.getfixturevalue("postgres")))
        yield stack.enter_context(closing(open_store(address, owner="standing")))


@pytest.fixture
def other(store: SqlStore, store_url: str) -> Iterator[SqlStore]:
    """The same store, as another instance has it."""
    assert store
    opened = open_store(store_url, owner="two")
    yield opened
    opened.close()


@pytest.fixture(params=["session", "transaction"])
def pooler(request: pytest.FixtureRequest, postgres: PostgreSQL) -> Iterator[Pooler]:
    """A PgBouncer before the server."""
    try:
        opened = Pooler(postgres, request.param)
    except NotInstalledError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield opened
    opened.close()
