"""A store behind a real PgBouncer, over TLS, and when its server goes away for a moment."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text

from monitor.adapters.store import SqlStore, open_store, server_of
from monitor.adapters.store.dialect import lock_migration
from monitor.errors import StoreError
from monitor.ports import Wanted
from tests.contract.store_rows import ALL, DAY, LEASE, NOW, delivery, ids, promise, settings
from tests.postgresql import USER, Pooler, PostgreSQL
from tests.prove.line import Line
from tests.servers import authority, free_port

IN_TRANSACTIONS = "&pooler=transaction"


def name_of(database: str) -> str:
    return database.partition("@/")[2].partition("?")[0]


def work(store: SqlStore, feeds: int) -> list[str]:
    """Have eight threads poll so many feeds, often enough to prepare statements; return what failed."""
    store.sync_feeds([settings(f"f{n}", host=f"h{n}.example") for n in range(feeds)], NOW)
    troubles: list[str] = []

    def poll() -> None:
        try:
            while claims := store.claim_feeds(NOW, Wanted(limit=1, at_once=1), LEASE):
                for claim in claims:
                    with store.transaction() as tx:
                        after = replace(claim.row, due_at=NOW + DAY)
                        tx.save_poll(claim, after, (), {}, [delivery(claim.row.id)], {"polled": 1})
        except StoreError as error:
            troubles.append(str(error))

    threads = [threading.Thread(target=poll) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return troubles


# ---- poolers -------------------------------------------------------------------------------------------


def test_a_store_works_behind_a_pooler_by_sessions_as_it_is_and_by_transactions_when_it_is_told(
    pooler: Pooler, database: str, request: pytest.FixtureRequest
) -> None:
    by_transactions = "transaction" in request.node.name.rpartition("[")[2]
    address = pooler.url(name_of(database)) + (IN_TRANSACTIONS if by_transactions else "&connections=4")

    with closing(open_store(address, owner="one")) as store:
        troubles = work(store, 60)
        polled = store.totals()["polled"]

    assert ([], 60) == (troubles, polled)


@pytest.mark.parametrize("pooler", ["transaction"], indirect=True)
def test_who_does_not_tell_of_a_pooler_by_transactions_is_told_what_to_write(
    pooler: Pooler, database: str
) -> None:
    with closing(open_store(pooler.url(name_of(database)), owner="one")) as store:
        troubles = work(store, 200)

    assert any("add `pooler=transaction` to store.url" in trouble for trouble in troubles), troubles


@pytest.mark.parametrize(
    ("further", "why"),
    [
        ("pooler=statement", "pooler='statement' is unknown; write transaction, or leave it out"),
        ("connections=0", "connections='0' is not a number from 1 to 1000"),
        ("connections=many", "connections='many' is not a number"),
    ],
)
def test_an_address_that_says_nonsense_of_ours_is_refused(further: str, why: str) -> None:
    with pytest.raises(StoreError, match=why):
        open_store(f"postgresql://nowhere.invalid/x?{further}", owner="one")


def test_a_service_opens_no_more_connections_than_its_address_says(database: str) -> None:
    with closing(open_store(f"{database}&connections=3", owner="one")) as store:
        work(store, 40)
        with psycopg.connect(database) as look:
            found = look.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid()"
            ).fetchone()

    assert found is not None
    assert 3 >= found[0] > 0


# ---- TLS -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a store on a server that speaks TLS as `localhost`, and who vouches for it."""
    trusted = authority(tmp_path_factory.mktemp("authority"))
    trusted.context("server", host="localhost")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tls = trusted.folder / "server.pem", trusted.folder / "server.key"
    with closing(PostgreSQL(tls, port, listen_addresses="127.0.0.1")):
        yield f"postgresql://{USER}@localhost:{port}/postgres?sslmode=verify-full", trusted.ca_file


def test_a_server_that_is_vouched_for_is_spoken_to_in_secret(encrypted: tuple[str, str]) -> None:
    address, ca_file = encrypted

    with (
        closing(open_store(f"{address}&sslrootcert={ca_file}", owner="one")) as store,
        store.transaction() as tx,
    ):
        secret = tx._connection.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))

    assert secret is True


def test_a_server_that_nobody_vouches_for_or_with_another_name_is_refused(
    encrypted: tuple[str, str], tmp_path: Path
) -> None:
    address, ca_file = encrypted
    other = authority(tmp_path).ca_file

    with pytest.raises(StoreError, match="certificate verify failed"):
        open_store(f"{address}&sslrootcert={other}", owner="one")
    with pytest.raises(StoreError, match="does not match host name"):
        open_store(f"{address}&sslrootcert={ca_file}".replace("localhost", "127.0.0.1"), owner="one")


# ---- several servers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:p%40ss@one.example,two.example/x?target_session_attrs=read-write",
        "postgresql://me@one.example:5432,two.example:5433/x?sslmode=require",
        "postgres://one.example,two.example:5433/x",
        "postgresql://[::1]:5432,[::2]:5433/x",
        "postgresql://me@/x?host=/run/one,/run/two",
        "postgresql://me@one.example/x?options=-c%20statement_timeout%3D5min%20-c%20work_mem%3D64MB",
    ],
)
def test_an_address_means_what_it_means_to_libpq(address: str) -> None:
    def read(address: str) -> dict[str, object]:
        found = conninfo_to_dict(address)
        # Between servers without ports libpq keeps a comma.
        return {name: value for name, value in found.items() if (name, value) != ("port", ",")}

    assert read(address) == read(server_of(address).address)


@pytest.mark.parametrize("servers", ["one.example:here,two.example", "one.example:5432,", "[::1,[::2]"])
def test_several_servers_of_which_one_is_none_are_refused(servers: str) -> None:
    with pytest.raises(StoreError, match=r"store\.url must begin with"):
        open_store(f"postgresql://{servers}/x", owner="one")


def test_of_several_servers_the_one_that_answers_is_used(postgres: PostgreSQL, database: str) -> None:
    with closing(Line(postgres.socket)) as line:
        servers = f"127.0.0.1:{free_port()},127.0.0.1:{line.port}"
        address = f"postgresql://{USER}@{servers}/{name_of(database)}?sslmode=disable&gssencmode=disable"
        with closing(open_store(address, owner="one")) as store:
            promise(store, delivery("a"))

    with closing(open_store(database, owner="two")) as there:
        assert ["msg_a"] == list(ids(there.claim_deliveries(NOW, ALL, LEASE)))


# ---- a server that goes away ---------------------------------------------------------------------------


def test_a_store_whose_server_crashed_or_dropped_its_sessions_works_again_by_itself(
    postgres: PostgreSQL, database: str
) -> None:
    with closing(open_store(database, owner="one")) as store:
        promise(store, delivery("a"))
        postgres.crash()
        promise(store, delivery("b"))
        postgres.admin(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(database)}'"
        )
        promise(store, delivery("c"))

        assert {"msg_a", "msg_b", "msg_c"} == set(ids(store.claim_deliveries(NOW, ALL, LEASE)))


def test_a_server_that_is_away_is_told_as_such_and_the_store_works_when_it_is_back(
    postgres: PostgreSQL, database: str
) -> None:
    with closing(open_store(database, owner="one")) as store:
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="the store refused: connection"):
                store.ping()
        finally:
            postgres.start()

        store.ping()


def test_a_statement_that_takes_too_long_is_ended_but_no_migration(database: str) -> None:
    with closing(open_store(database, owner="one")) as store, store.transaction() as tx:
        usual = tx._connection.scalar(text("SHOW statement_timeout"))
        lock_migration(tx._connection)
        migrating = tx._connection.scalar(text("SHOW statement_timeout"))

    assert ("5min", "0") == (usual, migrating)


# ---- a client that stands still ------------------------------------------------------------------------

AT_ONCE, LONG = timedelta(0), timedelta(minutes=1)
PARSE = b"P", b"\0SELECT 1\0\0\0"
HOLDING = "UPDATE feeds SET due_at = due_at"
BETWEEN = "idle in transaction", "ClientRead"
WITHIN_A_MESSAGE, WITHIN_AN_ANSWER = ("active", "ClientRead"), ("active", "ClientWrite")


class ByHand:
    """A session that says only as much of what it has to say as it is told to."""

    def __init__(self, server: PostgreSQL, database: str) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(server.socket))
        words = ("user", USER, "database", database, "")
        self.send(b"", struct.pack("!I", 3 << 16) + b"".join(f"{word}\0".encode() for word in words))
        self._until_ready()

    def ask(self, statement: str) -> None:
        self.send(b"Q", f"{statement}\0".encode())
        self._until_ready()

    def send(self, kind: bytes, body: bytes, *, unsaid: int = 0) -> None:
        """Send a message but for so many bytes of its end."""
        message = kind + struct.pack("!I", len(body) + 4) + body
        self._line.sendall(message[: len(message) - unsaid])

    def close(self) -> None:
        self._line.close()

    def _until_ready(self) -> None:
        heard = b""
        # What ends an answer is Z, a length of five, and a letter.
        while heard[-6:-1] != b"Z\0\0\0\5":
            some = self._line.recv(65536)
            assert some, heard
            heard += some


@pytest.fixture
def by_hand(postgres: PostgreSQL, database: str) -> Iterator[Callable[[], ByHand]]:
    begun: list[ByHand] = []

    def begin() -> ByHand:
        begun.append(ByHand(postgres, name_of(database)))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def states(postgres: PostgreSQL, database: str) -> list[tuple[object, ...]]:
    """What the sessions in a database do and wait for, but for those that have nothing to do."""
    asked = (
        "SELECT state, wait_event FROM pg_stat_activity "
        f"WHERE datname = '{name_of(database)}' AND state <> 'idle' ORDER BY wait_event"
    )
    return list(postgres.admin(asked))


def wait_until(postgres: PostgreSQL, database: str, wanted: list[tuple[str, str]]) -> None:
    ends = time.monotonic() + 60
    while (found := states(postgres, database)) != wanted:
        assert time.monotonic() < ends, found
        time.sleep(0.01)


def say_nothing(_: ByHand) -> None:
    pass


def say_and_stop(session: ByHand) -> None:
    session.send(*PARSE)


def stop_within(session: ByHand) -> None:
    session.send(*PARSE)
    session.send(b"B", b"\0" * 8, unsaid=3)


def hear_nothing(session: ByHand) -> None:
    session.send(b"Q", b"SELECT repeat('x', 1000) FROM generate_series(1, 10000)\0")


@pytest.mark.parametrize(
    ("stand_still", "there"),
    [
        pytest.param(say_nothing, BETWEEN, id="between two statements"),
        pytest.param(say_and_stop, WITHIN_A_MESSAGE, id="between two parts of a statement"),
        pytest.param(stop_within, WITHIN_A_MESSAGE, id="within a message"),
        pytest.param(hear_nothing, WITHIN_AN_ANSWER, id="while it is answered"),
    ],
)
def test_a_worker_that_stands_still_in_a_transaction_is_ended_by_another(
    postgres: PostgreSQL,
    database: str,
    by_hand: Callable[[], ByHand],
    stand_still: Callable[[ByHand], None],
    there: tuple[str, str],
) -> None:
    with closing(open_store(database, owner="one")) as store:
        store.sync_feeds([settings()], NOW)
        frozen = by_hand()
        frozen.ask("BEGIN")
        frozen.ask(HOLDING)
        stand_still(frozen)
        wait_until(postgres, database, [there])

        ended = store.end_stalled(LONG), store.end_stalled(AT_ONCE)

        assert (0, 1) == ended
        assert ["feed"] == ids(store.claim_feeds(NOW, ALL, LEASE))


def test_it_is_ended_too_where_the_server_forgets_its_own_timeout(
    postgres: PostgreSQL, database: str, by_hand: Callable[[], ByHand]
) -> None:
    seconds = 0.2
    with closing(open_store(database, owner="one")) as store:
        frozen = by_hand()
        frozen.ask(f"SET idle_in_transaction_session_timeout = {int(seconds * 1000)}")
        frozen.ask("BEGIN")
        frozen.ask("CREATE TABLE held ()")
        # The driver may send a flush after many rows in one statement; it puts the server's timer out.
        frozen.send(b"H", b"")
        time.sleep(5 * seconds)
        forgotten = states(postgres, database)

        ended = store.end_stalled(timedelta(seconds=seconds))

        assert ([BETWEEN], 1) == (forgotten, ended)


def test_it_is_ended_too_where_all_connections_wait_for_it(
    postgres: PostgreSQL, database: str, by_hand: Callable[[], ByHand]
) -> None:
    with closing(open_store(f"{database}&connections=1", owner="one")) as store:
        store.sync_feeds([settings()], NOW)
        frozen = by_hand()
        frozen.ask("BEGIN")
        frozen.ask(HOLDING)
        say_and_stop(frozen)
        changed = [settings(host="another.example")]
        waiting = threading.Thread(target=store.sync_feeds, args=(changed, NOW))
        waiting.start()
        wait_until(postgres, database, [WITHIN_A_MESSAGE, ("active", "transactionid")])

        ended = store.end_stalled(AT_ONCE)
        waiting.join(60)

        assert (1, False) == (ended, waiting.is_alive())


def test_who_holds_nothing_and_who_copies_is_left_alone(
    postgres: PostgreSQL, database: str, by_hand: Callable[[], ByHand]
) -> None:
    with closing(open_store(database, owner="one")) as store:
        reading, copying = by_hand(), by_hand()
        hear_nothing(reading)
        copying.ask("BEGIN")
        copying.ask("CREATE TABLE copied (x text)")
        copying.send(b"Q", b"COPY copied FROM STDIN\0")
        wait_until(postgres, database, [WITHIN_A_MESSAGE, WITHIN_AN_ANSWER])

        assert 0 == store.end_stalled(AT_ONCE)
        assert [WITHIN_A_MESSAGE, WITHIN_AN_ANSWER] == states(postgres, database)


def test_a_server_that_is_away_is_told_to_who_would_end_sessions(postgres: PostgreSQL, database: str) -> None:
    with closing(open_store(database, owner="one")) as store:
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="the store refused: connection"):
                store.end_stalled(LONG)
        finally:
            postgres.start()

        assert 0 == store.end_stalled(LONG)


def test_of_a_file_nobody_is_ended(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")) as store:
        assert 0 == store.end_stalled(AT_ONCE)
