"""Do the words beside an organization's name make a place of it, or a house?

Observations: rivers are "the Amazon", towns have mayors and ports, people are in them, and in front of an
inn's name stands that it is one. Nobody is "in" a company, but for money and trust.
"""

from collections.abc import Iterator, Sequence

from monitor.matching.evidence import Clue, Sight, clue
from monitor.matching.languages import is_word
from monitor.matching.surroundings import Surroundings, Word, head_of
from monitor.matching.weights import Weights
from monitor.matching.words.everyday import PLACES
from monitor.matching.words.roles import (
    DEFINITE,
    FUNCTION_WORDS,
    GEOGRAPHIC_WORDS,
    INVESTING,
    MUNICIPAL,
    OF_PLACES,
    PUT_IN,
    QUARTERS,
    VENUES,
)
from monitor.matching.words.verbs import AGENT_VERBS
from monitor.model import EntityKind, MatchReason
from monitor.text.tokens import Span

_LANDMARKS = GEOGRAPHIC_WORDS | MUNICIPAL
_GOING_ON = FUNCTION_WORDS | AGENT_VERBS


def as_place(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Do the words beside a name, as it stands, make a place or a house of it?"""
    found, around = sight.found, sight.around
    before = around.before[:1]
    if landmark := _landmark(around.before):
        span = Span(landmark.span.start, found.surface.end)
        yield clue(MatchReason.GEOGRAPHIC_CUE, landmark.text, by.geographic_before, span)
    elif before and before[0].capital and before[0].folded in VENUES:
        span = Span(before[0].span.start, found.surface.end)
        yield clue(MatchReason.OTHER_NAME, f"{before[0].text} {found.text}", by.venue, span)
    elif before and _is_within(sight):
        span = Span(before[0].span.start, found.surface.end)
        yield clue(MatchReason.GEOGRAPHIC_CUE, f"{before[0].text} {found.text}", by.within, span)
    elif _is_of_place(around):
        span = Span(found.surface.start, around.after[1].span.end)
        text = " ".join([found.text, *(each.text for each in around.after[:2])])
        yield clue(MatchReason.OTHER_NAME, text, by.of_place, span)
    elif (article := _article(around.before)) and _stands_bare(sight) and is_word(found.target.name, "en"):
        yield clue(MatchReason.GEOGRAPHIC_CUE, f"{article.text} {found.text}", by.bare_article)


def _landmark(before: Sequence[Word]) -> Word | None:
    """Return what says that a name is a river's, or a town's: "river", or "port" in "the port of"."""
    if before and head_of(before[0].folded) in _LANDMARKS:
        return before[0]
    linked = len(before) > 1 and before[0].folded in {"von", "of"}
    return before[1] if linked and head_of(before[1].folded) in OF_PLACES else None


def _is_within(sight: Sight) -> bool:
    """Return whether something, but no money or trust, is in what a name of one word names."""
    before, after = sight.around.before[:2], sight.around.after[:1]
    organization = sight.found.target.kind is EntityKind.ORGANIZATION and sight.found.target.words == 1
    if not organization or before[0].folded != "in":
        return False
    put = (each.folded for each in (*before[1:], *after))
    return not any(word.startswith(INVESTING) or word.endswith(PUT_IN) for word in put)


def _is_of_place(around: Surroundings) -> bool:
    """Return whether a name with an article is said to be a place's: "die Metro von Paris"."""
    article = bool(around.before) and around.before[0].folded in DEFINITE
    after = around.after
    linked = len(after) > 1 and after[0].text in {"von", "of"}
    return article and linked and after[1].capital and after[1].folded in PLACES


def _article(before: Sequence[Word]) -> Word | None:
    """Return "the" before a name, or before the part of a region that it names ("the western Amazon")."""
    place = 1 if before and before[0].folded in QUARTERS else 0
    return before[place] if len(before) > place and before[place].folded == "the" else None


def _stands_bare(sight: Sight) -> bool:
    """Return whether after "the" and the name the sentence goes on, or ends, without a noun."""
    single = sight.found.target.words == 1
    after = sight.around.after
    goes_on = not after or after[0].folded in _GOING_ON or after[0].folded.endswith("ed")
    return single and goes_on
