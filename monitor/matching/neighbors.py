"""Do capitalized words beside a name make another name of it?

Observations: a given name has its surname behind it (Max Weber is not Max), a surname its given name
before it, a town's name its club (TSV Köln), and the plural of a people an article ("die Schweden").
"""

from collections.abc import Iterator, Sequence

from monitor.matching.evidence import PLAIN, Clue, Scene, Sight, clue
from monitor.matching.languages import DICTIONARIES, is_word
from monitor.matching.lexicon import folded_words
from monitor.matching.people import is_bare_name, is_trade, reads_as_surname
from monitor.matching.spans import Found
from monitor.matching.strength import is_common
from monitor.matching.surroundings import Word, head_of
from monitor.matching.weights import Weights
from monitor.matching.words.given import ALSO_WORDS, BEFORE_SURNAMES, GIVEN_NAMES, SURNAMES
from monitor.matching.words.roles import (
    CLUBS,
    GEOGRAPHIC_HEADS,
    GEOGRAPHIC_WORDS,
    LEGAL_FORMS,
    ORGANIZATION_HEADS,
    ORGANIZATION_WORDS,
    PLACE_HEADS,
)
from monitor.model import EntityKind, MatchReason
from monitor.text.tokens import Span

_PARTICLES = frozenset({"von", "van", "de", "di", "del", "della", "zu"})
_ROMANCE = frozenset({"de", "del", "della", "di", "du", "do", "da"})
_SAINTS = ("St. ", "Sankt ", "St ")
_CUES = ORGANIZATION_HEADS | ORGANIZATION_WORDS | GEOGRAPHIC_HEADS | GEOGRAPHIC_WORDS | LEGAL_FORMS


def neighbors(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Do capitalized words beside the name make another name of it?"""
    found, around = sight.found, sight.around
    if found.form not in PLAIN:
        return
    yield from _as_given_name(sight, scene, by)
    if found.target.kind is EntityKind.PLACE and found.target.words == 1:
        yield from _as_surname_of_place(sight, by)
        yield from _as_part_of_place(sight, scene, by)
    if found.target.kind is EntityKind.PERSON:
        return
    if found.target.words != 1:
        yield from _as_first_of_patrons(sight, by)
        return
    yield from _as_part_of_foreign(sight, by)
    folded = "".join(folded_words(found.target.name))
    common = is_common(found.target.name, scene.language) or folded in GIVEN_NAMES
    after = around.after[0] if around.after else None
    if after and _is_strange(after, scene.language) and not around.headline:
        weight = by.neighbor_of_common if common else by.neighbor_after
        span = Span(found.surface.start, after.span.end)
        yield clue(MatchReason.OTHER_NAME, f"{found.text} {after.text}", weight, span)
    before = around.before[0] if around.before else None
    if before is None or sight.name_before or sight.full_name or (len(around.before) == 1 and around.opens):
        return
    landmark = scene.language == "en" and _is_upright(before) and folded in PLACE_HEADS
    if (landmark or _is_strange(before, scene.language)) and not around.headline:
        weight = by.neighbor_of_common if common else by.neighbor_before
        span = Span(before.span.start, found.surface.end)
        yield clue(MatchReason.OTHER_NAME, f"{before.text} {found.text}", weight, span)


def _as_part_of_foreign(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Is an organization's name a part of a longer one in a Romance language: Museo de Arte Moderno?"""
    found, before = sight.found, sight.around.before[:2]
    if len(before) < 2 or found.target.kind is EntityKind.PLACE:  # noqa: PLR2004  (a noun, and a particle)
        return
    if before[0].text in _ROMANCE and before[1].capital:
        span = Span(before[1].span.start, found.surface.end)
        text = f"{before[1].text} {before[0].text} {found.text}"
        yield clue(MatchReason.OTHER_NAME, text, by.part_of_foreign, span)


def _as_first_of_patrons(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Is a saint's name one of two, as in those of churches: St. Peter und Paul?"""
    found, after = sight.found, sight.around.after
    saint = found.text.startswith(_SAINTS)
    if saint and len(after) > 1 and after[0].text == "und" and after[1].folded in GIVEN_NAMES:
        text = f"{found.text} {after[0].text} {after[1].text}"
        span = Span(found.surface.start, after[1].span.end)
        yield clue(MatchReason.OTHER_NAME, text, by.as_given_name, span)


def _as_given_name(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Does a surname follow, so that the name is a given name: Friedrich Peters, Max Weber, Paris Jackson?"""
    found = sight.found
    if not (is_bare_name(found) or found.target.kind is EntityKind.PLACE):
        return
    after = _behind_particle(sight.around.after)
    if not after or not after[0].capital or (scene.language != "de" and sight.around.headline):
        return
    weight = _weight_of_following(found, after[0], scene.language, by)
    if weight:
        span = Span(found.surface.start, after[0].span.end)
        yield clue(MatchReason.OTHER_NAME, f"{found.text} {after[0].text}", weight, span)


def _behind_particle(after: Sequence[Word]) -> Sequence[Word]:
    """Return the words after a name without a particle of surnames that they begin with ("Josef von …").

    Who is called by a given name behind it is who did something: "wurde Kant von Karl Jaspers gelobt".
    """
    if not after or after[0].text not in _PARTICLES:
        return after[:1]
    return () if after[1:] and after[1].folded in GIVEN_NAMES else after[1:]


def _weight_of_following(found: Found, after: Word, language: str, by: Weights) -> float:
    """Return what a capitalized word right after a name weighs, by how surely it is a surname."""
    target = found.target
    listed = after.folded in SURNAMES
    if target.kind is EntityKind.PLACE:
        town = target.words == 1 and language != "de"
        return by.as_given_name if town and listed else 0.0
    given = folded_words(target.display)[-1] in BEFORE_SURNAMES
    told = language in DICTIONARIES and reads_as_surname(after.text, language)
    unknown = told or (given and not is_word(after.text, language))
    if unknown or listed or after.folded in BEFORE_SURNAMES:
        return by.as_given_name if given else by.before_surname
    return by.before_surname if given and language == "de" else 0.0


def _as_surname_of_place(sight: Sight, by: Weights) -> Iterator[Clue]:
    """Does a given name stand before a place's name: Michael Jordan?"""
    found, before = sight.found, sight.around.before[:1]
    opens = (
        bool(before)
        and before[0].folded in ALSO_WORDS
        and len(sight.around.before) == 1
        and sight.around.opens
    )
    if before and before[0].capital and before[0].folded in BEFORE_SURNAMES and not opens:
        span = Span(before[0].span.start, found.surface.end)
        yield clue(MatchReason.OTHER_GIVEN_NAME, before[0].text, by.given_name_of_organization, span)


def _as_part_of_place(sight: Sight, scene: Scene, by: Weights) -> Iterator[Clue]:
    """Is a place's name that of a club (TSV Köln, Borussia Dortmund), or of its people ("die Schweden")?"""
    found, before = sight.found, sight.around.before[:1]
    if not before:
        return
    span = Span(before[0].span.start, found.surface.end)
    text = f"{before[0].text} {found.text}"
    if _is_club(before[0]) and not found.text.isupper():
        yield clue(MatchReason.OTHER_NAME, text, by.club, span)
    elif scene.language == "de" and before[0].folded in {"die", "den"} and _is_people(found.text):
        yield clue(MatchReason.COMMON_WORD, text, by.people, span)


def _is_club(word: Word) -> bool:
    """Return whether a word stands before a town in a club's name; "As" of two letters is none, AS is."""
    written = word.capital and (word.text.isupper() or len(word.text) > len("AS"))
    return written and word.folded in CLUBS


def _is_people(name: str) -> bool:
    """Return whether a German name is the plural of a people: Schweden of Schwede, Bayern of Bayer."""
    return name.endswith("n") and is_word(name[:-1], "de")


def _is_strange(word: Word, language: str) -> bool:
    """Return whether a word may be part of a name and is neither a cue of its own nor, in German, a noun."""
    if not _is_upright(word):
        return False
    possessive = word.folded.endswith(("'s", "s'"))
    known = head_of(word.folded) in _CUES or possessive or is_trade(word.folded)
    return not (known or (language == "de" and is_word(word.text, "de")))


def _is_upright(word: Word) -> bool:
    """Return whether a word is capitalized to its end; behind a hyphen an adjective is not: Seattle-based."""
    return word.capital and not word.text.rpartition("-")[2].islower()
