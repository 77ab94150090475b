"""A store behind a real PgBouncer, over TLS, and when its server goes away for a moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
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
from tests.postgresql import USER, Pooler, PostgreSQL, name_of
from tests.prove.line import Line
from tests.servers import authority, free_port

IN_TRANSACTIONS = "&pooler=transaction"


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
