"""Commands that run the service, or look after it."""

import gc
import signal
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import (
    ConfigOption,
    IgnoredConfig,
    JsonOption,
    load,
    locate,
    quiet_on_terminal,
    stopped_by_signals,
    tell,
)
from monitor.errors import UsageError
from monitor.terminal import spinner

if TYPE_CHECKING:
    from monitor.config.schema import Config
    from monitor.ports import Report

# Python's own: a service holds large things, whose memory is wanted back.
OBJECTS_BETWEEN_LOOKS = 700

app = typer.Typer()


@app.command()
def run(config: ConfigOption = None) -> None:
    """Serve: poll, process and deliver until SIGTERM; SIGHUP reloads the configuration."""
    _serve(load(config))


@app.command()
def worker(config: ConfigOption = None) -> None:
    """Serve as one of any number of workers on one queue in PostgreSQL, until SIGTERM."""
    loaded = load(config)
    if loaded.engine != "procrastinate":
        raise UsageError("workers share a queue: set 'engine: procrastinate', or call `monitor run`")
    _serve(loaded)


@app.command()
def once(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One pass: poll what is due, process and deliver all that follows, then exit."""
    from monitor.app import Worker
    from monitor.ops.once import show_once

    loaded = load(config)
    counted: Counter[str] = Counter()
    with spinner() as say:

        def seen(report: "Report") -> None:
            counted.update({f"{report.step}.{report.outcome}": 1, **report.counts})
            say(", ".join(f"{count} {name}" for name, count in sorted(counted.items()) if "." in name))

        # One pass is made by one process, whatever serves otherwise.
        alone = replace(loaded, engine="embedded")
        worker = Worker(alone, telemetry=quiet_on_terminal(), seen=seen)
        try:
            worker.once()
            status = worker.store.status(datetime.now(UTC))
        finally:
            worker.close()
    tell(show_once(counted, status), as_json)


@app.command()
def demo(
    _: IgnoredConfig = None,
    as_json: JsonOption = False,
    keep: Annotated[bool, typer.Option("--keep", help="Go on afterwards, until Ctrl-C.")] = False,
) -> None:
    """Run the whole worker on bundled seeds, with a feed server and a receiver on loopback."""
    from monitor.adapters.telemetry import Telemetry
    from monitor.app import Worker
    from monitor.demo.run import run_demo
    from monitor.serving import serve

    with spinner() as say:

        def worker(config: "Config") -> Worker:
            return Worker(
                config, telemetry=Telemetry(None), seen=lambda report: say(f"{report.step}: {report.outcome}")
            )

        with run_demo(worker, say) as (config, shown):
            say("")
            tell(shown, as_json)
            if keep:
                stop = stopped_by_signals()
                serve(Worker(config), stop, threading.Event())


@app.command()
def health(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Exit 0 where the running service says that it is ready."""
    from monitor.ops.health import show_health

    tell(show_health(locate(config).listen), as_json)


def _serve(loaded: "Config") -> None:
    """Be a worker until a signal ends it."""
    from monitor.adapters.allocator import bound_kept_memory
    from monitor.app import Worker
    from monitor.serving import serve, watch_file

    # What importing made stays, and need not be looked at.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)
    # Before there are threads, of which each would have an arena.
    bound_kept_memory()
    # Signals that come before we serve are kept.
    stop, changed = stopped_by_signals(), threading.Event()
    signal.signal(signal.SIGHUP, lambda *_: changed.set())
    if loaded.reload == "watch":
        threading.Thread(target=watch_file, args=(loaded.path, changed.set, stop), daemon=True).start()
    serve(Worker(loaded), stop, changed)
