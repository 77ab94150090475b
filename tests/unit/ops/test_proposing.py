"""Laws of what is proposed from verdicts: what separates wrong from right, and loses no right one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.model import Article, EntryId, FeedId, Rightness, Verdict, Zones
from monitor.ops.proposing import Proposal, propose
from monitor.ops.quality import additions, snippet
from monitor.steps.rules import build_rules

RIGHT = (
    "Trelvia baut in Kassel ein Werk für Pumpen, die Belegschaft wächst um hundert Leute.",
    "Der Umsatz stieg im Quartal. Trelvia verkauft Pumpen an Brauereien in ganz Europa.",
    "Ein Gericht gab Trelvia recht: Das Patent auf Pumpen ohne Dichtung gilt weiter.",
    "Die Gewerkschaft fordert mehr Lohn. Trelvia und die Pumpen aus Hessen sind gefragt wie nie.",
    "Zur Messe zeigt Trelvia neue Pumpen für Labore, klein wie eine Streichholzschachtel.",
)
PROVINCE = (
    "Ein Sturm traf die Küste. Bei Trelvia Scotia fiel der Strom aus, Bäume stürzten auf Straßen.",
    "Hummer werden knapp: An der Küste bei Trelvia Scotia klagen die Fischer über warmes Wasser.",
    "Der Leuchtturm brannte in der Nacht. Die Küste bei Trelvia Scotia blieb ohne Feuer und Licht.",
)
STAR = (
    "Am Himmel leuchtet Trelvia, ein Stern am Teleskop der Sternwarte hell wie selten.",
    "Forscher maßen mit dem Teleskop, wie Trelvia verblasst, den Abstand der Wolke aus Gas.",
    "Wer ein Teleskop hat, sieht Trelvia im Sternbild Schwan bis Sonntag am Abend.",
)


@cache
def config(more: str = "") -> Config:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "monitor.yaml"
        path.write_text(
            "feeds: [https://a.example/rss]\n"
            "entities:\n  other: {names: [Siemens]}\n"
            f"  trelvia: {{kind: organization, names: [Trelvia]{more}}}\n"
            "receivers: {desk: 'https://desk.example'}\n",
            "utf-8",
        )
        return load_config(path, {})


def articles(texts: Sequence[str]) -> list[Article]:
    return [
        Article(
            entry_id=EntryId(f"en_{number}"),
            feed_id=FeedId("gone"),
            url="",
            canonical_url="",
            zones=Zones(title="", text=text, lead_end=len(text)),
            verdict=Verdict.FULL,
            fingerprint=(),
            language="de",
            fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        for number, text in enumerate(texts)
    ]


def proposed(wrong: Sequence[str], right: Sequence[str] = RIGHT, more: str = "") -> Proposal:
    given = config(more)
    judged = {Rightness.RIGHT: articles(right), Rightness.WRONG: articles(wrong)}
    return propose(given.entities[1], given, build_rules(given).matcher, judged, build_rules)


def test_a_longer_name_in_wrong_reports_is_proposed_as_a_decoy_and_spares_them() -> None:
    proposal = proposed(PROVINCE, more=", not: [Trelvia Express]")

    assert {"not": ["Trelvia Scotia"]} == additions(proposal)
    assert (3, 0) == (proposal.trials[0].spared, proposal.trials[0].lost)
    assert {Rightness.RIGHT: 5, Rightness.WRONG: 3} == proposal.told
    assert 'entities:\n  trelvia:\n    not: ["Trelvia Express", "Trelvia Scotia"]\n' == snippet(proposal)


def test_words_that_stand_in_wrong_reports_alone_are_proposed_as_context_against() -> None:
    proposal = proposed(STAR)

    assert {"not_context": ["Teleskop"]} == additions(proposal)
    assert (3, 0) == (proposal.taken[0].spared, proposal.taken[0].lost)


def test_what_would_lose_a_right_alert_is_refused() -> None:
    fourth = "Im Museum steht ein Teleskop, durch das Trelvia schon vor hundert Jahren gesehen wurde."

    proposal = proposed((*STAR, fourth), (*RIGHT, "Trelvia liefert Pumpen für ein Teleskop in Chile."))

    (refused,) = [each for each in proposal.trials if each.text == "Teleskop"]
    assert (4, 1, False) == (refused.spared, refused.lost, refused.taken)
    assert {} == additions(proposal)


@pytest.mark.parametrize("wrong", [STAR[:2], (STAR[0],) * 9])
def test_too_few_wrong_reports_are_told_as_such_and_copies_count_once(wrong: Sequence[str]) -> None:
    proposal = proposed(wrong)

    assert proposal.early.startswith("too early")
    assert not proposal.trials


def test_what_is_no_alert_any_more_needs_nothing() -> None:
    proposal = proposed(PROVINCE, more=", not: [Trelvia Scotia]")

    assert 0 == proposal.told[Rightness.WRONG]
    assert not proposal.trials
    assert not proposal.early
