"""What does a receiver's endpoint have to take? OpenAPI 3.1, with a webhook for each event."""

from collections.abc import Mapping
from typing import Any

from monitor.alerts.examples import example_events
from monitor.alerts.formats import schema_of_events
from monitor.alerts.formats.standard import SCHEMA_VERSION, body_of

_WORDS = {
    "match.created": "A story named entities of a watchlist for the first time",
    "match.updated": "A told story grew, or is now about an entity",
    "match.retracted": "An edited article no longer names the entity that was alerted",
    "article.corrected": "A matched sentence or the title of an alerted article changed",
    "digest.created": "Alerts that were held, together",
    "source.failing": "A feed cannot be fetched or read",
    "source.degraded": "A feed answers, but its articles give no text, or some may have been missed",
    "source.stale": "A feed is silent against its own habit",
    "source.recovered": "A feed is well again",
    "receiver.failing": "A receiver fails; told to the fallback receiver",
    "receiver.disabled": "A receiver is gone; told to the fallback receiver",
    "monitor.heartbeat": "A sign of life, with counts",
    "monitor.config_refused": "A configuration was not put in force; told to the fallback receiver",
    "webhook.test": "A test, sent by hand",
}
_HEADERS = (
    (
        "webhook-id",
        "The delivery's id, the same on every attempt and every replay",
        "^msg_[0-9a-f]{32}$",
        True,
    ),
    ("webhook-timestamp", "Seconds since 1970: the time of this attempt", "^[0-9]+$", True),
    (
        "webhook-signature",
        "Signatures of id, timestamp and body by HMAC-SHA256: one for each active secret, between spaces",
        "^v1,[A-Za-z0-9+/=]+( v1,[A-Za-z0-9+/=]+)*$",
        False,
    ),
)
_ANSWERS = {
    "2XX": "Delivered",
    "410": "Never again: the receiver is disabled",
    "429": "Later; `Retry-After` is obeyed",
    "503": "Later; `Retry-After` is obeyed",
    "default": "Tried again for seven days",
}


def openapi() -> dict[str, object]:
    """Return the document: one webhook for each event of the format `standard`, with an example."""
    bodies: Any = schema_of_events()["oneOf"]
    schemas = {body["properties"]["type"]["const"]: body for body in bodies}
    examples = {kind.value: body_of(event) for kind, event in example_events().items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Events of the news monitor",
            "version": SCHEMA_VERSION,
            "description": "What is posted to a receiver, signed after Standard Webhooks 1.0.0. "
            "Fields may be added within version 1, none is removed or changed.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "webhooks": {kind: {"post": _operation(kind, examples[kind])} for kind in schemas},
        "components": {"schemas": schemas, "parameters": dict(map(_parameter, _HEADERS))},
    }


def _operation(kind: str, example: Mapping[str, object]) -> Mapping[str, object]:
    return {
        "operationId": kind,
        "summary": _WORDS[kind],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name, *_ in _HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{kind}"},
                    "example": example,
                }
            },
        },
        "responses": {status: {"description": words} for status, words in _ANSWERS.items()},
    }


def _parameter(header: tuple[str, str, str, bool]) -> tuple[str, Mapping[str, object]]:
    name, words, pattern, required = header
    schema = {"type": "string", "pattern": pattern}
    return name, {"name": name, "in": "header", "description": words, "required": required, "schema": schema}
