import sys
from unicodedata import decomposition

import pytest
from hypothesis import given
from hypothesis.strategies import integers, text

from monitor.text.normalize import BARRIER, fold


def squeezed(folded: str) -> str:
    return folded.strip().replace(BARRIER * 2, BARRIER)


@pytest.mark.parametrize(
    ("original", "folded"),
    [
        ("", ""),
        ("Amazon", "amazon"),
        ("Ama\u00adzon", "amazon"),
        ("Ama\u200bzon\u2069", "amazon"),
        ("\u00ad", ""),
        ("Müller", "mueller"),
        ("Mu\u0308ller", "mueller"),
        ("Straße", "strasse"),
        ("Café", "cafe"),
        ("Cafe\u0301 x", "cafe x"),
        ("İstanbul ırmak", "istanbul irmak"),
        ("ﬁne", "fine"),
        ("Amazon‑Chef", "amazon-chef"),
        ("a–b—c−d", "a-b-c-d"),
        ("l’Oréal ´n `n", "l'oreal 'n 'n"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a \u0085b", "a b"),
        ("a  b", "a b"),
        ("a\nb", "a b"),
        ("a \n b", "a b"),
        ("a\n\nb", f"a{BARRIER}{BARRIER}b"),
        ("a \n\n b", f"a{BARRIER}b"),
        ("ä\r\n\r\nb", f"ae{BARRIER}b"),
        ("a\u2029b", f"a{BARRIER}{BARRIER}b"),
        ("a\u2028b", "a b"),
        ("한국", "한국"),
        ("\u1112\u1161\u11ab", "한"),
        ("ｶﾞ", "ガ"),
        ("कि", "कि"),
        ("Ёлка", "елка"),
        (" \u0301x", " x"),
        ("\u200ba", "a"),
        ("ǽ Ǿ ŉ", "ae o 'n"),
        ("5″ ｀a", "5'' 'a"),
        ("\ufe77", ""),
    ],
)
def test_what_readers_take_for_the_same_folds_to_one_spelling(original: str, folded: str) -> None:
    assert folded == fold(original).text


def test_a_character_that_is_folded_stays_as_it_is() -> None:
    of_others = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if decomposition(character) or character != character.casefold()
    ]

    assert [] == [each for each in of_others if fold(fold(each).text).text != fold(each).text]


@given(text())
def test_every_folded_code_point_maps_back_into_the_original(original: str) -> None:
    folded = fold(original)

    assert len(folded.text) == len(folded.offsets)
    assert all(0 <= place < len(original) for place in folded.offsets)
    assert sorted(folded.offsets) == list(folded.offsets)


@given(text(alphabet="aÄß \n\r\t\u00ad\u0301\u2029’-é한", max_size=40), integers(0, 60), integers(0, 60))
def test_a_span_of_the_original_covers_all_that_it_was_folded_from(
    original: str, one: int, other: int
) -> None:
    folded = fold(original)
    start, end = sorted((min(one, len(folded.text)), min(other, len(folded.text))))

    first, last = folded.span(start, end)

    assert 0 <= first <= last <= len(original)
    assert (start == end) <= (first == last)
    assert squeezed(folded.text[start:end]) in squeezed(fold(original[first:last]).text)


@given(text(alphabet="aB \n\t`", max_size=60))
def test_ascii_folds_alike_on_the_fast_path_and_beside_other_letters(original: str) -> None:
    beside = fold("é " + original)

    assert fold("e " + original).text == beside.text


def test_a_span_takes_in_the_marks_of_its_last_letter_and_no_dropped_character_after_it() -> None:
    folded = fold("ne\u0301\u00ad x")

    assert (0, 3) == folded.span(0, 2)


@pytest.mark.parametrize(("original", "place"), [("", 0), ("ab", 2), ("a\u0301", 2)])
def test_an_empty_span_at_the_end_stands_at_the_end(original: str, place: int) -> None:
    folded = fold(original)

    assert (place, place) == folded.span(len(folded.text), len(folded.text))


def test_a_span_at_half_an_umlaut_covers_the_umlaut() -> None:
    folded = fold("ä")

    assert (0, 1) == folded.span(1, 2)
    assert (0, 0) == folded.span(1, 1)
