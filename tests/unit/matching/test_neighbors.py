import pytest

from tests.unit.matching.texts import read_for


@pytest.mark.parametrize(
    ("name", "text", "language", "named"),
    [
        ("Max", "Der Verleger Max Zwirbelt kommt.", "de", False),
        ("Max", "Die Firma leitet Max Herbst seit Jahren.", "de", False),
        ("Max", "Hier liest Max Weber.", "de", False),
        ("Max", "Hier liest Max, der Autor.", "de", True),
        ("Josef", "Er traf dort Josef von Zwirbelt.", "de", False),
        ("Josef", "Er traf dort Josef von nebenan.", "de", True),
        ("Xanthippe", "Gestern wurde Xanthippe von Karl gelobt.", "de", True),
        ("Adorno", "Damals wurde Adorno von Hannah Arendt kritisiert.", "de", True),
        ("Wagner", "Hier wurde Wagner von Ludwig empfangen.", "de", True),
        ("Wagner", "Hier wurde Wagner von Xyzzy empfangen.", "de", False),
        ("Xanthippe", "Da schrieb Xanthippe von Xyzzy.", "de", False),
        ("Max", "Hier liest Max noch.", "de", True),
        ("Max", "The writer Max Zwirbelt arrived.", "en", False),
        ("Max", "Max Cuts Jobs Again Today", "en", True),
        ("Kaiser", "Damals regierte Kaiser Franz Joseph.", "de", False),
        ("Percy Heath", "Den Ball fing Heath Miller.", "de", False),
        ("Merkel", "Gestern traf Merkel Minister.", "de", True),
        ("Merkel", "Hier Merkel Zwirbelt.", "fr", True),
    ],
)
def test_a_person_called_by_one_word_has_no_other_name_behind_it(
    name: str, text: str, language: str, *, named: bool
) -> None:
    assert named is bool(read_for("person", name, text, language).matches)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("David", "Es sprach Eugen David.", False),
        ("Müller", "Den Ball bediente Lars Müller.", False),
        ("Beckenbauer", "Es sprach Franz Beckenbauer.", True),
        ("Stern", "Mehr dazu auf stern.de heute.", False),
        ("Merkel", "Mehr dazu auf #Merkel heute.", True),
    ],
)
def test_a_given_name_before_it_makes_another_of_a_name_that_many_bear(
    name: str, text: str, *, named: bool
) -> None:
    assert named is bool(read_for("person", name, text).matches)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Karl", "Hier spricht Karl-Heinz laut.", False),
        ("Müller", "Es sprach Müller-Sönksen.", False),
        ("Jobs", "Sie haben Ein-Euro-Jobs.", False),
        ("Merkel", "Die Ex-Merkel lacht.", True),
        ("Merkel", "Die Merkel-Reise beginnt.", True),
        ("Schröder", "Das Schröder-Zwirbelt-Papier liegt vor.", True),
    ],
)
def test_what_a_hyphen_joins_to_a_person_may_make_another_of_it(name: str, text: str, *, named: bool) -> None:
    assert named is bool(read_for("person", name, text).matches)


@pytest.mark.parametrize(
    ("name", "text", "language", "named"),
    [
        ("Kiel", "Er spielt beim THW Kiel.", "de", False),
        ("Dortmund", "Er spielt für Borussia Dortmund.", "de", False),
        ("Kiel", "Er wohnt in Kiel.", "de", True),
        ("London", "As London sleeps, they work.", "en", True),
        ("LONDON", "AS LONDON SCHLÄFT", "de", True),
        ("Schweden", "Die Schweden jubeln.", "de", False),
        ("Schweden", "Er lebt in Schweden.", "de", True),
        ("Dresden", "Er mag die Dresden.", "de", True),
        ("Schweden", "Die Schweden sleep.", "en", True),
    ],
)
def test_a_club_and_a_people_are_no_place(name: str, text: str, language: str, *, named: bool) -> None:
    assert named is bool(read_for("place", name, text, language).matches)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("St. Peter", "Die Kirche St. Peter und Paul wird saniert.", False),
        ("St. Georg", "Im Dom St. Georg und Martin wird gesungen.", False),
        ("Sankt Johannes", "In Sankt Johannes und Paul läuteten die Glocken.", False),
        ("St. Peter", "In St. Peter und Husum regnet es.", True),
        ("St. Georg", "Die Cafés in St. Georg und Altona sind voll.", True),
        ("Sankt Johannes", "In Sankt Johannes läuteten die Glocken.", True),
        ("Bad Peter", "In Bad Peter und Paul war da.", True),
    ],
)
def test_the_first_of_two_patrons_is_no_town(name: str, text: str, *, named: bool) -> None:
    assert named is bool(read_for("place", name, text).matches)
