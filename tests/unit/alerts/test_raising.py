from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.raising import Raised, Standing, Suppressed, counted_since, raise_alerts
from monitor.model import (
    Brake,
    Budget,
    Burst,
    Condition,
    DigestSchedule,
    EntityId,
    EventType,
    FeedId,
    FeedSettings,
    HoldReason,
    Match,
    Matched,
    QuietHours,
    ReceiverName,
    Severity,
    Sign,
    Silence,
    SilenceId,
    Told,
    Watchlist,
    WatchlistId,
)
from monitor.text.ids import derive_id
from tests.unit.alerts.samples import DESK, NOW, OPS, SLACK, STORY, WATCHLIST, article, match

AMAZON, DESANTIS = EntityId("amazon"), EntityId("desantis")
BERLIN = "Europe/Berlin"
MINUTE = timedelta(minutes=1)


def raised(
    *matches: Match,
    by: tuple[Watchlist, ...] = (WATCHLIST,),
    told: frozenset[Told] = frozenset(),
    spent: Mapping[WatchlistId, int] | None = None,
    language: str | None = "de",
    labels: Mapping[str, str] | None = None,
    satisfied: frozenset[WatchlistId] = frozenset(),
    now: datetime = NOW,
    silences: tuple[Silence, ...] = (),
    burst: Burst | None = None,
    brake: Brake | None = None,
    first_poll: bool = False,
) -> Raised:
    settings = FeedSettings(id=FeedId("f"), url="u", shown_url="u", labels=labels or {}, brake=brake)
    standing = Standing(
        told=told,
        spent=spent or {},
        silences=silences,
        burst=burst or Burst(),
        polled_at=now - MINUTE,
        first_poll=first_poll,
    )
    matched = Matched(matches=matches or (match(),), satisfied=satisfied)
    known = settings if labels is not None or brake is not None else None
    return raise_alerts(STORY, article(language=language), known, matched, by, standing, now)


def told_of(entity: EntityId, *receivers: ReceiverName) -> frozenset[Told]:
    return frozenset(Told(WATCHLIST.id, entity, receiver, about=True) for receiver in receivers)


def test_all_entities_that_are_new_stand_in_one_alert_for_all_receivers() -> None:
    result = raised(match("desantis", salience=0.5), match("amazon", salience=0.9))

    (alert,) = result.alerts
    assert alert.id == derive_id("al_", STORY.id, "cloud-ai", "amazon", "desantis")
    assert [each.entity for each in alert.matches] == [AMAZON, DESANTIS]
    assert alert.receivers == (DESK, SLACK)
    assert (alert.severity, alert.labels) == (Severity.HIGH, {"team": "markets"})
    assert (alert.hold, alert.release_at, alert.raised_at) == (None, None, NOW)
    assert result.told == told_of(AMAZON, DESK, SLACK) | told_of(DESANTIS, DESK, SLACK)
    assert result.suppressed == {}


def test_a_story_is_told_once_and_a_further_entity_gives_a_further_alert() -> None:
    result = raised(match("amazon"), match("desantis"), told=told_of(AMAZON, DESK, SLACK))

    (alert,) = result.alerts
    assert [each.entity for each in alert.matches] == [DESANTIS]
    assert result.told == told_of(DESANTIS, DESK, SLACK)
    assert result.suppressed == {"told": 1}


def test_receivers_to_whom_different_entities_are_new_get_different_alerts() -> None:
    result = raised(match("amazon"), match("desantis"), told=told_of(AMAZON, SLACK))

    by_receivers = {alert.receivers: {each.entity for each in alert.matches} for alert in result.alerts}
    assert by_receivers == {(DESK,): {AMAZON, DESANTIS}, (SLACK,): {DESANTIS}}
    assert len({alert.id for alert in result.alerts}) == 2
    assert result.suppressed == {}


def test_the_same_fact_raised_twice_has_the_same_id_whatever_the_order() -> None:
    once, again = raised(match("amazon"), match("desantis")), raised(match("desantis"), match("amazon"))

    assert once == again


def test_a_watchlist_without_receivers_tells_nobody() -> None:
    nobody = raised(by=(replace(WATCHLIST, receivers=()),))

    assert Raised(matches=1, suppressed={"no_receiver": 1}) == nobody


@pytest.mark.parametrize(
    ("changes", "suppressed"),
    [
        ({"entities": frozenset({AMAZON})}, {}),
        ({"has_query": True}, {"query": 1}),
        ({"languages": frozenset({"en", "fr-CA"})}, {"language": 1}),
        ({"languages": frozenset({"DE-at"})}, {}),
        ({"feed_labels": {"tier": ("1", "2")}}, {}),
        ({"feed_labels": {"tier": ("2",)}}, {"feed_label": 1}),
        ({"feed_labels": {"desk": ("x",)}}, {"feed_label": 1}),
        ({"min_confidence": 0.995}, {"confidence": 1}),
        ({"min_confidence": 0.99}, {}),
        ({"min_salience": 0.94}, {"salience": 1}),
        ({"min_salience": 0.93}, {}),
        ({"about_only": True}, {}),
    ],
)
def test_a_filter_refuses_with_its_reason(
    changes: Mapping[str, object], suppressed: Mapping[str, int]
) -> None:
    watchlist = replace(WATCHLIST, **changes)  # type: ignore[arg-type]

    result = raised(by=(watchlist,), labels={"tier": "1"})

    assert suppressed == result.suppressed
    assert (not suppressed) == bool(result.alerts)


def test_entities_that_are_not_on_the_watchlist_are_nobodys_loss() -> None:
    assert raised(by=(replace(WATCHLIST, entities=frozenset({DESANTIS})),)) == Raised()


def test_an_article_that_only_mentions_is_refused_where_it_must_be_about() -> None:
    result = raised(match(about=False), by=(replace(WATCHLIST, about_only=True),))

    assert (result.alerts, result.suppressed) == ((), {"salience": 1})


def test_a_query_that_holds_lets_pass() -> None:
    watchlist = replace(WATCHLIST, has_query=True)

    assert len(raised(by=(watchlist,), satisfied=frozenset({WATCHLIST.id})).alerts) == 1


def test_an_unknown_language_passes_and_the_labels_of_an_unknown_feed_do_not() -> None:
    speaking = replace(WATCHLIST, languages=frozenset({"en"}))
    labeled = replace(WATCHLIST, feed_labels={"tier": ("1",)})

    assert len(raised(by=(speaking,), language=None).alerts) == 1
    assert raised(by=(labeled,)).suppressed == {"feed_label": 1}


def test_probable_matches_reach_only_who_asks_for_them() -> None:
    strict, lenient = WATCHLIST, replace(WATCHLIST, id=WatchlistId("all"), min_confidence=0.35)

    result = raised(match(confidence=0.4), by=(strict, lenient))

    assert [alert.watchlist for alert in result.alerts] == ["all"]
    assert result.suppressed == {"confidence": 1}


def test_alerts_come_the_most_salient_first() -> None:
    other = replace(WATCHLIST, id=WatchlistId("people"), entities=frozenset({DESANTIS}))
    first = replace(WATCHLIST, entities=frozenset({AMAZON}))

    result = raised(match("amazon", salience=0.2), match("desantis", salience=0.8), by=(first, other))

    assert [alert.watchlist for alert in result.alerts] == ["people", "cloud-ai"]


def test_with_a_digest_alone_everything_waits_for_it() -> None:
    result = raised(by=(replace(WATCHLIST, digest=DigestSchedule(at=("07:30",), tz=BERLIN)),))

    (alert,) = result.alerts
    assert alert.hold is HoldReason.DIGEST
    assert alert.release_at == NOW.replace(day=18, hour=6, minute=30, second=0)
    assert result.told == told_of(AMAZON, DESK, SLACK)
    assert result.suppressed == {"digest": 1}


@pytest.mark.parametrize(
    ("begin", "spared", "held"),
    [("21:00", (), True), ("21:00", (Severity.HIGH,), False), ("22:00", (), False)],
)
def test_quiet_hours_hold_all_but_spared_severities(
    begin: str, spared: tuple[Severity, ...], *, held: bool
) -> None:
    quiet = QuietHours(begin=begin, end="07:00", tz=BERLIN, spared=frozenset(spared))

    (alert,) = raised(by=(replace(WATCHLIST, quiet_hours=(quiet,)),)).alerts

    assert held == (alert.hold is HoldReason.QUIET_HOURS)
    assert alert.release_at == (NOW.replace(day=18, hour=6, minute=0, second=0) if held else None)


@pytest.mark.parametrize(("spent", "held"), [(0, 0), (1, 1), (2, 2), (9, 2)])
def test_a_budget_lets_the_most_salient_go_and_holds_the_rest(spent: int, held: int) -> None:
    watchlist = replace(WATCHLIST, budget=Budget(alerts=2, per=timedelta(days=1)))

    result = raised(
        match("amazon", salience=0.9),
        match("desantis", salience=0.3),
        by=(watchlist,),
        told=told_of(AMAZON, SLACK),
        spent={WATCHLIST.id: spent},
    )

    waiting = [alert for alert in result.alerts if alert.hold]
    assert held == len(waiting)
    assert result.suppressed == ({"budget": held} if held else {})
    assert all(alert.hold is HoldReason.BUDGET for alert in waiting)
    assert all(alert.release_at == NOW.replace(day=18, hour=0, minute=0, second=0) for alert in waiting)
    assert [alert.receivers for alert in waiting][-1:] == ([(SLACK,)] if held else [])


def test_what_is_over_a_budget_waits_for_the_digest_where_there_is_one() -> None:
    watchlist = replace(
        WATCHLIST,
        budget=Budget(alerts=1, per=timedelta(days=1)),
        digest=DigestSchedule(at=("07:30",), tz=BERLIN),
    )

    (within,) = raised(by=(watchlist,)).alerts
    (over,) = raised(by=(watchlist,), spent={WATCHLIST.id: 1}).alerts

    assert within.hold is None
    assert over.hold is HoldReason.BUDGET
    assert over.release_at == NOW.replace(day=18, hour=6, minute=30, second=0)


def test_quiet_hours_come_before_the_budget_and_do_not_spend_it() -> None:
    watchlist = replace(
        WATCHLIST,
        budget=Budget(alerts=0, per=timedelta(hours=1)),
        quiet_hours=(QuietHours(begin="21:00", end="07:00", tz=BERLIN),),
    )

    assert raised(by=(watchlist,)).suppressed == {"quiet_hours": 1}


def test_alerts_are_counted_from_the_begin_of_the_running_window() -> None:
    daily = replace(WATCHLIST, budget=Budget(alerts=1, per=timedelta(days=1)))
    hourly = replace(WATCHLIST, id=WatchlistId("h"), budget=Budget(alerts=1, per=timedelta(hours=1)))
    free = replace(WATCHLIST, id=WatchlistId("free"), receivers=(OPS,))

    since = counted_since([daily, hourly, free], NOW)

    assert since == {
        "cloud-ai": NOW.replace(hour=0, minute=0, second=0),
        "h": NOW.replace(minute=0, second=0),
    }


@pytest.mark.parametrize(
    ("hour", "spent", "about", "sent"),
    [
        (0, 4, False, True),
        (1, 5, False, False),
        (1, 5, True, True),
        (1, 10, True, False),
        (12, 7, False, True),
        (12, 8, False, False),
        (23, 9, False, True),
        (23, 10, False, False),
    ],
)
def test_half_of_a_budget_is_kept_for_articles_that_are_about_somebody_and_ever_less_with_the_day(
    hour: int, spent: int, *, about: bool, sent: bool
) -> None:
    watchlist = replace(WATCHLIST, budget=Budget(alerts=10, per=timedelta(days=1)))

    (alert,) = raised(
        match(about=about), by=(watchlist,), spent={WATCHLIST.id: spent}, now=NOW.replace(hour=hour, minute=0)
    ).alerts

    assert sent == (alert.hold is None)


def test_nothing_is_released_into_quiet_hours() -> None:
    quiet = QuietHours(begin="23:00", end="08:00", tz=BERLIN)
    over = replace(WATCHLIST, budget=Budget(alerts=0, per=timedelta(days=1)), quiet_hours=(quiet,))
    early = replace(WATCHLIST, digest=DigestSchedule(at=("07:30",), tz=BERLIN), quiet_hours=(quiet,))
    spared = replace(early, quiet_hours=(replace(quiet, spared=frozenset({Severity.HIGH})),))

    times = [raised(by=(each,)).alerts[0].release_at for each in (over, early, spared)]

    morning = NOW.replace(day=18, hour=7, minute=0, second=0)
    assert [morning, morning, morning - timedelta(minutes=30)] == times


# ---- silences --------------------------------------------------------------------------------------


def silence(**words: str) -> Silence:
    conditions = tuple(Condition(label=label, sign=Sign.EQUAL, value=word) for label, word in words.items())
    return Silence(
        id=SilenceId("si_1"),
        conditions=conditions,
        begins_at=NOW - MINUTE,
        ends_at=NOW + MINUTE,
        comment="",
        by="",
        created_at=NOW,
    )


def test_a_silenced_entity_waits_in_an_alert_of_its_own_and_the_others_go_out() -> None:
    result = raised(match("amazon"), match("desantis"), silences=(silence(entity="amazon"),))

    waiting = {alert.matches[0].entity: (alert.hold, alert.release_at) for alert in result.alerts}
    assert {AMAZON: (HoldReason.SILENCED, NOW + MINUTE), DESANTIS: (None, None)} == waiting
    assert result.told == told_of(AMAZON, DESK, SLACK) | told_of(DESANTIS, DESK, SLACK)
    assert result.suppressed == {"silenced": 1}


def test_a_silence_for_one_receiver_leaves_the_other_its_alert() -> None:
    result = raised(silences=(silence(receiver="slack"),))

    assert [((DESK,), None), ((SLACK,), HoldReason.SILENCED)] == [
        (alert.receivers, alert.hold) for alert in result.alerts
    ]
    assert len({alert.id for alert in result.alerts}) == 1


def test_more_of_a_told_story_waits_only_for_those_for_whom_each_entity_is_silenced() -> None:
    both = told_of(AMAZON, DESK, SLACK) | told_of(DESANTIS, DESK, SLACK)
    before = frozenset(replace(each, retracted=True) for each in both)
    quiet = (silence(entity="amazon"), silence(entity="desantis", receiver="slack"))

    result = raised(match("amazon"), match("desantis"), told=before, silences=quiet)

    assert {(DESK,): None, (SLACK,): HoldReason.SILENCED} == {
        alert.receivers: alert.hold for alert in result.alerts
    }
    assert {EventType.MATCH_UPDATED} == {alert.type for alert in result.alerts}


def test_a_silence_that_ends_at_night_lets_nothing_out_before_the_morning() -> None:
    quiet = QuietHours(begin="20:00", end="07:00", tz=BERLIN, spared=frozenset({Severity.LOW}))

    (alert,) = raised(
        by=(replace(WATCHLIST, quiet_hours=(quiet,)),), silences=(silence(entity="amazon"),)
    ).alerts

    assert (HoldReason.SILENCED, NOW.replace(day=18, hour=6, minute=0, second=0)) == (
        alert.hold,
        alert.release_at,
    )


@pytest.mark.parametrize(
    "words",
    [
        {"entity": "amazon", "watchlist": "cloud-ai", "severity": "high", "story": "st_9f2c"},
        {"feed": "example-de", "title": "Amazon macht Peter DeSantis zum KI-Chef", "language": "de"},
        {"label.tier": "1", "label.team": "markets"},
    ],
)
def test_a_silence_can_ask_for_all_that_an_alert_is(words: Mapping[str, str]) -> None:
    (alert,) = raised(labels={"tier": "1", "team": "of the feed"}, silences=(silence(**words),)).alerts

    assert HoldReason.SILENCED is alert.hold


# ---- the storm brake -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("burst", "held"),
    [
        (Burst(), []),
        (Burst(sent=18), []),
        (Burst(sent=19), ["desantis"]),
        (Burst(sent=20), ["amazon", "desantis"]),
        (Burst(sent=99), ["amazon", "desantis"]),
        (Burst(storm=True), ["amazon", "desantis"]),
    ],
)
def test_a_poll_that_brings_too_much_has_its_alerts_held_the_least_salient_first(
    burst: Burst, held: list[str]
) -> None:
    lists = (
        replace(WATCHLIST, entities=frozenset({AMAZON})),
        replace(WATCHLIST, id=WatchlistId("people"), entities=frozenset({DESANTIS})),
    )

    result = raised(
        match("amazon", salience=0.9), match("desantis", salience=0.3), by=lists, burst=burst, brake=Brake()
    )

    waiting = [alert for alert in result.alerts if alert.hold]
    assert held == [each.entity for alert in waiting for each in alert.matches]
    assert all(alert.hold is HoldReason.STORM for alert in waiting)
    assert all(alert.release_at == NOW + Brake().wait - MINUTE for alert in waiting)
    assert result.suppressed == ({"storm": len(held)} if held else {})


def test_without_a_brake_a_storm_goes_out() -> None:
    assert [None] == [alert.hold for alert in raised(burst=Burst(storm=True, sent=99), labels={}).alerts]


def test_a_first_poll_brings_as_much_as_it_was_told_to() -> None:
    (alert,) = raised(burst=Burst(sent=99), brake=Brake(), first_poll=True).alerts

    assert alert.hold is None


def test_what_waits_for_a_digest_is_not_held_twice() -> None:
    watchlist = replace(WATCHLIST, digest=DigestSchedule(at=("07:30",), tz=BERLIN))

    result = raised(by=(watchlist,), burst=Burst(storm=True), brake=Brake())

    assert {"digest": 1} == result.suppressed


def test_a_storm_that_is_read_late_is_released_at_once() -> None:
    (alert,) = raised(burst=Burst(storm=True), brake=Brake(wait=timedelta(seconds=1))).alerts

    assert NOW == alert.release_at


# ---- sums ------------------------------------------------------------------------------------------

ENTITIES = ("amazon", "desantis", "trainium")
NAMES = st.sampled_from([DESK, SLACK, OPS])
TOLD = st.builds(
    Told,
    st.just(WatchlistId("w0")),
    st.sampled_from([EntityId(each) for each in ENTITIES]),
    NAMES,
    about=st.booleans(),
)


@st.composite
def watchlists(draw: st.DrawFn) -> tuple[Watchlist, ...]:
    return tuple(
        replace(
            WATCHLIST,
            id=WatchlistId(f"w{number}"),
            entities=draw(st.none() | st.frozensets(st.sampled_from([EntityId(e) for e in ENTITIES]))),
            receivers=tuple(draw(st.lists(NAMES, unique=True))),
            languages=draw(st.sampled_from([frozenset(), frozenset({"de"}), frozenset({"en"})])),
            min_confidence=draw(st.sampled_from([0.0, 0.95])),
            budget=draw(st.none() | st.just(Budget(alerts=1, per=timedelta(days=1)))),
        )
        for number in range(draw(st.integers(0, 3)))
    )


@given(
    st.lists(st.sampled_from(ENTITIES), unique=True, min_size=1),
    watchlists(),
    st.frozensets(TOLD, max_size=5),
    st.booleans(),
)
def test_every_match_is_passed_or_suppressed_for_a_reason_and_every_alert_sent_or_held(
    found: list[str],
    by: tuple[Watchlist, ...],
    told: frozenset[Told],
    braked: bool,  # noqa: FBT001
) -> None:
    brake = Brake(alerts=1) if braked else None

    result = raised(*map(match, found), by=by, told=told, brake=brake)

    watched = sum(each in by_one.entities for by_one in by for each in found if by_one.entities is not None)
    watched += sum(len(found) for by_one in by if by_one.entities is None)
    refused = sum(result.suppressed.get(reason.value, 0) for reason in Suppressed)
    held = sum(result.suppressed.get(reason.value, 0) for reason in HoldReason)
    created = {
        (alert.watchlist, each.entity)
        for alert in result.alerts
        if alert.type is EventType.MATCH_CREATED
        for each in alert.matches
    }
    assert watched == result.matches == result.passed + refused
    assert len(created) == result.passed
    assert held == sum(alert.hold is not None for alert in result.alerts)
    assert sum(result.suppressed.values()) == refused + held
