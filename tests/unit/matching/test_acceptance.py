"""The acceptance table of the matcher, row by row, on the smallest, a plain and the full configuration."""

import pytest

from monitor.matching.matcher import Matcher
from monitor.model import Tier
from tests.unit.matching.texts import (
    AMAZON,
    DESANTIS,
    FULL_MATCHER,
    PLAIN_MATCHER,
    SMALLEST_MATCHER,
    TRAINIUM,
    accepted,
    read,
    refused,
)

EVERY = pytest.mark.parametrize(
    "matcher",
    [
        pytest.param(SMALLEST_MATCHER, id="smallest"),
        pytest.param(PLAIN_MATCHER, id="plain"),
        pytest.param(FULL_MATCHER, id="full"),
    ],
)


@EVERY
@pytest.mark.parametrize(
    ("text", "surface", "form"),
    [
        ("Amazon", "Amazon", "exact"),
        ("AMAZON HEBT AB", "AMAZON", "capitals"),
        ("Sie kauft bei amazon.de ein.", "amazon.de", "handle"),
        ("Dazu #Amazon", "#Amazon", "handle"),
        ("Der Amazon-Chef geht.", "Amazon-Chef", "compound"),
        ("Amazon's Plan", "Amazon's", "possessive"),
        ("Amazon’s Plan", "Amazon’s", "possessive"),
        ("Amazons KI-Sparte wächst", "Amazons", "genitive"),
        ("Die Amazonaktie fällt.", "Amazonaktie", "compound"),
        ("Der Amazonchef geht.", "Amazonchef", "compound"),
        ("Ama\u00adzon wächst.", "Ama\u00adzon", "folded"),
        ("Der Amazon‑Chef geht.", "Amazon‑Chef", "compound"),
        ("Die Post-Amazon-Ära beginnt.", "Post-Amazon-Ära", "compound"),
    ],
)
def test_the_company_is_found_in_every_form(matcher: Matcher, text: str, surface: str, form: str) -> None:
    matched = read(matcher, text)

    assert [(surface, form)] == accepted(matched, AMAZON)
    assert Tier.CONFIRMED is matched.matches[0].tier


@EVERY
@pytest.mark.parametrize(
    ("text", "language", "surface", "reasons"),
    [
        ("Der Amazonas steigt.", "de", "Amazonas", {"other_word", "decoy"}),
        ("Im Amazonas-Regenwald brennt es.", "de", "Amazonas-Regenwald", {"other_word", "decoy"}),
        ("Am Amazonas brennt der Wald", "de", "Amazonas", {"other_word", "decoy"}),
        ("Das Amazonasbecken ist trocken.", "de", "Amazonasbecken", {"other_word", "decoy"}),
        ("Die Amazonen ritten.", "de", "Amazonen", {"other_word", "decoy"}),
        ("Im Amazon-Regenwald brennt es.", "de", "Amazon-Regenwald", {"geographic_cue"}),
        ("They crossed the Amazon River.", "en", "Amazon River", {"geographic_cue", "decoy"}),
        ("Fires in the Amazon rainforest.", "en", "Amazon rainforest", {"geographic_cue", "decoy"}),
        ("They met an Amazon tribe.", "en", "Amazon tribe", {"geographic_cue"}),
        ("They swam in the Amazon.", "en", "Amazon", {"geographic_cue"}),
    ],
)
def test_the_river_and_the_women_are_refused_with_the_reason(
    matcher: Matcher, text: str, language: str, surface: str, reasons: set[str]
) -> None:
    matched = read(matcher, text, language)

    assert () == matched.matches
    assert [surface] == [found for found, _ in refused(matched, AMAZON)]
    assert {reason for _, reason in refused(matched, AMAZON)} <= reasons


@EVERY
@pytest.mark.parametrize(
    ("text", "surface", "form"),
    [
        ("Trainium rechnet.", "Trainium", "exact"),
        ("Die Leistung des Trainiums", "Trainiums", "genitive"),
        ("Trainium2 rechnet.", "Trainium2", "number"),
        ("Die Trainium-Chips rechnen.", "Trainium-Chips", "compound"),
        ("Die Trainiumchips rechnen.", "Trainiumchips", "compound"),
        ("TRAINIUM RECHNET", "TRAINIUM", "capitals"),
    ],
)
def test_the_product_is_found_in_every_form(matcher: Matcher, text: str, surface: str, form: str) -> None:
    assert [(surface, form)] == accepted(read(matcher, text), TRAINIUM)


@EVERY
def test_a_full_name_licenses_the_surname_after_it(matcher: Matcher) -> None:
    text = "Peter DeSantis kommt. DeSantis geht. DeSantis' Rede. DeSantis’ Schritt, sagt De Santis."

    matched = read(matcher, text)

    full, *bare = accepted(matched, DESANTIS)
    assert full[0].endswith("DeSantis")
    assert [
        ("DeSantis", "exact"),
        ("DeSantis'", "genitive"),
        ("DeSantis’", "genitive"),
        ("De Santis", "folded"),
    ] == bare
    assert () == matched.rejected


@EVERY
def test_a_full_name_in_the_text_licenses_the_surname_in_the_title(matcher: Matcher) -> None:
    matched = read(matcher, "Peter DeSantis leitet die neue Einheit.", title="DeSantis steigt auf")

    assert ["title", "lead"] == [mention.zone.value for mention in matched.matches[0].mentions]
    assert Tier.CONFIRMED is matched.matches[0].tier


@EVERY
@pytest.mark.parametrize(
    ("text", "surface", "reasons"),
    [
        ("Ron DeSantis kandidiert.", "Ron DeSantis", {"other_given_name", "decoy"}),
        ("Gouverneur DeSantis kandidiert.", "DeSantis", {"other_role"}),
        ("Casey DeSantis kandidiert.", "Casey DeSantis", {"other_given_name"}),
        ("Gov. Ron DeSantis runs.", "Ron DeSantis", {"other_given_name", "decoy"}),
    ],
)
def test_another_given_name_or_office_is_refused(
    matcher: Matcher, text: str, surface: str, reasons: set[str]
) -> None:
    matched = read(matcher, text)

    assert () == matched.matches
    assert [surface] == [found for found, _ in refused(matched, DESANTIS)]
    assert {reason for _, reason in refused(matched, DESANTIS)} <= reasons


@pytest.mark.parametrize("matcher", [SMALLEST_MATCHER, FULL_MATCHER])
def test_a_bare_surname_beside_what_goes_with_it_is_a_mention(matcher: Matcher) -> None:
    matched = read(matcher, "DeSantis spricht bei Amazon über AWS und Trainium, sagt Jassy.")

    assert [("DeSantis", "exact")] == accepted(matched, DESANTIS)
    assert {Tier.CONFIRMED} == {match.tier for match in matched.matches}


def test_a_bare_surname_with_nothing_around_it_is_probable_and_no_more() -> None:
    matched = read(PLAIN_MATCHER, "DeSantis sprach am Mittwoch.")

    assert [Tier.PROBABLE] == [match.tier for match in matched.matches]


@EVERY
def test_a_bare_surname_beside_florida_and_the_governor_is_refused(matcher: Matcher) -> None:
    matched = read(matcher, "DeSantis signed the bill, the governor's office in Florida said.", "en")

    assert () == matched.matches
    assert [("DeSantis", "not_context")] == refused(matched, DESANTIS)


@EVERY
def test_each_surname_goes_to_the_nearest_full_name_before_it(matcher: Matcher) -> None:
    text = (
        "Ron DeSantis sprach in Miami. DeSantis will gewinnen. "
        "Bei Amazon kam Peter DeSantis. DeSantis leitet nun die Chips."
    )

    matched = read(matcher, text)

    desantis = next(match for match in matched.matches if match.entity == DESANTIS)
    assert all(mention.start > text.index("Bei") for mention in desantis.mentions)
    assert 2 == len(desantis.mentions)
    assert ["Ron DeSantis", "DeSantis"] == [found for found, _ in refused(matched, DESANTIS)]
    assert {"Ron DeSantis", "DeSantis"} == {each.reading for each in desantis.rejected}
