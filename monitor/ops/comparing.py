"""Which alerts does one configuration give that another does not? Article by article; nothing is stored.

What is compared is whether somebody hears of an entity by a story, on a watchlist: an alert that the one
configuration gives by the first copy of a report and the other by the second is neither gained nor lost.
So both share one grouping into stories, of the articles that either of them finds somebody in. When it
is told does not count: quiet hours, budgets, digests, silences and the storm brake only hold an alert.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.alerts.evidence import public_url
from monitor.alerts.raising import Raised, Standing, raise_alerts
from monitor.matching.explain import in_words
from monitor.model import (
    Article,
    EntityId,
    EventType,
    Evidence,
    FeedSettings,
    Match,
    Matched,
    ReceiverName,
    Story,
    Told,
    Watchlist,
    WatchlistId,
)
from monitor.ops.explain import refused_because
from monitor.ops.marking import marked_sentence
from monitor.steps.rules import Rules
from monitor.stories.recent import RecentStories

# Less is no news.
LEAST_CHANGE = 0.01


class Difference(StrEnum):
    """What became of an alert."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A configuration, ready to judge; `queries` are the watchlists' as they are written."""

    rules: Rules
    queries: Mapping[WatchlistId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What both configurations say of one article in which at least one of them found somebody."""

    article: Article
    before: Matched
    after: Matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One alert that is gained, lost, or changed in confidence, with its evidence.

    `confidence` is before and after, None on the side that finds no name. `why` says why the other side
    gives no such alert.
    """

    difference: Difference
    entity: EntityId
    watchlist: WatchlistId
    receivers: tuple[ReceiverName, ...]
    title: str
    url: str | None
    confidence: tuple[float | None, float | None]
    sentence: str
    evidence: tuple[Evidence, ...]
    why: str


@dataclass(slots=True)
class Tally:
    """The differences of one entity: all are counted, the first few are kept."""

    counts: dict[Difference, int] = field(default_factory=lambda: dict.fromkeys(Difference, 0))
    examples: list[Example] = field(default_factory=list)


@dataclass(slots=True)
class _Hearing:
    """Who hears of an entity by a story on a watchlist, before and after."""

    before: frozenset[ReceiverName] = frozenset()
    after: frozenset[ReceiverName] = frozenset()
    examples: dict[Difference, Example] = field(default_factory=dict)


@dataclass(slots=True)
class _Notes:
    """What a story has told so far, before and after, and who heard."""

    before: frozenset[Told] = frozenset()
    after: frozenset[Told] = frozenset()
    hearings: dict[tuple[WatchlistId, EntityId], _Hearing] = field(default_factory=dict)


_Alerted = Mapping[tuple[WatchlistId, EntityId], tuple[Match, frozenset[ReceiverName]]]


class Comparison:
    """The differences between two configurations, over articles in the order of their times."""

    def __init__(self, before: Side, after: Side, examples: int) -> None:
        """Keep at most so many examples of each entity and difference."""
        self._before = before
        self._after = after
        self._examples = examples
        self._stories: RecentStories[_Notes] = RecentStories(before.rules.grouping)
        self.unchanged = 0
        self.tallies: dict[EntityId, Tally] = {}

    def add(self, found: Found) -> None:
        """Judge an article's alerts on both sides."""
        article = found.article
        now = article.fetched_at
        for notes in self._stories.outdated(now):
            self._count(notes)
        story, notes = self._stories.add(article, now, _Notes())
        before, notes.before = alerted(self._before.rules, story, article, found.before, notes.before)
        after, notes.after = alerted(self._after.rules, story, article, found.after, notes.after)
        for key in dict.fromkeys((*before, *after)):
            hearing = notes.hearings.setdefault(key, _Hearing())
            old, new = before.get(key), after.get(key)
            hearing.before |= old[1] if old else frozenset()
            hearing.after |= new[1] if new else frozenset()
            self._exemplify(hearing, key, story, found)

    def close(self) -> None:
        """Count what the stories that are still open gave."""
        for notes in self._stories.rest():
            self._count(notes)

    def total(self, difference: Difference) -> int:
        """Return how many alerts of all entities are gained, lost or changed."""
        return sum(tally.counts[difference] for tally in self.tallies.values())

    def _exemplify(
        self, hearing: _Hearing, key: tuple[WatchlistId, EntityId], story: Story, found: Found
    ) -> None:
        """Keep what shows a difference, as long as it is one."""
        sides = (
            (Difference.GAINED, hearing.after - hearing.before, self._before, found.before),
            (Difference.LOST, hearing.before - hearing.after, self._after, found.after),
        )
        for difference, receivers, other, matched in sides:
            if receivers and difference not in hearing.examples:
                why = _why_not(other, key, story, found.article, matched)
                hearing.examples[difference] = _example(difference, key, receivers, found, why)
        if hearing.before & hearing.after and Difference.CHANGED not in hearing.examples:
            example = _example(Difference.CHANGED, key, hearing.after, found, "")
            old, new = example.confidence
            if old is not None and new is not None and abs(new - old) >= LEAST_CHANGE:
                hearing.examples[Difference.CHANGED] = example

    def _count(self, notes: _Notes) -> None:
        for hearing in notes.hearings.values():
            now_true = {
                Difference.GAINED: hearing.after - hearing.before,
                Difference.LOST: hearing.before - hearing.after,
                Difference.CHANGED: hearing.after if hearing.before == hearing.after else (),
            }
            told = [
                replace(example, receivers=tuple(sorted(now_true[difference])))
                for difference, example in hearing.examples.items()
                if now_true[difference]
            ]
            self.unchanged += not told
            for example in told:
                self._keep(example)

    def _keep(self, example: Example) -> None:
        tally = self.tallies.setdefault(example.entity, Tally())
        tally.counts[example.difference] += 1
        if tally.counts[example.difference] <= self._examples:
            tally.examples.append(example)


def feed_of(rules: Rules, article: Article) -> FeedSettings | None:
    """Return the feed of an article as it is configured; None where it is not."""
    return rules.feeds.get(article.feed_id)


def alerted(
    rules: Rules, story: Story, article: Article, matched: Matched, told: frozenset[Told]
) -> tuple[_Alerted, frozenset[Told]]:
    """Return who hears of whom now for the first time, by what match; and what is told then."""
    if article.feed_id and feed_of(rules, article) is None:
        return {}, told
    raised = _raised(rules, rules.watchlists, story, article, matched, told)
    heard: dict[tuple[WatchlistId, EntityId], tuple[Match, frozenset[ReceiverName]]] = {}
    for alert in raised.alerts:
        if alert.type is EventType.MATCH_CREATED:
            for match in alert.matches:
                key = (alert.watchlist, match.entity)
                already = heard[key][1] if key in heard else frozenset()
                heard[key] = (match, already | frozenset(alert.receivers))
    return heard, raised.told | told


def _raised(
    rules: Rules,
    watchlists: Sequence[Watchlist],
    story: Story,
    article: Article,
    matched: Matched,
    told: frozenset[Told],
) -> Raised:
    if not article.feed_id:
        # It came of no feed: none is refused for its labels.
        watchlists = [replace(each, feed_labels={}) for each in watchlists]
    now = article.fetched_at
    standing = Standing(told=told, polled_at=now, first_poll=True)
    return raise_alerts(story, article, feed_of(rules, article), matched, watchlists, standing, now)


def _example(
    difference: Difference,
    key: tuple[WatchlistId, EntityId],
    receivers: frozenset[ReceiverName],
    found: Found,
    why: str,
) -> Example:
    watchlist, entity = key
    old, new = _verdict(found.before, entity), _verdict(found.after, entity)
    shown = old if difference is Difference.LOST else new
    # Who tells of an entity has found it; who would not any more may have told it by an earlier copy.
    shown = shown or old or new
    assert shown is not None
    return Example(
        difference=difference,
        entity=entity,
        watchlist=watchlist,
        receivers=tuple(sorted(receivers)),
        title=found.article.zones.title,
        url=public_url(found.article.url) or None,
        confidence=(old.confidence if old else None, new.confidence if new else None),
        sentence=marked_sentence(found.article.zones, shown.mentions[0], ("«", "»")),
        evidence=shown.evidence,
        why=why,
    )


def _verdict(matched: Matched, entity: EntityId) -> Match | None:
    """Return the verdict on an entity, accepted or refused."""
    return next((each for each in (*matched.matches, *matched.rejected) if each.entity == entity), None)


def _why_not(
    side: Side, key: tuple[WatchlistId, EntityId], story: Story, article: Article, matched: Matched
) -> str:
    """Return why a configuration does not give an alert."""
    watchlist_id, entity = key
    watchlist = next((each for each in side.rules.watchlists if each.id == watchlist_id), None)
    match = _verdict(matched, entity)
    if article.feed_id and feed_of(side.rules, article) is None:
        return f"there is no feed '{article.feed_id}'"
    if watchlist is None or entity not in side.rules.entities:
        missing = f"watchlist '{watchlist_id}'" if watchlist is None else f"entity '{entity}'"
        return f"there is no {missing}"
    if match is None or match in matched.rejected:
        return f"refused: {_weightiest(match)}" if match else "none of its names stands there"
    alone = replace(matched, matches=(match,))
    raised = _raised(side.rules, (watchlist,), story, article, alone, frozenset())
    if raised.alerts:
        return f"it goes to {', '.join(watchlist.receivers)}"
    if not raised.suppressed:
        return "the watchlist does not watch it"
    reason = next(iter(raised.suppressed))
    return refused_because(reason, watchlist, match, article, side.queries.get(watchlist_id, ""))


def _weightiest(match: Match) -> str:
    against = min(match.evidence, key=lambda each: each.weight)
    return in_words(against.reason, against.text)
