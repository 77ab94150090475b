"""`monitor once`: what one pass did."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.ops.status import private_words
from monitor.tables import Shown, Table, many

# Counts of the pass, in the order of the flow, and what people call one, and none or more.
_LINES = (
    ("polled", "feed polled", "feeds polled"),
    ("not_modified", "not modified", "not modified"),
    ("poll.failed", "failed", "failed"),
    ("entries", "new entry", "new entries"),
    ("extracted", "article read", "articles read"),
    ("matched", "article that matched", "articles that matched"),
    ("alerted", "alert", "alerts"),
    ("deliver.delivered", "delivery made", "deliveries made"),
    ("deliver.pending", "attempt that failed", "attempts that failed"),
    ("deliver.dead", "delivery given up", "deliveries given up"),
)


def show_once(counted: Mapping[str, int], status: Mapping[str, Any]) -> Shown:
    """Return the counts of a pass, and the feeds that did not answer."""
    counts = {name: counted.get(name, 0) for name, *_ in _LINES}
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
        words=tuple(_line(counts[name], one, more) for name, one, more in _LINES)
        + ((f"{_line(errors, 'error', 'errors')}; see the log",) if errors else ())
        + private_words(failing)
        + tuple(_waits(receiver) for receiver in status["receivers"] if _is_in_trouble(receiver))
        + tuple([] if counts["polled"] else _nothing_due(failing)),
    )


def _line(count: int, one: str, more: str) -> str:
    return f"{count:>8} {one if count == 1 else more}"


def _is_in_trouble(receiver: Mapping[str, Any]) -> bool:
    """Return whether something waits for a receiver because of failures."""
    return bool(receiver["pending"] and (receiver["failures"] or receiver["rests_until"]))


def _waits(receiver: Mapping[str, Any]) -> str:
    """Return what waits for a receiver, why, until when, and what to do."""
    name, at = receiver["name"], receiver["next_attempt_at"]
    until = f"next attempt at {at}" if at else "disabled"
    why = f"{receiver['reason']}, {until}" if receiver["reason"] else until
    return (
        f"{many(receiver['pending'], 'delivery waits', 'deliveries wait')} for {name} ({why}): "
        f"start or repair it, then `monitor receivers enable {name}` and `monitor once`"
    )


def _nothing_due(failing: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    """Return when the first of the feeds that failed is asked again, and how that is sooner."""
    asked = [feed for feed in failing if feed["failures"] and feed["next_poll_at"]]
    return [
        f"no feed was due; {feed['id']} is at {feed['next_poll_at']}: "
        f"`monitor feeds poll {feed['id']}` and `monitor once` ask it now"
        for feed in sorted(asked, key=lambda feed: str(feed["next_poll_at"]))[:1]
    ]
