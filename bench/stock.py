"""A store of any size: a small one, written by the store's own code, and copies of its rows.

The small one has 100 feeds with ten entries each; one article in ten is of a story, and was told to one of
20 receivers. Copies have other numbers, ids, digests and times, so that indexes are as wide and as deep as
in a store that grew; feeds fall due over half an hour, all else is spread over the month before.
"""

import sqlite3
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Column, Table

from monitor.adapters.store import SqlStore, open_store
from monitor.adapters.store import schema as tables
from monitor.adapters.store.columns import Moment
from monitor.model import (
    Alert,
    AlertId,
    Announced,
    Article,
    Attempt,
    Delivery,
    DeliveryId,
    DeliveryState,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    EntryState,
    EventType,
    Feed,
    FeedId,
    FeedSettings,
    Form,
    Match,
    Matched,
    Mention,
    ReceiverHealth,
    ReceiverName,
    Salience,
    Severity,
    Story,
    StoryId,
    Tier,
    Told,
    Verdict,
    WatchlistId,
    Zone,
    Zones,
)
from monitor.ports import Claim, Processed, Wanted
from monitor.text.ids import digest63

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
MONTH = timedelta(days=30)
EVERY = timedelta(minutes=30)
FEEDS, ENTRIES, RECEIVERS, MATCHED = 100, 10, 20, 10
WATCHLIST = WatchlistId("cloud")
TEXT = "Die Regierung in Köln berät über den Haushaltsplan, sagte eine Sprecherin am Dienstag. " * 12

# Which table's number a column holds; and columns whose values are as good as random.
_REFERRED = {
    "feed_number": "feeds",
    "entry_number": "entries",
    "story_number": "stories",
    "article_number": "articles",
    "delivery_number": "deliveries",
}
_RANDOM = ("url_digest", "key", "canonical_digest", "band")

_COPIED = (
    tables.feeds,
    tables.rhythms,
    tables.page_memories,
    tables.entries,
    tables.announcements,
    tables.entry_keys,
    tables.stories,
    tables.articles,
    tables.matches,
    tables.story_bands,
    tables.told,
    tables.alerts,
    tables.bursts,
    tables.deliveries,
    tables.bodies,
    tables.attempts,
)


def make(path: Path, feeds: int) -> None:
    """Make a store of so many feeds, a multiple of a hundred, with ten articles each."""
    with closing(open_store(f"sqlite:///{path}", owner="stock")) as store:
        _fill(store)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for line in ("PRAGMA synchronous=OFF", "PRAGMA foreign_keys=OFF", "PRAGMA cache_size=-400000"):
            raw.execute(line)
        last = {table.name: _last(raw.execute, table) for table in _COPIED if "number" in table.c}
        raw.execute("BEGIN")
        for table in _COPIED:
            _copy(raw.execute, table, feeds // FEEDS, last, SQLITE)
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def make_on_server(url: str, feeds: int, but: Collection[str] = ()) -> None:
    """Make such a store in an empty database of PostgreSQL, whose role may do everything there.

    Tables named in `but` stay small.
    """
    with closing(open_store(url, owner="stock")) as store:
        _fill(store)
    with psycopg.connect(url, autocommit=True) as raw:
        # Rows that refer to others are not checked: that would take longer than to write them.
        raw.execute("SET session_replication_role = replica")
        last = {table.name: _last(raw.execute, table) for table in _COPIED if "number" in table.c}
        for table in _COPIED:
            if table.name in but:
                continue
            print(f"{table.name}: copying …", file=sys.stderr, flush=True)
            _copy(raw.execute, table, feeds // FEEDS, last, POSTGRESQL)
            if "number" in table.c:
                raw.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), max(number))"
                    f" FROM {table.name}"
                )
        raw.execute("VACUUM ANALYZE")


# ---- the small store -------------------------------------------------------------------------------


def _fill(store: SqlStore) -> None:
    began = NOW - MONTH
    store.sync_feeds([settings_of(number) for number in range(FEEDS)], began)
    for number, claim in enumerate(store.claim_feeds(began, _all(FEEDS), LEASE)):
        fresh = [entry_of(claim.row.id, number, each, began) for each in range(ENTRIES)]
        with store.transaction() as tx:
            tx.save_poll(claim, polled_of(claim.row, NOW), fresh, {}, (), {"polled": 1})
    for number, entry in enumerate(store.claim_entries(began, _all(FEEDS * ENTRIES), LEASE)):
        with store.transaction() as tx:
            tx.save_processed(entry, processed_of(entry.row, number, began), {"matched": 1})
    while claims := store.claim_deliveries(began, _all(FEEDS), LEASE):
        for delivery in claims:
            attempted(store, delivery, began)


def _all(limit: int) -> Wanted:
    return Wanted(limit=limit, at_once=limit)


def settings_of(number: int) -> FeedSettings:
    """Return the settings of a feed of the small store."""
    url = f"https://news{number}.example/feed.rss"
    return FeedSettings(id=FeedId(f"feed-{number}"), url=url, shown_url=url)


def polled_of(feed: Feed, due_at: datetime) -> Feed:
    """Return a feed as it is after a poll."""
    return replace(
        feed, due_at=due_at, polls=feed.polls + 1, body_digest=bytes(32), last_ok_at=NOW, interval=EVERY
    )


def entry_of(feed: FeedId, host: int, number: int, at: datetime) -> Entry:
    """Return a new entry of a feed."""
    link = f"https://news{host}.example/{number}/ein-haushaltsplan-fuer-koeln.html"
    return Entry(
        id=EntryId(f"en_{digest63(feed, str(number)):016x}"),
        feed_id=feed,
        keys=(EntryKey(digest63(feed, link)), EntryKey(digest63(feed, link, "link"))),
        announced=Announced(guid=link, link=link, title="Ein Haushaltsplan für Köln"),
        host=f"news{host}.example",
        state=EntryState.PENDING,
        first_seen_at=at,
        due_at=at,
    )


def processed_of(entry: Entry, number: int, at: datetime, *, matched: bool | None = None) -> Processed:
    """Return what comes of an entry: one in ten, unless it is told, matches and is sent to one receiver."""
    matched = number % MATCHED == 0 if matched is None else matched
    name = f"{digest63(entry.id):016x}"
    article = Article(
        entry_id=entry.id,
        feed_id=entry.feed_id,
        url=entry.announced.link or "",
        canonical_url=entry.announced.link or "",
        zones=Zones(title=entry.announced.title, text=TEXT),
        verdict=Verdict.FULL,
        fingerprint=tuple(digest63(name, str(each)) >> 1 for each in range(64)),
        language="de",
        fetched_at=at,
    )
    outlets = frozenset({entry.host})
    story = Story(id=StoryId(f"st_{name}"), revision=1, articles=1, outlets=outlets, first_seen_at=at)
    match, receiver = _match(), ReceiverName(f"desk-{number // MATCHED % RECEIVERS}")
    alert = Alert(
        id=AlertId(f"al_{name}"),
        story=story.id,
        watchlist=WATCHLIST,
        severity=Severity.HIGH,
        labels={"team": "markets"},
        matches=(match,),
        receivers=(receiver,),
        raised_at=at,
    )
    return Processed(
        entry=entry,
        article=article,
        story=story,
        matched=Matched(matches=(match,) if matched else ()),
        told=frozenset({Told(WATCHLIST, match.entity, receiver)} if matched else ()),
        alerts=(alert,) if matched else (),
        held=(),
        deliveries=(delivery_of(name, receiver, at),) if matched else (),
    )


def delivery_of(name: str, receiver: ReceiverName, at: datetime) -> Delivery:
    """Return a delivery that is due."""
    return Delivery(
        id=DeliveryId(f"msg_{name}"),
        receiver=receiver,
        event_type=EventType.MATCH_CREATED,
        content_type="application/json; charset=utf-8",
        body=TEXT.encode(),
        due_at=at,
        promised_at=at,
        created_at=at,
    )


def attempted(store: SqlStore, claim: Claim[Delivery], at: datetime) -> None:
    """Write that a delivery was brought."""
    outcome = Attempt(
        number=1, at=at, state=DeliveryState.DELIVERED, due_at=at, status=200, reason=None, detail=""
    )
    with store.transaction() as tx:
        tx.receiver(claim.row.receiver)
        tx.save_attempt(claim, outcome, ReceiverHealth(name=claim.row.receiver), (), {"attempts": 1})


def _match() -> Match:
    mention = Mention(zone=Zone.LEAD, start=0, end=4, surface="Köln", name="Köln", form=Form.EXACT)
    return Match(
        entity=EntityId("koeln"),
        tier=Tier.CONFIRMED,
        confidence=0.9,
        salience=Salience(value=0.5, about=True, parts={"lead": 0.5}),
        mentions=(mention,),
        evidence=(),
    )


# ---- copies of its rows ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a database says a random number of 63 bits, and a random text of 24 letters."""

    number: str
    text: str


SQLITE = Words(number="abs(random())", text="lower(hex(randomblob(12)))")
POSTGRESQL = Words(number="(random() * 9.2e18)::bigint", text="substr(md5(n.n || random()::text), 1, 24)")

Execute = Callable[[str], "sqlite3.Cursor | psycopg.Cursor[tuple[int | None]]"]


def _last(execute: Execute, table: Table) -> int:
    row = execute(f"SELECT max(number) FROM {table.name}").fetchone()
    assert row is not None
    return row[0] or 0


def _copy(execute: Execute, table: Table, times: int, last: Mapping[str, int], words: Words) -> None:
    """Add copies to a table until it is so many times as large."""
    told = {column.name: _copied(column, times, last, words) for column in table.columns}
    execute(f"CREATE TEMP TABLE small AS SELECT * FROM {table.name}")
    execute(
        "WITH RECURSIVE n(n) AS (SELECT CAST(1 AS bigint)"
        f" UNION ALL SELECT n + 1 FROM n WHERE n < {times - 1}) "
        f"INSERT INTO {table.name} ({', '.join(map(_quoted, told))}) "
        f"SELECT {', '.join(told.values())} FROM n CROSS JOIN small AS t WHERE n.n < {times}"
    )
    execute("DROP TABLE small")


def _copied(column: Column[object], times: int, last: Mapping[str, int], words: Words) -> str:
    """Return the expression for a copy's value."""
    table, value = column.table.name, f"t.{_quoted(column.name)}"
    numbered = _REFERRED.get(column.name, table if column.name == "number" else None)
    if numbered is not None:
        return f"{value} + n.n * {last[numbered]}"
    if column.name in _RANDOM:
        return words.number
    if column.name == "id":
        return words.text
    if (table, column.name) == ("feeds", "due_at"):
        return f"{value} + {words.number} % {EVERY // timedelta(microseconds=1)}"
    if isinstance(column.type, Moment):
        return f"{value} + n.n * {MONTH // timedelta(microseconds=1) // times}"
    return f"n.n || '.' || {value}" if column.name == "host" else value


def _quoted(name: str) -> str:
    return f'"{name}"'
