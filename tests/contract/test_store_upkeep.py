"""A reload between claim and work, and clocks and receivers that change under what waits."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

from monitor.adapters.store import SqlStore
from monitor.matching.matcher import build_matcher
from monitor.model import FeedId, FetchFailed, NotModified, Receiver, ReceiverName, Validators
from monitor.pipeline import PUT_OFF, Rules, poll
from monitor.ports import Ports
from monitor.upkeep import beat, release_held
from tests.contract.store_rows import (
    ALL,
    LEASE,
    NOW,
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


def test_two_instances_beat_as_one(store: SqlStore, other: SqlStore) -> None:
    beats(store, NOW)
    ticks = [(on, NOW + n * EVERY) for n in (1, 2, 3) for on in (store, other)]
    told = [beats(on, time + (on is other) * EVERY / 4) for on, time in ticks]

    assert [[True], [False]] * 3 == told


# ---- what waits for a digest -----------------------------------------------------------------------


def test_a_digest_for_a_receiver_that_was_taken_away_is_listed(store: SqlStore) -> None:
    announce(store, entry("a"))
    claim, told_in = claim_entry(store, "a"), story("a")
    content = {
        "alert": {"id": "al_a"},
        "matches": [],
        "article": {"title": "t", "url": "u", "feed": {}, "published_at": None},
        "story": {"id": "st_a"},
    }
    waiting = held("a")
    waiting = replace(waiting, event=replace(waiting.event, content=content))
    with store.transaction() as tx:
        after = processed(claim.row, told_in, alerts=(an_alert("a", told_in),), held=(waiting,))
        tx.save_processed(claim, after, {})

    released = release_held(ports(store)[0], rules())

    assert 1 == released
    assert (1, 0) == tuple(store.status(NOW)["deliveries"][key] for key in ("pending", "held"))
    assert ["desk"] == [each.row.receiver for each in store.claim_deliveries(NOW, ALL, LEASE)]
