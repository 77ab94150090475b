"""What the commands share: options, the configuration, the store, and how an answer is shown."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from monitor.adapters.store import SqlStore
from monitor.adapters.telemetry import Telemetry
from monitor.app import open_config_store
from monitor.config.load import find_config, load_config
from monitor.config.schema import Config
from monitor.tables import Shown
from monitor.terminal import counting, show

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_TRY_LATER = 75
EXIT_CONFIG = 78

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file; else $MONITOR_CONFIG and the usual places."),
]
# Every command takes it, so that scripts need not know which reads one.
IgnoredConfig = Annotated[Path | None, typer.Option("--config", "-c", hidden=True)]
EntityArgument = Annotated[str, typer.Argument(help="An entity of the configuration.")]
LearnedOption = Annotated[
    bool, typer.Option("--learned", help="With what the store has learned, as the service judges.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def group(about: str) -> typer.Typer:
    """Return a group of commands under one word."""
    return typer.Typer(help=about, no_args_is_help=True)


def load(config: Path | None, *, tests: bool = True) -> Config:
    """Load the configuration that a command is to use; `tests` says whether its own tests must hold."""
    with counting("rows of entities") as progress:
        return load_config(find_config(config, os.environ), os.environ, run_tests=tests, progress=progress)


@contextmanager
def opened(config: Config) -> Iterator[SqlStore]:
    """Open the configuration's store for one command."""
    store = open_config_store(config)
    try:
        yield store
    finally:
        store.close()


def tell(shown: Shown, as_json: bool) -> None:
    """Show an answer; one that says that something failed ends the command so."""
    show(shown, as_json=as_json)
    if shown.failed:
        raise typer.Exit(EXIT_FAILED)


def quiet_on_terminal() -> Telemetry:
    """Return a log that leaves a terminal to the answer."""
    return Telemetry(None if sys.stderr.isatty() else sys.stderr)
