"""Open a store: find it or make it, check that it is ours, bring its tables up to date."""

import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from monitor.adapters.store.dialect import connect, lock_migration, writer_of
from monitor.adapters.store.schema import REVISION, metadata
from monitor.adapters.store.searching import make_words
from monitor.adapters.store.server import hint, server_at
from monitor.errors import SchemaTooNew, StoreDamaged, StoreError
from monitor.ports import Server

# What to do about a damaged store.
MEND = "it is left as it is: stop the service, see `monitor doctor`, then `monitor restore BACKUP`"
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HINTS = {
    sqlite3.SQLITE_BUSY: "another program has held it for over 10 s",
    sqlite3.SQLITE_IOERR: "see what the system's log says of its disk",
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_READONLY: "let this user write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "let this user write the file and its folder",
}
# Several servers, as libpq's addresses name them, each with a port or none.
_SEVERAL = re.compile(r"(postgres(?:ql)?://(?:[^/?]*@)?)([^/?@]+,[^/?@]+)(.*)", re.DOTALL)
_SERVER = re.compile(r"(?:\[([^]]+)\]|([^][:]+))(?::(\d*))?")
# The table in which Alembic keeps how far a store has come, as it makes it itself.
_REVISIONS = (
    "CREATE TABLE alembic_version ( "
    "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) )"
)
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def open_engine(address: str) -> Engine:
    """Return an engine on a store whose tables are up to date; a new store is made where there is none.

    Raises:
        SchemaTooNew: a newer version of the program wrote it.
        StoreError: it cannot be opened, or is something else.
    """
    url = _read_address(address)
    place = _place(url)
    path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    new = _prepare(path) if path else False
    try:
        engine = connect(url)
    except ModuleNotFoundError as error:
        raise StoreError("a store on PostgreSQL needs a driver; install 'news-monitor[postgres]'") from error
    try:
        with writer_of(engine).begin() as connection:
            _bring_up_to_date(connection, place)
    except SQLAlchemyError as error:
        engine.dispose()
        raise refusal(f"cannot open the store '{place}'", error) from error
    except BaseException:
        engine.dispose()
        raise
    if new and path:
        sync_folder(path.absolute().parent)
    return engine


def refusal(what: str, error: SQLAlchemyError) -> StoreError:
    """Return the error that tells what a database refused, why, and what to do where that is known."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF if isinstance(error, DBAPIError) else 0
    text = f"{what}: {_why(error)}"
    if code in _DAMAGED:
        return StoreDamaged(f"{text}; {MEND}")
    advice = _HINTS.get(code) or hint(text)
    return StoreError(f"{text}; {advice}" if advice else text)


def _why(error: SQLAlchemyError) -> str:
    """Return what a database said, in one line, without statements and values."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return said.strip().partition("\n")[0]


def file_of(address: str) -> Path | None:
    """Return the file of a store of SQLite; None of one that is a server's.

    Raises:
        StoreError: the address names no store.
    """
    url = _read_address(address)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def server_of(address: str) -> Server:
    """Return the server of a store in PostgreSQL.

    Raises:
        StoreError: the address names no store.
    """
    return server_at(_read_address(address))


def _read_address(address: str) -> URL:
    try:
        url = _url(address)
        driver = _DRIVERS[url.get_backend_name()]
    except (ArgumentError, NoSuchModuleError, KeyError, ValueError):
        raise StoreError("store.url must begin with 'sqlite:///' or 'postgresql://'") from None
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("store.url names no file; write 'sqlite:///var/monitor.db'")
    return url.set(drivername=driver)


def _url(address: str) -> URL:
    """Return an address in its parts; several servers as libpq's `host` and `port` name them."""
    several = _SEVERAL.fullmatch(address)
    if several is None:
        return make_url(address)
    before, servers, after = several.groups()
    found = [_SERVER.fullmatch(each) for each in servers.split(",")]
    if None in found:
        raise ValueError(servers)
    hosts = ",".join(each[1] or each[2] for each in found if each)
    ports = ",".join(each[3] or "" for each in found if each)
    named = {"host": hosts} | ({"port": ports} if ports.strip(",") else {})
    return make_url(before + after).update_query_dict(named)


def _place(url: URL) -> str:
    """Return where the store is, without user and password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    hosts = url.host or url.query.get("host", "")
    return f"postgresql://{hosts if isinstance(hosts, str) else ','.join(hosts)}/{url.database or ''}"


def _prepare(path: Path) -> bool:
    """Make the folders above a store's file; tell whether the file is still to be made."""
    if path.is_dir():
        raise StoreError(f"cannot open the store '{path}': it is a directory")
    log = path.with_name(f"{path.name}-wal")
    # SQLite would take the store for a new one, and drop the log. One that is just made has its log last.
    if _size(log) > 0 and _size(path) == 0:
        raise StoreDamaged(f"the store '{path}' is empty or gone, but its log '{log.name}' is not; {MEND}")
    try:
        missing = [folder for folder in path.absolute().parents if not folder.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            sync_folder(folder.parent)
    except OSError as error:
        raise StoreError(f"cannot make the folder of the store '{path}': {error.strerror}") from error
    return not path.exists()


def _size(path: Path) -> int:
    """Return how many bytes a file has; 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def sync_folder(folder: Path) -> None:
    """Have a folder's new names survive power loss; the database itself syncs only its files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _bring_up_to_date(connection: Connection, place: str) -> None:
    lock_migration(connection)
    stored = _stored_revision(connection)
    if stored == REVISION:
        return
    if stored is not None and stored > REVISION:
        raise SchemaTooNew(
            f"the store '{place}' was written by a newer version (its schema is {stored}, this version "
            f"knows {REVISION}); install that version, or restore a backup"
        )
    # The tables of PostgreSQL are told by the migrations alone, see `schema`.
    if stored is None and connection.dialect.name == "sqlite":
        _make(connection)
        return
    # Alembic takes half a second to import, which few stores are worth.
    from monitor.adapters.store.migrations import upgrade  # noqa: PLC0415

    upgrade(connection)


def _make(connection: Connection) -> None:
    """Make a new store of SQLite as all migrations would, in a tenth of their time."""
    metadata.create_all(connection, checkfirst=False)
    make_words(connection)
    connection.exec_driver_sql(_REVISIONS)
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def _stored_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
