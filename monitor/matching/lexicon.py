"""Which patterns stand for which names, decoys and context words?

Theory of operation: each name gives the spellings that a text may use: as written, with umlauts
stripped (mueller, muller), the adjective forms of German, parts of a camel-cased word apart ("De
Santis"), particles joined, and all words joined for hashtags and domains. A person's full name also
gives its surname, with and without particles, as a weak name. Each spelling is a pattern of the one
automaton; a pattern may stand for several entities. Most patterns are never met: what one stands for is
worked out when it is.
"""

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from monitor.matching.automaton import Automaton, blanked, pattern_of
from monitor.matching.german import adjective_forms, is_noun
from monitor.matching.grammar.forms import made_forms
from monitor.matching.languages import is_word
from monitor.matching.words.bearers import BEARERS, Bearers
from monitor.matching.words.given import GIVEN_NAMES
from monitor.model import Case, Entity, EntityKind, Form, MatchReason, Name
from monitor.text.normalize import fold

LEAST_ACRONYM = 3  # letters from which an acronym may be written as a word (Nato)
PARTICLES = frozenset(
    "de del della der den di da das dos du la le van von vom zu zur ten ter al el bin ibn mac mc".split()  # noqa: SIM905
)
_ARTICLES = frozenset({"der", "die", "das", "den", "dem", "des", "the"})
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")  # McDonald's, in German McDonalds as well
_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_UMLAUTS = str.maketrans("äöüÄÖÜ", "aouAOU")
_NORDIC = str.maketrans({"ø": "oe", "Ø": "Oe", "å": "aa", "Å": "Aa"})
_SIMPLE = re.compile("[A-Za-z]+(?: [A-Za-z]+)*")
# What is folded by writing it small.
_PLAIN = re.compile("[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_CAPITAL = re.compile("[A-Z]")
_BLANK = re.compile(" +")
_NUMERAL = re.compile(r"[IVX]+\.?|\W*\w?\W*")  # Elisabeth II., Claudia B.: no surname
_SPACES = re.compile(" {2,}")


class Role(StrEnum):
    """What a pattern is to its entity."""

    NAME = "name"
    SHORT = "short"
    DECOY = "decoy"


class Target(NamedTuple):
    """What a pattern stands for.

    `capitals` are the places in the pattern that must be upper case, `smalls` those that must not
    (only where the name says `exact`), `gaps` the places between its words and what the name has
    there. `joined` spellings count in hashtags, handles and domains alone.
    """

    entity: int
    kind: EntityKind
    role: Role
    name: str
    display: str
    form: Form
    case: Case
    capitals: tuple[int, ...]
    smalls: tuple[int, ...]
    gaps: tuple[tuple[int, int, str], ...]
    joined: bool
    acronym: bool
    words: int


class Spelling(NamedTuple):
    """A way to write a name, and the number of the layout that made a pattern of it."""

    entity: int
    role: Role
    name: Name
    display: str
    form: Form
    layout: int


class Targets:
    """What each pattern stands for, by its number; worked out when it is first asked for."""

    __slots__ = ("_entities", "_known", "_spellings")

    def __init__(self, entities: Sequence[Entity], spellings: Sequence[Sequence[Spelling]]) -> None:
        self._entities = entities
        self._spellings = spellings
        self._known: dict[int, tuple[Target, ...]] = {}

    def __len__(self) -> int:
        return len(self._spellings)

    def __getitem__(self, pattern: int) -> tuple[Target, ...]:
        if (known := self._known.get(pattern)) is None:
            known = self._known[pattern] = self._worked_out(self._spellings[pattern])
        return known

    def _worked_out(self, spellings: Sequence[Spelling]) -> tuple[Target, ...]:
        targets: list[Target] = []
        for each in spellings:
            target = _target(self._entities[each.entity].kind, each)
            if not any(_same(target, other) for other in targets):
                targets.append(target)
        return tuple(targets)


class Cue(NamedTuple):
    """A context word of an entity, and what it means to it."""

    entity: int
    reason: MatchReason
    text: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that is looked for: `targets[n]` and `cues[n]` are what pattern `n` stands for.

    Cues are in the order of their entities.
    """

    entities: tuple[Entity, ...]
    names: Automaton
    targets: Targets
    words: Automaton
    cues: tuple[tuple[Cue, ...], ...]
    own_given: tuple[frozenset[str], ...]
    related: tuple[tuple[int, ...], ...]


def build_lexicon(entities: Sequence[Entity]) -> Lexicon:
    """Compile entities; those with the same id must have been made one before."""
    with _uncollected():
        return _build(entities)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the search for cycles: nothing made here has any, and looking takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(entities: Sequence[Entity]) -> Lexicon:
    spellings: dict[str, tuple[Spelling, ...]] = {}
    cues: dict[str, tuple[Cue, ...]] = {}
    own_given = tuple([frozenset(_own_given(entity)) for entity in entities])
    for number, entity in enumerate(entities):
        for pattern, spelling in spelled(number, entity):
            spellings[pattern] = (*spellings.get(pattern, ()), spelling)
        for cue in _cues(number, entity, own_given[number]):
            word = pattern_of(blanked(fold(cue.text).text))
            cues[word] = (*cues.get(word, ()), cue)
    cues.pop("", None)
    return Lexicon(
        entities=tuple(entities),
        names=Automaton(tuple(spellings)),
        targets=Targets(entities, tuple(spellings.values())),
        words=Automaton(tuple(cues)),
        cues=tuple(cues.values()),
        own_given=own_given,
        related=_related(entities),
    )


@lru_cache(maxsize=16384)
def folded_words(text: str) -> Sequence[str]:
    """Return the words of a name, folded."""
    if _PLAIN.fullmatch(text):
        return tuple(text.lower().split())
    return tuple(blanked(fold(text).text).split())


def bare_words(text: str) -> Sequence[str]:
    """Return the words of a name, folded, without an article before them."""
    words = folded_words(text)
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def surnames(name: str) -> Sequence[str]:
    """Return a full name's surname with its particles, and without them; nothing for one word."""
    words = name.split()
    if len(words) < 2:  # noqa: PLR2004  (a given name and a surname)
        return ()
    first = len(words) - 1
    while first > 1 and words[first - 1].lower() in PARTICLES:
        first -= 1
    if _NUMERAL.fullmatch(words[-1]):
        return ()
    return sorted({" ".join(words[first:]), words[-1]}, key=len, reverse=True)


def _same(one: Target, other: Target) -> bool:
    """Return whether two targets of one pattern admit the same texts for the same entity."""
    return one.entity == other.entity and one.role is other.role and _admits(one) == _admits(other)


def _admits(target: Target) -> tuple[object, ...]:
    return target.joined, target.case, target.capitals, target.gaps


def _own_given(entity: Entity) -> Iterator[str]:
    """Yield the given names that an entity's own full names hold; only persons have them."""
    if entity.kind is not EntityKind.PERSON:
        return
    for name in entity.names:
        for surname in surnames(name.text)[:1]:
            given = name.text.removesuffix(surname).strip()
            for form in (given, *made_forms(given, EntityKind.PERSON)):
                yield from folded_words(form)


def spelled(number: int, entity: Entity) -> Iterator[tuple[str, Spelling]]:
    """Yield the patterns of an entity, each with the spelling that it was made from."""
    kind = entity.kind
    for name in entity.names:
        for display, form in _spellings(name.text, kind):
            yield from _patterns(number, Role.NAME, name, display, form)
        if " " in name.text:
            yield from _patterns(number, Role.NAME, name, "".join(name.text.split()), Form.HANDLE)
        for surname in surnames(name.text) if kind is EntityKind.PERSON else ():
            for display, form in _spellings(surname, kind):
                yield from _patterns(number, Role.SHORT, name, display, form)
    for decoy in entity.decoys:
        for display, form in _spellings(decoy, kind):
            yield from _patterns(number, Role.DECOY, Name(text=decoy), display, form)


def _spellings(text: str, kind: EntityKind) -> Iterator[tuple[str, Form]]:
    """Yield the ways to write a name, each once, the plain one first."""
    spellings = {text: Form.EXACT}
    if " " in text and kind is not EntityKind.PERSON:
        spellings |= dict.fromkeys(adjective_forms(text), Form.INFLECTED)
    if not text.islower():
        spellings.setdefault(_CAMEL.sub(" ", text), Form.FOLDED)
    if " " in text:
        spellings.setdefault(_joined_particles(text), Form.FOLDED)
    if kind is not EntityKind.PERSON and not _is_of_given_name(text):
        spellings.setdefault(_POSSESSIVE.sub("s", text), Form.FOLDED)
    if not text.isascii():
        for made in made_forms(text, kind):
            spellings.setdefault(made, Form.INFLECTED)
    yield from spellings.items()
    for display, form in spellings.items() if not text.isascii() else ():
        for table in (_UMLAUTS, _NORDIC):
            spelled = display.translate(table)
            if spelled not in spellings:
                yield spelled, Form.FOLDED if form is Form.EXACT else form


def _is_of_given_name(text: str) -> bool:
    """Return whether a name is somebody's by his given name: Wendy's, whose "Wendys" is anybody's."""
    return bool(_POSSESSIVE.search(text)) and folded_words(text)[0] in GIVEN_NAMES


def _joined_particles(text: str) -> str:
    """Return a name with its capitalized particles joined to what follows ("De Santis")."""
    parts = text.split()
    for place in range(len(parts) - 2, -1, -1):
        if parts[place].lower() in PARTICLES and parts[place][0].isupper():
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return " ".join(parts)


def _patterns(
    number: int, role: Role, name: Name, display: str, form: Form
) -> Iterator[tuple[str, Spelling]]:
    """Yield the patterns of one spelling."""
    if name.case is not Case.EXACT and _SIMPLE.fullmatch(display):
        yield " " + display.lower(), Spelling(number, role, name, display, form, 0)
        return
    for place, layout in enumerate(_layouts(display, exact=name.case is Case.EXACT)):
        yield layout.pattern, Spelling(number, role, name, display, form, place)


def _target(kind: EntityKind, spelling: Spelling) -> Target:
    """Return what a pattern that was made from a spelling stands for."""
    name, display, joined = spelling.name, spelling.display, spelling.form is Form.HANDLE
    decoy = spelling.role is Role.DECOY
    layout = list(_layouts(display, exact=name.case is Case.EXACT))[spelling.layout]
    return Target(
        entity=spelling.entity,
        kind=kind,
        role=spelling.role,
        name=name.text,
        display=display,
        form=spelling.form,
        case=Case.ANY if joined else name.case,
        capitals=layout.capitals,
        smalls=layout.smalls,
        gaps=layout.gaps,
        joined=joined,
        acronym=display.isupper() and _is_acronym(display),
        words=len(folded_words(name.text) if decoy else bare_words(name.text)),
    )


class _Layout(NamedTuple):
    """A pattern, and where in it there are capitals, small letters, and gaps between words."""

    pattern: str
    capitals: tuple[int, ...]
    smalls: tuple[int, ...]
    gaps: tuple[tuple[int, int, str], ...]


def _layouts(display: str, *, exact: bool) -> Iterator[_Layout]:
    """Yield the ways to lay out a spelling: as written, and without doubled or around-`&` blanks."""
    if not exact and _SIMPLE.fullmatch(display):
        capitals = [found.start() for found in _CAPITAL.finditer(display)]
        gaps = [(found.start(), found.end(), " ") for found in _BLANK.finditer(display)]
        yield _Layout(" " + display.lower(), tuple(capitals), (), tuple(gaps))
        return
    folded = fold(display)
    plain = blanked(folded.text)
    origins = list(folded.offsets)
    # Of a letter that folds to two (Ö, Œ) the first alone has its case.
    firsts = [display[place] if place != last else "" for last, place in pairwise((-1, *origins))]
    written = [first for each, first in zip(plain, firsts, strict=True) if each != " "]
    for pattern in _spaced(plain.strip(), folded.text):
        places = [place for place, each in enumerate(pattern) if each != " "]
        cased = list(zip(places, written, strict=True))
        yield _Layout(
            pattern_of(pattern),
            tuple([place for place, each in cased if each.isupper()]),
            tuple([place for place, each in cased if each.islower()]) if exact else (),
            tuple(_gaps(pattern, plain, folded.text)) if " " in pattern else (),
        )


def _is_acronym(display: str) -> bool:
    """Return whether capitals may be written as a word (Nato), and are none of another kind (MAN, man)."""
    word = display.capitalize()
    return len(display) >= LEAST_ACRONYM and (is_noun(word) or not is_word(word, "de"))


def _spaced(plain: str, folded_text: str) -> Sequence[str]:
    """Return the ways in which a blanked name may be spaced, each once; none for a name without words."""
    if "  " not in plain and "&" not in folded_text and "+" not in folded_text:
        return (plain,) if plain else ()
    single = _SPACES.sub(" ", plain)
    wide = single.replace(" ", "   ") if plain == single or "&" in folded_text else single
    return tuple(dict.fromkeys((plain, single, wide)))


def _gaps(pattern: str, plain: str, folded_text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the words of a pattern part, and what the name has there."""
    core = plain.strip()
    first = plain.index(core)
    own = [folded_text[first + gap.start() : first + gap.end()] for gap in _BLANK.finditer(core)]
    for found, separator in zip(_BLANK.finditer(pattern), own, strict=True):
        yield found.start(), found.end(), separator


def _cues(number: int, entity: Entity, own_given: frozenset[str]) -> Iterator[Cue]:
    for reason, texts in (
        (MatchReason.CONTEXT, entity.context),
        (MatchReason.NOT_CONTEXT, entity.not_context),
        (MatchReason.REQUIRED_MISSING, entity.require),
    ):
        yield from (Cue(number, reason, text) for text in texts)
    if entity.kind not in (EntityKind.PERSON, EntityKind.OTHER):
        return
    for surname in _bare_surnames(entity):
        bearers = BEARERS.get(surname)
        if bearers and not bearers.given & own_given:
            yield from (Cue(number, MatchReason.NOT_CONTEXT, word) for word in _unclaimed(bearers, entity))


def _unclaimed(bearers: Bearers, entity: Entity) -> Iterator[str]:
    """Yield what goes with well-known namesakes and is no context of the entity itself."""
    own = {word for text in (*entity.context, *entity.require) for word in folded_words(text)}
    yield from (word for word in bearers.words if not own.intersection(folded_words(word)))


def _bare_surnames(entity: Entity) -> Iterator[str]:
    """Yield the single words by which a person, or an entity of no kind, can be named; each once."""
    person = entity.kind is EntityKind.PERSON
    named = [name.text.split() for name in entity.names]
    last = [word for words in named if person or len(words) == 1 for word in words[-1:]]
    yield from dict.fromkeys("".join(folded_words(word)) for word in last)


def _related(entities: Sequence[Entity]) -> tuple[tuple[int, ...], ...]:
    """Return, for each entity, the others that either of the two calls related, by their ids."""
    numbers: Mapping[str, int] = {entity.id: number for number, entity in enumerate(entities)}
    known: dict[int, set[int]] = {}
    for number, entity in enumerate(entities):
        for other in (numbers[each] for each in entity.related if each in numbers):
            if other != number:
                known.setdefault(number, set()).add(other)
                known.setdefault(other, set()).add(number)
    ordered = {
        number: tuple(sorted(each, key=lambda other: entities[other].id)) for number, each in known.items()
    }
    return tuple([ordered.get(number, ()) for number in range(len(entities))])
