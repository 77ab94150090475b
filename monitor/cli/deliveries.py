"""Commands about deliveries and receivers."""

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, group, load, locate, opened, stopped_by_signals, tell
from monitor.errors import UsageError
from monitor.tables import Shown, many
from monitor.terminal import show_line, spinner

if TYPE_CHECKING:
    from monitor.ports import DeliveryFilter

TEST_PATIENCE = timedelta(seconds=30)
REPLAY_LIMIT = 1_000_000
deliveries = group("List, show and replay what was promised to receivers.")
receivers = group("Test and enable receivers, or be one.")


@deliveries.command("list")
def deliveries_list(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    receiver: Annotated[str | None, typer.Option(help="Only of this receiver.")] = None,
    state: Annotated[str | None, typer.Option(help="Only pending, delivered or dead.")] = None,
    since: Annotated[str | None, typer.Option(help="Only made since: 2h, 3d, or an ISO time.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = 100,
) -> None:
    """Show deliveries, the newest first."""
    from monitor.ops.deliveries import show_deliveries

    wanted = _filter((), receiver, state, since, limit)
    with opened(locate(config)) as store:
        tell(show_deliveries(store.deliveries(wanted)), as_json)


@deliveries.command("show")
def deliveries_show(
    delivery: Annotated[str, typer.Argument(help="The delivery's id, msg_….")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one delivery: exact body and every attempt."""
    from monitor.model import DeliveryId
    from monitor.ops.deliveries import show_delivery

    with opened(locate(config)) as store:
        tell(show_delivery(store.delivery(DeliveryId(delivery)), delivery), as_json)


@deliveries.command("replay")
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
    with opened(locate(config)) as store:
        count = store.replay(wanted, datetime.now(UTC))
    if deliveries and count < len(set(deliveries)):
        raise UsageError(
            f"{len(set(deliveries)) - count} of the ids are not known; "
            f"{many(count, 'delivery is', 'deliveries are')} due again"
        )
    words = f"{many(count, 'delivery is', 'deliveries are')} due again"
    tell(Shown(plain={"replayed": count}, words=(words,)), as_json)


@receivers.command("test")
def receivers_test(
    name: Annotated[str, typer.Argument(help="A receiver of the configuration.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send `webhook.test` to a receiver through the real path."""
    from monitor.errands.doors import command_ports
    from monitor.model import ReceiverName
    from monitor.ops.receivers import show_receiver_test
    from monitor.steps.rules import build_rules

    loaded = load(config, tests=False)
    with command_ports(loaded) as (ports, store), spinner() as progress:
        progress(f"testing {name}")
        rules = build_rules(loaded)
        shown = show_receiver_test(ReceiverName(name), ports, rules, store, TEST_PATIENCE, time.sleep)
    tell(shown, as_json)


@receivers.command("listen")
def receivers_listen(
    name: Annotated[str, typer.Argument(help="A receiver of the configuration, on this machine.")],
    config: ConfigOption = None,
) -> None:
    """Be a receiver on this machine, to try things out: verify what comes and show it, until Ctrl-C."""
    from monitor.errands.trial import listening
    from monitor.ops.receivers import receiver_named
    from monitor.text.urls import shown_url

    receiver = receiver_named(name, load(config, tests=False).receivers)
    stop = stopped_by_signals()
    with listening(receiver, show_line):
        show_line(f"{name} listens at {shown_url(receiver.url)}; Ctrl-C ends it")
        stop.wait()


@receivers.command("enable")
def receivers_enable(
    name: Annotated[str, typer.Argument(help="A receiver of the configuration.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send again to a receiver that rests after failures or was disabled by 410 Gone; what waits is due."""
    from monitor.model import ReceiverName
    from monitor.ops.receivers import receiver_named

    loaded = load(config, tests=False)
    receiver_named(name, loaded.receivers)
    with opened(loaded) as store:
        store.enable_receiver(ReceiverName(name), datetime.now(UTC))
    tell(Shown(plain={"enabled": name}, words=(f"{name} is enabled; what waited for it is due",)), as_json)


def _filter(
    ids: tuple[str, ...], receiver: str | None, state: str | None, since: str | None, limit: int
) -> "DeliveryFilter":
    from monitor.model import DeliveryId, ReceiverName
    from monitor.ops.deliveries import parse_since, parse_state
    from monitor.ports import DeliveryFilter

    return DeliveryFilter(
        ids=tuple(DeliveryId(each) for each in ids),
        receiver=ReceiverName(receiver) if receiver else None,
        state=parse_state(state),
        since=parse_since(since, datetime.now(UTC)) if since else None,
        limit=limit,
    )
