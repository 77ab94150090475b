"""Commands that keep the store in order."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli.shared import ConfigOption, IgnoredConfig, JsonOption, group, load, locate, opened, tell
from monitor.errors import UsageError
from monitor.tables import Shown
from monitor.terminal import spinner, write

app = typer.Typer()
store = group("Move the store to another database.")


@app.command()
def purge(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Drop what is older than the retention; known ids and dead deliveries stay."""
    loaded = load(config, tests=False)
    with opened(loaded) as kept, spinner() as say:
        say("purging")
        dropped = kept.purge(datetime.now(UTC) - loaded.retention)
    words = ", ".join(f"{count} {name}" for name, count in dropped.items()) or "nothing"
    tell(Shown(plain=dict(dropped), words=(f"dropped: {words}",)), as_json)


@app.command()
def migrate(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Prepare the database: the store's tables, and the queue's where workers share one."""
    from monitor.errands.stores import prepare_database

    loaded = load(config, tests=False)
    with spinner() as say:
        say("preparing the database")
        prepared = prepare_database(loaded)
    words = tuple(f"the {name} is {state}" for name, state in prepared.items())
    tell(Shown(plain=dict(prepared), words=words), as_json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to make; it must not be there yet.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the store to a file, also while the service runs, and check the copy."""
    from monitor.adapters.store import back_up

    located = locate(config)
    with spinner() as say:
        size = back_up(
            located.store_url, file, lambda done, pages: say(f"copying {100 * done // max(pages, 1)} %")
        )
    words = f"{file}: {size:,} bytes, checked"
    tell(Shown(plain={"backup": str(file), "bytes": size}, words=(words,)), as_json)


@store.command("copy")
def copy_to(
    source: Annotated[str, typer.Argument(help="The address of the store to copy, as in `store.url`.")],
    target: Annotated[
        str, typer.Argument(help="The address of an empty store, or of a copy that was cut short.")
    ],
    as_json: JsonOption = False,
    _: IgnoredConfig = None,
) -> None:
    """Copy a store to another database, from SQLite to PostgreSQL or back, and check the copy."""
    from monitor.adapters.store import copy_store

    def told(table: str, done: int, rows: int) -> None:
        say(f"copying {table}: {done:,} of {rows:,}")

    with spinner() as say:
        counts = copy_store(source, target, datetime.now(UTC), told)
    words = f"{sum(counts.values()):,} rows of {len(counts)} tables copied and compared"
    tell(Shown(plain=dict(counts), words=(words,)), as_json)


@app.command("restore")
def restore_backup(
    file: Annotated[Path | None, typer.Argument(help="What `monitor backup` made.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    empty: Annotated[
        bool, typer.Option("--empty", help="Instead of a backup: the next start makes a new store.")
    ] = False,
) -> None:
    """Put a backup in the store's place; what stood there is renamed, never deleted."""
    from monitor.adapters.store import restore

    if empty == (file is not None):
        raise UsageError("say what to put in the store's place: a backup, or --empty")
    located = locate(config)
    with spinner() as say:
        say("checking and copying")
        aside = restore(located.store_url, file, datetime.now(UTC))
    words = (
        f"the store is {file} again" if file else "there is no store now; the next start makes a new one",
        *([f"what stood there is {aside}"] if aside else []),
    )
    tell(Shown(plain={"restored": file and str(file), "aside": aside and str(aside)}, words=words), as_json)


@app.command()
def version(_: IgnoredConfig = None) -> None:
    """Print the version."""
    tell_version(wanted=True)


def tell_version(*, wanted: bool) -> None:
    """Print the version and end the program, where that is wanted."""
    if wanted:
        write(f"news-monitor {__version__}\n")
        raise typer.Exit
