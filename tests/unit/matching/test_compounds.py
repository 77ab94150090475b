"""Are names with stops, signs and apostrophes found in German compounds?"""

import pytest

from tests.unit.matching.texts import accepted, read_for


@pytest.mark.parametrize(
    ("name", "text", "surface"),
    [
        ("St. Pauli", "Die St.-Pauli-Fans singen.", "St.-Pauli-Fans"),
        ("FC St. Pauli", "Die FC-St.-Pauli-Fans singen.", "FC-St.-Pauli-Fans"),
        ("Dr. Oetker", "Die Dr.-Oetker-Pizza wird teurer.", "Dr.-Oetker-Pizza"),
        ("1. FC Köln", "Die 1.-FC-Köln-Fans singen.", "1.-FC-Köln-Fans"),
        ("Procter & Gamble", "Der Procter-&-Gamble-Chef geht.", "Procter-&-Gamble-Chef"),
        ("Ernst & Young", "Die Ernst-&-Young-Prüfer kommen.", "Ernst-&-Young-Prüfer"),
        ("McDonald's", "Die McDonalds-Filialen schließen.", "McDonalds-Filialen"),
        ("Kellogg’s", "Er isst Kelloggs zum Frühstück.", "Kelloggs"),
    ],
)
def test_a_name_with_signs_stands_in_a_compound(name: str, text: str, surface: str) -> None:
    assert [surface] == [found for found, _ in accepted(read_for("organization", name, text))]


def test_what_is_a_given_name_before_its_s_keeps_the_apostrophe() -> None:
    assert () == read_for("organization", "Wendy's", "Wendys Hund bellt.").matches
    assert read_for("organization", "Wendy's", "Die Kette Wendy's wächst.").matches


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Institut für Weltwirtschaft", "Das sagt der Chef des Instituts für Weltwirtschaft."),
        ("Verband der Automobilindustrie", "Zahlen des Verbandes der Automobilindustrie zeigen es."),
        ("Verband der Automobilindustrie", "Zahlen des Verbands der Automobilindustrie zeigen es."),
        ("Bundesamt für Naturschutz", "Die Liste des Bundesamtes für Naturschutz wird länger."),
        ("Deutsches Institut für Normung", "Ein Ausschuss des Deutschen Instituts für Normung tagt."),
        ("Bund der Steuerzahler", "Das Schwarzbuch des Bundes der Steuerzahler erscheint."),
        ("Haus der Kunst", "Der Leiter des Hauses der Kunst geht."),
    ],
)
def test_the_noun_that_the_rest_hangs_on_stands_in_the_genitive(name: str, text: str) -> None:
    (found,) = accepted(read_for("organization", name, text))

    assert "inflected" == found[1]


def test_a_feminine_noun_has_no_genitive_with_an_ending() -> None:
    assert () == read_for("organization", "Stiftung für Kunst", "Der Stiftungs für Kunst wegen").matches
