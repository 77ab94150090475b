"""Into which bytes does an event go? One renderer for each `format` that a receiver may have."""

from collections.abc import Callable, Mapping

from monitor.alerts.formats import (
    alertmanager,
    bridge,
    cloudevents,
    discord,
    email,
    ntfy,
    slack,
    standard,
    teams,
    template,
)
from monitor.alerts.formats.schema import schema_of_events
from monitor.alerts.formats.template import template_faults
from monitor.model import DeliveryId, Event, Receiver

__all__ = ["FORMATS", "render", "schema_of_events", "template_faults"]

# What an event alone decides; the others also need its delivery's id, or what the receiver wants.
_OF_EVENT: Mapping[str, Callable[[Event], tuple[str, bytes]]] = {
    "standard": standard.render,
    "slack": slack.render,
    "discord": discord.render,
    "teams": teams.render,
    "ntfy": ntfy.render,
    "alertmanager": alertmanager.render,
    "apprise": bridge.render,
}
FORMATS = (*_OF_EVENT, "cloudevents", "email", "template")


def render(event: Event, receiver: Receiver, delivery: DeliveryId) -> tuple[str, bytes]:
    """Return the content type and the body of an event, in the receiver's format.

    Raises:
        KeyError: there is no such format.
    """
    match receiver.format:
        case "cloudevents":
            return cloudevents.render(event, delivery)
        case "email":
            return email.render(event, receiver.mail, delivery)
        case "template":
            return template.render(event, receiver.template, delivery)
    return _OF_EVENT[receiver.format](event)
