"""Adds feeds to a configuration's file, and leaves every other character of it as it was."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.config.load import load_config
from monitor.config.places import Listing, Node, Place, Table, Text, child, key_place, parse
from monitor.config.schema import Config
from monitor.errors import ConfigError, Fault, UsageError

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
    real = path.resolve()
    beside = real.with_name(f".{real.name}.new")
    try:
        text = real.read_bytes().decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        beside.touch(mode=0o600)
        beside.write_bytes((mark + with_feeds(text.removeprefix(mark), written)).encode())
        config = _loaded(beside, path, environ)
        beside.chmod(real.stat().st_mode & 0o7777)
        beside.replace(real)
    except NoPlace as error:
        raise UsageError(
            f"{path}: there is no place for new feeds that a program should touch; "
            f"write them into 'feeds:' yourself:\n{shown}"
        ) from error
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
