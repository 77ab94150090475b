"""Do the words beside a company's name make a place or a house of it?"""

import pytest

from tests.unit.matching.texts import alerts


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("Santander", "Im Hafen von Santander liegt ein Schiff.", "de"),
        ("Santander", "The ferry arrived in Santander nine hours late.", "en"),
        ("Salzgitter", "Die Feuerwehr Salzgitter löschte den Brand.", "de"),
        ("Tegel", "Am Flughafen Tegel fiel der Strom aus.", "de"),
        ("Wolfsburg", "Das Amtsgericht Wolfsburg sprach ihn frei.", "de"),
        ("Meta", "Floods hit the Colombian department of Meta.", "en"),
        ("Salzgitter", "Die Polizei in Salzgitter sucht Zeugen.", "de"),
        ("Metro", "Im Keller der Metro von Paris hingen Plakate.", "de"),
        ("Continental", "Das Hotel Continental wird geschlossen.", "de"),
        ("Mercedes", "Die 34-jährige Mercedes arbeitet in der Pflege.", "de"),
        ("Chase", "Police Chase Ends in Crash on Interstate 40", "en"),
        ("Gap", "Gender Pay Gap Widens for the First Time", "en"),
    ],
)
def test_what_stands_beside_makes_another_thing_of_it(name: str, text: str, language: str) -> None:
    assert not alerts(name, text, language)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("Santander", "Er investiert in Santander.", "de"),
        ("Salzgitter", "Der Flughafen kauft Stahl von Salzgitter.", "de"),
        ("Siemens", "Die Polizei prüft Siemens.", "de"),
        ("Xyrillon", "Das Rathaus verklagt Xyrillon.", "de"),
        ("Siemens", "Das Vertrauen in Siemens schwindet.", "de"),
        ("Tesla", "She sold her stake in Tesla.", "en"),
        ("Gap", "Retailer Gap Widens Its Loss Again", "en"),
        ("Chase", "Judge Orders Chase To Pay Customers Back", "en"),
    ],
)
def test_money_and_trust_are_put_into_companies(name: str, text: str, language: str) -> None:
    assert alerts(name, text, language)
