"""Commands about feeds, and entries that were given up."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, group, load, opened, tell
from monitor.model import EntryId
from monitor.ops.entries import show_failed, show_retried
from monitor.ops.feeds import export_feeds, import_feeds, show_feeds

feeds = group("List, import and export feeds.")
entries = group("List entries that were given up, and try them again.")


@feeds.command("list")
def feeds_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the feeds and how they are."""
    with opened(load(config, tests=False)) as store:
        tell(show_feeds(store.status(datetime.now(UTC))), as_json)


@feeds.command("import")
def feeds_import(
    opml: Annotated[Path, typer.Argument(help="An OPML file; it stays where it is.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the configuration read an OPML file."""
    loaded = load(config, tests=False)
    tell(import_feeds(loaded.path, loaded.feeds, opml), as_json)


@feeds.command("export")
def feeds_export(
    config: ConfigOption = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="Write addresses whole, with secrets.")] = False,
) -> None:
    """Print the configured feeds as OPML."""
    text, cut = export_feeds(load(config, tests=False).feeds, datetime.now(UTC), secrets=secrets)
    sys.stdout.write(text)
    if cut:
        sys.stderr.write(f"{cut} addresses are written without user and query values; --secrets keeps them\n")


@entries.command("list")
def entries_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 100,
) -> None:
    """Show the entries that were given up, and why."""
    with opened(load(config, tests=False)) as store:
        tell(show_failed(store.failed_entries(limit)), as_json)


@entries.command("retry")
def entries_retry(
    entries: Annotated[list[str] | None, typer.Argument(help="Ids of entries; all by default.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have entries that were given up tried again."""
    wanted = tuple(EntryId(each) for each in entries or ())
    with opened(load(config, tests=False)) as store:
        retried = store.retry_failed(wanted, datetime.now(UTC))
    tell(show_retried(wanted, retried), as_json)
