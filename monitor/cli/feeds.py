"""Commands about feeds, and entries that were given up."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, group, load, locate, opened, tell
from monitor.errors import UsageError
from monitor.terminal import ask, is_interactive, show_tables, spinner, write

if TYPE_CHECKING:
    from monitor.feeds.discovery import FoundFeed
    from monitor.ops.discovery import Looked
    from monitor.ops.steering import Deed

feeds = group("List, add, import and export feeds; poll, reset and pause one.")
FeedIds = Annotated[list[str], typer.Argument(help="Ids of feeds, as `monitor feeds list` shows them.")]
entries = group("List entries that were given up, and try them again.")


@feeds.command("list")
def feeds_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the feeds and how they are."""
    from monitor.ops.status import show_feeds

    with opened(locate(config)) as store:
        tell(show_feeds(store.status(datetime.now(UTC))), as_json)


@feeds.command("add")
def feeds_add(
    address: Annotated[str, typer.Argument(help="A feed, or a site whose feeds are looked for.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--all", help="Add every feed that was found.")] = False,
    pick: Annotated[
        int | None, typer.Option("--pick", help="Add the one with this number in the list.", min=1)
    ] = None,
    name: Annotated[
        str | None, typer.Option("--id", help="The feed's id, instead of one made of it.")
    ] = None,
) -> None:
    """Find the feeds of a site, and put one into the configuration."""
    from monitor.errands.pages import web_and_sandbox
    from monitor.ops.discovery import look_for_feeds, passed_over_words
    from monitor.ops.feeds import add_found_feeds

    if everything and (pick is not None or name is not None):
        raise UsageError("--all goes with neither --pick nor --id")
    loaded, now = load(config, tests=False), datetime.now(UTC)
    with web_and_sandbox(loaded.fetch) as (door, sandbox), spinner() as say:
        looked = look_for_feeds(address, door, sandbox, now, say)
    if looked.failed:
        raise UsageError("\n".join((looked.failed, *passed_over_words(looked))))
    chosen = looked.feeds if everything else (choose_feed(looked, pick, now, asking=not as_json),)
    shown = add_found_feeds(loaded.path, loaded.feeds, looked, chosen, os.environ, now, name)
    tell(shown, as_json)


def choose_feed(looked: "Looked", pick: int | None, now: datetime, *, asking: bool) -> "FoundFeed":
    """Return one of the feeds that were found: the one picked, the one that is asked for, or the best."""
    from monitor.ops.discovery import feeds_found_table

    feeds, typed = looked.feeds, "1"
    if pick is None and len(feeds) > 1 and asking and is_interactive():
        show_tables([feeds_found_table(feeds, now)])
        typed = ask("which one? (its number)", "1")
    number = pick or (int(typed) if typed.isdecimal() else 0)
    if not 1 <= number <= len(feeds):
        raise UsageError(f"there is no number {pick or typed} among the {len(feeds)} feeds found")
    return feeds[number - 1]


@feeds.command("import")
def feeds_import(
    opml: Annotated[Path, typer.Argument(help="An OPML file; it stays where it is.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the configuration read an OPML file."""
    from monitor.ops.feeds import import_feeds

    loaded = load(config, tests=False)
    tell(import_feeds(loaded.path, loaded.feeds, opml, os.environ), as_json)


@feeds.command("export")
def feeds_export(
    config: ConfigOption = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="Write addresses whole, with secrets.")] = False,
) -> None:
    """Print the configured feeds as OPML."""
    from monitor.ops.feeds import export_feeds

    text, cut = export_feeds(load(config, tests=False).feeds, datetime.now(UTC), secrets=secrets)
    write(text)
    if cut:
        sys.stderr.write(f"{cut} addresses are written without user and query values; --secrets keeps them\n")


@feeds.command("poll")
def feeds_poll(
    names: Annotated[list[str] | None, typer.Argument(help="Ids of feeds.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    everything: Annotated[bool, typer.Option("--all", help="Every feed that is not paused.")] = False,
) -> None:
    """Have feeds polled now; works beside the running service."""
    if everything == bool(names):
        raise UsageError("say which: ids of feeds, as `monitor feeds list` shows them, or --all")
    _steer("poll", names or None, config, as_json)


@feeds.command("reset")
def feeds_reset(names: FeedIds, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Forget what feeds answered and how they failed; what they show next is remembered, without alerts."""
    _steer("reset", names, config, as_json)


@feeds.command("pause")
def feeds_pause(names: FeedIds, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Have feeds rest, also after a restart."""
    _steer("pause", names, config, as_json)


@feeds.command("resume")
def feeds_resume(names: FeedIds, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Have feeds that rest polled again."""
    _steer("resume", names, config, as_json)


def _steer(deed: "Deed", names: list[str] | None, config: Path | None, as_json: bool) -> None:
    from monitor.ops.steering import steer_feeds

    loaded = load(config, tests=False)
    with opened(loaded) as store:
        tell(steer_feeds(deed, names, store, [feed.id for feed in loaded.feeds], datetime.now(UTC)), as_json)


@entries.command("list")
def entries_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 100,
) -> None:
    """Show the entries that were given up, and why."""
    from monitor.ops.entries import show_failed

    with opened(locate(config)) as store:
        tell(show_failed(store.failed_entries(limit)), as_json)


@entries.command("retry")
def entries_retry(
    entries: Annotated[list[str] | None, typer.Argument(help="Ids of entries; all by default.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have entries that were given up tried again."""
    from monitor.model import EntryId
    from monitor.ops.entries import show_retried

    wanted = tuple(EntryId(each) for each in entries or ())
    with opened(locate(config)) as store:
        retried = store.retry_failed(wanted, datetime.now(UTC))
    tell(show_retried(wanted, retried), as_json)
