"""Does a German sentence use a name as it uses a word?

Observations: German capitalizes every noun, so that a capital tells nothing; but a name takes no "ein",
"kein" or adjective, a company hardly an article that is no feminine, and a word that is written small
elsewhere begins a sentence with a capital.
"""

from functools import lru_cache

from monitor.matching.evidence import PLAIN, Clue, Sight, clue
from monitor.matching.german import (
    ends_in_some_noun,
    inflects,
    is_adjective,
    is_form,
    is_noun,
    is_ordinary,
    is_participle,
)
from monitor.matching.languages import is_word, lemma
from monitor.matching.lexicon import bare_words, folded_words
from monitor.matching.people import is_trade
from monitor.matching.surroundings import OPENING_QUOTES, Surroundings
from monitor.matching.trade import is_trade_of_name, sign_of_doer
from monitor.matching.weights import Weights
from monitor.matching.words.everyday import PLACES, PLANETS
from monitor.matching.words.roles import DEFINITE, FUSED, LANDSCAPES, NUMBERS, QUANTIFIERS, WITH_ARTICLE
from monitor.matching.words.verbs import AGENT_VERBS
from monitor.model import EntityKind, Form, MatchReason
from monitor.text.normalize import fold

_ARTICLES = DEFINITE | FUSED | QUANTIFIERS
_NOT_FEMININE = DEFINITE - {"die"}
_LONGEST_EVERYDAY = 6  # letters
_ADVERBIAL = frozenset({"allem", "anderem"})  # "vor allem Amazon", "unter anderem Amazon"


def said_as_word(sight: Sight, by: Weights) -> Clue | None:
    """Return what makes a German word of a name that is no everyday word, if anything does."""
    name = sight.found.target.name
    if is_adjective(name.split()[-1].lower()) and _is_adjective_here(sight):
        return clue(MatchReason.COMMON_WORD, name, by.adjective)
    if _is_noun_here(sight):
        text = f"{sight.around.before[0].text} {sight.found.text}"
        return clue(MatchReason.COMMON_WORD, text, by.counted_noun)
    known = _is_plain_organization(sight) and _is_in_dictionary(name)
    return _as_word_of_dictionary(sight, by) if known else None


@lru_cache(maxsize=32768)
def _is_in_dictionary(name: str) -> bool:
    """Return whether a name, in small letters or as a noun, is a word or a form of one, and no acronym."""
    return not name.isupper() and (_is_small_word(name) or _is_everyday(name) or is_form(name))


def _as_word_of_dictionary(sight: Sight, by: Weights) -> Clue | None:
    """Return what makes a word of a name that the hand-made lists do not hold, but the dictionary does."""
    name, around, after = sight.found.target.name, sight.around, sight.around.after[:1]
    if _is_small_word(name) and _opens_as_word(sight):
        weight = by.opening_word + (by.agent if after[0].folded in AGENT_VERBS else 0)
        return clue(MatchReason.COMMON_WORD, f"{sight.found.text} {after[0].text}", weight)
    if sign_of_doer(sight) or _is_beside_name(around):
        return None
    before = around.before[:2]
    pointed = before and before[0].folded in _NOT_FEMININE and not (before[1:] and before[1].capital)
    if pointed and _is_everyday(name):
        return clue(MatchReason.COMMON_WORD, f"{before[0].text} {sight.found.text}", by.article_of_noun)
    stands_bare = before and before[0].folded not in DEFINITE and is_form(name)
    return clue(MatchReason.COMMON_WORD, lemma(name, "de"), by.form_of_word) if stands_bare else None


def _is_everyday(name: str) -> bool:
    """Return whether a name is a noun of every day: short, as those of institutions are not (Bundesrat)."""
    noun = is_ordinary(name) or (len(name) <= _LONGEST_EVERYDAY and inflects(name))
    return noun and not is_form(name)


def _is_adjective_here(sight: Sight) -> bool:
    """Return whether a noun follows a name that is an adjective (Grüne Woche), or "im" stands before it."""
    before, after = sight.around.before, sight.around.after
    name = sight.found.target.name
    named = bool(before) and folded_words(name) != bare_words(name) and sight.found.text[0].isupper()
    if named or sight.found.form is Form.COMPOUND:
        return False
    fused = bool(before) and before[0].folded in {"im", "ins", "am"}
    return fused or (bool(after) and after[0].capital and is_noun(after[0].text))


def counts(sight: Sight) -> bool:
    """Return whether the word before makes a name a thing among others: an adjective, "ein" or a number."""
    before = sight.around.before[0] if sight.around.before else None
    of_head = sight.found.form is Form.COMPOUND or sight.found.target.kind is EntityKind.PRODUCT
    if before is None or of_head:
        return False
    if before.capital:
        return before.folded in QUANTIFIERS and sight.around.opens and len(sight.around.before) == 1
    pointed = len(sight.around.before) > 1 and sight.around.before[1].folded in _ARTICLES
    described = is_adjective(before.text) or (pointed and is_participle(before.text))
    return described or before.folded in QUANTIFIERS or before.text.isdecimal()


def _is_noun_here(sight: Sight) -> bool:
    """Return whether German uses a name that is no everyday word as it uses a noun."""
    if _is_somebody(sight) or _lacks_article(sight) or _are_counted(sight) or _is_model(sight):
        return True
    name = sight.found.target.name
    if _is_fused(sight):
        return _is_everyday(name) or (sight.around.before[0].folded == "am" and not _is_house(name))
    if inflects(name):
        return counts(sight) or _is_of_something(sight)
    return _is_countryman(name) and counts(sight)


def _is_house(name: str) -> bool:
    """Return whether a name ends in a noun, as those of schools and theatres do, and no landscape's."""
    return ends_in_some_noun(name) and not name.lower().endswith(LANDSCAPES)


@lru_cache(maxsize=32768)
def _is_countryman(name: str) -> bool:
    """Return whether a name is what somebody of a land is called: Bayer, of Bayern."""
    return f"{fold(name).text}n" in PLACES


def _is_fused(sight: Sight) -> bool:
    """Return whether a preposition holds an article before the name of an organization: "im Block"."""
    before = sight.around.before[:1]
    plain = _is_plain_organization(sight) and not sight.found.text.isupper()
    return plain and bool(before) and before[0].folded in FUSED


def _lacks_article(sight: Sight) -> bool:
    """Return whether an adjective that stands for its article is before a name: "ohne gültiges Visa"."""
    before = sight.around.before[:2]
    if not before or not _is_plain_organization(sight):
        return False
    strong = before[0].folded.endswith(("es", "em")) and before[0].folded not in _ARTICLES
    led = len(before) > 1 and before[1].folded in _ARTICLES
    return strong and not led and before[0].folded not in _ADVERBIAL and is_adjective(before[0].text)


def _is_of_something(sight: Sight) -> bool:
    """Return whether a noun with an article is said to be somebody's, as no name is: "die Allianz der …"."""
    before, after = sight.around.before[:1], sight.around.after[:1]
    pointed = bool(before) and before[0].folded in DEFINITE and sight.found.form in PLAIN
    return pointed and bool(after) and after[0].text in {"der", "des", "gegen", "zwischen"}


def _are_counted(sight: Sight) -> bool:
    """Return whether a number and an adjective say of a name that there are many: "drei tote Gorillas"."""
    before = sight.around.before[:2]
    described = len(before) > 1 and before[0].text.endswith(("e", "en"))
    if not described or not (before[1].folded in NUMBERS or before[1].text.isdecimal()):
        return False
    return is_adjective(before[0].text) and _is_plain_organization(sight)


def _is_model(sight: Sight) -> bool:
    """Return whether a maker's name stands between "seinem" and a name: "mit seinem Ford Focus".

    What says of a company what it is, is a noun: "mit seinem Arbeitgeber Focus".
    """
    before = sight.around.before[:2]
    owned = len(before) > 1 and before[0].capital and before[1].folded in QUANTIFIERS
    if not owned or before[1].capital or not _is_plain_organization(sight):
        return False
    maker = before[0]
    name = maker.text.isalpha() and lemma(maker.text, "de") == maker.text and not inflects(maker.text)
    told = is_trade_of_name(maker) or is_trade(maker.folded) or ends_in_some_noun(maker.text)
    return name and not told


def _is_somebody(sight: Sight) -> bool:
    """Return whether an adjective says of an organization's name that it is a man: "als gebürtiger Bayer"."""
    before = sight.around.before[:1]
    if not before or not _is_plain_organization(sight):
        return False
    word = before[0].folded
    return word.endswith("er") and word not in QUANTIFIERS and is_adjective(before[0].text)


def is_no_town(sight: Sight) -> bool:
    """Return whether an article stands before a town's name, as before the noun alone ("beim Essen").

    The moon and the planets have one.
    """
    place = sight.found.target.kind is EntityKind.PLACE and sight.found.target.name.lower() not in PLANETS
    return place and bool(sight.around.before) and sight.around.before[0].folded in WITH_ARTICLE


def _opens_as_word(sight: Sight) -> bool:
    """Return whether a name begins a sentence as an adverb may: not before "hat", nor beside a name."""
    around, text = sight.around, sight.found.page.original
    quoted = text[max(sight.found.surface.start - 1, 0) : sight.found.surface.start] in OPENING_QUOTES
    if not (around.opens_here or quoted) or not around.after or not around.after[0].text.islower():
        return False
    return around.after[0].text not in {"hat", "haben"} and not _is_beside_name(around)


def _is_beside_name(around: Surroundings) -> bool:
    """Return whether "und" joins what no dictionary knows to a name: "Visa und Mastercard"."""
    after = around.after
    return len(after) > 1 and after[0].text == "und" and after[1].capital and not is_word(after[1].text, "de")


def _is_small_word(name: str) -> bool:
    """Return whether a name is a word that German writes small, but for the beginning of a sentence."""
    small = name.lower()
    return is_word(small, "de") and lemma(small, "de")[0].islower()


def _is_plain_organization(sight: Sight) -> bool:
    """Return whether an organization's name stands as it is."""
    return sight.found.form in PLAIN and sight.found.target.kind is EntityKind.ORGANIZATION
