"""Commands about alerts that wait, and silences."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, group, load, locate, opened, tell

if TYPE_CHECKING:
    from monitor.config.schema import Config
    from monitor.model import ReceiverName, WatchlistId

held = group("List, release and drop alerts that wait for a digest.")
silence = group("Silence alerts for a while.")

WatchlistOption = Annotated[str | None, typer.Option(help="Only of this watchlist.")]
ReceiverOption = Annotated[str | None, typer.Option(help="Only for this receiver.")]
ReasonOption = Annotated[
    str | None, typer.Option(help="Only held for this: silenced, storm, quiet_hours, budget or digest.")
]
AlertIds = Annotated[list[str] | None, typer.Argument(help="Ids of alerts, al_….")]
AllOption = Annotated[bool, typer.Option("--all", help="Everything that waits.")]


@held.command("list")
def held_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    watchlist: WatchlistOption = None,
    receiver: ReceiverOption = None,
    reason: ReasonOption = None,
    limit: Annotated[int, typer.Option(help="At most so many, the oldest.", min=1)] = 100,
) -> None:
    """Show alerts that wait, why and until when, the oldest first."""
    from monitor.ops.held import chosen, list_held

    loaded = load(config, tests=False)
    wanted = chosen((), watchlist, receiver, reason, limit)
    with opened(loaded) as store:
        tell(list_held(store, wanted, *_names(loaded)), as_json)


@held.command("show")
def held_show(
    alert: Annotated[str, typer.Argument(help="The alert's id, al_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one alert that waits; with --json, the event it would have been."""
    from monitor.ops.held import show_held

    loaded = load(config, tests=False)
    with opened(loaded) as store:
        tell(show_held(store, alert, *_names(loaded)), as_json)


@held.command("release")
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
    from monitor.ops.held import chosen, release_by_hand

    loaded = load(config, tests=False)
    wanted = chosen(alerts or (), watchlist, receiver, reason, everything=everything)
    receivers = {each.name: each for each in loaded.receivers}
    with opened(loaded) as store:
        tell(release_by_hand(store, wanted, receivers, datetime.now(UTC)), as_json)


@held.command("drop")
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
    from monitor.ops.held import chosen, drop_by_hand

    wanted = chosen(alerts or (), watchlist, receiver, reason, everything=everything)
    with opened(locate(config)) as store:
        tell(drop_by_hand(store, wanted), as_json)


@silence.command("add")
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
    from monitor.ops.silences import add_silence

    with opened(locate(config)) as store:
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
    tell(shown, as_json)


@silence.command("list")
def silence_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    expired: Annotated[bool, typer.Option("--expired", help="Those that ended too.")] = False,
) -> None:
    """Show the silences that hold or will hold."""
    from monitor.ops.silences import list_silences

    with opened(locate(config)) as store:
        tell(list_silences(store, datetime.now(UTC), expired=expired), as_json)


@silence.command("expire")
def silence_expire(
    silences: Annotated[list[str], typer.Argument(help="Ids of silences, si_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """End silences now; what they hold goes out, unless something else holds it."""
    from monitor.ops.silences import expire_silences

    with opened(locate(config)) as store:
        tell(expire_silences(store, silences, datetime.now(UTC)), as_json)


def _names(config: "Config") -> tuple[frozenset["WatchlistId"], frozenset["ReceiverName"]]:
    """Return the watchlists and receivers that are configured."""
    return (
        frozenset(each.id for each in config.watchlists),
        frozenset(each.name for each in config.receivers),
    )
