"""Stories in memory, for whoever judges articles without writing a store.

They are found as the store finds them: by the canonical URL, and by the bands of the fingerprint. What is
remembered is bounded: beyond it the oldest story is forgotten, as it is when its time is over.
"""

from array import array
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from monitor.model import Article, Story, StoryCandidate, StoryId
from monitor.stories.grouping import GroupingPolicy, choose
from monitor.text.fingerprint import bands

Notes = TypeVar("Notes")
Key = TypeVar("Key")

MOST_STORIES = 10_000
# As many of a band, and of them those that share most, as the store looks at. Further copies of one story
# tell no more.
_MOST_COPIES = 50
_CANDIDATES = 60


@dataclass(slots=True, eq=False)
class _Copy:
    """One article of a story; the fingerprint takes 1.5 KB this way, and five times that as numbers."""

    story: StoryId
    fingerprint: "array[int]"
    canonical_url: str
    language: str | None


@dataclass(slots=True)
class _Remembered(Generic[Notes]):
    story: Story
    notes: Notes
    copies: list[_Copy] = field(default_factory=list)


class RecentStories(Generic[Notes]):
    """The stories of the last while, with notes on each; articles must come in the order of their times."""

    def __init__(self, policy: GroupingPolicy, most: int = MOST_STORIES) -> None:
        """Remember as long as the policy says, and at most so many stories."""
        self._policy = policy
        self._most = most
        self._stories: OrderedDict[StoryId, _Remembered[Notes]] = OrderedDict()
        self._by_band: dict[int, list[_Copy]] = {}
        self._by_url: dict[str, list[_Copy]] = {}

    def add(self, article: Article, now: datetime, notes: Notes) -> tuple[Story, Notes]:
        """Return the story that an article belongs to, and the notes on it: these, where it is new."""
        story = choose(article, self._near(article), now, self._policy)
        remembered = self._stories.setdefault(story.id, _Remembered(story, notes))
        remembered.story = story
        if len(remembered.copies) < _MOST_COPIES:
            self._remember(remembered, article)
        return story, remembered.notes

    def outdated(self, now: datetime) -> Iterator[Notes]:
        """Forget what is too old, or too much, and yield the notes on it."""
        while self._stories:
            oldest = next(iter(self._stories.values()))
            recent = oldest.story.first_seen_at >= now - self._policy.memory
            if recent and len(self._stories) <= self._most:
                return
            yield self._forget(oldest)

    def rest(self) -> Iterator[Notes]:
        """Forget everything, and yield the notes on it."""
        while self._stories:
            yield self._forget(next(iter(self._stories.values())))

    def _near(self, article: Article) -> Sequence[StoryCandidate]:
        same_page = self._by_url.get(article.canonical_url, ())[:_MOST_COPIES]
        shared = Counter(
            copy
            for band in bands(article.fingerprint)
            for copy in self._by_band.get(band, ())[-_MOST_COPIES:]
        )
        alike = (copy for copy, _ in shared.most_common(_CANDIDATES))
        return [
            StoryCandidate(
                story=self._stories[copy.story].story,
                fingerprint=tuple(copy.fingerprint),
                canonical_url=copy.canonical_url,
                language=copy.language,
            )
            for copy in dict.fromkeys((*same_page, *alike))
        ]

    def _remember(self, remembered: _Remembered[Notes], article: Article) -> None:
        own = array("q", article.fingerprint)
        copy = _Copy(remembered.story.id, own, article.canonical_url, article.language)
        remembered.copies.append(copy)
        if copy.canonical_url:
            self._by_url.setdefault(copy.canonical_url, []).append(copy)
        for band in bands(article.fingerprint):
            self._by_band.setdefault(band, []).append(copy)

    def _forget(self, remembered: _Remembered[Notes]) -> Notes:
        del self._stories[remembered.story.id]
        for copy in remembered.copies:
            if copy.canonical_url:
                _drop(self._by_url, copy.canonical_url, copy)
            for band in bands(tuple(copy.fingerprint)):
                _drop(self._by_band, band, copy)
        return remembered.notes


def _drop(index: dict[Key, list[_Copy]], key: Key, copy: _Copy) -> None:
    index[key].remove(copy)
    if not index[key]:
        del index[key]
