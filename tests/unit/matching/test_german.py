import pytest

from monitor.matching.german import (
    adjective_forms,
    ends_in_noun,
    is_adjective,
    is_closed_compound,
    is_noun,
    is_ordinary,
    takes_endings,
    takes_s,
)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Deutsche Bank", {"Deutschen Bank", "Deutscher Bank", "Deutsches Bank", "Deutschem Bank"}),
        ("Rotes Kreuz", {"Rote Kreuz", "Roten Kreuz", "Roter Kreuz", "Rotem Kreuz"}),
        (
            "Vereinte Nationen",
            {"Vereinten Nationen", "Vereinter Nationen", "Vereintes Nationen", "Vereintem Nationen"},
        ),
        ("Neue Zürcher Zeitung", {f"Neue{ending} Zürcher Zeitung" for ending in "nrsm"}),
        ("Die Zeit", {f"{article} Zeit" for article in ("der", "die", "den")}),
        ("Der Spiegel", {f"{article} Spiegel" for article in ("der", "den", "dem", "des")}),
        ("Das Erste", {f"{article} Erste" for article in ("das", "dem", "des")}),
        ("Deutsche", set()),
        ("Peter DeSantis", set()),
        ("Eiche Werke", set()),
        ("Kreuzberger Nächte", set()),
        ("Amazon Web Services", set()),
        ("deutsche Bank", set()),
        ("Bessere Welt", set()),
    ],
)
def test_names_of_several_words_take_the_endings_of_their_adjectives(name: str, forms: set[str]) -> None:
    assert forms == set(adjective_forms(name))


@pytest.mark.parametrize(
    ("name", "rest", "closed"),
    [
        ("Amazon", "aktie", True),
        ("Amazon", "chef", True),
        ("Trainium", "chips", True),
        ("Trainium", "sgeschichte", True),
        ("Amazon", "as", False),
        ("Amazon", "en", False),
        ("Amazon", "asgebiets", False),
        ("Deutsch", "land", False),
        ("Metro", "polis", False),
        ("Meta", "pher", False),
        ("Amazon", "sfoobar", False),
        ("Ostsee", "raum", True),
        ("Europa", "meisterschaften", True),
        ("Frank", "reich", False),
        ("Journal", "ismus", False),
        ("Tokio", "straße", False),
        ("Bayern", "weite", False),
        ("Amerika", "nische", False),
        ("Bild", "schirm", False),
        ("Bahn", "chef", True),
        ("Deutsch", "lehrer", False),
        ("Rom", "autor", False),
        ("Uefa", "cup", True),
        ("Sparkasse", "nkunden", True),
        ("Bern", "anke", False),
        ("Donau", "inselfest", True),
        ("Donau", "inselxyzz", False),
    ],
)
def test_a_closed_compound_ends_in_a_noun_and_is_no_word_itself(
    name: str, rest: str, *, closed: bool
) -> None:
    assert closed is is_closed_compound(name, rest)


@pytest.mark.parametrize(
    ("name", "takes"),
    [("Amazon", True), ("DeSantis", False), ("Merz", False), ("Strauß", False), ("BMX", False)],
)
def test_names_that_hiss_take_no_s(name: str, *, takes: bool) -> None:
    assert takes is takes_s(name)


def test_nouns_are_told_by_their_lemma() -> None:
    assert is_noun("Chips")
    assert not is_noun("gelb-grün")
    assert ends_in_noun("Rotes Kreuz")
    assert not ends_in_noun("Amazon-Xyzzy")


@pytest.mark.parametrize(
    ("name", "ending", "takes"),
    [
        ("Amazon", "s", True),
        ("Pari", "s", False),
        ("Han", "s", False),
        ("Jesu", "s", False),
        ("Da", "s", False),
        ("EU", "s", True),
        ("A", "s", False),
        ("Öl", "s", True),
        ("Lea", "s", True),
        ("Moore", "s", True),
        ("Andrea", "s", False),
        ("Halle", "s", False),
    ],
)
def test_a_name_takes_no_ending_that_makes_another_word(name: str, ending: str, *, takes: bool) -> None:
    assert takes is takes_endings(name, ending)


@pytest.mark.parametrize(("word", "adjective"), [("neue", True), ("Neue", False), ("sagte", False)])
def test_small_inflected_adjectives_are_known(word: str, *, adjective: bool) -> None:
    assert adjective is is_adjective(word)


@pytest.mark.parametrize(
    ("word", "ordinary"), [("Herbst", True), ("Deutsch", True), ("Amazon", False), ("Bundestag", False)]
)
def test_nouns_of_every_day_are_told_from_names(word: str, *, ordinary: bool) -> None:
    assert ordinary is is_ordinary(word)
