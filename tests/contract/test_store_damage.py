"""A store that is damaged, cut, full or held by others is refused, told, and left as it is."""

import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from monitor.adapters.store import open_store
from monitor.adapters.store.opening import refusal
from monitor.errors import StoreDamaged, StoreError
from tests.contract.store_rows import ALL, LEASE, NOW, delivery, ids, promise

PAGE = 4096


def _header(store: Path) -> None:
    with store.open("r+b") as file:
        file.write(b"\0" * 100)


def _every_page_but_the_first(store: Path) -> None:
    with store.open("r+b") as file:
        for start in range(PAGE, file.seek(0, os.SEEK_END), PAGE):
            file.seek(start)
            file.write(os.urandom(PAGE))


def _second_half(store: Path) -> None:
    os.truncate(store, store.stat().st_size // 2)


@pytest.mark.parametrize("damage", [_header, _every_page_but_the_first, _second_half])
def test_a_damaged_store_is_refused_with_what_to_do_and_left_as_it_is(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = _with_a_promise(tmp_path)
    damage(path)
    damaged = path.read_bytes()

    with pytest.raises(StoreDamaged, match=r"left as it is.*monitor restore BACKUP"):
        _claim(path)

    assert damaged == path.read_bytes()


@pytest.mark.parametrize("lost", ["gone", "empty"])
def test_a_log_without_its_store_is_no_new_store(tmp_path: Path, lost: str) -> None:
    path, log = _with_a_promise(tmp_path), tmp_path / "monitor.db-wal"
    log.write_bytes(b"what was committed last")
    if lost == "gone":
        path.unlink()
    else:
        os.truncate(path, 0)

    with pytest.raises(StoreDamaged, match=r"its log 'monitor\.db-wal' is not"):
        open_store(f"sqlite:///{path}", owner="two")

    assert b"what was committed last" == log.read_bytes()


def test_a_log_that_was_cut_loses_its_end_and_nothing_before(tmp_path: Path) -> None:
    path, log = _with_a_promise(tmp_path), tmp_path / "monitor.db-wal"
    store = open_store(f"sqlite:///{path}", owner="two")
    sizes = []
    for number in range(8):
        promise(store, delivery(f"{number}"))
        sizes.append(log.stat().st_size)
    copy = tmp_path / "cut.db"
    copy.write_bytes(path.read_bytes())
    (tmp_path / "cut.db-wal").write_bytes(log.read_bytes()[: sizes[3] + PAGE // 2])
    store.close()

    assert {"msg_a", *(f"msg_{number}" for number in range(4))} == set(_claim(copy))
    with closing(sqlite3.connect(copy)) as database:
        assert ("ok",) == database.execute("PRAGMA integrity_check").fetchone()


def test_a_disk_that_is_full_at_the_start_is_told_and_mends(tmp_path: Path) -> None:
    with _files_of_at_most(2 * PAGE), pytest.raises(StoreError, match="cannot open the store") as refused:
        open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")

    assert not isinstance(refused.value, StoreDamaged)
    open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one").close()


def test_who_holds_a_store_for_long_is_told_from_damage(tmp_path: Path) -> None:
    path = _with_a_promise(tmp_path)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 0})
    with closing(sqlite3.connect(path, isolation_level=None)) as theirs, engine.connect() as ours:
        theirs.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DBAPIError) as locked:
            ours.exec_driver_sql("BEGIN IMMEDIATE")
    engine.dispose()

    told = refusal("the store refused", locked.value)

    assert "the store refused: database is locked; another program has held it for over 10 s" == str(told)
    assert not isinstance(told, StoreDamaged)


def _with_a_promise(folder: Path) -> Path:
    store = open_store(f"sqlite:///{folder}/monitor.db", owner="one")
    promise(store, delivery("a"))
    store.close()
    return folder / "monitor.db"


def _claim(path: Path) -> list[str]:
    with closing(open_store(f"sqlite:///{path}", owner="two")) as store:
        return ids(store.claim_deliveries(NOW, ALL, LEASE))


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow over a size, as a full disk would not."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
