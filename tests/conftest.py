"""How are drawn examples tried, which tests begin first, and where is PostgreSQL?

Without a limit of time: no test here is about how fast a machine is.
"""

import os
import signal
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import settings
from psycopg import sql

from monitor.adapters.store import open_store
from tests.postgresql import NotInstalledError, PostgreSQL

# Whoever runs the tests in the background has what he starts ignore these; services under test obey them.
for _each, _default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_each) is signal.SIG_IGN:
        signal.signal(_each, _default)
# Some thousand interpreters start: none but the first shall compile what it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
settings.register_profile("patient", deadline=None, print_blob=True)
settings.load_profile("patient")

# The longest file, which stays on one worker: begun late, the other worker would wait for it in the end.
FIRST = "tests/prove/test_samples.py"
_NUMBERS = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest file before all others."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


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


@pytest.fixture
def database(postgres: PostgreSQL) -> Iterator[str]:
    """The address of an empty store on PostgreSQL."""
    name = f"store_{next(_NUMBERS)}"
    postgres.admin(sql.SQL("CREATE DATABASE {} TEMPLATE model_store").format(sql.Identifier(name)))
    yield postgres.url(name)
    postgres.admin(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
