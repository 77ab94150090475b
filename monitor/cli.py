"""Arguments → call → print → exit code."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import __version__
from monitor.adapters.parallel import cores, ordered_map
from monitor.adapters.store import SqlStore
from monitor.adapters.telemetry import Telemetry
from monitor.app import (
    Worker,
    build_learned_rules,
    build_rules,
    command_ports,
    fetch_page,
    open_config_store,
    read_apart,
    serve,
    watch_file,
)
from monitor.config.load import find_config, load_config
from monitor.config.schema import Config
from monitor.demo.run import run_demo
from monitor.errors import AddressTaken, ConfigError, MonitorError, StoreError, UsageError
from monitor.model import DeliveryId, EntityId, EntryId, LearnedContext, ReceiverName, WatchlistId
from monitor.ops.check import show_check
from monitor.ops.context import (
    SPEAKS,
    change_context,
    edit_words,
    entity_named,
    export_contexts,
    show_context,
    show_contexts,
)
from monitor.ops.deliveries import parse_since, parse_state, show_deliveries, show_delivery
from monitor.ops.entries import show_failed, show_retried
from monitor.ops.explain import show_explain
from monitor.ops.feeds import export_feeds, import_feeds, show_feeds
from monitor.ops.health import show_health
from monitor.ops.held import chosen, drop_by_hand, list_held, release_by_hand, show_held
from monitor.ops.looking import look_at
from monitor.ops.match import match_lines
from monitor.ops.once import show_once
from monitor.ops.receivers import show_receiver_test
from monitor.ops.schema import show_schema
from monitor.ops.silences import add_silence, expire_silences, list_silences
from monitor.ops.status import show_status
from monitor.ports import DeliveryFilter, Report
from monitor.tables import Shown
from monitor.terminal import clear, counting, print_json, show, spinner

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_TRY_LATER = 75
EXIT_CONFIG = 78
WATCH_SECONDS = 2
TEST_PATIENCE = timedelta(seconds=30)
REPLAY_LIMIT = 1_000_000

app = typer.Typer(
    help="Watches news feeds for entities and sends signed webhook alerts with evidence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
feeds_app = typer.Typer(help="List, import and export feeds.", no_args_is_help=True)
deliveries_app = typer.Typer(
    help="List, show and replay what was promised to receivers.", no_args_is_help=True
)
entries_app = typer.Typer(help="List entries that were given up, and try them again.", no_args_is_help=True)
held_app = typer.Typer(help="List, release and drop alerts that wait for a digest.", no_args_is_help=True)
silence_app = typer.Typer(help="Silence alerts for a while.", no_args_is_help=True)
receivers_app = typer.Typer(help="Test and enable receivers.", no_args_is_help=True)
context_app = typer.Typer(help="See and edit what was learned of the entities.", no_args_is_help=True)
app.add_typer(feeds_app, name="feeds")
app.add_typer(context_app, name="context")
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(entries_app, name="entries")
app.add_typer(held_app, name="held")
app.add_typer(silence_app, name="silence")
app.add_typer(receivers_app, name="receivers")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file; else $MONITOR_CONFIG and the usual places."),
]
# Every command takes it, so that scripts need not know which reads one.
IgnoredConfig = Annotated[Path | None, typer.Option("--config", "-c", hidden=True)]
EntityArgument = Annotated[str, typer.Argument(help="An entity of the configuration.")]
WordsArgument = Annotated[list[str], typer.Argument(help="Words, one or several.")]
LearnedOption = Annotated[
    bool, typer.Option("--learned", help="With what the store has learned, as the service judges.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def main() -> None:
    """Run a command; every error raised on purpose becomes a line and an exit code."""
    try:
        app(standalone_mode=True)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CONFIG)
    except UsageError as error:
        sys.stderr.write(f"monitor: {error}\n")
        sys.exit(EXIT_USAGE)
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


# ---- the service -------------------------------------------------------------------------------


@app.command()
def run(config: ConfigOption = None) -> None:
    """Serve: poll, process and deliver until SIGTERM; SIGHUP reloads the configuration."""
    loaded = _load(config)
    stop, changed = threading.Event(), threading.Event()
    # From here on no signal ends us in the middle; those that come before we serve are kept.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, lambda *_: changed.set())
    if loaded.reload == "watch":
        threading.Thread(target=watch_file, args=(loaded.path, changed.set, stop), daemon=True).start()
    serve(Worker(loaded), stop, changed)


@app.command()
def once(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """One pass: poll what is due, process and deliver all that follows, then exit."""
    loaded = _load(config)
    counted: Counter[str] = Counter()
    with spinner() as say:

        def seen(report: Report) -> None:
            counted.update({f"{report.step}.{report.outcome}": 1, **report.counts})
            say(", ".join(f"{count} {name}" for name, count in sorted(counted.items()) if "." in name))

        worker = Worker(loaded, telemetry=_quiet_on_terminal(), seen=seen)
        try:
            worker.once()
            status = worker.store.status(datetime.now(UTC))
        finally:
            worker.close()
    _show(show_once(counted, status), as_json)


@app.command()
def demo(
    _: IgnoredConfig = None,
    as_json: JsonOption = False,
    keep: Annotated[bool, typer.Option("--keep", help="Go on afterwards, until Ctrl-C.")] = False,
) -> None:
    """Run the whole worker on bundled seeds, with a feed server and a receiver on loopback."""
    with spinner() as say:

        def worker(config: Config) -> Worker:
            return Worker(
                config, telemetry=Telemetry(None), seen=lambda report: say(f"{report.step}: {report.outcome}")
            )

        with run_demo(worker, say) as (config, shown):
            say("")
            _show(shown, as_json)
            if keep:
                stop = threading.Event()
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, lambda *_: stop.set())
                serve(Worker(config), stop, threading.Event())


@app.command()
def health(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Exit 0 where the running service says that it is ready."""
    _show(show_health(_load(config, tests=False).listen), as_json)


# ---- the configuration -------------------------------------------------------------------------


@app.command()
def check(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Validate the configuration and its tests; every fault at once, exit 78."""
    try:
        shown = show_check(_load(config))
    except ConfigError as error:
        if as_json:
            print_json({"valid": False, "faults": [str(fault) for fault in error.faults]})
            raise typer.Exit(EXIT_CONFIG) from error
        raise
    _show(shown, as_json)


@app.command()
def schema(
    _: IgnoredConfig = None,
    what: Annotated[str, typer.Argument(help="`config`, `events` or `openapi`.")] = "config",
) -> None:
    """Print the JSON Schema of the configuration or of the events, or OpenAPI of the webhooks."""
    print_json(show_schema(what))


# ---- looking -----------------------------------------------------------------------------------


@app.command()
def status(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again every two seconds.")] = False,
) -> None:
    """Show feeds, entries, deliveries and receivers, from the store alone."""
    store = open_config_store(_load(config, tests=False))
    try:
        while True:
            _show(show_status(store.status(datetime.now(UTC))), as_json)
            if not watch:
                return
            time.sleep(WATCH_SECONDS)
            clear()
    finally:
        store.close()


@app.command()
def match(
    config: ConfigOption = None,
    learned: LearnedOption = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", help="So many processes judge; one for each core by default.", min=1),
    ] = None,
) -> None:
    """Judge articles: JSON lines on standard input, verdicts as JSON lines on standard output."""
    matcher = (build_learned_rules if learned else build_rules)(_load(config)).matcher
    processes = jobs or cores()

    def write(verdicts: bytes) -> None:
        # Who writes one line gets its answer at once.
        sys.stdout.buffer.write(verdicts)
        sys.stdout.buffer.flush()

    # Verdicts on the same terminal are progress enough.
    with nullcontext(lambda _: None) if sys.stdout.isatty() else counting("lines") as progress:
        malformed = match_lines(
            matcher,
            # Not `sys.stdin`: the lock of its buffer, held while a thread waits for input, stops our end.
            partial(os.read, 0),
            write,
            (lambda work, batches: ordered_map(work, batches, processes)) if processes > 1 else None,
            progress,
        )
    if malformed:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def explain(
    what: Annotated[
        str,
        typer.Argument(
            help="A URL, a file (HTML, plain text, one article in JSON), or - for standard input."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    entity: Annotated[str | None, typer.Option("--entity", help="Only this entity: why, or why not.")] = None,
    learned: LearnedOption = False,
) -> None:
    """Show what one page or text says of whom, why, and which alerts would come of it. Stores nothing."""
    # Whoever mends an entity whose tests fail must be able to see why.
    loaded = _load(config, tests=False)
    now = datetime.now(UTC)
    with spinner() as say:
        say(f"reading {what if what != '-' else 'standard input'}")
        looked = look_at(what, sys.stdin.buffer.read, partial(fetch_page, loaded.fetch), read_apart, now)
        say("matching")
        rules = (build_learned_rules if learned else build_rules)(loaded)
        shown = show_explain(looked, rules, loaded.queries, entity, now)
    _show(shown, as_json)


@feeds_app.command("list")
def feeds_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the feeds and how they are."""
    with _store(_load(config, tests=False)) as store:
        _show(show_feeds(store.status(datetime.now(UTC))), as_json)


@feeds_app.command("import")
def feeds_import(
    opml: Annotated[Path, typer.Argument(help="An OPML file; it stays where it is.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have the configuration read an OPML file."""
    loaded = _load(config, tests=False)
    _show(import_feeds(loaded.path, loaded.feeds, opml), as_json)


@feeds_app.command("export")
def feeds_export(
    config: ConfigOption = None,
    secrets: Annotated[bool, typer.Option("--secrets", help="Write addresses whole, with secrets.")] = False,
) -> None:
    """Print the configured feeds as OPML."""
    text, cut = export_feeds(_load(config, tests=False).feeds, datetime.now(UTC), secrets=secrets)
    sys.stdout.write(text)
    if cut:
        sys.stderr.write(f"{cut} addresses are written without user and query values; --secrets keeps them\n")


# ---- what was learned --------------------------------------------------------------------------


@context_app.command("list")
def context_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what was learned of the entities, and from how many articles."""
    loaded = _load(config, tests=False)
    entities = {entity.id: entity for entity in loaded.entities}
    with _store(loaded) as store:
        _show(show_contexts(entities, _contexts(store, entities)), as_json)


@context_app.command("show")
def context_show(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every word that speaks for or against an entity."""
    loaded = _load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with _store(loaded) as store:
        _show(show_context(of, store.contexts([of.id])[of.id]), as_json)


@context_app.command("add")
def context_add(
    entity: EntityArgument,
    words: WordsArgument,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    against: Annotated[bool, typer.Option("--against", help="They speak against the entity.")] = False,
) -> None:
    """Have words speak for an entity, whatever is learned."""
    _edit_words(config, entity, words, -SPEAKS if against else SPEAKS, as_json)


@context_app.command("drop")
def context_drop(
    entity: EntityArgument, words: WordsArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Have words say nothing of an entity, whatever is learned."""
    _edit_words(config, entity, words, 0.0, as_json)


@context_app.command("freeze")
def context_freeze(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Learn nothing more of an entity; its words speak as they stand."""
    _change_context(config, entity, {"frozen": True}, as_json)


@context_app.command("unfreeze")
def context_unfreeze(
    entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Go on learning of an entity."""
    _change_context(config, entity, {"frozen": False}, as_json)


@context_app.command("forget")
def context_forget(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Forget all that was learned of an entity, edits too."""
    _change_context(config, entity, {"frozen": False, "lessons": (), "edits": {}}, as_json)


@context_app.command("export")
def context_export(config: ConfigOption = None) -> None:
    """Print what was learned as `context` and `not_context` of a configuration, in YAML."""
    loaded = _load(config, tests=False)
    entities = {entity.id: entity for entity in loaded.entities}
    with _store(loaded) as store:
        sys.stdout.write(export_contexts(entities, _contexts(store, entities)))


@entries_app.command("list")
def entries_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 100,
) -> None:
    """Show the entries that were given up, and why."""
    with _store(_load(config, tests=False)) as store:
        _show(show_failed(store.failed_entries(limit)), as_json)


@entries_app.command("retry")
def entries_retry(
    entries: Annotated[list[str] | None, typer.Argument(help="Ids of entries; all by default.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have entries that were given up tried again."""
    wanted = tuple(EntryId(each) for each in entries or ())
    with _store(_load(config, tests=False)) as store:
        retried = store.retry_failed(wanted, datetime.now(UTC))
    _show(show_retried(wanted, retried), as_json)


# ---- deliveries and receivers ------------------------------------------------------------------


@deliveries_app.command("list")
def deliveries_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    receiver: Annotated[str | None, typer.Option(help="Only of this receiver.")] = None,
    state: Annotated[str | None, typer.Option(help="Only pending, delivered or dead.")] = None,
    since: Annotated[str | None, typer.Option(help="Only made since: 2h, 3d, or an ISO time.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 100,
) -> None:
    """Show deliveries, the newest first."""
    wanted = _filter((), receiver, state, since, limit)
    with _store(_load(config, tests=False)) as store:
        _show(show_deliveries(store.deliveries(wanted)), as_json)


@deliveries_app.command("show")
def deliveries_show(
    delivery: Annotated[str, typer.Argument(help="The delivery's id, msg_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one delivery: exact body and every attempt."""
    with _store(_load(config, tests=False)) as store:
        _show(show_delivery(store.delivery(DeliveryId(delivery)), delivery), as_json)


@deliveries_app.command("replay")
def deliveries_replay(
    deliveries: Annotated[list[str] | None, typer.Argument(help="Ids of deliveries.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    receiver: Annotated[str | None, typer.Option(help="All dead ones of this receiver.")] = None,
    since: Annotated[
        str | None, typer.Option(help="With --receiver: all made since, whatever came of them.")
    ] = None,
) -> None:
    """Make deliveries due again: same id, same body."""
    if not deliveries and not receiver:
        raise UsageError("say which: ids of deliveries, or --receiver NAME")
    state = "dead" if receiver and not since else None
    wanted = _filter(tuple(deliveries or ()), receiver, state, since, REPLAY_LIMIT)
    with _store(_load(config, tests=False)) as store:
        count = store.replay(wanted, datetime.now(UTC))
    if deliveries and count < len(set(deliveries)):
        raise UsageError(f"{len(set(deliveries)) - count} of the ids are not known; {count} are due again")
    _show(Shown(plain={"replayed": count}, words=(f"{count} deliveries are due again",)), as_json)


# ---- alerts that wait --------------------------------------------------------------------------

WatchlistOption = Annotated[str | None, typer.Option(help="Only of this watchlist.")]
ReceiverOption = Annotated[str | None, typer.Option(help="Only for this receiver.")]
ReasonOption = Annotated[
    str | None, typer.Option(help="Only held for this: silenced, storm, quiet_hours, budget or digest.")
]
AlertIds = Annotated[list[str] | None, typer.Argument(help="Ids of alerts, al_….")]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that waits.")]


@held_app.command("list")
def held_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watchlist: WatchlistOption = None,
    receiver: ReceiverOption = None,
    reason: ReasonOption = None,
    limit: Annotated[int, typer.Option(help="At most so many, the oldest.", min=1)] = 100,
) -> None:
    """Show alerts that wait, why and until when, the oldest first."""
    loaded = _load(config, tests=False)
    wanted = chosen((), watchlist, receiver, reason, limit)
    with _store(loaded) as store:
        _show(list_held(store, wanted, *_names(loaded)), as_json)


@held_app.command("show")
def held_show(
    alert: Annotated[str, typer.Argument(help="The alert's id, al_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one alert that waits; with --json, the event it would have been."""
    loaded = _load(config, tests=False)
    with _store(loaded) as store:
        _show(show_held(store, alert, *_names(loaded)), as_json)


@held_app.command("release")
def held_release(
    alerts: AlertIds = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watchlist: WatchlistOption = None,
    receiver: ReceiverOption = None,
    reason: ReasonOption = None,
    everything: AllOption = False,
) -> None:
    """Send alerts that wait now, as digests, whatever holds them."""
    loaded = _load(config, tests=False)
    wanted = chosen(alerts or (), watchlist, receiver, reason, everything=everything)
    receivers = {each.name: each for each in loaded.receivers}
    with _store(loaded) as store:
        _show(release_by_hand(store, wanted, receivers, datetime.now(UTC)), as_json)


@held_app.command("drop")
def held_drop(
    alerts: AlertIds = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watchlist: WatchlistOption = None,
    receiver: ReceiverOption = None,
    reason: ReasonOption = None,
    everything: AllOption = False,
) -> None:
    """Give up alerts that wait, for good: nobody will hear of them."""
    wanted = chosen(alerts or (), watchlist, receiver, reason, everything=everything)
    with _store(_load(config, tests=False)) as store:
        _show(drop_by_hand(store, wanted), as_json)


@silence_app.command("add")
def silence_add(
    matchers: Annotated[
        list[str],
        typer.Argument(
            help="What to silence: LABEL=VALUE, !=, =~ or !~; all must hold. Labels: entity, watchlist, "
            "receiver, feed, severity, story, title, language, label.NAME."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    lasting: Annotated[str | None, typer.Option("--for", help="For so long: 30m, 2h, 3d.")] = None,
    until: Annotated[str | None, typer.Option(help="Until this ISO time; without a zone it is UTC.")] = None,
    begin: Annotated[
        str | None, typer.Option("--from", help="From this time on; by default from now.")
    ] = None,
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    by: Annotated[str, typer.Option(help="Who asked for it; by default who calls this.")] = "",
) -> None:
    """Silence alerts for a while: they wait, and come in one digest when the silence ends."""
    with _store(_load(config, tests=False)) as store:
        shown = add_silence(
            store,
            matchers,
            lasting=lasting,
            until=until,
            begin=begin,
            comment=comment,
            by=by or os.environ.get("USER", ""),
            now=datetime.now(UTC),
        )
    _show(shown, as_json)


@silence_app.command("list")
def silence_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    expired: Annotated[bool, typer.Option("--expired", help="Those that ended too.")] = False,
) -> None:
    """Show the silences that hold or will hold."""
    with _store(_load(config, tests=False)) as store:
        _show(list_silences(store, datetime.now(UTC), expired=expired), as_json)


@silence_app.command("expire")
def silence_expire(
    silences: Annotated[list[str], typer.Argument(help="Ids of silences, si_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """End silences now; what they hold goes out, unless something else holds it."""
    with _store(_load(config, tests=False)) as store:
        _show(expire_silences(store, silences, datetime.now(UTC)), as_json)


@receivers_app.command("test")
def receivers_test(
    name: Annotated[str, typer.Argument(help="A receiver of the configuration.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send `webhook.test` to a receiver through the real path."""
    loaded = _load(config, tests=False)
    with command_ports(loaded) as (ports, store), spinner() as say:
        say(f"testing {name}")
        rules = build_rules(loaded)
        shown = show_receiver_test(ReceiverName(name), ports, rules, store, TEST_PATIENCE, time.sleep)
    _show(shown, as_json)


@receivers_app.command("enable")
def receivers_enable(
    name: Annotated[str, typer.Argument(help="A receiver of the configuration.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send again to a receiver that was disabled by 410 Gone; what waited for it goes out."""
    loaded = _load(config, tests=False)
    if name not in {receiver.name for receiver in loaded.receivers}:
        raise UsageError(f"there is no receiver '{name}'")
    with _store(loaded) as store:
        store.enable_receiver(ReceiverName(name))
    _show(Shown(plain={"enabled": name}, words=(f"{name} is enabled",)), as_json)


@app.command()
def purge(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Drop what is older than the retention; known ids and dead deliveries stay."""
    loaded = _load(config, tests=False)
    with _store(loaded) as store, spinner() as say:
        say("purging")
        dropped = store.purge(datetime.now(UTC) - loaded.retention)
    words = ", ".join(f"{count} {name}" for name, count in dropped.items()) or "nothing"
    _show(Shown(plain=dict(dropped), words=(f"dropped: {words}",)), as_json)


@app.command()
def version(_: IgnoredConfig = None) -> None:
    """Print the version."""
    sys.stdout.write(f"news-monitor {__version__}\n")


# ---- what the commands share -------------------------------------------------------------------


def _load(config: Path | None, *, tests: bool = True) -> Config:
    with counting("rows of entities") as progress:
        return load_config(find_config(config, os.environ), os.environ, run_tests=tests, progress=progress)


@contextmanager
def _store(config: Config) -> Iterator[SqlStore]:
    store = open_config_store(config)
    try:
        yield store
    finally:
        store.close()


def _contexts(store: SqlStore, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
    return store.contexts([entity for entity in store.context_digests() if entity in entities])


def _edit_words(config: Path | None, entity: str, words: list[str], weight: float, as_json: bool) -> None:
    loaded = _load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with _store(loaded) as store:
        _show(edit_words(store, of, words, weight), as_json)


def _change_context(config: Path | None, entity: str, change: Mapping[str, Any], as_json: bool) -> None:
    loaded = _load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with _store(loaded) as store:
        _show(change_context(store, of, change), as_json)


def _names(config: Config) -> tuple[frozenset[WatchlistId], frozenset[ReceiverName]]:
    """Return the watchlists and receivers that are configured."""
    return (
        frozenset(each.id for each in config.watchlists),
        frozenset(each.name for each in config.receivers),
    )


def _filter(
    ids: tuple[str, ...], receiver: str | None, state: str | None, since: str | None, limit: int
) -> DeliveryFilter:
    return DeliveryFilter(
        ids=tuple(DeliveryId(each) for each in ids),
        receiver=ReceiverName(receiver) if receiver else None,
        state=parse_state(state),
        since=parse_since(since, datetime.now(UTC)) if since else None,
        limit=limit,
    )


def _show(shown: Shown, as_json: bool) -> None:
    show(shown, as_json=as_json)
    if shown.failed:
        raise typer.Exit(EXIT_FAILED)


def _quiet_on_terminal() -> Telemetry:
    return Telemetry(None if sys.stderr.isatty() else sys.stderr)
