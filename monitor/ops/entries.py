"""`monitor entries`: those that were given up, why, and how they are tried again."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.errors import UsageError
from monitor.tables import Shown, Table

_COLUMNS = ("id", "feed", "failures", "why", "first_seen_at", "title")


def show_failed(rows: Sequence[Mapping[str, Any]]) -> Shown:
    """Return the entries that were given up as a table, the newest first."""
    table = Table(
        columns=_COLUMNS,
        rows=[tuple("" if row[name] is None else str(row[name]) for name in _COLUMNS) for row in rows],
        empty="no entry was given up",
    )
    return Shown(plain={"entries": list(rows)}, tables=(table,))


def show_retried(wanted: Sequence[str], retried: int) -> Shown:
    """Return how many entries are tried again.

    Raises:
        UsageError: some of those that were named were not given up.
    """
    missing = len(set(wanted)) - retried
    if wanted and missing:
        raise UsageError(
            f"{missing} of the ids are no entries that were given up; {retried} are tried again; "
            "`monitor entries list` shows them"
        )
    return Shown(plain={"retried": retried}, words=(f"{retried} entries are tried again",))
