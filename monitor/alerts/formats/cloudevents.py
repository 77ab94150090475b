"""CloudEvents 1.0 in structured JSON: the same `data`, and the delivery's id as the event's."""

from monitor.alerts.evidence import moment
from monitor.alerts.formats.standard import SCHEMA_VERSION, compact
from monitor.model import DeliveryId, Event

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
# No host: which machine tells it is nothing that a receiver could rely on.
_SOURCE = "urn:news-monitor"
# What an event is about stands under one of these names.
_ABOUT = (("alert", "id"), ("digest", "id"), ("feed", "id"), ("receiver", "name"))


def render(event: Event, delivery: DeliveryId) -> tuple[str, bytes]:
    """Return the content type and the body of a CloudEvent."""
    subject = _subject(event)
    return CONTENT_TYPE, compact(
        {
            "specversion": "1.0",
            "id": delivery,
            "source": _SOURCE,
            "type": event.type.value,
            **({"subject": subject} if subject else {}),
            "time": moment(event.timestamp),
            "datacontenttype": "application/json",
            "schemaversion": SCHEMA_VERSION,
            "data": event.content,
        }
    )


def _subject(event: Event) -> str | None:
    for name, member in _ABOUT:
        told = event.content.get(name)
        if isinstance(told, dict) and told.get(member):
            return str(told[member])
    return None
