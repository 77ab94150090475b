"""Are names with stops, signs and apostrophes found in German compounds?"""

import pytest

from monitor.matching.matcher import build_matcher
from monitor.model import MatchReason
from tests.unit.matching.texts import WATCHED, accepted, alerts, entity, read, read_for


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


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        ("Europa", "Europapark", "Der Europapark öffnet im März."),
        ("Spree", "Spreewerft", "Die Spreewerft baut Fähren."),
        ("Sachsen", "Sachsentreffen", "Das Sachsentreffen fällt aus."),
    ],
)
def test_a_longer_name_takes_the_place_of_one_that_it_is_a_compound_with(
    part: str, whole: str, text: str
) -> None:
    matcher = build_matcher([entity("part", "place", part), entity("whole", "other", whole)])

    (match,) = read(matcher, text).matches

    assert ("whole", whole) == (match.entity, match.mentions[0].surface)
    assert match.confidence >= WATCHED


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Europa", "Die Europareise fällt aus."),
        ("Russland", "Die Russlandreise fällt aus."),
        ("Sachsen", "Das Sachsentreffen fällt aus."),
    ],
)
def test_a_shorter_name_is_no_rival_of_one_within_the_same_compound(name: str, text: str) -> None:
    matcher = build_matcher([entity("it", "place", name), entity("other", "other", name[:4])])

    assert [name] == [found.name for match in read(matcher, text).matches for found in match.mentions]


@pytest.mark.parametrize(
    ("name", "text", "role"),
    [
        ("Ford", "Viele Sänger loben Ford-Motoren.", None),
        ("Siemens", "Der Bürgermeister weihte Siemens-Turbinen ein.", None),
        ("Bosch", "Die Bosch-Werkstatt (Trainer inbegriffen) schließt.", None),
        ("Ford", "Die Ministerin Ford-Meier sprach.", "Ministerin"),
        ("Siemens", "Der Senator Siemens-Schulze sprach.", "Senator"),
        ("Bosch", "Bürgermeisterin Bosch-Kunze sprach.", "Bürgermeisterin"),
    ],
)
def test_an_office_tells_of_a_compound_where_it_stands_right_before_it(
    name: str, text: str, role: str | None
) -> None:
    matched = read_for("organization", name, text)
    (match,) = (*matched.matches, *matched.rejected)

    roles = [each.text for each in match.evidence if each.reason is MatchReason.OTHER_ROLE]

    assert ([role] if role else []) == roles


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Orange", "Die Orange-Anwälte klagen.", True),
        ("Stern", "Eine Stern-Fotografin war dabei.", True),
        ("Welt", "Der Welt-Korrespondent blieb.", True),
        ("Orange", "Die Orange-Blüten duften.", False),
        ("Stern", "Das Stern-Muster verblasst.", False),
        ("Welt", "Der Welt-Bestand sinkt.", False),
    ],
)
def test_a_word_on_which_people_at_work_hang_is_a_company(name: str, text: str, *, named: bool) -> None:
    assert named is alerts(name, text)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Otto", "Der Otto-Katalog wird eingestellt.", True),
        ("Emma", "Eine Emma-Matratze lag im Hof.", True),
        ("Oscar", "Nach der Oscar-Verleihung regnete es.", True),
        ("Oscar", "Es war ihre dritte Oscar -Verleihung.", True),
        ("Otto", "Otto wird siebzig.", False),
        ("Otto", "Der Unfall geschah in der Otto-Zwirbelt-Straße.", False),
        ("Emma", "Gestern sang Emma-Xyzzy.", False),
        ("Oscar", "Den Oscar-Zwirbelt-Preis bekam niemand.", False),
    ],
)
def test_a_noun_that_hangs_on_a_given_name_makes_a_thing_of_it(name: str, text: str, *, named: bool) -> None:
    assert named is alerts(name, text)


@pytest.mark.parametrize(
    ("name", "text", "surface"),
    [
        ("Forsa", "Das ergab eine Forsa -Umfrage.", "Forsa -Umfrage"),
        ("NASA", "Eine NASA -Sonde schweigt.", "NASA -Sonde"),
        ("Zalando", "Der Zalando -Chef geht.", "Zalando -Chef"),
        ("Zalando", "Genannt wurden Zalando -Xyzzy.", "Zalando"),
        ("Zalando", "Es fiel Zalando –Aktien stiegen.", "Zalando"),
        ("Zalando", "So kam Zalando -aktien fielen.", "Zalando"),
        ("Zalando", "Zalando - Aktien fallen.", "Zalando"),
    ],
)
def test_a_hyphen_behind_a_blank_joins_a_noun_to_a_name(name: str, text: str, surface: str) -> None:
    assert [surface] == [found for found, _ in accepted(read_for("organization", name, text))]


def test_other_languages_join_nothing_by_a_hyphen_behind_a_blank() -> None:
    assert [("Zalando", "exact")] == accepted(
        read_for("organization", "Zalando", "They like Zalando -Land", "en")
    )


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Die 96", "Der 96-Jährige fuhr selbst.", False),
        ("Die 40", "Die 40-köpfige Gruppe sang.", False),
        ("Studio 54", "Nach Studio 54-prozentig fertig.", False),
        ("Hannover 96", "Die Hannover-96-Fans singen.", True),
        ("Studio 54", "Die Studio-54-Nächte sind vorbei.", True),
        ("Die 40", "Die 40-Redaktion schweigt.", True),
    ],
)
def test_what_is_counted_by_a_number_is_no_name_that_ends_in_it(name: str, text: str, *, named: bool) -> None:
    assert named is bool(read_for("organization", name, text).matches)
