"""What does the store remember of the context of entities?"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from monitor.adapters.store.dialect import lock, upsert
from monitor.adapters.store.schema import contexts
from monitor.model import EntityId, LearnedContext
from monitor.text.ids import digest63
from monitor.text.plain import to_plain

_BATCH = 500


def contexts_of(connection: Connection, entities: Collection[EntityId]) -> Mapping[EntityId, LearnedContext]:
    """Return what is remembered of entities; an empty context where nothing is."""
    known: dict[EntityId, LearnedContext] = {}
    for some in _batches(sorted(entities)):
        statement = select(contexts.c.entity, contexts.c.context).where(contexts.c.entity.in_(some))
        known |= {EntityId(row.entity): row.context for row in connection.execute(statement)}
    return {entity: known.get(entity, LearnedContext()) for entity in entities}


def lock_contexts(connection: Connection, entities: Collection[EntityId]) -> None:
    """Let nobody else change what is remembered of entities until this transaction ends.

    By their names: where nothing is remembered yet there is no row.
    """
    lock(connection, (digest63("context", entity) for entity in entities))


def save_contexts(connection: Connection, changed: Mapping[EntityId, LearnedContext]) -> None:
    """Remember contexts anew; an empty one is forgotten."""
    for entity, context in sorted(changed.items()):
        if context == LearnedContext():
            connection.execute(delete(contexts).where(contexts.c.entity == entity))
        else:
            values = {"entity": entity, "digest": _digest(context), "context": context}
            connection.execute(upsert(connection, contexts, "entity"), values)


def digests(connection: Connection) -> Mapping[EntityId, int]:
    """Return which entities something is remembered of, and a digest of it."""
    rows = connection.execute(select(contexts.c.entity, contexts.c.digest))
    return {EntityId(row.entity): row.digest for row in rows}


def _batches(entities: Sequence[EntityId]) -> Iterator[Sequence[EntityId]]:
    for first in range(0, len(entities), _BATCH):
        yield entities[first : first + _BATCH]


def _digest(context: LearnedContext) -> int:
    return digest63(json.dumps(to_plain(context)))
