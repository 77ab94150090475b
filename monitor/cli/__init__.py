"""Arguments → call → print → exit code."""

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from monitor.adapters.crashes import guard_threads, say
from monitor.cli import articles, checking, context, deliveries, feeds, held, service, setup, upkeep
from monitor.cli.shared import EXIT_CONFIG, EXIT_FAILED, EXIT_TRY_LATER, EXIT_USAGE
from monitor.errors import AddressTaken, ConfigError, MonitorError, StoreDamaged, StoreError, UsageError

# Before Python looks for garbage again; it is 700 by default. Importing makes nearly as many, which all stay.
_OBJECTS_BETWEEN_LOOKS = 200_000

app = typer.Typer(
    help="Watches news feeds for entities and sends signed webhook alerts with evidence.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for _commands in (setup.app, service.app, checking.app, upkeep.app):
    app.add_typer(_commands)
for _name, _group in (
    ("feeds", feeds.feeds),
    ("articles", articles.articles),
    ("context", context.context),
    ("deliveries", deliveries.deliveries),
    ("entries", feeds.entries),
    ("held", held.held),
    ("silence", held.silence),
    ("receivers", deliveries.receivers),
    ("store", upkeep.store),
):
    app.add_typer(_group, name=_name)


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", is_eager=True, callback=upkeep.tell_version
        ),
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run a command and end with its exit code."""
    guard_threads()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    try:
        _run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    else:
        code = 0
    code = _hand_over() or code
    atexit._run_exitfuncs()  # noqa: SLF001  (what Python would call)
    # Python would take all modules apart, which is as much work as to import a fourth of them.
    os._exit(code)


def _run() -> None:
    """Run a command; every error raised on purpose becomes a line and an exit code, any other a report."""
    try:
        app(standalone_mode=True)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CONFIG)
    except UsageError as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(EXIT_USAGE)
    except StoreDamaged as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(EXIT_FAILED)
    except (StoreError, AddressTaken) as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(EXIT_TRY_LATER)
    except MonitorError as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(EXIT_FAILED)
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    except Exception as error:  # noqa: BLE001  (a bug: its words may hold secrets, so Python must not tell it)
        say(error)
        sys.exit(EXIT_FAILED)


def _hand_over() -> int:
    """Write out what was said; return the exit code of an answer that was not taken, or 0.

    What standard error does not take, on a full disk, is dropped: nobody can be told.
    """
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        return EXIT_FAILED
    return 0
