"""What is learned of entities: kept with the article that taught it, changed by one at a time."""

import threading
from dataclasses import replace

import pytest

from monitor.adapters.store import SqlStore
from monitor.errors import LeaseLost
from monitor.matching.learned import with_lesson
from monitor.matching.matcher import build_matcher
from monitor.model import (
    Entity,
    EntityId,
    EntityKind,
    LearnedContext,
    Learning,
    Lesson,
    Name,
)
from monitor.steps.rules import Rules
from monitor.upkeep import Recalled, having_recalled, recall
from tests.contract.store_rows import LEASE, announce, claim_entry, entry, processed, story

AMAZON, DESANTIS = EntityId("amazon"), EntityId("desantis")
KNOWN = LearnedContext(
    lessons=(Lesson(outlet="a.example", refused=True, words=("Geschäft", "\ud83d")),),
    edits={"Chip": 0.5, "Montag": 0.0},
    frozen=True,
)


def remember(store: SqlStore, **contexts: LearnedContext) -> None:
    with store.transaction() as tx:
        tx.save_contexts({EntityId(name): context for name, context in contexts.items()})


def lesson(number: int) -> Lesson:
    return Lesson(outlet=f"o{number}", refused=False, words=tuple(f"w{number}x{each}" for each in range(5)))


def test_what_was_learned_comes_back_as_it_was(store: SqlStore) -> None:
    remember(store, amazon=KNOWN)

    with store.transaction() as tx:
        assert {AMAZON: KNOWN, DESANTIS: LearnedContext()} == tx.contexts([AMAZON, DESANTIS])
    assert {AMAZON: KNOWN} == store.contexts([AMAZON])


def test_the_digest_of_a_context_changes_with_it_and_an_empty_one_is_forgotten(store: SqlStore) -> None:
    remember(store, amazon=KNOWN, desantis=KNOWN)
    first = store.context_digests()
    remember(store, amazon=replace(KNOWN, frozen=False))
    second = store.context_digests()
    remember(store, amazon=KNOWN, desantis=LearnedContext())

    assert first[AMAZON] == first[DESANTIS] == second[DESANTIS]
    assert second[AMAZON] != first[AMAZON]
    assert {AMAZON: first[AMAZON]} == store.context_digests()


def test_hundreds_of_contexts_are_read_at_once(store: SqlStore) -> None:
    names = [EntityId(f"e{number}") for number in range(501)]
    with store.transaction() as tx:
        tx.save_contexts({name: LearnedContext(edits={name: 0.5}) for name in names})

    found = store.contexts(names)

    assert [{name: 0.5} for name in names] == [found[name].edits for name in names]


def test_a_lesson_is_written_with_its_article_or_not_at_all(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claim = claim_entry(store, "a")
    taught = {AMAZON: KNOWN}
    with store.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, story("a"), contexts=taught), {})

    lost = replace(claim, token="another")
    with pytest.raises(LeaseLost), store.transaction() as tx:
        tx.save_processed(lost, processed(entry("b"), story("b"), contexts={DESANTIS: KNOWN}), {})

    assert {AMAZON} == set(store.context_digests())


def test_lessons_that_come_at_once_are_all_remembered(store: SqlStore) -> None:
    remember(store, amazon=LearnedContext(edits={"Chip": 0.5}), desantis=LearnedContext(edits={"Chip": 0.5}))
    start = threading.Barrier(8)

    def teach(number: int) -> None:
        start.wait(20)
        with store.transaction() as tx:
            known = tx.contexts([(AMAZON, DESANTIS)[number % 2], (DESANTIS, AMAZON)[number % 2]])
            tx.save_contexts({each: with_lesson(context, lesson(number)) for each, context in known.items()})

    threads = [threading.Thread(target=teach, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(LEASE.total_seconds())

    found = store.contexts([AMAZON, DESANTIS])
    assert {f"o{number}" for number in range(8)} == {each.outlet for each in found[AMAZON].lessons}
    assert 8 == len(found[DESANTIS].lessons)


def test_the_first_two_lessons_of_an_entity_that_come_at_once_are_both_remembered(store: SqlStore) -> None:
    read = threading.Event()

    def teach_too() -> None:
        with store.transaction() as tx:
            before = tx.contexts([AMAZON])[AMAZON]
            read.set()
            tx.save_contexts({AMAZON: with_lesson(before, lesson(1))})

    with store.transaction() as tx:
        before = tx.contexts([AMAZON])[AMAZON]
        other = threading.Thread(target=teach_too)
        other.start()
        # Whoever may read now writes over what is written here, or is written over.
        early = read.wait(1)
        tx.save_contexts({AMAZON: with_lesson(before, lesson(0))})
    other.join(LEASE.total_seconds())

    assert not early
    assert {"o0", "o1"} == {each.outlet for each in store.contexts([AMAZON])[AMAZON].lessons}


# ---- recalling -------------------------------------------------------------------------------------


def watched(learn: Learning, name: str = "amazon") -> Entity:
    names = (Name(text="Amazon"),)
    return Entity(id=EntityId(name), kind=EntityKind.ORGANIZATION, names=names, learn=learn)


def rules(*entities: Entity) -> Rules:
    return Rules(
        feeds={},
        entities={each.id: each for each in entities},
        watchlists=(),
        receivers={},
        matcher=build_matcher(entities),
        user_agent="test",
    )


@pytest.mark.parametrize(
    ("learn", "words"), [(Learning.ON, ["Chip"]), (Learning.FROZEN, ["Chip"]), (Learning.OFF, [])]
)
def test_what_was_learned_speaks_unless_learning_is_off(
    store: SqlStore, learn: Learning, words: list[str]
) -> None:
    remember(store, amazon=LearnedContext(edits={"Chip": 0.5}), other=KNOWN)
    by = rules(watched(learn))

    recalled = recall(store, by, Recalled())

    assert words == [each.word for each in recalled.words.get(AMAZON, ())]
    assert bool(words) == bool(having_recalled(by, recalled).matcher.learned)


def test_only_what_changed_is_worked_out_anew_and_what_was_forgotten_is_gone(store: SqlStore) -> None:
    by = rules(watched(Learning.ON), watched(Learning.ON, "desantis"), watched(Learning.ON, "third"))
    remember(store, amazon=KNOWN, desantis=KNOWN)
    first = recall(store, by, Recalled())
    remember(store, amazon=LearnedContext(), third=LearnedContext(edits={"Cloud": 0.5}))

    second = recall(store, by, first)

    assert second.words[DESANTIS] is first.words[DESANTIS]
    assert {"desantis", "third"} == set(second.words) == set(second.digests)
    assert second == recall(store, by, Recalled())
