import pytest

from monitor.matching.matcher import build_matcher
from monitor.model import Case, Name
from tests.unit.matching.texts import accepted, entity, read, read_for, refused


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Amazons Chip", "de", ("Amazons", "genitive")),
        ("AMAZONS CHIP", "de", ("AMAZONS", "genitive")),
        ("two Amazons", "en", ("Amazons", "plural")),
        ("Amazon-Chef", "de", ("Amazon-Chef", "compound")),
        ("an Amazon-owned firm", "en", ("Amazon-owned", "compound")),
        ("Anti-Amazon", "de", ("Anti-Amazon", "compound")),
        ("Amazon- und Google-Aktien", "de", ("Amazon-", "compound")),
        ("nur Amazon-", "de", ("Amazon-", "compound")),
        ("Amazon--the firm", "en", ("Amazon", "exact")),
        ("Amazon–Google", "de", ("Amazon", "exact")),
        ("Amazon—the firm", "en", ("Amazon", "exact")),
        ("Amazon'll grow", "en", ("Amazon", "exact")),
        ("'Amazon' grows", "en", ("Amazon", "exact")),
        ("die Amazon' Zahlen", "de", ("Amazon", "exact")),
        ("Amazon'un planı", "tr", ("Amazon'un", "inflected")),
        ("@amazon", "de", ("@amazon", "handle")),
        ("x #amazon", "de", ("#amazon", "handle")),
        ("www.amazon.co.uk/dp", "en", ("amazon.co.uk", "handle")),
        ("https://amazon.de", "de", ("amazon.de", "handle")),
        ("presse@amazon.de", "de", ("amazon.de", "handle")),
        ("AMAZON.DE", "de", ("AMAZON.DE", "handle")),
        ("aws.amazon.com", "de", ("amazon.com", "handle")),
        ("bei Amazon.", "de", ("Amazon", "exact")),
        ("Amazon.Die Firma", "de", ("Amazon", "exact")),
        ("Amazon.De Niro", "de", ("Amazon", "exact")),
        ("(Amazon)", "de", ("Amazon", "exact")),
        ("Google/Amazon", "de", ("Amazon", "exact")),
        ("Das Amazonpaket", "de", ("Amazonpaket", "compound")),
        ("DIE AMAZONAKTIE", "de", ("AMAZONAKTIE", "compound")),
        ("от Amazonом", "ru", ("Amazonом", "inflected")),
    ],
)
def test_what_follows_a_name_gives_its_form(text: str, language: str, found: tuple[str, str]) -> None:
    assert [found] == accepted(read_for("organization", "Amazon", text, language))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Amazonas", "de"),
        ("Amazonchef", "en"),
        ("AmazonAktie", "de"),
        ("Amazon'sche Plan", "de"),
        ("#AmazonPrime", "de"),
        ("https://example.org/shop/Amazon-news", "en"),
        ("example.org/Amazon", "en"),
        ("anti-amazon.de", "de"),
        ("Amazonxyz", "de"),
    ],
)
def test_what_is_another_word_is_no_mention(text: str, language: str) -> None:
    matched = read_for("organization", "Amazon", text, language)

    assert () == matched.matches


@pytest.mark.parametrize(
    ("kind", "name", "text", "found"),
    [
        ("organization", "Rotes Kreuz", "des Roten Kreuzes", [("Roten Kreuzes", "genitive")]),
        ("organization", "Grüne Linke", "der Grünen Linken", [("Grünen Linken", "inflected")]),
        ("organization", "Siemens", "Siemens' Plan", [("Siemens'", "genitive")]),
        ("organization", "Siemens", "Siemenss", []),
        ("organization", "Amazon2", "Amazon2s", [("Amazon2s", "genitive")]),
        ("product", "Trainium", "Trainium2-Chips", [("Trainium2-Chips", "compound")]),
        ("product", "Trainium", "Trainium2abc", []),
        ("product", "Trainium", "Trainiumes", []),
        ("organization", "Trainium", "Trainium2", []),
        ("person", "Peter DeSantis", "Peter DeSantisrede", []),
        ("organization", "Toyota", "Toyotaは車を作る", [("Toyota", "exact")]),
        ("organization", "トヨタ", "車はトヨタです", [("トヨタ", "exact")]),
        (
            "organization",
            "Müller AG",
            "Mueller AG, Muller AG",
            [("Mueller AG", "folded"), ("Muller AG", "folded")],
        ),
        ("organization", "Rolls-Royce", "Rolls Royce", [("Rolls Royce", "folded")]),
        ("organization", "Rolls-Royce", "Rolls, Royce", []),
        ("organization", "Rolls-Royce", "Rolls\n\nRoyce", []),
        ("organization", "H&M", "H & M", [("H & M", "folded")]),
        ("organization", "H&M", "H-M und H M", []),
        ("product", "Dr. House", "Dr House", [("Dr House", "folded")]),
        (
            "organization",
            "Amazon Web Services",
            "amazonwebservices.com",
            [("amazonwebservices.com", "handle")],
        ),
        ("organization", "Amazon Web Services", "amazonwebservices kommt", []),
        ("organization", "OpenAI", "Open AI wächst", [("Open AI", "folded")]),
        ("organization", "De Beers", "DeBeers wächst", [("DeBeers", "folded")]),
    ],
)
def test_names_take_the_forms_of_their_kind(
    kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == accepted(read_for(kind, name, text))


@pytest.mark.parametrize(
    ("name", "case", "text", "found"),
    [
        ("Zeit", "smart", "zeit", False),
        ("NATO", "smart", "Nato", True),
        ("NATO", "smart", "nato", False),
        ("AG", "smart", "Ag", False),
        ("NATO", "exact", "Nato", False),
        ("Meta", "exact", "META", False),
        ("Meta", "exact", "Meta", True),
        ("iPhone", "smart", "IPHONE", True),
        ("iPhone", "smart", "iphone", False),
        ("Meta", "any", "meta", True),
        ("H2O", "smart", "H2O", True),
    ],
)
def test_the_case_of_a_name_is_kept(name: str, case: str, text: str, *, found: bool) -> None:
    matcher = build_matcher([entity("it", "product", Name(text=name, case=Case(case)))])

    assert found is bool(read(matcher, text, "en").matches)


def test_a_lower_case_word_is_told_as_refused_once_it_is_the_whole_word() -> None:
    matched = read_for("organization", "Zeitung", "die zeitung und zeitungen")

    assert [("zeitung", "lower_case")] == refused(matched)


def test_a_surface_covers_soft_hyphens_and_marks() -> None:
    matched = read_for("organization", "Société", "Die Socie\u0301\u00adte\u0301 wächst.")

    assert [("Socie\u0301\u00adte\u0301", "folded")] == accepted(matched)
