"""When, by the clock on somebody's wall, does silence end?

A local time that a clock change skips is taken as if the clock had not changed (02:30 becomes 03:30);
of one that comes twice, silence begins at the first and ends at the second.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Budget, DigestSchedule, QuietHours

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Quiet hours that follow on one another: two weeks of nights and days.
_LONGEST_CHAIN = 28
# A digest of one weekday may fall on a day that its zone skips.
_DAYS_AHEAD = 15


def quiet_until(quiet: Iterable[QuietHours], now: datetime) -> datetime | None:
    """Return when the quiet that holds now will end (UTC), or None where there is none.

    Hours that end before they begin last into the next day; equal ones last from day to day. Where
    one quiet follows on another, as a weekend on a night, the last end counts.
    """
    hours, until = tuple(quiet), None
    for _ in range(_LONGEST_CHAIN):
        ends = [end for each in hours if (end := _end_of(each, until or now)) is not None]
        if not ends:
            break
        until = max(ends)
    return until


def next_digest(digest: DigestSchedule, now: datetime) -> datetime:
    """Return the next time (UTC), later than now, at which a digest is due."""
    zone = ZoneInfo(digest.tz)
    today = now.astimezone(zone).date()
    days = (today + ahead * _DAY for ahead in range(_DAYS_AHEAD))
    times = (
        _instant(day, time.fromisoformat(at), zone)
        for day in days
        if _is_on(day, digest.days)
        for at in digest.at
    )
    return min(each for each in times if each > now)


def window_of(budget: Budget, now: datetime) -> tuple[datetime, datetime]:
    """Return when the budget's window that runs now began, and when it ends (UTC).

    A day begins at midnight in the budget's zone, a week on Monday.
    """
    if budget.per % _DAY:
        begin = now - (now - _EPOCH) % budget.per
        return begin, begin + budget.per
    zone = ZoneInfo(budget.tz)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=(today.toordinal() - 1) % (budget.per // _DAY))
    return _instant(first, time(), zone), _instant(first + budget.per, time(), zone)


def _end_of(quiet: QuietHours, now: datetime) -> datetime | None:
    zone = ZoneInfo(quiet.tz)
    begin, end = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end)
    today = now.astimezone(zone).date()
    for first in (today - _DAY, today):
        last = first if begin < end else first + _DAY
        until = max(_instant(last, end, zone, fold=fold) for fold in (0, 1))
        if _is_on(first, quiet.days) and _instant(first, begin, zone) <= now < until:
            return until
    return None


def _is_on(day: date, days: frozenset[int]) -> bool:
    return not days or day.weekday() in days


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC)
