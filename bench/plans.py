"""How does PostgreSQL find the rows of each statement in a store of ten million entries?

A real server is started and filled: a million feeds with ten entries each, one article in ten of a story
and told to one of 20 receivers, a backlog of ten thousand entries, deliveries and held alerts. Then the
store does what the flow, the clock and commands ask of it, and the server itself tells each statement's plan
as it was executed (`auto_explain`): rows that were looked at, blocks of 8 kB that were touched, milliseconds.

It takes some 25 GB of disk and ten minutes; `--feeds` makes it smaller, `--plans FILE` keeps every plan.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from bench.match import load
from bench.results import keep, table
from bench.stock import (
    EVERY,
    LEASE,
    MONTH,
    NOW,
    WATCHLIST,
    attempted,
    entry_of,
    make_on_server,
    polled_of,
    processed_of,
)
from monitor.adapters.store import SqlStore, open_store
from monitor.model import Entry, EntryKey, ReceiverName
from monitor.ports import Claim, DeliveryFilter, Step, Tx, Wanted
from monitor.text.ids import digest63
from tests.postgresql import PostgreSQL

FEEDS, SHORT_FEEDS = 1_000_000, 10_000
BACKLOG = 10_000
BATCH, KEYS, RUNS = 32, 70, 3
# With all indexes; twice of that must be free.
BYTES_A_FEED = 25_000
# Reading so many rows of a table one after the other is a plan that grows with the store.
MANY = 20_000
SECOND = timedelta(seconds=1)
SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "autovacuum": "off",
}
EXPLAINED = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "session_preload_libraries": "auto_explain",
        "client_min_messages": "log",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_analyze": "on",
        "auto_explain.log_buffers": "on",
        "auto_explain.log_format": "json",
    }.items()
)
COLUMNS = ("what is asked", "statements", "ms", "blocks", "rows looked at", "the dearest statement goes by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """One statement as it was executed."""

    text: str
    milliseconds: float
    blocks: int
    looked_at: int
    ways: tuple[str, ...]
    whole: tuple[str, ...]
    plan: Mapping[str, Any]


@dataclass(slots=True)
class Listener:
    """Hears what the server tells of each statement."""

    heard: list[Executed] = field(default_factory=list)

    def __call__(self, told: psycopg.errors.Diagnostic) -> None:
        """Keep a plan."""
        head, _, plan = (told.message_primary or "").partition("plan:\n")
        if plan:
            self.heard.append(executed(float(head.split()[1]), json.loads(plan)))

    def take(self) -> Sequence[Executed]:
        """Return what was heard since the last call."""
        heard, self.heard = self.heard, []
        return heard


def executed(milliseconds: float, told: Mapping[str, Any]) -> Executed:
    """Return what a plan in the server's JSON says."""
    plan = told["Plan"]
    scans = [node for node in _nodes(plan) if _reads_a_table(node)]
    rows = {_way(node): 0 for node in scans}
    for node in scans:
        rows[_way(node)] += _looked_at(node)
    whole = (node for node in scans if node["Node Type"] == "Seq Scan" and _looked_at(node) > MANY)
    return Executed(
        text=told["Query Text"],
        milliseconds=milliseconds,
        blocks=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        looked_at=sum(rows.values()),
        ways=tuple(rows),
        whole=tuple(node["Relation Name"] for node in whole),
        plan=plan,
    )


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _reads_a_table(node: Mapping[str, Any]) -> bool:
    stored = "Index Name" in node or "Relation Name" in node
    return stored and "Scan" in node["Node Type"] and node["Actual Loops"] > 0


def _way(node: Mapping[str, Any]) -> str:
    named = str(node.get("Index Name") or node["Relation Name"])
    return f"all of {named}" if node["Node Type"] == "Seq Scan" else named


def _looked_at(node: Mapping[str, Any]) -> int:
    dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + dropped) * node["Actual Loops"])


# ---- what is asked ---------------------------------------------------------------------------------


Deed = Callable[[int], object]


def deeds(store: SqlStore) -> Mapping[str, Deed]:
    """Return everything that is asked; each deed takes the number of its turn."""
    wanted = Wanted(limit=BATCH, at_once=2)

    def of_feed(change: Callable[[Tx, Claim[Any], Any], object], late: timedelta) -> Deed:
        def deed(turn: int) -> None:
            now = NOW + late + turn * SECOND
            claim = store.claim_feeds(now, Wanted(limit=1, at_once=1), LEASE)[0]
            with store.transaction() as tx:
                change(tx, claim, polled_of(claim.row, now + EVERY))

        return deed

    def two_new(tx: Tx, claim: Claim[Any], after: Any) -> None:  # noqa: ANN401  (a feed)
        new = [entry_of(claim.row.id, 10**9 + next(numbers), each, NOW) for each in range(2)]
        tx.save_poll(claim, after, new, {}, (), {"polled": 1})

    def processed(*, matched: bool) -> Deed:
        def deed(turn: int) -> None:
            (claim, *_) = store.claim_entries(NOW + (turn + 9) * SECOND, Wanted(limit=1, at_once=1), LEASE)
            _process(store, claim, matched=matched)

        return deed

    def brought(turn: int) -> None:
        for claim in store.claim_deliveries(NOW + (turn + 9) * SECOND, Wanted(limit=1, at_once=1), LEASE):
            attempted(store, claim, NOW)

    def within(ask: Callable[[Tx], object]) -> Deed:
        def deed(_: int) -> None:
            with store.transaction() as tx:
                ask(tx)

        return deed

    numbers = count()
    keys = [EntryKey(digest63(str(each))) for each in range(KEYS)]
    feed = store.claim_feeds(NOW + SECOND, wanted, LEASE)[0].row.id
    some = entry_of(feed, 7, 7, NOW)
    receivers = [ReceiverName(f"desk-{each}") for each in range(20)]
    return {
        "claim 32 feeds": lambda turn: store.claim_feeds(NOW + (turn + 1) * SECOND, wanted, LEASE),
        "claim 32 feeds, 500,000 late": lambda turn: store.claim_feeds(
            NOW + EVERY / 2 + turn * SECOND, wanted, LEASE
        ),
        "claim a feed, save a poll with nothing new": of_feed(
            lambda tx, claim, after: tx.save_poll(claim, after, (), {}, (), {"polled": 1}), EVERY / 4
        ),
        "claim a feed, save a poll with 2 new": of_feed(two_new, EVERY / 3),
        "70 keys of a feed": lambda _: store.remembered(feed, keys, NOW),
        "edits that are looked for": within(lambda tx: tx.rereads(feed, NOW)),
        "claim 32 entries": lambda turn: store.claim_entries(NOW + turn * SECOND, wanted, LEASE),
        "stories near": within(
            lambda tx: tx.stories_near(
                processed_of(some, next(numbers), NOW).article, NOW - timedelta(days=3)
            )
        ),
        "claim, process and save an article, no match": processed(matched=False),
        "claim, process and save an article, matched": processed(matched=True),
        "claim 32 deliveries": lambda turn: store.claim_deliveries(NOW + turn * SECOND, wanted, LEASE),
        "claim a delivery, save an attempt": brought,
        "renew 96 leases": lambda _: store.renew(
            [
                (step, f"bench/{each}")
                for step in (Step.POLL, Step.PROCESS, Step.DELIVER)
                for each in range(32)
            ],
            NOW,
        ),
        "held alerts that are due": within(lambda tx: tx.held_due(NOW + LEASE, [WATCHLIST], receivers, 500)),
        "alerts of a watchlist in an hour": within(
            lambda tx: tx.alerted_since(WATCHLIST, NOW - timedelta(hours=1))
        ),
        "free the leases of a dead worker": lambda _: store.free_leases_of("nobody", NOW),
        "heartbeat's counts": within(lambda tx: tx.counted()),
        "metrics": lambda _: store.measured(NOW + LEASE),
        "purge, nothing old": lambda _: store.purge(NOW - 2 * MONTH),
        "purge of what is older than 29 days and 23 hours": lambda turn: store.purge(
            NOW - MONTH + timedelta(hours=1 + turn)
        ),
        "status": lambda _: store.status(NOW),
        "last 100 deliveries": lambda _: store.deliveries(DeliveryFilter()),
        "last 100 articles": lambda _: store.recent_articles(100),
        "trace of an entry": lambda _: store.trace(some.id),
        "entries at an address": lambda _: store.entries_at("https://news1.example/", {}, 9),
        "report: alerts of a day": lambda _: store.alerts_since(NOW - timedelta(days=1), None, 500),
        "report: timeline of a day": lambda _: store.timeline(
            NOW - timedelta(days=1), timedelta(hours=1), 40
        ),
        "report: refusals of a day": lambda _: store.refusals(NOW - timedelta(days=1), 20_000),
    }


def _process(store: SqlStore, claim: Claim[Entry], *, matched: bool) -> None:
    worth = processed_of(claim.row, 10, NOW, matched=matched)
    with store.transaction() as tx:
        tx.reading(claim.row.id)
        if matched:
            tx.stories_near(worth.article, NOW - timedelta(days=3))
        tx.feed(claim.row.feed_id)
        tx.told(worth.story.id)
        tx.held_of(worth.story.id)
        tx.silences(NOW)
        tx.burst(claim.row.feed_id, claim.row.first_seen_at)
        tx.save_processed(claim, worth, {"matched": 1})


# ---- the measurement -------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--write`, keep it. 1 where a statement reads a large table whole."""
    parser = argparse.ArgumentParser(prog="bench plans", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, help="how many feeds, with ten entries each")
    parser.add_argument("--database", help="the address of a database that was filled before")
    parser.add_argument("--plans", type=Path, help="a file for every plan, as the server tells it")
    parser.add_argument("--short", action="store_true", help="10,000 feeds: half a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    feeds = chosen.feeds or (SHORT_FEEDS if chosen.short else FEEDS)
    if chosen.database:
        found, told = asked(chosen.database), sizes(chosen.database)
    else:
        found, told = _on_a_server_of_our_own(feeds)
    rows = [row(name, runs) for name, runs in found.items()]
    text = f"{table(COLUMNS, rows)}\n\n{_said_of_whole(found)}\n\n{told}\n\n{load()}"
    print(text)
    if chosen.plans:
        plans = {
            name: [{**each.plan, "Query": each.text} for each in runs[-1]] for name, runs in found.items()
        }
        chosen.plans.write_text(json.dumps(plans, indent=1), encoding="utf-8")
    if chosen.write:
        keep("plans", text)
    return 0


def _on_a_server_of_our_own(feeds: int) -> tuple[Mapping[str, Sequence[Sequence[Executed]]], str]:
    needed = feeds * BYTES_A_FEED
    if shutil.disk_usage("/tmp").free < 2 * needed:
        raise SystemExit(f"bench plans: {feeds:,} feeds need {2 * needed / 1e9:.0f} GB of free disk in /tmp")
    server = PostgreSQL(on_disk=True)
    try:
        for name, value in SETTINGS.items():
            server.admin(f"ALTER SYSTEM SET {name} = '{value}'")
        server.crash()
        server.admin("CREATE DATABASE plans")
        make_on_server(server.url("plans"), feeds)
        return asked(server.url("plans")), sizes(server.url("plans"))
    finally:
        server.close()


@contextmanager
def listening() -> Iterator[Listener]:
    """Give what hears of each statement on all connections that are made meanwhile."""
    listener = Listener()

    def connected(raw: psycopg.Connection[Any], _: object) -> None:
        raw.add_notice_handler(listener)

    event.listen(Engine, "connect", connected)
    try:
        yield listener
    finally:
        event.remove(Engine, "connect", connected)


def asked(url: str) -> Mapping[str, Sequence[Sequence[Executed]]]:
    """Return the statements of each deed, in each of several runs; the first one, to warm up, is not told."""
    _make_backlog(url)
    joint = "&" if "?" in url else "?"
    with (
        listening() as listener,
        closing(open_store(f"{url}{joint}options={EXPLAINED}", owner="bench")) as store,
    ):
        found: dict[str, list[Sequence[Executed]]] = {}
        for name, deed in deeds(store).items():
            print(f"{name} …", file=sys.stderr, flush=True)
            for turn in range(RUNS + 1):
                listener.take()
                deed(turn)
                found.setdefault(name, []).append(listener.take())
    return {name: runs[1:] for name, runs in found.items()}


def _make_backlog(url: str) -> None:
    """Have so many of the newest entries and deliveries wait, and as many alerts be held."""
    now = round(NOW.timestamp() * 1e6)
    late = f"due_at = {now} - number % {60_000_000}, lease_token = NULL, lease_until = NULL"
    with psycopg.connect(url, autocommit=True) as raw:
        for name in ("entries", "deliveries"):
            newest = f"(SELECT number FROM {name} ORDER BY number DESC LIMIT {BACKLOG})"
            raw.execute(f"UPDATE {name} SET state = 'pending', {late} WHERE number IN {newest}".encode())
        raw.execute(
            "DELETE FROM articles WHERE entry_number IN (SELECT number FROM entries WHERE state = 'pending')"
        )
        raw.execute("TRUNCATE held_alerts")
        raw.execute(
            "INSERT INTO held_alerts (alert_id, receiver, watchlist, hold, release_at, event)"
            f" SELECT id, 'desk-1', watchlist, 'budget', {now} + number * 60000000, %s"
            f" FROM alerts ORDER BY number LIMIT {BACKLOG}",
            [HELD],
        )
        raw.execute("VACUUM ANALYZE")


HELD = json.dumps({"type": "match.created", "subject": "s", "timestamp": NOW.isoformat(), "content": {}})


def row(name: str, runs: Sequence[Sequence[Executed]]) -> Sequence[str]:
    """Return a row of the table: medians of the runs, and how the dearest statement of the last one goes."""
    dearest = max(runs[-1], key=lambda each: each.blocks)
    return (
        name,
        f"{median(len(run) for run in runs):.0f}",
        f"{median(sum(each.milliseconds for each in run) for run in runs):,.1f}",
        f"{median(sum(each.blocks for each in run) for run in runs):,.0f}",
        f"{median(sum(each.looked_at for each in run) for run in runs):,.0f}",
        ", ".join(dearest.ways) or "no table",
    )


def _said_of_whole(found: Mapping[str, Sequence[Sequence[Executed]]]) -> str:
    whole = [
        f"{name}: all of {', '.join(sorted(set(each.whole)))}"
        for name, runs in found.items()
        for each in runs[-1]
        if each.whole
    ]
    if not whole:
        return f"No statement reads more than {MANY:,} rows of a table one after the other."
    return f"Read whole, with more than {MANY:,} rows: " + "; ".join(dict.fromkeys(whole)) + "."


def sizes(url: str) -> str:
    """Return how large the tables are, with their indexes."""
    with psycopg.connect(url) as raw:
        rows = raw.execute(
            "SELECT relname, pg_total_relation_size(oid), reltuples FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 8"
        ).fetchall()
    told = ", ".join(f"{name} {size / 1e9:.2f} GB ({rows:,.0f} rows)" for name, size, rows in rows)
    return f"With indexes: {told}."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
