"""How is a PostgreSQL server reached, and what is asked of it for each connection?

An address may say two things that are ours: `connections`, how many a service opens at most, and
`pooler=transaction`: a pooler in between shares out its connections by transactions, so that what is
prepared or set for a session would come to others. Everything else in it is libpq's.

Whoever stands still must not hold up others: the server ends a transaction in which nothing happens for a
minute, and a statement after five; a connection whose other side is gone is found out in about a minute.
Not so within a statement or its answer, nor after one of many rows, where the server waits without end, nor
behind a pooler: who is frozen there is ended by another service (decision 58).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection

from monitor.errors import StoreError
from monitor.ports import Server

# Seconds for which a server may be asked in vain, or another program may hold a store of SQLite.
BUSY_TIMEOUT = 10
# Seconds: as long as a lease, so that whoever stands still so long has lost its row anyway.
IDLE_TIMEOUT = 60
STATEMENT_TIMEOUT = 300
# Fewer than threads: most of these wait for the network, and a server has room for 100 by default.
CONNECTIONS = 20

_SESSION = (
    f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT * 1000}; "
    f"SET statement_timeout = {STATEMENT_TIMEOUT * 1000}"
)
# Sessions of our own role that hold something of this database, and of which nothing was heard, or by which
# nothing was heard, for so many seconds. Who only reads holds nobody up, and a COPY is said piece by piece.
_END_STALLED = text("""
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity AS session
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
AND state <> 'idle' AND wait_event IN ('ClientRead', 'ClientWrite') AND query NOT ILIKE 'copy%'
AND state_change <= clock_timestamp() - make_interval(secs => :seconds)
AND EXISTS (
    SELECT FROM pg_locks WHERE pid = session.pid AND granted AND locktype IN ('transactionid', 'advisory')
)
""")
# Seconds until the first question, between questions, and how many are asked; milliseconds for what was sent.
_ALIVE = {
    "connect_timeout": BUSY_TIMEOUT,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_WORDS = {"pooler": "transaction", "connections": "a number from 1 to 1000, for example 20"}
# What a server or a pooler says, and what to do about it.
_HINTS = {
    "unsupported startup parameter": "leave `options` out of store.url",
    "prepared statement": "where a pooler shares out connections, add `pooler=transaction` to store.url",
    "remaining connection slots": "raise its max_connections, or set `connections=` in store.url",
    "too many clients": "raise its max_connections, or set `connections=` in store.url",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What an address says of our own: a pooler by transactions, and the most connections."""

    pooled: bool = False
    connections: int = CONNECTIONS


def server_engine(url: URL) -> Engine:
    """Return an engine on a server; nothing is opened yet.

    Raises:
        StoreError: the address says something of ours that is nothing.
    """
    reach, plain, arguments = _said(url)
    engine = create_engine(
        plain,
        hide_parameters=True,
        pool_size=reach.connections,
        max_overflow=0,
        # One that was lost meanwhile is replaced before it is used.
        pool_pre_ping=True,
        connect_args=arguments,
    )
    if not reach.pooled and "options" not in plain.query:
        event.listen(engine, "connect", _set_up)
    return engine


def server_at(url: URL) -> Server:
    """Return a server for who speaks to it without an engine.

    Raises:
        StoreError: the address says something of ours that is nothing.
    """
    _, plain, arguments = _said(url)
    address = plain.set(drivername="postgresql").render_as_string(hide_password=False)
    before, mark, said = address.partition("?")
    # A blank, which libpq would take for a plus.
    return Server(address=before + mark + said.replace("+", "%20"), arguments=arguments)


def apart_from(engine: Engine) -> Engine:
    """Return an engine on the same server that waits for none of the other's connections."""
    return create_engine(engine.url, hide_parameters=True, pool=engine.pool.recreate())


def end_stalled(connection: Connection, longer_than: timedelta) -> int:
    """End the sessions that stand still so long in a transaction; return how many."""
    ended: int = connection.execute(_END_STALLED, {"seconds": longer_than.total_seconds()}).scalar_one()
    return ended


def hint(said: str) -> str | None:
    """Return what to do about what a server said, if that is known."""
    return next((advice for part, advice in _HINTS.items() if part in said), None)


def _said(url: URL) -> tuple[Reach, URL, dict[str, object]]:
    """Return what an address says of our own, the rest of it, and what is said at each connection."""
    reach = _reach(url)
    plain = url.difference_update_query(_WORDS)
    arguments: dict[str, object] = {name: each for name, each in _ALIVE.items() if name not in plain.query}
    if reach.pooled:
        arguments["prepare_threshold"] = None
    return reach, plain, arguments


def _reach(url: URL) -> Reach:
    said: Mapping[str, object] = url.query
    pooler, connections = said.get("pooler"), said.get("connections", str(CONNECTIONS))
    if pooler not in (None, "transaction"):
        raise StoreError(
            f"store.url: pooler='{pooler}' is unknown; write {_WORDS['pooler']}, or leave it out"
        )
    text = str(connections)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 1000):  # noqa: PLR2004
        raise StoreError(f"store.url: connections='{text}' is not {_WORDS['connections']}")
    return Reach(pooled=pooler is not None, connections=int(text))


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(_SESSION)
    cursor.close()
    connection.commit()
