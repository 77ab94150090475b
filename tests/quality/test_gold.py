"""Is the gold well-formed, and does the matcher still find what it found?"""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.quality import gold
from tests.quality.floors import faults, read_floors
from tests.quality.gold import SPLITS, GoldCase, macro_f1, read_topic, split_of
from tests.quality.measure import Measured, total

ONE, OTHER = (
    "{entity: amazon, zone: lead, surface: Amazons}",
    "{entity: amazon, zone: lead, surface: Amazons Chef}",
)
TOPIC = """
entities: {{amazon: [Amazon]}}
cases:
  - id: one
    language: de
    split: tune
    text: "Amazon baut, Amazons Chef lobt Amazon."
    mentions: {mentions}
    refused: []
"""


@pytest.fixture(scope="module")
def cases() -> Sequence[GoldCase]:
    return [case for topic in gold.topics() for case in topic.cases]


def words(case: GoldCase) -> int:
    return len(f"{case.zones.title} {case.zones.text}".split())


def test_cases_have_ids_of_their_own(cases: Sequence[GoldCase]) -> None:
    assert len(cases) == len({case.id for case in cases})


def test_the_gold_is_large_and_of_many_languages(cases: Sequence[GoldCase]) -> None:
    languages = Counter(case.language for case in cases)

    assert len(cases) >= 500
    assert 0.6 <= languages["de"] / len(cases) <= 0.7
    assert languages["en"] / len(cases) >= 0.25
    assert len(languages) >= 15


def test_a_third_of_the_cases_is_held_and_names_decide_which(cases: Sequence[GoldCase]) -> None:
    held = [case for case in cases if case.split == "held"]

    assert 0.3 <= len(held) / len(cases) <= 0.37
    assert all(split_of(case.id) == case.split for case in cases)


def test_a_third_of_the_cases_names_nobody_and_is_full_of_traps(cases: Sequence[GoldCase]) -> None:
    traps = [case for case in cases if case.refused and not case.places]

    assert len(traps) >= len(cases) / 3


def test_forty_cases_are_articles(cases: Sequence[GoldCase]) -> None:
    articles = [case for case in cases if case.about is not None]

    assert len(articles) >= 40
    assert all(80 <= words(case) <= 200 for case in articles)


@pytest.mark.parametrize(
    ("mentions", "told"),
    [
        ("[{entity: amazon, zone: lead, surface: Amazonas}]", "does not stand in the lead"),
        ("[{entity: amazon, zone: title, surface: Amazon}]", "does not stand in the title"),
        ("[{entity: amazon, zone: lead, surface: Amazon}]", "stands 2 times"),
        ("[{entity: amazon, zone: lead, surface: Amazon, nth: 3}]", "nth is 3"),
        ("[{entity: amazon, zone: lead, surface: Amazons, nth: 1}]", "stands 1 times"),
        ("[{entity: amazon, zone: lead, surface: Amazons, form: plurals}]", "is no form"),
        ("[{entity: aws, zone: lead, surface: Amazons}]", "is not watched"),
        ("[{entity: amazon, zone: caption, surface: Amazons}]", "is no zone of a case"),
        ("[{entity: amazon, zone: lead, surface: Amazons, why: so, because: so}]", "unknown keys"),
        (
            f"[{ONE}, {OTHER}]",
            "stands where another label stands",
        ),
    ],
)
def test_a_label_that_does_not_fit_its_text_is_told(mentions: str, told: str) -> None:
    split = split_of("one")
    text = TOPIC.format(mentions=mentions).replace("split: tune", f"split: {split}")

    with pytest.raises(ValueError, match=told):
        read_topic("trial", text)


def test_a_label_is_the_whole_word_that_it_counts() -> None:
    mentions = "[{entity: amazon, zone: lead, surface: Amazon, nth: 2}]"
    text = TOPIC.format(mentions=mentions).replace("split: tune", f"split: {split_of('one')}")

    (case,) = read_topic("trial", text).cases

    assert [(31, 37)] == [(place.start, place.end) for place in case.places]


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Measured]:
    return gold.measure()


def test_the_matcher_stays_above_its_floors(figures: Mapping[str, Measured]) -> None:
    assert [] == faults(gold.NAME, gold.digest(), figures, read_floors())


@pytest.mark.parametrize("split", SPLITS)
def test_english_names_that_are_words_are_found_as_wanted(
    figures: Mapping[str, Measured], split: str
) -> None:
    ambiguous = total(figures[split]["ambiguous"])

    assert ambiguous.precision >= 0.9
    assert ambiguous.recall >= 0.9


def test_the_senses_of_golf_are_told_apart(figures: Mapping[str, Measured]) -> None:
    assert all(macro_f1(figures[split]) >= 0.92 for split in SPLITS)
