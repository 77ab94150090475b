"""What is agreed with hubs, honest and lying ones, in every store."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from monitor.adapters.store import SqlStore
from monitor.feeds.hubs import MOST_FAREWELLS, secret_of
from monitor.model import Hub, Pushes, Reply, Subscription, SubscriptionState
from monitor.pushing import PREFIX, Said, answer_hub, attend_hubs
from tests.contract.store_rows import ALL, DAY, FEED, LEASE, NOW, SECOND, ids, settings, the_feed
from tests.contract.test_store_polls import KEPT
from tests.contract.test_store_upkeep import ports

PUSHES = Pushes(public_url="https://monitor.example", key=b"k" * 32)
HUB = Hub(url="https://hub.example/", topic="https://news.example/feed")
PATH = "p" * 64
LATER = NOW + 12 * SECOND


class Hubs:
    """A hub that answers alike whatever it is asked."""

    def __init__(self, status: int = 202) -> None:
        self.asked: list[dict[str, str]] = []
        self._status = status

    def submit(self, url: str, form: Mapping[str, str]) -> Reply:
        assert HUB.url == url
        self.asked.append(dict(form))
        return Reply(status=self._status)


@pytest.fixture(autouse=True)
def named(store: SqlStore) -> None:
    """Have a feed that was polled, is due in a minute, and names a hub."""
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    with store.transaction() as tx:
        tx.name_hub(FEED, HUB, PATH, NOW)
        tx.save_poll(claim, KEPT, (), {}, (), {})


def attend(store: SqlStore, hubs: Hubs, at: datetime = NOW) -> list[int | None]:
    """Let the service look after its hubs once; return what those answered that refused."""
    told: list[int | None] = []
    attend_hubs(ports(store, at)[0], hubs, PUSHES, lambda _, reply: told.append(reply.status))
    return told


def kept(store: SqlStore) -> Subscription:
    found = store.subscription(PATH)
    assert found is not None
    return found


def calls(store: SqlStore, path: str = PATH, **fields: str) -> Said:
    query = urlencode({f"hub.{name}": value for name, value in fields.items()})
    return answer_hub("GET", PREFIX + path, query, None, b"", store, PUSHES, NOW)


def brings(store: SqlStore, body: bytes, signature: str | None, path: str = PATH) -> Said:
    return answer_hub("POST", PREFIX + path, "", signature, body, store, PUSHES, NOW)


def signed(body: bytes) -> str:
    return "sha256=" + hmac.new(secret_of(PATH, PUSHES).encode(), body, "sha256").hexdigest()


def heeded(store: SqlStore, now: datetime = NOW) -> int:
    with store.transaction() as tx:
        return tx.heed_hints(now)


def test_a_hub_is_asked_until_it_agrees_and_again_before_the_lease_ends(store: SqlStore) -> None:
    hubs = Hubs()

    for _ in range(2):
        attend(store, hubs)
    said = calls(store, mode="subscribe", topic=HUB.topic, challenge="c/+", lease_seconds="1000")
    attend(store, hubs)
    attend(store, hubs, at=NOW + timedelta(seconds=800))

    assert Said(status=200, text="c/+") == said
    assert ["subscribe", "subscribe"] == [form["hub.mode"] for form in hubs.asked]
    assert SubscriptionState.ACTIVE == kept(store).state
    assert NOW + timedelta(seconds=1000) == kept(store).lease_until


def test_a_hub_that_never_verifies_is_asked_ever_more_seldom_and_pushes_nothing(store: SqlStore) -> None:
    hubs = Hubs(500)

    told = [status for _ in range(4) for status in attend(store, hubs, at=kept(store).due_at)]

    assert [500] * 4 == told
    assert 4 == kept(store).failures
    assert SubscriptionState.WANTED == kept(store).state


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "subscribe", "topic": "https://other.example/", "challenge": "c"},
        {"mode": "subscribe", "topic": HUB.topic},
        {"mode": "subscribe", "topic": HUB.topic, "challenge": "c" * 1_001},
        {"mode": "unsubscribe", "topic": HUB.topic, "challenge": "c"},
        {"mode": "denied", "topic": "https://other.example/"},
        {"mode": "publish", "topic": HUB.topic, "challenge": "c"},
        {f"x{number}": "y" for number in range(30)},
    ],
)
def test_what_was_not_asked_for_is_not_confirmed(store: SqlStore, fields: dict[str, str]) -> None:
    before = kept(store)

    assert 404 == calls(store, **fields).status
    assert before == kept(store)


def test_nobody_is_answered_at_an_unknown_path(store: SqlStore) -> None:
    asked = {"mode": "subscribe", "topic": HUB.topic, "challenge": "c"}

    assert 404 == calls(store, "other", **asked).status
    assert 410 == brings(store, b"x", signed(b"x"), "other").status
    assert 405 == answer_hub("PUT", PREFIX + PATH, "", None, b"", store, PUSHES, NOW).status


def test_a_denial_is_remembered_for_a_day(store: SqlStore) -> None:
    assert 200 == calls(store, mode="denied", topic=HUB.topic, reason="no").status

    assert (SubscriptionState.DENIED, NOW + DAY) == (kept(store).state, kept(store).due_at)


def test_only_a_signed_push_makes_the_feed_due_and_a_replay_no_more_often(store: SqlStore) -> None:
    for signature in (None, "sha256=00", signed(b"other")):
        assert 202 == brings(store, b"news", signature).status
    lies = heeded(store)
    answers = [brings(store, b"news", signed(b"news")).status for _ in range(3)]
    before = ids(store.claim_feeds(NOW, ALL, LEASE))

    first = heeded(store)
    brings(store, b"news", signed(b"news"))
    at_once = heeded(store)

    assert (0, [202] * 3) == (lies, answers)
    assert [] == before
    assert (1, 0) == (first, at_once)
    assert [FEED] == ids(store.claim_feeds(NOW, ALL, LEASE))


def test_a_push_while_the_feed_is_polled_is_heeded_after_that_poll(store: SqlStore) -> None:
    store.poll_now(FEED, NOW)
    (claim,) = store.claim_feeds(NOW, ALL, LEASE)
    brings(store, b"news", signed(b"news"))

    during = heeded(store)
    with store.transaction() as tx:
        tx.save_poll(claim, KEPT, (), {}, (), {})

    assert (0, 1) == (during, heeded(store, LATER))
    assert [FEED] == ids(store.claim_feeds(LATER, ALL, LEASE))


def test_a_paused_feed_is_not_polled_for_a_push_before_it_is_resumed(store: SqlStore) -> None:
    store.pause(FEED, NOW)
    brings(store, b"news", signed(b"news"))

    paused = heeded(store)
    store.resume(FEED, NOW)

    assert (0, 1) == (paused, heeded(store))


def test_a_feed_that_goes_says_farewell_and_is_forgotten_at_last(store: SqlStore) -> None:
    hubs = Hubs(404)
    store.sync_feeds([settings("other")], NOW)

    attend(store, hubs)
    gone = brings(store, b"news", signed(b"news"))
    for _ in range(MOST_FAREWELLS - 1):
        attend(store, hubs, at=kept(store).due_at)

    assert ["unsubscribe"] * MOST_FAREWELLS == [form["hub.mode"] for form in hubs.asked]
    assert 410 == gone.status
    assert store.subscription(PATH) is None


def test_a_farewell_is_confirmed_and_another_hub_gets_another_path(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.name_hub(FEED, HUB, "unused", NOW)
        tx.name_hub(FEED, Hub(url=HUB.url, topic="https://news.example/new"), "q" * 64, NOW)
    former = store.subscription(PATH)
    store.sync_feeds([settings("other")], NOW)
    attend(store, Hubs())

    said = calls(store, "q" * 64, mode="unsubscribe", topic="https://news.example/new", challenge="bye")

    assert former is None
    assert Said(status=200, text="bye") == said
    assert store.subscription("q" * 64) is None


def test_status_tells_what_was_agreed(store: SqlStore) -> None:
    calls(store, mode="subscribe", topic=HUB.topic, challenge="c", lease_seconds="60")
    (feed,) = store.status(NOW)["feeds"]

    assert {
        "hub": "https://hub.example/",
        "state": "active",
        "until": "2026-03-01T12:01:00.123456Z",
        "pushed_at": None,
    } == feed["push"]
