from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.model import (
    Article,
    EntryId,
    FeedId,
    Story,
    StoryCandidate,
    StoryId,
    Verdict,
    Zones,
)
from monitor.stories.grouping import GroupingPolicy, choose
from monitor.text.fingerprint import fingerprint
from monitor.text.ids import derive_id

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
POLICY = GroupingPolicy()


def paragraphs(count: int = 8, seed: int = 1) -> list[str]:
    chance = Random(seed)
    return [" ".join(f"w{chance.randrange(10**6)}" for _ in range(45)) for _ in range(count)]


REPORT = paragraphs()


def article(
    text: str,
    *,
    url: str = "https://www.example.org/a?x=1",
    canonical_url: str = "https://www.example.org/a",
    language: str | None = "de",
) -> Article:
    return Article(
        entry_id=EntryId("en_1"),
        feed_id=FeedId("f"),
        url=url,
        canonical_url=canonical_url,
        zones=Zones(title="t", text=text),
        verdict=Verdict.FULL,
        fingerprint=fingerprint(text),
        language=language,
        fetched_at=NOW,
    )


def candidate(
    text: str,
    *,
    name: str = "st_old",
    url: str = "https://other.example/b",
    language: str | None = "de",
    age: timedelta = timedelta(hours=1),
) -> StoryCandidate:
    story = Story(
        id=StoryId(name),
        revision=2,
        articles=2,
        outlets=frozenset({"other.example"}),
        first_seen_at=NOW - age,
    )
    return StoryCandidate(story=story, fingerprint=fingerprint(text), canonical_url=url, language=language)


def test_an_article_near_to_nothing_begins_a_story_named_after_its_entry() -> None:
    story = choose(article("\n\n".join(REPORT)), [candidate("\n\n".join(paragraphs(seed=2)))], NOW, POLICY)

    assert story == Story(
        id=StoryId(derive_id("st_", "en_1")),
        revision=1,
        articles=1,
        outlets=frozenset({"www.example.org"}),
        first_seen_at=NOW,
    )


@pytest.mark.parametrize(
    "copy",
    [
        REPORT,
        REPORT[:-1],
        REPORT[:-2],
        REPORT[:3],
        REPORT[3:],
        REPORT[1:],
        [*REPORT, *paragraphs(8, seed=9)],
        [*REPORT, paragraphs(1, seed=9)[0]],
        ["Eine ganz andere Überschrift", *REPORT[:-1], paragraphs(1, seed=9)[0]],
    ],
    ids=[
        "same",
        "cut",
        "cut twice",
        "head",
        "tail",
        "without the head",
        "extended",
        "boilerplate",
        "all at once",
    ],
)
def test_a_changed_copy_joins_its_story(copy: list[str]) -> None:
    story = choose(article("\n\n".join(copy)), [candidate("\n\n".join(REPORT))], NOW, POLICY)

    assert story.id == "st_old"
    assert (story.revision, story.articles) == (3, 3)
    assert story.outlets == {"other.example", "www.example.org"}


def test_the_same_page_is_the_same_story_whatever_it_says_and_before_any_copy() -> None:
    same_page = candidate("now otherwise", name="st_page", url="https://www.example.org/a", language="en")
    copy = candidate("\n\n".join(REPORT), name="st_copy")

    assert choose(article("\n\n".join(REPORT)), [copy, same_page], NOW, POLICY).id == "st_page"


def test_articles_without_a_url_are_not_the_same_page() -> None:
    nowhere = article("kurz", url="", canonical_url="")

    story = choose(nowhere, [candidate("anders", url="")], NOW, POLICY)

    assert story.id != "st_old"
    assert story.outlets == frozenset()


@pytest.mark.parametrize(
    ("ours", "theirs", "joins"),
    [("de", "de-AT", True), ("de", None, True), (None, "en", True), ("de", "en", False)],
)
def test_copies_share_a_language_or_one_is_unknown(
    ours: str | None, theirs: str | None, *, joins: bool
) -> None:
    text = "\n\n".join(REPORT)

    story = choose(article(text, language=ours), [candidate(text, language=theirs)], NOW, POLICY)

    assert joins == (story.id == "st_old")


def test_the_likest_story_is_chosen_and_of_equals_the_oldest() -> None:
    text, half = "\n\n".join(REPORT), "\n\n".join([*REPORT[:-4], *paragraphs(4, seed=9)])
    near = [
        candidate(half, name="st_1", age=timedelta(hours=9)),
        candidate(text, name="st_3", age=timedelta(hours=2)),
        candidate(text, name="st_2", age=timedelta(hours=3)),
        candidate(text, name="st_0", age=timedelta(hours=2)),
    ]

    assert choose(article(text), near, NOW, POLICY).id == "st_2"
    assert choose(article(text), near[1:2] + near[3:], NOW, POLICY).id == "st_0"


def test_pages_of_one_host_must_share_more_than_their_furniture() -> None:
    furniture, here = paragraphs(4, seed=5), "https://www.example.org/b"
    one, other = ("\n\n".join([*furniture, *paragraphs(4, seed=seed)]) for seed in (6, 7))

    assert choose(article(one), [candidate(other, url=here)], NOW, POLICY).id != "st_old"
    assert choose(article(one), [candidate(one, url=here)], NOW, POLICY).id == "st_old"


def test_notices_with_other_dates_and_numbers_are_two_stories() -> None:
    notice = "Am Montag, 3. März, fällt Zug 17 ab 8.30 Uhr aus, weil Gleis 4 in Ulm erneuert wird. " * 2
    text = "\n\n".join([notice, *REPORT[:1]])

    story = choose(
        article(text.replace("3. März, fällt Zug 17", "9. Mai, fällt Zug 18")), [candidate(text)], NOW, POLICY
    )

    assert story.id != "st_old"


def test_a_story_out_of_memory_is_not_joined() -> None:
    text = "\n\n".join(REPORT)
    old = candidate(text, url="https://www.example.org/a", age=POLICY.memory + timedelta(seconds=1))

    assert choose(article(text), [old], NOW, POLICY).id != "st_old"
