"""How are drawn examples tried, which tests begin first, and where is PostgreSQL?

Without a limit of time: no test here is about how fast a machine is.
"""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from hypothesis import settings
from psycopg import sql
from simplemma.strategies import StreamDictionaryFactory

from monitor.adapters.store import open_store
from monitor.articles import language
from monitor.errands.words import ready_words
from monitor.matching import languages
from tests.postgresql import NotInstalledError, PostgreSQL

# Whoever runs the tests in the background has what he starts ignore these; services under test obey them.
for _each, _default in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_each) is signal.SIG_IGN:
        signal.signal(_each, _default)
# Some thousand interpreters start: none but the first shall compile what it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Words are looked up in what is packed, as a service does: unpacking them takes each process a second.
ready_words()
settings.register_profile("patient", deadline=None, print_blob=True)
settings.load_profile("patient")

# The files that take longest, which stay on one worker each: begun late, the others would wait in the end.
FIRST = (
    "tests/prove/test_samples.py",
    "tests/acceptance/test_drops.py",
    "tests/acceptance/test_survival.py",
    "tests/acceptance/test_several.py",
    "tests/acceptance/test_pressure.py",
    "tests/docs/test_blocks.py",
    "tests/acceptance/test_setup.py",
    "tests/prove/test_cluster.py",
    "tests/acceptance/test_contract.py",
    "tests/acceptance/test_failover.py",
    "tests/deploy/test_release.py",
)
_NUMBERS = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files before all others."""
    ranks = {file: rank for rank, file in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.nodeid.partition("::")[0], len(FIRST)))


def pytest_collection_finish() -> None:
    """Look for garbage in nothing that is there by now, which stays: it takes a tenth of all the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def as_they_come() -> Iterator[None]:
    """Words and languages are looked up as their libraries bring them, until the test has them packed."""
    _unpack()
    yield
    _unpack()
    ready_words()


def _unpack() -> None:
    languages._WORDS.look_in(StreamDictionaryFactory())
    languages.is_word.cache_clear()
    languages.lemma.cache_clear()
    language._PACKED.clear()
    language._identifier.cache_clear()


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


@contextmanager
def new_database(postgres: PostgreSQL) -> Iterator[str]:
    """Give the address of an empty store on PostgreSQL, as long as this lasts."""
    name = f"store_{next(_NUMBERS)}"
    # By its log, as it copies by itself, the server takes three times as long for as little as this.
    making = sql.SQL("CREATE DATABASE {} TEMPLATE model_store STRATEGY file_copy")
    postgres.lasting().execute(making.format(sql.Identifier(name)))
    yield postgres.url(name)
    postgres.lasting().execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def database(postgres: PostgreSQL) -> Iterator[str]:
    """The address of an empty store on PostgreSQL."""
    with new_database(postgres) as address:
        yield address
