"""Has this feed been silent for longer than its own habits explain?

Observations. A newsroom rests at night and at weekends, a wire never, a blog for weeks. A limit in hours
that spares the newsroom's weekend notices its death on a Tuesday only after the next weekend; one that
notices the death spares no weekend. News comes in bursts, and feeds change their habits.

Theory of operation. For each hour of the week (168, in UTC) the share of weeks is kept in which that
hour brought news. Added up over a silence, the shares say how many busy hours were to be expected in it:
a newsroom's Sunday counts next to nothing, its Monday morning four. In these expected hours the clock of
a feed runs by its own habits, and one limit suits all: `least`, and `factor` times the longest silence
that ended by itself in the last months. Shares follow new habits within some weeks. What a silence
without example shows is learned only when it ends, else an outage would be taken for a habit; and it
lengthens the limit at most to what was told, so that false alarms become rarer each time. Hours in which
nobody looked, because the monitor slept or the feed failed, count as if they had not been.

Until two weeks are known, and six busy hours in them, silence is measured plainly: several times the
longest one, and at least days.

Known exceptions. A public holiday on a working day is a silence without example, told where it is long
enough. A change of clocks moves the shares by an hour, which costs one expected hour at most each day.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Rhythm

HOUR = timedelta(hours=1)
WEEK = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class RhythmPolicy:
    """When a silence is told.

    `least` and `factor` are of expected busy hours; `learned` are the hours that must have been watched
    before they count, with `news` busy ones among them. `memory` is in weeks: how fast shares follow.
    `forgotten` is in hours: after so many, half of the longest silence is forgotten. Without a learned
    week a silence of `plain_factor` times the longest one is told, and of `plain` at least; of `unknown`
    where hardly any news has been seen yet.
    """

    least: float = 4.0
    factor: float = 2.5
    learned: int = 2 * WEEK
    news: int = 6
    memory: int = 8
    forgotten: int = 26 * WEEK
    plain: timedelta = timedelta(days=5)
    plain_factor: float = 4.0
    unknown: timedelta = timedelta(days=60)


def begun(now: datetime) -> Rhythm:
    """Return the rhythm of a feed of which nothing is known yet."""
    return Rhythm(hour=_hour(now), shares=(0.0,) * WEEK)


def seen(before: Rhythm, now: datetime, policy: RhythmPolicy, *, news: bool, watched: bool) -> Rhythm:
    """Return the rhythm after a poll; `watched` says whether the time since the last one was."""
    current = _hour(now)
    if not news and current == before.hour:
        return before
    after = _grown(before, current, policy) if watched else replace(before, hour=current)
    if not news:
        return replace(after, busy=False)
    if before.busy and current == before.hour:
        return after
    return _with_news(after, policy)


def is_stale(rhythm: Rhythm, policy: RhythmPolicy) -> bool:
    """Tell whether the present silence is longer than the feed's habits explain."""
    if rhythm.watched >= policy.learned and rhythm.news >= policy.news:
        return rhythm.quiet >= _limit(rhythm, policy)
    least = policy.plain if rhythm.news >= policy.news else policy.unknown
    return rhythm.silent * HOUR >= max(least, policy.plain_factor * rhythm.longest_silent * HOUR)


def _hour(now: datetime) -> int:
    return int(now.timestamp() // 3600)


def _limit(rhythm: Rhythm, policy: RhythmPolicy) -> float:
    return max(policy.least, policy.factor * rhythm.longest_quiet)


def _grown(before: Rhythm, current: int, policy: RhythmPolicy) -> Rhythm:
    """Return the rhythm with the hours that are over; all but one that brought news are silent."""
    over = max(current - before.hour, 0)
    silent = range(before.hour + before.busy, current)
    kept = 0.5 ** (over / policy.forgotten)
    return replace(
        before,
        hour=current,
        watched=before.watched + over,
        quiet=before.quiet + sum(before.shares[hour % WEEK] for hour in silent),
        silent=before.silent + len(silent),
        longest_quiet=before.longest_quiet * kept,
        longest_silent=before.longest_silent * kept,
    )


def _with_news(before: Rhythm, policy: RhythmPolicy) -> Rhythm:
    """Return the rhythm with what a silence that ended has shown; one that was told is no habit."""
    shares = list(before.shares)
    weight = 1 / min(before.watched // WEEK + 1, policy.memory)
    if not is_stale(before, policy):
        for hour in range(before.hour - before.silent, before.hour):
            shares[hour % WEEK] *= 1 - weight
    at = before.hour % WEEK
    shares[at] += (1 - shares[at]) * weight
    return replace(
        before,
        busy=True,
        shares=tuple(shares),
        news=before.news + 1,
        quiet=0.0,
        silent=0,
        longest_quiet=max(before.longest_quiet, min(before.quiet, _limit(before, policy))),
        longest_silent=max(before.longest_silent, before.silent),
    )
