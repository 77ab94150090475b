"""A store is copied while it is used, and put back; what stood there is kept."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import SqlStore, back_up, examine, open_store, restore
from monitor.errors import StoreError, UsageError
from monitor.ports import Examined
from tests.contract.store_rows import ALL, LEASE, NOW, delivery, entry, ids, promise, settings


def _silent(_done: int, _pages: int) -> None:
    pass


@pytest.fixture
def at_work(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in which one delivery is promised, and which is open."""
    store = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    promise(store, delivery("a"))
    yield store
    store.close()


def test_a_backup_is_one_moment_of_a_store_that_is_written_all_the_while(
    at_work: SqlStore, tmp_path: Path
) -> None:
    # Many more pages than are copied between two signs of progress.
    with at_work.transaction() as tx:
        for number in range(100):
            tx.save_mark(f"large{number}", {"text": "x" * 40_000})
    ended = threading.Event()
    written: list[str] = []
    told: list[tuple[int, int]] = []

    def write() -> None:
        while not ended.is_set():
            with at_work.transaction() as tx:
                for name in ("one", "two"):
                    tx.save_mark(name, {"at": len(written)})
            written.append(name)

    writer = threading.Thread(target=write)
    writer.start()
    while not written:
        ended.wait(0.001)

    def copied(done: int, pages: int) -> None:
        before = len(written)
        while len(written) == before and writer.is_alive():
            ended.wait(0.001)
        told.append((done, pages))

    size = back_up(_address(tmp_path), tmp_path / "backup.db", copied)
    ended.set()
    writer.join()

    assert size == (tmp_path / "backup.db").stat().st_size
    # It never began anew: each sign of progress is further on.
    assert sorted(told) == told
    assert len(told) >= 4
    assert len({pages for _, pages in told}) == 1
    with closing(sqlite3.connect(tmp_path / "backup.db")) as copy:
        assert ("ok",) == copy.execute("PRAGMA integrity_check").fetchone()
        marks = dict(copy.execute("SELECT name, remembered FROM marks WHERE name IN ('one', 'two')"))
    assert marks["one"] == marks["two"]
    assert 0o600 == (tmp_path / "backup.db").stat().st_mode & 0o777
    assert [] == list(tmp_path.glob("*.partial")) + list(tmp_path.glob(".*.partial"))


def test_a_restored_backup_is_the_store_as_it_was_and_the_other_is_kept(tmp_path: Path) -> None:
    store = open_store(_address(tmp_path), owner="one")
    promise(store, delivery("a"))
    back_up(_address(tmp_path), tmp_path / "backup.db", _silent)
    promise(store, delivery("b"))
    store.close()

    aside = restore(_address(tmp_path), tmp_path / "backup.db", NOW)

    assert tmp_path / "monitor.db.20260301T120000Z" == aside
    assert ["msg_a"] == _claimed(tmp_path / "monitor.db")
    assert ["msg_a", "msg_b"] == sorted(_claimed(aside))


def test_a_store_is_put_aside_with_its_log_however_damaged_it_is(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(b"\0" * 100)
    (tmp_path / "monitor.db-wal").write_bytes(b"log")

    restore(_address(tmp_path), None, NOW)

    assert ["monitor.db.20260301T120000Z", "monitor.db.20260301T120000Z-wal"] == sorted(
        each.name for each in tmp_path.iterdir()
    )
    assert restore(_address(tmp_path), None, NOW) is None
    open_store(_address(tmp_path), owner="two").close()
    with pytest.raises(UsageError, match="wait a second"):
        restore(_address(tmp_path), None, NOW)
    assert restore(_address(tmp_path), None, NOW + timedelta(seconds=1)) is not None


def test_nothing_is_overwritten_and_nobody_interrupted(at_work: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")

    with pytest.raises(UsageError, match="overwrites nothing"):
        back_up(_address(tmp_path), tmp_path / "mine.db", _silent)
    back_up(_address(tmp_path), tmp_path / "backup.db", _silent)
    assert "mine" == (tmp_path / "mine.db").read_text()
    # From another process: a lock is no lock to its own.
    pid = os.fork()
    if pid == 0:
        os._exit(_exit_code_of_restoring(tmp_path))
    assert 7 == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ["msg_a"] == ids(at_work.claim_deliveries(NOW, ALL, LEASE))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a letter", "not a database"),
        ("theirs", "no store of this program"),
        ("newer", "written by a newer version"),
        ("damaged", "damaged|malformed"),
    ],
)
def test_what_is_no_good_backup_is_not_restored(
    at_work: SqlStore, tmp_path: Path, content: str, problem: str
) -> None:
    backup = tmp_path / "backup.db"
    if content in ("newer", "damaged"):
        back_up(_address(tmp_path), backup, _silent)
    at_work.close()
    before = (tmp_path / "monitor.db").read_bytes()
    if content == "a letter":
        backup.write_text("Dear database,\n" * 999)
    elif content == "damaged":
        whole = backup.read_bytes()
        backup.write_bytes(whole[:8192] + b"\xff" * 4096 + whole[12288:])
    else:
        with closing(sqlite3.connect(backup)) as database, database:
            database.execute(
                "CREATE TABLE receivers (phone TEXT)"
                if content == "theirs"
                else "UPDATE alembic_version SET version_num = '9999'"
            )

    with pytest.raises(StoreError, match=problem):
        restore(_address(tmp_path), backup, NOW)

    assert before == (tmp_path / "monitor.db").read_bytes()
    assert {"backup.db", "monitor.db"} == {each.name for each in tmp_path.iterdir()}


def test_a_store_of_a_server_is_copied_by_the_servers_own_programs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pg_dump"):
        back_up("postgresql://user:canary@host/db", tmp_path / "backup.db", _silent)
    with pytest.raises(UsageError, match="pg_restore"):
        restore("postgresql://user:canary@host/db", None, NOW)


def _address(folder: Path) -> str:
    return f"sqlite:///{folder}/monitor.db"


def _exit_code_of_restoring(folder: Path) -> int:
    try:
        restore(_address(folder), folder / "backup.db", NOW)
    except UsageError as error:
        return 7 if "is in use; stop the service first" in str(error) else 8
    return 0


def _claimed(path: Path | None) -> list[str]:
    with closing(open_store(f"sqlite:///{path}", owner="two")) as store:
        return ids(store.claim_deliveries(NOW, ALL, LEASE))


def test_a_store_is_examined_without_being_made_or_changed(tmp_path: Path) -> None:
    assert Examined(size=0) == examine(_address(tmp_path))
    assert [] == list(tmp_path.iterdir())
    store = open_store(_address(tmp_path), owner="one")
    store.sync_feeds([settings("feed")], NOW)
    (claim,) = store.claim_feeds(NOW, ALL, LEASE)
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, [entry("a")], {}, (), {})
    store.close()

    examined = examine(_address(tmp_path))

    assert examined.trouble is None
    assert NOW == examined.newest
    assert (tmp_path / "monitor.db").stat().st_size == examined.size
    (tmp_path / "monitor.db").write_bytes(b"\0" * 999)
    assert "is damaged" in str(examine(_address(tmp_path)).trouble)
