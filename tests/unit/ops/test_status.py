"""What stands first on a screen that may be too small?"""

from datetime import UTC, datetime

import pytest

from monitor.ops.status import private_words, show_watched

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


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ({}, []),
        ({"a": "dns"}, []),
        ({"a": "private_address"}, ["a leads to"]),
        ({"a": "dns", "b": "private_address", "c": "private_address"}, ["b and 1 more lead to"]),
    ],
)
def test_of_feeds_at_private_addresses_the_key_that_admits_them_is_told(
    reasons: dict[str, str], said: list[str]
) -> None:
    feeds = [feed(name, "ok", 1) | {"reason": reason} for name, reason in reasons.items()]

    key = "a private address; if it is yours, 'network.allow_private' admits its range"
    assert [f"{each} {key}" for each in said] == [*private_words(feeds)]
