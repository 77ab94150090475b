"""Is a company meant: by what it does, by whose posts are said to be of it, by what a sentence is about?"""

from collections.abc import Iterator, Sequence

from monitor.matching.evidence import PLAIN, Clue, Sight, clue
from monitor.matching.german import is_adjective
from monitor.matching.lexicon import bare_words
from monitor.matching.surroundings import Word, head_of, words_of
from monitor.matching.weights import Weights
from monitor.matching.words.roles import (
    DEFINITE,
    FUSED,
    GENITIVES,
    LEGAL_FORMS,
    LOCATED,
    OBLIQUE,
    ORGANIZATION_ENDINGS,
    ORGANIZATION_HEADS,
    ORGANIZATION_WORDS,
    POSTS,
    PUBLICATIONS,
    QUANTIFIERS,
    SOURCES,
    TRADE_HEADS,
    TRADE_TALK,
    WORKPLACES,
)
from monitor.matching.words.verbs import AGENT_VERBS
from monitor.model import EntityKind, Form, MatchReason, Zone

_SINGLE = PLAIN | {Form.GENITIVE, Form.POSSESSIVE}
_POSTS = ("chef", "chefin", "sprecher", "sprecherin", "vorstand", "vorsitzende")
_HEARD = frozenset({"interview", "gespraech"})  # "im Interview mit der Zeit"
_POINTING = FUSED | OBLIQUE | QUANTIFIERS | {"das", "a", "an", "the"}
_WHERE = frozenset({"unter", "hinter", "neben", "auf", "um"})  # "unter der Linde"
_NAMED_SO = ORGANIZATION_WORDS | PUBLICATIONS
_NAMED_ENDINGS = (*LOCATED, *ORGANIZATION_ENDINGS)
_OF_COMPANIES = LEGAL_FORMS | ORGANIZATION_HEADS | ORGANIZATION_WORDS | TRADE_TALK


def sign_of_doer(sight: Sight) -> Word | None:
    """Return the word beside a name that makes it the one who does something, or to whom a post belongs.

    What a verb does something to ("Volkswagen baut den Golf") is no doer, nor is what has an article in
    English ("the Amazon lost").
    """
    before, after = sight.around.before, sight.around.after
    article = before[:1] and before[0].folded in DEFINITE
    if article and before[0].folded == "the":
        return None
    object_of = article and before[0].folded in OBLIQUE
    doer = before[1:2] if article else before[:1]
    verbs = (*after[:1], *(() if object_of and doer and doer[0].folded not in SOURCES else doer))
    sign = next((each for each in verbs if each.folded in AGENT_VERBS), None)
    if sign is None and after and after[0].folded == "to" and opens_title(sight):
        return after[0]
    return doer[0] if sign is None and doer and _belongs(before) else sign


def opens_title(sight: Sight) -> bool:
    """Return whether a name opens a title that is no title in capitals: "Orange to cut jobs"."""
    return sight.found.page.zone is Zone.TITLE and sight.around.opens_here


def _belongs(before: Sequence[Word]) -> bool:
    """Return whether somebody's post, or a part of a company, is said to be of the name ("Chef der Bahn")."""
    said = [head_of(each.folded) for each in before[:3]]
    if len(said) > 1 and said[0] in {"der", "dem"} and said[1] in {"gegenueber", "mit"}:
        return said[1] == "gegenueber" or not _HEARD.isdisjoint(said[2:])
    linked = len(said) > 1 and said[0] in GENITIVES
    return linked and (said[1] in POSTS or said[1] in WORKPLACES or said[1].endswith(_POSTS))


def trade_talk(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Is the sentence about a company, so that an ordinary word in it, or a place, may well be one?"""
    found, around = sight.found, sight.around
    before = around.before[:2]
    if found.target.kind is not EntityKind.ORGANIZATION or found.form not in _SINGLE:
        return
    label = found.page.original[found.surface.end : found.surface.end + 1] == ":"
    generic = "".join(bare_words(found.target.name)) in _OF_COMPANIES
    if label or generic or (before and _makes_noun(before)):
        return
    said = words_of(found.page.original, around.sentence.start, around.sentence.end)
    topic = next((each for each in said if each.span != found.surface and _is_trade_talk(each)), None)
    if topic:
        yield clue(MatchReason.ORGANIZATION_CUE, topic.text, by.trade_talk)


def _makes_noun(before: Sequence[Word]) -> bool:
    """Return whether what stands before a name points at a thing as at no company, counts or describes."""
    word = before[0].folded
    if word == "der" and len(before) > 1:
        return before[1].folded in _WHERE
    return word in _POINTING or is_adjective(before[0].text.lower())


def _is_trade_talk(word: Word) -> bool:
    head = head_of(word.folded).removesuffix("'s")
    return head in TRADE_TALK or head.endswith(TRADE_HEADS)


def is_trade_of_name(before: Word) -> bool:
    """Return whether a word says what sort of organization the name behind it names."""
    return head_of(before.folded) in _NAMED_SO or before.folded.endswith(_NAMED_ENDINGS)
