"""What stories do to a store beside the program, whichever database it is in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from monitor.adapters.store.dialect import writer_of
from monitor.adapters.store.opening import file_of, open_engine
from tests.acceptance.world import eventually


@contextmanager
def opened(address: str) -> Iterator[Engine]:
    """Open a store's database."""
    engine = open_engine(address)
    try:
        yield engine
    finally:
        engine.dispose()


def change(address: str, statement: str, **values: object) -> None:
    """Have a store say something else."""
    with opened(address) as engine, engine.begin() as connection:
        connection.execute(text(statement), values)


def microseconds(time: timedelta) -> int:
    """Return a time as stores count it."""
    return time // timedelta(microseconds=1)


def content(address: str) -> bytes:
    """Return every byte that a store holds: of a file all of it, of a server every value of every table."""
    with opened(address) as engine, engine.connect() as connection:
        if (file := file_of(address)) is None:
            return b"\0".join(_values(connection))
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return file.read_bytes()


def _values(connection: Connection) -> Iterator[bytes]:
    for table in inspect(connection).get_table_names():
        for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
            for value in row:
                yield bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()


@contextmanager
def standing_still(address: str) -> Iterator[None]:
    """Let nobody write into a store, as long as this lasts; it may be read."""
    with opened(address) as engine, writer_of(engine).connect() as connection:
        eventually(lambda: _alone(connection, a_file=file_of(address) is not None), what="nobody writes")
        yield
        connection.rollback()


def _alone(connection: Connection, *, a_file: bool) -> bool:
    """Try to begin what lets nobody else write."""
    if a_file:
        # In SQLite whoever begins to write is alone with that.
        connection.exec_driver_sql("SELECT 1")
        return True
    tables = ", ".join(f'"{table}"' for table in inspect(connection).get_table_names())
    try:
        # To wait for one table with others in hand would be a deadlock with who has it and wants those.
        connection.exec_driver_sql(f"LOCK TABLE {tables} IN EXCLUSIVE MODE NOWAIT")
    except OperationalError:
        connection.rollback()
        return False
    return True
