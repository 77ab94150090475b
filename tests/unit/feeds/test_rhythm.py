"""Laws of silence, on simulated calendars of publishing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from monitor.feeds.rhythm import HOUR, WEEK, RhythmPolicy, begun, is_stale, seen
from monitor.model import Rhythm

POLICY = RhythmPolicy()
# A Monday, before both changes of clocks of the year.
START = datetime(2025, 1, 6, 0, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

Calendar = Callable[[Random, datetime], bool]


def newsroom(chance: Random, at: datetime) -> bool:
    """Five days a week, mostly by day."""
    if at.weekday() >= 5:
        return chance.random() < 0.01
    return chance.random() < (0.75 if 8 <= at.hour < 18 else 0.15 if 6 <= at.hour < 22 else 0.005)


def wire(chance: Random, at: datetime) -> bool:
    """Day and night, each day."""
    return chance.random() < (0.99 if 7 <= at.hour < 22 else 0.75)


def blog(chance: Random, at: datetime) -> bool:
    """On Tuesdays at ten, nine times out of ten; seldom besides."""
    return (at.weekday() == 1 and at.hour == 10 and chance.random() < 0.9) or chance.random() < 0.0006


def irregular() -> Calendar:
    """Bursts and pauses: waits of half a day, or a month."""
    due: list[datetime] = []

    def publishes(chance: Random, at: datetime) -> bool:
        if due and at < due[-1]:
            return False
        due.append(at + timedelta(hours=chance.lognormvariate(2.5, 1.3)))
        return len(due) > 1

    return publishes


def silences(
    calendar: Calendar, seed: int, weeks: int, begin: Rhythm | None = None, at: datetime = START
) -> tuple[Rhythm, list[datetime]]:
    """Watch a feed for some weeks, at half past each hour; return when it became stale."""
    chance, rhythm = Random(seed), begin or begun(at)
    told: list[datetime] = []
    stale = is_stale(rhythm, POLICY)
    for hour in range(weeks * WEEK):
        now = at + hour * HOUR
        rhythm = seen(rhythm, now, POLICY, news=calendar(chance, now.astimezone(BERLIN)), watched=True)
        before, stale = stale, is_stale(rhythm, POLICY)
        if stale and not before:
            told.append(now)
    return rhythm, told


def nothing(_: Random, __: datetime) -> bool:
    return False


@pytest.mark.parametrize("calendar", [newsroom, wire, blog])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_regular_feed_gives_no_false_alarm_in_a_year_with_both_clock_changes(
    calendar: Calendar, seed: int
) -> None:
    assert [] == silences(calendar, seed, weeks=52)[1]


def test_a_feed_without_a_rhythm_gives_few_false_alarms() -> None:
    told = [len(silences(irregular(), seed, weeks=52)[1]) for seed in range(4)]

    assert sum(told) <= 2 * len(told)


@pytest.mark.parametrize(
    ("calendar", "days", "within"),
    [
        # From Tuesday noon; from Friday 20:00, over the weekend; the wire at any hour.
        (newsroom, 1.5, timedelta(hours=30)),
        (newsroom, 4.8, timedelta(hours=90)),
        (wire, 0, timedelta(hours=14)),
        (wire, 5.9, timedelta(hours=14)),
        (blog, 2, timedelta(weeks=6)),
    ],
)
@pytest.mark.parametrize("weeks", [12, 30])
def test_the_death_of_a_feed_is_noticed_by_its_own_clock(
    calendar: Calendar, days: float, within: timedelta, weeks: int
) -> None:
    rhythm, _ = silences(calendar, 7, weeks)
    alive_until = START + timedelta(weeks=weeks, days=days)
    alive = range(int(timedelta(days=days) / HOUR))
    chance = Random(1)
    for now in (START + timedelta(weeks=weeks) + hour * HOUR for hour in alive):
        news = calendar(chance, now.astimezone(BERLIN))
        rhythm = seen(rhythm, now, POLICY, news=news, watched=True)

    _, told = silences(nothing, 0, 30, rhythm, alive_until)

    assert told
    assert told[0] - alive_until <= within


def test_a_quiet_sunday_counts_next_to_nothing_for_a_newsroom() -> None:
    rhythm, _ = silences(newsroom, 3, 12)

    friday = START + timedelta(weeks=12, days=-2, hours=-2)
    at_friday = replace(rhythm, hour=int(friday.timestamp() // 3600))

    after, told = silences(nothing, 0, 1, at_friday, friday)

    assert told
    assert told[0] >= START + timedelta(weeks=12)
    assert after.quiet > POLICY.least


def test_hours_in_which_nobody_looked_are_no_silence() -> None:
    rhythm, _ = silences(wire, 1, 4)
    later = START + timedelta(weeks=8)

    slept = seen(rhythm, later, POLICY, news=False, watched=False)

    assert (rhythm.quiet, rhythm.silent, rhythm.watched) == (slept.quiet, slept.silent, slept.watched)
    assert rhythm.shares == slept.shares
    assert not is_stale(slept, POLICY)


def test_false_alarms_become_rarer_each_time() -> None:
    rhythm, _ = silences(wire, 1, 4)
    lengths, now = [], START + timedelta(weeks=4)

    for _ in range(3):
        begin = now
        while not is_stale(rhythm, POLICY):
            now += HOUR
            rhythm = seen(rhythm, now, POLICY, news=False, watched=True)
        lengths.append(now - begin)
        rhythm = seen(rhythm, now, POLICY, news=True, watched=True)

    assert lengths[0] < lengths[1] < lengths[2]


def test_a_feed_that_slows_down_is_learned_anew() -> None:
    rhythm, _ = silences(wire, 1, 6)

    _, told = silences(blog, 1, 52, rhythm, START + timedelta(weeks=6))

    assert 1 <= len(told) <= 12
    assert [] == [each for each in told if each > START + timedelta(weeks=36)]


def test_before_a_week_is_learned_silence_is_measured_in_days() -> None:
    rhythm, _ = silences(wire, 1, 1)

    _, told = silences(nothing, 0, 2, rhythm, START + timedelta(weeks=1))

    (first,) = told
    assert timedelta(days=5) <= first - START - timedelta(weeks=1) <= timedelta(days=5, hours=2)


def test_a_feed_that_never_brought_news_is_told_after_two_months() -> None:
    _, told = silences(nothing, 0, 10)

    assert [POLICY.unknown] == [at - START for at in told]


def test_several_entries_in_one_hour_are_one_busy_hour() -> None:
    once = seen(begun(START), START, POLICY, news=True, watched=True)

    assert once == seen(once, START + timedelta(minutes=20), POLICY, news=True, watched=True)
    assert once == seen(once, START + timedelta(minutes=20), POLICY, news=False, watched=True)
    assert 1 == once.news


def test_a_clock_that_was_set_back_teaches_nothing() -> None:
    rhythm, _ = silences(newsroom, 1, 1)

    back = seen(rhythm, START, POLICY, news=False, watched=True)

    assert (rhythm.watched, rhythm.quiet, rhythm.silent) == (back.watched, back.quiet, back.silent)
