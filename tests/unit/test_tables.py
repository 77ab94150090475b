from datetime import UTC, datetime

import pytest

from monitor.tables import cell, many, shown_time


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), ("a", "a"), ([], ""), (["a", 1], "a, 1")])
def test_a_cell_shows_nothing_for_none_and_a_list_behind_one_another(value: object, text: str) -> None:
    assert text == cell(value)


@pytest.mark.parametrize(("count", "text"), [(0, "0 alerts are"), (1, "1 alert is"), (2, "2 alerts are")])
def test_one_is_told_in_the_singular(count: int, text: str) -> None:
    assert text == many(count, "alert is", "alerts are")


def test_times_are_shown_in_whole_seconds_of_utc() -> None:
    assert "2026-01-31T08:00:01Z" == shown_time(datetime(2026, 1, 31, 8, 0, 1, 999_999, tzinfo=UTC))
