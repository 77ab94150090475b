"""Laws of hubs: whom a feed names, what is asked, how long is waited, and who is believed."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.hubs import hub_of, is_signed, lease_of, new_path, patience, secret_of, wanted_of
from monitor.feeds.parse import read_feed
from monitor.model import (
    Document,
    FeedId,
    FeedSettings,
    Hub,
    ParsedFeed,
    Pushes,
    Subscription,
    SubscriptionState,
)

URL, HUB, SELF = "https://news.example/feed", "https://hub.example/", "https://news.example/self"
FEED = FeedSettings(id=FeedId("feed"), url=URL, shown_url=URL)
PUSHES = Pushes(public_url="https://monitor.example", key=b"k" * 32)


def answer(links: str = "") -> Document:
    return Document(url=URL, content_type="application/rss+xml", body=b"<rss/>", links=links)


def read(hub: str | None = None, topic: str | None = None) -> ParsedFeed:
    return ParsedFeed(format="rss20", hub=hub, topic=topic)


@pytest.mark.parametrize(
    ("links", "named", "found"),
    [
        ("", read(), None),
        ("", read(topic=SELF), None),
        ("", read(HUB), Hub(url=HUB, topic=URL)),
        ("", read(HUB, SELF), Hub(url=HUB, topic=SELF)),
        (f'<{HUB}>; rel="hub", <{SELF}>; rel="self"', read(), Hub(url=HUB, topic=SELF)),
        (
            f"<{HUB}>;rel=hub,<{SELF}>;type=a;rel=self",
            read("https://other.example/"),
            Hub(url=HUB, topic=SELF),
        ),
        (
            f'<{HUB}>; rel="preconnect hub"; title="a, b", <https://b.example/>; rel=hub',
            read(),
            Hub(url=HUB, topic=URL),
        ),
        (f"<{HUB}>; type=hub", read(), None),
        ("<ftp://hub.example/>; rel=hub", read(), None),
        ("<https://user:word@hub.example/>; rel=hub", read(), None),
        ("<https:///nowhere>; rel=hub", read(), None),
        ("<https://[>; rel=hub", read(), None),
        ("<https://hüb.example/>; rel=hub", read(), None),
        ("<https://hub.example/a b>; rel=hub", read(), None),
        ("", read("https://hub.example/" + "a" * 2_000), None),
        ("", read(HUB, "javascript:x"), None),
    ],
)
def test_a_feed_names_its_hub_in_headers_or_in_its_document(
    links: str, named: ParsedFeed, found: Hub | None
) -> None:
    assert found == hub_of(answer(links), named, FEED)


def test_a_feed_whose_address_may_hold_a_secret_is_told_to_no_hub() -> None:
    secret = FeedSettings(id=FeedId("feed"), url=f"{URL}?key=1", shown_url=f"{URL}?key=…")

    assert hub_of(answer(), read(HUB, SELF), secret) is None


@pytest.mark.parametrize(
    "body",
    [
        (
            "<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>t</title>"
            f"<a:link rel='hub' href='{HUB}'/><a:link rel='self' href='{SELF}'/><item><title>a</title></item>"
            "</channel></rss>"
        ),
        (
            f"<feed xmlns='http://www.w3.org/2005/Atom'><link rel='hub' href='{HUB}'/>"
            "<link rel='hub' href='x'/>"
            f"<link rel='self' href='{SELF}'/><entry><id>1</id></entry></feed>"
        ),
    ],
)
def test_a_document_names_its_hub_and_itself(body: str) -> None:
    found = read_feed(Document(url=URL, content_type="application/xml", body=body.encode()))

    assert isinstance(found, ParsedFeed)
    assert (HUB, SELF) == (found.hub, found.topic)


def subscription(state: SubscriptionState) -> Subscription:
    return Subscription(
        feed=FEED.id,
        hub=Hub(url=HUB, topic=SELF),
        path="path",
        state=state,
        due_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def test_a_hub_is_asked_to_begin_with_a_secret_and_to_end_without() -> None:
    where = {"hub.callback": "https://monitor.example/websub/path", "hub.topic": SELF}

    begin = wanted_of(subscription(SubscriptionState.WANTED), PUSHES)
    end = wanted_of(subscription(SubscriptionState.ENDING), PUSHES)

    asked = {"hub.mode": "subscribe", "hub.lease_seconds": "864000", "hub.secret": secret_of("path", PUSHES)}
    assert where | asked == begin
    assert where | {"hub.mode": "unsubscribe"} == end
    assert len(begin["hub.secret"].encode()) < 200


def test_paths_and_secrets_are_of_one_subscription_alone() -> None:
    hubs = [Hub(url=HUB, topic=SELF), Hub(url=HUB, topic=URL), Hub(url=URL, topic=SELF)]
    paths = {new_path(hub, token) for hub in hubs for token in ("a", "b")}

    assert 6 == len(paths)
    assert 6 == len({secret_of(path, PUSHES) for path in paths})


def test_the_wait_for_a_hub_doubles_up_to_a_day() -> None:
    waits = [patience(times) for times in (0, 1, 2, 8, 9, 10_000)]

    assert [timedelta(minutes=each) for each in (5, 10, 20, 1_280, 1_440, 1_440)] == waits


@pytest.mark.parametrize(
    ("given", "lease"),
    [
        ("3600", timedelta(hours=1)),
        ("1", timedelta(minutes=1)),
        ("999999999", timedelta(days=30)),
        ("-5", timedelta(days=10)),
        ("1e9", timedelta(days=10)),
        (None, timedelta(days=10)),
    ],
)
def test_a_lease_is_renewed_before_it_ends_however_long_a_hub_says_it_is(
    given: str | None, lease: timedelta
) -> None:
    assert (lease, lease * 0.8) == lease_of(given)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_every_algorithm_of_the_specification_proves_a_push(algorithm: str) -> None:
    digest = hmac.new(b"secret", b"body", algorithm).hexdigest()

    assert is_signed(b"body", f"{algorithm}={digest}", "secret")
    assert is_signed(b"body", f"{algorithm.upper()}= {digest.upper()}", "secret")
    assert not is_signed(b"bodY", f"{algorithm}={digest}", "secret")
    assert not is_signed(b"body", f"{algorithm}={digest}", "Secret")
    assert not is_signed(b"body", f"{algorithm}={digest[:-1]}", "secret")


@pytest.mark.parametrize("signature", [None, "", "sha256", "sha256=", "md5=00", "sha256=ä", "=", "sha256=00"])
def test_what_is_no_signature_proves_nothing(signature: str | None) -> None:
    assert not is_signed(b"body", signature, "secret")
