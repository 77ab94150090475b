"""How is a store of SQLite copied while it is used, and put back?

A copy is one moment of the store: a read transaction is held while it is written, so that a service
that writes meanwhile neither waits nor has the copying begin anew. It gets its name only after it was
checked and synced. Putting one back never deletes what stood there: that is renamed.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from monitor.adapters.store.opening import file_of, sync_folder
from monitor.adapters.store.schema import REVISION
from monitor.errors import StoreError, UsageError

# Pages between two signs of progress: 1 MB.
_STEP = 256
# Where SQLite locks; each connection to a store with a write-ahead log holds the shared bytes.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_BESIDE = ("-wal", "-shm", "-journal")

Progress = Callable[[int, int], None]


def back_up(address: str, target: Path, progress: Progress) -> int:
    """Copy the store to a new file, and check the copy; return its size in bytes.

    `progress` gets how many pages are copied, and how many there are.

    Raises:
        UsageError: the store is no file, or the target is there already.
        StoreError: it cannot be read or written, or the copy is damaged.
    """
    source = _file(address)
    if target.exists():
        raise UsageError(f"'{target}' exists; a backup overwrites nothing")
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with _told(f"cannot back up the store '{source}' to '{target}'"):
            _make_private(partial)
            _copy(source, partial, progress)
            _check(partial)
            _sync(partial)
            # Unlike a renaming this refuses where somebody was faster.
            os.link(partial, target)
            sync_folder(target.absolute().parent)
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def restore(address: str, backup: Path | None, now: datetime) -> Path | None:
    """Put a backup in the store's place, or nothing; return where the store that stood there is now.

    Raises:
        UsageError: the store is no file, somebody uses it, or the backup is not there.
        StoreError: the backup is damaged or no store, or a file cannot be written.
    """
    store = _file(address)
    if backup is not None and not backup.is_file():
        raise UsageError(f"there is no backup '{backup}'")
    partial = store.with_name(f".{store.name}.{os.getpid()}.partial")
    try:
        with _told(f"cannot restore the store '{store}'"), _alone(store):
            if backup is not None:
                _make_private(partial)
                _copy(backup, partial, lambda *_: None)
                _check(partial)
                _check_revision(partial, backup)
                if store.exists():
                    shutil.copystat(store, partial)
                    _give_to_owner_of(store, partial)
                _sync(partial)
            aside = _put_aside(store, now)
            if backup is not None:
                partial.replace(store)
            sync_folder(store.absolute().parent)
    finally:
        partial.unlink(missing_ok=True)
    return aside


def integrity(path: Path) -> str | None:
    """Return the first thing that is wrong inside a store's file; None where it is whole."""
    try:
        with closing(_reader(path)) as database:
            said: str = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return str(error)
    return None if said == "ok" else said.replace("\n", " ")


def _file(address: str) -> Path:
    path = file_of(address)
    if path is None:
        raise UsageError("the store is PostgreSQL; use pg_dump and pg_restore")
    return path


def _copy(source: Path, target: Path, progress: Progress) -> None:
    with closing(_reader(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(writer, pages=_STEP, progress=lambda _, left, total: progress(total - left, total))
        # One file, with nothing beside it; whoever opens it as a store has a log again.
        writer.execute("PRAGMA journal_mode=DELETE")


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=10)


def _check(path: Path) -> None:
    if problem := integrity(path):
        raise StoreError(f"the copy is damaged, so what it was made from is: {problem}")


def _check_revision(path: Path, backup: Path) -> None:
    with closing(_reader(path)) as database:
        try:
            (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        except (sqlite3.Error, TypeError):
            raise StoreError(f"'{backup}' is a database, and no store of this program") from None
    if revision > REVISION:
        raise StoreError(
            f"'{backup}' was written by a newer version (its schema is {revision}, this version knows "
            f"{REVISION}); install that version"
        )


def _put_aside(store: Path, now: datetime) -> Path | None:
    """Rename a store and the files beside it; the log last: without its store it is refused, not ignored."""
    aside = store.with_name(f"{store.name}.{now:%Y%m%dT%H%M%SZ}")
    parts = {
        store.with_name(f"{store.name}{end}"): store.with_name(f"{aside.name}{end}") for end in ("", *_BESIDE)
    }
    found = [part for part in parts if part.exists()]
    if any(parts[part].exists() for part in found):
        raise UsageError(f"'{aside}' exists; wait a second")
    for part in found:
        part.rename(parts[part])
    return aside if found else None


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """Hold SQLite's own lock on a store, however damaged it is, so that nobody opens it meanwhile."""
    if not store.exists():
        yield
        return
    with store.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except BlockingIOError:
            raise UsageError(f"the store '{store}' is in use; stop the service first") from None
        yield


def _make_private(path: Path) -> None:
    """Make a file that only its owner may read; SQLite would let others."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"{what}: {said}") from error


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _give_to_owner_of(store: Path, copy: Path) -> None:
    """Have a copy made by root belong to whom the store belonged."""
    if os.geteuid() == 0:
        stat = store.stat()
        os.chown(copy, stat.st_uid, stat.st_gid)
