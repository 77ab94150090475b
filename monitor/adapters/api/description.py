"""What does the API take and give? OpenAPI 3.1."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.adapters.api.asking import ALERTS, ARTICLES, DELIVERIES, MATCHES, Listing, Parameter
from monitor.model import DeliveryState, Form, MatchReason, Rightness, Severity, Tier, Verdict, Zone

VERSION = "1.0"
Schema = Mapping[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NOT: Schema = {"type": ["string", "null"]}
_TIME: Schema = {"type": "string", "format": "date-time"}
_TIME_OR_NOT: Schema = {"type": ["string", "null"], "format": "date-time"}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}

_REFUSALS = {
    "400": "The query means nothing; `detail` says why",
    "401": "A token is configured, and none or another was shown",
    "403": "The API is off, or is asked by a name that is not this machine's",
    "404": "There is no such thing",
    "405": "This can be read only",
    "413": "The body is too large",
    "503": "The store does not answer, or would take too long; `Retry-After` says when to ask again",
}


def describe() -> Mapping[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Read API of the news monitor",
            "version": VERSION,
            "description": "What the store holds. Fields may be added within version 1, none is removed or "
            "changed: take what you know, and leave the rest.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": {
            "/api/v1/articles": _list(ARTICLES, "Article"),
            "/api/v1/articles/{id}": _single(
                "article", "An article with its text and all that was said of it"
            ),
            "/api/v1/matches": _list(MATCHES, "ArticleMatch"),
            "/api/v1/alerts": _list(ALERTS, "Alert"),
            "/api/v1/alerts/{id}": _single("alert", "An alert with its matches"),
            "/api/v1/deliveries": _list(DELIVERIES, "Delivery"),
            "/api/v1/deliveries/{id}": _single("delivery", "A delivery with its body and its attempts"),
            "/api/v1/openapi.json": _reading("description", "This document", [], {"type": "object"}),
            "/verdict": _VERDICT,
        },
        "components": {
            "schemas": _SCHEMAS,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                status: {
                    "description": words,
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
                for status, words in {**_REFUSALS, "415": "The body is of another kind"}.items()
            },
        },
    }


def _list(listing: Listing, schema: str) -> Schema:
    rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    return _reading(
        listing.name,
        listing.words,
        [*map(_parameter, listing.parameters)],
        _record({listing.name: rows, "next": _TEXT_OR_NOT}),
    )


def _single(name: str, words: str) -> Schema:
    one = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_]{1,80}$"},
    }
    return _reading(name, words, [one], {"$ref": f"#/components/schemas/Whole{name.capitalize()}"})


def _reading(name: str, words: str, parameters: Sequence[Schema], schema: Schema) -> Schema:
    refusals = {status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}
    answer = {"description": "So it is", "content": {"application/json": {"schema": schema}}}
    return {
        "get": {
            "operationId": name,
            "summary": words,
            "parameters": list(parameters),
            "responses": {"200": answer, **refusals},
        }
    }


def _parameter(parameter: Parameter) -> Schema:
    return {"name": parameter.name, "in": "query", "description": parameter.words, "schema": parameter.schema}


def _record(members: Schema) -> Schema:
    return {"type": "object", "properties": dict(members), "required": list(members)}


def _words(kinds: Any) -> Schema:  # noqa: ANN401  (any enum)
    return {"enum": [each.value for each in kinds]}


def _many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_ARTICLE = {
    "id": _TEXT,
    "feed": _TEXT,
    "story": _TEXT_OR_NOT,
    "url": _TEXT,
    "canonical_url": _TEXT,
    "title": _TEXT,
    "language": _TEXT_OR_NOT,
    "authors": _many(_TEXT),
    "published_at": _TIME_OR_NOT,
    "modified_at": _TIME_OR_NOT,
    "fetched_at": _TIME,
    "revision": _WHOLE,
    "access": _TEXT_OR_NOT,
    "verdict": _words(Verdict),
}
_BRIEF = {
    "entity": _TEXT,
    "tier": _words(Tier),
    "confidence": _SHARE,
    "salience": _SHARE,
    "level": {"enum": ["about", "mention"]},
}
_MENTION = {
    "zone": _words(Zone),
    "start": _WHOLE,
    "end": _WHOLE,
    "surface": _TEXT,
    "name": _TEXT,
    "form": _words(Form),
    "sentence": _TEXT_OR_NOT,
}
_REASON = {"reason": _words(MatchReason), "text": _TEXT, "weight": {"type": "number"}}
_SAID = {"said": _words(Rightness), "note": _TEXT, "at": _TIME}
_MATCH = _BRIEF | {
    "verdict": {"anyOf": [{"type": "null"}, _record(_SAID)]},
    "mentions": _many(_record(_MENTION)),
    "reasons": _many(_record(_REASON)),
}
_STORY = {"id": _TEXT, "revision": _WHOLE, "articles": _WHOLE, "outlets": _WHOLE, "first_seen_at": _TIME}
_SAYING = {
    "verdict": _words(Rightness),
    "article": _TEXT,
    "entity": _TEXT,
    "signature": _TEXT,
    "note": {"type": "string", "maxLength": 500},
}
_VERDICT: Schema = {
    "post": {
        "operationId": "verdict",
        "summary": "Say that a match is right, or wrong, with what an alert's link holds; "
        "its fields may stand in the address too. Needs no token: the signature is one",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {**_record(_SAYING), "required": [*_SAYING][:-1]}}
                for kind in ("application/json", "application/x-www-form-urlencoded")
            },
        },
        "responses": {
            "200": {
                "description": "Noted; a page for who takes HTML",
                "content": {
                    "application/json": {
                        "schema": _record(
                            {"article": _TEXT, "entity": _TEXT, "verdict": _words(Rightness), "note": _TEXT}
                        )
                    },
                    "text/html": {},
                },
            },
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS},
            "415": {"$ref": "#/components/responses/415"},
        },
    }
}
_ALERT_ARTICLE = ("id", "feed", "url", "title", "language", "published_at")
_MATCH_ARTICLE = ("id", "feed", "story", "url", "title", "language", "published_at", "fetched_at")
_ALERT = {
    "id": _TEXT,
    "watchlist": _TEXT,
    "severity": _words(Severity),
    "labels": {"type": "object", "additionalProperties": _TEXT},
    "entities": _many(_TEXT),
    "receivers": _many(_TEXT),
    "raised_at": _TIME,
    "held": _TEXT_OR_NOT,
    "release_at": _TIME_OR_NOT,
    "story": _record(_STORY),
    "article": {"anyOf": [{"type": "null"}, _record({name: _ARTICLE[name] for name in _ALERT_ARTICLE})]},
}
_DELIVERY = {
    "id": _TEXT,
    "receiver": _TEXT,
    "type": _TEXT,
    "state": _words(DeliveryState),
    "attempts": _WHOLE,
    "due_at": _TIME_OR_NOT,
    "created_at": _TIME,
}
_ATTEMPT = {
    "number": _WHOLE,
    "at": _TIME,
    "state": _words(DeliveryState),
    "status": {"type": ["integer", "null"]},
    "reason": _TEXT_OR_NOT,
    "detail": _TEXT,
}
_SCHEMAS: Mapping[str, Schema] = {
    "Article": _record(_ARTICLE | {"snippet": _TEXT_OR_NOT, "matches": _many(_record(_BRIEF))}),
    "WholeArticle": _record(
        _ARTICLE
        | {"lead": _TEXT, "text": _TEXT, "captions": _TEXT}
        | {"matches": _many(_record(_MATCH)), "refused": _many(_record(_MATCH))}
    ),
    "ArticleMatch": _record(_MATCH | {"article": _record({name: _ARTICLE[name] for name in _MATCH_ARTICLE})}),
    "Alert": _record(_ALERT),
    "WholeAlert": _record(_ALERT | {"matches": _many(_record(_MATCH))}),
    "Delivery": _record(_DELIVERY | {"last": _TEXT_OR_NOT}),
    "WholeDelivery": _record(
        _DELIVERY
        | {"content_type": _TEXT, "promised_at": _TIME, "body": _TEXT}
        | {"attempts": _many(_record(_ATTEMPT))}
    ),
    "Problem": _record({"type": _TEXT, "title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT}),
}
