from collections.abc import Mapping
from dataclasses import replace
from math import log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.learned import (
    LEAST_LESSONS,
    MOST_OF_OUTLET,
    MOST_OF_SIDE,
    MOST_SPEAKING,
    MOST_WORDS,
    WEIGHT,
    content_words,
    learned_words,
    lessons_of,
    with_lesson,
)
from monitor.matching.matcher import build_matcher
from monitor.matching.spans import pages_of
from monitor.model import EntityId, LearnedContext, Learning, Lesson, Zones
from tests.unit.matching.texts import entity

DESANTIS = EntityId("desantis")
WATCHED = replace(entity("desantis", "person", "Peter DeSantis", context=("AWS",)), learn=Learning.ON)
MATCHER = build_matcher([WATCHED])


def lesson(number: int, *words: str, refused: bool = False, outlet: str = "") -> Lesson:
    """Return a lesson with ten words of its own beside the given ones, so that it copies none."""
    own = tuple(f"{'r' if refused else 'a'}{number}w{each}" for each in range(10))
    return Lesson(outlet=outlet or f"o{number % 3}", refused=refused, words=(*words, *own))


def taught(*lessons: Lesson) -> LearnedContext:
    context = LearnedContext()
    for each in lessons:
        context = with_lesson(context, each)
    return context


def speaking(context: LearnedContext) -> dict[str, float]:
    return {each.word: each.weight for each in learned_words(context, WATCHED)}


FOUR_OF_EACH = [
    *(lesson(number, "Chip", "Montag") for number in range(4)),
    *(lesson(number, "Florida", "Montag", refused=True) for number in range(4)),
]


def teach(text: str, language: str | None = "de", title: str = "") -> Mapping[EntityId, Lesson]:
    zones = Zones(title=title, text=text, lead_end=len(text))
    matched = MATCHER.match(zones, language)
    return lessons_of(matched, zones, language, "news.example", {DESANTIS: WATCHED})


# ---- what an article teaches ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Peter DeSantis leitet die Sparte.", False),
        ("Ron DeSantis regiert Florida.", True),
        ("Gouverneur DeSantis regiert Florida.", True),
        ("DeSantis spricht über Chips.", None),  # only probable: whoever guesses teaches nothing
        ("DeSantis spricht bei AWS über Chips.", None),  # by configured context, not by the full name
        ("Es regnet in Florida.", None),
    ],
)
def test_only_what_is_sure_teaches(text: str, *, refused: bool | None) -> None:
    found = teach(text)

    assert ([] if refused is None else [refused]) == [each.refused for each in found.values()]


def test_a_word_in_small_letters_and_an_entity_that_does_not_learn_teach_nothing() -> None:
    zeit = replace(entity("zeit", "organization", "Die Zeit"), learn=Learning.ON)
    zones = Zones(title="", text="Es ist die zeit der Ernte.", lead_end=0)
    others = [{DESANTIS: replace(WATCHED, learn=learn)} for learn in (Learning.FROZEN, Learning.OFF)]
    named = Zones(title="", text="Peter DeSantis leitet die Sparte.")

    small = build_matcher([zeit]).match(zones, "de")

    assert small.rejected
    assert {} == lessons_of(small, zones, "de", "o", {zeit.id: zeit})
    assert [{}, {}] == [lessons_of(MATCHER.match(named, "de"), named, "de", "o", each) for each in others]


def test_what_was_learned_teaches_nothing() -> None:
    context = LearnedContext(edits={"Chip": 0.5, "Sparte": 0.5})
    matcher = MATCHER.having_learned({DESANTIS: learned_words(context, WATCHED)})
    zones = Zones(title="", text="DeSantis zeigt der Sparte einen Chip.")

    matched = matcher.match(zones, "de")

    assert any(each.reason == "learned" for match in matched.matches for each in match.evidence)
    assert {} == lessons_of(matched, zones, "de", "o", {DESANTIS: WATCHED})


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Die Aktien stiegen am Montag.", ["Aktie", "Montag"]),
        ("de", "Amazons Ge\xadschäfte, der Chips wegen", ["Amazons", "Geschäft", "Chip"]),
        ("de", "das neue Cloudgeschäft", ["Cloudgeschäft", "Cloud", "Geschäft"]),
        ("de", "ein KI-Chef und 3 TB", ["Chef"]),
        ("de", "AWSGESCHÄFTE Xyzqwertz", ["AWSGESCHÄFTE", "Xyzqwertz"]),
        ("en", "The company’s earnings were up", ["company", "earnings"]),
        ("fr", "Les actions d'Amazon", ["les", "actions", "amazon"]),
        (None, "Der Wald brennt", ["Wald"]),
    ],
)
def test_a_lesson_holds_telling_words_in_their_dictionary_forms(
    language: str | None, text: str, expected: list[str]
) -> None:
    assert expected == content_words(pages_of(Zones(title="", text=text, captions="Foto Ohio")), language)


def test_a_lesson_is_the_beginning_of_an_article() -> None:
    text = "Peter DeSantis: " + " ".join(
        f"Wort{chr(97 + each // 26)}{chr(97 + each % 26)}" for each in range(500)
    )

    assert MOST_WORDS == len(teach(text, title="Ein Titel")[DESANTIS].words)
    assert "Titel" == teach(text, title="Ein Titel")[DESANTIS].words[0]


# ---- what is remembered --------------------------------------------------------------------------


def test_a_copy_teaches_nothing_whoever_prints_it() -> None:
    once = lesson(1, "Chip", outlet="agency.example")
    copy = replace(once, outlet="paper.example", words=(*once.words[:9], "Kürzel"))

    assert taught(once) == taught(once, copy)


def test_one_outlet_fills_a_part_of_a_side_and_the_oldest_makes_room() -> None:
    others = [lesson(number, outlet=f"o{number}") for number in range(5)]
    flood = [lesson(100 + number, outlet="flood") for number in range(MOST_OF_OUTLET + 3)]

    context = taught(*others, *flood)

    assert (*others, *flood[3:]) == context.lessons


def test_a_side_is_bounded_and_the_other_side_untouched() -> None:
    refused = lesson(0, refused=True)
    many = [lesson(number, outlet=f"o{number}") for number in range(MOST_OF_SIDE + 5)]

    assert (refused, *many[5:]) == taught(refused, *many).lessons


def test_a_frozen_context_and_a_lesson_without_words_change_nothing() -> None:
    frozen = replace(taught(*FOUR_OF_EACH), frozen=True)

    assert frozen == with_lesson(frozen, lesson(9, "Chip"))
    assert LearnedContext() == with_lesson(LearnedContext(), Lesson(outlet="o", refused=False, words=()))


# ---- what was learned ----------------------------------------------------------------------------


def test_words_that_separate_speak_by_an_eighth_of_the_log_odds_ratio() -> None:
    ratio = log(4.5 * 4.5 / (0.5 * 0.5))
    error = sqrt(2 / 4.5 + 2 / 0.5)

    assert ratio / error > 1.96
    assert {"Chip": 0.5, "Florida": -0.5} == speaking(taught(*FOUR_OF_EACH))
    assert ratio / 8 > WEIGHT
    counted = learned_words(taught(*FOUR_OF_EACH), WATCHED)[0]
    assert ("Chip", 4, 0, False) == (counted.word, counted.accepted, counted.refused, counted.edited)


def test_a_weaker_word_weighs_less() -> None:
    accepted = [lesson(number, *(["Chip"] if number < 6 else [])) for number in range(10)]
    refused = [lesson(number, *(["Chip"] if number < 1 else []), refused=True) for number in range(10)]

    assert {"Chip": round(log(6.5 * 9.5 / (4.5 * 1.5)) / 8, 2)} == speaking(taught(*accepted, *refused))


def test_too_few_lessons_on_either_side_teach_nothing() -> None:
    assert LEAST_LESSONS == 3

    assert {} == speaking(taught(*FOUR_OF_EACH[2:]))
    assert {} == speaking(taught(*FOUR_OF_EACH[:-2]))


@pytest.mark.parametrize("refused", [True, False])
def test_one_outlet_alone_teaches_nothing_however_much_it_prints(refused: bool) -> None:  # noqa: FBT001
    honest = [lesson(number, "Chip", refused=not refused) for number in range(9)]
    hostile = [lesson(50 + each, "Gift", refused=refused, outlet="one.example") for each in range(30)]
    few = [lesson(80 + each, refused=refused) for each in range(3)]

    assert {} == speaking(taught(*honest, *hostile))
    assert "Gift" not in speaking(taught(*honest, *hostile, *few))


def test_names_and_words_of_the_configuration_are_not_learned() -> None:
    accepted = [lesson(number, "DeSantis'", "AWS", "AWSler", "Ron", "Chip", "Montag") for number in range(4)]

    assert {"Chip", "Florida"} == set(speaking(taught(*accepted, *FOUR_OF_EACH[4:])))


def test_only_the_clearest_words_of_a_side_speak() -> None:
    many = [f"Wort{chr(97 + each)}" for each in range(20)]
    accepted = [lesson(number, *many) for number in range(4)]
    apart = [
        replace(each, words=(*each.words, *(f"x{place}{at}" for at in range(40))))
        for place, each in enumerate(accepted)
    ]

    assert MOST_SPEAKING == sum(weight > 0 for weight in speaking(taught(*apart, *FOUR_OF_EACH[4:])).values())


def test_edits_stand_whatever_was_learned() -> None:
    context = replace(taught(*FOUR_OF_EACH), edits={"Chip": 0.0, "Jassy": 0.5})

    found = {each.word: (each.weight, each.edited) for each in learned_words(context, WATCHED)}

    assert {"Florida": (-0.5, False), "Jassy": (0.5, True), "Chip": (0.0, True)} == found


@settings(max_examples=50)
@given(st.permutations(FOUR_OF_EACH))
def test_the_order_of_lessons_changes_no_word(lessons: list[Lesson]) -> None:
    assert speaking(taught(*FOUR_OF_EACH)) == speaking(taught(*lessons))
