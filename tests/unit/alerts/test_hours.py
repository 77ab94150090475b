from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.hours import next_digest, quiet_until
from monitor.model import DigestSchedule, QuietHours

BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ("22:00", "07:00", "2025-12-17T20:59:59", None),
        ("22:00", "07:00", "2025-12-17T21:00:00", "2025-12-18T06:00:00"),
        ("22:00", "07:00", "2025-12-18T05:59:59", "2025-12-18T06:00:00"),
        ("22:00", "07:00", "2025-12-18T06:00:00", None),
        ("12:00", "13:00", "2025-12-18T11:30:00", "2025-12-18T12:00:00"),
        ("12:00", "13:00", "2025-12-18T12:00:00", None),
        ("00:00", "00:00", "2025-12-18T12:00:00", "2025-12-18T23:00:00"),
        # clocks go forward on 2025-03-30 at 01:00 UTC: the night is an hour shorter
        ("22:00", "07:00", "2025-03-29T22:30:00", "2025-03-30T05:00:00"),
        ("22:00", "02:30", "2025-03-30T00:59:00", "2025-03-30T01:30:00"),
        ("02:30", "05:00", "2025-03-30T01:10:00", None),
        ("02:30", "05:00", "2025-03-30T01:40:00", "2025-03-30T03:00:00"),
        # clocks go back on 2025-10-26 at 01:00 UTC: it lasts an hour longer, 02:30 comes twice
        ("22:00", "07:00", "2025-10-25T20:30:00", "2025-10-26T06:00:00"),
        ("22:00", "02:30", "2025-10-26T00:45:00", "2025-10-26T01:30:00"),
        ("22:00", "02:30", "2025-10-26T01:10:00", "2025-10-26T01:30:00"),
        ("02:30", "05:00", "2025-10-26T00:30:00", "2025-10-26T04:00:00"),
    ],
)
def test_quiet_hours_hold_until_their_end_on_the_wall(
    begin: str, end: str, now: str, until: str | None
) -> None:
    quiet = QuietHours(begin=begin, end=end, tz=BERLIN)

    assert (until and utc(until)) == quiet_until(quiet, utc(now))


@pytest.mark.parametrize(
    ("at", "now", "due"),
    [
        ("07:30", "2025-12-17T06:29:59", "2025-12-17T06:30:00"),
        ("07:30", "2025-12-17T06:30:00", "2025-12-18T06:30:00"),
        ("02:30", "2025-03-29T12:00:00", "2025-03-30T01:30:00"),
        ("02:30", "2025-03-30T01:30:00", "2025-03-31T00:30:00"),
        ("02:30", "2025-10-25T12:00:00", "2025-10-26T00:30:00"),
        ("02:30", "2025-10-26T00:30:00", "2025-10-27T01:30:00"),
    ],
)
def test_a_digest_is_due_at_its_time_on_the_wall_once_a_day(at: str, now: str, due: str) -> None:
    assert utc(due) == next_digest(DigestSchedule(at=at, tz=BERLIN), utc(now))


ZONES = st.sampled_from([BERLIN, "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
TIMES = st.times().map(lambda time: time.strftime("%H:%M"))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200, deadline=None)
@given(TIMES, TIMES, ZONES, MOMENTS)
def test_what_is_held_is_released_later_but_within_two_days(
    begin: str, end: str, zone: str, now: datetime
) -> None:
    until = quiet_until(QuietHours(begin=begin, end=end, tz=zone), now)
    due = next_digest(DigestSchedule(at=begin, tz=zone), now)

    assert until is None or 0 < (until - now).total_seconds() <= 26 * 3600
    assert 0 < (due - now).total_seconds() <= 26 * 3600
