"""What do a feed, an entry and its page say? Asked of the world, read in the sandbox."""

from hashlib import sha256

from monitor.articles.assemble import title_only
from monitor.articles.extract import read_announced, read_page
from monitor.feeds.novelty import keys_of, unread
from monitor.feeds.parse import (
    completed,
    cut,
    outline_feed,
    read_cut,
    read_feed,
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
    NotModified,
    Outline,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Verdict,
)
from monitor.ports import Ports


def read_answer(
    answer: Document | NotModified | FetchFailed, feed: Feed, settings: FeedSettings, on: Ports
) -> ParsedFeed | NotModified | FetchFailed | ParseFailed | SandboxFailed:
    """Read an answer's document, unless its entries are stored already."""
    if not isinstance(answer, Document):
        return answer
    if sha256(answer.body).digest() == feed.body_digest:
        return NotModified(validators=answer.validators, freshness=answer.freshness)
    if feed.first_polled_at is None and settings.first_poll is not FirstPoll.BASELINE:
        return on.sandbox.run(read_feed, answer)
    outline = on.sandbox.run(outline_feed, answer)
    if not isinstance(outline, Outline):
        return outline
    # A baseline is remembered by its marks alone, and of a feed that was never read nothing is known.
    return outline.feed if feed.first_polled_at is None else _filled(outline, feed, settings, answer, on)


def page_of(
    entry: Entry, settings: FeedSettings | None, on: Ports
) -> Extracted | FetchFailed | SandboxFailed | None:
    """Return what the entry's page says, why it cannot be read, or None where none is asked for."""
    source = settings.articles if settings else ArticleSource.FEED
    if source is ArticleSource.FEED or not entry.announced.link:
        return None
    answer = on.fetcher.get(entry.announced.link)
    return answer if isinstance(answer, FetchFailed) else on.sandbox.run(read_page, answer, entry.announced)


def carried(entry: Entry, page: Extracted | FetchFailed | SandboxFailed | None, on: Ports) -> Extracted:
    """Return what the feed itself carries of an entry, where the page does not suffice."""
    if isinstance(page, Extracted) and page.verdict in (Verdict.FULL, Verdict.PARTIAL):
        return page
    said = on.sandbox.run(read_announced, entry.announced)
    return title_only(entry.announced) if isinstance(said, SandboxFailed) else said


def _filled(
    outline: Outline, feed: Feed, settings: FeedSettings, answer: Document, on: Ports
) -> ParsedFeed | ParseFailed | SandboxFailed:
    """Read those entries of an outline that are new, or whose edits may matter; the others stay outlined."""
    now = on.clock.now()
    remembered = on.store.remembered(feed.id, keys_of(feed.id, outline.feed), now)
    wanted = unread(feed, settings, outline.feed, remembered.known, remembered.open, now)
    if not wanted:
        return outline.feed
    read = on.sandbox.run(read_cut, cut(outline, wanted))
    if not isinstance(read, ParsedFeed):
        return read
    whole = completed(outline, wanted, read)
    return on.sandbox.run(read_feed, answer) if whole is None else whole
