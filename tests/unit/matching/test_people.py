import pytest

from monitor.matching.matcher import build_matcher
from monitor.model import Tier
from tests.unit.matching.texts import accepted, entity, heaviest, read, read_for, refused


@pytest.mark.parametrize(
    "text",
    [
        "Peter J. DeSantis kommt.",
        "Der Manager Peter DeSantis kommt.",
        "Gouverneur Peter DeSantis kommt, dann Gouverneur DeSantis.",
        "Dr. Peter DeSantis kommt.",
    ],
)
def test_an_own_given_name_makes_a_surname_sure(text: str) -> None:
    matched = read_for("person", "Peter DeSantis", text)

    assert matched.matches[0].confidence > 0.8
    assert () == matched.rejected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Ron DeSantis kommt.", "other_given_name"),
        ("Ron J. DeSantis kommt.", "other_given_name"),
        ("Karl-Heinz DeSantis kommt.", "other_given_name"),
        ("Gestern kam Xyzzy DeSantis.", "other_given_name"),
        ("Xyzzy DeSantis kam.", "other_given_name"),
        ("Dann kam Trainer DeSantis.", "other_role"),
        ("Da sprach DeSantis, Senator aus Ohio.", "other_role"),
        ("Da sprach DeSantis (Senator).", "other_role"),
        ("Der Senator kam, und DeSantis ging.", "other_role"),
        ("Die DeSantis-Schmidt kommt.", "other_name"),
        ("Frau Schmidt-DeSantis kommt.", "other_name"),
    ],
)
def test_another_given_name_office_or_double_name_refuses_a_surname(text: str, reason: str) -> None:
    matched = read_for("person", "Peter DeSantis", text)

    assert () == matched.matches
    assert [reason] == [heaviest(match) for match in matched.rejected]


@pytest.mark.parametrize(
    "text",
    [
        "Laut DeSantis ist es gut.",
        "Will DeSantis das?",
        "Der Softwareingenieur DeSantis kommt.",
        "Der Cloud-Manager DeSantis kommt.",
        "Herr DeSantis kommt.",
        "Die DeSantis-Rede war lang.",
        "Bei IBM DeSantis",
        "So de la DeSantis",
        "A. B. C. D. DeSantis",
    ],
)
def test_what_is_no_given_name_refuses_nothing(text: str) -> None:
    assert 1 == len(read_for("person", "Peter DeSantis", text).matches)


@pytest.mark.parametrize(
    ("text", "named"), [("Selon DeSantis, oui.", True), ("Et puis Xyzzy DeSantis.", False)]
)
def test_without_a_dictionary_the_first_word_of_a_sentence_says_nothing(text: str, *, named: bool) -> None:
    assert named is bool(read_for("person", "Peter DeSantis", text, "fr").matches)


def test_a_person_may_hold_the_office_that_the_context_names() -> None:
    matched = read_for(
        "person", "Ron DeSantis", "Gouverneur DeSantis sprach.", context=("Gouverneur", "Florida")
    )

    assert [("DeSantis", "exact")] == accepted(matched)


@pytest.mark.parametrize(
    ("kind", "name", "text", "refusals"),
    [
        ("organization", "Siemens", "Werner Siemens gründete es.", [("Werner Siemens", "other_given_name")]),
        ("organization", "Abbott", "Minister Abbott sprach.", [("Abbott", "other_role")]),
        ("organization", "Siemens", "Senator Siemens sprach.", []),
        ("other", "Merkel", "Kanzlerin Merkel und Angela Merkel. Merkel ging.", []),
        (
            "other",
            "Abbott",
            "Greg Abbott kam. Abbott ging.",
            [("Greg Abbott", "other_given_name"), ("Abbott", "other_given_name")],
        ),
        ("product", "Trainium", "Ron Trainium", []),
    ],
)
def test_organizations_and_others_are_told_from_people(
    kind: str, name: str, text: str, refusals: list[tuple[str, str]]
) -> None:
    assert refusals == refused(read_for(kind, name, text))


def test_an_organization_after_its_namesake_keeps_some_of_its_confidence() -> None:
    matched = read_for("organization", "Abbott", "Greg Abbott came. Abbott Inc. grew.", "en")

    assert [("Abbott", "exact")] == accepted(matched)


def test_a_surname_with_particles_stands_for_the_full_name() -> None:
    matched = read_for(
        "person", "Ursula von der Leyen", "Von der Leyen kommt. Ursula von der Leyen spricht. Leyen geht."
    )

    assert ["Von der Leyen", "Ursula von der Leyen", "Leyen"] == [surface for surface, _ in accepted(matched)]


@pytest.mark.parametrize(
    ("name", "text", "tier"),
    [
        ("Kohl", "Das Tor schoss Timo Kohl. Danach ging Kohl vom Platz.", Tier.PROBABLE),
        ("Kohl", "Danach ging Kohl vom Platz. Das Tor schoss Timo Kohl.", Tier.PROBABLE),
        ("Braun", "Das Tor schoss Timo Braun. Danach ging Braun vom Platz.", Tier.REJECTED),
        ("Braun", "Danach ging Braun vom Platz.", Tier.CONFIRMED),
        ("Merkel", "Es sprach Angela Merkel. Danach ging Merkel.", Tier.CONFIRMED),
    ],
)
def test_a_bare_surname_is_no_surer_than_the_full_name_that_it_stands_for(
    name: str, text: str, tier: Tier
) -> None:
    matched = read_for("person", name, text)

    assert [tier] == [match.tier for match in (*matched.matches, *matched.rejected)]


def test_a_watched_given_name_is_still_one() -> None:
    matcher = build_matcher([entity("one", "person", "Wolfgang"), entity("two", "person", "Markus Schmidt")])

    assert () == read(matcher, "Da baute Wolfgang Schmidt sein Haus.").matches
