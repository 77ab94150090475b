from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.hours import next_digest, quiet_until, window_of
from monitor.model import Budget, DigestSchedule, QuietHours

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

    assert (until and utc(until)) == quiet_until([quiet], utc(now))


NIGHTS = QuietHours(begin="22:00", end="07:00", tz=BERLIN)
WEEKENDS = QuietHours(begin="00:00", end="00:00", tz=BERLIN, days=frozenset({5, 6}))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        # 2025-12-19 is a Friday
        ([WEEKENDS], "2025-12-19T22:59:59", None),
        ([WEEKENDS], "2025-12-19T23:00:00", "2025-12-21T23:00:00"),
        ([NIGHTS, WEEKENDS], "2025-12-19T21:30:00", "2025-12-22T06:00:00"),
        ([WEEKENDS, NIGHTS], "2025-12-20T12:00:00", "2025-12-22T06:00:00"),
        ([NIGHTS, WEEKENDS], "2025-12-18T21:30:00", "2025-12-19T06:00:00"),
        ([NIGHTS, WEEKENDS], "2025-12-22T12:00:00", None),
        # the night that begins on Friday lasts into a day that is not named
        ([replace(NIGHTS, days=frozenset({4}))], "2025-12-20T05:00:00", "2025-12-20T06:00:00"),
        ([replace(NIGHTS, days=frozenset({4}))], "2025-12-20T21:30:00", None),
        ([], "2025-12-20T21:30:00", None),
    ],
)
def test_quiet_hours_of_some_days_begin_on_them_and_join_those_that_follow(
    quiet: list[QuietHours], now: str, until: str | None
) -> None:
    assert (until and utc(until)) == quiet_until(quiet, utc(now))


def test_hours_that_are_always_quiet_end_some_day() -> None:
    now = utc("2025-12-20T21:30:00")

    until = quiet_until([QuietHours(begin="00:00", end="00:00", tz=BERLIN)], now)

    assert until is not None
    assert timedelta(days=14) < until - now < timedelta(days=30)


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
    assert utc(due) == next_digest(DigestSchedule(at=(at,), tz=BERLIN), utc(now))


@pytest.mark.parametrize(
    ("at", "days", "now", "due"),
    [
        (("07:30", "17:00"), (), "2025-12-17T06:30:00", "2025-12-17T16:00:00"),
        (("17:00", "07:30"), (), "2025-12-17T16:00:00", "2025-12-18T06:30:00"),
        (("07:30",), (0, 4), "2025-12-17T06:30:00", "2025-12-19T06:30:00"),
        (("07:30", "17:00"), (0, 4), "2025-12-19T16:00:00", "2025-12-22T06:30:00"),
        (("07:30",), (2,), "2025-12-17T06:30:00", "2025-12-24T06:30:00"),
        # 02:30 is skipped and comes at 03:30, after 03:15
        (("02:30", "03:15"), (), "2025-03-30T00:59:00", "2025-03-30T01:15:00"),
        (("02:30", "03:15"), (), "2025-03-30T01:15:00", "2025-03-30T01:30:00"),
    ],
)
def test_digests_are_due_at_each_of_their_times_on_each_of_their_days(
    at: tuple[str, ...], days: tuple[int, ...], now: str, due: str
) -> None:
    assert utc(due) == next_digest(DigestSchedule(at=at, tz=BERLIN, days=frozenset(days)), utc(now))


def test_a_digest_of_a_day_that_its_zone_skips_is_due_a_week_later() -> None:
    # Samoa had no Friday, 30 December 2011
    fridays = DigestSchedule(at=("07:30",), tz="Pacific/Apia", days=frozenset({4}))

    due = next_digest(fridays, utc("2011-12-24T00:00:00"))

    assert timedelta(0) < due - utc("2011-12-24T00:00:00") <= timedelta(days=14)


@pytest.mark.parametrize(
    ("hours", "tz", "now", "begin", "end"),
    [
        (24, "UTC", "2025-12-17T20:03:11", "2025-12-17T00:00:00", "2025-12-18T00:00:00"),
        (24, BERLIN, "2025-12-17T20:03:11", "2025-12-16T23:00:00", "2025-12-17T23:00:00"),
        (24, BERLIN, "2025-03-30T12:00:00", "2025-03-29T23:00:00", "2025-03-30T22:00:00"),
        (24, BERLIN, "2025-10-26T12:00:00", "2025-10-25T22:00:00", "2025-10-26T23:00:00"),
        (7 * 24, BERLIN, "2025-12-21T12:00:00", "2025-12-14T23:00:00", "2025-12-21T23:00:00"),
        (1, BERLIN, "2025-12-17T20:03:11", "2025-12-17T20:00:00", "2025-12-17T21:00:00"),
        (36, BERLIN, "1970-01-02T13:00:00", "1970-01-02T12:00:00", "1970-01-04T00:00:00"),
    ],
)
def test_a_budget_of_days_begins_at_midnight_on_the_wall_and_one_of_hours_anywhere(
    hours: int, tz: str, now: str, begin: str, end: str
) -> None:
    window = window_of(Budget(alerts=1, per=timedelta(hours=hours), tz=tz), utc(now))

    assert (utc(begin), utc(end)) == window


ZONES = st.sampled_from([BERLIN, "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
TIMES = st.times().map(lambda time: time.strftime("%H:%M"))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=200)
@given(TIMES, TIMES, ZONES, MOMENTS)
def test_what_is_held_is_released_later_but_within_two_days(
    begin: str, end: str, zone: str, now: datetime
) -> None:
    until = quiet_until([QuietHours(begin=begin, end=end, tz=zone)], now) if begin != end else None
    due = next_digest(DigestSchedule(at=(begin, end), tz=zone), now)

    assert until is None or 0 < (until - now).total_seconds() <= 26 * 3600
    assert 0 < (due - now).total_seconds() <= 26 * 3600
