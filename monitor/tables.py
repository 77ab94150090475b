"""What a command shows: a table for people, plain JSON for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text under columns; `empty` is said where there are none.

    A table of `prose` is broken at 100 columns also where nothing limits the width, as in a pipe.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    title: str = ""
    empty: str = "nothing to show"
    prose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The answer of a command: `plain` for `--json`, tables and closing words for people."""

    plain: object
    tables: tuple[Table, ...] = ()
    words: tuple[str, ...] = ()
    failed: bool = False
