"""What an operator sees of what was learned, and how it is edited; on a store of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.store import SqlStore, open_store
from monitor.config.load import load_config
from monitor.errors import UsageError
from monitor.model import Entity, EntityId, EntityKind, LearnedContext, Learning, Lesson, Name
from monitor.ops.context import (
    SPEAKS,
    change_context,
    edit_words,
    entity_named,
    export_contexts,
    show_context,
    show_contexts,
)

DESANTIS = Entity(
    id=EntityId("desantis"), kind=EntityKind.PERSON, names=(Name(text="Peter DeSantis"),), learn=Learning.ON
)
ENTITIES = {DESANTIS.id: DESANTIS}


def lesson(number: int, word: str, *, refused: bool) -> Lesson:
    own = tuple(f"{word}{number}w{each}" for each in range(9))
    return Lesson(outlet=f"o{number % 2}", refused=refused, words=(word, *own))


TAUGHT = LearnedContext(
    lessons=(
        *(lesson(number, "Chip", refused=False) for number in range(4)),
        *(lesson(number, "Strand", refused=True) for number in range(4)),
    )
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="test")
    with opened.transaction() as tx:
        tx.save_contexts({DESANTIS.id: TAUGHT})
    yield opened
    opened.close()


def weights(plain: Any) -> dict[str, float]:
    return {each["word"]: each["weight"] for each in plain["words"]}


def test_every_word_is_shown_with_its_weight_and_the_articles_it_follows_from() -> None:
    shown = show_context(DESANTIS, TAUGHT)

    assert {
        ("Chip", "for", "+0.50", "4 of 4", "0 of 4", "learned"),
        ("Strand", "against", "-0.50", "0 of 4", "4 of 4", "learned"),
    } == set(shown.tables[0].rows)
    assert {"Chip": 0.5, "Strand": -0.5} == weights(shown.plain)


def test_an_entity_is_listed_where_it_learns_or_has_learned() -> None:
    off = replace(DESANTIS, id=EntityId("off"), learn=Learning.OFF)
    stale = replace(off, id=EntityId("stale"))
    fresh = replace(DESANTIS, id=EntityId("fresh"), learn=Learning.FROZEN)
    entities = {each.id: each for each in (DESANTIS, off, stale, fresh)}

    shown = show_contexts(entities, {DESANTIS.id: TAUGHT, stale.id: TAUGHT})

    assert [
        ("desantis", "on", "4 from 2", "4 from 2", "Chip +0.50, Strand -0.50"),
        ("stale", "off", "4 from 2", "4 from 2", "Chip +0.50, Strand -0.50"),
        ("fresh", "frozen", "0 from 0", "0 from 0", "none"),
    ] == list(shown.tables[0].rows)


def test_where_nothing_speaks_it_is_told_what_is_lacking() -> None:
    few = replace(TAUGHT, lessons=TAUGHT.lessons[:3])

    assert "there are 3 and 0" in show_context(DESANTIS, few).tables[0].empty


def test_words_are_added_dropped_and_forgotten_and_come_back_from_the_store(store: SqlStore) -> None:
    edit_words(store, DESANTIS, ["Rechenzentren"], SPEAKS)
    edit_words(store, DESANTIS, ["beaches"], -SPEAKS)
    shown = edit_words(store, DESANTIS, ["Chips"], 0.0)

    assert {"Rechenzentrum": 0.5, "Strand": -0.5, "beach": -0.5, "Chip": 0.0} == weights(shown.plain)
    assert ("Chip", "dropped", "+0.00", "4 of 4", "0 of 4", "by hand") in shown.tables[0].rows
    again = show_context(DESANTIS, store.contexts([DESANTIS.id])[DESANTIS.id])
    assert shown == again
    gone = change_context(store, DESANTIS, {"frozen": False, "lessons": (), "edits": {}})
    assert {} == weights(gone.plain)
    assert {} == store.context_digests()


def test_what_is_frozen_says_so(store: SqlStore) -> None:
    assert "desantis: frozen" == change_context(store, DESANTIS, {"frozen": True}).tables[0].title
    assert "desantis: on" == change_context(store, DESANTIS, {"frozen": False}).tables[0].title


@pytest.mark.parametrize("word", ["der", "zwei Worte", "42", ""])
def test_a_word_that_tells_nothing_cannot_be_added(store: SqlStore, word: str) -> None:
    with pytest.raises(UsageError, match="write one telling word"):
        edit_words(store, DESANTIS, [word], SPEAKS)


def test_an_unknown_entity_is_told_with_what_may_be_meant() -> None:
    assert DESANTIS == entity_named("desantis", ENTITIES)
    with pytest.raises(UsageError, match="did you mean 'desantis'"):
        entity_named("dessantis", ENTITIES)


def test_the_export_is_a_piece_of_a_configuration(tmp_path: Path) -> None:
    file = tmp_path / "learned.yaml"
    context = replace(TAUGHT, edits={"Montag": 0.0})
    text = export_contexts(ENTITIES, {DESANTIS.id: context})
    file.write_text(text.replace("    context", "    names: Peter DeSantis\n    context"), encoding="utf-8")

    (entity,) = load_config(file, {}).entities

    assert (("Chip",), ("Strand",)) == (entity.context, entity.not_context)
    assert "entities: {}\n" == export_contexts(ENTITIES, {DESANTIS.id: LearnedContext(frozen=True)})
