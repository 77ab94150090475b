"""Stores to test on: a fresh SQLite file, and a fresh database of a real PostgreSQL server."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from psycopg import sql

from monitor.adapters.store import SqlStore, open_store
from tests.postgresql import NotInstalledError, PostgreSQL

_NUMBERS = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of our own, with a model of an empty store."""
    try:
        server = PostgreSQL()
    except NotInstalledError as error:
        why = f"{error}: their half of the store's laws is NOT TESTED"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    try:
        server.admin("CREATE DATABASE model_store")
        open_store(server.url("model_store"), owner="fixture").close()
        yield server
    finally:
        server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/monitor.db"
        return
    server: PostgreSQL = request.getfixturevalue("postgres")
    name = f"store_{next(_NUMBERS)}"
    server.admin(sql.SQL("CREATE DATABASE {} TEMPLATE model_store").format(sql.Identifier(name)))
    yield server.url(name)
    server.admin(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(store_url, owner="one")
    yield opened
    opened.close()


@pytest.fixture
def other(store: SqlStore, store_url: str) -> Iterator[SqlStore]:
    """The same store, as another instance has it."""
    assert store
    opened = open_store(store_url, owner="two")
    yield opened
    opened.close()
