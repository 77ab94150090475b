from dataclasses import replace
from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.matching.lint import lint
from monitor.model import Case, EntityId, Name
from tests.unit.matching.texts import FULL, entity

WORD = "is an ordinary word"
PLACE = "is a place"
GIVEN = "is a given name"
ACRONYM = "is a short acronym with many readings"
SHORT = "has fewer than four letters"
SURNAME = "is the surname of several well-known people"


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        *(
            ("organization", name, WORD)
            for name in ("Zeit", "Bild", "Welt", "Spiegel", "Stern", "Bahn", "Post")
        ),
        *(
            ("organization", name, WORD)
            for name in ("Apple", "Target", "Gap", "Shell", "Block", "Oracle", "Visa")
        ),
        *(("organization", name, WORD) for name in ("Mars", "Netto", "Real", "Linde", "Caterpillar", "Uber")),
        ("product", "Golf", WORD),
        *(("other", name, GIVEN) for name in ("Peter", "Lena", "Oscar", "Otto")),
        *(("organization", name, PLACE) for name in ("Dresden", "Paris", "Berlin", "Jena")),
        *(("organization", name, ACRONYM) for name in ("ABB", "GE", "BP", "MAN")),
        *(("product", name, SHORT) for name in ("Xyz", "Tui")),
        ("organization", "中", "is a single character"),
        ("other", "DeSantis", SURNAME),
        ("person", "Merz", SURNAME),
    ],
)
def test_a_doubtful_name_is_told_and_the_suggestion_as_it_stands_makes_an_end_of_it(
    kind: str, name: str, problem: str, tmp_path: Path
) -> None:
    (warning,) = lint([entity("it", kind, name)])
    assert (EntityId("it"), name, problem) == (warning.entity, warning.name, warning.problem)

    keys = warning.suggestion.removeprefix("put into it: ")
    before = {"kind": kind, "names": f"[{name}]"}
    kept = ", ".join(f"{key}: {value}" for key, value in before.items() if f"{key}:" not in keys)
    file = tmp_path / "monitor.yaml"
    file.write_text(f"entities: {{it: {{{', '.join(filter(None, (kept, keys)))}}}}}", encoding="utf-8")

    assert [] == [str(each) for each in load_config(file, {}).warnings if "name" in each.problem]


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Zeit", "put into it: context: [WORD, WORD], not: [OTHER THING]"),
        ("Jena", "put into it: context: [WORD, WORD], not: [Stadt Jena, Landkreis Jena, Region Jena]"),
        ("Lena", "put into it: kind: person, names: [Lena SURNAME]"),
        ("ABB", "put into it: names: [{text: ABB, case: exact}]"),
        (
            "DeSantis",
            "put into it: kind: person, names: [GIVEN DeSantis], not: [Casey DeSantis, Ron DeSantis]",
        ),
    ],
)
def test_a_suggestion_is_a_piece_of_the_configuration(name: str, suggestion: str) -> None:
    assert suggestion == lint([entity("it", "other", name)])[0].suggestion


def test_other_names_of_the_entity_stay_in_a_suggestion() -> None:
    names = ("GE", "General Electric", "G.E. Inc.", Name(text="GEC", case=Case.ANY))

    suggestion = lint([entity("it", "organization", *names)])[0].suggestion

    wanted = '{text: GE, case: exact}, General Electric, "G.E. Inc.", {text: GEC, case: any}'
    assert f"put into it: names: [{wanted}]" == suggestion


def test_a_name_without_letters_is_told() -> None:
    assert ["holds no letter and no digit"] == [each.problem for each in lint([entity("it", "other", "…")])]


def test_good_names_and_names_with_context_are_not_told() -> None:
    fine = [
        entity("a", "organization", "Deutsche Bank"),
        entity("b", "organization", "Zeit", context=("Verlag",)),
        entity("c", "organization", "ABB", require=("Zürich",)),
        entity("d", "place", "Dresden"),
        entity("e", "organization", "Abbott"),
        entity("f", "organization", Name(text="VW", case=Case.EXACT)),
        entity("g", "product", Name(text="Tui", case=Case.EXACT)),
        *(entity(name, "organization", name) for name in ("Siemens", "Bosch", "Fraport", "Kaufland", "Opel")),
        entity("h", "organization", "삼성"),
        entity("i", "place", "東京"),
        *FULL,
    ]

    assert [] == lint(fine)


def test_a_name_of_two_entities_is_told_for_both_until_both_have_context() -> None:
    one, other = entity("a", "organization", "Trainium"), entity("b", "product", "TRAINIUM", context=("x",))
    helped = entity("a", "organization", "Trainium", context=("y",))

    told = lint([one, other])

    assert [("a", "also belongs to b"), ("b", "also belongs to a")] == [
        (each.entity, each.problem) for each in told
    ]
    assert {"put into it: context: [WORD, WORD] at each of them"} == {each.suggestion for each in told}
    assert {"also belongs to b, told apart only by context"} == {
        each.problem for each in lint([helped, other]) if each.entity == "a"
    }


def test_a_name_that_context_alone_tells_apart_is_told_until_both_have_sentences_for_it_and_against() -> None:
    one, other = (
        entity("a", "organization", "Trainium", context=("y",)),
        entity("b", "product", "TRAINIUM", require=("x",)),
    )
    tested = [replace(each, tests_match=("x y",), tests_no_match=("z",)) for each in (one, other)]

    told = lint([tested[0], other])

    assert [
        "also belongs to b, told apart only by context",
        "also belongs to a, told apart only by context",
    ] == [each.problem for each in told]
    assert {"put into it: tests: {match: [SENTENCE], no_match: [SENTENCE OF THE OTHER]} at each of them"} == {
        each.suggestion for each in told
    }
    assert [] == lint(tested)
