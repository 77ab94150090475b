import pytest

from monitor.matching.lint import lint
from monitor.model import EntityId
from tests.unit.matching.texts import FULL, entity


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        ("organization", "Zeit", "is an ordinary word"),
        ("organization", "Apple", "is an ordinary word"),
        ("other", "Peter", "is a given name"),
        ("organization", "Dresden", "is a place"),
        ("organization", "ABB", "is a short acronym with many readings"),
        ("product", "Xyz", "has fewer than four letters"),
        ("other", "DeSantis", "is the surname of several well-known people"),
        ("organization", "中", "is a single character"),
        ("other", "…", "holds no letter and no digit"),
    ],
)
def test_a_doubtful_name_is_told_with_what_to_do(kind: str, name: str, problem: str) -> None:
    (warning,) = lint([entity("it", kind, name)])

    assert (EntityId("it"), name, problem) == (warning.entity, warning.name, warning.problem)
    assert warning.suggestion


def test_good_names_and_names_with_context_are_not_told() -> None:
    fine = [
        entity("a", "organization", "Deutsche Bank"),
        entity("b", "organization", "Zeit", context=("Verlag",)),
        entity("c", "organization", "ABB", require=("Zürich",)),
        entity("d", "place", "Dresden"),
        entity("e", "organization", "Abbott"),
        entity("f", "organization", "삼성"),
        entity("g", "place", "東京"),
        *FULL,
    ]

    assert [] == lint(fine)


def test_a_name_of_two_entities_is_told_for_both_until_both_have_context() -> None:
    one, other = entity("a", "organization", "Trainium"), entity("b", "product", "TRAINIUM", context=("x",))
    helped = entity("a", "organization", "Trainium", context=("y",))

    assert [("a", "also belongs to b"), ("b", "also belongs to a")] == [
        (each.entity, each.problem) for each in lint([one, other])
    ]
    assert [] == lint([helped, other])
