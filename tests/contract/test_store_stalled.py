"""Who stands still in a transaction on PostgreSQL, wherever he stopped, is ended by another service."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.store import open_store
from monitor.errors import StoreError
from tests.by_hand import ByHand
from tests.contract.store_rows import ALL, LEASE, NOW, ids, settings
from tests.postgresql import PostgreSQL, name_of

AT_ONCE, LONG = timedelta(0), timedelta(minutes=1)
PARSE = b"P", b"\0SELECT 1\0\0\0"
HOLDING = "UPDATE feeds SET due_at = due_at"
BETWEEN = "idle in transaction", "ClientRead"
WITHIN_A_MESSAGE, WITHIN_AN_ANSWER = ("active", "ClientRead"), ("active", "ClientWrite")


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
        # It is told to end, and does so in its own time.
        wait_until(postgres, database, [])
        assert ["feed"] == ids(store.claim_feeds(NOW, ALL, LEASE))


def test_who_stands_still_is_ended_where_the_server_forgets_its_own_timeout(
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


def test_who_stands_still_is_ended_where_all_connections_wait_for_him(
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
