"""`monitor schema`: JSON Schema for editors and receivers."""

from collections.abc import Mapping

from monitor.alerts.formats import schema_of_events
from monitor.config.schema import json_schema
from monitor.errors import UsageError


def show_schema(what: str) -> Mapping[str, object]:
    """Return the schema of the configuration, or of the events.

    Raises:
        UsageError: `what` is neither `config` nor `events`.
    """
    match what:
        case "config":
            return json_schema()
        case "events":
            return schema_of_events()
    raise UsageError(f"'{what}' has no schema; ask for config or events")
