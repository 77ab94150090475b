"""How much does a name tell by itself, and what shows that an ordinary word is meant as a name?

Observations: German capitalizes every noun, so that a capital tells nothing there; but only a name
stands in quotation marks of its own, in capitals among small letters, as a handle, or does what only
people and organizations do ("Bild berichtet"); and a name takes no "ein", "kein" or adjective.
"""

from collections.abc import Iterator, Sequence

from monitor.matching.evidence import Clue, Scene, Sight, clue
from monitor.matching.german import inflects, is_adjective, is_noun, is_ordinary
from monitor.matching.lexicon import LEAST_ACRONYM, Role, bare_words, folded_words
from monitor.matching.scripts import is_dense
from monitor.matching.surroundings import Word, head_of
from monitor.matching.weights import Weights
from monitor.matching.words.everyday import ENGLISH_WORDS, GERMAN_WORDS, PLACES
from monitor.matching.words.given import GIVEN_NAMES
from monitor.matching.words.roles import (
    AGENT_VERBS,
    CARRYING_ON,
    DEFINITE,
    GENITIVES,
    POSTS,
    QUANTIFIERS,
    SETTLEMENTS,
    WITH_ARTICLE,
)
from monitor.model import EntityKind, Form, MatchReason

_PLAIN = frozenset({Form.EXACT, Form.FOLDED, Form.CAPITALS})
_POSSESSED = frozenset({Form.GENITIVE, Form.POSSESSIVE})
_POST_ENDINGS = ("chef", "chefin", "sprecher", "sprecherin", "vorstand", "vorsitzende", "vorsitzender")
_OPENING_QUOTES = frozenset("\"'„“‚‘»«›‹”’")
_CLOSING_QUOTES = frozenset("\"'“”‘’«»‹›")


def strength(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Yield what the name tells by itself, and what refuses it outright."""
    found, target = sight.found, sight.found.target
    if target.role is Role.SHORT:
        yield clue(MatchReason.SHORT_FORM, target.display, by.short_form)
        yield from _as_surname(sight, scene, by)
    elif target.words > 1:
        person = target.kind is EntityKind.PERSON
        yield clue(MatchReason.FULL_NAME if person else MatchReason.NAME, target.name, by.full_name)
    elif target.kind is EntityKind.PERSON:
        yield clue(MatchReason.NAME, target.name, by.own_surname)
        yield from _as_surname(sight, scene, by)
    else:
        yield clue(MatchReason.NAME, target.name, by.name)
        yield from _weakness(sight, scene, by)
    if found.refusal:
        lower = found.refusal is MatchReason.LOWER_CASE
        yield clue(found.refusal, found.taker, by.lower_case if lower else by.other_word, found.surface)


def _as_surname(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What speaks against a bare surname: that it is a word, and that it is used as one?"""
    display, before = sight.found.target.display, sight.around.before
    surname = display.split()[-1]
    ordinary = is_common(display, "de") or inflects(surname) or is_ordinary(surname)
    if ordinary:
        yield clue(MatchReason.COMMON_WORD, display, by.common_surname)
    weak = ordinary or sight.found.target.role is Role.SHORT
    plain = weak and scene.language == "de" and sight.found.form is not Form.COMPOUND
    if plain and before and _points(before[0]):
        yield clue(MatchReason.COMMON_WORD, f"{before[0].text} {sight.found.text}", by.article_of_surname)


def _points(before: Word) -> bool:
    """Return whether a word before a surname makes a noun of it: an article, a number, an adjective."""
    pointing = before.folded in DEFINITE or before.folded in QUANTIFIERS or before.folded in WITH_ARTICLE
    return not before.capital and (pointing or is_adjective(before.text))


def is_common(name: str, language: str) -> bool:
    """Return whether a name is an ordinary word of a language."""
    listed = {"de": GERMAN_WORDS, "en": ENGLISH_WORDS}.get(language, frozenset())
    return "".join(bare_words(name)) in listed


def _weakness(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What else is a single word that names an organization, a product or a place?"""
    name, kind = sight.found.target.name, sight.found.target.kind
    folded = "".join(bare_words(name))
    if is_common(name, scene.language):
        yield from _common(sight, scene, by)
    elif scene.language == "de" and is_adjective(name.lower()) and _is_adjective_here(sight):
        yield clue(MatchReason.COMMON_WORD, name, by.adjective)
    elif scene.language == "de" and inflects(name) and _counts(sight):
        text = f"{sight.around.before[0].text} {sight.found.text}"
        yield clue(MatchReason.COMMON_WORD, text, by.counted_noun)
    elif folded in GIVEN_NAMES:
        weight = by.given_name if kind is EntityKind.ORGANIZATION else by.given_name_of_any
        yield clue(MatchReason.COMMON_WORD, name, weight)
    elif folded in PLACES and kind is not EntityKind.PLACE:
        yield clue(MatchReason.COMMON_WORD, name, by.place)
    elif len(folded) <= LEAST_ACRONYM and not is_dense(folded[0]):
        weight = by.three_letters if len(folded) == LEAST_ACRONYM else by.two_letters
        yield clue(MatchReason.SHORT_NAME, name, weight)
    if _is_other_acronym(sight):
        yield clue(MatchReason.SHORT_NAME, sight.found.text, by.other_acronym)
    if sight.found.form is Form.HANDLE and "." in sight.found.text:
        yield clue(MatchReason.ORGANIZATION_CUE, sight.found.text, by.domain)


def _common(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What speaks against an ordinary word, and what for it after all?"""
    found, around = sight.found, sight.around
    name = found.target.name
    inside = bool(around.before) and not around.headline
    if scene.language == "de":
        place = found.target.kind is EntityKind.PLACE
        yield clue(MatchReason.COMMON_WORD, name, by.common_place if place else by.common_word)
    else:
        yield clue(MatchReason.COMMON_WORD, name, by.common_word_inside if inside else by.common_word_opening)
    if inside and found.text[0].isupper() and folded_words(name) != bare_words(name):
        yield clue(MatchReason.NAME, found.text, by.capital_article)
    yield from _written_as_name(sight, by)
    yield from _used_as_name(sight, scene, by)
    if scene.language == "en":
        yield from _used_as_word(sight, by)


def _written_as_name(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Do the signs around an ordinary word, or its letters, make a name of it?"""
    found = sight.found
    text, span = found.page.original, found.surface
    if found.form is Form.HANDLE and "." not in found.text:
        at = found.text.startswith("@")
        yield clue(MatchReason.ORGANIZATION_CUE, found.text, by.handle if at else by.hashtag)
    elif _is_quoted(text, span.start, span.end):
        yield clue(MatchReason.NAME, text[span.start - 1 : span.end + 1], by.quoted)
    elif _is_in_capitals(sight):
        yield clue(MatchReason.NAME, found.text, by.in_capitals)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Return whether quotation marks hold a name and nothing else."""
    opens = start > 0 and text[start - 1] in _OPENING_QUOTES
    return opens and text[end : end + 1] in _CLOSING_QUOTES and text[end : end + 1] != ""


def _is_in_capitals(sight: Sight) -> bool:
    """Return whether a word of three letters or more stands in capitals among words that do not."""
    word = _core(sight)
    return len(word) >= LEAST_ACRONYM and word.isupper() and _is_mixed(sight)


def _is_other_acronym(sight: Sight) -> bool:
    """Return whether a short name that is no acronym stands as one: CD-ROM is not in Rom."""
    word = _core(sight)
    short = len(word) <= LEAST_ACRONYM and not sight.found.target.display.isupper()
    return short and word.isupper() and len(word) > 1 and _is_mixed(sight)


def _core(sight: Sight) -> str:
    found = sight.found
    return found.page.original[found.core.start : found.core.end]


def _is_mixed(sight: Sight) -> bool:
    """Return whether the words beside a name are not all in capitals."""
    beside = (*sight.around.before[:2], *sight.around.after[:2])
    return any(each.text.isalpha() and not each.text.isupper() for each in beside)


def _used_as_name(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Does the sentence use an ordinary word as it would a name, or as it would a noun?"""
    before, after = sight.around.before, sight.around.after
    article = before[:1] and before[0].folded in DEFINITE
    doer = before[1:2] if article else before[:1]
    sign = next((each for each in (*after[:1], *doer) if each.folded in AGENT_VERBS), None)
    if sign is None and doer and _belongs(before):
        sign = doer[0]
    if sign:
        yield clue(MatchReason.ORGANIZATION_CUE, sign.text, by.agent)
    town = before[:1] and before[0].folded in SETTLEMENTS
    if town and sight.found.target.kind in (EntityKind.PLACE, EntityKind.OTHER):
        yield clue(MatchReason.GEOGRAPHIC_CUE, before[0].text, by.settlement)
    if scene.language == "de" and (_counts(sight) or _is_no_town(sight)):
        text = f"{before[0].text} {sight.found.text}"
        yield clue(MatchReason.COMMON_WORD, text, by.counted_word)
    elif sight.found.form in _POSSESSED and not article:
        yield clue(MatchReason.NAME, sight.found.text, by.genitive)


def _belongs(before: Sequence[Word]) -> bool:
    """Return whether somebody's post, or a part of a company, is said to be of the name ("Chef der Bahn")."""
    linked = len(before) > 1 and before[0].folded in GENITIVES
    head = head_of(before[1].folded) if linked else ""
    return head in POSTS or head.endswith(
        ("chef", "chefin", "sprecher", "sprecherin", "vorstand", "vorsitzende")
    )


def _is_adjective_here(sight: Sight) -> bool:
    """Return whether a noun follows a name that is an adjective (Grüne Woche), or "im" stands before it."""
    before, after = sight.around.before, sight.around.after
    fused = bool(before) and before[0].folded in {"im", "ins", "am"}
    return fused or (bool(after) and after[0].capital and is_noun(after[0].text))


def _counts(sight: Sight) -> bool:
    """Return whether the word before makes a name a thing among others: an adjective, "ein" or a number."""
    before = sight.around.before[0] if sight.around.before else None
    of_head = sight.found.form is Form.COMPOUND or sight.found.target.kind is EntityKind.PRODUCT
    if before is None or before.capital or of_head:
        return False
    return before.folded in QUANTIFIERS or before.text.isdecimal() or is_adjective(before.text)


def _is_no_town(sight: Sight) -> bool:
    """Return whether an article stands before a town's name, as before the noun alone ("beim Essen")."""
    place = sight.found.target.kind is EntityKind.PLACE
    return place and bool(sight.around.before) and sight.around.before[0].folded in WITH_ARTICLE


def _used_as_word(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Does an English sentence begin with an ordinary word: "Apple trees bloom", "Block the caller"?"""
    before, after = sight.around.before, sight.around.after[:1]
    if before or sight.around.headline or not after or after[0].capital or sight.found.form not in _PLAIN:
        return
    word = after[0].folded
    if not (word.endswith("ed") or word in AGENT_VERBS or word in CARRYING_ON):
        text = f"{sight.found.text} {after[0].text}"
        yield clue(MatchReason.COMMON_WORD, text, by.opens_as_word)
