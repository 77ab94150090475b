"""What may stand in the body of each event? JSON Schema 2020-12 of the standard format.

Fields may be added within version 1: an object that is told here may have further members.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from monitor.alerts.events import HEARTBEAT_COUNTS
from monitor.model import (
    EntityKind,
    EventType,
    FeedState,
    Form,
    HoldReason,
    MatchReason,
    ReceiverState,
    Rightness,
    Severity,
    UpdateReason,
    Verdict,
    Zone,
)

Schema = Mapping[str, object]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_TIME: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_TIME_OR_NULL: Schema = {"oneOf": [_TIME, {"type": "null"}]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_NUMBER: Schema = {"type": "number"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}
_LEVEL: Schema = {"enum": ["about", "mention"]}
# Where somebody says whether a match is right; only where `http.public_url` is configured.
_LINKS: Schema = {
    "type": "object",
    "properties": {said.value: _TEXT for said in Rightness},
    "required": [said.value for said in Rightness],
}
# Of what was not read nothing is told.
_READ = tuple(each for each in Verdict if each is not Verdict.UNREAD)


def schema_of_events() -> dict[str, object]:
    """Return the JSON Schema of every event's body in the format `standard`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Events of the news monitor, version 1",
        "oneOf": [_body(kind, content) for kind, content in _contents().items()],
    }


def _body(kind: EventType, content: Schema) -> Schema:
    return _record(
        {
            "type": {"const": kind.value},
            "timestamp": _TIME,
            "schema_version": {"type": "string", "pattern": "^1\\."},
            "data": content,
        }
    )


def _contents() -> Mapping[EventType, Schema]:
    edited = _match_content(edit=_edit())
    match, source, receiver = _match_content(), _source_content(), _receiver_content()
    return {
        EventType.MATCH_CREATED: match,
        EventType.MATCH_UPDATED: _match_content(
            update=_record({"reason": _values(UpdateReason), "outlets": _COUNT})
        ),
        EventType.MATCH_RETRACTED: edited,
        EventType.ARTICLE_CORRECTED: edited,
        EventType.DIGEST_CREATED: _digest_content(),
        EventType.SOURCE_FAILING: source,
        EventType.SOURCE_DEGRADED: source,
        EventType.SOURCE_STALE: source,
        EventType.SOURCE_RECOVERED: source,
        EventType.RECEIVER_FAILING: receiver,
        EventType.RECEIVER_DISABLED: receiver,
        EventType.HEARTBEAT: _heartbeat_content(),
        EventType.CONFIG_REFUSED: _record({"faults": _list(_TEXT, least=1), "more": _COUNT}),
        EventType.WEBHOOK_TEST: _record({"receiver": _record({"name": _TEXT}), "message": _TEXT}),
    }


def _match_content(**more: Schema) -> Schema:
    return _record(
        {
            "alert": _alert(),
            "matches": _list(_match(), least=1),
            "article": _article(),
            "story": _record(
                {
                    "id": _TEXT,
                    "revision": {"type": "integer", "minimum": 1},
                    "articles": {"type": "integer", "minimum": 1},
                    "outlets": _COUNT,
                    "first_seen_at": _TIME,
                }
            ),
            "timing": _record({"published_at": _TIME_OR_NULL, "fetched_at": _TIME, "matched_at": _TIME}),
            "suppressed": _record(
                {"evidence": _COUNT, "duplicates": _COUNT, "matches": _COUNT}, optional=("matches",)
            ),
            **more,
        }
    )


def _edit() -> Schema:
    title = _record({"before": _TEXT, "after": _TEXT})
    return _record(
        {
            "revision": _COUNT,
            "title": {"oneOf": [title, {"type": "null"}]},
            "sentences": _list(_record({"entity": _TEXT, "before": _TEXT, "after": _TEXT_OR_NULL})),
            "more": _COUNT,
        }
    )


def _alert() -> Schema:
    return _record(
        {
            "id": _TEXT,
            "watchlist": _TEXT,
            "severity": _values(Severity),
            "labels": {"type": "object", "additionalProperties": _TEXT},
        }
    )


def _match() -> Schema:
    entity = _record(
        {
            "id": _TEXT,
            "kind": {"enum": [*(kind.value for kind in EntityKind), None]},
            "name": _TEXT_OR_NULL,
            "wikidata": _TEXT_OR_NULL,
        }
    )
    evidence = _record(
        {
            "zone": _values(Zone),
            "surface": _TEXT,
            "name": _TEXT,
            "form": _values(Form),
            "sentence": _TEXT,
            "sentence_start": _COUNT,
            "sentence_end": _COUNT,
            "start": _COUNT,
            "end": _COUNT,
        }
    )
    parts = {"type": "object", "additionalProperties": _NUMBER}
    return _record(
        {
            "entity": entity,
            "salience": _record({"level": _LEVEL, "value": _SHARE, "parts": parts}),
            "confidence": _record(
                {"value": _SHARE, "reasons": _list(_TEXT), "weights": _list(_NUMBER), "sum": _NUMBER},
                optional=("weights", "sum"),
            ),
            "mentions": _COUNT,
            "evidence": _list(evidence),
            "rejected": _list(_record({"reading": _TEXT, "reason": _values(MatchReason), "count": _COUNT})),
            "verdict": _LINKS,
        },
        optional=("verdict",),
    )


def _article() -> Schema:
    return _record(
        {
            "url": _TEXT_OR_NULL,
            "canonical_url": _TEXT_OR_NULL,
            "title": _TEXT,
            "language": _TEXT_OR_NULL,
            "authors": _list(_TEXT),
            "published_at": _TIME_OR_NULL,
            "modified_at": _TIME_OR_NULL,
            "revision": {"type": "integer", "minimum": 1},
            "feed": _feed(),
            "access": {"enum": ["free", "paywall", "consent", None]},
            "extraction": _record({"verdict": _values(_READ), "chars": _COUNT}),
        }
    )


def _feed() -> Schema:
    return _record({"id": _TEXT, "title": _TEXT_OR_NULL, "url": _TEXT_OR_NULL})


def _digest_content() -> Schema:
    entity = _record(
        {
            "id": _TEXT,
            "name": _TEXT_OR_NULL,
            "level": _LEVEL,
            "confidence": _SHARE,
            "mentions": _COUNT,
            "surface": _TEXT_OR_NULL,
            "verdict": _LINKS,
        },
        optional=("verdict",),
    )
    alert = _record(
        {
            "type": _values(EventType),
            "alert": _alert(),
            "held": _values(HoldReason),
            "raised_at": _TIME,
            "entities": _list(entity, least=1),
            "more_entities": _COUNT,
            "title": _TEXT,
            "url": _TEXT_OR_NULL,
            "feed": _feed(),
            "published_at": _TIME_OR_NULL,
            "story": _TEXT,
            "sentence": _TEXT_OR_NULL,
        }
    )
    digest = _record(
        {
            "id": _TEXT,
            "watchlist": _TEXT,
            "from": _TIME,
            "until": _TIME,
            "count": _COUNT,
            "held": _COUNTS,
            "notice": _TEXT_OR_NULL,
            "page": _COUNT,
            "pages": _COUNT,
        }
    )
    return _record({"digest": digest, "alerts": _list(alert, least=1)})


def _source_content() -> Schema:
    return _record(
        {
            "feed": _feed(),
            "state": _values(FeedState),
            "previous": _values(FeedState),
            "previous_reason": _TEXT_OR_NULL,
            "previous_since": _TIME_OR_NULL,
            "reason": _TEXT_OR_NULL,
            "failures": _COUNT,
            "last_well_at": _TIME_OR_NULL,
            "last_ok_at": _TIME_OR_NULL,
            "last_new_at": _TIME_OR_NULL,
            "next_poll_at": _TIME,
        }
    )


def _receiver_content() -> Schema:
    return _record(
        {
            "receiver": _record({"name": _TEXT, "state": _values(ReceiverState)}),
            "failures": _COUNT,
            "failing_since": _TIME_OR_NULL,
            "status": {"type": ["integer", "null"]},
            "reason": _TEXT_OR_NULL,
            "detail": _TEXT_OR_NULL,
            "delivery": _record({"id": _TEXT, "type": _values(EventType)}),
        }
    )


def _heartbeat_content() -> Schema:
    before_and_after = _record({"before": _COUNT, "after": _COUNT})
    return _record(
        {
            "since": _TIME,
            "until": _TIME,
            **dict.fromkeys(HEARTBEAT_COUNTS, _COUNT),
            "fell_back": _COUNTS,
            "suppressed": _COUNTS,
            "pending": before_and_after,
            "held": _record({"before": _COUNT, "added": _COUNT, "after": _COUNT}),
            "feeds": _COUNTS,
            "deliveries": _COUNTS,
        }
    )


def _record(members: Mapping[str, object], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": dict(members), "required": required}


def _list(element: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": element, "minItems": least}


def _values(words: Iterable[StrEnum]) -> Schema:
    return {"enum": [word.value for word in words]}
