from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.events import match_event
from monitor.alerts.holding import waits_on
from monitor.alerts.outbox import hold
from monitor.model import (
    Condition,
    FeedId,
    FeedSettings,
    HeldAlert,
    HoldReason,
    Match,
    QuietHours,
    Severity,
    Sign,
    Silence,
    SilenceId,
    Watchlist,
    WatchlistId,
)
from tests.unit.alerts.samples import (
    ARTICLE,
    ENTITIES,
    FEED,
    NOW,
    SLACK,
    STORY,
    WATCHLIST,
    alert,
    match,
)

MINUTE = timedelta(minutes=1)
TIERED = FeedSettings(id=FeedId("example-de"), url="u", shown_url="u", labels={"tier": "1"})


def held(*matches: Match) -> HeldAlert:
    raised = replace(
        alert(*matches, receivers=(SLACK,)), hold=HoldReason.BUDGET, release_at=NOW, raised_at=NOW
    )
    (row,) = hold(raised, match_event(raised, ARTICLE, STORY, FEED, ENTITIES, NOW))
    return row


def silence(words: Mapping[str, str], minutes: int = 5) -> Silence:
    conditions = tuple(Condition(label=label, sign=Sign.EQUAL, value=word) for label, word in words.items())
    return Silence(
        id=SilenceId("si_1"),
        conditions=conditions,
        begins_at=NOW,
        ends_at=NOW + minutes * MINUTE,
        comment="",
        by="",
        created_at=NOW,
    )


def asked_again(
    *silences: Silence,
    of: HeldAlert | None = None,
    watchlist: Watchlist = WATCHLIST,
    feeds: Mapping[FeedId, FeedSettings] | None = None,
) -> HeldAlert | None:
    known = {TIERED.id: TIERED} if feeds is None else feeds
    return waits_on(of or held(match("amazon")), {WATCHLIST.id: watchlist}, known, silences, NOW)


def test_what_nothing_holds_any_more_is_released() -> None:
    assert asked_again() is None
    assert asked_again(silence({"entity": "desantis"})) is None


@pytest.mark.parametrize(
    "words",
    [
        {"entity": "amazon", "receiver": "slack", "watchlist": "cloud-ai", "severity": "high"},
        {"story": "st_9f2c", "feed": "example-de", "language": "de"},
        {"title": "Amazon macht Peter DeSantis zum KI-Chef"},
        {"label.tier": "1", "label.team": "markets"},
    ],
)
def test_what_is_silenced_by_now_waits_on_whatever_held_it_before(words: Mapping[str, str]) -> None:
    before = held(match("amazon"))

    after = asked_again(silence(words), of=before)

    assert replace(before, hold=HoldReason.SILENCED, release_at=NOW + 5 * MINUTE) == after


def test_a_feed_that_is_configured_no_more_has_no_labels() -> None:
    assert asked_again(silence({"label.tier": "1"}), feeds={}) is None


def test_an_alert_of_two_entities_waits_until_the_first_of_them_may_be_heard() -> None:
    both = held(match("amazon"), match("desantis"))
    amazon, desantis = silence({"entity": "amazon"}), silence({"entity": "desantis"}, 9)

    after = asked_again(amazon, desantis, silence({"entity": "desantis"}, 2), of=both)

    assert asked_again(amazon, of=both) is None
    assert after is not None
    assert NOW + 5 * MINUTE == after.release_at


def test_what_comes_due_in_quiet_hours_waits_for_their_end() -> None:
    quiet = QuietHours(begin="21:00", end="07:00", tz="Europe/Berlin")
    morning = NOW.replace(day=18, hour=6, minute=0, second=0)
    nightly = replace(WATCHLIST, quiet_hours=(quiet,))
    spared = replace(WATCHLIST, quiet_hours=(replace(quiet, spared=frozenset({Severity.HIGH})),))

    after, silenced = (
        asked_again(watchlist=nightly),
        asked_again(silence({"entity": "amazon"}), watchlist=nightly),
    )

    assert after is not None
    assert silenced is not None
    assert (HoldReason.QUIET_HOURS, morning) == (after.hold, after.release_at)
    assert (HoldReason.SILENCED, morning) == (silenced.hold, silenced.release_at)
    assert asked_again(watchlist=spared) is None


def test_only_what_is_configured_can_be_asked_again() -> None:
    with pytest.raises(KeyError):
        asked_again(of=replace(held(match("amazon")), watchlist=WatchlistId("gone")))
