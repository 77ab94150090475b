"""Laws of stories in memory: found as the store finds them, and no more of them than may be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.model import Article, EntryId, FeedId, Verdict, Zones
from monitor.stories.grouping import GroupingPolicy
from monitor.stories.recent import RecentStories
from monitor.text.fingerprint import fingerprint

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = GroupingPolicy()


def article(name: str, text: str = "", canonical: str = "") -> Article:
    return Article(
        entry_id=EntryId(name),
        feed_id=FeedId("feed"),
        url=f"https://{name}.example/",
        canonical_url=canonical,
        zones=Zones(title=name, text=text),
        verdict=Verdict.FULL,
        fingerprint=fingerprint(text or name),
        language="de",
        fetched_at=NOW,
    )


def report(subject: str) -> str:
    return " ".join(f"{subject}{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(40))


def added(stories: RecentStories[str], those: Sequence[Article], at: datetime = NOW) -> list[str]:
    """Return whose notes each article gets."""
    return [stories.add(each, at, each.entry_id)[1] for each in those]


def test_copies_and_the_same_page_belong_to_the_first_of_them() -> None:
    stories: RecentStories[str] = RecentStories(POLICY)
    page = "https://one.example/page"

    notes = added(
        stories,
        [
            article("a", report("wort")),
            article("b", report("anders"), page),
            article("c", report("wort")),
            article("d", report("neu"), page),
            article("e", report("fremd")),
        ],
    )

    assert ["a", "b", "a", "b", "e"] == notes


def test_a_story_counts_its_articles_and_outlets() -> None:
    stories: RecentStories[str] = RecentStories(POLICY)
    stories.add(article("a", report("wort")), NOW, "")

    story, _ = stories.add(article("b", report("wort")), NOW, "")

    assert (2, frozenset({"a.example", "b.example"})) == (story.articles, story.outlets)


def test_what_is_too_old_is_forgotten_and_its_copies_with_it() -> None:
    stories: RecentStories[str] = RecentStories(POLICY)
    added(stories, [article("a", report("wort"), "https://one.example/"), article("b", report("wort"))])
    added(stories, [article("c", report("neu"))], NOW + HOUR)

    at_the_end = list(stories.outdated(NOW + POLICY.memory))
    after_it = list(stories.outdated(NOW + POLICY.memory + timedelta(seconds=1)))

    assert ([], ["a"]) == (at_the_end, after_it)
    assert ["d", "c"] == added(
        stories, [article("d", report("wort")), article("e", report("neu"))], NOW + HOUR
    )


def test_of_too_many_the_oldest_is_forgotten() -> None:
    stories: RecentStories[str] = RecentStories(POLICY, most=2)
    added(stories, [article(name, report(name)) for name in ("a", "b", "c")])

    assert ["a"] == list(stories.outdated(NOW))
    assert ["b", "c"] == list(stories.rest())
    assert [] == list(stories.rest()) == list(stories.outdated(NOW))


def test_a_hundred_copies_are_one_story_and_are_forgotten_as_one() -> None:
    stories: RecentStories[str] = RecentStories(POLICY)

    notes = added(stories, [article(f"n{number}", report("wort")) for number in range(100)])

    assert {"n0"} == set(notes)
    assert ["n0"] == list(stories.rest())
    assert ({}, {}) == (stories._by_band, stories._by_url)
