"""Which words separate the articles that surely name an entity from those that were refused?

Observations: whoever reads the same feeds for weeks sees what goes with the company and what with the
river. But a stream repeats itself (copies of one report, one outlet's house style), it holds chance,
and anybody can publish.

Theory of operation: an article teaches where the entity's full name or legal form stands, or where
every place was refused; and never by what was learned before. Its lesson is its first nouns (all longer
words where nouns are not capitalized) in their dictionary forms, compounds also by their parts. A copy
teaches nothing new, one outlet fills at most a quarter of a side, and the oldest lessons make room. For
each word the log-odds ratio between the two sides is taken from a table of two by two, with a half added
to each cell (Haldane 1956, Anscombe 1956), and its standard error is the root of the sum of the cells'
reciprocals (Woolf 1955):

    ratio = ln((a + ½)(B - b + ½) / ((A - a + ½)(b + ½)))
    error = √(1/(a + ½) + 1/(A - a + ½) + 1/(b + ½) + 1/(B - b + ½))

where `a` of `A` accepted and `b` of `B` refused lessons hold the word. It speaks where the ratio is 1.96
errors from nothing, on its side at least three lessons of two outlets hold it, and each side has as
many; with an eighth of the ratio, less than any configured context.

Known exceptions: an entity that is never refused, or has no full name, learns nothing. Several feeds on
one host are one outlet, and so is an aggregator.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import log, sqrt

from monitor.matching.german import is_noun
from monitor.matching.languages import DICTIONARIES, is_word, lemma, primary
from monitor.matching.lexicon import folded_words
from monitor.matching.spans import Page, pages_of
from monitor.matching.words.given import GIVEN_NAMES
from monitor.matching.words.roles import OPENERS
from monitor.model import (
    Entity,
    EntityId,
    Evidence,
    LearnedContext,
    LearnedWord,
    Learning,
    Lesson,
    Match,
    Matched,
    MatchReason,
    Zone,
    Zones,
)
from monitor.text.normalize import fold
from monitor.text.tokens import words

LEAST_LESSONS = 3
LEAST_OUTLETS = 2
MOST_OF_SIDE = 40  # lessons
MOST_OF_OUTLET = 10  # lessons of one side
MOST_WORDS = 60  # of a lesson
MOST_SPEAKING = 12  # words of one side
WEIGHT = 0.5  # of one word at most, in log-odds

_SHARE = 1 / 8  # of the ratio: a word in all of four articles and none of four others weighs 0.5
_CLEAR = 1.96  # standard errors: one chance in twenty, were the word as usual on both sides
_COPY = 0.5  # of all words of two lessons stand in both: copies share nearly all, other news a tenth
_LEAST_LETTERS = 3
_LEAST_OF_COMPOUND = 8
_LEAST_OF_PART = 4
_FULL = frozenset({MatchReason.FULL_NAME, MatchReason.LEGAL_FORM})
_SURE = 2.5  # log-odds from which a verdict teaches
_REFUSED = -2.0  # log-odds up to which a refusal does


# ---- what an article teaches ---------------------------------------------------------------------


def lessons_of(
    matched: Matched, zones: Zones, language: str | None, outlet: str, entities: Mapping[EntityId, Entity]
) -> Mapping[EntityId, Lesson]:
    """Return what an article teaches of each entity that learns."""
    taught = {
        **{match.entity: True for match in matched.rejected if _is_refused(match)},
        **{match.entity: False for match in matched.matches},
    }
    unsure = {match.entity for match in matched.matches if not _is_sure(match)}
    learning = [
        entity
        for entity in sorted(taught)
        if entity not in unsure and entity in entities and entities[entity].learn is Learning.ON
    ]
    if not learning:
        return {}
    said = tuple(content_words(pages_of(zones), language)[:MOST_WORDS])
    return {entity: Lesson(outlet=outlet, refused=taught[entity], words=said) for entity in learning}


def with_lesson(context: LearnedContext, lesson: Lesson) -> LearnedContext:
    """Return a context with one lesson more; the same where it is frozen, or the lesson a copy."""
    if context.frozen or not lesson.words or any(_is_copy(lesson, each) for each in context.lessons):
        return context
    lessons = [*context.lessons, lesson]
    alike = [each for each in lessons if each.refused is lesson.refused]
    own = [each for each in alike if each.outlet == lesson.outlet]
    crowd = own if len(own) > MOST_OF_OUTLET else alike if len(alike) > MOST_OF_SIDE else []
    if crowd:
        lessons.remove(crowd[0])
    return replace(context, lessons=tuple(lessons))


def content_words(pages: Sequence[Page], language: str | None) -> Sequence[str]:
    """Return the telling words of a title and a text in their dictionary forms, each once, in order."""
    spoken = primary(language)
    found: dict[str, None] = {}
    for page in (each for each in pages if each.zone is not Zone.CAPTION):
        for span in words(page.folded.text):
            start, end = page.folded.span(*span)
            found.update(dict.fromkeys(_forms(page.original[start:end].replace("\xad", ""), spoken)))
    return list(found)


def _is_sure(match: Match) -> bool:
    """Return whether the name itself is beyond doubt, whatever else the article holds."""
    full = any(each.reason in _FULL or _is_several_words(each) for each in match.evidence)
    return full and _own_total(match) >= _SURE


def _is_several_words(evidence: Evidence) -> bool:
    return evidence.reason is MatchReason.NAME and " " in evidence.text


def _is_refused(match: Match) -> bool:
    """Return whether another thing stands there; a word in small letters tells nothing of it."""
    lower = any(each.reason is MatchReason.LOWER_CASE for each in match.evidence)
    return not lower and _own_total(match) <= _REFUSED


def _own_total(match: Match) -> float:
    """Return the log-odds without what was learned: nothing teaches itself."""
    return sum(each.weight for each in match.evidence if each.reason is not MatchReason.LEARNED)


def _is_copy(one: Lesson, other: Lesson) -> bool:
    mine, its = frozenset(one.words), frozenset(other.words)
    return len(mine & its) > _COPY * len(mine | its)


def _forms(written: str, language: str) -> Iterator[str]:
    """Yield the dictionary form of a word that may tell something, and those of a compound's parts."""
    word = max(written.replace("’", "'").split("'"), key=len)
    if len(word) < _LEAST_LETTERS or not word.isalpha() or fold(word).text in OPENERS:
        return
    if language == "de":
        yield from _german(word) if word[0].isupper() else ()
    elif language in DICTIONARIES:
        yield lemma(word.lower(), language)
    else:
        yield word.lower()


def _german(word: str) -> Iterator[str]:
    if is_word(word, "de"):
        form = lemma(word, "de")
        if form[0].isupper():
            yield form
        return
    yield word
    yield from _parts(word)


def _parts(compound: str) -> Iterator[str]:
    """Yield the two nouns of a closed compound that no dictionary holds; the longest head is its."""
    if len(compound) < _LEAST_OF_COMPOUND or compound.isupper():
        return
    for cut in range(_LEAST_OF_PART, len(compound) - _LEAST_OF_PART + 1):
        first, head = compound[:cut], compound[cut:].capitalize()
        stem = first if is_noun(first) else first.removesuffix("s")
        if is_noun(head) and is_noun(stem):
            yield lemma(stem, "de")
            yield lemma(head, "de")
            return


# ---- what was learned ----------------------------------------------------------------------------


def learned_words(context: LearnedContext, entity: Entity) -> Sequence[LearnedWord]:
    """Return the words that speak for or against an entity, the heaviest first.

    None of them is a name, a decoy or a context word of the entity, nor a given name: those speak by
    themselves.
    """
    counts = {side: _counted(context.lessons, refused=side) for side in (False, True)}
    found = [] if not all(map(_is_enough, _sides(context))) else list(_separating(context, counts, entity))
    edited = [
        LearnedWord(
            word=word, weight=weight, accepted=counts[False][word], refused=counts[True][word], edited=True
        )
        for word, weight in context.edits.items()
    ]
    spoken = [each for each in found if each.word not in context.edits]
    return sorted([*spoken, *edited], key=lambda each: (-abs(each.weight), each.word))


def _sides(context: LearnedContext) -> Sequence[Sequence[Lesson]]:
    return [[each for each in context.lessons if each.refused is side] for side in (False, True)]


def _counted(lessons: Iterable[Lesson], *, refused: bool) -> Counter[str]:
    return Counter(word for each in lessons if each.refused is refused for word in frozenset(each.words))


def _is_enough(lessons: Sequence[Lesson]) -> bool:
    return len(lessons) >= LEAST_LESSONS and len({each.outlet for each in lessons}) >= LEAST_OUTLETS


def _separating(
    context: LearnedContext, counts: Mapping[bool, Counter[str]], entity: Entity
) -> Iterator[LearnedWord]:
    accepted, refused = _sides(context)
    known = _known_words(entity)
    rated = [
        (rate, word)
        for word in counts[False].keys() | counts[True].keys()
        if not any(each.startswith(known) or each in GIVEN_NAMES for each in folded_words(word))
        for rate in [_rated(counts[False][word], len(accepted), counts[True][word], len(refused))]
        if abs(rate[1]) >= _CLEAR
        and _is_enough([each for each in (accepted if rate[0] > 0 else refused) if word in each.words])
    ]
    for sign in (1, -1):
        side = [each for each in rated if each[0][0] * sign > 0]
        side.sort(key=lambda each: (-abs(each[0][1]), each[1]))
        for (ratio, _), word in side[:MOST_SPEAKING]:
            yield LearnedWord(
                word=word,
                weight=round(max(-WEIGHT, min(WEIGHT, _SHARE * ratio)), 2),
                accepted=counts[False][word],
                refused=counts[True][word],
            )


def _known_words(entity: Entity) -> tuple[str, ...]:
    """Return the words of the configuration; what begins with one is a form of it."""
    named = (each.text for each in entity.names)
    texts = (*named, *entity.decoys, *entity.context, *entity.not_context, *entity.require)
    every = {word for text in texts for word in folded_words(text)}
    return tuple(word for word in every if len(word) >= _LEAST_LETTERS)


def _rated(a: int, accepted: int, b: int, refused: int) -> tuple[float, float]:
    """Return the log-odds ratio of a word, and by how many standard errors it differs from 0."""
    cells = (a + 0.5, accepted - a + 0.5, b + 0.5, refused - b + 0.5)
    ratio = log(cells[0] * cells[3] / (cells[1] * cells[2]))
    return ratio, ratio / sqrt(sum(1 / cell for cell in cells))
