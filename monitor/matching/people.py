"""Whose surname is it?

Observations: an article gives the full name once, often not in the title, and the surname from then on.
Two bearers of a surname in one article are told apart by the full name last given.

Theory of operation: each place where a surname stands is read by the word before it: an own given name
(with or without initials between), another one, or none. Where there is none, the nearest full name
before it decides, else the first one after it.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.matching.german import ends_in_some_noun
from monitor.matching.grammar.cyrillic import is_given
from monitor.matching.grammar.latin import bases, elision
from monitor.matching.languages import DICTIONARIES, SMALL_TITLES, is_word
from monitor.matching.lexicon import PARTICLES, Role, folded_words
from monitor.matching.spans import Found
from monitor.matching.surroundings import Surroundings, Word, head_of
from monitor.matching.words.bearers import BEARERS
from monitor.matching.words.given import ALSO_WORDS, BEFORE_SURNAMES
from monitor.matching.words.roles import (
    BUSINESS,
    LEGAL_FORMS,
    OFFICES,
    OPENERS,
    ORGANIZATION_HEADS,
    ORGANIZATION_WORDS,
    TITLES,
)
from monitor.model import EntityKind, MatchReason
from monitor.text.tokens import Span

_NO_NAMES = BUSINESS | OFFICES | TITLES | OPENERS | LEGAL_FORMS | ORGANIZATION_HEADS | ORGANIZATION_WORDS
_MOST_INITIALS = 2


class Bearer(StrEnum):
    """Whom the word before a surname makes of it.

    own: the entity's given name · other: another one · unknown: a word that can be nothing else ·
    known: that of someone well known · some: a given name, and the entity has none of its own.
    """

    OWN = "own"
    OTHER = "other"
    UNKNOWN = "unknown"
    KNOWN = "known"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class FullName:
    """A surname with a given name before it; `span` covers both."""

    bearer: Bearer
    text: str
    span: Span
    place: int


def can_be_surname(found: Found) -> bool:
    """Return whether a name could be read as somebody's surname."""
    target = found.target
    if target.role is Role.SHORT:
        return True
    single = target.words == 1 and target.role is Role.NAME
    return single and target.kind not in (EntityKind.PRODUCT, EntityKind.PLACE)


def is_bare_name(found: Found) -> bool:
    """Return whether a person is called by one word."""
    target = found.target
    return target.kind is EntityKind.PERSON and (target.role is Role.SHORT or target.words == 1)


def is_trade(folded_word: str) -> bool:
    """Return whether a word says that somebody works for a company, also at a compound's end."""
    head = head_of(folded_word)
    return head in BUSINESS or head.endswith(
        ("manager", "managerin", "chef", "chefin", "ingenieur", "leiter")
    )


def full_name_at(
    found: Found, around: Surroundings, own: frozenset[str], names_end: Collection[int], language: str
) -> FullName | None:
    """Return the full name that a surname ends, if a given name stands before it.

    `names_end` are the places where watched names end in the page: what is not known for a given name
    is none there.
    """
    if found.refusal in (MatchReason.DECOY, MatchReason.OTHER_NAME):
        named = found.refusal is MatchReason.DECOY or found.target.role is Role.SHORT
        taken = named and _ends_with(found) and can_be_surname(found)
        return FullName(Bearer.OTHER, found.taker, found.surface, found.place) if taken else None
    if found.target.role is Role.NAME and found.target.words > 1:
        return FullName(Bearer.OWN, found.text, found.surface, found.place)
    if not can_be_surname(found) or found.surface.start != found.core.start:
        return None
    word = _nearest_name(around.before)
    if word is None:
        return None
    opens = word is around.before[-1] and around.opens
    titled = language not in DICTIONARIES and (opens or _may_be_title(word, around.before, language))
    bearer = _bearer(
        word, found, own, opens=opens, titled=titled, other=word.span.end in names_end, language=language
    )
    if bearer is None:
        return None
    span = Span(word.span.start, found.surface.end)
    text = found.page.original[span.start : found.core.end]
    return FullName(bearer, text, span, found.page.base + span.start)


def _ends_with(found: Found) -> bool:
    """Return whether what stands in place of a name is several words, the last of them the name."""
    taker = folded_words(found.taker)
    return len(taker) > 1 and taker[-1] == folded_words(found.target.display)[-1]


def governing(place: int, full_names: Sequence[FullName]) -> FullName | None:
    """Return the full name that decides on a bare surname: the last before it, else the first after."""
    if not full_names:
        return None
    after = bisect_left(full_names, place, key=lambda each: each.place)
    return full_names[after - 1] if after else full_names[0]


def _nearest_name(before: Sequence[Word]) -> Word | None:
    """Return the word before a surname, over initials and particles."""
    for word in before[: _MOST_INITIALS + 1]:
        initial = len(word.text) == 1 and word.capital
        if not initial and word.folded not in PARTICLES:
            return _without_elision(word)
    return None


def _without_elision(word: Word) -> Word:
    """Return a word without an elided article or preposition before it (d'Emmanuel)."""
    if word.text.isalpha():
        return word
    cut = elision(word.folded)
    return Word(word.text[cut:], word.start + cut) if cut else word


def _bearer(
    word: Word, found: Found, own: frozenset[str], *, opens: bool, titled: bool, other: bool, language: str
) -> Bearer | None:
    """Return whose given name a word is; None where it is none."""
    forms = bases(word.folded, language)
    if own.issuperset(word.folded.split("-")) or not own.isdisjoint(forms):
        return Bearer.OWN
    given = any(head_of(form) in BEFORE_SURNAMES or is_given(form) for form in forms)
    if (
        not word.capital
        or (other and not given)
        or head_of(word.folded) in _NO_NAMES
        or (opens and word.folded in ALSO_WORDS)
    ):
        return None
    known = BEARERS.get("".join(folded_words(found.target.display)))
    if not own and known and known.given.intersection(forms):
        return Bearer.KNOWN
    if given:
        return Bearer.OTHER if own else Bearer.SOME
    unknown = own and not titled and reads_as_name(word.text, language)
    return Bearer.UNKNOWN if unknown else None


def _may_be_title(word: Word, before: Sequence[Word], language: str) -> bool:
    """Return whether a capitalized word before a surname may be a title, or the land that goes with one.

    Romance languages put a preposition before it ("presidente del Gobierno Sánchez"), languages with cases
    need none ("prezydent Ukrainy Zełenski"), and many capitalize titles ("Cumhurbaşkanı Erdoğan").
    """
    preceding = next((each for each in before if each.end < word.start), None)
    linked = preceding is not None and preceding.folded in PARTICLES
    return linked or language not in SMALL_TITLES


def reads_as_name(word: str, language: str) -> bool:
    """Return whether a capitalized word that nobody knows can be nothing but a name."""
    plain = word.isalpha() and not word.isupper() and len(word) > 1
    return plain and not is_word(word, language) and not (language == "de" and ends_in_some_noun(word))


def reads_as_surname(text: str, language: str) -> bool:
    """Return whether a capitalized word is none of a language, nor an English one: it can be a name only."""
    return text[:1].isupper() and reads_as_name(text, language) and not is_word(text.lower(), "en")
