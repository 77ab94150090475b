"""How does all that is remembered move from one database to another?

Table by table, a batch at a time, in the order of the primary keys. How far it came is written with each
batch, so that a copy that was killed goes on where it was. Of several at work whoever began last goes on; the
others end at their next batch. Values go as they stand, numbers and ids included; in the end each table is
counted on both sides, and a digest of all its rows compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Connection, Engine, Row, Table, TypeDecorator, func, insert, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from monitor.adapters.store.agreeing import ALIVE
from monitor.adapters.store.dialect import lock, set_counter, writer_of
from monitor.adapters.store.memory import mark, save_mark
from monitor.adapters.store.opening import open_engine, refusal
from monitor.adapters.store.schema import instances, marks, metadata, rests
from monitor.adapters.store.searching import ADDED
from monitor.errors import StoreError, UsageError
from monitor.text.ids import derive_id

_BATCH = 1000
_NAME = "copy under way"
# The name of an advisory lock, of this program's own choice.
_BEGINNING = 5_402_846_011_870_004
_DIGEST_BYTES = 8

# A table's name, how many of its rows were copied by now, and how many there are.
Progress = Callable[[str, int, int], None]


def copy_store(source: str, target: str, now: datetime, progress: Progress) -> Mapping[str, int]:
    """Copy a store into an empty one, or go on with that; return how many rows each table has now.

    Raises:
        UsageError: both are the same, somebody works on one, or the target holds something else.
        StoreError: one of them does not answer, the copy is not what it was made of, or another copy to the
            same store began meanwhile.
    """
    if source == target:
        raise UsageError("the store to copy to is the one to copy from")
    one, other = open_engine(source), open_engine(target)
    try:
        for engine in (one, other):
            _check_unused(engine, now)
        ours = _begin(other, derive_id("", source))
        # The marks come last: how far the copy is stands among them.
        for table in (*_tables(), marks):
            _copy(one, other, table, ours, progress)
        counts = {table.name: _compare(one, other, table) for table in (*_tables(), marks)}
        with writer_of(other).begin() as connection:
            _so_far(connection, ours)
            # Words are no table that is copied: the service adds them anew, as to articles of older versions.
            connection.execute(marks.delete().where(marks.c.name.in_((_NAME, ADDED))))
    except SQLAlchemyError as error:
        raise refusal("cannot copy the store", error) from error
    else:
        return counts
    finally:
        one.dispose()
        other.dispose()


def _tables() -> Sequence[Table]:
    """Return what is remembered, each table behind those that it refers to; workers and rests pass."""
    return [each for each in metadata.sorted_tables if each not in (instances, rests, marks)]


def _check_unused(engine: Engine, now: datetime) -> None:
    with engine.begin() as connection:
        seen = connection.execute(select(func.max(instances.c.seen_at))).scalar()
    if seen is not None and seen > now - ALIVE:
        raise UsageError(
            f"a service was at work on one of the stores at {seen:%FT%TZ}; stop it, and wait a minute if it "
            "was killed"
        )


def _begin(target: Engine, origin: str) -> str:
    """Note where the copy comes from, in an empty store or one that holds a part of the same copy.

    Return by what it is known that nobody else has begun since.
    """
    ours = uuid4().hex
    with writer_of(target).begin() as connection:
        lock(connection, [_BEGINNING])
        known = mark(connection, _NAME)
        if known is not None and known["origin"] == origin:
            save_mark(connection, _NAME, {**known, "by": ours})
            return ours
        every = (*_tables(), marks)
        full = [each.name for each in every if connection.execute(select(each).limit(1)).first()]
        if full:
            raise UsageError(f"the store to copy to is not empty: it has {', '.join(full)}")
        save_mark(connection, _NAME, {"origin": origin, "after": {}, "by": ours})
    return ours


def _so_far(connection: Connection, ours: str) -> Mapping[str, Any]:
    """Return what is remembered of the copy, which nobody else goes on with until this transaction ends.

    Raises:
        StoreError: another one has begun since.
    """
    known = mark(connection, _NAME)
    if known is None or known["by"] != ours:
        raise StoreError(
            "another copy to the same store began meanwhile; it has all that this one had copied"
        )
    return known


def _copy(source: Engine, target: Engine, table: Table, ours: str, progress: Progress) -> None:
    raw = _raw(table.name)
    with source.begin() as connection:
        total = connection.execute(select(func.count()).select_from(raw)).scalar_one()
    with target.begin() as connection:
        after = _so_far(connection, ours)["after"].get(table.name)
        done = connection.execute(select(func.count()).select_from(raw)).scalar_one()
    while True:
        with source.begin() as connection:
            rows = connection.execute(_next(table, after)).mappings().all()
        if not rows:
            break
        after = [rows[-1][column.name] for column in raw.primary_key]
        with writer_of(target).begin() as connection:
            known = _so_far(connection, ours)
            connection.execute(insert(raw), [dict(row) for row in rows])
            save_mark(connection, _NAME, {**known, "after": {**known["after"], table.name: after}})
        done += len(rows)
        progress(table.name, done, total)
    if "number" in raw.c:
        with writer_of(target).begin() as connection:
            set_counter(connection, raw, "number")


def _next(table: Table, after: Sequence[Any] | None) -> Any:  # noqa: ANN401  (a statement)
    raw = _raw(table.name)
    keys = list(raw.primary_key)
    statement = select(raw).order_by(*keys).limit(_BATCH)
    return statement if after is None else statement.where(tuple_(*keys) > tuple_(*after))


@cache
def _raw(name: str) -> Table:
    """Return a table whose values are those of the database, not of the model."""
    table = metadata.tables[name]
    columns = [
        Column(each.name, _plain(each), primary_key=each.primary_key, autoincrement=False) for each in table.c
    ]
    return Table(name, type(metadata)(), *columns)


def _plain(column: Column[Any]) -> Any:  # noqa: ANN401  (a type of a column)
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _compare(source: Engine, target: Engine, table: Table) -> int:
    """Return how many rows a table has on both sides.

    Raises:
        StoreError: they are not the same.
    """
    there, here = (_summary(engine, table) for engine in (source, target))
    if there != here:
        raise StoreError(
            f"the copy of '{table.name}' has {here[0]} rows of {there[0]}, or other ones: the store was "
            "written meanwhile; copy it again, to an empty one"
        )
    return here[0]


def _summary(engine: Engine, table: Table) -> tuple[int, int]:
    """Return the number of a table's rows, and the sum of their digests: databases sort text differently."""
    count = total = 0
    for row in _rows(engine, table):
        digest = blake2b(repr([_same(each) for each in row]).encode(), digest_size=_DIGEST_BYTES).digest()
        count, total = count + 1, (total + int.from_bytes(digest, "big")) % 2 ** (8 * _DIGEST_BYTES)
    return count, total


def _rows(engine: Engine, table: Table) -> Iterator[Row[Any]]:
    raw = _raw(table.name)
    wanted = select(raw) if table is not marks else select(raw).where(raw.c.name != _NAME)
    with engine.begin() as connection:
        yield from connection.execution_options(yield_per=_BATCH).execute(wanted)


def _same(value: Any) -> Any:  # noqa: ANN401  (what a driver returns)
    return bytes(value) if isinstance(value, memoryview) else value
