"""What does a poll, an article, a delivery cost PostgreSQL?

A real server is filled with feeds of ten entries each. Then the store's own code does what the flow asks of
it, from as many threads as the service has, without network, pages or matcher. Told for each unit: the
round trips, transactions and kilobytes of log (WAL) that it makes, the dead rows that it leaves behind, and
the milliseconds of processor time that the server and the one that asks spend on it. All but the times are
counts: a busy machine does not move them. The log is without images of whole pages.

From that follows what a second costs with more feeds, each polled every half an hour; of a hundred polls 90
are answered 304, 5 bring nothing new and 5 a new entry; one article in a hundred matches and is sent to one
receiver.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import psycopg
from sqlalchemy import Engine, event

from bench.match import load
from bench.results import keep, table
from bench.stock import EVERY, LEASE, NOW, attempted, entry_of, make_on_server, polled_of, processed_of
from monitor.adapters.store import SqlStore, open_store
from monitor.model import Entry, EntryId, EntryKey, Feed
from monitor.ports import Claim, Wanted
from monitor.text.ids import digest63
from tests.postgresql import PostgreSQL

FEEDS, SHORT_FEEDS = 100_000, 2_000
UNITS, SHORT_UNITS = 2_000, 200
POLLERS, READERS, SENDERS = 32, 16, 64
KEYS = 70  # of a feed of 35 entries
COLUMNS = (
    "unit",
    "round trips",
    "transactions",
    "kB of log",
    "dead rows",
    "ms of PostgreSQL",
    "ms of who asks",
)
SIMULATED = (10_000, 100_000, 1_000_000)
# Of each unit, how many there are for a poll.
SHARES = {
    "poll: 304": 0.9,
    "poll: changed, nothing new": 0.05,
    "poll: 1 new entry": 0.05,
    "article that names nobody": 0.05 * 0.99,
    "article that matches": 0.05 * 0.01,
    "delivery": 0.05 * 0.01,
}
Row = TypeVar("Row")
_ASKED = """
SELECT (SELECT wal_bytes FROM pg_stat_wal),
       (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
       (SELECT sum(n_tup_upd + n_tup_del) FROM pg_stat_user_tables)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent up to a moment."""

    statements: float
    transactions: float
    log: float
    dead: float
    server: float
    asker: float

    def until(self, later: "Spent", units: int) -> Sequence[float]:
        """Return what one unit cost, in the units of the table."""
        return (
            (later.statements - self.statements) / units,
            (later.transactions - self.transactions) / units,
            (later.log - self.log) / units / 1000,
            (later.dead - self.dead) / units,
            (later.server - self.server) / units * 1000,
            (later.asker - self.asker) / units * 1000,
        )


class Meter:
    """Tells what was spent; `statements` are counted as they leave."""

    def __init__(self, server: PostgreSQL, url: str) -> None:
        self._server = server
        self._url = url
        self._statements = count()
        event.listen(Engine, "before_cursor_execute", lambda *_: next(self._statements))

    def read(self) -> Spent:
        """Return what was spent until now; the server's own counts are up to date a second later."""
        time.sleep(0.5)
        with psycopg.connect(self._url, autocommit=True) as raw:
            (row,) = raw.execute(_ASKED).fetchall()
        return Spent(
            statements=float(next(self._statements)),
            log=float(row[0]),
            transactions=float(row[1]),
            dead=float(row[2]),
            server=processor_seconds(
                int((self._server.folder / "cluster/postmaster.pid").read_text().split()[0])
            ),
            asker=time.process_time(),
        )


def processor_seconds(pid: int) -> float:
    """Return what a server and its processes spent, those that ended included."""
    below = 0.0
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split():
        # What ends meanwhile is counted at its parent, which is read last.
        with suppress(FileNotFoundError, ProcessLookupError):
            below += processor_seconds(int(child))
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return below + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


# ---- the units -------------------------------------------------------------------------------------


class Flow:
    """Does units of the flow; `numbers` tells what is new apart."""

    def __init__(self, store: SqlStore, numbers: "count[int]") -> None:
        self._store = store
        self._numbers = numbers
        self._keys = [EntryKey(digest63(str(each))) for each in range(KEYS)]

    def poll(self, units: int, new: int, *, read: bool) -> int:
        """Poll so many feeds, each of which brings so many new entries."""

        def one(claim: Claim[Feed]) -> None:
            after = polled_of(claim.row, NOW + timedelta(days=1))
            if read:
                self._store.remembered(claim.row.id, self._keys, NOW)
            if not new:
                self._store.save_quiet(claim, after, (), {"polled": 1})
                return
            fresh = [self._fresh(claim.row, each) for each in range(new)]
            self._store.remembered(claim.row.id, [key for each in fresh for key in each.keys], NOW)
            with self._store.transaction() as tx:
                tx.rereads(claim.row.id, NOW)
                tx.save_poll(claim, after, fresh, {}, (), {"polled": 1})

        def claim() -> Sequence[Claim[Feed]]:
            return self._store.claim_feeds(NOW + EVERY, Wanted(limit=POLLERS, at_once=2), LEASE)

        return _in_threads(POLLERS, units, claim, one)

    def process(self, units: int, *, matched: bool) -> int:
        """Read so many articles."""

        def one(claim: Claim[Entry]) -> None:
            worth = processed_of(claim.row, next(self._numbers) * 10, NOW, matched=matched)
            with self._store.transaction() as tx:
                tx.reading(claim.row.id)
                if matched:
                    tx.stories_near(worth.article, NOW - timedelta(days=3))
                tx.feed(claim.row.feed_id)
                if matched:
                    tx.told(worth.story.id)
                    tx.held_of(worth.story.id)
                    tx.silences(NOW)
                    tx.burst(claim.row.feed_id, claim.row.first_seen_at)
                tx.save_processed(claim, worth, {"matched": 1})

        def claim() -> Sequence[Claim[Entry]]:
            return self._store.claim_entries(NOW, Wanted(limit=READERS, at_once=2), LEASE)

        return _in_threads(READERS, units, claim, one)

    def deliver(self, units: int) -> int:
        """Bring so many deliveries."""
        return _in_threads(
            SENDERS,
            units,
            lambda: self._store.claim_deliveries(NOW, Wanted(limit=SENDERS, at_once=SENDERS), LEASE),
            lambda claim: attempted(self._store, claim, NOW),
        )

    def _fresh(self, feed: Feed, number: int) -> Entry:
        """Return an entry unlike any that is there."""
        site = 10**9 + next(self._numbers)
        keys = (EntryKey(digest63("fresh", str(site))), EntryKey(digest63("fresh link", str(site))))
        return replace(entry_of(feed.id, site, number, NOW), id=EntryId(f"en_fresh{site}"), keys=keys)


def _in_threads(
    threads: int, units: int, claim: Callable[[], Sequence[Row]], one: Callable[[Row], None]
) -> int:
    """Claim and do one batch after the other; return how many units there were."""
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        while done < units and (claims := claim()):
            done += len(list(pool.map(one, claims)))
    return done


Deed = Callable[[Flow, int], int]

# In the order of the flow: what one makes, the next takes.
DEEDS: Mapping[str, Deed] = {
    "poll: 304": lambda flow, units: flow.poll(units, 0, read=False),
    "poll: changed, nothing new": lambda flow, units: flow.poll(units, 0, read=True),
    "poll: 1 new entry": lambda flow, units: flow.poll(units, 1, read=True),
    "article that names nobody": lambda flow, units: flow.process(units, matched=False),
    "poll: 3 new entries": lambda flow, units: flow.poll(units, 3, read=True),
    "article that matches": lambda flow, units: flow.process(units, matched=True),
    "delivery": lambda flow, units: flow.deliver(units),
}


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench database", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=FEEDS, help="how many feeds, with ten entries each")
    parser.add_argument("--short", action="store_true", help="2,000 feeds and few units: half a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    feeds, units = (SHORT_FEEDS, SHORT_UNITS) if chosen.short else (chosen.feeds, UNITS)
    server = PostgreSQL(on_disk=True)
    try:
        server.admin("CREATE DATABASE units")
        make_on_server(server.url("units"), feeds)
        costs = measured(server, units)
    finally:
        server.close()
    rows = [[name, *(f"{each:.2f}" for each in cost)] for name, cost in costs.items()]
    text = f"{table(COLUMNS, rows)}\n\n{simulated(costs)}\n\n{feeds:,} feeds. {load()}"
    print(text)
    if chosen.write:
        keep("database", text)
    return 0


def measured(server: PostgreSQL, units: int) -> Mapping[str, Sequence[float]]:
    """Return what each unit costs, in the order of the flow: what one makes, the next takes."""
    url = server.url("units")
    meter, numbers, costs = Meter(server, url), count(), {}
    for name, deed in DEEDS.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        _in_a_session(url, numbers, deed, POLLERS)
        before = meter.read()
        done = _in_a_session(url, numbers, deed, units)
        costs[name] = before.until(meter.read(), done)
    return costs


def simulated(costs: Mapping[str, Sequence[float]]) -> str:
    """Return what a second costs with more and more feeds."""
    columns = (
        "feeds",
        "polls",
        "round trips",
        "transactions",
        "MB of log",
        "dead rows",
        "cores of PostgreSQL",
    )
    rows = []
    for feeds in SIMULATED:
        polls = feeds / EVERY.total_seconds()
        trips, transactions, log, dead, server, _ = (
            sum(polls * share * costs[name][at] for name, share in SHARES.items()) for at in range(6)
        )
        cells = (polls, trips, transactions, log / 1000, dead, server / 1000)
        rows.append([f"{feeds:,}", *(f"{each:,.2f}" for each in cells)])
    return f"In a second:\n\n{table(columns, rows)}"


def _in_a_session(url: str, numbers: "count[int]", deed: Deed, units: int) -> int:
    """Do so many units; what was counted is told by a connection's end, else up to ten seconds later."""
    with closing(open_store(url, owner="bench")) as store:
        return deed(Flow(store, numbers), units)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
