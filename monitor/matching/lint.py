"""Which names will be hard to tell from other things, and what to write instead?

Told when a configuration is read; nothing of it is an error.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.lexicon import folded_words
from monitor.matching.scripts import is_dense
from monitor.matching.words.bearers import BEARERS
from monitor.matching.words.everyday import ENGLISH_WORDS, GERMAN_WORDS, PLACES
from monitor.matching.words.given import GIVEN_NAMES
from monitor.model import Entity, EntityId, EntityKind

_LEAST_LETTERS = 4
_SHORT_ACRONYM = 3
_MOST_LISTED = 5


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
    if rivals and not all(each.context or each.require for each in (entity, *rivals)):
        shown = ", ".join(other.id for other in rivals[:_MOST_LISTED])
        yield f"also belongs to {shown}", "add context to each"
    helped = entity.context or entity.require
    if len(words) == 1 and not helped:
        yield from _weak(entity, name, words[0])


def _weak(entity: Entity, name: str, folded: str) -> Iterator[tuple[str, str]]:
    """Yield what is doubtful about a single word without context; the gravest alone."""
    decoys = "add context, and what else is so called under not"
    if folded in GERMAN_WORDS or folded in ENGLISH_WORDS:
        yield "is an ordinary word", decoys
    elif folded in GIVEN_NAMES:
        yield "is a given name", "write the full name, or add context"
    elif folded in PLACES and entity.kind is not EntityKind.PLACE:
        yield "is a place", decoys
    elif name.isupper() and len(folded) <= _SHORT_ACRONYM:
        yield "is a short acronym with many readings", "add context, or case: exact"
    elif is_dense(folded[0]):
        if len(folded) == 1:
            yield "is a single character", decoys
    elif len(folded) < _LEAST_LETTERS:
        yield "has fewer than four letters", "add context, or case: exact"
    elif folded in BEARERS and entity.kind in (EntityKind.PERSON, EntityKind.OTHER):
        yield "is the surname of several well-known people", "write the full name and kind: person"
