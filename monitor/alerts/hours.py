"""When, by the clock on somebody's wall, does silence end?

A local time that a clock change skips is taken as if the clock had not changed (02:30 becomes 03:30);
of one that comes twice, silence begins at the first and ends at the second.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import DigestSchedule, QuietHours

_DAY = timedelta(days=1)


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """Return when the quiet hours that hold now will end (UTC), or None where none hold.

    Hours that end before they begin last into the next day; equal ones last from day to day.
    """
    zone = ZoneInfo(quiet.tz)
    begin, end = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.end)
    today = now.astimezone(zone).date()
    for first in (today - _DAY, today):
        last = first if begin < end else first + _DAY
        until = max(_instant(last, end, zone, fold=fold) for fold in (0, 1))
        if _instant(first, begin, zone) <= now < until:
            return until
    return None


def next_digest(digest: DigestSchedule, now: datetime) -> datetime:
    """Return the next time (UTC), later than now, at which the digest is due."""
    zone, at = ZoneInfo(digest.tz), time.fromisoformat(digest.at)
    today = now.astimezone(zone).date()
    times = (_instant(today + days * _DAY, at, zone) for days in range(3))
    return next(each for each in times if each > now)


def _instant(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC)
