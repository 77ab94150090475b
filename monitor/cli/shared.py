"""What the commands share: options, the configuration, the store, and how an answer is shown.

Nothing that takes long to import is imported above a function, here and in every file of commands: each
command imports what it needs itself. `run`, `once` and `demo` import `monitor.app`, which is all of it.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.tables import Shown
from monitor.terminal import counting, show

if TYPE_CHECKING:
    from monitor.adapters.store import SqlStore
    from monitor.adapters.telemetry import Telemetry
    from monitor.config.glance import Whereabouts
    from monitor.config.schema import Config

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


def load(config: Path | None, *, tests: bool = True) -> "Config":
    """Load the configuration that a command is to use; `tests` says whether its own tests must hold."""
    from monitor.config.load import load_config
    from monitor.config.tree import find_config

    if tests:
        from monitor.errands.words import use_ready_words

        use_ready_words()
    with counting("rows of entities") as progress:
        return load_config(find_config(config, os.environ), os.environ, run_tests=tests, progress=progress)


def locate(config: Path | None) -> "Config | Whereabouts":
    """Return where the configuration's store and service are; all of it is read only where it is at fault."""
    from monitor.config.glance import glance
    from monitor.config.tree import find_config

    return glance(find_config(config, os.environ), os.environ) or load(config, tests=False)


@contextmanager
def opened(config: "Config | Whereabouts") -> Iterator["SqlStore"]:
    """Open the configuration's store for one command."""
    from monitor.errands.stores import open_command_store

    store = open_command_store(config.store_url)
    try:
        yield store
    finally:
        store.close()


def tell(shown: Shown, as_json: bool) -> None:
    """Show an answer; one that says that something failed ends the command so."""
    show(shown, as_json=as_json)
    if shown.failed:
        raise typer.Exit(EXIT_FAILED)


def stopped_by_signals() -> threading.Event:
    """Return an event that Ctrl-C and SIGTERM set from here on, instead of ending us in the middle."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def quiet_on_terminal() -> "Telemetry":
    """Return a log that leaves a terminal to the answer."""
    from monitor.adapters.telemetry import Telemetry

    return Telemetry(None if sys.stderr.isatty() else sys.stderr)
