"""Are the names of GermEval 2014 found as well as they were? The corpus lies beside the repository."""

from collections.abc import Mapping

import pytest

from tests.quality import germeval
from tests.quality.floors import faults, read_floors
from tests.quality.germeval import Mark, Sentence, base_of, truth_of, watched
from tests.quality.measure import Measured, total
from tests.quality.shown import shown
from tests.quality.tokens import runs, written

HERE = pytest.mark.skipif(
    not germeval.is_present(), reason=f"not here, not measured: {germeval.FOLDER} is absent"
)


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Measured]:
    return germeval.measure()


@HERE
def test_the_matcher_stays_above_its_floors(figures: Mapping[str, Measured]) -> None:
    assert [] == faults(germeval.NAME, germeval.digest(), figures, read_floors())


@HERE
def test_the_names_of_the_test_split_are_found_as_wanted(figures: Mapping[str, Measured]) -> None:
    families = {name: total(scores) for name, scores in figures["test"].items()}

    assert families["alerts"].precision >= 0.75
    assert families["alerts"].recall >= 0.97
    assert families["distinctive"].recall >= 0.975
    assert families["confirmed_alerts"].recall >= 0.97
    assert families["confirmed_distinctive"].precision >= 0.99
    assert families["confirmed_distinctive"].recall >= 0.975
    assert families["confirmed_closed"].recall >= 0.5
    assert families["confirmed_closed"].precision >= 0.9
    assert families["confirmed_genitives"].recall >= 0.982
    assert families["confirmed_hyphens"].recall >= 0.975


@HERE
def test_the_names_of_the_development_split_are_found_in_the_test_split_as_wanted(
    figures: Mapping[str, Measured],
) -> None:
    families = {name: total(scores) for name, scores in figures["cross"].items()}

    assert families["confirmed_distinctive"].precision >= 0.99
    assert families["confirmed_distinctive"].recall >= 0.975
    assert families["confirmed_genitives"].recall >= 0.982
    assert families["confirmed_hyphens"].recall >= 0.975


def test_tokens_are_put_together_as_sentences_are_written() -> None:
    text, places = written(["Er", "sagt", ":", '"', "Ja", '"', "(", "leise", ")", "."])

    assert 'Er sagt: "Ja" (leise).' == text
    assert ["E", "s", ":", '"', "J", '"', "(", "l", ")", "."] == [text[place] for place in places]


def test_tags_run_on_until_they_end() -> None:
    assert [(0, 2, "PER"), (2, 3, "ORG"), (4, 5, "LOC")] == list(
        runs(["B-PER", "I-PER", "B-ORG", "O", "B-LOC"])
    )


def test_a_genitive_is_a_name_with_an_ending_that_german_gives_it() -> None:
    assert "Peru" == base_of("Perus", {"Peru"})
    assert "Halle" == base_of("Hallen", {"Halle"})
    assert base_of("Zoomlion", {"Zoomlio"}) is None
    assert base_of("Jesus", {"Jesu"}) is None
    assert base_of("Greiss", {"Greis"}) is None
    assert "Greis" == base_of("Greiss", {"Greis"}, cut=True)


def test_a_mark_is_wanted_in_the_form_in_which_it_names() -> None:
    corpus = [
        Sentence("Köln", (Mark("Köln", "LOC", inner=False), Mark("SAP", "ORG", inner=False))),
        Sentence(
            "Kölns SAP-Chef", (Mark("Kölns", "LOC", inner=False), Mark("SAP-Chef", "ORGpart", inner=False))
        ),
        Sentence("Kölnbesuch", (Mark("Kölnbesuch", "LOCpart", inner=False),)),
        Sentence("FC Köln", (Mark("FC Köln", "ORG", inner=False), Mark("Köln", "LOC", inner=True))),
    ]
    who = watched(corpus)

    truths = [truth_of(sentence, who) for sentence in corpus]

    assert [
        {"Köln": "exact", "SAP": "exact"},
        {"Köln": "genitive", "SAP": "hyphen"},
        {"Köln": "closed"},
        {"FC Köln": "exact"},
    ] == [truth.wanted for truth in truths]
    assert [set(), set(), set(), {"Köln"}] == [truth.neutral for truth in truths]


@pytest.mark.parametrize(
    ("names", "mark", "wanted", "neutral"),
    [
        ((("Landtag", "ORG"),), ("Landtags-Anhörung", "ORGpart"), {"Landtag": "hyphen"}, set()),
        ((("Klasse", "OTH"),), ("Klassen-Treffen", "OTHpart"), {"Klasse": "hyphen"}, set()),
        ((("Reuter", "PER"),), ("Reuters-Umfrage", "ORGpart"), {}, set()),
        ((("Reuter", "ORG"),), ("Reuter's-Umfrage", "ORGpart"), {}, set()),
        (
            (("Benz", "ORG"), ("Daimler-Benz", "ORG")),
            ("Daimler-Benz-Werk", "ORGpart"),
            {"Daimler-Benz": "hyphen"},
            {"Benz"},
        ),
        (
            (("US-Dollar", "OTH"), ("Dollar", "OTH")),
            ("9-US-Dollar-Note", "OTHpart"),
            {"US-Dollar": "hyphen"},
            {"Dollar"},
        ),
        ((("Brecht", "PER"),), ("Bertolt-Brecht-Chor", "PERpart"), {}, {"Brecht"}),
        ((("Brecht", "PER"),), ("Brecht-Chor", "PERpart"), {"Brecht": "hyphen"}, set()),
        ((("ARIANE", "OTH"),), ("Ariane-Start", "OTHpart"), {"ARIANE": "hyphen"}, set()),
        ((("Spanisch", "OTH"),), ("spanisch-", "OTHpart"), {}, set()),
        ((("Die Zeit", "ORG"),), ("Zeit-Autorin", "ORGpart"), {"Die Zeit": "hyphen"}, set()),
        ((("Europa", "LOC"),), ("Marathon-Europameister", "LOCpart"), {}, {"Europa"}),
        ((("Russland", "LOC"),), ("Rußlands", "LOC"), {"Russland": "genitive"}, set()),
    ],
)
def test_a_compound_wants_the_longest_name_as_german_writes_it(
    names: tuple[tuple[str, str], ...], mark: tuple[str, str], wanted: dict[str, str], neutral: set[str]
) -> None:
    who = watched([Sentence(name, (Mark(name, tag, inner=False),)) for name, tag in names])

    truth = truth_of(Sentence(mark[0], (Mark(*mark, inner=False),)), who)

    assert (wanted, neutral) == (truth.wanted, truth.neutral)


@HERE
def test_faults_are_shown_as_they_are_counted(figures: Mapping[str, Measured]) -> None:
    lines = list(shown("cross", "confirmed_hyphens"))

    counted = total(figures["cross"]["confirmed_hyphens"])

    assert counted.fp == sum(line.startswith("wrong ") for line in lines)
    assert counted.fn == sum(line.startswith("missed ") for line in lines)
