"""`monitor context`: what was learned of the entities, to be looked at and edited."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from monitor.config.values import did_you_mean
from monitor.errors import UsageError
from monitor.matching.learned import WEIGHT, content_words, learned_words
from monitor.matching.spans import pages_of
from monitor.model import Entity, EntityId, LearnedContext, LearnedWord, Learning, Zones
from monitor.ports import Store
from monitor.tables import Shown, Table

SPEAKS = WEIGHT  # what a word weighs that is added by hand
_FEW = 6


def show_contexts(entities: Mapping[EntityId, Entity], contexts: Mapping[EntityId, LearnedContext]) -> Shown:
    """Return, for each entity that learns or has learned, from how much, and its heaviest words."""
    shown = {
        key: _plain(entities[key], contexts.get(key, LearnedContext()))
        for key in entities
        if key in contexts or entities[key].learn is not Learning.OFF
    }
    rows = [
        (
            each["entity"],
            _mode(each),
            f"{each['accepted']} from {each['accepted_outlets']}",
            f"{each['refused']} from {each['refused_outlets']}",
            ", ".join(f"{word['word']} {word['weight']:+.2f}" for word in each["words"][:_FEW]) or "none",
        )
        for each in shown.values()
    ]
    columns = ("entity", "learns", "accepted", "refused", "words")
    empty = "no entity learns; write 'learn: on' under 'matching', or at an entity"
    return Shown(plain=list(shown.values()), tables=(Table(columns=columns, rows=rows, empty=empty),))


def show_context(entity: Entity, context: LearnedContext) -> Shown:
    """Return every word that speaks for or against an entity, with its weight and counts."""
    plain = _plain(entity, context)
    rows = [
        (
            each["word"],
            "dropped" if not each["weight"] else "for" if each["weight"] > 0 else "against",
            f"{each['weight']:+.2f}",
            f"{each['accepted']} of {plain['accepted']}",
            f"{each['refused']} of {plain['refused']}",
            "by hand" if each["edited"] else "learned",
        )
        for each in plain["words"]
    ]
    title = f"{entity.id}: {_mode(plain)}"
    columns = ("word", "speaks", "weight", "accepted", "refused", "from")
    empty = (
        "no word speaks yet: that takes at least three articles with its full name and three refused ones, "
        f"each from two outlets; there are {plain['accepted']} and {plain['refused']}"
    )
    return Shown(plain=plain, tables=(Table(title=title, columns=columns, rows=rows, empty=empty),))


def entity_named(name: str, entities: Mapping[EntityId, Entity]) -> Entity:
    """Return an entity of the configuration.

    Raises:
        UsageError: there is none of that id.
    """
    entity = entities.get(EntityId(name))
    if entity is None:
        raise UsageError(f"there is no entity '{name}'{did_you_mean(name, entities)}")
    return entity


def change_context(store: Store, entity: Entity, change: Mapping[str, Any]) -> Shown:
    """Change what is remembered of an entity, by fields, and return it as it is now."""
    with store.transaction() as tx:
        context = replace(tx.contexts([entity.id])[entity.id], **change)
        tx.save_contexts({entity.id: context})
    return show_context(entity, context)


def edit_words(store: Store, entity: Entity, written: Iterable[str], weight: float) -> Shown:
    """Give words a weight by hand, 0 for words that must not speak.

    Raises:
        UsageError: a word tells nothing.
    """
    edits = {_dictionary_form(word): weight for word in written}
    with store.transaction() as tx:
        context = tx.contexts([entity.id])[entity.id]
        context = replace(context, edits={**context.edits, **edits})
        tx.save_contexts({entity.id: context})
    return show_context(entity, context)


def export_contexts(entities: Mapping[EntityId, Entity], contexts: Mapping[EntityId, LearnedContext]) -> str:
    """Return the words that speak as `context` and `not_context` of a configuration, in YAML."""
    lines: list[str] = []
    for key, context in sorted(contexts.items()):
        found = learned_words(context, entities[key])
        spoken = [*_listed(found, 1, "context"), *_listed(found, -1, "not_context")]
        lines += [f"  {json.dumps(key)}:", *spoken] if spoken else []
    return "\n".join(["entities:", *lines]) + "\n" if lines else "entities: {}\n"


def _listed(found: Sequence[LearnedWord], sign: int, key: str) -> Iterable[str]:
    words = [each.word for each in found if each.weight * sign > 0]
    return [f"    {key}: {json.dumps(words, ensure_ascii=False)}"] if words else []


def _dictionary_form(word: str) -> str:
    """Return a word as lessons hold it: of German where it is capitalized, else of English."""
    language = "de" if word[:1].isupper() else "en"
    found = content_words(pages_of(Zones(title=word, text="")), language)
    if len(found) == 0 or " " in word.strip():
        raise UsageError(f"'{word}' cannot speak; write one telling word, such as a noun")
    return found[0]


def _plain(entity: Entity, context: LearnedContext) -> dict[str, Any]:
    sides = {side: [each for each in context.lessons if each.refused is side] for side in (False, True)}
    return {
        "entity": entity.id,
        "learn": entity.learn.value,
        "frozen": context.frozen or entity.learn is Learning.FROZEN,
        "accepted": len(sides[False]),
        "accepted_outlets": len({each.outlet for each in sides[False]}),
        "refused": len(sides[True]),
        "refused_outlets": len({each.outlet for each in sides[True]}),
        "words": [
            {
                "word": each.word,
                "weight": each.weight,
                "accepted": each.accepted,
                "refused": each.refused,
                "edited": each.edited,
            }
            for each in learned_words(context, entity)
        ],
    }


def _mode(plain: Mapping[str, Any]) -> str:
    return "off" if plain["learn"] == Learning.OFF else "frozen" if plain["frozen"] else "on"
