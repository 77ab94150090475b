"""What do a feed, an entry and its page say? Asked of the world, read in the sandbox."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeAlias

from monitor.articles.assemble import title_only
from monitor.articles.extract import read_announced, read_page
from monitor.articles.skim import skim
from monitor.feeds.novelty import keys_of, stands_alone
from monitor.feeds.novelty import unread as unread_entries
from monitor.feeds.pages import are_trusted
from monitor.feeds.parse import (
    completed,
    cut,
    kept_marks,
    outline_feed,
    read_cut,
    read_feed,
    read_marks,
)
from monitor.model import (
    ArticleSource,
    Document,
    Entry,
    Extracted,
    Feed,
    FeedSettings,
    FetchFailed,
    FirstPoll,
    Keep,
    NotModified,
    Outline,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Verdict,
)
from monitor.ports import FeedAnswer, Ports, Remembered
from monitor.steps.rules import Rules
from monitor.text.ids import digest63

# Of so many pages that could name nobody one is extracted.
ONE_IN = 10
_GOOD = (Verdict.FULL, Verdict.PARTIAL, Verdict.UNREAD)

_Read: TypeAlias = ParsedFeed | NotModified | FetchFailed | ParseFailed | SandboxFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAnswer:
    """What an answer says, and what was asked of the store to read it.

    `remembered` is of its entries' keys, where they were asked for. It holds until the poll is saved: nobody
    else writes keys of a feed whose lease is ours, without which nothing is saved. `settled` are the digests
    of what the last document showed.
    """

    read: _Read
    remembered: Remembered | None = None
    settled: tuple[int, ...] = ()


def unread(answer: FeedAnswer, feed: Feed) -> NotModified | FetchFailed | None:
    """Return what an answer says by itself; None of a document whose entries are not stored yet."""
    if not isinstance(answer, Document):
        return answer
    if feed.body_digest is not None and sha256(answer.body).digest() == feed.body_digest:
        return NotModified(validators=answer.validators, freshness=answer.freshness)
    return None


def read_answer(answer: FeedAnswer, feed: Feed, settings: FeedSettings, on: Ports) -> ReadAnswer:
    """Read an answer's document, unless its entries are stored already."""
    quiet = unread(answer, feed)
    if quiet is not None:
        return ReadAnswer(read=quiet)
    assert isinstance(answer, Document)  # all others are not read
    if feed.first_polled_at is None:
        # A baseline is remembered by its marks alone, and of a feed that was never read nothing is known.
        baseline = settings.first_poll is FirstPoll.BASELINE
        return ReadAnswer(read=on.sandbox.run(read_marks if baseline else read_feed, answer))
    settled = on.store.settled(feed.id)
    outline = on.sandbox.run(outline_feed, answer, settled)
    if isinstance(outline, ParsedFeed) and outline.settled:
        remembered = on.store.remembered(feed.id, keys_of(feed.id, outline), on.clock.now())
        if stands_alone(feed.id, outline, remembered.known):
            return ReadAnswer(read=outline, remembered=remembered, settled=settled)
        # What has something in common with a known entry is judged beside all others.
        outline = on.sandbox.run(outline_feed, answer, ())
    if not isinstance(outline, Outline):
        return ReadAnswer(read=outline, settled=settled)
    read, known = _filled(outline, feed, settings, answer, on)
    return ReadAnswer(read=read, remembered=known, settled=settled)


def fetched(entry: Entry, settings: FeedSettings | None, on: Ports) -> Document | FetchFailed | None:
    """Return the entry's page, why there is none, or None where none is asked for."""
    link = entry.announced.link
    return on.fetcher.get(link) if link and has_page(entry, settings) else None


def has_page(entry: Entry, settings: FeedSettings | None) -> bool:
    """Tell whether an entry's page is to be asked for."""
    source = settings.articles if settings else ArticleSource.FEED
    return source is not ArticleSource.FEED and bool(entry.announced.link)


def page_of(
    entry: Entry, answer: Document | FetchFailed | None, on: Ports
) -> Extracted | FetchFailed | SandboxFailed | None:
    """Return what the entry's page says, or why it cannot be read."""
    return on.sandbox.run(read_page, answer, entry.announced) if isinstance(answer, Document) else answer


def kept_page(answer: Document | FetchFailed | None, by: Rules) -> Document | None:
    """Return the raw page where it is to be kept."""
    return answer if by.keep is Keep.PAGES and isinstance(answer, Document) else None


def spared(entry: Entry, answer: Document | FetchFailed | None, on: Ports, by: Rules) -> Extracted | None:
    """Return what the feed carries of an entry whose page surely names nobody; else None.

    Some pages of every feed are extracted nevertheless: by them it is seen whether its pages still give text.
    """
    if not isinstance(answer, Document) or by.sieve is None or entry.read or digest63(entry.id) % ONE_IN == 0:
        return None
    if not are_trusted(on.store.pages(entry.feed_id), by.cadence.health.pages):
        return None
    skimmed = on.sandbox.run(skim, answer, entry.announced)
    if isinstance(skimmed, SandboxFailed) or not skimmed.certain or by.sieve.passes(skimmed):
        return None
    return replace(skimmed.carried, verdict=Verdict.UNREAD)


def carried(entry: Entry, page: Extracted | FetchFailed | SandboxFailed | None, on: Ports) -> Extracted:
    """Return what the feed itself carries of an entry, where the page does not suffice."""
    if isinstance(page, Extracted) and page.verdict in _GOOD:
        return page
    said = on.sandbox.run(read_announced, entry.announced)
    return title_only(entry.announced) if isinstance(said, SandboxFailed) else said


def _filled(
    outline: Outline, feed: Feed, settings: FeedSettings, answer: Document, on: Ports
) -> tuple[_Read, Remembered | None]:
    """Read those entries of an outline that are new, or whose edits may matter; the others stay outlined."""
    now, keys = on.clock.now(), keys_of(feed.id, outline.feed)
    remembered = on.store.remembered(feed.id, keys, now)
    wanted = unread_entries(feed, settings, outline.feed, remembered.known, remembered.open, now)
    if not wanted:
        return outline.feed, remembered
    read = on.sandbox.run(read_cut, cut(answer, outline, wanted))
    if not isinstance(read, ParsedFeed):
        return read, None
    whole = completed(outline, wanted, read)
    if whole is None:
        return on.sandbox.run(read_feed, answer), None
    return whole, remembered if kept_marks(outline, whole) else None
