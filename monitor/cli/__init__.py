"""Arguments → call → print → exit code."""

import os
import sys
from typing import Annotated

import typer

from monitor.adapters.crashes import guard_threads, say
from monitor.cli import articles, checking, context, deliveries, feeds, held, service, setup, upkeep
from monitor.cli.shared import EXIT_CONFIG, EXIT_FAILED, EXIT_TRY_LATER, EXIT_USAGE
from monitor.errors import AddressTaken, ConfigError, MonitorError, StoreDamaged, StoreError, UsageError

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


def main() -> None:
    """Run a command; every error raised on purpose becomes a line and an exit code, any other a report."""
    guard_threads()
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
    finally:
        _let_go_of_the_log()


def _let_go_of_the_log() -> None:
    """Drop what standard error did not take, on a full disk: at its end Python would fail for it."""
    try:
        sys.stderr.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
