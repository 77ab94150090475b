"""`monitor once`: what one pass did."""

from collections.abc import Mapping
from typing import Any

from monitor.tables import Shown, Table

# Counts of the pass, in the order of the flow, and what people call them.
_LINES = (
    ("polled", "feeds polled"),
    ("not_modified", "not modified"),
    ("poll.failed", "failed"),
    ("entries", "new entries"),
    ("extracted", "articles read"),
    ("matched", "articles that matched"),
    ("alerted", "alerts"),
    ("deliver.delivered", "deliveries made"),
    ("deliver.pending", "attempts that failed"),
    ("deliver.dead", "deliveries given up"),
)


def show_once(counted: Mapping[str, int], status: Mapping[str, Any]) -> Shown:
    """Return the counts of a pass, and the feeds that did not answer."""
    counts = {name: counted.get(name, 0) for name, _ in _LINES}
    errors = sum(count for name, count in counted.items() if name.endswith(".error"))
    failing = [feed for feed in status["feeds"] if feed["reason"]]
    tables = (
        Table(
            title="feeds with trouble",
            columns=("id", "state", "reason", "failures"),
            rows=[(feed["id"], feed["state"], feed["reason"], str(feed["failures"])) for feed in failing],
        ),
    )
    return Shown(
        plain={**counts, "errors": errors, "deliveries": status["deliveries"]},
        tables=tables if failing else (),
        words=tuple(f"{counts[name]:>8} {words}" for name, words in _LINES)
        + ((f"{errors:>8} errors; see the log",) if errors else ()),
    )
