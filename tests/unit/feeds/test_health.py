"""Laws of a feed's states: which, in which order, and how often told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.health import HealthPolicy, answered, failed
from monitor.feeds.novelty import Novelty
from monitor.feeds.rhythm import WEEK
from monitor.model import (
    Announced,
    Entry,
    EntryId,
    EntryState,
    FailureReason,
    Feed,
    FeedId,
    FeedState,
    PageMemory,
    Rhythm,
)

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = HealthPolicy()
FEED = Feed(
    id=FeedId("example"),
    shown_url="https://example.org/f",
    due_at=NOW,
    interval=MINUTE,
    first_polled_at=NOW - timedelta(days=90),
    last_ok_at=NOW - MINUTE,
    last_well_at=NOW - MINUTE,
)
ENTRY = Entry(
    id=EntryId("en_1"),
    feed_id=FEED.id,
    keys=(),
    announced=Announced(),
    host="",
    state=EntryState.PENDING,
    first_seen_at=NOW,
    due_at=NOW,
)
NOTHING, NEWS = Novelty(), Novelty(entries=(ENTRY,))
GAP, STORM = replace(NEWS, gap=True), replace(NEWS, storm=True)
WALLED = PageMemory(reasons=(FailureReason.CONSENT,) * 3)
RESTLESS: list[str | Novelty] = ["down", NOTHING]
SLOWLY: list[str | Novelty] = [*["down"] * 3, *[NOTHING] * 3]
DOWN_AND_UP: list[str | Novelty] = ["down", *[NOTHING] * 20]
HOUR_OF_NOW = int(NOW.timestamp() // 3600)
SILENT = Rhythm(hour=HOUR_OF_NOW, shares=(0.5,) * WEEK, watched=9 * WEEK, news=99, quiet=9.0, silent=18)

Told = tuple[FeedState, FailureReason | None]
OK: Told = (FeedState.OK, None)


def told(feed: Feed) -> Told:
    return feed.state, feed.reason


def polls(feed: Feed, *answers: str | Novelty, at: datetime = NOW) -> tuple[Feed, list[FeedState]]:
    """Poll once a minute: `down` fails for good, anything else is what came; return what was told."""
    changes = []
    for number, answer in enumerate(answers):
        now = at + number * MINUTE
        if isinstance(answer, str):
            after = failed(feed, FeedState.FAILING, FailureReason.HTTP_5XX, now, POLICY)
        else:
            after = replace(answered(feed, answer, now, POLICY), last_ok_at=now)
        changes += [after.state] if after.state is not feed.state else []
        feed = after
    return feed, changes


@pytest.mark.parametrize(
    ("before", "news", "expected"),
    [
        (FEED, NOTHING, OK),
        (FEED, NEWS, OK),
        (FEED, GAP, (FeedState.DEGRADED, FailureReason.GAP)),
        (FEED, STORM, (FeedState.DEGRADED, FailureReason.STORM)),
        (FEED, replace(GAP, storm=True), (FeedState.DEGRADED, FailureReason.GAP)),
        (replace(FEED, pages=WALLED), NEWS, (FeedState.DEGRADED, FailureReason.CONSENT)),
        (replace(FEED, rhythm=SILENT), NOTHING, (FeedState.STALE, FailureReason.SILENT)),
        (replace(FEED, rhythm=SILENT), NEWS, OK),
        (replace(FEED, rhythm=SILENT, pages=WALLED), NOTHING, (FeedState.DEGRADED, FailureReason.CONSENT)),
        (replace(FEED, rhythm=SILENT), GAP, (FeedState.DEGRADED, FailureReason.GAP)),
    ],
)
def test_the_worst_that_is_true_is_a_feed_s_state(before: Feed, news: Novelty, expected: Told) -> None:
    assert expected == told(answered(before, news, NOW, POLICY))


@pytest.mark.parametrize("trouble", ["down", GAP, STORM])
def test_trouble_is_told_once_and_so_is_its_end(trouble: str | Novelty) -> None:
    after, changes = polls(FEED, NOTHING, trouble, trouble, trouble, NEWS, NOTHING)

    assert 2 == len(changes)
    assert FeedState.OK is changes[1]
    assert OK == told(after)


def test_a_feed_that_flaps_is_told_less_each_time() -> None:
    _, changes = polls(FEED, *(RESTLESS * 100))
    _, slower = polls(FEED, *(SLOWLY * 100))

    assert [FeedState.FAILING, FeedState.OK, FeedState.FAILING] == changes
    assert 5 == len(slower)


def test_a_feed_that_flapped_recovers_after_sixteen_good_polls_at_most() -> None:
    restless, _ = polls(FEED, *(DOWN_AND_UP * 9), "down")

    waiting, none = polls(restless, *[NOTHING] * 15)
    well, one = polls(waiting, NOTHING)

    assert ([], [FeedState.OK]) == (none, one)
    assert FailureReason.HTTP_5XX is waiting.reason
    assert OK == told(well)


def test_a_day_of_peace_is_a_new_beginning() -> None:
    restless, _ = polls(FEED, *(DOWN_AND_UP * 9))

    _, changes = polls(restless, "down", NOTHING, at=NOW + timedelta(days=3))

    assert [FeedState.FAILING, FeedState.OK] == changes


def test_a_gap_after_an_outage_is_told_and_does_not_count_as_a_relapse() -> None:
    _, changes = polls(FEED, "down", GAP, NOTHING)

    assert [FeedState.FAILING, FeedState.DEGRADED, FeedState.OK] == changes


def test_a_feed_with_walled_pages_that_flaps_is_damped_as_well() -> None:
    _, changes = polls(replace(FEED, pages=WALLED), NOTHING, *(RESTLESS * 100))

    assert [FeedState.DEGRADED, FeedState.FAILING] == changes[:2]
    assert len(changes) <= 4


def test_trouble_of_another_kind_is_told_at_once() -> None:
    stale = replace(FEED, state=FeedState.STALE, reason=FailureReason.SILENT, pages=WALLED)

    assert (FeedState.DEGRADED, FailureReason.CONSENT) == told(answered(stale, NOTHING, NOW, POLICY))


def test_walls_that_came_before_a_gap_are_judged_anew_after_it() -> None:
    half = PageMemory(reasons=(None, FailureReason.PAYWALL) * 10)
    gap = replace(FEED, state=FeedState.DEGRADED, reason=FailureReason.GAP, pages=half)
    walled = replace(gap, reason=FailureReason.PAYWALL)

    assert OK == told(answered(gap, NOTHING, NOW, POLICY))
    assert FeedState.DEGRADED is answered(walled, NOTHING, NOW, POLICY).state


def test_since_when_and_the_last_good_time_are_kept() -> None:
    failing = failed(FEED, FeedState.FAILING, FailureReason.DNS, NOW, POLICY)
    still = failed(failing, FeedState.FAILING, FailureReason.TLS, NOW + MINUTE, POLICY)
    well = answered(still, NOTHING, NOW + 2 * MINUTE, POLICY)

    assert (NOW, FEED.last_well_at) == (failing.state_since, failing.last_well_at)
    assert (NOW, FailureReason.TLS) == (still.state_since, still.reason)
    assert (NOW + 2 * MINUTE, NOW + 2 * MINUTE) == (well.state_since, well.last_well_at)


def test_what_a_feed_shows_at_first_is_no_news() -> None:
    first = answered(replace(FEED, first_polled_at=None, last_ok_at=None), NEWS, NOW, POLICY)
    second = answered(replace(first, first_polled_at=NOW, last_ok_at=NOW), NEWS, NOW + MINUTE, POLICY)

    assert first.rhythm is not None
    assert second.rhythm is not None
    assert [0, 1] == [first.rhythm.news, second.rhythm.news]


@pytest.mark.parametrize(("hours", "silent"), [(1, 19), (2, 18), (50, 18)])
def test_time_in_which_a_feed_was_not_polled_as_planned_is_no_silence(hours: int, silent: int) -> None:
    late = NOW + timedelta(hours=hours)
    before = replace(FEED, rhythm=replace(SILENT, quiet=0.0), last_ok_at=NOW)

    after = answered(before, NOTHING, late, POLICY)

    assert after.rhythm is not None
    assert silent == after.rhythm.silent
