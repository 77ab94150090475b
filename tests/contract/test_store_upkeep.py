"""A reload between claim and work, and clocks and receivers that change under what waits."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import pytest

from monitor.adapters.store import SqlStore
from monitor.matching.matcher import build_matcher
from monitor.model import (
    Condition,
    FeedId,
    FetchFailed,
    HoldReason,
    NotModified,
    QuietHours,
    Receiver,
    ReceiverName,
    Sign,
    Silence,
    SilenceId,
    Validators,
    Watchlist,
    WatchlistId,
)
from monitor.pipeline import PUT_OFF, poll
from monitor.ports import HeldFilter, Ports
from monitor.steps.rules import Rules
from monitor.upkeep import beat, begin_counting, release_held
from tests.contract.store_rows import (
    ALL,
    CLOUD,
    DESK,
    LEASE,
    NOW,
    SECOND,
    announce,
    claim_entry,
    entry,
    held,
    ids,
    processed,
    settings,
    story,
    the_feed,
)
from tests.contract.store_rows import alert as an_alert

EVERY = timedelta(minutes=15)
OPS = Receiver(name=ReceiverName("ops"), url="https://ops.example/", events=("monitor.heartbeat",))


class Clock:
    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


class Web:
    """Answers 304, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def revalidate(self, url: str, validators: Validators) -> NotModified | FetchFailed:
        self.asked.append(url)
        return NotModified(validators=validators)


def ports(store: SqlStore, now: datetime = NOW) -> tuple[Ports, Web]:
    web = Web()
    nowhere = cast("Any", None)
    return Ports(
        fetcher=cast("Any", web),
        sender=nowhere,
        sandbox=nowhere,
        store=store,
        clock=Clock(now),
        random=Random(1),
    ), web


def rules(*receivers: Receiver, **feeds: Any) -> Rules:
    return Rules(
        feeds={FeedId(name): each for name, each in feeds.items()},
        entities={},
        watchlists=(),
        receivers={each.name: each for each in receivers},
        matcher=build_matcher((), {}),
        user_agent="test",
    )


# ---- reloads ---------------------------------------------------------------------------------------


def test_a_feed_that_these_rules_do_not_know_is_put_off_and_not_broken(store: SqlStore) -> None:
    store.sync_feeds([settings()], NOW)
    on, web = ports(store)

    report = poll(the_feed(store), on, rules())

    assert "put_off" == report.outcome
    assert [] == web.asked
    assert [] == ids(store.claim_feeds(NOW, ALL, LEASE))
    assert ["feed"] == ids(store.claim_feeds(NOW + PUT_OFF, ALL, LEASE))


def test_a_feed_claimed_under_its_new_address_is_not_asked_at_the_old_one(store: SqlStore) -> None:
    old, new = settings(), replace(settings(), url="https://new.example/", shown_url="https://new.example/")
    store.sync_feeds([old], NOW)
    store.sync_feeds([new], NOW)
    on, web = ports(store)

    early = poll(the_feed(store), on, rules(feed=old))
    late = poll(the_feed(store, NOW + PUT_OFF), on, rules(feed=new))

    assert ("put_off", "not_modified") == (early.outcome, late.outcome)
    assert ["https://new.example/"] == web.asked


# ---- heartbeats ------------------------------------------------------------------------------------


def beats(store: SqlStore, *times: datetime) -> list[bool]:
    return [beat(ports(store, time)[0], rules(OPS), EVERY) for time in times]


def test_a_heartbeat_goes_on_after_the_clock_was_set_back(store: SqlStore) -> None:
    early = NOW - timedelta(days=2)

    assert [False, True, True, False, True] == beats(
        store, NOW, NOW + EVERY, early, early + EVERY / 4, early + EVERY
    )


def test_what_comes_before_the_first_heartbeat_is_counted_in_it(store: SqlStore) -> None:
    begin_counting(ports(store, NOW)[0])
    announce(store, entry("a"))
    begin_counting(ports(store, NOW + EVERY / 2)[0])

    assert [True] == beats(store, NOW + EVERY)

    (told,) = store.claim_deliveries(NOW + EVERY, ALL, LEASE)
    assert 1 == json.loads(told.row.body)["data"]["polled"]


def test_two_instances_beat_as_one(store: SqlStore, other: SqlStore) -> None:
    beats(store, NOW)
    ticks = [(on, NOW + n * EVERY) for n in (1, 2, 3) for on in (store, other)]
    told = [beats(on, time + (on is other) * EVERY / 4) for on, time in ticks]

    assert [[True], [False]] * 3 == told


def test_a_worker_whose_clock_is_a_little_behind_does_not_beat_again(
    store: SqlStore, other: SqlStore
) -> None:
    beats(store, NOW)

    assert [True, False] == [*beats(store, NOW + EVERY), *beats(other, NOW + EVERY - 2 * SECOND)]


# ---- what waits for a digest -----------------------------------------------------------------------


CLOUDS = Watchlist(id=CLOUD, receivers=(DESK,))
DESKS = Receiver(name=DESK, url="https://desk.example/")


def told(name: str, entity: str) -> Mapping[str, object]:
    match = {
        "entity": {"id": entity, "name": "Amazon"},
        "salience": {"level": "about"},
        "confidence": {"value": 0.9},
        "mentions": 1,
        "evidence": [],
    }
    article = {"title": "t", "url": "u", "feed": {"id": "feed"}, "published_at": None, "language": "de"}
    return {
        "alert": {"id": f"al_{name}", "severity": "normal", "labels": {}},
        "matches": [match],
        "article": article,
        "story": {"id": "st_a"},
    }


def waiting(store: SqlStore, *names: str) -> None:
    """Have alerts wait that are due; the one named `trainium` is of that, the others of amazon."""
    announce(store, entry(names[0]))
    claim, told_in = claim_entry(store, names[0]), story(names[0])
    rows = [
        replace(each, event=replace(each.event, content=told(name, entity)))
        for name in names
        for each, entity in [(held(name), "trainium" if name == "trainium" else "amazon")]
    ]
    with store.transaction() as tx:
        after = processed(claim.row, told_in, alerts=(an_alert(names[0], told_in),), held=rows)
        tx.save_processed(claim, after, {})


def watching(watchlist: Watchlist = CLOUDS, receiver: Receiver = DESKS) -> Rules:
    return replace(rules(receiver), watchlists=(watchlist,))


def test_what_is_due_comes_as_one_digest_and_is_counted(store: SqlStore) -> None:
    waiting(store, "a", "b")

    released = [release_held(ports(store)[0], watching()) for _ in range(2)]

    assert [2, 0] == released
    assert (1, 0) == tuple(store.status(NOW)["deliveries"][key] for key in ("pending", "held"))
    with store.transaction() as tx:
        assert 2 == tx.tallies()["released"]


@pytest.mark.parametrize(
    "by",
    [
        watching(receiver=replace(DESKS, name=ReceiverName("other"))),
        watching(replace(CLOUDS, id=WatchlistId("other"))),
    ],
)
def test_what_waits_for_a_watchlist_or_receiver_that_was_taken_away_waits_for_its_return(
    store: SqlStore, by: Rules
) -> None:
    waiting(store, "a")

    released = [release_held(ports(store)[0], each) for each in (by, watching())]

    assert [0, 1] == released


def test_what_is_silenced_or_in_quiet_hours_when_its_time_comes_waits_on(store: SqlStore) -> None:
    waiting(store, "a", "b", "trainium")
    condition = Condition(label="entity", sign=Sign.EQUAL, value="amazon")
    ends_at = NOW + timedelta(hours=1)
    silence = Silence(
        id=SilenceId("si_a"),
        conditions=(condition,),
        begins_at=NOW,
        ends_at=ends_at,
        comment="",
        by="",
        created_at=NOW,
    )
    store.add_silence(silence)
    minute = timedelta(minutes=1)
    begin = (ends_at - minute).strftime("%H:%M")
    end = (ends_at + 10 * minute).strftime("%H:%M")
    quiet = watching(replace(CLOUDS, quiet_hours=(QuietHours(begin=begin, end=end, tz="UTC"),)))

    first = release_held(ports(store)[0], watching())
    reasons = [each.hold for each in store.held(HeldFilter())]
    store.expire_silence(silence.id, ends_at)
    at_night = release_held(ports(store, ends_at)[0], quiet)
    then = {(each.hold, each.release_at) for each in store.held(HeldFilter())}
    in_the_morning = release_held(ports(store, ends_at + 10 * minute)[0], quiet)

    assert (1, [HoldReason.SILENCED] * 2) == (first, reasons)
    assert 0 == at_night
    assert [HoldReason.QUIET_HOURS] == [hold for hold, _ in then]
    assert 2 == in_the_morning
