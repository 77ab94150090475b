"""What would have spared the wrong alerts of an entity, and no right one?

Observations: who says `wrong` has seen something that the configuration does not know: another thing of a
longer name (Amazon River), or words that go with it (rainforest). A word that stands in wrong articles alone
may stand there by chance.

Theory of operation: the judged articles are lessons, as those that an entity learns from, each report once
(copies share over half of their words). Words that separate wrong ones from right ones are proposed as
`not_context`; names with one word more, in capitals, or tied by a hyphen, that stand in two wrong reports and
in no right article, as decoys. Each is then tried on the judged articles, on top of those that were taken
before it: it is taken where it spares a wrong alert more and loses none that was said to be right.

Known exceptions: articles whose text is not kept any more teach nothing and try nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.config.schema import Config
from monitor.matching.learned import LEAST_LESSONS, MOST_WORDS, content_words, learned_words, with_lesson
from monitor.matching.lexicon import folded_words
from monitor.matching.matcher import Matcher
from monitor.matching.spans import pages_of
from monitor.matching.words.roles import OPENERS
from monitor.model import (
    Article,
    Entity,
    EntityId,
    FeedId,
    LearnedContext,
    Lesson,
    Match,
    Matched,
    Rightness,
    Story,
    StoryId,
)
from monitor.ops.comparing import alerted
from monitor.steps.rules import Rules
from monitor.tables import many

LEAST_WRONG = LEAST_LESSONS
MOST_TRIED = 8  # of words, and of decoys
_LEAST_OF_DECOY = 2  # wrong reports in which it stands
_BEFORE = re.compile(r"([^\W\d_][\w’'-]*) $")
_AFTER = re.compile(r" ([^\W\d_][\w’'-]*)")
_TIED_BEFORE, _TIED_AFTER = re.compile(r"[\w-]*-$"), re.compile(r"-[\w-]*")

Build = Callable[[Config], Rules]
# The judged articles of an entity, by what was said of them.
Articles = Mapping[Rightness, Sequence[Article]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one more word or decoy would do: wrong alerts spared, and right ones lost, of those judged.

    `key` is where it would stand in the configuration: `not` or `not_context`.
    """

    key: str
    text: str
    spared: int
    lost: int

    @property
    def taken(self) -> bool:
        """Whether it is worth it."""
        return self.spared > 0 and self.lost == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was tried for an entity, in that order. `early` says why nothing could be.

    `reports` count the judged articles with a text, copies once; `told` those that are still alerts under the
    configuration as it is.
    """

    entity: Entity
    reports: Mapping[Rightness, int]
    told: Mapping[Rightness, int]
    trials: Sequence[Trial] = ()
    early: str = ""

    @property
    def taken(self) -> Sequence[Trial]:
        """What is proposed."""
        return [each for each in self.trials if each.taken]


def propose(entity: Entity, config: Config, matcher: Matcher, articles: Articles, build: Build) -> Proposal:
    """Return what would help an entity, each thing tried on judged articles; `matcher` knows everybody."""
    context, reports = _lessons(articles)
    heard = _Hearing(entity.id, _narrowed(config, entity, articles, matcher), articles, build)
    told = heard.under(entity)
    proposal = Proposal(
        entity=entity,
        reports={said: len(places) for said, places in reports.items()},
        told={said: len(places) for said, places in told.items()},
    )
    wrong = len(reports[Rightness.WRONG])
    if wrong < LEAST_WRONG:
        why = f"{many(wrong, 'wrong report', 'wrong reports')} with a text, copies counted once"
        return replace(proposal, early=f"too early: {why}; {LEAST_WRONG} are needed")
    matches = {place: heard.matches[place] for place in reports[Rightness.WRONG] if place in heard.matches}
    decoys = [("not", text) for text in _decoys(entity, matches, articles)]
    words = [("not_context", each.word) for each in learned_words(context, entity) if each.weight < 0]
    return replace(
        proposal, trials=tuple(_tried(heard, entity, told, [*decoys[:MOST_TRIED], *words[:MOST_TRIED]]))
    )


def changed(entity: Entity, taken: Sequence[Trial]) -> Entity:
    """Return an entity with what is proposed."""
    decoys = [each.text for each in taken if each.key == "not"]
    words = [each.text for each in taken if each.key == "not_context"]
    return replace(entity, decoys=(*entity.decoys, *decoys), not_context=(*entity.not_context, *words))


def _lessons(articles: Articles) -> tuple[LearnedContext, Mapping[Rightness, Sequence[int]]]:
    """Return what the judged articles teach, and the places of those that are no copies."""
    context = LearnedContext()
    reports: dict[Rightness, list[int]] = {said: [] for said in Rightness}
    for said, those in articles.items():
        for place in reversed(range(len(those))):
            words = tuple(content_words(pages_of(those[place].zones), those[place].language)[:MOST_WORDS])
            # An outlet for each: it is a receiver who says so, whoever published.
            lesson = Lesson(outlet=f"{said}-{place}", refused=said is Rightness.WRONG, words=words)
            before, context = context, with_lesson(context, lesson)
            if context is not before:
                reports[said].append(place)
    return context, reports


def _tried(
    heard: "_Hearing",
    entity: Entity,
    told: Mapping[Rightness, frozenset[int]],
    candidates: Sequence[tuple[str, str]],
) -> Iterator[Trial]:
    for key, text in candidates:
        if not told[Rightness.WRONG]:
            return
        attempt = changed(entity, [Trial(key=key, text=text, spared=0, lost=0)])
        after = heard.under(attempt)
        gone = {said: len(told[said] - after[said]) for said in Rightness}
        trial = Trial(key=key, text=text, spared=gone[Rightness.WRONG], lost=gone[Rightness.RIGHT])
        yield trial
        if trial.taken:
            entity, told = attempt, after


class _Hearing:
    """Who would hear of an entity in its judged articles, each by itself, whatever its feed is today."""

    def __init__(self, entity: EntityId, config: Config, articles: Articles, build: Build) -> None:
        # `matches` are those of wrong articles under the configuration that was asked first.
        self._entity, self._config, self._articles, self._build = entity, config, articles, build
        self.matches: dict[int, Match] = {}

    def under(self, entity: Entity) -> Mapping[Rightness, frozenset[int]]:
        """Return the places of the articles that are alerts under another configuration of the entity."""
        entities = tuple(entity if each.id == entity.id else each for each in self._config.entities)
        rules = self._build(replace(self._config, entities=entities))
        told: dict[Rightness, frozenset[int]] = {}
        for said, those in self._articles.items():
            found = {place: self._told(rules, article) for place, article in enumerate(those)}
            told[said] = frozenset(place for place, match in found.items() if match)
            if said is Rightness.WRONG and not self.matches:
                self.matches = {place: match for place, match in found.items() if match}
        return told

    def _told(self, rules: Rules, article: Article) -> Match | None:
        matched = rules.matcher.match(article.zones, article.language)
        heard, _ = alerted(rules, _STORY, replace(article, feed_id=FeedId("")), matched, frozenset())
        return next((match for (_, of), (match, _) in heard.items() if of == self._entity), None)


_STORY = Story(
    id=StoryId("st_tried"),
    revision=1,
    articles=1,
    outlets=frozenset(),
    first_seen_at=datetime(1970, 1, 1, tzinfo=UTC),
)


def _narrowed(config: Config, entity: Entity, articles: Articles, matcher: Matcher) -> Config:
    """Return the configuration with those entities alone that play a part in the judged articles."""
    named = {entity.id, *entity.related}
    for article in (each for those in articles.values() for each in those):
        matched: Matched = matcher.match(article.zones, article.language)
        named.update(each.entity for each in (*matched.matches, *matched.rejected))
    return replace(config, entities=tuple(each for each in config.entities if each.id in named))


def _decoys(entity: Entity, matches: Mapping[int, Match], articles: Articles) -> Sequence[str]:
    """Return longer names of other things, those that stand in most wrong reports first."""
    own = {" ".join(folded_words(each)) for each in (*(name.text for name in entity.names), *entity.decoys)}
    right = [_spelled(article) for article in articles[Rightness.RIGHT]]
    counts: Counter[str] = Counter()
    for place, match in matches.items():
        counts.update(set(_longer(articles[Rightness.WRONG][place], match)))
    return [
        text
        for text, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        if count >= _LEAST_OF_DECOY and " ".join(folded_words(text)) not in own
        if not any(f" {' '.join(folded_words(text))} " in each for each in right)
    ]


def _spelled(article: Article) -> str:
    zones = article.zones
    return f" {' '.join(folded_words(f'{zones.title} {zones.text} {zones.captions}'))} "


def _longer(article: Article, match: Match) -> Iterator[str]:
    """Yield what stands where a name does, with the word before it, the one behind, or what is tied to it."""
    for mention in match.mentions:
        text = article.zones.of(mention.zone)
        before, after = text[: mention.start], text[mention.end :]
        tied = "".join((*_TIED_BEFORE.findall(before), mention.surface, *_tied_after(after)))
        if tied != mention.surface:
            yield tied
            continue
        if (word := _BEFORE.search(before)) and _is_name(word[1]):
            yield f"{word[1]} {mention.surface}"
        if (word := _AFTER.match(after)) and _is_name(word[1]):
            yield f"{mention.surface} {word[1]}"


def _tied_after(text: str) -> Iterator[str]:
    if found := _TIED_AFTER.match(text):
        yield found[0]


def _is_name(word: str) -> bool:
    return word[0].isupper() and not OPENERS.intersection(folded_words(word))
