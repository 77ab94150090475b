"""How is a feed, and is that worth telling?

Observations. Servers fail for a minute each night; some feeds fail and recover all day long. Whoever is
told each time stops reading.

Theory of operation. Trouble is told as soon as it is sure: it is what people must know. That a feed is
well again is told after it was well at one poll, but after two where trouble came back within a day, then
four, eight, sixteen: a feed that flaps is told less each time, and stays in trouble meanwhile. What lies
in one moment, a gap or a storm, is told whatever else is wrong, for entries may be missing.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.feeds.novelty import Novelty
from monitor.feeds.pages import PageTroublePolicy, trouble_of
from monitor.feeds.rhythm import RhythmPolicy, begun, is_stale, seen
from monitor.model import FailureReason, Feed, FeedState, Rhythm

_MOMENTARY = frozenset((FailureReason.GAP, FailureReason.STORM))


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPolicy:
    """When a feed's state changes.

    Trouble within `restless` of the last change is a relapse; each doubles the polls at which the feed
    must be well before that is believed, up to `doublings` times.
    """

    restless: timedelta = timedelta(days=1)
    doublings: int = 4
    rhythm: RhythmPolicy = field(default_factory=RhythmPolicy)
    pages: PageTroublePolicy = field(default_factory=PageTroublePolicy)


def answered(before: Feed, news: Novelty, now: datetime, policy: HealthPolicy) -> Feed:
    """Return the health of a feed, and its rhythm, after an answer that could be read."""
    rhythm = _rhythm_after(before, news, now, policy)
    state, reason = _found(before, rhythm, news, policy)
    well_at = now if state is FeedState.OK else before.last_well_at
    at_once = before.state is FeedState.OK or state is before.state or reason in _MOMENTARY
    worse = state is not FeedState.OK and before.state is not FeedState.FAILING
    calm = before.calm + 1
    if not at_once and not worse and calm < 1 << min(before.relapses, policy.doublings):
        return replace(before, rhythm=rhythm, last_well_at=well_at, calm=calm)
    if state is before.state:
        return replace(before, rhythm=rhythm, last_well_at=well_at, reason=reason, calm=0)
    return _changed(replace(before, rhythm=rhythm, last_well_at=well_at), state, reason, now, policy)


def failed(
    before: Feed, state: FeedState, reason: FailureReason, now: datetime, policy: HealthPolicy
) -> Feed:
    """Return the health of a feed after a poll that brought nothing."""
    return _changed(before, state, reason, now, policy)


def _found(
    before: Feed, rhythm: Rhythm, news: Novelty, policy: HealthPolicy
) -> tuple[FeedState, FailureReason | None]:
    """Return what this poll says, whatever was told before."""
    if news.gap:
        return FeedState.DEGRADED, FailureReason.GAP
    if news.storm:
        return FeedState.DEGRADED, FailureReason.STORM
    lasting = before.state is FeedState.DEGRADED and before.reason not in _MOMENTARY
    pages = trouble_of(before.pages, before.reason if lasting else None, policy.pages)
    if pages is not None:
        return FeedState.DEGRADED, pages
    return (
        (FeedState.STALE, FailureReason.SILENT) if is_stale(rhythm, policy.rhythm) else (FeedState.OK, None)
    )


def _changed(
    before: Feed, state: FeedState, reason: FailureReason | None, now: datetime, policy: HealthPolicy
) -> Feed:
    if state is before.state:
        return replace(before, reason=reason, calm=0)
    relapses = before.relapses
    if before.state is FeedState.OK or state is FeedState.FAILING:
        soon = before.state_since is not None and now - before.state_since < policy.restless
        relapses = relapses + 1 if soon else 0
    return replace(before, state=state, reason=reason, calm=0, relapses=relapses, state_since=now)


def _rhythm_after(before: Feed, news: Novelty, now: datetime, policy: HealthPolicy) -> Rhythm:
    """Return the rhythm with this poll; what a feed shows at first is no news."""
    if before.rhythm is None:
        return begun(now)
    planned = 2 * before.interval + timedelta(hours=1)
    watched = before.last_ok_at is not None and now - before.last_ok_at <= planned
    known = before.first_polled_at is not None
    return seen(before.rhythm, now, policy.rhythm, news=known and bool(news.entries), watched=watched)
