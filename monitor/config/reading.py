"""Reads one mapping of the configuration by its keys, and words whatever is wrong with it."""

from collections.abc import Iterable
from typing import Any, get_args

from monitor.config import values
from monitor.config.findings import Findings, Spot
from monitor.config.keys import Model, Problem, Raw, kind_of, validate
from monitor.config.places import Path, Table, as_table, child, key_place


def read(model: type[Model], spot: Spot, findings: Findings) -> Model | None:
    """Return a mapping as its model; None where it cannot be. Every fault is noted.

    Keys that are at fault are left out and the rest is read without them, so that what depends on the
    rest can be checked too.
    """
    found = validate(model, spot.node)
    if not isinstance(found, list):
        return found
    for each in found:
        _note(model, spot, findings, each)
    if not isinstance(spot.node, Table):
        return None
    bad = {each.loc[0] for each in found if each.loc}
    rest = {key: node for key, node in spot.node.items() if key not in bad}
    again = validate(model, as_table(rest, spot.node.place))
    return None if isinstance(again, list) else again


def _note(model: type[Raw], spot: Spot, findings: Findings, problem: Problem) -> None:
    loc = problem.loc
    match problem.kind:
        case "extra_forbidden":
            unknown_key(spot, loc, keys_of(model, loc[:-1]), findings)
        case "missing" if _stands(spot, loc):
            spot.fault(findings, "is empty; write a value", *loc)
        case "missing":
            spot.fault(findings, f"key '{loc[-1]}' is missing", *loc[:-1])
        case "too_short":
            spot.fault(findings, "is an empty list; write at least one", *loc)
        case "value_error":
            spot.fault(findings, problem.words, *loc)
        case "list_type":
            spot.fault(findings, f"is {kind_of(_at(spot, loc))}; write a list", *loc)
        case _:
            spot.fault(findings, f"is {kind_of(_at(spot, loc))}; write a mapping of keys", *loc)


def unknown_key(spot: Spot, loc: Path, known: Iterable[str], findings: Findings) -> None:
    """Note a key that means nothing here, at its own place."""
    key = str(loc[-1])
    parent = _at(spot, loc[:-1])
    place = key_place(parent, key) if isinstance(parent, Table) else spot.place(*loc)
    words = tuple(known)
    meant = _MEANT.get(key.casefold().replace("-", "_"))
    hint = f"; did you mean '{meant}'?" if meant in words else values.did_you_mean(key, words)
    findings.fault(place, (*spot.path, *loc), f"unknown key {values.shown(key)}{hint}")


# What people write who come from elsewhere.
_MEANT = {
    "interval": "every",
    "aliases": "names",
    "name": "names",
    "keywords": "names",
    "synonyms": "names",
    "exclude": "not",
    "decoys": "not",
    "type": "kind",
    "secret": "secrets",
    "webhook": "url",
    "endpoint": "url",
    "channels": "receivers",
    "webhooks": "receivers",
    "sources": "feeds",
    "query": "when",
    "database": "store",
    "timezone": "tz",
    "topics": "watchlists",
}


def keys_of(model: type[Raw], loc: Iterable[str | int]) -> tuple[str, ...]:
    """Return the keys that a mapping inside a model may have."""
    for step in loc:
        if isinstance(step, str):
            named = {each.alias or name: each for name, each in model.model_fields.items()}
            model = next(iter(_models_in(named[step].annotation)), model) if step in named else model
    return tuple(each.alias or name for name, each in model.model_fields.items())


def _models_in(kind: Any) -> Iterable[type[Raw]]:  # noqa: ANN401  (an annotation can be anything)
    if isinstance(kind, type) and issubclass(kind, Raw):
        yield kind
    for part in get_args(kind):
        yield from _models_in(part)


def _at(spot: Spot, loc: Path) -> object:
    node: Any = spot.node
    for step in loc:
        below = child(node, step)
        if below is None:
            return node
        node = below
    return node


def _stands(spot: Spot, loc: Path) -> bool:
    above = _at(spot, loc[:-1])
    return isinstance(above, Table) and any(key == loc[-1] for key in above)
