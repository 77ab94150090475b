"""Have we told this story already?

Observations: one wire report stands in many outlets, under other headlines, cut at the end, with a
paragraph of the house's own; one article is announced by several feeds. Copies must not alert again.
Two reports on one event in different words are two stories.

Theory of operation: an article belongs to the story that has its canonical URL; else to the one with
the likest text, if that is like enough and in the same language, or one of the two is unknown.
Likeness is estimated by `text.fingerprint`. Measured on the 295 texts of the SmartData corpus with 100
words or more in five pieces or more (median 130 words: shorter than most articles, so a paragraph
weighs more), as share of changed copies that share a band and are at least 0.4 alike:

    another headline 1.00 · last paragraph dropped 0.97 · two random paragraphs dropped 0.90 ·
    42 words of boilerplate added 1.00 · paragraphs in another order 1.00 ·
    headline, last paragraph and boilerplate at once 0.80 · last two paragraphs dropped 0.73 ·
    second half dropped 0.30

Of 77,330 pairs of its texts, railway and traffic notices aside, one reached 0.4, at 0.83: a true copy.
The next stand at 0.20 and below (one publisher's page furniture, voting-rights notices after one
template). Of 100 copies changed in three ways a threshold of 0.5 would lose 18 more, one of 0.3 win
12, but stand within two standard deviations of the furniture.

Known exceptions: a copy cut by half is another story. Notices that differ in a date and a number only
(a railway's, 0.3 to 0.97 among themselves) are one story.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Article, Story, StoryCandidate, StoryId
from monitor.text.fingerprint import likeness
from monitor.text.ids import derive_id
from monitor.text.urls import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingPolicy:
    """How long a story is remembered, and from which likeness (0-1) on a text is a copy."""

    memory: timedelta = timedelta(hours=72)
    likeness: float = 0.4


def choose(article: Article, near: Sequence[StoryCandidate], now: datetime, policy: GroupingPolicy) -> Story:
    """Return the story that the article belongs to, counting it in, or a new one.

    `near` may hold stories that are not near, and several articles of one story. The oldest of equally
    near stories is taken.
    """
    remembered = [each for each in near if each.story.first_seen_at >= now - policy.memory]
    same_page = [each for each in remembered if each.canonical_url == article.canonical_url != ""]
    if same_page:
        return _joined(min(same_page, key=_age).story, article)
    copies = [
        (-alike, *_age(each), each)
        for each in remembered
        if _may_be_copies(article.language, each.language)
        and (alike := likeness(article.fingerprint, each.fingerprint)) >= policy.likeness
    ]
    if copies:
        return _joined(min(copies, key=lambda copy: copy[:3])[-1].story, article)
    return Story(
        id=StoryId(derive_id("st_", article.entry_id)),
        revision=1,
        articles=1,
        outlets=_outlets(article),
        first_seen_at=now,
    )


def _joined(story: Story, article: Article) -> Story:
    return replace(
        story,
        revision=story.revision + 1,
        articles=story.articles + 1,
        outlets=story.outlets | _outlets(article),
    )


def _age(candidate: StoryCandidate) -> tuple[datetime, str]:
    return candidate.story.first_seen_at, candidate.story.id


def _outlets(article: Article) -> frozenset[str]:
    host = host_of(article.url)
    return frozenset({host}) if host else frozenset()


def _may_be_copies(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return True
    return one.partition("-")[0].lower() == other.partition("-")[0].lower()
