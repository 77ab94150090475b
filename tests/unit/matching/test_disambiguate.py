import pytest

from monitor.matching.evidence import confidence_at
from monitor.matching.matcher import build_matcher
from monitor.matching.strength import is_common
from monitor.matching.weights import Weights
from monitor.model import Matched, MatchReason, Tier
from tests.unit.matching.texts import WATCHED, accepted, alerts, entity, read, read_for, refused


def evidence(matched: Matched) -> set[tuple[str, str]]:
    (match,) = (*matched.matches, *matched.rejected)
    return {(each.reason.value, each.text) for each in match.evidence}


def test_no_evidence_is_a_toss() -> None:
    assert 0.5 == confidence_at(0)
    assert 0.5 < confidence_at(Weights().name)


@pytest.mark.parametrize(
    ("kind", "name", "text", "language", "named"),
    [
        ("organization", "Bild", "Das Bild hängt.", "de", False),
        ("organization", "Bild", "Der Verlag der Bild-Aktie", "de", True),
        ("organization", "Die Zeit", "Mit der Zeit wird es besser.", "de", False),
        ("organization", "The Gap", "Shares of The Gap rose.", "en", True),
        ("organization", "Apple", "Shares of Apple rose.", "en", True),
        ("organization", "Apple", "Apple rose.", "en", True),
        ("organization", "Apple", "The paper Apple Daily closed.", "en", False),
        ("organization", "Nova", "They danced at Casa Nova again.", "en", False),
        ("organization", "Meta", "Meta wächst.", "de", False),
        ("organization", "Siemens", "Siemens wächst.", "fr", True),
        ("organization", "Lena", "Lena kommt.", "de", False),
        ("organization", "Dresden", "Dresden liegt an der Elbe.", "de", True),
        ("place", "Dresden", "Dresden liegt an der Elbe.", "de", True),
        ("organization", "AB", "AB wächst.", "de", True),
        ("organization", "ABB", "ABB wächst.", "de", True),
        ("person", "DeSantis", "DeSantis kommt.", "de", True),
        ("person", "Thomas Koch", "Koch sprach.", "de", False),
    ],
)
def test_a_name_is_as_strong_as_it_is_rare(
    kind: str, name: str, text: str, language: str, *, named: bool
) -> None:
    assert named is bool(read_for(kind, name, text, language).matches)


@pytest.mark.parametrize(
    ("name", "language", "common"),
    [("Zeit", "de", True), ("Die Zeit", "de", True), ("Zeit", "en", False), ("Apple", "fr", False)],
)
def test_a_word_is_common_in_its_language(name: str, language: str, *, common: bool) -> None:
    assert common is is_common(name, language)


@pytest.mark.parametrize(
    ("text", "language", "reason", "shown"),
    [
        ("Amazon Inc. wächst.", "de", "legal_form", "Inc"),
        ("Der Händler Amazon wächst.", "de", "organization_cue", "Händler"),
        ("Der Online-Händler Amazon wächst.", "de", "organization_cue", "Online-Händler"),
        ("Shares fell as Amazon employees left.", "en", "organization_cue", "employees"),
        ("Regulators fined Seattle-based Amazon.", "en", "organization_cue", "Seattle-based"),
        ("Der Amazon-Vorstandschef geht.", "de", "organization_cue", "Amazon-Vorstandschef"),
        ("Nur auf amazon.de", "de", "organization_cue", "amazon.de"),
        ("Along the river Amazon they went.", "en", "geographic_cue", "river"),
        ("They saw the Amazon.", "en", "geographic_cue", "the Amazon"),
        ("Amazon Xyzzy wächst.", "de", "other_name", "Amazon Xyzzy"),
        ("It was Xyzzy Amazon that won.", "en", "other_name", "Xyzzy Amazon"),
    ],
)
def test_what_stands_beside_an_organization_is_evidence(
    text: str, language: str, reason: str, shown: str
) -> None:
    assert (reason, shown) in evidence(read_for("organization", "Amazon", text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It was the Walmart warehouse.", "en"),
        ("Gestern meldete Walmart Verluste.", "de"),
        ("Microsoft's Walmart plan", "en"),
        ("Big News: Walmart Prime Grows Again In Every State", "en"),
        ("Der Walmart-Plan", "de"),
    ],
)
def test_what_says_nothing_is_no_evidence(text: str, language: str) -> None:
    assert {("name", "Walmart")} == evidence(read_for("organization", "Walmart", text, language)) - {
        ("organization_cue", "warehouse")
    }


@pytest.mark.parametrize(
    ("kind", "name", "text", "language"),
    [
        ("organization", "Ford", "For Ford, 80, it was the last film.", "en"),
        ("organization", "Siemens", "Der Sänger Siemens (54) trat auf.", "de"),
        ("organization", "Ford", "They met on Ford Street after work.", "en"),
        ("organization", "Siemens", "Der Unfall geschah auf der Siemens-Straße.", "de"),
        ("organization", "Amazon", "The Amazon lost a tenth of its trees.", "en"),
        ("organization", "Amazon", "Rain reached the western Amazon at last.", "en"),
        ("organization", "Ford", "Gerald Ford spoke. Then Ford left the room.", "en"),
        (
            "person",
            "Caspar David Friedrich",
            "Der alte Buchhalter Friedrich Meyer wollte gestern kommen.",
            "de",
        ),
        ("place", "Paris", "The album by Paris Jackson is out.", "en"),
        ("place", "Jordan", "The shoes of Michael Jordan were sold.", "en"),
    ],
)
def test_what_only_persons_and_places_have_refuses_another_thing(
    kind: str, name: str, text: str, language: str
) -> None:
    assert () == read_for(kind, name, text, language).matches


def test_a_given_name_that_tells_nothing_speaks_against_what_follows_it() -> None:
    before = read_for("organization", "Siemens", "Werner Siemens kam. Siemens lachte.")
    after = read_for("organization", "Siemens", "Siemens wuchs. Werner Siemens kam.")

    assert () == before.matches
    assert [("Siemens", "exact")] == accepted(after)


def test_a_watched_name_before_another_makes_no_third() -> None:
    matcher = build_matcher([entity("a", "organization", "Xyzzy"), entity("b", "organization", "Amazon")])

    matched = read(matcher, "It was Xyzzy Amazon that won.", "en")

    assert all(each.text != "Xyzzy Amazon" for match in matched.matches[1:] for each in match.evidence)


def test_a_context_word_that_many_share_speaks_for_those_who_stand_in_the_article() -> None:
    names = ("Zalando", "Amazon", "Ebay", "Otto", "Bahlsen")
    shared = [entity(name.lower(), "organization", name, context=("Handel", "Chef")) for name in names]

    matched = read(build_matcher(shared), "Im Handel wächst Ebay vor Amazon. Handel und Chef schweigen.")

    told = {
        match.entity: [each.text for each in match.evidence if each.reason is MatchReason.CONTEXT]
        for match in matched.matches
    }
    assert {"ebay": ["Handel", "Chef"], "amazon": ["Handel", "Chef"]} == told


def test_context_speaks_for_and_against_the_first_word_most() -> None:
    text = "Amazon wächst. Jassy lobt die Cloud im Regenwald."

    matched = read_for("organization", "Amazon", text, context=("Jassy", "Cloud"), not_context=("Regenwald",))

    weights = [(each.reason.value, each.text, each.weight) for each in matched.matches[0].evidence]
    by = Weights()
    assert [
        ("name", "Amazon", by.name),
        ("context", "Jassy", by.context),
        ("context", "Cloud", by.context_further),
        ("not_context", "Regenwald", by.not_context),
    ] == weights


def test_context_in_the_same_sentence_speaks_louder_and_the_name_itself_says_nothing() -> None:
    matched = read_for("organization", "Amazon", "Amazon lobt Jassy.", context=("Jassy", "Amazon"))

    weights = [each.weight for each in matched.matches[0].evidence if each.text == "Jassy"]
    assert [Weights().context, Weights().context_near] == weights


@pytest.mark.parametrize(("text", "named"), [("Amazon und Jassy", True), ("Amazon allein", False)])
def test_one_of_the_required_words_must_be_there(text: str, *, named: bool) -> None:
    matched = read_for("organization", "Amazon", text, require=("Jassy", "Cloud"))

    assert named is bool(matched.matches)
    assert named or [("Amazon", "required_missing")] == refused(matched)


def test_decoys_elsewhere_speak_against_softly() -> None:
    matched = read_for("organization", "Amazon", "Amazon liefert. Am Amazonas. Im Amazonasbecken. Der Chef.")

    assert [("Amazon", "exact")] == accepted(matched)
    weights = [each.weight for each in matched.matches[0].evidence if each.reason is MatchReason.DECOY]
    assert [Weights().decoy_elsewhere, Weights().decoy_further] == weights


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("The Amazon tribe moved. The basin. Boats on Amazon waited.", "one_sense_against"),
        (
            "An Amazon tribe moved. The Amazon basin dried. Amazon forests burnt. Boats on Amazon waited.",
            "one_sense_strongly_against",
        ),
    ],
)
def test_refusals_sway_a_plain_name(text: str, weight: str) -> None:
    matched = read_for("organization", "Amazon", text, "en")

    swayed = [each for match in (*matched.matches, *matched.rejected) for each in match.evidence]
    assert [getattr(Weights(), weight)] == [
        each.weight for each in swayed if each.reason is MatchReason.ONE_SENSE
    ]


def test_a_sure_place_speaks_for_one_that_is_not() -> None:
    matched = read_for("organization", "Apple", "Apple Inc. grew. Then Apple Store sales rose.", "en")

    sure, open_ = matched.matches[0].mentions
    assert sure.confidence is None
    assert open_.confidence is not None
    assert 0.4 < open_.confidence < matched.matches[0].confidence


@pytest.mark.parametrize(
    ("kind", "name", "text", "tier"),
    [
        ("organization", "Dresden", "Er fuhr am Abend nach Dresden.", Tier.REJECTED),
        ("organization", "Dresden", "Am Abend jubelte ganz Dresden.", Tier.PROBABLE),
        ("organization", "Dresden", "Am Abend verlangte Dresden mehr Geld.", Tier.CONFIRMED),
        ("organization", "Mars", "Auf dem Mars gibt es Eis.", Tier.PROBABLE),
        ("place", "Dresden", "Er fuhr am Abend nach Dresden.", Tier.CONFIRMED),
        ("organization", "GE", "Den Auftrag bekam GE.", Tier.CONFIRMED),
        ("organization", "Allianz", "Die Allianz der Willigen berät.", Tier.REJECTED),
        ("organization", "Allianz", "Die Allianz in München berät.", Tier.CONFIRMED),
    ],
)
def test_what_stands_beside_a_name_tells_how_sure_it_is(kind: str, name: str, text: str, tier: Tier) -> None:
    matched = read_for(kind, name, text)

    assert [tier] == [match.tier for match in (*matched.matches, *matched.rejected)]


@pytest.mark.parametrize(
    ("kind", "name", "text", "tier"),
    [
        ("other", "Euro", "Der Eurokurs fällt.", Tier.PROBABLE),
        ("other", "Euro", "Der Eurokurs fällt, weil der Euro schwach ist.", Tier.CONFIRMED),
        ("product", "Trainium", "Die Trainiumchips sind da.", Tier.CONFIRMED),
        ("place", "Neckar", "Hier ragt ein Neckarfels auf.", Tier.PROBABLE),
        ("place", "Ungarn", "Die Ungarnarena brennt.", Tier.PROBABLE),
        ("place", "Neckar", "Die Neckarhalle brennt.", Tier.PROBABLE),
        ("place", "Neckar", "In Neckarsulm regnet es.", Tier.PROBABLE),
        ("place", "Neckar", "Hier wächst ein Neckarbaum.", Tier.CONFIRMED),
        ("place", "Rhodos", "Die Rhodoslilie blüht.", Tier.CONFIRMED),
        ("place", "Ungarn", "Die Ungarnwoche beginnt.", Tier.CONFIRMED),
        ("place", "Europa", "Der Europaminister kommt.", Tier.CONFIRMED),
        ("organization", "Post", "Postchef warnt vor höherem Porto.", Tier.CONFIRMED),
        ("person", "Schwarz", "Sie tragen Schwarz-Rot-Gold.", Tier.PROBABLE),
        ("person", "Merkel", "Die Merkel-Kehrtwende überrascht.", Tier.CONFIRMED),
        ("person", "Kohl", "Die Kohl-Regierung fiel 1998.", Tier.CONFIRMED),
        ("person", "Kohl", "Nach der Kohl-Ära war alles anders.", Tier.CONFIRMED),
        ("person", "Kohl", "Dazu gab es Kohl-Eintopf.", Tier.PROBABLE),
        ("organization", "Bundestag", "Die SPD-Bundestagsfraktion fordert mehr.", Tier.PROBABLE),
        ("organization", "Stadtrat", "Die Stadtratsfraktion berät.", Tier.PROBABLE),
        ("organization", "SPD", "Die SPD-Fraktion fordert mehr.", Tier.CONFIRMED),
    ],
)
def test_a_compound_alone_is_less_sure_where_it_may_be_a_word_of_its_own(
    kind: str, name: str, text: str, tier: Tier
) -> None:
    assert [tier] == [match.tier for match in read_for(kind, name, text).matches]


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Müller", "Gestern kam Bürgermeisterin Müller zu spät.", False),
        ("Wagner", "Das sagte Ministerin Wagner am Abend.", False),
        ("Mercedes", "Es sang die Sängerin Mercedes Xyzzy.", False),
        ("Fielmann", "Der Fall liegt bei Richter Fielmann.", True),
        ("Siemens", "Der Minister besuchte Siemens am Abend.", True),
        ("Die Linke", "Die Fraktion: Abgeordnete der Linken fehlten, sagte Die Linke.", True),
        ("Fielmann", "Der Richter gab Fielmann recht.", True),
        ("Müller", "Müller traf zum Ausgleich.", False),
        ("Wagner", "Den Elfmeter schoss Wagner daneben.", False),
        ("Schneider", "Kurz vor der Halbzeit sah Schneider Rot.", False),
        ("Müller", "Müller ruft Joghurt zurück.", True),
        ("Siemens", "Den Ausgleich zahlt Siemens.", True),
        ("Wagner", "Wagner baut ein Werk in Ungarn.", True),
    ],
)
def test_an_office_and_a_match_make_somebody_of_a_company(name: str, text: str, *, named: bool) -> None:
    assert named is alerts(name, text)


@pytest.mark.parametrize(
    ("kind", "name", "text", "named"),
    [
        ("organization", "Arte", "Im Museo de Arte Moderno hängt es.", False),
        ("organization", "Kering", "In der Villa di Kering wohnt niemand.", False),
        ("organization", "Xyrillon", "Die Rue du Xyrillon ist gesperrt.", False),
        ("organization", "Arte", "Der Chef von Arte Deutschland geht.", True),
        ("organization", "Kering", "Er ist de facto Kering selbst.", True),
        ("place", "Lisboa", "An der Universidade de Lisboa wird gelehrt.", True),
    ],
)
def test_a_name_behind_a_romance_particle_is_a_part_of_another(
    kind: str, name: str, text: str, *, named: bool
) -> None:
    assert named is any(each.confidence >= WATCHED for each in read_for(kind, name, text).matches)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Müller", "Frau Müller wartete am Schalter.", False),
        ("Rossmann", "Die Försterin Rossmann kennt jeden Weg.", False),
        ("Bosch", "Der Maler Bosch hielt sich zurück.", False),
        ("Fielmann", "Vertreten wird sie von Rechtsanwalt Fielmann.", False),
        ("Schaeffler", "Die Lehrerin Schaeffler kam zu spät.", False),
        ("Salt", "Die Anbieterin Salt senkt die Preise.", True),
        ("Rossmann", "Die Drogerie Rossmann öffnet wieder.", True),
        ("Bosch", "Dem Maler zahlt Bosch eine Rente.", True),
        ("Siemens", "Die Sprecherin Siemens lieferte nach, sagte Siemens.", True),
    ],
)
def test_who_somebody_is_makes_a_surname_of_a_company(name: str, text: str, *, named: bool) -> None:
    assert named is alerts(name, text)
