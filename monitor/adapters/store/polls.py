"""What does the store remember of feeds and of the entries that they announced?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, insert, literal, select, update

from monitor.adapters.store.claims import save_claimed
from monitor.adapters.store.columns import microseconds, storable
from monitor.adapters.store.dialect import insert_new, insert_plain, upsert
from monitor.adapters.store.schema import (
    announcements,
    articles,
    entries,
    entry_keys,
    feeds,
    page_memories,
    rhythms,
)
from monitor.adapters.store.settled import save_settled
from monitor.model import (
    Announced,
    Entry,
    EntryId,
    EntryKey,
    EntryState,
    Feed,
    FeedId,
    FeedSettings,
    FeedState,
    PageMemory,
    Rhythm,
    Validators,
)
from monitor.ports import Claim, FeedsChange, Step
from monitor.text.ids import digest63
from monitor.text.urls import host_of

# Of values in one statement; databases allow some ten thousand.
_BATCH = 1000
# Keys that an entry may learn: it stays known by those that it has, whatever else its feed changes.
MOST_LEARNED = 32
# What is asked of a feed to see whether its configuration changes it.
_COMPARED: Select[Any] = select(
    feeds.c.number,
    feeds.c.id,
    feeds.c.active,
    feeds.c.host,
    feeds.c.shown_url,
    feeds.c.url_digest,
    feeds.c.every,
    feeds.c.due_at,
    feeds.c.state,
    feeds.c.paused_at,
)
_NEW_ENTRY = (
    "id",
    "feed_number",
    "state",
    "host",
    "first_seen_at",
    "due_at",
    "attempts",
    "failures",
    "learned",
    "lease_token",
    "lease_until",
)
_NO_LEASE = {"lease_token": None, "lease_until": None}
# Columns that are fields of a feed, and of its rhythm.
_OWN = (
    "id",
    "shown_url",
    "title",
    "body_digest",
    "moved_to",
    "moved_times",
    "moved",
    "state",
    "reason",
    "state_since",
    "relapses",
    "calm",
    "failures",
    "polls",
    "entries",
    "interval",
    "due_at",
    "first_polled_at",
    "last_ok_at",
    "last_new_at",
    "last_well_at",
)
_LEARNED = (
    "hour",
    "busy",
    "watched",
    "news",
    "quiet",
    "silent",
    "longest_quiet",
    "longest_silent",
    "shares",
)
# All but what is configured. To ask for many values at once costs a third of asking for each.
POLLED = _OWN[2:]
_values_polled, _values_learned = attrgetter(*POLLED), attrgetter(*_LEARNED)


# ---- feeds -------------------------------------------------------------------------------------


def find_feed(connection: Connection, feed: FeedId) -> Feed | None:
    """Return a feed as stored."""
    row = connection.execute(_the_feed(), {"of_feed": feed}).one_or_none()
    return None if row is None else feed_of(row)


def claimed_feeds(connection: Connection, tokens: Mapping[int, str]) -> Sequence[Claim[Feed]]:
    """Return claims of the feeds of these numbers, the longest due first."""
    rows = connection.execute(_the_feeds(), {"numbers": list(tokens)})
    return tuple(Claim(row=feed_of(row), token=tokens[row[0]]) for row in rows)


@cache
def _the_feed() -> Select[Any]:
    return _feeds_remembered().where(feeds.c.id == bindparam("of_feed"))


@cache
def _the_feeds() -> Select[Any]:
    these = feeds.c.number.in_(bindparam("numbers", expanding=True))
    return _feeds_remembered().where(these).order_by(feeds.c.due_at)


def _feeds_remembered() -> Select[Any]:
    """Return the statement for feeds with what is remembered of each, in the order of `feed_of`."""
    own = [feeds.c[name] for name in ("number", *_OWN, "etag", "last_modified")]
    learned = [rhythms.c[name] for name in _LEARNED]
    return (
        select(*own, page_memories.c.pages, *learned)
        .outerjoin(rhythms, rhythms.c.feed_number == feeds.c.number)
        .outerjoin(page_memories, page_memories.c.feed_number == feeds.c.number)
    )


def feed_of(row: Row[Any]) -> Feed:
    """Return the feed that a row of feeds, with what is remembered of it, holds.

    By position: to ask a row for each value by its name costs more than all the rest.
    """
    _, *own, etag, last_modified, pages = row[: len(_OWN) + 4]
    learned = row[len(_OWN) + 4 :]
    return Feed(
        **dict(zip(_OWN, own, strict=True)),
        validators=Validators(etag=etag, last_modified=last_modified),
        rhythm=None if learned[0] is None else Rhythm(**dict(zip(_LEARNED, learned, strict=True))),
        pages=pages or PageMemory(),
    )


def rhythm_row(rhythm: Rhythm) -> dict[str, object]:
    """Return the columns of a rhythm."""
    return dict(zip(_LEARNED, _values_learned(rhythm), strict=True))


def remembered(feed: Feed) -> dict[str, object]:
    """Return the columns of what polling changes; what is configured is not among them."""
    polled = dict(zip(POLLED, _values_polled(feed), strict=True))
    return polled | {"etag": feed.validators.etag, "last_modified": feed.validators.last_modified}


# ---- the configuration's feeds -------------------------------------------------------------------


def sync_feeds(connection: Connection, wanted: Sequence[FeedSettings], now: datetime) -> FeedsChange:
    """Make the configured feeds the active ones.

    A new URL forgets validators, digest and redirect, which belong to the old one; known entries stay
    known. A row that changes loses its lease: a poll under the old settings must not overwrite it.
    """
    stored = {row.id: row for row in connection.execute(_COMPARED)}
    new = [settings for settings in wanted if settings.id not in stored]
    changed = [
        {"at": stored[settings.id].number, **values}
        for settings in wanted
        if settings.id in stored and (values := _changes(stored[settings.id], settings, now))
    ]
    kept = {settings.id for settings in wanted}
    removed = [row for row in stored.values() if row.active and row.id not in kept]
    # In batches: a row takes far more memory than its settings, and there may be a million.
    for start in range(0, len(new), _BATCH):
        rows = [_new_row(settings, now) for settings in new[start : start + _BATCH]]
        # Another instance may add the same ones at this moment.
        connection.execute(insert_new(connection, feeds), rows)
    _update_each(connection, changed)
    _update_each(connection, [{"at": row.number, "active": False} for row in removed])
    added = [s.id for s in wanted if s.id not in stored or not stored[s.id].active]
    return FeedsChange(
        added=tuple(added), removed=tuple(row.id for row in removed), kept=len(kept) - len(added)
    )


def _new_row(settings: FeedSettings, now: datetime) -> dict[str, object]:
    fresh = Feed(id=settings.id, shown_url=settings.shown_url, due_at=now)
    if settings.every is not None:
        fresh = Feed(id=settings.id, shown_url=settings.shown_url, due_at=now, interval=settings.every)
    return {"id": fresh.id, "active": True} | _configured(settings) | remembered(fresh)


def _configured(settings: FeedSettings) -> dict[str, object]:
    return {
        "host": host_of(settings.url),
        "shown_url": settings.shown_url,
        "url_digest": digest63(settings.url),
        "every": settings.every,
    }


def _changes(row: Row[Any], settings: FeedSettings, now: datetime) -> dict[str, object]:
    """Return the columns to write, or nothing where the row says already what is configured."""
    configured = _configured(settings)
    same = row.active and all(getattr(row, name) == value for name, value in configured.items())
    if same:
        return {}
    due_at = row.due_at
    forgotten: dict[str, object] = {}
    if row.url_digest != configured["url_digest"]:
        nothing = {"etag": None, "last_modified": None, "body_digest": None, "moved_to": None}
        forgotten = nothing | {"moved_times": 0, "moved": False}
        due_at = min(due_at, now)
    # A feed that is gone stays unasked until its URL changes.
    elif settings.every is not None and settings.every != row.every and row.state is not FeedState.GONE:
        due_at = min(due_at, now + settings.every)
    if row.paused_at is not None:
        due_at = row.due_at
    return {"active": True, "due_at": due_at} | configured | forgotten | _NO_LEASE


def _update_each(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows by their number in `at`, those with the same columns together."""
    by_columns: dict[tuple[str, ...], list[Mapping[str, object]]] = {}
    for row in rows:
        by_columns.setdefault(tuple(row), []).append(row)
    for columns, same in by_columns.items():
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns if name != "at"}
        connection.execute(
            update(feeds).where(feeds.c.number == bindparam("new_at")).values(values),
            [{f"new_{name}": value for name, value in row.items()} for row in same],
        )


# ---- entries -----------------------------------------------------------------------------------


def save_poll(
    connection: Connection,
    claim: Claim[Feed],
    feed: Feed,
    new: Sequence[Entry],
    learned: Mapping[EntryKey, EntryId],
    settled: Sequence[int] | None = None,
    claimed: Sequence[Claim[Entry]] = (),
    until: datetime | None = None,
) -> None:
    """Write a polled feed, its new entries, further keys of known ones, and which are settled now.

    Those that are `claimed` are held `until` then.
    """
    feed_number = save_claimed(connection, Step.POLL, claim, remembered(feed))
    if feed.rhythm is not None and feed.rhythm != claim.row.rhythm:
        row = {"feed_number": feed_number, **rhythm_row(feed.rhythm)}
        connection.execute(upsert(connection, rhythms, "feed_number"), row)
    if settled is not None:
        save_settled(connection, feed_number, settled)
    if not new and not learned:
        return
    added = _add_entries(connection, feed_number, new, {each.row.id: each.token for each in claimed}, until)
    numbers = added | _numbers_of(connection, {*learned.values(), *(e.id for e in new)} - added.keys())
    pending = [entry for entry in new if entry.id in added and entry.state is EntryState.PENDING]
    if pending:
        connection.execute(
            insert(announcements),
            [
                {"entry_number": numbers[each.id], "marks": each.keys, "announced": each.announced}
                for each in pending
            ],
        )
    keys = {key: numbers[entry.id] for entry in reversed(new) for key in entry.keys}
    keys |= {key: numbers[entry] for key, entry in _admitted(connection, learned).items() if entry in numbers}
    if keys:
        rows = [(feed_number, key, number) for key, number in sorted(keys.items())]
        insert_plain(connection, entry_keys, ("feed_number", "key", "entry_number"), rows)


def _admitted(connection: Connection, learned: Mapping[EntryKey, EntryId]) -> Mapping[EntryKey, EntryId]:
    """Count the further keys of each entry, and return those for which it has room."""
    if not learned:
        return {}
    ids = sorted(set(learned.values()))
    rows = connection.execute(select(entries.c.id, entries.c.learned).where(entries.c.id.in_(ids)))
    before = {row.id: row.learned for row in rows}
    now = dict(before)
    admitted: dict[EntryKey, EntryId] = {}
    for key, entry in learned.items():
        if now.get(entry, 0) < MOST_LEARNED:
            admitted[key] = entry
            now[entry] = now.get(entry, 0) + 1
    for entry, count in before.items():
        if now[entry] > count:
            connection.execute(update(entries).where(entries.c.id == entry).values(learned=now[entry]))
    return admitted


def claimed_entries(connection: Connection, tokens: Mapping[int, str]) -> Sequence[Claim[Entry]]:
    """Return claims of the entries of these numbers, the longest due first."""
    rows = connection.execute(_the_entries(), {"numbers": list(tokens)})
    return tuple(Claim(row=_entry_of(row), token=tokens[row.number]) for row in rows)


@cache
def _the_entries() -> Select[Any]:
    return (
        select(
            entries,
            feeds.c.id.label("feed_id"),
            announcements.c.announced,
            announcements.c.marks,
            exists().where(articles.c.entry_number == entries.c.number).label("read"),
        )
        .join(feeds, feeds.c.number == entries.c.feed_number)
        .outerjoin(announcements, announcements.c.entry_number == entries.c.number)
        .where(entries.c.number.in_(bindparam("numbers", expanding=True)))
        .order_by(entries.c.due_at)
    )


def save_postponed(connection: Connection, claim: Claim[Entry], entry: Entry) -> None:
    """Write when an entry is tried again, and how often it was."""
    values = {"state": entry.state, "due_at": entry.due_at, "attempts": entry.attempts}
    save_claimed(connection, Step.PROCESS, claim, values)


def pages_of(connection: Connection, feed: FeedId) -> PageMemory:
    """Return what is remembered of a feed's pages, which nobody else changes until this transaction ends."""
    statement = select(page_memories.c.pages).where(page_memories.c.feed_number == _number_of(feed))
    pages: PageMemory | None = connection.execute(statement.with_for_update()).scalar()
    if pages is not None:
        return pages
    # Two may read a feed's first pages at once: the second must see what the first remembers.
    blank = literal(PageMemory(), page_memories.c.pages.type)
    first = select(feeds.c.number, blank).where(feeds.c.id == feed)
    connection.execute(insert_new(connection, page_memories).from_select(["feed_number", "pages"], first))
    return connection.execute(statement.with_for_update()).scalar() or PageMemory()


def known_pages(connection: Connection, feed: FeedId) -> PageMemory:
    """Return what is remembered of a feed's pages."""
    pages = select(page_memories.c.pages).where(page_memories.c.feed_number == _number_of(feed))
    return connection.execute(pages).scalar() or PageMemory()


def save_pages(connection: Connection, feed: FeedId, pages: PageMemory) -> None:
    """Write what is remembered of a feed's pages."""
    row = {"feed_number": _number_of(feed), "pages": pages}
    connection.execute(upsert(connection, page_memories, "feed_number").values(row))


def _entry_of(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        feed_id=row.feed_id,
        keys=row.marks or (),
        announced=row.announced or Announced(),
        host=row.host,
        state=row.state,
        first_seen_at=row.first_seen_at,
        due_at=row.due_at,
        attempts=row.attempts,
        read=row.read,
    )


def _add_entries(
    connection: Connection,
    feed_number: int,
    new: Sequence[Entry],
    tokens: Mapping[EntryId, str],
    until: datetime | None,
) -> dict[EntryId, int]:
    """Insert entries, some under leases; return the numbers of those that were not there yet."""
    if not new:
        return {}
    columns, ends = entries.c, None if until is None else microseconds(until)
    rows = [
        (
            entry.id,
            feed_number,
            entry.state.value,
            storable(entry.host),
            microseconds(entry.first_seen_at),
            microseconds(entry.due_at),
            entry.attempts,
            0,
            0,
            tokens.get(entry.id),
            ends if entry.id in tokens else None,
        )
        for entry in new
    ]
    added = insert_plain(connection, entries, _NEW_ENTRY, rows, columns.id, columns.number)
    return {row.id: row.number for row in added}


def _numbers_of(connection: Connection, ids: Collection[EntryId]) -> dict[EntryId, int]:
    numbers: dict[EntryId, int] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _BATCH):
        statement = select(entries.c.id, entries.c.number).where(
            entries.c.id.in_(wanted[start : start + _BATCH])
        )
        numbers.update((row.id, row.number) for row in connection.execute(statement))
    return numbers


def _number_of(feed: FeedId) -> Any:  # noqa: ANN401  (a subquery)
    return select(feeds.c.number).where(feeds.c.id == feed).scalar_subquery()
