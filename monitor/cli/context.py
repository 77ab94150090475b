"""Commands about what was learned of the entities."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.shared import ConfigOption, EntityArgument, JsonOption, group, load, opened, tell
from monitor.terminal import write

if TYPE_CHECKING:
    from monitor.adapters.store import SqlStore
    from monitor.model import EntityId, LearnedContext

context = group("See and edit what was learned of the entities.")

WordsArgument = Annotated[list[str], typer.Argument(help="Words, one or several.")]


@context.command("list")
def context_list(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what was learned of the entities, and from how many articles."""
    from monitor.ops.context import show_contexts

    loaded = load(config, tests=False)
    entities = {entity.id: entity for entity in loaded.entities}
    with opened(loaded) as store:
        tell(show_contexts(entities, _contexts(store, entities)), as_json)


@context.command("show")
def context_show(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every word that speaks for or against an entity."""
    from monitor.ops.context import entity_named, show_context

    loaded = load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with opened(loaded) as store:
        tell(show_context(of, store.contexts([of.id])[of.id]), as_json)


@context.command("add")
def context_add(
    entity: EntityArgument,
    words: WordsArgument,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    against: Annotated[bool, typer.Option("--against", help="They speak against the entity.")] = False,
) -> None:
    """Have words speak for an entity, whatever is learned."""
    from monitor.ops.context import SPEAKS

    _edit_words(config, entity, words, -SPEAKS if against else SPEAKS, as_json)


@context.command("drop")
def context_drop(
    entity: EntityArgument, words: WordsArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Have words say nothing of an entity, whatever is learned."""
    _edit_words(config, entity, words, 0.0, as_json)


@context.command("freeze")
def context_freeze(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Learn nothing more of an entity; its words speak as they stand."""
    _change_context(config, entity, {"frozen": True}, as_json)


@context.command("unfreeze")
def context_unfreeze(
    entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Go on learning of an entity."""
    _change_context(config, entity, {"frozen": False}, as_json)


@context.command("forget")
def context_forget(entity: EntityArgument, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Forget all that was learned of an entity, edits too."""
    _change_context(config, entity, {"frozen": False, "lessons": (), "edits": {}}, as_json)


@context.command("export")
def context_export(config: ConfigOption = None) -> None:
    """Print what was learned as `context` and `not_context` of a configuration, in YAML."""
    from monitor.ops.context import export_contexts

    loaded = load(config, tests=False)
    entities = {entity.id: entity for entity in loaded.entities}
    with opened(loaded) as store:
        write(export_contexts(entities, _contexts(store, entities)))


def _contexts(store: "SqlStore", entities: "Collection[EntityId]") -> "Mapping[EntityId, LearnedContext]":
    return store.contexts([entity for entity in store.context_digests() if entity in entities])


def _edit_words(config: Path | None, entity: str, words: list[str], weight: float, as_json: bool) -> None:
    from monitor.ops.context import edit_words, entity_named

    loaded = load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with opened(loaded) as store:
        tell(edit_words(store, of, words, weight), as_json)


def _change_context(config: Path | None, entity: str, change: Mapping[str, Any], as_json: bool) -> None:
    from monitor.ops.context import change_context, entity_named

    loaded = load(config, tests=False)
    of = entity_named(entity, {each.id: each for each in loaded.entities})
    with opened(loaded) as store:
        tell(change_context(store, of, change), as_json)
