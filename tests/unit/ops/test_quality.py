"""Laws of `monitor quality`: counts, shares with their intervals, and what people are told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from monitor.model import Article, EntityId, EntryId, Match, MatchVerdict, Name, Rightness
from monitor.ops.quality import quality_of, show_quality, wilson
from monitor.ports import Judged
from monitor.steps.rules import build_rules
from tests.unit.ops.test_proposing import PROVINCE, RIGHT, STAR, articles, config


class Said:
    """A store in which verdicts stand, of articles that are kept and of one that is not."""

    def __init__(self, wrong: Sequence[str], right: Sequence[str] = RIGHT) -> None:
        matcher = build_rules(config()).matcher
        self._judged = {
            said: [
                self._verdict(each, said, matcher.match(each.zones, "de").matches) for each in articles(texts)
            ]
            for said, texts in ((Rightness.RIGHT, right), (Rightness.WRONG, wrong))
        }

    def _verdict(self, article: Article, said: Rightness, found: Sequence[Match]) -> Judged:
        verdict = MatchVerdict(
            entry=EntryId("x"), entity=EntityId("trelvia"), said=said, note="", said_at=article.fetched_at
        )
        return Judged(verdict=verdict, article=article, match=found[0])

    def count_verdicts(self) -> Mapping[EntityId, Mapping[Rightness, int]]:
        gone = {EntityId("gone"): {Rightness.RIGHT: 1, Rightness.WRONG: 2}}
        return gone | {EntityId("trelvia"): {said: len(those) for said, those in self._judged.items()}}

    def count_told(self) -> Mapping[EntityId, int]:
        return {EntityId("trelvia"): 20}

    def judged(self, entity: EntityId, said: Rightness, newest: int) -> Sequence[Judged]:
        if entity == "trelvia":
            return self._judged[said][:newest]
        one = self._judged[Rightness.RIGHT][0]
        return [replace(one, article=None, match=None)]


def shown(store: Said, only: str | None = None, applied: Sequence[str] = ()) -> Any:
    found = quality_of(store, config(), build_rules, EntityId(only) if only else None)
    return show_quality(found, applied)


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 5, 0.0, 0.434), (5, 5, 0.566, 1.0), (1, 1, 0.207, 1.0)],
)
def test_the_interval_is_that_of_wilson(right: int, judged: int, low: float, high: float) -> None:
    assert (low, high) == pytest.approx(wilson(right, judged), abs=0.0006)


def test_of_nothing_there_is_no_share() -> None:
    with pytest.raises(ValueError, match="nothing"):
        wilson(0, 0)


def test_entities_have_counts_precision_forms_and_evidence_and_a_proposal_to_paste() -> None:
    answer = shown(Said(PROVINCE))

    first, gone = answer.plain["entities"]
    assert ("trelvia", 20, 5, 3, 0.625) == tuple(
        first[key] for key in ("entity", "told", "right", "wrong", "precision")
    )
    assert [0.306, 0.863] == first["interval"]
    assert [{"form": "exact", "right": 5, "wrong": 3}] == first["forms"]
    assert {"reason": "other_name", "right": 0, "wrong": 3} in first["reasons"]
    assert {"not": ["Trelvia Scotia"]} == first["proposal"]["additions"]
    assert ("gone", None, []) == (gone["entity"], gone["proposal"], gone["forms"])
    words = "\n".join(answer.words)
    assert (
        'paste over these keys, or call with --apply:\nentities:\n  trelvia:\n    not: ["Trelvia Scotia"]'
        in words
    )
    assert "paste" not in "\n".join(shown(Said(PROVINCE), applied=["trelvia"]).words)
    assert ["trelvia"] == [each["entity"] for each in shown(Said(PROVINCE), "trelvia").plain["entities"]]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (STAR[:2], "too early: 2 wrong reports"),
        ((STAR[0],) * 5, "too early: 1 wrong report with"),
        ((), ""),
    ],
)
def test_few_verdicts_are_told_as_such(wrong: Sequence[str], word: str) -> None:
    assert word in "\n".join(shown(Said(wrong), "trelvia").words)


def test_an_entity_without_verdicts_has_no_share() -> None:
    answer = shown(Said(()), "other")

    assert (None, None) == tuple(answer.plain["entities"][0][key] for key in ("precision", "interval"))
    assert ("other", "0", "0", "0", "–", "–") == answer.tables[0].rows[0]


def test_of_entities_with_wrong_alerts_it_says_what_check_says_of_their_names() -> None:
    given = config()
    other, trelvia = given.entities
    doubtful = (other, replace(trelvia, names=(*trelvia.names, Name(text="Zeit"))))

    found = quality_of(Said(PROVINCE), replace(given, entities=doubtful), build_rules)

    (advice,) = found[0].advice
    assert "'Zeit'" in advice
    assert f"trelvia: {advice}" in show_quality(found).words
