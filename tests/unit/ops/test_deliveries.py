"""Laws of listing, showing and replaying deliveries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.errors import UsageError
from monitor.ops.deliveries import parse_since, parse_state, show_deliveries, show_delivery

NOW = datetime(2025, 12, 17, 20, tzinfo=UTC)
ROW: dict[str, Any] = {
    "id": "msg_1",
    "receiver": "desk",
    "type": "match.created",
    "state": "pending",
    "attempts": 0,
    "due_at": "2025-12-17T20:00:00Z",
    "created_at": "2025-12-17T20:00:00Z",
    "last": None,
}


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("5m", NOW - timedelta(minutes=5)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("2025-12-01", datetime(2025, 12, 1, tzinfo=UTC)),
        ("2025-12-01T08:00Z", datetime(2025, 12, 1, 8, tzinfo=UTC)),
        ("2025-12-01T08:00+01:00", datetime(2025, 12, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_wait_or_a_date(text: str, since: datetime) -> None:
    assert since == parse_since(text, NOW)


@pytest.mark.parametrize(
    "text", ["", "h", "-1h", "²d", "99999999999d", "9" * 5000 + "d", "900000d", "yesterday", "1w"]
)
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="is no time; write 2h"):
        parse_since(text, NOW)


def test_a_state_is_one_of_three() -> None:
    assert parse_state(None) is None
    assert parse_state("dead") == "dead"
    with pytest.raises(UsageError, match="write pending, delivered, dead"):
        parse_state("lost")


def test_deliveries_are_listed_with_none_left_out() -> None:
    shown = show_deliveries([ROW])

    (table,) = shown.tables
    assert shown.plain == {"deliveries": [ROW]}
    assert table.rows == [("msg_1", "desk", "match.created", "pending", "0", *[ROW["due_at"]] * 2, "")]


def test_a_delivery_is_shown_with_its_exact_body() -> None:
    attempt = {"number": 1, "at": "t", "state": "pending", "status": None, "reason": "timeout", "detail": ""}
    body = '{"type":"match.created"}'

    shown = show_delivery(
        ROW | {"content_type": "application/json", "body": body, "attempts": [attempt]}, "msg_1"
    )

    assert body in shown.words
    assert "webhook-id: msg_1" in shown.words
    assert shown.tables[0].rows == [("1", "t", "pending", "", "timeout", "")]


def test_an_unknown_delivery_is_said() -> None:
    with pytest.raises(UsageError, match="there is no delivery 'msg_2'"):
        show_delivery(None, "msg_2")
