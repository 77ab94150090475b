"""`monitor feeds`: list, add, import and export feeds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitor.config.editing import add_feeds
from monitor.config.feeds import LARGEST_OPML, feed_id
from monitor.config.files import read_bytes
from monitor.config.opml import Outline, read_opml, write_opml
from monitor.config.values import spelled
from monitor.errors import UsageError
from monitor.feeds.discovery import FoundFeed
from monitor.model import FeedSettings
from monitor.ops.discovery import Looked, feeds_found_table, passed_over_words, plain_feed
from monitor.tables import Shown, many
from monitor.text.urls import canonical_url


def export_feeds(feeds: Sequence[FeedSettings], now: datetime, *, secrets: bool) -> tuple[str, int]:
    """Return the configured feeds as OPML, and how many addresses are not whole.

    Without `secrets`, what may be secret in an address (user, password, query values) is left out. A feed
    that no list gave a title is titled by its id.
    """
    cut = 0 if secrets else sum(feed.url != feed.shown_url for feed in feeds)
    return write_opml([_outline(feed, secrets=secrets) for feed in feeds], now), cut


def _outline(feed: FeedSettings, *, secrets: bool) -> Outline:
    url = feed.url if secrets else feed.shown_url
    return Outline(
        title=feed.title or feed.id,
        url=url,
        labels=feed.labels,
        id="" if feed.id == feed_id(url) else feed.id,
        every="" if feed.every is None else spelled(feed.every),
    )


def import_feeds(
    config: Path, known: Sequence[FeedSettings], opml: Path, environ: Mapping[str, str]
) -> Shown:
    """Make a configuration read an OPML file: one more member `opml: FILE` of `feeds:`.

    The file stays where it is and stays the place to edit.

    Raises:
        ConfigError: the configuration would not hold with it.
        UsageError: the file is no OPML or holds no feed, or the configuration cannot be changed.
    """
    try:
        found = read_opml(read_bytes(opml, str(opml), LARGEST_OPML))
    except ValueError as error:
        raise UsageError(f"{opml}: cannot be read as OPML: {error}") from error
    urls = {feed.url for feed in known}
    new = [feed for feed in found if feed.url not in urls]
    if not found:
        raise UsageError(f"{opml}: holds no feed")
    if new:
        add_feeds(config, [{"opml": _relative(opml, config)}], environ)
    words = f"{many(len(new), 'feed', 'feeds')} added to {config}, {len(found) - len(new)} were there already"
    return Shown(plain={"added": len(new), "known": len(found) - len(new)}, words=(words, *_reload(new)))


def add_found_feeds(
    config: Path,
    known: Sequence[FeedSettings],
    looked: Looked,
    chosen: Sequence[FoundFeed],
    environ: Mapping[str, str],
    now: datetime,
    name: str | None = None,
) -> Shown:
    """Write the chosen ones of the feeds that were found into a configuration; `name` becomes their id.

    Raises:
        ConfigError: the configuration would not hold with them.
        UsageError: the configuration cannot be changed.
    """
    ids = {canonical_url(feed.url): feed.id for feed in known}
    new = [feed for feed in chosen if canonical_url(feed.url) not in ids]
    old = [feed for feed in chosen if canonical_url(feed.url) in ids]
    if new:
        add_feeds(config, [_as_written(feed, name) for feed in new], environ)
    added = [{"id": name or feed_id(feed.url), **plain_feed(feed)} for feed in new]
    present = [{"id": ids[canonical_url(feed.url)], **plain_feed(feed)} for feed in old]
    words = (
        *(f"added to {config}: {each['id']}, {each['url']}" for each in added),
        *(f"there already: {each['id']}, {each['url']}" for each in present),
    )
    if len(chosen) == 1 < len(looked.feeds):
        number = looked.feeds.index(chosen[0]) + 1
        others = "`--pick N` takes another one, `--all` takes all"
        words = (f"taken: number {number} of the {len(looked.feeds)} that were found; {others}", *words)
    left = [plain_feed(feed) for feed in looked.feeds if feed not in chosen]
    return Shown(
        plain={"added": added, "present": present, "others": left},
        tables=(feeds_found_table(looked.feeds, now),) if len(looked.feeds) > 1 else (),
        words=(*passed_over_words(looked), *words, *_reload(new)),
    )


def _as_written(feed: FoundFeed, name: str | None) -> str | Mapping[str, str]:
    key = "sitemap" if feed.format == "sitemap" else "url"
    named = {"id": name} if name else {}
    return feed.url if key == "url" and not named else {**named, key: feed.url}


def _reload(new: Sequence[object]) -> tuple[str, ...]:
    return ("a running service takes it up at SIGHUP, or by itself with `reload: watch`",) if new else ()


def _relative(opml: Path, config: Path) -> str:
    try:
        return str(opml.resolve().relative_to(config.resolve().parent))
    except ValueError:
        return str(opml.resolve())
