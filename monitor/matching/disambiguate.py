"""Is it this entity? Evidence for and against, in log-odds that add up.

Observations: one name stands for the company and the river, for two people of one surname, for a bank
and a bench. What tells them apart stands beside the name (a given name, an office, a legal form, the
rest of a compound) or elsewhere in the article (the full name, context words, decoys).

Theory of operation: each small function below looks at one sort of evidence and yields what it finds,
with its weight from the one table. A mention's confidence is the logistic of the sum; nothing else
moves it. What other entities say (related ones) and what the entity's other mentions say (one sense
per document) is added afterwards by the matcher, from the sums so far.

Known exceptions: an entity that is configured by a bare surname and no kind cannot be told from its
namesakes by given names in general, only from well-known ones (`words.bearers`).
"""

from collections.abc import Iterator, Sequence

from monitor.matching.evidence import PLAIN, Clue, Scene, Sight, clue
from monitor.matching.german import inflects
from monitor.matching.languages import is_word
from monitor.matching.lexicon import Role, bare_words, folded_words
from monitor.matching.neighbors import neighbors
from monitor.matching.people import (
    Bearer,
    FullName,
    can_be_surname,
    governing,
    is_bare_name,
    is_trade,
    reads_as_surname,
)
from monitor.matching.places import as_place
from monitor.matching.spans import CueFound, Found
from monitor.matching.strength import strength
from monitor.matching.surroundings import Word, head_of, words_of
from monitor.matching.trade import is_trade_of_name
from monitor.matching.weights import Weights
from monitor.matching.words.bearers import BEARERS
from monitor.matching.words.given import BEFORE_SURNAMES, GIVEN_NAMES, SURNAMES
from monitor.matching.words.roles import (
    CALLED_AFTER_PLACES,
    EMPLOYED,
    GEOGRAPHIC_HEADS,
    LEGAL_FORMS,
    NO_WOMEN,
    OFFICES,
    ORGANIZATION_HEADS,
    PARLIAMENTS,
    PEOPLE,
    PERSON_HEADS,
    PLACE_HEADS,
    PREFIXES,
    SPORT,
    STREETS,
    WOMEN,
)
from monitor.model import EntityKind, Form, MatchReason
from monitor.text.normalize import fold
from monitor.text.tokens import Span

_LANDMARKS = GEOGRAPHIC_HEADS | STREETS
_YEARS_OLD = ("jaehrige", "jaehriger", "jaehrigen", "year-old")
_LEAST_REST = 6  # letters behind a name that hardly end another name
_MOST_FURTHER = 4  # context words beyond the first that still count


def clues(sight: Sight, scene: Scene, weights: Weights) -> Sequence[Clue]:
    """Return everything that speaks for or against a mention, the strength of its name first."""
    found = list(strength(sight, scene, weights))
    if not sight.found.refusal:
        for look in (_names, _offices, _compounds, _beside, neighbors, _context, _decoys):
            found += look(sight, scene, weights)
    return found


# ---- given names and offices -----------------------------------------------------------------


def _names(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Whose surname is it?"""
    found, full = sight.found, sight.full_name
    if found.target.words > 1 and found.target.role is Role.NAME:
        return
    if full is not None:
        yield from _given(full, found, by)
    elif can_be_surname(found):
        yield from _governed(found, governing(found.place, scene.full_names), by)
    if scene.language == "de" and (sport := _sport(sight)):
        yield clue(MatchReason.OTHER_NAME, sport, by.player)
    if found.target.kind is not EntityKind.PERSON and (age := sight.around.age or _years_old(sight)):
        yield clue(MatchReason.OTHER_NAME, f"{found.text} {age}", by.age)


def _sport(sight: Sight) -> str:
    """Return the word of a match in whose sentence a company's name stands that many bear as a surname."""
    found = sight.found
    company = found.target.kind is EntityKind.ORGANIZATION and found.form in PLAIN
    if not company or "".join(folded_words(found.target.name)) not in SURNAMES:
        return ""
    sentence = sight.around.sentence
    said = words_of(found.page.original, sentence.start, sentence.end)
    return next((each.text for each in said if head_of(each.folded) in SPORT), "")


def _years_old(sight: Sight) -> str:
    """Return what says right before a name how old somebody is: "die 34-jährige Mercedes"."""
    before = sight.around.before[:1]
    return before[0].text if before and before[0].folded.endswith(_YEARS_OLD) else ""


def _given(full: FullName, found: Found, by: Weights) -> Iterator[Clue]:
    given = full.text[: found.core.start - full.span.start].strip()
    if full.bearer is Bearer.OWN:
        yield clue(MatchReason.FULL_NAME, full.text, by.own_given_name)
        return
    weight = {
        Bearer.OTHER: by.other_given_name,
        Bearer.UNKNOWN: by.unknown_given_name,
        Bearer.KNOWN: by.known_bearer,
        Bearer.SOME: _weight_of_some(found, by),
    }[full.bearer]
    yield clue(MatchReason.OTHER_GIVEN_NAME, given, weight, full.span)


def _weight_of_some(found: Found, by: Weights) -> float:
    """Return what a given name weighs before the name of an entity that has none of its own."""
    if found.target.kind is EntityKind.ORGANIZATION:
        return by.given_name_of_organization
    name = folded_words(found.target.display)[-1]
    if found.target.kind is EntityKind.PERSON and name in GIVEN_NAMES:
        return by.given_name_as_surname
    return by.given_name_of_many if name in SURNAMES else by.some_given_name


def _governed(found: Found, full: FullName | None, by: Weights) -> Iterator[Clue]:
    """Yield what the full name last given says of a surname that stands alone."""
    if full is None:
        return
    organization = found.target.kind is EntityKind.ORGANIZATION
    if full.bearer is Bearer.SOME:
        if found.target.kind is EntityKind.PERSON:
            yield clue(MatchReason.OTHER_GIVEN_NAME, full.text, _weight_of_some(found, by))
        elif organization and full.place < found.place:
            yield clue(MatchReason.OTHER_GIVEN_NAME, full.text, by.namesake_before)
    elif full.bearer is Bearer.OWN:
        before = full.place < found.place
        yield clue(MatchReason.LICENSED, full.text, by.licensed_before if before else by.licensed_after)
    elif full.bearer is Bearer.KNOWN:
        weight = by.namesake_in_article if organization else by.known_bearer
        yield clue(MatchReason.OTHER_GIVEN_NAME, full.text, weight)
    else:
        weight = by.governed_by_namesake if organization else by.governed_by_other
        yield clue(MatchReason.OTHER_GIVEN_NAME, full.text, weight)


def _offices(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Does an office or a trade stand beside the name?"""
    found, full = sight.found, sight.full_name
    own = full is not None and full.bearer is Bearer.OWN
    if not can_be_surname(found) or own:
        return
    if full is None and (person := _person_before(sight)):
        yield clue(MatchReason.OTHER_ROLE, person.text, by.office_of_namesake)
        return
    beside, apposition = _roles_beside(sight)
    office = _office(beside, scene)
    named = _office(apposition, scene)
    if office:
        weight = _office_weight(found, by, by.office)
        called_so = office is beside[0] and _is_called_so(sight, scene)
        yield clue(MatchReason.OTHER_ROLE, office.text, by.office_of_namesake if called_so else weight)
    elif named and (found.target.kind is not EntityKind.ORGANIZATION or _is_well_known(found)):
        yield clue(MatchReason.OTHER_ROLE, named.text, _office_weight(found, by, by.office_apposition))
    elif found.target.role is Role.SHORT and not scene.full_names and _is_well_known(found):
        yield from _office_in_sentence(sight, scene, by)
    if found.target.kind is not EntityKind.ORGANIZATION:
        trade = next((each for each in (*beside, *apposition) if is_trade(each.folded)), None)
        if trade:
            yield clue(MatchReason.ROLE, trade.text, by.business)


def _person_before(sight: Sight) -> Word | None:
    """Return the word right before a company's name that says who somebody is: Frau, Geiger, Försterin."""
    found, before = sight.found, sight.around.before[:1]
    company = found.target.kind is EntityKind.ORGANIZATION and found.form in PLAIN
    if not company or not before or not before[0].capital:
        return None
    word = head_of(before[0].folded)
    woman = word.endswith(WOMEN) and not word.endswith(NO_WOMEN) and not is_trade(word)
    return before[0] if woman or word in PEOPLE else None


def _is_called_so(sight: Sight, scene: Scene) -> bool:
    """Return whether somebody, and no company, is called by a name: many are, or a surname follows it.

    A name with an article is a party's rather, whose members hold offices: "Abgeordnete der Linken".
    """
    found, after = sight.found, sight.around.after[:1]
    name = folded_words(found.target.name)
    if found.target.kind is not EntityKind.ORGANIZATION or name != bare_words(found.target.name):
        return False
    return "".join(name) in SURNAMES or (bool(after) and reads_as_surname(after[0].text, scene.language))


def _roles_beside(sight: Sight) -> tuple[Sequence[Word], Sequence[Word]]:
    """Return the words before and after a name that may say what its bearer does.

    Of a compound that is the word right before alone: "Sänger loben Ford-Motoren" says nothing of Ford.
    """
    if sight.found.form is Form.COMPOUND:
        return sight.roles_before[:1], ()
    return sight.roles_before, sight.around.apposition


def _office(words: Sequence[Word], scene: Scene) -> Word | None:
    """Return the first word that is an office, and none that the entity holds."""
    offices = (word for word in words if head_of(word.folded) in OFFICES)
    return next((word for word in offices if head_of(word.folded) not in scene.own_roles), None)


def _office_weight(found: Found, by: Weights, of_person: float) -> float:
    kind = found.target.kind
    if kind is EntityKind.PERSON:
        return of_person
    if _is_well_known(found):
        return by.office_of_namesake
    return by.office_of_organization if kind is EntityKind.ORGANIZATION else by.office_unclear


def _is_well_known(found: Found) -> bool:
    """Return whether somebody in office has the same surname."""
    return "".join(folded_words(found.target.display)) in BEARERS


def _office_in_sentence(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    sentence = sight.around.sentence
    said = words_of(sight.found.page.original, sentence.start, sentence.end)
    office = _office(said, scene)
    if office:
        yield clue(MatchReason.OTHER_ROLE, office.text, by.office_in_sentence)


# ---- what stands beside ------------------------------------------------------------------------


def _compounds(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What is the rest of a compound?"""
    found, kind = sight.found, sight.found.target.kind
    if found.surface == found.core and not found.rest:
        return
    parts = folded_words(found.rest)
    if kind is EntityKind.PERSON:
        yield from _compounds_of_person(found, parts, scene, by)
    elif kind is not EntityKind.PLACE and not _LANDMARKS.isdisjoint(parts):
        yield clue(MatchReason.GEOGRAPHIC_CUE, found.text, by.geographic_compound, found.surface)
    elif scene.language == "de" and _is_group(found):
        yield clue(MatchReason.OTHER_NAME, found.text, by.group_of_parliament, found.surface)
    elif any(part in ORGANIZATION_HEADS or part in EMPLOYED or is_trade(part) for part in parts):
        yield clue(MatchReason.ORGANIZATION_CUE, found.text, by.organization_compound)
    elif scene.language == "de" and _is_word_rather(found):
        yield clue(MatchReason.COMMON_WORD, found.text, by.compound_of_dictionary, found.surface)


def _compounds_of_person(found: Found, parts: Sequence[str], scene: Scene, by: Weights) -> Iterator[Clue]:
    """What hangs on a person's name?"""
    if not SURNAMES.isdisjoint(parts) or _is_double_given_name(found, parts):
        yield clue(MatchReason.OTHER_NAME, found.text, by.double_surname, found.surface)
    elif _is_double_surname(found, scene.language):
        yield clue(MatchReason.OTHER_NAME, found.text, by.double_unknown, found.surface)
    elif _is_head(found):
        yield clue(MatchReason.COMMON_WORD, found.text, by.head_of_compound, found.surface)
    elif _is_compound_of_word(found, parts):
        yield clue(MatchReason.COMMON_WORD, found.text, by.compound_of_person, found.surface)


def _is_word_rather(found: Found) -> bool:
    """Return whether a closed compound with a word of the dictionary may be a word, or a name, of its own.

    That is so where the word is a thing's name (Euro|kurs), and where a few letters hang on it which make a
    whole that the dictionary does not hold; on a place's name, such as houses and hills are called by
    (Neckar|fels, Elb|arena), for a lily is not.
    """
    closed = found.form is Form.COMPOUND and found.text.isalpha()
    if not closed or not is_word(found.target.name, "de"):
        return False
    kind = found.target.kind
    if kind not in (EntityKind.ORGANIZATION, EntityKind.PLACE):
        return True
    everyday = inflects(found.rest.capitalize()) and fold(found.rest).text not in CALLED_AFTER_PLACES
    called = kind is EntityKind.ORGANIZATION or not everyday
    return called and len(found.rest) < _LEAST_REST and not is_word(found.text, "de")


def _is_group(found: Found) -> bool:
    """Return whether a compound with a parliament's name is that of a party's group: Bundestagsfraktion."""
    parliament = found.target.name.lower().endswith(PARLIAMENTS)
    return parliament and found.text.lower().endswith(("fraktion", "fraktionen"))


def _is_double_surname(found: Found, language: str) -> bool:
    """Return whether a hyphen joins a name to one word, and that can only be a name: Müller-Sönksen."""
    text, surface, core = found.page.original, found.surface, found.core
    hung = f"{text[surface.start : core.start]}-{text[core.end : surface.end]}".strip("-‐‑")
    return reads_as_surname(hung, language) and fold(hung).text not in BEFORE_SURNAMES


def _is_compound_of_word(found: Found, parts: Sequence[str]) -> bool:
    """Return whether a compound with a person's only name may be one with the word: Otto-Motor.

    It is none where the rest is what somebody in office has, does or suffers: Kohl-Regierung.
    """
    compound = found.form is Form.COMPOUND and found.target.role is Role.NAME and is_bare_name(found)
    return compound and PERSON_HEADS.isdisjoint(parts[-1:])


def _is_head(found: Found) -> bool:
    """Return whether a bare name of a person ends a compound that it does not begin: Ein-Euro-Jobs."""
    text, surface, core = found.page.original, found.surface, found.core
    if not is_bare_name(found) or core.end != surface.end:
        return False
    before = fold(text[surface.start : core.start]).text.strip("-#@")
    return bool(before) and before not in PREFIXES


def _is_double_given_name(found: Found, parts: Sequence[str]) -> bool:
    """Return whether a given name hangs on another one: Karl-Heinz is not Karl."""
    own = folded_words(found.target.display)[-1]
    return own in BEFORE_SURNAMES and any(part in BEFORE_SURNAMES for part in parts)


def _beside(sight: Sight, _scene: Scene, by: Weights) -> Iterator[Clue]:
    """Which words stand right before and after the name of something that is no person?"""
    found, around = sight.found, sight.around
    if found.target.kind in (EntityKind.PERSON, EntityKind.PLACE) or found.form not in PLAIN:
        return
    after = around.after[0] if around.after else None
    before = around.before[0] if around.before else None
    if after and (after.folded in GEOGRAPHIC_HEADS or (after.capital and after.folded in PLACE_HEADS)):
        span = Span(found.surface.start, after.span.end)
        yield clue(MatchReason.GEOGRAPHIC_CUE, after.text, by.geographic_follows, span)
    elif after and after.folded in LEGAL_FORMS and after.capital:
        yield clue(MatchReason.LEGAL_FORM, after.text, by.legal_form)
    elif after and after.folded in ORGANIZATION_HEADS:
        yield clue(MatchReason.ORGANIZATION_CUE, after.text, by.organization_follows)
    if before and is_trade_of_name(before):
        yield clue(MatchReason.ORGANIZATION_CUE, before.text, by.organization_word)
    else:
        yield from as_place(sight, by)


# ---- elsewhere in the article --------------------------------------------------------------------


def _context(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Which of the entity's context words does the article hold?"""
    if not scene.cues and not scene.entity.require:
        return
    for reason, close_by, first, further, near in (
        (MatchReason.CONTEXT, MatchReason.CONTEXT_NEAR, by.context, by.context_further, by.context_near),
        (
            MatchReason.NOT_CONTEXT,
            MatchReason.NOT_CONTEXT_NEAR,
            by.not_context,
            by.not_context_further,
            by.not_context_near,
        ),
    ):
        there = [
            each for each in scene.cues if each.cue.reason is reason and not _overlaps(each, sight.found)
        ]
        words = list(dict.fromkeys(each.cue.text for each in there))
        for number, word in enumerate(words[: 1 + _MOST_FURTHER]):
            yield clue(reason, word, further if number else first)
        close = next((each.cue.text for each in there if _is_near(each, sight)), None)
        if close:
            yield clue(close_by, close, near)
    required = [each for each in scene.cues if each.cue.reason is MatchReason.REQUIRED_MISSING]
    if scene.entity.require and not required:
        yield clue(MatchReason.REQUIRED_MISSING, ", ".join(scene.entity.require), by.required_missing)


def _overlaps(cue: CueFound, found: Found) -> bool:
    inside = cue.span.start < found.surface.end and found.surface.start < cue.span.end
    return cue.page is found.page and inside


def _is_near(cue: CueFound, sight: Sight) -> bool:
    sentence = sight.around.sentence
    return cue.page is sight.found.page and sentence.start <= cue.span.start < sentence.end


def _decoys(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """What else stood in the article where the name might have?"""
    if sight.found.target.role is Role.SHORT or sight.found.target.words > 1:
        return
    takers = list(dict.fromkeys(each.taker for each in scene.refused))
    for number, taker in enumerate(takers[: 1 + _MOST_FURTHER]):
        yield clue(MatchReason.DECOY, taker, by.decoy_further if number else by.decoy_elsewhere)
