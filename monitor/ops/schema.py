"""`monitor schema`: JSON Schema for editors and receivers."""

from collections.abc import Mapping

from monitor.alerts.formats import schema_of_events
from monitor.alerts.openapi import openapi
from monitor.config.described import json_schema
from monitor.errors import UsageError


def show_schema(what: str) -> Mapping[str, object]:
    """Return the schema of the configuration or the events, or the OpenAPI document of the webhooks.

    Raises:
        UsageError: `what` is none of `config`, `events` and `openapi`.
    """
    match what:
        case "config":
            return json_schema()
        case "events":
            return schema_of_events()
        case "openapi":
            return openapi()
    raise UsageError(f"'{what}' has no schema; ask for config, events, openapi or api")
