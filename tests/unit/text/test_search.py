"""Which words a search means, and where a text says them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text.search import LONGEST, Search, Term, passage, read_search, words_of


@pytest.mark.parametrize(
    ("query", "wanted", "without"),
    [
        ("Müller Fabrik", [Term(("mueller",)), Term(("fabrik",))], []),
        ('"Peter DeSantis" -Chip', [Term(("peter", "desantis"))], [Term(("chip",))]),
        ("Kanzler*", [Term(("kanzler",), open=True)], []),
        ('"große Mod"*', [Term(("grosse", "mod"), open=True)], []),
        ("AT&T", [Term(("at", "t"))], []),
        ('a -"b c" d', [Term(("a",)), Term(("d",))], [Term(("b", "c"))]),
        ('"never closed', [Term(("never",)), Term(("closed",))], []),
        ("a AND ( NOT ; ' *", [Term(("a",)), Term(("and",)), Term(("not",))], []),
    ],
)
def test_a_search_is_words_phrases_beginnings_and_what_is_not_there(
    query: str, wanted: list[Term], without: list[Term]
) -> None:
    assert Search(tuple(wanted), tuple(without)) == read_search(query)


@pytest.mark.parametrize("query", ["", "-a", '""', "-", "* ( ) '", "word " * 30])
def test_a_search_that_wants_nothing_or_too_much_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match=r"names no word|has more than"):
        read_search(query)


@given(st.text(max_size=200))
@example("\ufe77")  # a vowel upon a line that is dropped
@example("Ǿ")
def test_words_are_letters_and_digits_of_bounded_length(text: str) -> None:
    words = words_of(text)

    assert all(word.isalnum() and len(word) <= LONGEST for word in words)
    assert words == words_of(" ".join(words))


@given(st.text(max_size=80))
def test_a_search_of_any_text_is_a_search_or_refused_with_a_reason(text: str) -> None:
    try:
        found = passage(read_search(text), text)
    except ValueError as refused:
        found = str(refused)

    assert found is None or found.strip()


def test_a_passage_is_the_sentence_of_the_original_with_what_is_wanted() -> None:
    text = "Erst etwas anderes.\n\nDie Müller AG baut in Köln. Dann noch etwas."

    assert passage(read_search("mueller koeln"), text) == "Die Müller AG baut in Köln."
    assert passage(read_search('"MÜLLER AG"'), text, "Müller AG") == "Die Müller AG baut in Köln."
    assert passage(read_search("etw"), text) is None
    assert passage(read_search("etw*"), "", text) == "Erst etwas anderes."
