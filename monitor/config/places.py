"""Where in a file does every value of a YAML document stand?

Every plain value stays the text that was written, with its place; what it means is decided later by
the key that it stands under. So `no` under `languages` is Norwegian, `07:30` under `at` is a time of
day, and no rule of YAML 1.1 turns either into something else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import yaml
import yaml.events as said

from monitor.errors import Fault
from monitor.text.urls import without_secrets

# Deeper nesting than this is no configuration; the longest path of ours has eight steps.
_DEPTH = 64
# Values that aliases may stand for, all told: a "billion laughs" document asks for more.
_BY_ALIAS = 100_000
# What YAML has no place for. Told by all others, which are nearly all, it takes ten times as long to compile.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column count from 1; 0 where a value comes from no line, such as the environment."""

    file: str
    line: int = 0
    column: int = 0

    def fault(self, path: Path, problem: str) -> Fault:
        """Return what is wrong here."""
        return Fault(
            file=self.file,
            line=self.line,
            column=self.column,
            path=without_secrets(dotted(path)),
            problem=without_secrets(problem),
        )


class Text(str):
    """A text that knows where it was written; a `str`, so that it is one wherever a text is wanted."""

    __slots__ = ("place", "quoted")
    place: Place
    quoted: bool

    def __new__(cls, text: str, place: Place, *, quoted: bool = False) -> Self:
        """Return `text` as written at `place`, within quotation marks or without."""
        made = super().__new__(cls, text)
        made.place = place
        made.quoted = quoted
        return made


class Listing(list["Node"]):
    """A sequence that knows where it begins, and where its closing bracket stands if it has one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.bracket: Place | None = None


class Table(dict[Text, "Node"]):
    """A mapping that knows where it begins; its keys know where they stand."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


Node = Text | Listing | Table


def parse(text: str, file: str) -> tuple[Node | None, list[Fault]]:
    """Return the document's root, None where it has none or cannot be read, and every fault found.

    `file` is what the file is called in faults.
    """
    odd = _UNPRINTABLE.search(text)
    if odd:
        place = Place(
            file, text.count("\n", 0, odd.start()) + 1, odd.start() - text.rfind("\n", 0, odd.start())
        )
        return None, [
            place.fault((), f"character U+{ord(odd[0]):04X} has no place in a text file; remove it")
        ]
    reader = _Reader(file)
    try:
        root = reader.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        return None, [*reader.faults, _syntax_fault(error, text, file)]
    except _GivenUp as why:
        return None, [*reader.faults, why.fault]
    return root, reader.faults


def is_null(node: Node) -> bool:
    """Return whether a value was left empty, or written as YAML's null."""
    return isinstance(node, Text) and not node.quoted and node in _NULLS


def dotted(path: Path) -> str:
    """Return `feeds[3].every` for ("feeds", 3, "every")."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def place_of(node: Node, path: Path) -> Place:
    """Return the place of what `path` leads to from `node`, or of the last step that is there."""
    for step in path:
        below = child(node, step)
        if below is None:
            return node.place
        node = below
    return node.place


def child(node: Node, step: str | int) -> Node | None:
    """Return the value one step below a node, or None where there is none."""
    if isinstance(node, Table):
        return node.get(Text(str(step), node.place))
    if isinstance(node, Listing) and isinstance(step, int) and 0 <= step < len(node):
        return node[step]
    return None


def key_place(table: Table, key: str) -> Place:
    """Return where a key stands, or where its table begins if it does not stand there."""
    return next((each.place for each in table if each == key), table.place)


def as_table(members: Mapping[Text, Node], place: Place) -> Table:
    """Return a table with these members at a place."""
    made = Table(place)
    made.update(members)
    return made


def as_listing(nodes: Sequence[Node], place: Place) -> Listing:
    """Return a sequence of these nodes at a place."""
    made = Listing(place)
    made.extend(nodes)
    return made


class _GivenUp(Exception):  # noqa: N818  (not an error of the program: how a reading ends)
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class _Reader:
    """Builds nodes from the parser's events; keeps the anchors seen and how much aliases stand for."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._by_alias = 0
        self._count = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        """Return the root of the first document; a second one is a fault."""
        root: Node | None = None
        documents = 0
        for event in events:
            if isinstance(event, said.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._tell(event, "a second document begins here; one file holds one: remove the '---'")
                    return root
                root = self._node(next(events), events)
        return None if root is not None and is_null(root) else root

    def _node(self, event: Any, events: Iterator[Any]) -> Node:  # noqa: ANN401  (yaml has no types)
        if isinstance(event, said.AliasEvent):
            return self._alias(event)
        if len(self._path) > _DEPTH:
            raise _GivenUp(self._place(event).fault((), f"nested more than {_DEPTH} deep"))
        if event.tag is not None and event.tag != "!":
            self._tell(event, f"tag '{_short(event.tag)}' is refused; write the plain value")
        before = self._count
        node: Node
        if isinstance(event, said.ScalarEvent):
            node = Text(event.value, self._place(event), quoted=bool(event.style))
        elif isinstance(event, said.SequenceStartEvent):
            node = self._listing(event, events)
        else:
            node = self._table(event, events)
        self._count += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._count - before)
        return node

    def _alias(self, event: Any) -> Node:  # noqa: ANN401
        if event.anchor not in self._anchors:
            self._tell(event, f"alias '*{event.anchor}' names nothing that stands before it")
            return Text("", self._place(event), quoted=True)
        node, size = self._anchors[event.anchor]
        self._by_alias += size
        self._count += size
        if self._by_alias > _BY_ALIAS:
            raise _GivenUp(self._fault(event, f"aliases stand for more than {_BY_ALIAS:,} values"))
        return node

    def _listing(self, start: Any, events: Iterator[Any]) -> Listing:  # noqa: ANN401
        made = Listing(self._place(start))
        for event in events:
            if isinstance(event, said.SequenceEndEvent):
                made.bracket = self._place(event) if start.flow_style else None
                break
            self._path.append(len(made))
            made.append(self._node(event, events))
            self._path.pop()
        return made

    def _table(self, start: Any, events: Iterator[Any]) -> Table:  # noqa: ANN401
        made = Table(self._place(start))
        merged: list[Table] = []
        for event in events:
            if isinstance(event, said.MappingEndEvent):
                break
            key = self._node(event, events)
            if not isinstance(key, Text):
                self._tell(event, "a list or mapping cannot be a key; write a word")
                key = Text("", key.place)
            if key == "<<" and not key.quoted:
                merged += self._merged(self._node(next(events), events))
                continue
            self._path.append(str(key))
            self._keep(made, key, event, events)
            self._path.pop()
        for table in merged:
            for key, node in table.items():
                made.setdefault(key, node)
        return made

    def _keep(self, made: Table, key: Text, event: Any, events: Iterator[Any]) -> None:  # noqa: ANN401
        if key in made:
            first = key_place(made, key).line
            self._tell(event, f"key '{_short(key)}' stands twice; it stands in line {first} already")
            self._node(next(events), events)
        else:
            made[key] = self._node(next(events), events)

    def _merged(self, node: Node) -> list[Table]:
        tables = list(node) if isinstance(node, Listing) else [node]
        if not all(isinstance(each, Table) for each in tables):
            problem = "only mappings can be merged; write '<<: *anchor' of a mapping"
            self.faults.append(node.place.fault(tuple(self._path), problem))
        return [each for each in tables if isinstance(each, Table)]

    def _place(self, event: Any) -> Place:  # noqa: ANN401
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, event: Any, problem: str) -> Fault:  # noqa: ANN401
        return self._place(event).fault(tuple(self._path), problem)

    def _tell(self, event: Any, problem: str) -> None:  # noqa: ANN401
        self.faults.append(self._fault(event, problem))


def _syntax_fault(error: yaml.MarkedYAMLError, text: str, file: str) -> Fault:
    """Say what the parser stumbled over, never quoting the line: it may hold a secret."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    hint = "check the indentation, colons and quotation marks here and in the line before"
    if "\t" in written[: len(written) - len(written.lstrip())]:
        hint = "indent by spaces, not by tabs"
    elif written[column : column + 1] in tuple("@`%"):
        hint = f"put a value that begins with '{written[column]}' in quotation marks"
    opened = error.context_mark
    begun = f", begun in line {opened.line + 1}" if opened and opened.line != line else ""
    return Place(file, line + 1, column + 1).fault((), f"not YAML: {error.problem}{begun}; {hint}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004  (fits a terminal's line)
