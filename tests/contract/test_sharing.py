"""Laws of the one right to write, and of commits that several share, on a real database."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from monitor.adapters.store import sharing
from monitor.adapters.store.dialect import connect, writer_of
from monitor.adapters.store.sharing import Turns
from monitor.errors import StoreError
from tests.servers import wait_until

TABLES = """
CREATE TABLE kinds (name TEXT PRIMARY KEY);
CREATE TABLE things (name TEXT, kind TEXT REFERENCES kinds (name) DEFERRABLE INITIALLY DEFERRED);
"""


class Log:
    """A database with things in it, and how often something was committed to it."""

    def __init__(self, path: Path, patience: float = 60.0) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as raw:
            raw.executescript(TABLES)
        self.engine: Engine = connect(make_url(f"sqlite:///{path}"))
        self.turns = Turns(writer_of(self.engine), patience)
        self.commits = 0
        event.listen(self.engine, "commit", self._count)

    def _count(self, _: Connection) -> None:
        self.commits += 1

    def things(self) -> list[str]:
        """Return what anybody else sees."""
        with closing(sqlite3.connect(self.path)) as raw:
            return [name for (name,) in raw.execute("SELECT name FROM things ORDER BY name")]

    def add(self, name: str, kind: str | None = None) -> list[str]:
        """Write a thing in short; return what anybody else sees then."""
        with self.turns.shared() as connection:
            put(connection, name, kind)
        return self.things()


def put(connection: Connection, name: str, kind: str | None = None) -> None:
    connection.exec_driver_sql("INSERT INTO things VALUES (?, ?)", (name, kind))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "things.db")
    yield made
    made.engine.dispose()


def beside(
    log: Log, first: Callable[[Connection], None], others: Sequence[Callable[[], object]]
) -> list[Future[object]]:
    """Do something in a part during which all others come to wait; return what came of each."""
    entered, go = threading.Event(), threading.Event()

    def begin() -> None:
        with log.turns.shared() as connection:
            entered.set()
            assert go.wait(30)
            first(connection)

    with ThreadPoolExecutor(len(others) + 1) as threads:
        done: list[Future[object]] = [threads.submit(begin)]
        assert entered.wait(30)
        done += [threads.submit(other) for other in others]
        assert wait_until(lambda: log.turns._waiting == len(others))
        go.set()
    return done


def test_who_writes_alone_commits_at_once(log: Log) -> None:
    assert ["a"] == log.add("a")
    assert ["a", "b"] == log.add("b")

    assert log.commits == 2


def test_those_who_wait_share_one_commit_and_nobody_goes_on_before_it(log: Log) -> None:
    first, *others = beside(log, lambda on: put(on, "a"), [partial(log.add, f"b{n}") for n in range(5)])

    assert first.exception() is None
    assert [["a", *(f"b{n}" for n in range(5))]] * 5 == [each.result() for each in others]
    assert log.commits == 1


def test_a_line_that_is_too_long_shares_several_commits(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    # On a slow machine whoever waits would look meanwhile, and commit what others were to go on with.
    monkeypatch.setattr(sharing, "_LOOK_AFTER", 60.0)

    beside(log, lambda on: put(on, "a"), [partial(log.add, f"b{n:02}") for n in range(40)])

    assert len(log.things()) == 41
    assert log.commits == 3


def test_a_part_that_fails_is_undone_alone(log: Log) -> None:
    def fail() -> None:
        with log.turns.shared() as connection:
            put(connection, "wrong")
            raise ValueError("on purpose")

    first, failed, other = beside(log, lambda on: put(on, "a"), [fail, lambda: log.add("b")])

    assert first.exception() is None
    assert "on purpose" in str(failed.exception())
    assert other.exception() is None
    assert log.things() == ["a", "b"]


def test_a_first_part_that_fails_leaves_nothing_to_the_others(log: Log) -> None:
    def fail(connection: Connection) -> None:
        put(connection, "wrong")
        raise ValueError("on purpose")

    first, other = beside(log, fail, [lambda: log.add("b")])

    assert "on purpose" in str(first.exception())
    assert other.result() == ["b"]


def test_a_commit_that_fails_fails_for_all_and_then_each_commits_alone(log: Log) -> None:
    parts = beside(log, lambda on: put(on, "a"), [lambda: log.add("b", "unknown"), lambda: log.add("c")])

    assert [IntegrityError] * 3 == [type(each.exception()) for each in parts]
    assert log.things() == []

    first, failed, other = beside(
        log, lambda on: put(on, "a"), [lambda: log.add("b", "unknown"), lambda: log.add("c")]
    )

    assert first.exception() is None
    assert isinstance(failed.exception(), IntegrityError)
    assert other.exception() is None
    assert log.things() == ["a", "c"]


def test_where_the_database_undid_all_parts_all_fail(log: Log) -> None:
    def lose() -> None:
        with log.turns.shared() as connection:
            # As SQLite itself does it where a disk is full, for example.
            connection.exec_driver_sql("ROLLBACK")
            raise ValueError("on purpose")

    first, lost = beside(log, lambda on: put(on, "a"), [lose])

    assert isinstance(first.exception(), StoreError)
    assert str(lost.exception()) == "on purpose"
    assert log.things() == []
    assert log.add("b") == ["b"]


def test_a_part_that_cannot_be_undone_takes_all_along(log: Log) -> None:
    def refuse(action: int, *_: object) -> int:
        return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_SAVEPOINT else sqlite3.SQLITE_OK

    def fail() -> None:
        with log.turns.shared() as connection:
            put(connection, "wrong")
            raw: Any = connection.connection.dbapi_connection
            raw.set_authorizer(refuse)
            raise ValueError("on purpose")

    first, failed = beside(log, lambda on: put(on, "a"), [fail])

    assert isinstance(first.exception(), StoreError)
    assert str(failed.exception()) == "on purpose"
    assert log.things() == []
    assert log.add("b") == ["b"]


def test_what_the_database_undid_unseen_is_not_taken_for_committed(log: Log) -> None:
    def lose(connection: Connection) -> None:
        put(connection, "a")
        connection.exec_driver_sql("ROLLBACK")

    (first,) = beside(log, lose, [])

    assert isinstance(first.exception(), StoreError)
    assert log.add("b") == ["b"]


def test_parts_that_fail_do_not_put_the_commit_off(log: Log) -> None:
    failed = threading.Semaphore(0)

    def fail() -> None:
        with log.turns.shared():
            failed.release()
            raise ValueError("on purpose")

    first, *others = beside(log, lambda on: put(on, "a"), [fail] * 40)

    assert first.exception() is None
    assert ["on purpose"] * 40 == [str(each.exception()) for each in others]
    assert log.things() == ["a"]


def test_who_takes_long_has_a_commit_of_his_own(log: Log) -> None:
    def long() -> list[str]:
        with log.turns.alone() as connection:
            seen = log.things()
            put(connection, "long")
        return seen

    first, other = beside(log, lambda on: put(on, "a"), [long])

    assert first.exception() is None
    assert other.result() == ["a"]
    assert log.things() == ["a", "long"]
    assert log.commits == 2


def test_what_was_left_to_one_who_gave_up_is_committed(log: Log) -> None:
    log.turns._count(1)

    assert log.add("a") == ["a"]


def test_who_gets_no_turn_is_told(tmp_path: Path) -> None:
    log = Log(tmp_path / "things.db", patience=0.05)

    def too_late() -> None:
        with pytest.raises(StoreError, match="no turn"):
            log.add("b")

    with log.turns.shared() as connection:
        put(connection, "a")
        thread = ThreadPoolExecutor(1)
        thread.submit(too_late).result()
    thread.shutdown()

    assert log.things() == ["a"]
    log.engine.dispose()


# Writes whenever it may, until it is ended.
HOG = """
import sys
from sqlalchemy.engine import make_url
from monitor.adapters.store.dialect import connect, writer_of
from monitor.adapters.store.sharing import Turns

turns = Turns(writer_of(connect(make_url("sqlite:///" + sys.argv[1]))), 60.0)
while True:
    with turns.shared() as connection:
        connection.exec_driver_sql("INSERT INTO things VALUES ('hog', NULL)")
        connection.exec_driver_sql(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION SELECT i + 1 FROM n LIMIT 20000) SELECT sum(i) FROM n"
        ).all()
"""


def test_a_process_that_writes_all_the_time_leaves_others_their_share(log: Log) -> None:
    with subprocess.Popen([sys.executable, "-c", HOG, str(log.path)]) as hog:
        try:
            assert wait_until(lambda: len(log.things()) > 10, seconds=60)
            before = len(log.things())
            for number in range(30):
                log.add(f"own {number:02}")
            written = len(log.things()) - before - 30
        finally:
            hog.kill()

    # A few for each of ours, where the system runs both; twenty, where it is busy with others.
    assert written < 20 * 30
