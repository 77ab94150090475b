"""How much does a name tell by itself, and what shows that an ordinary word is meant as a name?

Observations: German capitalizes every noun, so that a capital tells nothing there; but only a name
stands in quotation marks of its own, in capitals among small letters, as a handle, or does what only
people and organizations do ("Bild berichtet"); and a name takes no "ein", "kein" or adjective.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from monitor.matching.english import has_plural
from monitor.matching.evidence import PLAIN, Clue, Scene, Sight, clue
from monitor.matching.german import inflects, is_adjective, is_noun, is_ordinary, with_umlauts
from monitor.matching.languages import is_word
from monitor.matching.lexicon import LEAST_ACRONYM, Role, bare_words, folded_words
from monitor.matching.nouns import counts, is_no_town, said_as_word
from monitor.matching.people import Bearer, governing, is_trade
from monitor.matching.scripts import is_dense
from monitor.matching.surroundings import OPENING_QUOTES, Surroundings, Word, head_of
from monitor.matching.trade import opens_title, sign_of_doer, trade_talk
from monitor.matching.weights import Weights
from monitor.matching.words.everyday import COUNTRIES, ENGLISH_WORDS, GERMAN_WORDS, PLACES
from monitor.matching.words.given import GIVEN_NAMES
from monitor.matching.words.roles import (
    CARRYING_ON,
    DEFINITE,
    ENGLISH_ARTICLES,
    LEGAL_FORMS,
    NUMBERS,
    OPENERS,
    ORGANIZATION_HEADS,
    ORGANIZATION_WORDS,
    OWNED,
    QUANTIFIERS,
    SETTLEMENTS,
    TO_PLACES,
    UNITS,
    WITH_ARTICLE,
)
from monitor.matching.words.verbs import AGENT_VERBS
from monitor.model import EntityKind, Form, MatchReason

_POSSESSED = frozenset({Form.GENITIVE, Form.POSSESSIVE})
_CARRIERS = AGENT_VERBS | CARRYING_ON | ORGANIZATION_HEADS | LEGAL_FORMS
_HEADS = OWNED | ORGANIZATION_HEADS
_ORDINARY = {"de": GERMAN_WORDS | ORGANIZATION_WORDS, "en": ENGLISH_WORDS | ORGANIZATION_WORDS}
_FAMILY = ("geboren", "verwitwet", "geschieden", "verheiratet")  # "geborene Müller": a surname follows
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
    surname = with_umlauts(display.split()[-1])
    ordinary = is_common(display, "de") or inflects(surname) or is_ordinary(surname)
    if ordinary:
        yield clue(MatchReason.COMMON_WORD, display, by.common_surname)
    if sight.found.form is Form.HANDLE and "." in sight.found.text:
        yield clue(MatchReason.OTHER_NAME, sight.found.text, by.domain_of_person)
    weak = ordinary or sight.found.target.role is Role.SHORT
    plain = weak and scene.language == "de" and sight.found.form is not Form.COMPOUND
    if plain and before and (_points(before[0]) or _there_is(before[:2])):
        yield clue(MatchReason.COMMON_WORD, f"{before[0].text} {sight.found.text}", by.article_of_surname)


def _points(before: Word) -> bool:
    """Return whether a word before a surname makes a noun of it: an article, a number, an adjective."""
    pointing = before.folded in DEFINITE or before.folded in QUANTIFIERS or before.folded in WITH_ARTICLE
    described = is_adjective(before.text) and not before.folded.startswith(_FAMILY)
    return not before.capital and (pointing or described)


def _there_is(before: Sequence[Word]) -> bool:
    """Return whether "es gibt" or "gab es" stands right before a surname, as before what is to be had."""
    said = {each.folded for each in before}
    return "es" in said and not said.isdisjoint({"gibt", "gab"})


@lru_cache(maxsize=16384)
def is_common(name: str, language: str) -> bool:
    """Return whether a name is an ordinary word of a language."""
    listed = _ORDINARY.get(language, ORGANIZATION_WORDS)
    return "".join(bare_words(name)) in listed or (language == "en" and has_plural(name))


def _weakness(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What else is a single word that names an organization, a product or a place?"""
    name, kind = sight.found.target.name, sight.found.target.kind
    folded = "".join(bare_words(name))
    if is_common(name, scene.language):
        yield from _common(sight, scene, by)
    elif scene.language == "de" and (said := said_as_word(sight, by)):
        yield said
    elif folded in GIVEN_NAMES:
        person = kind is EntityKind.ORGANIZATION and not _is_hung_on(sight)
        weight = by.given_name if person else by.given_name_of_any
        yield clue(MatchReason.COMMON_WORD, name, weight)
    elif folded in PLACES and kind is not EntityKind.PLACE:
        yield clue(MatchReason.COMMON_WORD, name, by.place)
        yield from _as_place(sight, by)
    else:
        yield from _short(sight, folded, by)
    if is_common(name, scene.language) or folded in GIVEN_NAMES or folded in PLACES:
        yield from trade_talk(sight, by)
    yield from _by_signs(sight, folded, by)


def _is_hung_on(sight: Sight) -> bool:
    """Return whether a noun hangs on a name by a hyphen, as on few given names: Otto-Katalog."""
    found = sight.found
    parts = found.page.original[found.core.end : found.surface.end].split("-")
    return len(parts) == 2 and not parts[0].strip() and is_noun(parts[1])  # noqa: PLR2004  (before the hyphen, and behind it)


def _by_signs(sight: Sight, folded: str, by: Weights) -> Iterator[Clue]:
    """Do letters, numbers or a domain tell what a single word is?"""
    found = sight.found
    if folded in UNITS and _is_measured(sight):
        yield clue(MatchReason.OTHER_WORD, f"{sight.around.before[0].text} {found.text}", by.unit)
    if _is_other_acronym(sight) and _is_known(folded):
        yield clue(MatchReason.SHORT_NAME, found.text, by.other_acronym)
    if found.form is Form.HANDLE and "." in found.text:
        yield clue(MatchReason.ORGANIZATION_CUE, found.text, by.domain)


def _is_known(folded: str) -> bool:
    """Return whether a name is a word, a place or a given name, or too short to be written as a word."""
    return len(folded) < LEAST_ACRONYM or folded in PLACES or folded in GIVEN_NAMES or folded in GERMAN_WORDS


def _is_measured(sight: Sight) -> bool:
    """Return whether a number stands before a name that is a unit's, too: "drei Tesla", "50 Siemens"."""
    before = sight.around.before[:1]
    return bool(before) and (before[0].text[0].isdecimal() or before[0].folded in NUMBERS)


def _as_place(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Is a place meant, whose name something else has: "nach Dresden", or does "Dresden" do something?"""
    before = sight.around.before[:1]
    if before and before[0].folded in TO_PLACES:
        yield clue(MatchReason.GEOGRAPHIC_CUE, f"{before[0].text} {sight.found.text}", by.place_of_someone)
    elif sign := sign_of_doer(sight):
        yield clue(MatchReason.ORGANIZATION_CUE, sign.text, by.agent)


def _short(sight: Sight, folded: str, by: Weights) -> Iterator[Clue]:
    """What do few letters mean?"""
    name, kind = sight.found.target.name, sight.found.target.kind
    if len(folded) > LEAST_ACRONYM or is_dense(folded[0]):
        return
    yield clue(
        MatchReason.SHORT_NAME, name, by.three_letters if len(folded) == LEAST_ACRONYM else by.two_letters
    )
    if folded in COUNTRIES and kind is not EntityKind.PLACE:
        yield clue(MatchReason.COMMON_WORD, name, by.place)


def _common(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What speaks against an ordinary word, and what for it after all?"""
    found, around = sight.found, sight.around
    name = found.target.name
    if "".join(bare_words(name)) in ORGANIZATION_WORDS:
        yield clue(MatchReason.COMMON_WORD, name, by.generic)
    if scene.language == "de":
        place = found.target.kind is EntityKind.PLACE
        yield clue(MatchReason.COMMON_WORD, name, by.common_place if place else by.common_word)
    else:
        weight = by.common_word_inside if _is_inside(around) else by.common_word_opening
        yield clue(MatchReason.COMMON_WORD, name, weight)
    if scene.language == "en" and scene.in_small and found.form in PLAIN and not _is_inside(around):
        yield clue(MatchReason.LOWER_CASE, name.lower(), by.in_small_elsewhere)
    if folded_words(name) != bare_words(name) and found.text[0].isupper() and _is_inside(around):
        yield clue(MatchReason.NAME, found.text, by.capital_article)
    yield from _written_as_name(sight, by)
    yield from _used_as_name(sight, scene, by)
    if scene.language == "en":
        yield from _used_as_word(sight, by)


def _is_inside(around: Surroundings) -> bool:
    """Return whether a name stands within a sentence that is no headline, where a capital tells something."""
    return bool(around.before) and not around.headline


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
    opens = start > 0 and text[start - 1] in OPENING_QUOTES
    return opens and text[end : end + 1] in _CLOSING_QUOTES and text[end : end + 1] != ""


def _is_in_capitals(sight: Sight) -> bool:
    """Return whether a word of three letters or more stands in capitals among words that do not."""
    word = _core(sight)
    return len(word) >= LEAST_ACRONYM and word.isupper() and _is_mixed(sight)


def _is_other_acronym(sight: Sight) -> bool:
    """Return whether a short name that is no acronym stands as one: CD-ROM is not in Rom, TUI may be Tui."""
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
    before = sight.around.before
    article = before[:1] and before[0].folded in DEFINITE
    sign = sign_of_doer(sight)
    if sign and sight.found.target.kind is not EntityKind.PRODUCT and not _is_namesakes(sight, scene):
        yield clue(MatchReason.ORGANIZATION_CUE, sign.text, by.agent)
    town = before[:1] and before[0].folded in SETTLEMENTS
    if town and sight.found.target.kind in (EntityKind.PLACE, EntityKind.OTHER):
        yield clue(MatchReason.GEOGRAPHIC_CUE, before[0].text, by.settlement)
    if scene.language == "de" and (counts(sight) or is_no_town(sight)):
        text = f"{before[0].text} {sight.found.text}"
        yield clue(MatchReason.COMMON_WORD, text, by.counted_word)
    elif sight.found.form in _POSSESSED and not article and not is_word(_core(sight), scene.language):
        yield clue(MatchReason.NAME, sight.found.text, by.genitive)


def _is_namesakes(sight: Sight, scene: Scene) -> bool:
    """Return whether a namesake was named last, who may do whatever an organization does."""
    last = governing(sight.found.place, scene.full_names)
    return last is not None and last.bearer is not Bearer.OWN


def _used_as_word(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Does English text use an ordinary word as one: "Apple trees bloom", "Meta-analyses", "Visa Rules"?"""
    found, around, after = sight.found, sight.around, sight.around.after[:1]
    if found.form is Form.COMPOUND:
        parts = folded_words(found.rest)  # none in "Apple- and Google-backed"
        if parts and head_of(parts[-1]) not in _HEADS:
            yield clue(MatchReason.COMMON_WORD, found.text, by.compound_of_word)
    elif found.form is Form.PLURAL:
        yield clue(MatchReason.COMMON_WORD, found.text, by.plural_of_word)
    elif found.form in PLAIN and after and not _carries_on(after[0]):
        before = around.before[:1]
        if (
            before
            and before[0].folded in ENGLISH_ARTICLES
            and after[0].text.islower()
            and not around.headline
        ):
            yield clue(MatchReason.COMMON_WORD, f"{found.text} {after[0].text}", by.part_of_phrase)
        text = f"{found.text} {after[0].text}"
        link = after[0].folded
        plain_noun = not around.before and not after[0].capital and not (link == "to" and opens_title(sight))
        if link == "of" if around.headline else plain_noun:
            yield clue(MatchReason.COMMON_WORD, text, by.opens_as_word)
        elif around.headline and after[0].capital:
            yield clue(MatchReason.COMMON_WORD, text, by.headline_noun)
    if found.form in PLAIN and around.headline and around.before and _is_of_noun(around.before[0]):
        yield clue(MatchReason.COMMON_WORD, f"{around.before[0].text} {found.text}", by.headline_phrase)


def _is_of_noun(before: Word) -> bool:
    """Return whether a word of a headline makes one thing with a noun behind it: "Police Chase"."""
    word = before.folded
    verb = word in AGENT_VERBS or word.endswith(("s", "ed", "ing"))
    known = word in OPENERS or word in ORGANIZATION_WORDS or is_trade(word) or word.endswith(("er", "or"))
    return before.capital and before.text.isalpha() and not verb and not known and is_word(word, "en")


def _carries_on(after: Word) -> bool:
    """Return whether a word goes on as after a name: with what somebody does, or what an organization has."""
    word = after.folded
    return word in _CARRIERS or word.endswith(("ed", "'s", "s'")) or not after.text.isalpha()
