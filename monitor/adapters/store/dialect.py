"""How do SQLite and PostgreSQL differ? Everything that does stands here; statements do not.

Statements are made once and kept: to make one, and to find its compiled form, costs far more than to run it.

SQLite: write-ahead log, `synchronous=FULL` (an acknowledged commit survives power loss), foreign keys
on, writes begin with `BEGIN IMMEDIATE` (a read that turns into a write fails at once, whatever the
busy timeout), 10 s of patience with other processes.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Row,
    Table,
    Text,
    cast,
    create_engine,
    event,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from monitor.adapters.store.server import BUSY_TIMEOUT, server_engine
from monitor.errors import TookTooLong

# Of a connection's `info`: whether it had to wait for another process to write.
MET_OTHERS = "met_others"

_READERS = 8
_BEGIN_WRITING = "BEGIN IMMEDIATE"
# Seconds between two looks whether another process writes still.
_LOOK = 0.001
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Bytes to which a log that once grew is cut back after a checkpoint.
    "PRAGMA journal_size_limit=67108864",
)
# Rows of one insert: SQLite takes 32,766 values, and a statement is prepared for each number of rows.
_AT_ONCE = 50
# A value that has a name, and the one row of an insert.
_NAMED = re.compile(r"%\((\w+)\)s")
_ROW = re.compile(r" VALUES (\([^()]*\))")
# SQLite's own steps between two looks at the clock: some 0.1 ms.
_STEPS = 10_000
_INTERRUPTED = (sqlite3.SQLITE_INTERRUPT, None)
_CANCELED = (None, "57014")
# The name of an advisory lock, of this program's own choice.
_MIGRATION_LOCK = 5_402_846_011_870_001
_LOCKING = text("SELECT pg_advisory_xact_lock(name) FROM unnest(CAST(:names AS bigint[])) AS name")
_TRYING = text("SELECT pg_try_advisory_xact_lock(:name)")


def connect(url: URL) -> Engine:
    """Return an engine; nothing is opened yet. Errors will not show the values of statements."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return server_engine(url)


def writer_of(engine: Engine) -> Engine:
    """Return the same engine such that its transactions begin as writers."""
    return engine.execution_options(monitor_begin=_BEGIN_WRITING)


def has_one_writer(engine: Engine) -> bool:
    """Tell whether only one transaction can write at a time."""
    return engine.dialect.name == "sqlite"


def few(connection: Connection, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition that few rows of a table fit, so that what is joined to them is looked up by index.

    SQLite knows no sizes of tables and would read the larger one whole; PostgreSQL counts for itself.
    """
    if connection.dialect.name != "sqlite":
        return condition
    rarely: ColumnElement[bool] = func.likelihood(condition, literal_column("0.01"))
    return rarely


def in_one_row(dialect: str, *values: ColumnElement[Any]) -> ColumnElement[str]:
    """Return the values of all rows as one JSON text, a list of lists; of no rows it may be NULL.

    SQLite's driver lets other threads compute before each row that it fetches, and waits for its turn.
    """
    if dialect == "sqlite":
        return func.json_group_array(func.json_array(*values), type_=Text)
    return cast(func.json_agg(func.json_build_array(*values)), Text)


def insert_new(connection: Connection, table: Table, *returning: Column[Any]) -> Any:  # noqa: ANN401  (two classes, one interface)
    """Return an insert that leaves rows alone which are there already."""
    return _insert_new(connection.dialect.name, table, returning)


@cache
def _insert_new(dialect: str, table: Table, returning: tuple[Column[Any], ...]) -> Any:  # noqa: ANN401  (the same)
    statement = _insert(dialect, table).on_conflict_do_nothing()
    return statement.returning(*returning) if returning else statement


def insert_plain(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence[int | str | None]],
    *returning: Column[Any],
) -> Sequence[Row[Any]]:
    """Insert rows of whole numbers and text but for those that are there already; return of the new ones.

    Many go in one statement: between two, a driver lets other threads compute, and waits for its turn.
    """
    statement = insert_new(connection, table, *returning)
    new: list[Row[Any]] = []
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        sql, order = _of_several(connection.dialect, statement, names, len(some))
        result = connection.exec_driver_sql(sql, tuple(chain.from_iterable(map(order, some))))
        new += result.all() if returning else []
    return new


@cache
def _of_several(
    dialect: Dialect, statement: ClauseElement, names: tuple[str, ...], rows: int
) -> tuple[str, Callable[[Sequence[Any]], tuple[Any, ...]]]:
    """Return the text of an insert of so many rows, whose values have no names, and what orders a row's."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    named = tuple(compiled.positiontup or _NAMED.findall(str(compiled)))
    head, row, tail = _ROW.split(_NAMED.sub("%s", str(compiled)), maxsplit=1)
    order = itemgetter(*(names.index(each) for each in named))
    return f"{head} VALUES {', '.join([row] * rows)}{tail}", order


def run_plain(
    connection: Connection,
    statement: ClauseElement,
    names: tuple[str, ...],
    rows: Sequence[Sequence[int | str | None]],
) -> None:
    """Run a statement for each of several rows of two and more values, in the order of `names`.

    They go to the driver as they are, whole numbers and text: to ask for each value what type it has costs
    more than to write it.
    """
    sql, order = _as_the_driver_takes_it(connection.dialect, statement, names)
    if order is None:
        connection.exec_driver_sql(sql, [dict(zip(names, row, strict=True)) for row in rows])
    else:
        connection.exec_driver_sql(sql, list(map(order, rows)))


@cache
def _as_the_driver_takes_it(
    dialect: Dialect,
    statement: ClauseElement,
    names: tuple[str, ...],
) -> tuple[str, Callable[[Sequence[Any]], tuple[Any, ...]] | None]:
    """Return a statement's text, and what brings a row into its order where its values have no names."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=names)
    if compiled.positiontup is None:
        return str(compiled), None
    return str(compiled), itemgetter(*(names.index(name) for name in compiled.positiontup))


def upsert(
    connection: Connection,
    table: Table,
    *keys: str,
    only: Collection[str] = (),
    returning: Column[Any] | None = None,
) -> Any:  # noqa: ANN401  (the same)
    """Return an insert that overwrites every other column, or `only` some, of a row with the same keys."""
    return _upsert(connection.dialect.name, table, keys, tuple(only), returning)


@cache
def _upsert(
    dialect: str, table: Table, keys: tuple[str, ...], only: tuple[str, ...], returning: Column[Any] | None
) -> Any:  # noqa: ANN401  (the same)
    statement = _insert(dialect, table)
    others = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and not column.primary_key and column.name in (only or table.columns)
    }
    updated = statement.on_conflict_do_update(index_elements=keys, set_=others)
    return updated if returning is None else updated.returning(returning)


def add_up(connection: Connection, table: Table, *keys: str, totals: Collection[str]) -> Any:  # noqa: ANN401  (the same)
    """Return an insert that adds `totals` to those of a row with the same keys."""
    return _add_up(connection.dialect.name, table, keys, tuple(totals))


@cache
def _add_up(dialect: str, table: Table, keys: tuple[str, ...], totals: tuple[str, ...]) -> Any:  # noqa: ANN401  (the same)
    statement = _insert(dialect, table)
    added = {total: table.c[total] + statement.excluded[total] for total in totals}
    return statement.on_conflict_do_update(index_elements=keys, set_=added)


def _insert(dialect: str, table: Table) -> Any:  # noqa: ANN401  (two classes with one interface for conflicts)
    if dialect == "sqlite":
        return sqlite.insert(table)
    # An engine on PostgreSQL has imported it already; all others start sooner without it.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def lock_migration(connection: Connection) -> None:
    """Have other processes wait until this transaction has brought the tables up to date, however long."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
    lock(connection, [_MIGRATION_LOCK])


def lock(connection: Connection, names: Iterable[int]) -> None:
    """Have every other transaction that locks one of these names, of 64 bits, wait until this one ends.

    They are taken in their order: two transactions that share some do not wait for each other.
    """
    # SQLite has one writer at a time anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCKING, {"names": sorted(set(names))})


def size_of(connection: Connection) -> int:
    """Return the bytes of the database, without those of its log."""
    asked = "SELECT pg_database_size(current_database())"
    if connection.dialect.name == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(connection.exec_driver_sql(asked).scalar_one())


def try_lock(connection: Connection, name: int) -> bool:
    """Lock a name as `lock` does, unless another transaction has it; tell whether it is ours."""
    if connection.dialect.name != "postgresql":
        return True
    taken: bool = connection.execute(_TRYING, {"name": name}).scalar_one()
    return taken


@contextmanager
def within(connection: Connection, seconds: float) -> Iterator[None]:
    """Break off what a connection is asked in the block, once that took so long.

    Raises:
        TookTooLong: it did.
    """
    try:
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            until = time.monotonic() + seconds
            driver.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
            try:
                yield
            finally:
                driver.set_progress_handler(None, 0)
        else:
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            yield
    except OperationalError as error:
        code = getattr(error.orig, "sqlite_errorcode", None), getattr(error.orig, "sqlstate", None)
        if code in (_INTERRUPTED, _CANCELED):
            raise TookTooLong(f"this would take the store over {seconds:g} s") from error
        raise


def set_counter(connection: Connection, table: Table, column: str) -> None:
    """Have a table count its own numbers on from the highest; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        highest = select(func.coalesce(func.max(table.c[column]), 0) + 1).scalar_subquery()
        connection.execute(
            select(
                func.setval(func.pg_get_serial_sequence(table.name, column), highest, literal(value=False))
            )
        )


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401  (the driver's connection)
    # The driver must not begin transactions by its own rules.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    how = connection.get_execution_options().get("monitor_begin", "BEGIN")
    if how == _BEGIN_WRITING:
        _wait_for_others(connection)
    else:
        connection.exec_driver_sql(how)


def _wait_for_others(connection: Connection) -> None:
    """Begin as the one writer, once no other process is; `met_others` tells whether one was.

    SQLite itself would look ever more seldom, ten times a second at last: whoever writes most of the time
    would hardly ever be met while he does not.
    """
    raw: Any = connection.connection.dbapi_connection
    ends = time.monotonic() + BUSY_TIMEOUT
    connection.info[MET_OTHERS] = False
    raw.execute("PRAGMA busy_timeout=0").close()
    try:
        while _is_busy(raw) and time.monotonic() < ends:
            connection.info[MET_OTHERS] = True
            time.sleep(_LOOK)
        if not raw.in_transaction:
            # What refuses is told as the error of any statement.
            connection.exec_driver_sql(_BEGIN_WRITING)
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000}").close()


def _is_busy(raw: Any) -> bool:  # noqa: ANN401  (the driver's connection)
    """Begin as the one writer; tell whether that was refused because there is one."""
    try:
        raw.execute(_BEGIN_WRITING).close()
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return False
