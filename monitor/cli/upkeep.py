"""Commands that keep the store in order."""

import sys
from datetime import UTC, datetime

import typer

from monitor import __version__
from monitor.cli.shared import ConfigOption, IgnoredConfig, JsonOption, load, opened, tell
from monitor.tables import Shown
from monitor.terminal import spinner

app = typer.Typer()


@app.command()
def purge(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Drop what is older than the retention; known ids and dead deliveries stay."""
    loaded = load(config, tests=False)
    with opened(loaded) as store, spinner() as say:
        say("purging")
        dropped = store.purge(datetime.now(UTC) - loaded.retention)
    words = ", ".join(f"{count} {name}" for name, count in dropped.items()) or "nothing"
    tell(Shown(plain=dict(dropped), words=(f"dropped: {words}",)), as_json)


@app.command()
def version(_: IgnoredConfig = None) -> None:
    """Print the version."""
    sys.stdout.write(f"news-monitor {__version__}\n")
