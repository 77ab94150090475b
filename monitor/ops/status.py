"""`monitor status`: what is due, what fails, what waits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.model import FailureReason
from monitor.tables import Shown, Table, shown_time


def show_status(status: Mapping[str, Any]) -> Shown:
    """Return the store's status as tables; `status` is what `--json` prints."""
    deliveries, entries = status["deliveries"], status["entries"]
    held = ", ".join(f"{count} {reason}" for reason, count in status["held"].items() if count)
    words: tuple[str, ...] = (
        f"entries: {entries['pending']} in work, {entries['failed']} failed",
        f"articles: {status['articles']}, matches: {status['matches']}, alerts: {status['alerts']}",
        f"pages that were not extracted: {status['unread']}",
        f"deliveries: {deliveries['pending']} pending, {deliveries['delivered']} delivered, "
        f"{deliveries['dead']} dead, {deliveries['held']} held"
        + (f"; oldest pending since {deliveries['oldest_pending_at']}" if deliveries["pending"] else ""),
        f"held: {held or 'none'}",
        *(
            f"silenced until {each['ends_at']}: {', '.join(each['matchers'])}"
            + (f" ({each['comment']})" if each["comment"] else "")
            for each in status["silences"]
        ),
        f"last heartbeat: {status['last_heartbeat_at'] or 'none yet'}",
        *private_words(status["feeds"]),
    )
    return Shown(plain=status, tables=(feeds_table(status), _receivers(status)), words=words)


def show_watched(status: Mapping[str, Any], now: datetime, every: float) -> Shown:
    """Return a status that is shown anew each `every` seconds; what is not well comes first."""
    head = f"status at {shown_time(now)}, every {every:g} s; Ctrl-C ends it"
    by_trouble = sorted(status["feeds"], key=lambda feed: (feed["state"] == "ok", not feed["failures"]))
    return replace(show_status({**status, "feeds": by_trouble}), head=head)


def show_feeds(status: Mapping[str, Any]) -> Shown:
    """Return the feeds of a status."""
    return Shown(plain=status["feeds"], tables=(feeds_table(status),))


def feeds_table(status: Mapping[str, Any]) -> Table:
    """Return the feeds of a status as a table."""
    return Table(
        title="feeds",
        columns=("id", "state", "reason", "failures", "entries", "last ok", "next poll"),
        rows=[
            (
                feed["id"],
                "paused" if feed["paused_at"] else feed["state"],
                feed["reason"] or "",
                str(feed["failures"]),
                str(feed["entries"]),
                feed["last_ok_at"] or "never",
                feed["next_poll_at"] or "never",
            )
            for feed in status["feeds"]
        ],
        empty="no feeds",
    )


def private_words(feeds: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what to do about feeds that lead to private addresses, in a line, if there are any."""
    names = [feed["id"] for feed in feeds if feed["reason"] == FailureReason.PRIVATE_ADDRESS]
    if not names:
        return ()
    more = f" and {len(names) - 1} more lead" if names[1:] else " leads"
    return (
        f"{names[0]}{more} to a private address; if it is yours, 'network.allow_private' admits its range",
    )


def _receivers(status: Mapping[str, Any]) -> Table:
    return Table(
        title="receivers",
        columns=("name", "state", "reason", "failures", "rests until", "pending", "next attempt"),
        rows=[
            (
                each["name"],
                each["state"],
                each["reason"] or "",
                str(each["failures"]),
                each["rests_until"] or "",
                str(each["pending"]),
                each["next_attempt_at"] or "",
            )
            for each in status["receivers"]
        ],
        empty="no receiver has been sent anything yet",
    )
