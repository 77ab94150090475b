import pytest

from monitor.matching.matcher import build_matcher
from tests.unit.matching.texts import accepted, entity, read, refused


def test_the_longest_name_of_an_entity_stands() -> None:
    matcher = build_matcher([entity("it", "organization", "Amazon", "Amazon Web Services", "Web Services")])

    assert [("Amazon Web Services", "exact")] == accepted(read(matcher, "Amazon Web Services wächst."))


def test_a_longer_name_of_another_entity_takes_the_place() -> None:
    matcher = build_matcher(
        [entity("it", "organization", "Amazon"), entity("prime", "product", "Amazon Prime")]
    )

    matched = read(matcher, "Amazon Prime wird teurer, sagt Amazon.")

    assert [("Amazon", "exact")] == accepted(matched)
    assert [("Amazon Prime", "other_name")] == refused(matched)
    assert [("Amazon Prime", "exact")] == accepted(matched, "prime")


def test_a_name_of_two_entities_is_told_for_both() -> None:
    matcher = build_matcher([entity("a", "organization", "Trainium"), entity("b", "product", "Trainium")])

    matched = read(matcher, "Trainium")

    assert accepted(matched, "a") == accepted(matched, "b") == [("Trainium", "exact")]


def test_the_full_name_of_another_person_takes_the_surname() -> None:
    matcher = build_matcher(
        [entity("peter", "person", "Peter DeSantis"), entity("ron", "person", "Ron DeSantis")]
    )

    matched = read(matcher, "Ron DeSantis sprach. DeSantis ging.")

    assert [("Ron DeSantis", "exact"), ("DeSantis", "exact")] == accepted(matched, "ron")
    assert [("Ron DeSantis", "other_name"), ("DeSantis", "other_given_name")] == refused(matched, "peter")


def test_a_name_that_is_longer_than_a_decoy_stands() -> None:
    matcher = build_matcher([entity("it", "organization", "Amazon River Bank", decoys=("Amazon River",))])

    assert [("Amazon River Bank", "exact")] == accepted(read(matcher, "Die Amazon River Bank wächst."))


def test_an_alias_that_is_another_word_of_the_name_is_no_refusal() -> None:
    matcher = build_matcher([entity("it", "place", "Amazon", "Amazonas")])

    matched = read(matcher, "Am Amazonas")

    assert [("Amazonas", "exact")] == accepted(matched)
    assert [] == refused(matched)


def test_another_word_that_another_entity_is_called_by_is_refused_for_the_first_only() -> None:
    matcher = build_matcher([entity("it", "organization", "Amazon"), entity("b", "place", "Amazonas")])

    matched = read(matcher, "Am Amazonas")

    assert [("Amazonas", "other_word")] == refused(matched)
    assert [("Amazonas", "exact")] == accepted(matched, "b")


@pytest.mark.parametrize("text", ["Ameise", "die amazonas-reise"])
def test_longer_words_of_short_names_and_small_words_are_passed_over(text: str) -> None:
    matcher = build_matcher([entity("it", "organization", "Ame", "Amazon")])

    matched = read(matcher, text)

    assert ((), ()) == (matched.matches, matched.rejected)


def test_the_surname_of_a_single_name_entity_stands_beside_its_full_name() -> None:
    matcher = build_matcher([entity("it", "person", "Peter DeSantis", "DeSantis")])

    matched = read(matcher, "DeSantis und Peter DeSantis")

    assert [("DeSantis", "exact"), ("Peter DeSantis", "exact")] == accepted(matched)


def test_overlapping_names_of_one_entity_give_the_first() -> None:
    matcher = build_matcher([entity("it", "organization", "Amazon Web", "Web Services")])

    assert [("Amazon Web", "exact")] == accepted(read(matcher, "Amazon Web Services"))


def test_names_in_one_compound_are_both_told() -> None:
    matcher = build_matcher([entity("a", "organization", "Amazon"), entity("b", "organization", "Siemens")])

    matched = read(matcher, "Der Amazon-Siemens-Vertrag")

    assert accepted(matched, "a") == accepted(matched, "b") == [("Amazon-Siemens-Vertrag", "compound")]
