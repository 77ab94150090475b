"""Which names will be hard to tell from other things, and what to write instead?

Told when a configuration is read; nothing of it is an error. A suggestion is a piece of the configuration;
what only the user can know stands in it in capitals.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.german import is_ordinary
from monitor.matching.lexicon import folded_words
from monitor.matching.scripts import is_dense
from monitor.matching.words.bearers import BEARERS
from monitor.matching.words.everyday import ENGLISH_WORDS, GERMAN_WORDS, PLACES
from monitor.matching.words.given import GIVEN_NAMES
from monitor.model import Case, Entity, EntityId, EntityKind, Name

_LEAST_LETTERS = 4
_SHORT_ACRONYM = 3
_MOST_LISTED = 5
_LONGEST_ASKED = 5
_BEFORE_PLACES = ("Stadt", "Landkreis", "Region")


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWarning:
    """What is doubtful about a name, and what to do; both fit to be printed after the name."""

    entity: EntityId
    name: str
    problem: str
    suggestion: str


def lint(entities: Sequence[Entity]) -> Sequence[NameWarning]:
    """Return a warning for each name that needs help and has none, in the order of the entities."""
    owners = _owners(entities)
    return [
        NameWarning(entity=entity.id, name=name.text, problem=problem, suggestion=suggestion)
        for entity in entities
        for name in entity.names
        for problem, suggestion in _doubts(entity, name.text, owners)
    ]


def _owners(entities: Sequence[Entity]) -> Mapping[str, Sequence[Entity]]:
    """Return the entities that each name, folded, belongs to."""
    owners: dict[str, list[Entity]] = defaultdict(list)
    for entity in entities:
        for folded in dict.fromkeys(" ".join(folded_words(name.text)) for name in entity.names):
            owners[folded].append(entity)
    return owners


def _doubts(entity: Entity, name: str, owners: Mapping[str, Sequence[Entity]]) -> Iterator[tuple[str, str]]:
    words = folded_words(name)
    if not words:
        yield "holds no letter and no digit", "write a name that can stand in a text"
        return
    rivals = [other for other in owners[" ".join(words)] if other.id != entity.id]
    if rivals:
        yield from _shared(entity, rivals)
    helped = entity.context or entity.require
    if len(words) == 1 and not helped:
        yield from _weak(entity, name, words[0])


def _shared(entity: Entity, rivals: Sequence[Entity]) -> Iterator[tuple[str, str]]:
    """Yield that a name is of others, too, until all have context, and sentences that show how it parts."""
    owners, shown = (entity, *rivals), ", ".join(other.id for other in rivals[:_MOST_LISTED])
    if not all(each.context or each.require for each in owners):
        yield f"also belongs to {shown}", f"{_paste('context: [WORD, WORD]')} at each of them"
    elif not all(each.tests_match and each.tests_no_match for each in owners):
        tests = _paste("tests: {match: [SENTENCE], no_match: [SENTENCE OF THE OTHER]}")
        yield f"also belongs to {shown}, told apart only by context", f"{tests} at each of them"


def _weak(entity: Entity, name: str, folded: str) -> Iterator[tuple[str, str]]:
    """Yield what is doubtful about a single word without context; the gravest alone."""
    if _is_ordinary(name, folded):
        yield "is an ordinary word", _paste("context: [WORD, WORD]", "not: [OTHER THING]")
    elif folded in GIVEN_NAMES:
        yield "is a given name", _paste("kind: person", _names(entity, name, f"{name} SURNAME"))
    elif folded in PLACES and entity.kind is not EntityKind.PLACE:
        decoys = ", ".join(f"{each} {name}" for each in _BEFORE_PLACES)
        yield "is a place", _paste("context: [WORD, WORD]", f"not: [{decoys}]")
    elif problem := _too_short(name, folded):
        if is_dense(folded[0]):
            yield problem, _paste("context: [WORD, WORD]", "not: [OTHER THING]")
        elif not any(each.text == name and each.case is Case.EXACT for each in entity.names):
            yield problem, _paste(_names(entity, name, f"{{text: {_quoted(name)}, case: exact}}"))
    elif folded in BEARERS and entity.kind in (EntityKind.PERSON, EntityKind.OTHER):
        others = ", ".join(f"{given.capitalize()} {name}" for given in sorted(BEARERS[folded].given))
        yield (
            "is the surname of several well-known people",
            _paste("kind: person", _names(entity, name, f"GIVEN {name}"), f"not: [{others}]"),
        )


def _too_short(name: str, folded: str) -> str:
    """Return why a name has many readings by its length; empty where it has not."""
    if is_dense(folded[0]):
        return "is a single character" if len(folded) == 1 else ""
    if name.isupper() and len(folded) <= _SHORT_ACRONYM:
        return "is a short acronym with many readings"
    return "has fewer than four letters" if len(folded) < _LEAST_LETTERS else ""


def _is_ordinary(name: str, folded: str) -> bool:
    """Return whether a name is a word of German or English; the dictionary is asked of short ones alone.

    Of a hundred thousand names it would take seconds, and longer words are more often names.
    """
    if folded in GERMAN_WORDS or folded in ENGLISH_WORDS:
        return True
    if folded in GIVEN_NAMES:
        return False
    return len(folded) <= _LONGEST_ASKED and not name.isupper() and is_ordinary(name)


def _paste(*keys: str) -> str:
    """Return what to put into the entity, as it is written there."""
    return f"put into it: {', '.join(keys)}"


def _names(entity: Entity, doubtful: str, instead: str) -> str:
    written = [instead if each.text == doubtful else _written(each) for each in entity.names[:_MOST_LISTED]]
    return f"names: [{', '.join(written)}]"


def _written(name: Name) -> str:
    if name.case is not Case.SMART:
        return f"{{text: {_quoted(name.text)}, case: {name.case.value}}}"
    return _quoted(name.text)


def _quoted(text: str) -> str:
    """Return a text as YAML takes it in a list: plain where it is plain words."""
    plain = all(part.isalnum() for part in text.split(" "))
    return text if plain and not text.isdecimal() else json.dumps(text, ensure_ascii=False)
