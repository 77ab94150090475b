import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis.strategies import integers, text

from monitor.text.normalize import fold
from monitor.text.tokens import Sentences, Span, sentence_around, sentences, words


def pieces(original: str) -> list[str]:
    return [original[start:end] for start, end in sentences(original)]


@pytest.mark.parametrize(
    ("original", "found"),
    [
        ("Amazon's Chef", ["amazon's", "chef"]),
        ("Amazon-Chef (KI)", ["amazon", "chef", "ki"]),
        ("Trainium2, 5 %", ["trainium2", "5"]),
        ("snake_case", ["snake_case"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("…", []),
    ],
)
def test_words_are_letters_digits_and_marks_joined_by_apostrophes(original: str, found: list[str]) -> None:
    folded = fold(original).text

    assert found == [folded[start:end] for start, end in words(folded)]


def test_every_mark_belongs_to_the_word_that_it_stands_in() -> None:
    plane = map(chr, range(0x300, 0x10000))
    marked = [f"a{mark}b" for mark in plane if unicodedata.category(mark) in ("Mn", "Mc")]

    assert [] == [each for each in marked if [(0, 3)] != words(each)]
    assert len(marked) > 1_000


@pytest.mark.parametrize(
    "whole",
    [
        "Am 17. Dezember kam z. B. Dr. Meier.",
        "The U.S. President met J. Smith of Amazon Inc. in Rome.",
        "Das sagte Prof. Dr. Meier gestern.",
        "Er sagte „Nein!“ und ging.",
        "Version 2.0 kostet ca. 5 Euro.",
        "Gov. Smith spoke.",
    ],
)
def test_abbreviations_initials_and_ordinals_do_not_end_a_sentence(whole: str) -> None:
    assert [whole] == pieces(whole)


@pytest.mark.parametrize(
    ("original", "found"),
    [
        ("Eins. Zwei! Drei? Vier", ["Eins.", "Zwei!", "Drei?", "Vier"]),
        ("In the U.S. The firm grew.", ["In the U.S.", "The firm grew."]),
        ("Er wurde 3. Danach ging er.", ["Er wurde 3.", "Danach ging er."]),
        ("Im Jahr 2025. Siemens wuchs.", ["Im Jahr 2025.", "Siemens wuchs."]),
        ("Bücher, CDs usw. Das war alles.", ["Bücher, CDs usw.", "Das war alles."]),
        ("„Ja.“ Dann kam er.", ["„Ja.“", "Dann kam er."]),
        ("Ein Titel\n\nEin Text", ["Ein Titel", "Ein Text"]),
        ("他来了。她走了。", ["他来了。", "她走了。"]),
        ("(!) Ja.", ["(!)", "Ja."]),
        ("Ende. – –", ["Ende.", "– –"]),
        ("", []),
        ("  \n\n  ", []),
    ],
)
def test_sentences_end_at_stops_and_at_paragraphs(original: str, found: list[str]) -> None:
    assert found == pieces(original)


@given(text(alphabet="aB. !?\n„“1z", max_size=80))
def test_sentences_are_in_order_apart_and_hold_all_that_is_no_blank(original: str) -> None:
    found = sentences(original)

    assert all(one.end <= other.start for one, other in pairwise(found))
    assert "".join(original.split()) == "".join("".join(each.split()) for each in pieces(original))


@given(text(alphabet="aB. !\n"))
def test_every_place_of_a_sentence_is_in_it(original: str) -> None:
    divided = Sentences(original)

    for sentence in sentences(original):
        assert {sentence} == {divided.at(place) for place in range(*sentence)}


def test_a_place_before_all_sentences_is_in_none() -> None:
    assert Span(1, 1) == Sentences("  Amazon.").at(1)


def test_the_sentence_around_a_span_stands_in_its_paragraph() -> None:
    original = "Amazon A.\n\nEs geht. Amazon wächst. Ende.\n\nAmazon B."
    start = original.index("Amazon w")

    around = sentence_around(original, start, start + 6)

    assert "Amazon wächst." == original[slice(*around)]


def test_a_span_over_two_sentences_gives_both() -> None:
    original = "Eins ist da. Zwei ist da."

    assert Span(0, len(original)) == sentence_around(original, 5, 17)


def test_a_long_sentence_is_cut_at_blanks_around_the_span() -> None:
    original = "wort " * 50 + "Amazon" + " wort" * 50
    start = original.index("Amazon")

    cut = original[slice(*sentence_around(original, start, start + 6, limit=30))]

    assert "wort wort Amazon wort wort" == cut


def test_a_sentence_without_blanks_is_cut_in_words() -> None:
    assert Span(35, 65) == sentence_around("x" * 100, 45, 55, limit=30)


def test_a_span_at_the_edge_of_a_long_sentence_keeps_that_edge() -> None:
    original = "Amazon" + " wort" * 50

    assert Span(0, 16) == sentence_around(original, 0, 6, limit=30)


def test_the_other_edge_is_kept_too() -> None:
    original = "wort " * 50 + "Amazon"

    assert "wort wort Amazon" == original[slice(*sentence_around(original, 250, 256, limit=30))]


@given(text(alphabet="ab. \n", max_size=80), integers(0, 80), integers(0, 80), integers(1, 30))
def test_a_span_is_never_cut(original: str, one: int, other: int, limit: int) -> None:
    start, end = sorted((min(one, len(original)), min(other, len(original))))

    around = sentence_around(original, start, end, limit=limit)

    assert 0 <= around.start <= start <= end <= around.end <= len(original)
