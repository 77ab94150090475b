import pytest

from monitor.matching.languages import is_word, lemma, primary


@pytest.mark.parametrize(("tag", "subtag"), [("de-DE", "de"), ("EN_us", "en"), (None, "de"), ("", "de")])
def test_the_primary_subtag_is_taken_and_german_where_nothing_is_known(tag: str | None, subtag: str) -> None:
    assert subtag == primary(tag)


def test_words_are_looked_up_where_there_is_a_dictionary() -> None:
    assert is_word("Aktien", "de")
    assert not is_word("Trainium", "en")
    assert not is_word("oui", "fr")
    assert "Aktie" == lemma("Aktien", "de")
