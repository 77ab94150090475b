"""What stands first on a screen that may be too small?"""

from datetime import UTC, datetime

from monitor.ops.status import show_watched

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)


def feed(name: str, state: str, failures: int) -> dict[str, object]:
    return {
        "id": name,
        "state": state,
        "reason": None,
        "failures": failures,
        "entries": 0,
        "paused_at": None,
        "last_ok_at": None,
        "next_poll_at": None,
    }


def test_of_a_watched_status_the_feeds_that_are_not_well_come_first() -> None:
    status = {
        "feeds": [feed("a", "ok", 0), feed("b", "ok", 1), feed("c", "failing", 3)],
        "entries": {"pending": 0, "failed": 0},
        "articles": 0,
        "matches": 0,
        "alerts": 0,
        "unread": 0,
        "deliveries": {"pending": 0, "delivered": 0, "dead": 0, "held": 0, "oldest_pending_at": None},
        "receivers": [],
        "held": {},
        "silences": [],
        "last_heartbeat_at": None,
    }

    shown = show_watched(status, NOW, 2)

    assert ["c", "b", "a"] == [row[0] for row in shown.tables[0].rows]
    assert "status at 2026-01-31T08:00:00Z, every 2 s; Ctrl-C ends it" == shown.head
