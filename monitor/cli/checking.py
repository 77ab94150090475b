"""Commands about the configuration and what it finds."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import (
    EXIT_CONFIG,
    EXIT_FAILED,
    ConfigOption,
    IgnoredConfig,
    JsonOption,
    LearnedOption,
    load,
    locate,
    opened,
    stopped_by_signals,
    tell,
)
from monitor.errors import ConfigError, UsageError
from monitor.terminal import counting, print_json, print_json_line, screen, spinner, taking, write

if TYPE_CHECKING:
    from monitor.config.schema import Config
    from monitor.steps.rules import Rules

WATCH_SECONDS = 2

app = typer.Typer()


@app.command()
def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    network: Annotated[
        bool,
        typer.Option("--network", help="Ask every feed too, and connect to every receiver; sends nothing."),
    ] = False,
) -> None:
    """Validate the configuration and its tests; every fault at once, exit 78.

    With --network exit 1 where a feed brings none, or a receiver is not there.
    """
    from monitor.ops.check import show_check

    try:
        loaded = load(config)
        shown = show_check(loaded)
    except ConfigError as error:
        if as_json:
            print_json({"valid": False, "faults": [str(fault) for fault in error.faults]})
            raise typer.Exit(EXIT_CONFIG) from error
        raise
    if network:
        from monitor.errands.doors import network_of
        from monitor.ops.network import ask_network, with_network

        with (
            network_of(loaded) as world,
            counting("asked", len(loaded.feeds) + len(loaded.receivers)) as progress,
        ):
            answers = ask_network(loaded, world, loaded.fetch.pause, progress)
        shown = with_network(shown, answers, datetime.now(UTC))
    tell(shown, as_json)


@app.command()
def doctor(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    network: Annotated[
        bool, typer.Option("--network", help="Look up the hosts of feeds and receivers too.")
    ] = False,
) -> None:
    """Look at versions, secrets, disk, clock and store; exit 1 where something will make trouble."""
    from monitor.errands.machine import examine_machine
    from monitor.ops.doctor import show_doctor

    loaded = load(config, tests=False)
    with spinner() as say:
        say("reading the store")
        tell(show_doctor(examine_machine(loaded, os.environ, network=network)), as_json)


@app.command()
def schema(
    _: IgnoredConfig = None,
    what: Annotated[str, typer.Argument(help="`config`, `events`, `openapi` or `api`.")] = "config",
) -> None:
    """Print the JSON Schema of the configuration or the events, or OpenAPI of the webhooks or the API."""
    from monitor.adapters.api.description import describe
    from monitor.ops.schema import show_schema

    print_json(describe() if what == "api" else show_schema(what))


@app.command()
def status(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Show it anew every so many SECONDS, until Ctrl-C.")
    ] = False,
    seconds: Annotated[
        float | None, typer.Argument(help="With --watch; 2 by default.", min=0.1, show_default=False)
    ] = None,
) -> None:
    """Show feeds, entries, deliveries and receivers, from the store alone.

    With --watch and --json each status is one line.
    """
    from monitor.ops.status import show_status, show_watched

    if seconds is not None and not watch:
        raise UsageError("SECONDS go with --watch")
    every = seconds or WATCH_SECONDS
    with opened(locate(config)) as store:
        if not watch:
            tell(show_status(store.status(datetime.now(UTC))), as_json)
            return
        ended = stopped_by_signals()
        with nullcontext() if as_json else screen() as draw:
            while not ended.is_set():
                now = datetime.now(UTC)
                found = store.status(now)
                if draw is None:
                    print_json_line(found)
                else:
                    draw(show_watched(found, now, every))
                ended.wait(every)


@app.command()
def report(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    since: Annotated[str, typer.Option("--since", help="7d, 12h, or a time.")] = "7d",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; standard output by default.")
    ] = None,
    as_atom: Annotated[
        bool, typer.Option("--atom", help="The alerts as an Atom feed instead of the page.")
    ] = False,
) -> None:
    """Write what came, who was told, what was refused, and how everything is, as one HTML file."""
    from monitor.ops.atom import atom
    from monitor.ops.deliveries import parse_since
    from monitor.ops.page import page
    from monitor.ops.report import gather, show_report, write_file

    now = datetime.now(UTC)
    begin = parse_since(since, now)
    with opened(locate(config)) as store, spinner() as say:
        gathered = gather(store, begin, now, say)
    text = atom(gathered) if as_atom else page(gathered)
    if output is not None:
        write_file(output, text)
    if as_json or output is not None:
        tell(show_report(gathered, output), as_json)
    else:
        write(text)


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
    from monitor.adapters.parallel import cores, ordered_map
    from monitor.ops.match import match_lines

    matcher = _rules(load(config), learned=learned).matcher
    processes = jobs or cores()

    def tell_all(verdicts: bytes) -> None:
        # Who writes one line gets its answer at once.
        with taking():
            sys.stdout.buffer.write(verdicts)
            sys.stdout.buffer.flush()

    # Verdicts on the same terminal are progress enough.
    with nullcontext(lambda _: None) if sys.stdout.isatty() else counting("lines") as progress:
        malformed = match_lines(
            matcher,
            # Not `sys.stdin`: the lock of its buffer, held while a thread waits for input, stops our end.
            partial(os.read, 0),
            tell_all,
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
            help="A URL, an alert's id, a file (HTML, plain text, one article in JSON), "
            "or - for standard input."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    entity: Annotated[str | None, typer.Option("--entity", help="Only this entity: why, or why not.")] = None,
    learned: LearnedOption = False,
    stored: Annotated[
        bool, typer.Option("--stored", help="What the store knows of the URL, stage by stage; fetch nothing.")
    ] = False,
) -> None:
    """Show what one page or text says of whom, why, and which alerts would come of it. Stores nothing.

    Of an alert's id, or with --stored, what became of it: feed, entry, page, story, alerts, deliveries.
    """
    from monitor.errands.pages import fetch_page, read_apart
    from monitor.errands.words import use_ready_words
    from monitor.ops.explain import show_explain
    from monitor.ops.looking import look_at
    from monitor.ops.tracing import ALERT, look_in_store

    use_ready_words()
    # Whoever mends an entity whose tests fail must be able to see why.
    loaded = load(config, tests=False)
    now = datetime.now(UTC)
    if stored or what.startswith(ALERT):
        with opened(loaded) as store:
            looked = look_in_store(store, what, now)
        then = looked.article.fetched_at if looked.article else now
        tell(show_explain(looked, _rules(loaded, learned=learned), loaded.queries, entity, then), as_json)
        return
    with spinner() as say:
        say(f"reading {what if what != '-' else 'standard input'}")
        looked = look_at(what, sys.stdin.buffer.read, partial(fetch_page, loaded.fetch), read_apart, now)
        say("matching")
        rules = _rules(loaded, learned=learned)
        shown = show_explain(looked, rules, loaded.queries, entity, now)
    tell(shown, as_json)


@app.command()
def backtest(
    candidate: Annotated[
        Path,
        typer.Option("--candidate", help="The new configuration, which is held against the running one."),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    since: Annotated[str, typer.Option(help="Stored articles read since: 12h, 30d, or an ISO time.")] = "30d",
    articles: Annotated[
        Path | None,
        typer.Option(
            "--articles", help="Articles as JSON lines, as `match` takes them, instead of stored ones."
        ),
    ] = None,
    fail_over: Annotated[
        int | None,
        typer.Option("--fail-over", help="Exit 1 when more alerts than this are gained or lost.", min=0),
    ] = None,
    examples: Annotated[
        int,
        typer.Option("--examples", help="Of each entity show so many that are gained, lost, changed.", min=0),
    ] = 3,
) -> None:
    """Show which alerts a new configuration gains and loses on stored articles. Stores nothing."""
    from monitor.adapters.parallel import cores, ordered_map
    from monitor.errands.archive import pages_apart, rules_for
    from monitor.ops.backtest import BATCH, Seen, compare, given, sides_of, stored
    from monitor.ops.backtested import show_backtest
    from monitor.ops.deliveries import parse_since

    now, seen, processes = datetime.now(UTC), Seen(), cores()
    begin = parse_since(since, now)
    new, running = load(candidate), load(config, tests=False)
    with ExitStack() as open_:
        store = open_.enter_context(opened(running)) if articles is None else None
        sides = sides_of(running, new, partial(rules_for, store=store))
        if store is None:
            sheaves = given(open_.enter_context(_lines(articles)), now, seen)
        else:
            read = open_.enter_context(pages_apart(processes))
            sheaves = stored(store.archived(begin, now, BATCH), sides, read, seen)
        total = store.count_archived(begin, now) if store else None
        progress = open_.enter_context(counting("articles", total))
        comparison = compare(
            sheaves, sides, lambda work, those: ordered_map(work, those, processes), seen, examples, progress
        )
    tell(
        show_backtest(comparison, seen, sides, (begin, now) if articles is None else None, fail_over), as_json
    )


@app.command()
def quality(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    entity: Annotated[str | None, typer.Option("--entity", help="Only of this entity.")] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write what is proposed into the configuration file.")
    ] = False,
) -> None:
    """Show how often alerts were right, as those say who had them, and what would spare the wrong ones.

    What is proposed was tried on the judged articles, and loses none that was said to be right.
    """
    from monitor.config.editing import add_words
    from monitor.errands.archive import rules_for
    from monitor.errands.words import use_ready_words
    from monitor.ops.context import entity_named
    from monitor.ops.quality import additions, quality_of, show_quality, snippet

    use_ready_words()
    loaded = load(config, tests=False)
    only = entity_named(entity, {each.id: each for each in loaded.entities}).id if entity else None
    with opened(loaded) as store, counting("entities") as progress:
        found = quality_of(store, loaded, partial(rules_for, store=store), only, progress)
    proposals = [each.proposal for each in found if each.proposal and each.proposal.taken]
    if apply and proposals:
        added = {each.entity.id: additions(each) for each in proposals}
        add_words(loaded.path, added, "".join(map(snippet, proposals)), os.environ)
    tell(show_quality(found, [each.entity.id for each in proposals] if apply else ()), as_json)


@contextmanager
def _lines(path: Path | None) -> Iterator[Callable[[int], bytes]]:
    """Give what reads a file of articles."""
    assert path is not None
    try:
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {error.strerror}") from error
    with file:
        yield file.read


def _rules(config: "Config", *, learned: bool) -> "Rules":
    from monitor.steps.rules import build_rules

    if not learned:
        return build_rules(config)
    from monitor.errands.learned import build_learned_rules

    return build_learned_rules(config)
