"""Do the figures say what was found, and do floors only rise?"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Matched, Name, Zones
from tests.quality.__main__ import main, table
from tests.quality.floors import faults, raised, read_floors, write_floors
from tests.quality.gold import GoldCase
from tests.quality.measure import (
    Marked,
    Measured,
    Score,
    digest_of,
    interval,
    score_alerts,
    score_mentions,
    score_spans,
    total,
)

TEXT = "Trainium gibt es, Trainium-Chips auch."
SPLITS: Mapping[str, Measured] = {"held": {"alerts": [Score(8, 2, 2)]}}
WORSE: Mapping[str, Measured] = {"held": {"alerts": [Score(7, 3, 3)]}}
BETTER: Mapping[str, Measured] = {"held": {"alerts": [Score(9, 1, 1)]}}


def verdict() -> Matched:
    trainium = Entity(id=EntityId("trainium"), kind=EntityKind.PRODUCT, names=(Name(text="Trainium"),))
    return build_matcher([trainium]).match(Zones(title="", text=TEXT, lead_end=len(TEXT)), "de")


def case(*spans: tuple[int, int]) -> GoldCase:
    return GoldCase(
        id="one",
        topic="trial",
        split="tune",
        language="de",
        zones=Zones(title="", text=TEXT),
        places=frozenset(Marked("trainium", "text", *span) for span in spans),
        forms={},
        refused=frozenset(),
        about=None,
    )


def test_a_place_counts_as_found_where_it_overlaps_and_as_a_span_where_it_is_equal() -> None:
    labelled = case((0, 8), (18, 26))

    assert [Score(2, 0, 0)] == score_mentions([labelled], [verdict()])
    assert [Score(1, 1, 1)] == score_spans([labelled], [verdict()])
    assert [Score(1, 0, 0)] == score_alerts([labelled], [verdict()])


def test_what_nobody_marked_is_a_false_positive_and_what_nobody_found_a_false_negative() -> None:
    assert [Score(0, 1, 0)] == score_alerts([case()], [verdict()])
    assert [Score(0, 0, 1)] == score_alerts([case((0, 8))], [Matched()])
    assert [Score(0, 0, 2)] == score_mentions([case((0, 8), (18, 30))], [Matched()])


def test_figures_of_nothing_are_perfect() -> None:
    assert (1.0, 1.0, 1.0) == (Score().precision, Score().recall, Score().f1)


def test_an_interval_holds_the_figure_and_is_the_same_for_the_same_seed() -> None:
    scores = [Score(1, 0, 0), Score(0, 1, 0), Score(1, 0, 1), Score(1, 1, 0)] * 20

    low, high = interval(scores, seed=1)

    assert low < total(scores).f1 < high
    assert (low, high) == interval(scores, seed=1)


def test_a_digest_follows_names_and_contents_and_no_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a")
    two.write_bytes(b"b")

    before = digest_of([one, two])
    backwards = digest_of([two, one])
    two.write_bytes(b"c")

    assert before == backwards
    assert before != digest_of([one, two])


def test_floors_lie_below_the_figures_that_they_were_measured_from(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"

    write_floors(raised({"gold": ("1", SPLITS)}, {"other": {"kept": 1}}), path)
    floors = read_floors(path)

    assert {"kept": 1} == floors["other"]
    assert {"digest": "1", "held.alerts.precision": 0.78, "held.alerts.recall": 0.78} == {
        name: floor for name, floor in floors["gold"].items() if not name.endswith("f1")
    }
    assert 0.798 == floors["gold"]["held.alerts.f1"]
    assert [] == faults("gold", "1", SPLITS, floors)


def test_an_update_raises_floors_and_refuses_to_lower_one() -> None:
    floors = raised({"gold": ("1", SPLITS)}, {})

    higher = raised({"gold": ("2", BETTER)}, floors)

    assert 0.898 == higher["gold"]["held.alerts.f1"]
    with pytest.raises(ValueError, match="no floor is lowered: gold held"):
        raised({"gold": ("1", WORSE)}, floors)


def test_figures_below_their_floors_another_corpus_and_unpinned_ones_are_told() -> None:
    floors = raised({"gold": ("1", SPLITS)}, {})

    assert 3 == len(faults("gold", "1", WORSE, floors))
    assert ["gold: the corpus is another one than its floors were measured on"] == faults(
        "gold", "2", SPLITS, floors
    )
    assert 1 == len(faults("new", "1", SPLITS, floors))


def test_the_table_has_a_line_for_each_corpus_split_and_family() -> None:
    head, line = table({"gold": ("1", SPLITS)})

    assert head.split()[:4] == ["corpus", "split", "family", "docs"]
    assert line.split()[:7] == ["gold", "held", "alerts", "1", "8", "2", "2"]
    assert 3 == line.count("0.800 (0.800 to 0.800)")


def test_a_corpus_that_is_not_there_is_told_and_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["nowhere"])

    assert "nowhere: not here, not measured\n" == capsys.readouterr().err
