"""Into which bytes does an event go? One renderer for each `format` that a receiver may have."""

from collections.abc import Callable, Mapping

from monitor.alerts.formats import discord, ntfy, slack, standard, teams
from monitor.alerts.formats.schema import schema_of_events
from monitor.model import Event

__all__ = ["FORMATS", "render", "schema_of_events"]

FORMATS: Mapping[str, Callable[[Event], tuple[str, bytes]]] = {
    "standard": standard.render,
    "slack": slack.render,
    "discord": discord.render,
    "teams": teams.render,
    "ntfy": ntfy.render,
}


def render(event: Event, name: str) -> tuple[str, bytes]:
    """Return the content type and the body of an event in a format of `FORMATS`.

    Raises:
        KeyError: there is no such format.
    """
    return FORMATS[name](event)
