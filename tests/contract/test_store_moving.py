"""A store moves to another database, whole, also when the move is killed on its way."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from monitor.adapters.store import Instance, copy_store, open_store
from monitor.errors import StoreError, UsageError
from tests.contract.store_rows import (
    ALL,
    LEASE,
    NOW,
    alert,
    announce,
    delivery,
    entry,
    ids,
    process,
    promise,
    story,
)

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def filled(url: str, deliveries: int = 3) -> None:
    with closing(open_store(url, owner="one")) as store:
        announce(store, entry("a"), entry("b"))
        process(store, "a", story("a"), alerts=(alert("a", story("a")),))
        promise(store, *(delivery(f"d{number}") for number in range(deliveries)))
        with store.transaction() as tx:
            tx.save_mark("heartbeat", {"at": NOW.isoformat()})


def quiet(*_: object) -> None:
    pass


@pytest.mark.parametrize("back", [False, True])
def test_a_copy_has_every_row_under_its_id_and_goes_on_from_there(
    tmp_path: Path,
    database: str,
    back: bool,  # noqa: FBT001
) -> None:
    file = f"sqlite:///{tmp_path}/monitor.db"
    source, target = (database, file) if back else (file, database)
    filled(source)

    counts = copy_store(source, target, LATER, quiet)

    assert (2, 1, 1, 3) == tuple(counts[name] for name in ("entries", "articles", "alerts", "deliveries"))
    with (
        closing(open_store(target, owner="two")) as store,
        closing(open_store(source, owner="two")) as before,
    ):
        assert before.status(NOW) == store.status(NOW)
        assert 1 == promise(store, delivery("new"))
        assert {"msg_d0", "msg_d1", "msg_d2", "msg_new"} == set(ids(store.claim_deliveries(NOW, ALL, LEASE)))
        with store.transaction() as tx:
            assert {"at": NOW.isoformat()} == tx.mark("heartbeat")
            assert tx.mark("copy under way") is None


def test_a_store_that_holds_something_else_or_is_in_use_is_left_alone(tmp_path: Path, database: str) -> None:
    source = f"sqlite:///{tmp_path}/monitor.db"
    filled(source)
    with closing(open_store(database, owner="two")) as store:
        promise(store, delivery("theirs"))

    with pytest.raises(UsageError, match=r"not empty: it has .*deliveries"):
        copy_store(source, database, LATER, quiet)
    with pytest.raises(UsageError, match="the one to copy from"):
        copy_store(source, source, LATER, quiet)
    with closing(open_store(source, owner="one")) as store:
        me = Instance(host="h", pid=1, started="s", seen_at=LATER - timedelta(seconds=59))
        store.register(host=me.host, pid=me.pid, started=me.started, now=me.seen_at)
    with pytest.raises(UsageError, match="a service was at work"):
        copy_store(source, f"sqlite:///{tmp_path}/new.db", LATER, quiet)


def test_a_copy_that_is_not_what_it_was_made_of_is_refused(tmp_path: Path, database: str) -> None:
    source = f"sqlite:///{tmp_path}/monitor.db"
    filled(source)

    def forge(table: str, *_: int) -> None:
        if table == "deliveries":
            with psycopg.connect(database) as connection:
                connection.execute("UPDATE bodies SET body = 'x' WHERE delivery_number = 1")
                connection.execute("UPDATE deliveries SET attempts = 7 WHERE number = 1")

    with pytest.raises(StoreError, match="the copy of 'deliveries' has 3 rows of 3, or other ones"):
        copy_store(source, database, LATER, forge)


def test_a_copy_that_is_killed_over_and_over_goes_on_where_it_was(tmp_path: Path, database: str) -> None:
    source = f"sqlite:///{tmp_path}/monitor.db"
    filled(source, deliveries=15_000)
    line = [sys.executable, "-m", "monitor", "store", "copy", "--json", source, database]
    kills, copied = 0, [0]

    def so_far() -> int:
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        return row[0] if row else 0

    while kills < 3 and copied[-1] < 15_000:
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while so_far() <= copied[-1] and process.poll() is None:
            time.sleep(0.02)
        kills += process.poll() is None
        process.kill()
        process.wait()
        copied.append(so_far())
    ended = subprocess.run(line, capture_output=True, text=True, check=False)

    assert 0 == ended.returncode, ended.stderr
    assert kills
    assert sorted(copied) == copied
    assert 15_000 == json.loads(ended.stdout)["deliveries"] == so_far()


def test_of_copies_to_one_store_at_one_moment_one_goes_on_and_the_others_end(
    tmp_path: Path, database: str
) -> None:
    sources = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "other")]
    for number, source in enumerate(sources):
        filled(source, deliveries=2_000 + number)
    line = [sys.executable, "-m", "monitor", "store", "copy", "--json"]
    # Two of each store: of different ones the first goes on, of the same one the last.
    copies = [
        subprocess.Popen([*line, source, database], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for source in sources * 2
    ]
    said = [each.communicate() for each in copies]
    codes = [each.returncode for each in copies]

    (done,) = (place for place, code in enumerate(codes) if code == 0)
    assert 2_000 + done % 2 == json.loads(said[done][0])["deliveries"]
    for place, (_, why) in enumerate(said):
        if place != done:
            assert "began meanwhile" in why or "is not empty" in why, why
    with (
        closing(open_store(sources[done % 2], owner="two")) as before,
        closing(open_store(database, owner="two")) as copy,
    ):
        assert before.status(NOW) == copy.status(NOW)


@pytest.mark.parametrize("back", [False, True])
def test_a_copy_beside_which_another_begins_ends_at_its_next_batch(
    tmp_path: Path,
    database: str,
    back: bool,  # noqa: FBT001
) -> None:
    file = f"sqlite:///{tmp_path}/monitor.db"
    source, target = (database, file) if back else (file, database)
    filled(source)
    later = list[Mapping[str, int]]()

    def interrupted(table: str, *_: int) -> None:
        if table == "deliveries" and not later:
            later.append(copy_store(source, target, LATER, quiet))

    with pytest.raises(StoreError, match="another copy to the same store began meanwhile"):
        copy_store(source, target, LATER, interrupted)

    assert 3 == later[0]["deliveries"]
