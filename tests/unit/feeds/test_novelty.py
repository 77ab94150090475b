"""Laws of identity: what is the same entry, and what is another."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.novelty import Novelty, keys_of, nothing_new, only_new, unread
from monitor.model import (
    Announced,
    EntryId,
    EntryKey,
    EntryState,
    Feed,
    FeedId,
    FeedSettings,
    FirstPoll,
    NotModified,
    ParsedFeed,
)

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
FEED = FeedId("example")
NEW = Feed(id=FEED, shown_url="https://example.org/f", due_at=NOW)
POLLED = replace(NEW, first_polled_at=NOW - timedelta(days=1), entries=3, polls=3)
SETTINGS = FeedSettings(id=FEED, url="https://example.org/f", shown_url="https://example.org/f")


class Reader:
    """One feed over several polls, with what a store would know of it."""

    def __init__(self, before: Feed = POLLED, settings: FeedSettings = SETTINGS) -> None:
        self.before = before
        self.settings = settings
        self.known: dict[EntryKey, EntryId] = {}

    def polls(self, *announced: Announced) -> Novelty:
        read = ParsedFeed(format="rss20", entries=announced)
        asked = keys_of(FEED, read)
        known = {key: self.known[key] for key in asked if key in self.known}
        news = only_new(self.before, self.settings, read, known, NOW)
        for entry in news.entries:
            self.known |= dict.fromkeys(entry.keys, entry.id)
        self.known |= news.learned
        assert set(self.known) >= {key for entry in news.entries for key in entry.keys}
        return news

    def titles(self, *announced: Announced) -> list[str]:
        return [entry.announced.title for entry in self.polls(*announced).entries]


def entry(
    title: str = "A title", guid: str | None = "g", link: str | None = "https://example.org/a", **more: str
) -> Announced:
    return Announced(title=title, guid=guid, link=link, **more)  # type: ignore[arg-type]


def many(count: int) -> list[Announced]:
    return [entry(f"title {n}", f"g{n}", f"https://example.org/{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (entry(), entry()),
        (entry(), entry(guid="another")),
        (entry(), entry(guid=None)),
        (entry(guid=None), entry()),
        (entry(), entry("An edited title")),
        (entry(guid=None), entry("An edited title", guid=None)),
        (entry(), entry(link="https://example.org/moved")),
        (entry(), entry(link="http://example.org/a")),
        (entry(), entry(link="https://EXAMPLE.org/a?utm_source=feed#top")),
        (entry(guid=None), entry(guid=None, link="http://example.org/a")),
        (entry(), entry("  a\nTITLE ")),
        (entry(link=None), entry("An edited title", link=None)),
        (entry(guid=None, link=None, summary="s"), entry(guid=None, link=None, summary=" S")),
        (entry("", summary="s"), entry("", summary="s", link="https://example.org/moved")),
        (entry("", guid=None, content="c"), entry("", guid=None, content="c")),
        (entry(), replace(entry(), published_at=NOW, updated_at=NOW + timedelta(days=400))),
        (replace(entry(), published_at=NOW), entry()),
    ],
)
def test_an_entry_that_changes_in_one_mark_is_known(first: Announced, later: Announced) -> None:
    reader = Reader()
    reader.polls(first)

    news = reader.polls(later)

    assert () == news.entries


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (entry(), entry("Another title", link="https://example.org/other")),
        (entry(), entry("Another title", guid="another")),
        (entry(guid=None), entry("Another title", guid=None, link="https://example.org/other")),
        (entry(guid=None, link=None), entry("Another title", guid=None, link=None)),
        (entry(guid=None, link=None, summary="s"), entry(guid=None, link=None, summary="another")),
        (
            entry(guid=None, link="https://example.org"),
            entry("Another title", guid=None, link="https://example.org/"),
        ),
        (entry("", summary="s"), entry("", summary="another", link="https://example.org/other")),
    ],
)
def test_an_entry_that_differs_in_two_marks_is_another(first: Announced, later: Announced) -> None:
    reader = Reader()
    old = reader.polls(first).entries[0]

    (new,) = reader.polls(later).entries

    assert old.id != new.id


def test_guids_that_change_at_every_poll_bring_nothing_new_and_are_not_learned() -> None:
    reader = Reader()
    reader.polls(*many(20))
    size = len(reader.known)

    for poll in range(50):
        churned = [replace(each, guid=f"{each.guid}-{poll}") for each in many(20)]
        assert reader.titles(*churned) == []

    assert len(reader.known) == size


def test_where_guids_churn_an_edited_title_is_still_known_by_its_link() -> None:
    reader = Reader()
    reader.polls(*many(3))

    churned = [replace(each, guid=f"{each.guid}-x") for each in many(3)]
    churned[1] = replace(churned[1], title="An edited title")

    assert reader.titles(*churned) == []


def test_an_entry_that_is_numbered_anew_is_known_when_its_title_is_edited_later() -> None:
    reader = Reader()
    reader.polls(*many(3))
    anew = replace(many(3)[1], guid="another")
    reader.polls(many(3)[0], anew, many(3)[2])

    assert reader.titles(many(3)[0], replace(anew, title="An edited title"), many(3)[2]) == []


def test_an_entry_that_stands_there_twice_counts_once_where_guids_are_counted() -> None:
    first, second, third = many(3)
    reader = Reader()
    reader.polls(first, second, third)
    numbered_anew = replace(third, guid="anew")

    reader.polls(first, second, numbered_anew, numbered_anew, numbered_anew)

    assert [] == reader.titles(first, second, replace(numbered_anew, link="https://example.org/moved"))


def test_a_guid_used_twice_in_one_document_is_two_entries() -> None:
    first, second = entry(), entry("Another title", link="https://example.org/other")
    reader = Reader()

    news = reader.polls(first, second)

    assert [first, second] == [each.announced for each in news.entries]
    assert len({each.id for each in news.entries}) == 2
    assert reader.titles(second, first) == []


@pytest.mark.parametrize("link", ["https://example.org/", "https://example.org/live"])
@pytest.mark.parametrize("guids", [True, False])
def test_a_link_that_entries_share_does_not_identify(link: str, guids: bool) -> None:  # noqa: FBT001
    def ticker(n: int) -> Announced:
        return entry(f"title {n}", f"g{n}" if guids else None, link)

    reader = Reader()
    reader.polls(ticker(1), ticker(2))

    assert reader.titles(ticker(2), ticker(3)) == ["title 3"]
    assert reader.titles(ticker(4), ticker(3)) == ["title 4"]


def test_one_entry_at_a_time_on_one_page_is_told_apart_by_guid() -> None:
    reader = Reader()

    assert [["title 0"], ["title 1"], ["title 2"]] == [
        reader.titles(entry(f"title {n}", f"g{n}", "https://example.org/live")) for n in range(3)
    ]


def test_the_new_title_of_an_edited_entry_is_learned() -> None:
    reader = Reader()
    old = reader.polls(entry()).entries[0]

    learned = reader.polls(entry("An edited title")).learned

    assert {old.id} == set(learned.values())
    assert reader.titles(entry("An edited title", guid="churned")) == []
    assert reader.titles(entry("An edited title", link="https://example.org/moved")) == []


def test_what_is_known_already_is_not_learned_again() -> None:
    reader = Reader()
    reader.polls(entry())
    reader.polls(entry("An edited title"))

    assert reader.polls(entry("An edited title")).learned == {}


def test_one_poll_learns_no_more_than_its_bound() -> None:
    reader = Reader()
    reader.polls(*many(200))
    edited = [replace(each, title=f"edited {each.title}") for each in many(200)]

    news = reader.polls(*edited)

    assert () == news.entries
    assert len(news.learned) == 64


def test_duplicates_inside_one_document_are_one_entry() -> None:
    same = [
        entry(),
        entry(),
        entry(guid="another"),
        entry("An edited title"),
        entry(link="https://example.org/moved"),
    ]

    assert Reader().titles(*same) == ["A title"]


def test_an_id_comes_from_the_entry_whatever_worker_sees_it() -> None:
    first = Reader().polls(*many(3)).entries
    second = Reader().polls(*reversed(many(3))).entries

    assert {each.id for each in first} == {each.id for each in second}
    assert all(each.id.startswith("en_") and len(each.id) == 35 for each in first)


def test_two_feeds_share_no_ids_and_no_keys() -> None:
    read = ParsedFeed(format="rss20", entries=(entry(),))

    assert set(keys_of(FEED, read)).isdisjoint(keys_of(FeedId("other"), read))


def test_a_new_entry_is_pending_due_now_and_knows_its_host() -> None:
    (new,) = Reader().polls(entry(link="https://WWW.Example.org/a")).entries

    assert (new.state, new.due_at, new.first_seen_at, new.host) == (
        EntryState.PENDING,
        NOW,
        NOW,
        "www.example.org",
    )


def test_an_entry_without_a_link_has_no_host() -> None:
    assert Reader().polls(entry(link=None)).entries[0].host == ""


def test_nothing_is_new_where_nothing_was_read() -> None:
    assert keys_of(FEED, NotModified()) == ()
    assert only_new(NEW, SETTINGS, NotModified(), {}, NOW) == nothing_new()
    assert nothing_new().pending == ()


@pytest.mark.parametrize(
    ("policy", "announced", "state"),
    [
        (FirstPoll.BASELINE, replace(entry(), published_at=NOW), EntryState.BASELINE),
        (FirstPoll.ALL, entry(), EntryState.PENDING),
        (FirstPoll.SINCE, replace(entry(), published_at=NOW - timedelta(hours=24)), EntryState.PENDING),
        (
            FirstPoll.SINCE,
            replace(entry(), published_at=NOW - timedelta(hours=25), updated_at=NOW),
            EntryState.BASELINE,
        ),
        (FirstPoll.SINCE, replace(entry(), updated_at=NOW - timedelta(hours=1)), EntryState.PENDING),
        (FirstPoll.SINCE, entry(), EntryState.BASELINE),
    ],
)
def test_the_first_poll_goes_by_the_feeds_policy(
    policy: FirstPoll, announced: Announced, state: EntryState
) -> None:
    first_poll = replace(SETTINGS, first_poll=policy, first_poll_since=timedelta(hours=24))

    news = only_new(NEW, first_poll, ParsedFeed(format="rss20", entries=(announced,)), {}, NOW)

    assert [state] == [each.state for each in news.entries]
    assert (news.entries if state is EntryState.PENDING else ()) == news.pending


def test_since_without_a_time_is_a_baseline() -> None:
    first_poll = replace(SETTINGS, first_poll=FirstPoll.SINCE)
    read = ParsedFeed(format="rss20", entries=(replace(entry(), published_at=NOW - timedelta(seconds=1)),))

    assert only_new(NEW, first_poll, read, {}, NOW).pending == ()


def test_a_first_poll_that_failed_does_not_count() -> None:
    failed = replace(NEW, polls=4, failures=4)
    read = ParsedFeed(format="rss20", entries=(entry(),))

    assert only_new(failed, SETTINGS, read, {}, NOW).pending == ()


def test_an_old_date_makes_nothing_old_after_the_first_poll() -> None:
    ancient = replace(entry(), published_at=datetime(1999, 1, 1, tzinfo=UTC))

    assert len(Reader().polls(ancient).pending) == 1


def test_no_overlap_with_a_known_feed_is_a_gap() -> None:
    reader = Reader()
    reader.polls(*many(3))
    others = [entry(f"other {n}", f"o{n}", f"https://example.org/other/{n}") for n in range(4)]

    assert reader.polls(*others[:2]).gap
    assert not reader.polls(*others[1:3]).gap
    assert not reader.polls(others[3]).gap
    assert not reader.polls().gap


@pytest.mark.parametrize("before", [NEW, replace(POLLED, entries=0)])
def test_a_feed_without_a_past_has_no_gap(before: Feed) -> None:
    assert not Reader(before).polls(*many(3)).gap


announcements = st.lists(
    st.builds(
        Announced,
        guid=st.none() | st.sampled_from(["g1", "g2", "g3"]),
        link=st.none()
        | st.sampled_from(
            ["https://a.example/", "https://a.example/1", "http://a.example/1", "https://a.example/2?x=1"]
        ),
        title=st.sampled_from(["", "one", "One ", "two", "three"]),
        summary=st.sampled_from(["", "s", "t"]),
    ),
    max_size=8,
)


@settings(max_examples=300)
@given(announcements, st.randoms(use_true_random=False))
def test_what_was_shown_once_is_never_new_again_in_any_order(
    announced: Sequence[Announced], rng: object
) -> None:
    reader = Reader()
    reader.polls(*announced)
    shuffled = list(announced)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]

    assert reader.titles(*shuffled) == []
    assert reader.titles(*shuffled[: len(shuffled) // 2]) == []


@settings(max_examples=300)
@given(st.lists(announcements, max_size=5))
def test_ids_and_keys_of_new_entries_are_new_over_all_polls(polls: Iterable[Sequence[Announced]]) -> None:
    reader = Reader()
    ids: list[EntryId] = []

    for announced in polls:
        before = set(reader.known)
        news = reader.polls(*announced)
        ids.extend(each.id for each in news.entries)
        assert before.isdisjoint(news.learned)
        assert set(news.learned.values()) <= set(ids)

    assert len(ids) == len(set(ids))


@settings(max_examples=300)
@given(announcements, announcements)
def test_an_entry_with_a_guid_and_a_title_never_seen_is_always_new(
    first: Sequence[Announced], second: Sequence[Announced]
) -> None:
    reader = Reader()
    reader.polls(*first)
    fresh = entry("never seen", "never seen", "https://a.example/fresh")

    assert "never seen" in reader.titles(*second, fresh)


@pytest.mark.parametrize("policy", FirstPoll)
def test_what_a_feed_shows_when_it_begins_anew_is_remembered_only(policy: FirstPoll) -> None:
    anew = replace(POLLED, first_polled_at=None)
    reader = Reader(anew, replace(SETTINGS, first_poll=policy, first_poll_since=timedelta(days=9999)))

    news = reader.polls(entry("since then", published_at=NOW))  # type: ignore[arg-type]

    assert [EntryState.BASELINE] == [each.state for each in news.entries]
    assert not news.gap


# ---- storms ----------------------------------------------------------------------------------------

BUSY = replace(POLLED, last_ok_at=NOW - timedelta(minutes=15))


@pytest.mark.parametrize(
    ("before", "known", "new", "storm"),
    [
        (BUSY, 10, 11, True),
        (BUSY, 11, 11, False),
        (BUSY, 0, 10, True),
        (BUSY, 0, 9, False),
        (replace(BUSY, entries=0), 0, 30, False),
        (replace(BUSY, last_ok_at=None), 0, 30, False),
        (replace(BUSY, first_polled_at=None), 0, 30, False),
        # after a pause much is new with good reason
        (replace(BUSY, last_ok_at=NOW - timedelta(minutes=61)), 0, 30, False),
        (replace(BUSY, last_ok_at=NOW - timedelta(hours=18), interval=timedelta(hours=6)), 0, 30, True),
    ],
)
def test_a_storm_is_more_than_half_of_a_known_feed_suddenly_new(
    before: Feed, known: int, new: int, *, storm: bool
) -> None:
    reader = Reader(before)
    everything = many(known + new)
    reader.polls(*everything[:known])

    assert storm == reader.polls(*everything).storm


def test_a_feed_without_a_brake_knows_no_storm() -> None:
    reader = Reader(BUSY, replace(SETTINGS, brake=None))

    assert not reader.polls(*many(30)).storm


# ---- what was outlined ---------------------------------------------------------------------------


def outline(*announced: Announced, outlined: Iterable[int] = ()) -> ParsedFeed:
    return ParsedFeed(format="rss20", entries=announced, outlined=frozenset(outlined))


def test_what_is_new_or_open_still_is_read_and_what_is_settled_is_not() -> None:
    reader = Reader()
    reader.polls(*many(2))
    still_open = next(told for key, told in reader.known.items() if key in keys_of(FEED, outline(many(2)[1])))
    read = outline(*many(4), outlined=(0, 1, 2))

    assert {1, 2} == unread(POLLED, SETTINGS, read, reader.known, {still_open}, NOW)
    assert {2} == unread(POLLED, SETTINGS, read, reader.known, set(), NOW)


def test_a_first_poll_for_a_baseline_reads_nothing_that_was_outlined() -> None:
    read = outline(*many(3), outlined=(0, 1, 2))

    assert set() == unread(NEW, SETTINGS, read, {}, set(), NOW)
    assert {0, 1, 2} == unread(NEW, replace(SETTINGS, first_poll=FirstPoll.ALL), read, {}, set(), NOW)


def test_an_outlined_entry_is_known_and_says_nothing_of_edits() -> None:
    reader = Reader()
    reader.polls(*many(2))

    news = only_new(POLLED, SETTINGS, outline(*many(2), outlined=(0,)), reader.known, NOW)

    assert () == news.entries
    assert [many(2)[1]] == [announced for _, announced in news.known]
    assert not only_new(POLLED, SETTINGS, outline(*many(2), outlined=(0, 1)), reader.known, NOW).gap
