"""What a command shows: a table for people, plain JSON for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under columns; `empty` is said where there are none.

    A table of `prose` is broken at `width` columns also where nothing limits it, as in a pipe.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    title: str = ""
    empty: str = "nothing to show"
    prose: bool = False
    width: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The answer of a command: `plain` for `--json`; a `head`, tables and closing words for people."""

    plain: object
    head: str = ""
    tables: tuple[Table, ...] = ()
    words: tuple[str, ...] = ()
    failed: bool = False


def cell(value: object) -> str:
    """Return a plain value as a table shows it: nothing for None, a list's values behind one another."""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def shown_time(at: datetime) -> str:
    """Return a time in UTC as it is written everywhere, in whole seconds."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def many(count: int, one: str, more: str) -> str:
    """Return a number with the words for one, or for none and more."""
    return f"{count} {one if count == 1 else more}"
