from pathlib import Path

import pytest
from simplemma.strategies import DefaultDictionaryFactory, TrieDictionaryFactory

from monitor.errands import words
from monitor.matching import languages
from monitor.matching.languages import is_word, lemma, pack, primary, use_packed


@pytest.fixture
def packed() -> Path:
    """Return what was packed for all tests, where they begin; it takes seconds."""
    return words._account_cache() / words.EDITION


def forget() -> None:
    is_word.cache_clear()
    lemma.cache_clear()


@pytest.mark.parametrize(("tag", "subtag"), [("de-DE", "de"), ("EN_us", "en"), (None, "de"), ("", "de")])
def test_the_primary_subtag_is_taken_and_german_where_nothing_is_known(tag: str | None, subtag: str) -> None:
    assert subtag == primary(tag)


def test_words_are_looked_up_where_there_is_a_dictionary() -> None:
    assert is_word("Aktien", "de")
    assert not is_word("Trainium", "en")
    assert not is_word("oui", "fr")
    assert "Aktie" == lemma("Aktien", "de")


@pytest.mark.usefixtures("as_they_come")
def test_words_are_looked_up_in_packed_dictionaries_alike(packed: Path) -> None:
    asked = ("Aktien", "Trainium", "Häuser", "A\u0308pfel", "unvergessliches", "went", "Amazonaktie")
    before = [(is_word(word, each), lemma(word, each)) for word in asked for each in ("de", "en")]
    forget()

    use_packed(packed)

    assert before == [(is_word(word, each), lemma(word, each)) for word in asked for each in ("de", "en")]


@pytest.mark.usefixtures("as_they_come")
def test_packed_dictionaries_stay_in_their_files(packed: Path) -> None:
    forget()
    use_packed(packed)

    assert is_word("Aktien", "de")
    assert is_word("went", "en")

    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert all(str(packed / f"{each}.dic") in mapped for each in languages.DICTIONARIES)


def test_what_is_packed_is_what_is_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "DICTIONARIES", {"ms"})  # the smallest
    folder = tmp_path / "new" / "packed"

    pack(folder)

    whole = DefaultDictionaryFactory().get_dictionary("ms")
    assert ["ms.dic"] == [each.name for each in folder.iterdir()]
    assert dict(whole) == dict(languages._Packed(folder).get_dictionary("ms"))


def test_a_damaged_dictionary_is_packed_anew(tmp_path: Path) -> None:
    file, malay = tmp_path / "ms.dic", languages._Packed(tmp_path).get_dictionary("ms")  # the smallest
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])

    assert dict(malay) == dict(languages._Packed(tmp_path).get_dictionary("ms"))

    assert whole == file.read_bytes()


def test_dictionaries_that_cannot_be_written_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileExistsError):
        pack(tmp_path)
    monkeypatch.setattr(TrieDictionaryFactory, "_write_trie_to_disk", lambda *_: 1 / 0)
    monkeypatch.setattr(languages, "DICTIONARIES", {"ms"})  # the smallest: packed for nothing
    with pytest.raises(OSError, match="'ms' could not be written"):
        pack(tmp_path / "full")
