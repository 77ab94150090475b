import pytest

from monitor.errors import UsageError
from monitor.ops.entries import show_failed, show_retried

ROW = {
    "id": "en_1",
    "feed": "example",
    "failures": 5,
    "why": "ValueError: x",
    "first_seen_at": "2026-01-01T00:00:00Z",
    "title": None,
    "url": None,
}


def test_entries_that_were_given_up_are_shown_with_why() -> None:
    shown = show_failed([ROW])

    assert {"entries": [ROW]} == shown.plain
    assert ("en_1", "example", "5", "ValueError: x", "2026-01-01T00:00:00Z", "") == shown.tables[0].rows[0]


def test_ids_of_entries_that_were_not_given_up_are_told() -> None:
    assert {"retried": 2} == show_retried(["a", "b"], 2).plain
    assert {"retried": 0} == show_retried([], 0).plain
    with pytest.raises(UsageError, match="1 of the ids are no entries that were given up"):
        show_retried(["a", "b"], 1)
