import pytest

from monitor.matching.matcher import build_matcher
from monitor.matching.strength import is_common
from monitor.model import Matched, Tier
from tests.unit.matching.texts import accepted, entity, read, read_for


def weights(matched: Matched) -> set[tuple[str, str]]:
    (match,) = (*matched.matches, *matched.rejected)
    return {(each.reason.value, each.text) for each in match.evidence}


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("organization", "Bild", "Das steht heute in „Bild“ zu lesen."),
        ("organization", "Bild", "Das hat BILD am Morgen gemeldet."),
        ("organization", "Bild", "Dazu twitterte @BILD am Abend."),
        ("organization", "Bild", "Wie Bild berichtet, tritt er ab."),
        ("organization", "Bahn", "Am Montag teilte die Bahn mit, dass Züge fehlen."),
        ("organization", "Bahn", "Das sagte eine Sprecherin der Bahn am Abend."),
        ("organization", "Bahn", "Das sagte ein Konzernsprecher der Bahn am Abend."),
        ("organization", "Meta", "Metas Brille wird teurer."),
        ("place", "Halle", "Das Geld geht an die Stadt Halle."),
        ("place", "Halle", "Der Zug fährt nach Halle."),
        ("other", "Halle", "Das Geld geht an die Stadt Halle."),
        ("other", "Lena", "Lena kommt."),
        ("place", "Lena", "Lena kommt."),
        ("organization", "Grüne", "Die Grüne lehnt das ab."),
        ("organization", "Das Erste", "Er dreht für Das Erste Reportagen."),
        ("organization", "UMP", "Ihm bleibt von seiner UMP wenig."),
        ("organization", "Grüne", "Die Grüne-Fraktion Anträge stellt sie."),
        ("organization", "Allianz", "Die Allianz lehnt das ab."),
        ("organization", "Rom", "ROM WÄCHST WEITER"),
        ("product", "Golf", "Er kauft bei Volkswagen einen Golf."),
    ],
)
def test_what_only_names_do_makes_a_name_of_a_word(kind: str, name: str, text: str) -> None:
    context = ("Volkswagen",) if kind == "product" else ()

    assert read_for(kind, name, text, context=context).matches


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("organization", "Bild", "Das Haus zeigt ein Bild der Stadt."),
        ("organization", "Zeit", "Das kostet „viel Zeit“ und Geld."),
        ("organization", "Zeit", "In den 20 Zeit Jahren"),
        ("organization", "Welt", "Er lebt in einer neuen Welt."),
        ("place", "Essen", "Nach dem Essen gingen sie."),
        ("organization", "Grüne", "Die Grüne Woche beginnt."),
        ("organization", "Grünen", "Sie saßen im Grünen."),
        ("organization", "Das Erste", "Im Jahr des Ersten Weltkriegs starb er."),
        ("organization", "Bayer", "Als gebürtiger Bayer mag er Bier."),
        ("organization", "Konzern", "Der Konzern wächst."),
        ("organization", "US", "Die US-Basis wird geschlossen."),
        ("organization", "Haufe", "Wir sind ein gäriger Haufen."),
        ("organization", "Orte", "Er kennt die Häuser des Ortes."),
        ("place", "Bern", "Der Notenbanker Bernanke warnt."),
        ("organization", "Allianz", "Beide schmieden eine Allianz."),
        ("organization", "Rom", "Die Daten liegen auf einer ROM im Schrank."),
        ("place", "Ulm", "Der Prüfer liest die ULM im Handbuch."),
        ("organization", "Leo", "Der Prüfer liest die LEO im Handbuch."),
        ("organization", "Vi", "Sie gewann den Preis der VI gestern."),
        ("organization", "MAN", "Man sieht das anders."),
        ("organization", "BER", "Die Berliner feiern."),
        ("organization", "BMW", "Der Bmwfahrer hupt."),
        ("person", "Joachim Fest", "Im Garten begann das Fest."),
        ("person", "Max Herbst", "Im Herbst begann der Bau."),
        ("person", "Kaiser", "Zur Zeit des Kaisers war das anders."),
        ("person", "Kohl", "Im Vereinsheim gab es Kohl und Pinkel."),
        ("person", "Mueller", "Das Haus eines Müllers brannte."),
        ("person", "Baecker", "Es war die Idee des Bäckers."),
        ("person", "Koehler", "Ein alter Köhler lebte im Wald."),
        ("place", "Hof", "Auf dem Dach des Hofes saß er."),
        ("place", "Halle", "Sie gingen zum Halle am Ende."),
    ],
)
def test_what_names_never_do_makes_a_word_of_a_name(kind: str, name: str, text: str) -> None:
    assert () == read_for(kind, name, text).matches


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Apple", "Apple trees bloom.", False),
        ("Apple", "Apple the thing.", False),
        ("Apple", "Apple unveiled it.", True),
        ("Apple", "Apple said so.", True),
        ("Apple", "Apple has it.", True),
        ("Apple", "Apple shares fell.", True),
        ("Apple", "Apple.", True),
        ("Subway", "The subway was full. Subway riders waited.", False),
        ("Subway", "The subway was full. Subway.", False),
        ("Subway", "The subway was full, but he ate at Subway.", True),
        ("Meta", "Meta-analyses suggest it.", False),
        ("Visa", "Visas are scarce.", False),
        ("Meta", "Meta-owned apps were down.", True),
        ("Meta", "They look at Meta- and Google-owned apps.", True),
        ("Target", "Target of Inquiry Resigns From Council", False),
        ("Visa", "Visa Rules Tightened For Foreign Students", False),
        ("Visa", "Visa Wins Case Over Fees In Europe", True),
        ("Orange", "Orange to cut jobs in Spain", False),
        ("Meta", "The Meta joke fell flat.", False),
        ("Delta", "They tracked the Delta variant.", False),
        ("Delta", "They praised the Delta app.", True),
        ("Delta", "They praised the big Delta variant.", True),
        ("Square", "The parade ended at Union Square.", False),
        ("Square", "The crowd left Times Square at dawn.", False),
        ("Square", "They paid Stripe and Square a fee.", True),
        ("Square", "They paid San Francisco-based Square a fee.", True),
        ("Apple", "Regulators fined Cupertino-based Apple.", True),
    ],
)
def test_an_ordinary_word_that_opens_an_english_sentence_is_read_by_what_follows(
    name: str, text: str, *, named: bool
) -> None:
    assert named is any(
        match.tier is Tier.CONFIRMED for match in read_for("organization", name, text, "en").matches
    )


def test_a_title_says_with_to_what_somebody_will_do() -> None:
    matcher = build_matcher([entity("it", "organization", "Orange")])

    assert [("Orange", "exact")] == accepted(read(matcher, "", "en", title="Orange to cut jobs in Spain"))


@pytest.mark.parametrize(
    ("name", "common"), [("Target", True), ("Subway", True), ("Walmart", False), ("Siemens", False)]
)
def test_an_english_word_is_what_has_a_plural(name: str, *, common: bool) -> None:
    assert common is is_common(name, "en")


def test_the_word_that_tells_is_shown() -> None:
    matched = read_for("organization", "Bahn", "Am Montag teilte die Bahn mit, dass Züge fehlen.")

    assert ("organization_cue", "teilte") in weights(matched)


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("organization", "Tui", "Der Reisekonzern TUI wächst wieder."),
        ("organization", "Dax", "Der DAX-Index fällt erneut."),
        ("organization", "Ver", "Gestern tagte die VER in Kiel."),
        ("person", "Mueller", "Gestern sprach Müller lange."),
        ("person", "Baecker", "Anna Schmidt, geborene Bäcker, lacht."),
        ("person", "Schroeder", "Die Rede eines Schröder bleibt."),
        ("person", "Koch", "Seine Frau, geborene Koch, lacht."),
        ("person", "Weber", "Frau Adler, verwitwete Weber, lacht."),
        ("place", "Mond", "Die Besiedlung des Mondes beginnt."),
        ("place", "Mars", "Der Flug zum Mars dauert Monate."),
        ("place", "Saturn", "Die Ringe des Saturn sind aus Eis."),
    ],
)
def test_what_names_may_do_as_well_leaves_a_name_one(kind: str, name: str, text: str) -> None:
    assert read_for(kind, name, text).matches
