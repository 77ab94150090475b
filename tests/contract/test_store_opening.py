"""A store is opened, made or refused; its tables are those that migrations make."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from monitor.adapters.store import SqlStore, migrations, open_store
from monitor.adapters.store.schema import REVISION, metadata
from monitor.errors import SchemaTooNew, StoreError
from monitor.ports import Wanted
from tests.contract.store_rows import ALL, DAY, LEASE, NOW, delivery, ids, promise, settings
from tests.postgresql import PostgreSQL
from tests.prove.old import make_old

_NOBODY = 65534


def test_a_new_store_has_the_tables_that_the_schema_tells(store: SqlStore) -> None:
    with store._writer.begin() as connection:
        told = MigrationContext.configure(connection, opts={"include_object": _is_told})
        differences = compare_metadata(told, metadata)

    assert [] == differences


def test_a_new_store_of_sqlite_is_made_as_the_migrations_make_it(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/made.db", owner="one").close()
    engine = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    with engine.begin() as connection:
        migrations.upgrade(connection)
    engine.dispose()

    for tables in ("", "alembic_version", "article_words"):
        assert _all_of(tmp_path / "made.db", tables) == _all_of(tmp_path / "migrated.db", tables)


def test_the_newest_migration_is_the_revision_that_a_store_is_checked_for() -> None:
    folder = Path(migrations.__file__).parent

    assert REVISION == ScriptDirectory(str(folder)).get_current_head()


def test_an_open_store_can_be_opened_again_and_keeps_its_rows(store: SqlStore, store_url: str) -> None:
    promise(store, delivery("a"))

    again = open_store(store_url, owner="two")

    assert ["msg_a"] == ids(again.claim_deliveries(NOW, ALL, LEASE))
    again.ping()
    again.close()


def test_a_store_of_a_newer_version_is_left_alone(store: SqlStore, store_url: str) -> None:
    with store._writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="written by a newer version"):
        open_store(store_url, owner="two")


def test_a_store_of_the_first_version_is_brought_up_to_date_with_all_its_rows(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new.db", owner="one")
    store.sync_feeds([settings("a")], NOW)
    promise(store, delivery("a"))
    store.close()
    make_old(tmp_path / "new.db", tmp_path / "old.db")

    migrated = open_store(f"sqlite:///{tmp_path}/old.db", owner="two")

    assert ["msg_a"] == ids(migrated.claim_deliveries(NOW, ALL, LEASE))
    assert ["a"] == ids(migrated.claim_feeds(NOW, ALL, LEASE))
    migrated.close()
    assert _statements(tmp_path / "new.db").keys() == _statements(tmp_path / "old.db").keys()


def test_many_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    line = (
        "import sys; from monitor.adapters.store import open_store as go; go(sys.argv[1], owner='x').close()"
    )
    address = f"sqlite:///{tmp_path}/var/monitor.db"

    processes = [subprocess.Popen([sys.executable, "-c", line, address], cwd=Path.cwd()) for _ in range(4)]

    assert [0] * 4 == [process.wait(60) for process in processes]


def test_folders_are_made_on_the_way(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/var/lib/monitor.db", owner="one").close()

    assert (tmp_path / "var/lib/monitor.db").is_file()


def test_sqlite_is_as_durable_as_promised(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")

    with store._reading() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    full = 2
    assert {"journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "busy_timeout": 10_000} == found
    store.close()


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "must begin with"),
        ("mysql://host/db", "must begin with"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///{folder}", "is a directory"),
        ("sqlite:///{folder}/text.db", "file is not a database"),
        ("sqlite:///{folder}/text.db/monitor.db", "cannot make the folder"),
    ],
)
def test_what_is_no_store_is_refused_with_what_it_is(tmp_path: Path, address: str, problem: str) -> None:
    before = "This is a letter, and no database at all.\n" * 99
    (tmp_path / "text.db").write_text(before)

    with pytest.raises(StoreError, match=problem):
        open_store(address.format(folder=tmp_path), owner="one")

    assert before == (tmp_path / "text.db").read_text()


def test_the_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE receivers (phone TEXT)")

    with pytest.raises(StoreError, match="already exists"):
        open_store(f"sqlite:///{path}", owner="one")

    with closing(sqlite3.connect(path)) as theirs:
        assert [("receivers",)] == theirs.execute("SELECT name FROM sqlite_master").fetchall()


def test_a_store_that_cannot_be_written_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_store(f"sqlite:///{folder}/monitor.db", owner="one").close()
        (folder / "monitor.db").chmod(0o444)
        folder.chmod(0o555)

        with _as_nobody(), pytest.raises(StoreError, match=r"readonly|unable to open"):
            open_store(f"sqlite:///{folder}/monitor.db", owner="two")

        folder.chmod(0o755)


def test_passwords_do_not_appear_when_a_server_does_not_answer() -> None:
    with pytest.raises(StoreError) as refused:
        open_store("postgresql://user:canary@127.0.0.1:1/db", owner="one")

    assert "canary" not in str(refused.value)
    assert "postgresql://127.0.0.1/db" in str(refused.value)


def test_an_error_inside_a_transaction_is_told_without_values(store: SqlStore) -> None:
    with pytest.raises(StoreError) as refused:
        insert_twice(store, "canary")

    assert "the store refused" in str(refused.value)
    assert "canary" not in str(refused.value)


def insert_twice(store: SqlStore, value: str) -> None:
    statement = text("INSERT INTO marks VALUES ('a', :value)")
    with store.transaction() as tx:
        tx._connection.execute(statement, {"value": value})
        tx._connection.execute(statement, {"value": value})


def test_a_connection_that_was_lost_is_made_anew(
    request: pytest.FixtureRequest, store: SqlStore, store_url: str
) -> None:
    if store_url.startswith("sqlite"):
        store._engine.dispose()
    else:
        server: PostgreSQL = request.getfixturevalue("postgres")
        server.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'store_%'")

    promise(store, delivery("a"))

    assert ["msg_a"] == ids(store.claim_deliveries(NOW, ALL, LEASE))


@pytest.mark.parametrize(("further", "ends"), [("", "1min"), ("&options=-c%20lock_timeout%3D5s", "0")])
def test_a_server_ends_transactions_that_stand_still_unless_the_address_has_options_of_its_own(
    postgres: PostgreSQL, further: str, ends: str
) -> None:
    with (
        closing(open_store(postgres.url("model_store") + further, owner="one")) as store,
        store.transaction() as tx,
    ):
        assert ends == tx._connection.scalar(text("SHOW idle_in_transaction_session_timeout"))


# ---- under load ----------------------------------------------------------------------------------


def test_sixteen_threads_of_two_instances_do_each_row_once(store: SqlStore, other: SqlStore) -> None:
    store.sync_feeds([settings(f"f{n}", host=f"h{n % 7}.example") for n in range(160)], NOW)
    done: list[str] = []
    troubles: list[Exception] = []

    def work(on: SqlStore) -> None:
        try:
            while claims := on.claim_feeds(NOW, Wanted(limit=5, at_once=3), LEASE):
                for claim in claims:
                    with on.transaction() as tx:
                        after = replace(claim.row, due_at=NOW + DAY)
                        tx.save_poll(claim, after, (), {}, [delivery(claim.row.id)], {"polled": 1, "a": 1})
                    done.append(claim.row.id)
        except Exception as error:  # noqa: BLE001  (a thread's end is told to the test)
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (store, other) * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert [] == troubles
    assert sorted(f"f{n}" for n in range(160)) == sorted(done)
    with store.transaction() as tx:
        assert {"polled": 160, "a": 160} == tx.tallies()
    assert 160 == store.status(NOW)["deliveries"]["pending"]


def test_what_was_acknowledged_survives_a_kill(store: SqlStore, store_url: str) -> None:
    line = "import sys; from tests.contract.test_store_opening import promise_for_ever as go; go(sys.argv[1])"
    command = [sys.executable, "-c", line, store_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(25)]
    process.kill()
    acknowledged += process.stdout.read().splitlines()
    process.wait(20)

    stored = ids(store.claim_deliveries(NOW, ALL, LEASE))

    complete = {each for each in acknowledged if each.endswith(".")}
    assert {each.removesuffix(".") for each in complete} <= set(stored)
    assert len(complete) >= 25
    # A commit may have come through whose acknowledgment did not.
    assert len(stored) <= len(complete) + 1
    process.stdout.close()


def promise_for_ever(address: str) -> None:
    """Promise one delivery after the other, and print each id once it is committed."""
    store = open_store(address, owner="doomed")
    for number in range(1_000_000):
        promise(store, delivery(f"{number}"))
        sys.stdout.write(f"msg_{number}.\n")
        sys.stdout.flush()


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Be somebody to whom permissions apply."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def _is_told(_: object, name: str | None, *__: object) -> bool:
    """Tell whether the schema tells of it: words are kept as each database searches them."""
    return not str(name).startswith("article_words")


def _all_of(path: Path, table: str) -> object:
    """Return the rows of a table, or of all names the statement that made each."""
    with closing(sqlite3.connect(path)) as connection:
        if table:
            return connection.execute(f"SELECT * FROM {table}").fetchall()
        made = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
        return {name: " ".join((said or "").split()) for name, said in made}


def _statements(path: Path) -> dict[str, str]:
    question = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
    # The schema does not tell of the words: each database keeps them as it searches them.
    question += " AND name NOT LIKE 'article_words%'"
    with closing(sqlite3.connect(path)) as connection:
        return {name: " ".join(said.split()) for name, said in connection.execute(question)}
