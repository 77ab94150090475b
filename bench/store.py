"""What does the store cost, from 1,000 feeds and 10,000 articles to 100,000 and a million?

Everything that the flow asks of the store, on SQLite as the service opens it, in milliseconds of processor
time for one row; and what commands and the clock ask, for one call. Beside it stands what the same rows
cost a plain loop with `sqlite3`, without a lease, a check or a value of the model: the limit.

With `--against postgres` the same is asked of a PostgreSQL server of its own, with as many feeds. Its columns
tell the time of who asks and of the server's processes together; the latter is known to 10 ms, so what a
call costs there is coarse.
"""

import argparse
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median

from bench.database import processor_seconds
from bench.match import load
from bench.results import keep, spread, table
from bench.stock import (
    EVERY,
    LEASE,
    MONTH,
    NOW,
    RECEIVERS,
    WATCHLIST,
    attempted,
    delivery_of,
    entry_of,
    make,
    make_on_server,
    polled_of,
    processed_of,
)
from monitor.adapters.store import SqlStore, open_store
from monitor.model import Entry, EntryKey, Feed, ReceiverName
from monitor.ports import Claim, DeliveryFilter, Quiet, Wanted
from monitor.text.ids import digest63
from tests.postgresql import PostgreSQL

SIZES = (1_000, 10_000, 100_000)
SHORT_SIZES = (1_000, 10_000)
ROWS, BATCH, CALLS = 320, 32, 3
KEYS = 70  # of a feed of 35 entries
LIMIT = "plain sqlite3"
# Bytes that an article of the store takes with all that hangs on it; twice, to leave room.
BYTES_AN_ARTICLE = 8_000

Costs = dict[str, float]
# Returns the seconds of processor time that were spent.
Spent = Callable[[], float]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all sizes; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench store", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, nargs="*", help="how many feeds, with ten articles each")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="one run at the smaller sizes: half a minute")
    parser.add_argument(
        "--against", choices=("postgres",), nargs="*", default=(), help="measure a PostgreSQL besides"
    )
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    sizes = chosen.feeds or (SHORT_SIZES if chosen.short else SIZES)
    runs = 1 if chosen.short else chosen.runs
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        found = {size: measured(Path(folder), size, runs) for size in sizes}
    others = {size: measured_on_server(size, runs) for size in sizes} if chosen.against else {}
    columns = (
        *("ms", *(f"{size:,} feeds" for size in sizes), "growth", "of limit"),
        *(f"PostgreSQL, {size:,} feeds" for size in others),
    )
    rows = [
        (*row(name, sizes, found), *(spread(costs[name], 2) for costs in others.values()))
        for name in found[sizes[0]]
        if not _is_limit(name)
    ]
    text = f"{table(columns, rows)}\n\n{load()}"
    print(text)
    if chosen.write:
        keep("store", text)
    return 0


def row(name: str, sizes: Sequence[int], found: Mapping[int, Mapping[str, Sequence[float]]]) -> Sequence[str]:
    """Return a row of the table: each size, the last as a multiple of the first, the first of the limit."""
    middle = {size: median(found[size][name]) for size in sizes}
    limit = found[sizes[0]].get(f"{LIMIT}: {name}")
    return (
        name,
        *(spread(found[size][name], 2) for size in sizes),
        f"{middle[sizes[-1]] / middle[sizes[0]]:.1f}",
        f"{median(limit) / middle[sizes[0]]:.2f}" if limit else "",
    )


def _is_limit(name: str) -> bool:
    return name.startswith(LIMIT)


def measured(folder: Path, feeds: int, runs: int) -> Mapping[str, Sequence[float]]:
    """Return what everything costs in a store of so many feeds, in each of several runs."""
    needed = feeds * 10 * BYTES_AN_ARTICLE
    if shutil.disk_usage(folder).free < needed:
        raise SystemExit(f"bench store: {feeds:,} feeds need {needed >> 30} GB of free disk below {folder}")
    print(f"{feeds:,} feeds: making the store …", file=sys.stderr, flush=True)
    path = folder / "monitor.db"
    make(path, feeds)
    turns = count(1)
    all_runs = []
    with closing(open_store(f"sqlite:///{path}", owner="bench")) as store:
        for _ in range(runs):
            print(f"{feeds:,} feeds: measuring …", file=sys.stderr, flush=True)
            all_runs.append(costs(store, turns, time.process_time) | _plain(path, turns))
    for each in folder.iterdir():
        each.unlink()
    return {name: [run[name] for run in all_runs] for name in all_runs[0]}


def measured_on_server(feeds: int, runs: int) -> Mapping[str, Sequence[float]]:
    """Return what everything costs on a PostgreSQL of so many feeds, with the server's own time."""
    server, turns, all_runs = PostgreSQL(on_disk=True), count(1), []
    try:
        server.admin("CREATE DATABASE store")
        url = server.url("store")
        make_on_server(url, feeds)
        postmaster = int((server.folder / "cluster/postmaster.pid").read_text("utf-8").split()[0])

        def spent() -> float:
            return time.process_time() + processor_seconds(postmaster)

        with closing(open_store(url, owner="bench")) as store:
            for _ in range(runs):
                print(f"PostgreSQL, {feeds:,} feeds: measuring …", file=sys.stderr, flush=True)
                all_runs.append(costs(store, turns, spent))
    finally:
        server.close()
    return {name: [run[name] for run in all_runs] for name in all_runs[0]}


def costs(store: SqlStore, turns: Iterator[int], spent: Spent) -> Costs:
    """Return the costs of one run, by `spent` seconds of processor time; `turns` tells names apart."""
    return {
        **_polls(store, turns, spent),
        **_entries(store, turns, spent),
        **_deliveries(store, turns, spent),
        **_calls(store, spent),
    }


# ---- the flow --------------------------------------------------------------------------------------


def _polls(store: SqlStore, turns: Iterator[int], spent: Spent) -> Costs:
    """Poll feeds: claimed, unchanged, changed with nothing new, with two new entries."""
    now = NOW + EVERY + next(turns) * timedelta(hours=1)
    saved: Costs = {}
    claimed = 0.0
    for name, keys, new in (
        ("poll, unchanged", 0, 0),
        ("poll, all known", KEYS, 0),
        ("poll, 2 new", KEYS, 2),
    ):
        claims: list[Claim[Feed]] = []
        began = spent()
        while len(claims) < ROWS:
            claims += store.claim_feeds(now, Wanted(limit=BATCH, at_once=2), LEASE)
        claimed += spent() - began
        prepared = [
            (
                claim,
                polled_of(claim.row, now + EVERY),
                [entry_of(claim.row.id, number, next(turns), NOW) for _ in range(new)],
                [EntryKey(digest63(str(each))) for each in range(keys)],
            )
            for number, claim in enumerate(claims)
        ]
        began = spent()
        for claim, after, entries, asked in prepared:
            store.remembered(claim.row.id, asked, now)
            with store.transaction() as tx:
                if keys:
                    tx.rereads(claim.row.id, now)
                tx.save_poll(claim, after, entries, {}, (), {"polled": 1})
        saved[name] = _each(spent() - began, len(claims))
    return {"claim a feed": claimed * 1000 / (3 * ROWS), **saved, **_together(store, now + EVERY, spent)}


def _together(store: SqlStore, now: datetime, spent: Spent) -> Costs:
    """Poll feeds that are unchanged, a batch in one transaction, as the service does."""
    done = saved = 0.0
    while done < ROWS:
        claims = store.claim_feeds(now, Wanted(limit=BATCH, at_once=2), LEASE)
        those = [
            Quiet(claim=each, feed=polled_of(each.row, now + EVERY), counts={"polled": 1}) for each in claims
        ]
        began = spent()
        written = store.save_all_quiet(those)
        saved += spent() - began
        done += len(written)
    return {"poll, unchanged, together": _each(saved, int(done))}


def _entries(store: SqlStore, turns: Iterator[int], spent: Spent) -> Costs:
    """Process entries, one half of which match."""
    now = NOW + next(turns) * timedelta(hours=1)
    claims: list[Claim[Entry]] = []
    began = spent()
    while len(claims) < ROWS:
        claims += store.claim_entries(now, Wanted(limit=BATCH // 2, at_once=2), LEASE)
    told = {"claim an entry": _each(spent() - began, len(claims))}
    for name, some, matched in (
        ("process, no match", claims[: ROWS // 2], False),
        ("process, matched", claims[ROWS // 2 :], True),
    ):
        prepared = [processed_of(each.row, next(turns) * 10, now, matched=matched) for each in some]
        began = spent()
        for claim, processed in zip(some, prepared, strict=True):
            with store.transaction() as tx:
                tx.reading(claim.row.id)
                if matched:
                    tx.stories_near(processed.article, now - timedelta(days=3))
                tx.feed(claim.row.feed_id)
                if matched:
                    tx.told(processed.story.id)
                    tx.alerted_since(WATCHLIST, now - timedelta(hours=1))
                    tx.silences(now)
                    tx.burst(claim.row.feed_id, claim.row.first_seen_at)
                tx.save_processed(claim, processed, {"matched": 1})
        told[name] = _each(spent() - began, len(some))
    return told


def _deliveries(store: SqlStore, turns: Iterator[int], spent: Spent) -> Costs:
    """Deliver what was promised to twenty receivers."""
    now = NOW + next(turns) * timedelta(hours=1)
    with store.transaction() as tx:
        tx.add_deliveries(
            [
                delivery_of(
                    f"{digest63(str(next(turns))):016x}", ReceiverName(f"desk-{number % RECEIVERS}"), now
                )
                for number in range(ROWS)
            ]
        )
    claimed = saved = done = 0.0
    while True:
        began = spent()
        claims = store.claim_deliveries(now, Wanted(limit=BATCH, at_once=4), LEASE)
        claimed += spent() - began
        if not claims:
            break
        began = spent()
        for claim in claims:
            attempted(store, claim, now)
        saved += spent() - began
        done += len(claims)
    return {"claim a delivery": claimed * 1000 / done, "attempt": saved * 1000 / done}


def _calls(store: SqlStore, spent: Spent) -> Costs:
    """Ask what is asked by the clock and by commands; nothing is due, as on a quiet night."""
    quiet, long_ago = NOW - 2 * MONTH, NOW - 3 * MONTH
    one = Wanted(limit=BATCH, at_once=2)

    def tick() -> None:
        store.claim_feeds(quiet, one, LEASE)
        store.claim_entries(quiet, one, LEASE)
        store.claim_deliveries(quiet, one, LEASE)

    asked: Mapping[str, Callable[[], object]] = {
        "a tick, nothing due": tick,
        "purge, nothing old": lambda: store.purge(long_ago),
        "rows of the metrics": lambda: store.measured(quiet),
        "status": lambda: store.status(NOW),
        "last 100 deliveries": lambda: store.deliveries(DeliveryFilter()),
        "last 100 articles": lambda: store.recent_articles(100),
    }
    return {name: _call(deed, spent) for name, deed in asked.items()}


def _call(deed: Callable[[], object], spent: Spent) -> float:
    deed()
    began = spent()
    for _ in range(CALLS):
        deed()
    return _each(spent() - began, CALLS)


def _each(seconds: float, times: int) -> float:
    return seconds * 1000 / times


# ---- the limit -------------------------------------------------------------------------------------


def _plain(path: Path, turns: Iterator[int]) -> Costs:
    """Write the same rows with `sqlite3` alone, one transaction for each."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as raw:
        raw.execute("PRAGMA synchronous=FULL")
        deeds = {
            "poll, unchanged": _plain_poll,
            "poll, 2 new": _plain_news,
            "process, no match": _plain_article,
            "attempt": _plain_attempt,
        }
        told = {}
        for name, deed in deeds.items():
            began = time.process_time()
            for number in range(ROWS):
                raw.execute("BEGIN IMMEDIATE")
                deed(raw, number + 1, next(turns))
                raw.execute("COMMIT")
            told[f"{LIMIT}: {name}"] = _each(time.process_time() - began, ROWS)
        return told


def _plain_poll(raw: sqlite3.Connection, number: int, _: int) -> None:
    raw.execute(
        "UPDATE feeds SET due_at = due_at + 1, polls = polls + 1, last_ok_at = due_at WHERE number = ?",
        (number,),
    )


def _plain_news(raw: sqlite3.Connection, number: int, turn: int) -> None:
    _plain_poll(raw, number, turn)
    for each in range(2):
        name = f"plain-{turn}-{each}"
        raw.execute(
            "SELECT key FROM entry_keys WHERE feed_number = ? AND key IN (?, ?)", (number, turn, each)
        )
        added = raw.execute(
            "INSERT INTO entries (id, feed_number, state, host, first_seen_at, due_at, attempts, failures)"
            " VALUES (?, ?, 'processed', 'plain.example', 0, 0, 0, 0)",
            (name, number),
        ).lastrowid
        raw.execute("INSERT INTO announcements VALUES (?, '[]', ?)", (added, "x" * 250))
        for key in (digest63(name), digest63(name, "link")):
            raw.execute("INSERT INTO entry_keys VALUES (?, ?, ?)", (number, key, added))


def _plain_article(raw: sqlite3.Connection, number: int, turn: int) -> None:
    """Write an article of an entry that has none."""
    added = raw.execute(
        "INSERT INTO entries (id, feed_number, state, host, first_seen_at, due_at, attempts, failures)"
        " VALUES (?, ?, 'processed', 'plain.example', 0, 0, 0, 0)",
        (f"plain-{turn}", number),
    ).lastrowid
    raw.execute(
        "INSERT INTO articles (entry_number, canonical_digest, canonical_url, fetched_at, article)"
        " VALUES (?, ?, 'https://plain.example/', 0, ?)",
        (added, turn, "x" * 1_500),
    )


def _plain_attempt(raw: sqlite3.Connection, number: int, _: int) -> None:
    raw.execute("UPDATE deliveries SET attempts = attempts + 1 WHERE number = ?", (number,))
    raw.execute(
        "INSERT INTO attempts (delivery_number, ordinal, at, state, due_at, detail)"
        " VALUES (?, 1, 0, 'delivered', 0, '')",
        (number,),
    )
    raw.execute("UPDATE receivers SET failures = 0 WHERE name = 'desk-1'")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
