"""Laws of waiting, of health, and of where to ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.cadence import NEVER, CadencePolicy, address_of, missed, polled
from monitor.feeds.novelty import Novelty, nothing_new
from monitor.model import (
    Announced,
    Document,
    Entry,
    EntryId,
    EntryState,
    FailureReason,
    Feed,
    FeedId,
    FeedSettings,
    FeedState,
    FetchFailed,
    Freshness,
    NotModified,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Validators,
)

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
URL = "https://example.org/f"
POLICY = CadencePolicy()
NEW = Feed(id=FeedId("example"), shown_url=URL, due_at=NOW)
POLLED = replace(NEW, first_polled_at=NOW - timedelta(days=1), entries=3, polls=3)
ADAPTIVE = FeedSettings(id=NEW.id, url=URL, shown_url=URL)
EVERY = replace(ADAPTIVE, every=timedelta(seconds=1))
READ = ParsedFeed(format="rss20", title="T")
DOCUMENT = Document(url=URL, content_type=None, body=b"body", validators=Validators(etag="new"))
DOWN = FetchFailed(reason=FailureReason.HTTP_5XX, detail="500", status=500)
ENTRY = Entry(
    id=EntryId("en_1"),
    feed_id=NEW.id,
    keys=(),
    announced=Announced(),
    host="",
    state=EntryState.PENDING,
    first_seen_at=NOW,
    due_at=NOW,
)
NEWS = Novelty(entries=(ENTRY,))


class Fixed:
    """Dice that always show the same."""

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


def after(
    before: Feed = POLLED,
    settings: FeedSettings = ADAPTIVE,
    answer: Document | NotModified = DOCUMENT,
    read: ParsedFeed | NotModified = READ,
    news: Novelty | None = None,
    rng: Fixed | None = None,
) -> Feed:
    return polled(before, settings, answer, read, news or nothing_new(), NOW, POLICY, rng or Fixed())


def failed(
    before: Feed = POLLED,
    settings: FeedSettings = ADAPTIVE,
    failure: FetchFailed | ParseFailed | SandboxFailed = DOWN,
    rng: Fixed | None = None,
) -> Feed:
    return missed(before, settings, failure, NOW, POLICY, rng or Fixed())


def wait(feed: Feed) -> timedelta:
    return feed.due_at - NOW


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# ---- waits -----------------------------------------------------------------------------------


def test_a_feed_is_asked_a_quarter_of_an_hour_after_its_first_success() -> None:
    assert wait(after(NEW, news=NEWS)) == minutes(15)
    assert wait(after(replace(NEW, interval=timedelta(seconds=1)))) == minutes(15)


@pytest.mark.parametrize(
    ("interval", "news", "expected"),
    [
        (minutes(15), NEWS, minutes(9)),
        (minutes(15), None, minutes(18)),
        (minutes(6), NEWS, minutes(5)),
        (minutes(350), None, minutes(360)),
        (timedelta(seconds=1), None, minutes(6)),
        (timedelta(days=9), NEWS, minutes(216)),
    ],
)
def test_the_wait_shrinks_after_news_and_grows_without_within_its_limits(
    interval: timedelta, news: Novelty | None, expected: timedelta
) -> None:
    feed = after(replace(POLLED, interval=interval), news=news)

    assert feed.interval == expected
    assert wait(feed) == expected


def test_a_304_before_anything_was_read_is_no_first_poll() -> None:
    feed = after(NEW, answer=NotModified(), read=NotModified())

    assert feed.first_polled_at is None
    assert feed.interval == minutes(18)


@pytest.mark.parametrize("seconds", [1, 60, 90_000, 700_000])
def test_every_is_taken_exactly(seconds: int) -> None:
    settings = replace(ADAPTIVE, every=timedelta(seconds=seconds))
    wish = replace(DOCUMENT, freshness=Freshness(max_age=timedelta(days=1)))

    feed = after(settings=settings, answer=wish, news=NEWS, rng=Fixed(0.9))

    assert feed.interval == settings.every
    assert wait(feed) == settings.every


@pytest.mark.parametrize(
    ("by_answer", "by_feed", "expected"),
    [
        (minutes(30), None, minutes(30)),
        (None, minutes(40), minutes(40)),
        (minutes(30), minutes(40), minutes(40)),
        (timedelta(days=2), None, minutes(60)),
        (minutes(2), timedelta(), minutes(18)),
        (timedelta(seconds=-5), None, minutes(18)),
    ],
)
def test_a_wish_prolongs_a_wait_up_to_an_hour_and_never_shortens_it(
    by_answer: timedelta | None, by_feed: timedelta | None, expected: timedelta
) -> None:
    answer = replace(DOCUMENT, freshness=Freshness(max_age=by_answer))
    read = replace(READ, freshness=Freshness(max_age=by_feed))

    feed = after(answer=answer, read=read)

    assert wait(feed) == expected
    assert feed.interval == minutes(18)


def test_a_wait_longer_than_a_wish_stays() -> None:
    answer = replace(DOCUMENT, freshness=Freshness(max_age=timedelta(days=1)))

    assert wait(after(replace(POLLED, interval=minutes(200)), answer=answer)) == minutes(240)


def test_chance_prolongs_a_wait_by_at_most_a_tenth() -> None:
    assert minutes(18) < wait(after(rng=Fixed(0.999))) < minutes(18) * 1.1


# ---- failures --------------------------------------------------------------------------------


def test_failures_double_the_wait_up_to_a_day_for_ever() -> None:
    feed, waits = POLLED, []
    for _ in range(40):
        feed = failed(feed)
        waits.append(wait(feed))

    assert waits[:4] == [minutes(15), minutes(30), minutes(60), minutes(120)]
    assert set(waits[8:]) == {timedelta(days=1)}


def test_a_feed_of_each_second_is_told_failing_and_recovered_within_two_minutes() -> None:
    feed, clock, failing_at = POLLED, timedelta(), None
    while clock < timedelta(seconds=30):
        feed = failed(feed, EVERY, rng=Fixed(0.9))
        failing_at = failing_at or (clock if feed.state is FeedState.FAILING else None)
        clock += wait(feed)

    assert failing_at == timedelta(seconds=3)
    assert clock < timedelta(minutes=2)
    assert after(feed, EVERY).state is FeedState.OK


def test_the_reason_is_told_at_once_and_the_state_after_three() -> None:
    first = failed()
    second = failed(first)
    third = failed(second, failure=ParseFailed(reason=FailureReason.PARSE, detail=""))

    assert [FeedState.OK, FeedState.OK, FeedState.FAILING] == [each.state for each in (first, second, third)]
    assert [FailureReason.HTTP_5XX, FailureReason.HTTP_5XX, FailureReason.PARSE] == [
        each.reason for each in (first, second, third)
    ]
    assert (third.failures, third.polls) == (3, 6)


def test_success_resets_failures() -> None:
    feed = after(failed(failed(failed())))

    assert (feed.state, feed.reason, feed.failures, feed.last_ok_at) == (FeedState.OK, None, 0, NOW)
    assert wait(feed) == minutes(18)


@pytest.mark.parametrize(
    "failure",
    [
        ParseFailed(reason=FailureReason.PARSE, detail=""),
        SandboxFailed(reason=FailureReason.TIMEOUT, detail=""),
        DOWN,
    ],
)
def test_a_failure_keeps_what_belongs_to_the_stored_entries(
    failure: FetchFailed | ParseFailed | SandboxFailed,
) -> None:
    before = replace(POLLED, validators=Validators(etag="old"), body_digest=b"d", last_ok_at=NOW, title="T")

    feed = failed(before, failure=failure)

    assert (feed.validators, feed.body_digest, feed.last_ok_at, feed.title) == (
        before.validators,
        b"d",
        NOW,
        "T",
    )
    assert feed.first_polled_at == before.first_polled_at


@pytest.mark.parametrize(
    ("status", "retry_after", "settings", "expected"),
    [
        (429, timedelta(hours=2), ADAPTIVE, timedelta(hours=2)),
        (503, timedelta(seconds=90), EVERY, timedelta(seconds=90)),
        (503, timedelta(days=9), EVERY, timedelta(days=1)),
        (503, timedelta(seconds=1), ADAPTIVE, minutes(15)),
        (503, timedelta(seconds=-1), EVERY, timedelta(seconds=1)),
        (500, timedelta(hours=2), EVERY, timedelta(seconds=1)),
        (429, None, EVERY, timedelta(seconds=1)),
    ],
)
def test_retry_after_is_honoured_where_a_server_may_say_it(
    status: int, retry_after: timedelta | None, settings: FeedSettings, expected: timedelta
) -> None:
    failure = FetchFailed(
        reason=FailureReason.RATE_LIMITED, detail="", status=status, retry_after=retry_after
    )

    assert wait(failed(settings=settings, failure=failure)) == expected


def test_a_feed_asked_each_week_is_not_asked_more_often_when_it_fails() -> None:
    weekly = replace(ADAPTIVE, every=timedelta(weeks=1))

    assert wait(failed(replace(POLLED, failures=5), weekly)) == timedelta(weeks=1)


@pytest.mark.parametrize("reason", [FailureReason.GONE, FailureReason.HTTP_4XX])
def test_a_410_ends_polling(reason: FailureReason) -> None:
    feed = failed(failure=FetchFailed(reason=reason, detail="", status=410))

    assert (feed.state, feed.reason, feed.due_at) == (FeedState.GONE, FailureReason.GONE, NEVER)


@given(
    chance=st.floats(0, 1, exclude_max=True),
    failures=st.integers(0, 10_000),
    interval=st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    wish=st.none() | st.timedeltas(timedelta(days=-400), timedelta(days=400)),
    retry=st.booleans(),
)
def test_whatever_was_stored_a_feed_is_due_within_a_day_and_a_bit(
    chance: float, failures: int, interval: timedelta, wish: timedelta | None, *, retry: bool
) -> None:
    before = replace(POLLED, failures=failures, interval=interval, due_at=NOW + timedelta(days=4_000))
    failure = FetchFailed(
        reason=FailureReason.HTTP_5XX, detail="", status=503, retry_after=wish if retry else None
    )
    answer = replace(DOCUMENT, freshness=Freshness(max_age=wish))

    for feed in (
        failed(before, failure=failure, rng=Fixed(chance)),
        after(before, answer=answer, rng=Fixed(chance)),
    ):
        assert minutes(5) <= wait(feed) <= timedelta(hours=26.4)


# ---- health, validators ------------------------------------------------------------------------


def test_a_document_brings_validators_digest_title_and_counts() -> None:
    feed = after(NEW, news=NEWS)

    assert feed.validators == Validators(etag="new")
    assert feed.body_digest == sha256(b"body").digest()
    assert (feed.title, feed.polls, feed.entries, feed.first_polled_at, feed.last_new_at) == (
        "T",
        1,
        1,
        NOW,
        NOW,
    )


def test_a_document_without_a_title_keeps_the_old_one() -> None:
    assert after(replace(POLLED, title="old"), read=ParsedFeed(format="rss20")).title == "old"


def test_a_304_keeps_digest_and_validators_that_it_leaves_out() -> None:
    before = replace(
        POLLED,
        body_digest=b"d",
        validators=Validators(etag="e", last_modified="l"),
        last_new_at=NOW - minutes(9),
    )

    feed = after(before, answer=NotModified(validators=Validators(etag="e2")), read=NotModified())

    assert feed.validators == Validators(etag="e2", last_modified="l")
    assert (feed.body_digest, feed.last_new_at) == (b"d", NOW - minutes(9))


def test_the_same_body_again_brings_its_validators() -> None:
    before = replace(POLLED, body_digest=sha256(b"body").digest(), validators=Validators(etag="old"))

    feed = after(before, answer=DOCUMENT, read=NotModified())

    assert feed.validators == Validators(etag="new")
    assert feed.body_digest == before.body_digest


def test_a_feed_without_a_body_to_digest_keeps_the_old_digest() -> None:
    assert after(replace(POLLED, body_digest=b"d"), answer=NotModified(), read=READ).body_digest == b"d"


def test_a_gap_degrades_a_feed_until_a_poll_without_one() -> None:
    degraded = after(news=Novelty(entries=(ENTRY,), gap=True))

    assert (degraded.state, degraded.reason) == (FeedState.DEGRADED, FailureReason.GAP)
    assert after(degraded).state is FeedState.OK


# ---- where to ask ------------------------------------------------------------------------------


def redirected(target: str | None, times: int, url: str = URL) -> Feed:
    feed = POLLED
    for _ in range(times):
        feed = after(feed, replace(ADAPTIVE, url=url), replace(DOCUMENT, moved_to=target))
    return feed


def test_a_feed_has_moved_after_three_equal_answers() -> None:
    target = "https://other.example/f"

    assert address_of(redirected(target, 2), ADAPTIVE) == URL
    assert address_of(redirected(target, 3), ADAPTIVE) == target
    assert address_of(after(redirected(target, 3)), ADAPTIVE) == target
    assert address_of(POLLED, ADAPTIVE) == URL


def test_a_304_counts_as_an_answer() -> None:
    feed = redirected("https://other.example/f", 2)

    assert after(feed, answer=NotModified(moved_to="https://other.example/f"), read=NotModified()).moved


def test_another_target_or_none_begins_the_count_anew() -> None:
    two = redirected("https://other.example/f", 2)

    assert after(two).moved_times == 0
    assert after(two, answer=replace(DOCUMENT, moved_to="https://third.example/f")).moved_times == 1


def test_a_query_is_used_and_never_stored() -> None:
    settings = replace(ADAPTIVE, url=URL + "?key=secret")

    feed = redirected("https://other.example/f?key=secret", 3, settings.url)

    assert "secret" not in str(feed)
    assert address_of(feed, settings) == "https://other.example/f?key=secret"


def test_a_target_without_the_query_is_taken_as_it_is() -> None:
    settings = replace(ADAPTIVE, url=URL + "?key=secret")

    assert (
        address_of(redirected("https://other.example/f", 3, settings.url), settings)
        == "https://other.example/f"
    )


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (URL, "https://user:pw@other.example/f"),
        ("https://user:pw@example.org/f", "https://other.example/f"),
        (URL, "https://other.example/f?token=x"),
        (URL + "?key=secret", "https://other.example/f?key=other"),
        (URL + "?key=se%20cret", "https://other.example/se%20cret/f"),
        (URL + "?secret", "https://secret.example/f"),
        (URL, "http://other.example/f"),
        (URL, "ftp://other.example/f"),
        (URL, "https:///f"),
        (URL, "https://[f"),
    ],
)
def test_a_target_that_may_hold_a_secret_or_lead_astray_is_never_kept(url: str, target: str) -> None:
    feed = redirected(target, 5, url)

    assert (feed.moved_to, feed.moved_times, feed.moved) == (None, 0, False)


def test_a_moved_address_that_fails_three_times_is_given_up() -> None:
    moved = replace(redirected("https://other.example/f", 3), validators=Validators(etag="theirs"))
    second = failed(failed(moved))
    third = failed(second)

    assert address_of(second, ADAPTIVE) == "https://other.example/f"
    assert address_of(third, ADAPTIVE) == URL
    assert third.validators == Validators()
    assert third.state is FeedState.FAILING


def test_a_410_at_a_moved_address_asks_the_configured_one_again() -> None:
    gone = FetchFailed(reason=FailureReason.GONE, detail="", status=410)
    feed = failed(redirected("https://other.example/f", 3), failure=gone)

    assert address_of(feed, ADAPTIVE) == URL
    assert feed.state is FeedState.OK
    assert wait(feed) < timedelta(hours=1)
