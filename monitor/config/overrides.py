"""Puts `MONITOR__STORE__URL=…` of the environment in the place of `store.url`."""

from collections.abc import Mapping

from monitor.config.findings import Findings
from monitor.config.places import (
    Listing,
    Node,
    Place,
    Table,
    Text,
    as_listing,
    as_table,
    is_null,
    parse,
)

PREFIX = "MONITOR__"


def overridden(root: Table, environ: Mapping[str, str], findings: Findings) -> Table:
    """Return the configuration with every `MONITOR__…` variable in its place.

    Two underscores are one step; a number is a place in a list, which may be the one after its end.
    Capitals do not count, and an underscore stands for a hyphen where such a key exists. The value is
    read as YAML.
    """
    for name in sorted(environ):
        if name.startswith(PREFIX):
            root = _with_variable(root, name, environ[name], findings)
    return root


def _with_variable(root: Table, name: str, written: str, findings: Findings) -> Table:
    place = Place(f"environment {name}")
    steps = name.removeprefix(PREFIX).lower().split("__")
    if not all(steps):
        problem = "names no setting; write MONITOR__STORE__URL for store.url"
        findings.fault(place, (), problem)
        return root
    node, faults = parse(written, place.file)
    for fault in faults:
        findings.fault(place, tuple(steps), fault.problem)
    value = Text("", place) if node is None else _moved(node, place)
    try:
        changed = _with(root, steps, value, place)
    except ValueError as error:
        findings.fault(place, tuple(steps), str(error))
        return root
    assert isinstance(changed, Table)
    return changed


def _with(node: Node | None, steps: list[str], value: Node, place: Place) -> Node:
    """Return a copy of `node` in which `steps` lead to `value`.

    Raises:
        ValueError: a step cannot be taken.
    """
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, Listing):
        if not step.isascii() or not step.isdigit() or int(step) > len(node):
            raise ValueError(f"'{step}' is no place in a list of {len(node)}; count from 0")
        index = int(step)
        below = node[index] if index < len(node) else None
        return as_listing([*node[:index], _with(below, rest, value, place), *node[index + 1 :]], node.place)
    if node is None or is_null(node):
        node = Table(place)
    if not isinstance(node, Table):
        raise ValueError(f"'{step}' cannot stand below a single value; write that as a mapping first")  # noqa: TRY004  (a fault of the file)
    key = next((each for each in node if each.lower().replace("-", "_") == step), Text(step, place))
    return as_table({**node, key: _with(node.get(key), rest, value, place)}, node.place)


def _moved(node: Node, place: Place) -> Node:
    """Return a value as if it had been written at `place` all over."""
    if isinstance(node, Text):
        return Text(node, place, quoted=node.quoted)
    if isinstance(node, Listing):
        return as_listing([_moved(each, place) for each in node], place)
    members = {Text(key, place, quoted=key.quoted): _moved(each, place) for key, each in node.items()}
    return as_table(members, place)
