"""A body after the receiver's own pattern: JSON whose texts hold placeholders such as `{{ article.title }}`.

The pattern is a structure, not a text: what a placeholder stands for is put into a value of it, and
only then written as JSON. So no quotation mark, and no brace, in a title can break it. A placeholder
is a path, and nothing else: there is no expression that could be run.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from monitor.alerts.evidence import moment, size_of
from monitor.alerts.formats.chat import chat_of, clock
from monitor.alerts.formats.schema import schema_of_events
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, SCHEMA_VERSION, compact
from monitor.model import DeliveryId, Event

# What stands in the pattern itself; the rest of a body's 20 kB is left to what is put into it.
PATTERN_BYTES = 8_000

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)
# How many elements a list, and how many characters a text may have, from one attempt to make the body
# fit to the next. With nothing at all, only the pattern is left.
_CUTS = ((50, 2_000), (10, 600), (5, 200), (2, 80), (1, 20), (0, 0))
_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _TEXT}
_OWN: Mapping[str, Any] = {
    "properties": {
        **dict.fromkeys(("id", "type", "timestamp", "schema_version"), _TEXT),
        "chat": {
            "properties": {
                **dict.fromkeys(("headline", "link", "sentence", "time"), _TEXT),
                "sentences": _TEXTS,
                "facts": {"additionalProperties": _TEXT},
            }
        },
    }
}

Fault = tuple[tuple[str | int, ...], str]


def render(event: Event, pattern: object, delivery: DeliveryId) -> tuple[str, bytes]:
    """Return the content type and the body; where it would be too big, long values are cut."""
    values = _values(event, delivery)
    body = compact(_filled(pattern, values, lambda value: value))
    for elements, characters in _CUTS:
        if len(body) <= MOST_BYTES:
            break
        body = compact(_filled(pattern, values, _cutter(elements, characters)))
    return CONTENT_TYPE, body


def template_faults(pattern: object) -> Iterator[Fault]:
    """Give what is wrong with a pattern: the path to the value, and why."""
    if not isinstance(pattern, dict | list):
        yield (), "is no structure; write a mapping or a list, whose texts may hold {{ article.title }}"
    elif size_of(pattern) > PATTERN_BYTES:
        yield (), f"has more than {PATTERN_BYTES:,} bytes; leave room for what is put into it"
    else:
        yield from _faults(pattern, ())


def _faults(node: object, path: tuple[str | int, ...]) -> Iterator[Fault]:
    if isinstance(node, dict):
        for key, value in node.items():
            if _BRACES.search(key):
                yield (*path, key), "a key holds a placeholder; write them in values only"
            yield from _faults(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _faults(value, (*path, index))
    elif isinstance(node, str):
        for found in _BRACES.finditer(node):
            problem = _problem(found[0])
            if problem:
                yield path, problem


def _problem(written: str) -> str | None:
    """Return what is wrong with a placeholder as it was written, if anything is."""
    found = _PLACEHOLDER.fullmatch(written)
    if not found:
        return "braces that are no placeholder; write one such as {{ article.title }}"
    if is_known(found[1].split(".")):
        return None
    near = get_close_matches(found[1], known_paths(), n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else "see the bodies in docs/webhooks.md"
    return f"unknown placeholder '{found[1]}'; {hint}"


def is_known(steps: Sequence[str]) -> bool:
    """Return whether a path leads to something in the body of any event."""
    return any(_leads(schema, steps) for schema in _schemas())


@cache
def known_paths() -> tuple[str, ...]:
    """Return every path that has a name, such as `article.title` and `matches.0.entity.name`."""
    return tuple(dict.fromkeys(path for schema in _schemas() for path in _paths(schema, "")))


@cache
def _schemas() -> tuple[Mapping[str, Any], ...]:
    bodies: Any = schema_of_events()["oneOf"]
    return _OWN, *(body["properties"]["data"] for body in bodies)


def _leads(schema: Mapping[str, Any], steps: Sequence[str]) -> bool:
    if not steps:
        return True
    for branch in schema.get("oneOf", (schema,)):
        below = branch.get("properties", {}).get(steps[0]) or branch.get("additionalProperties")
        if below is None and steps[0].isdecimal():
            below = branch.get("items")
        if below and _leads(below, steps[1:]):
            return True
    return False


def _paths(schema: Mapping[str, Any], before: str) -> Iterator[str]:
    for branch in schema.get("oneOf", (schema,)):
        members = branch.get("properties", {})
        for name, below in {**members, **({"0": branch["items"]} if "items" in branch else {})}.items():
            yield f"{before}{name}"
            yield from _paths(below, f"{before}{name}.")


def _values(event: Event, delivery: DeliveryId) -> Mapping[str, Any]:
    chat = chat_of(event)
    sentences = [quote.before + quote.mention + quote.after for quote in chat.quotes]
    return {
        **event.content,
        "id": delivery,
        "type": event.type.value,
        "timestamp": moment(event.timestamp),
        "schema_version": SCHEMA_VERSION,
        "chat": {
            "headline": chat.headline,
            "link": chat.url,
            "sentence": sentences[0] if sentences else None,
            "sentences": sentences,
            "facts": dict(chat.facts),
            "time": clock(chat.time),
        },
    }


def _filled(node: object, values: Mapping[str, Any], cut: Callable[[Any], Any]) -> object:
    if isinstance(node, dict):
        return {key: _filled(value, values, cut) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values, cut) for value in node]
    if not isinstance(node, str):
        return node
    whole = _PLACEHOLDER.fullmatch(node)
    if whole:
        return cut(_found(whole[1], values))
    return _PLACEHOLDER.sub(lambda each: _spelled(cut(_found(each[1], values))), node)


def _found(path: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  (plain JSON)
    """Return what a path leads to; None where this event has no such thing."""
    found: Any = values
    for step in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _spelled(value: Any) -> str:  # noqa: ANN401  (plain JSON)
    """Return a value as it stands within a text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return compact(value).decode()


def _cutter(elements: int, characters: int) -> Callable[[Any], Any]:
    def cut(value: Any) -> Any:  # noqa: ANN401  (plain JSON)
        if isinstance(value, str):
            return value if len(value) <= characters else value[: characters - 1] + "…" if characters else ""
        if isinstance(value, list):
            return [cut(each) for each in value[:elements]]
        if isinstance(value, Mapping):
            return {name: cut(each) for name, each in value.items()} if elements else {}
        return value

    return cut
