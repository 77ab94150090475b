"""Adds feeds and entities' words to a configuration's file, and leaves every other character as it was."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from monitor.config.load import load_config
from monitor.config.places import Listing, Node, Place, Table, Text, child, key_place, parse
from monitor.config.schema import Config
from monitor.errors import ConfigError, Fault, UsageError
from monitor.model import EntityId

# What may stand in YAML without quotation marks, also between brackets.
_PLAIN = re.compile(
    r"(?:[A-Za-z]+://)?[A-Za-z0-9][A-Za-z0-9./_~%+=?&@-]*(?::[0-9]+)?(?:/[A-Za-z0-9./_~%+=?&@-]*)?"
)
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off"))
_SECTION = "feeds"


class NoPlace(ValueError):  # noqa: N818  (it names what is missing)
    """The list of feeds stands in the file in a way that a machine should not edit."""


def with_feeds(text: str, written: Sequence[str | Mapping[str, str]]) -> str:
    """Return the configuration's text with these feeds at the end of its list.

    Raises:
        NoPlace: there is no place where they could be put safely.
    """
    root, faults = parse(text, "")
    if faults or not isinstance(root, Table):
        raise NoPlace
    node = child(root, _SECTION)
    as_json = text.lstrip().startswith("{")
    for each in written:
        text = _edited(text, json.dumps(each, ensure_ascii=False) if as_json else _written(each))
    after, faults = parse(text, "")
    old = node if isinstance(node, Listing) else []
    expected = {str(key): each for key, each in root.items()} | {_SECTION: [*old, *written]}
    if faults or after != expected:
        raise NoPlace
    return text


def add_feeds(path: Path, written: Sequence[str | Mapping[str, str]], environ: Mapping[str, str]) -> Config:
    """Put feeds into a configuration's file, if it still holds with them, and return it as it is then.

    The new file takes the old one's place in one moment; its mode, and a link that leads to it, stay.

    Raises:
        ConfigError: it would not hold; the file is as it was.
        UsageError: the file cannot be changed, or has no place for them.
    """
    shown = "\n".join(f"  - {_written(each)}" for each in written)
    lack = (
        f"{path}: there is no place for new feeds that a program should touch; "
        f"write them into 'feeds:' yourself:\n{shown}"
    )
    return _rewritten(path, lambda text: with_feeds(text, written), lack, environ)


def with_words(text: str, entity: str, added: Mapping[str, Sequence[str]]) -> str:
    """Return the configuration's text with more words in lists of an entity, by key.

    Raises:
        NoPlace: there is no place where they could be put safely.
    """
    before, faults = parse(text, "")
    if faults:
        raise NoPlace
    for key, words in added.items():
        for word in words:
            text = _with_word(text, entity, key, word)
    after, faults = parse(text, "")
    entities, one = _entity_in(before, entity)
    lists = {key: [*_listed(one, key), *words] for key, words in added.items()}
    others = {**_members(entities), entity: {**_members(one), **lists}}
    if faults or after != {**_members(before), "entities": others}:
        raise NoPlace
    return text


def add_words(
    path: Path, added: Mapping[EntityId, Mapping[str, Sequence[str]]], shown: str, environ: Mapping[str, str]
) -> Config:
    """Put words into lists of entities, by entity and key, as `add_feeds` does; `shown` is what to paste.

    Raises:
        ConfigError: it would not hold; the file is as it was.
        UsageError: the file cannot be changed, or has no place for them.
    """

    def edit(text: str) -> str:
        for entity, lists in added.items():
            text = with_words(text, entity, lists)
        return text

    lack = (
        f"{path}: an entity stands there in a way that a program should not touch; write yourself:\n{shown}"
    )
    return _rewritten(path, edit, lack, environ)


def _rewritten(path: Path, edit: Callable[[str], str], lack: str, environ: Mapping[str, str]) -> Config:
    real = path.resolve()
    beside = real.with_name(f".{real.name}.new")
    try:
        text = real.read_bytes().decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        beside.touch(mode=0o600)
        beside.write_bytes((mark + edit(text.removeprefix(mark))).encode())
        config = _loaded(beside, path, environ)
        beside.chmod(real.stat().st_mode & 0o7777)
        beside.replace(real)
    except NoPlace as error:
        raise UsageError(lack) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be changed: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
    return config


def _loaded(beside: Path, path: Path, environ: Mapping[str, str]) -> Config:
    """Load what is to become `path`; faults are told of that."""
    try:
        return load_config(beside, environ)
    except ConfigError as error:
        raise ConfigError([_renamed(fault, str(beside), str(path)) for fault in error.faults]) from error


def _renamed(fault: Fault, old: str, new: str) -> Fault:
    if fault.file != old:
        return fault
    return Fault(file=new, line=fault.line, column=fault.column, path=fault.path, problem=fault.problem)


# ---- text ------------------------------------------------------------------------------------


def _edited(text: str, line: str) -> str:
    """Return the text with one more feed.

    Raises:
        NoPlace: there is no place for it.
    """
    root, _ = parse(text, "")
    if not isinstance(root, Table):
        raise NoPlace
    node = child(root, _SECTION)
    if node is None:
        return _appended(text, root, line)
    if isinstance(node, Listing) and node.bracket is not None:
        return _in_brackets(text, node.bracket, line)
    lines = text.splitlines(keepends=True)
    if isinstance(node, Listing):
        indent = node.place.column - 1
        return _inserted(lines, _end_of_last(lines, node[-1], indent), indent, line)
    if isinstance(node, Text) and node == "" and not node.quoted:
        return _inserted(lines, key_place(root, _SECTION).line, 2, line)
    raise NoPlace


def _with_word(text: str, entity: str, key: str, word: str) -> str:
    root, _ = parse(text, "")
    _, one = _entity_in(root, entity)
    node, line = child(one, key), as_scalar(word)
    if isinstance(node, Listing) and node.bracket is not None:
        return _in_brackets(text, node.bracket, line)
    lines = text.splitlines(keepends=True)
    if isinstance(node, Listing) and node:
        indent = node.place.column - 1
        return _inserted(lines, _end_of_last(lines, node[-1], indent), indent, line)
    if node is not None or not one:
        raise NoPlace
    at, column = sum(map(len, lines[: one.place.line - 1])) + one.place.column - 1, one.place.column
    if text[at] == "{":
        return f"{text[: at + 1]}{key}: [{line}], {text[at + 1 :]}"
    first = next(iter(one)).place
    if lines[first.line - 1][: column - 1].strip():
        raise NoPlace
    new = f"{' ' * (column - 1)}{key}: [{line}]{_line_end(text)}"
    return "".join((*lines[: first.line - 1], new, *lines[first.line - 1 :]))


def _entity_in(root: object, entity: str) -> tuple[Table, Table]:
    """Return the entities of a configuration, and one of them; both as mappings.

    Raises:
        NoPlace: they are written otherwise.
    """
    entities = child(root, "entities") if isinstance(root, Table) else None
    one = child(entities, entity) if isinstance(entities, Table) else None
    if not isinstance(entities, Table) or not isinstance(one, Table):
        raise NoPlace
    return entities, one


def _listed(table: Table, key: str) -> list[Node]:
    node = child(table, key)
    return [*node] if isinstance(node, Listing) else []


def _members(root: object) -> Mapping[str, object]:
    return {str(key): each for key, each in root.items()} if isinstance(root, Table) else {}


def _appended(text: str, root: Table, line: str) -> str:
    if root.place.column != 1 or text.lstrip()[:1] in ("{", "&"):
        raise NoPlace
    end = _line_end(text)
    return f"{text.rstrip()}{end}{end}{_SECTION}:{end}  - {line}{end}"


def _in_brackets(text: str, bracket: Place, line: str) -> str:
    lines = text.splitlines(keepends=True)
    at = sum(map(len, lines[: bracket.line - 1])) + bracket.column - 1
    before = text[:at]
    content = before.rstrip()
    comma = "" if content.endswith(("[", ",")) else ", "
    space = " " if content.endswith(",") and before == content else ""
    return f"{before}{comma}{space}{line}{text[at:]}"


def _end_of_last(lines: Sequence[str], last: Node, indent: int) -> int:
    """Return the number of lines up to the end of a list's last member; comments behind it stay behind."""
    end = last.place.line
    for number in range(end, len(lines)):
        content = lines[number].strip()
        if content and len(lines[number]) - len(lines[number].lstrip(" ")) <= indent:
            break
        if content and not content.startswith("#"):
            end = number + 1
    return end


def _inserted(lines: Sequence[str], after: int, indent: int, line: str) -> str:
    text = "".join(lines)
    end = _line_end(text)
    before = "".join(lines[:after])
    if not before.endswith(("\n", "\r")):
        before += end
    return f"{before}{' ' * indent}- {line}{end}{''.join(lines[after:])}"


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _written(feed: str | Mapping[str, str]) -> str:
    """Return a feed as one line of YAML."""
    if isinstance(feed, str):
        return as_scalar(feed)
    return "{" + ", ".join(f"{key}: {as_scalar(value)}" for key, value in feed.items()) + "}"


def as_scalar(text: str) -> str:
    """Return a text as one value of YAML: in quotation marks where it would mean something else."""
    # A text of JSON is one of YAML.
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
