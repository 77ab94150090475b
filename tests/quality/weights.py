"""`python -m tests.quality.weights`: how often was an entity named where a piece of evidence spoke?

Counted on what may be tuned on: gold `tune`, SmartData train, GermEval dev with its own names, and each
tenth of it with the names of the other nine. For each weight, the verdicts (of one document on one entity)
that hold it, and the share of them whose entity the document names. Evidence comes in company, so that a
share is no weight; one that contradicts its weight's sign is a fault.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields

from monitor.matching.matcher import MatchPolicy, build_matcher
from monitor.matching.weights import Weights
from monitor.model import Entity, Zones
from tests.quality import germeval, gold, smartdata

_STEP = 1e-7  # what tells weights of one size apart, and moves no verdict

_CORPORA = ("gold", "smartdata", "germeval", "tenths")
_TENTHS = 10

Verdict = tuple[str, bool]  # a weight that spoke, and whether the entity is named


def main() -> int:
    """Print a line for each weight: its value, the verdicts that hold it, and the share that was right."""
    counts: dict[str, Counter[tuple[str, bool]]] = {each.name: Counter() for each in fields(Weights)}
    for corpus, verdicts in zip(_CORPORA, (on_gold(), _smartdata(), _germeval(), _tenths()), strict=True):
        for name, named in verdicts:
            counts[name][corpus, named] += 1
    for name, count in counts.items():
        shares = (_share(count[corpus, True], count[corpus, False]) for corpus in _CORPORA)
        sys.stdout.write(f"{name:28} {getattr(Weights(), name):5} " + "  ".join(shares) + "\n")
    return 0


def _share(right: int, wrong: int) -> str:
    return f"{right:5} of {right + wrong:5}" if right + wrong else f"{'':14}"


def _marked() -> tuple[Weights, dict[float, str]]:
    """Return the weights, each moved a little by its place, and their names by their value."""
    values = {
        each.name: getattr(Weights(), each.name) + place * _STEP for place, each in enumerate(fields(Weights))
    }
    return Weights(**values), {value: name for name, value in values.items()}


def _spoken(
    entities: tuple[Entity, ...], texts: list[tuple[Zones, str, frozenset[str], frozenset[str]]]
) -> Iterator[Verdict]:
    """Yield what spoke in texts: zones, language, the entities named, and those that are neither."""
    weights, names = _marked()
    matcher = build_matcher(entities, policy=MatchPolicy(weights=weights))
    for zones, language, named, neutral in texts:
        matched = matcher.match(zones, language)
        accepted = {match.entity for match in matched.matches}
        refused = [match for match in matched.rejected if match.entity not in accepted]
        for match in (*matched.matches, *refused):
            if str(match.entity) not in neutral:
                for name in dict.fromkeys(
                    names[each.weight] for each in match.evidence if each.weight in names
                ):
                    yield name, str(match.entity) in named


def on_gold() -> Iterator[Verdict]:
    """Yield what spoke on the gold's `tune` split."""
    for topic in gold.topics():
        cases = [case for case in topic.cases if case.split == "tune"]
        yield from _spoken(
            topic.entities, [(case.zones, case.language, case.named, frozenset()) for case in cases]
        )


def _smartdata() -> Iterator[Verdict]:
    if not smartdata.is_present():
        return
    corpus = smartdata.documents()
    company_of = smartdata.watched(corpus)
    texts = [
        (_plain(news.text), "de", frozenset(smartdata.named(news, company_of)), frozenset[str]())
        for news in corpus
    ]
    yield from _spoken(tuple(smartdata.entities(company_of)), texts)


def _germeval() -> Iterator[Verdict]:
    if not germeval.is_present():
        return
    corpus = germeval.sentences("dev")
    yield from _on_sentences(corpus, germeval.watched(corpus))


def _tenths() -> Iterator[Verdict]:
    """Yield what spoke where names were watched that stand in other sentences."""
    if not germeval.is_present():
        return
    corpus = germeval.sentences("dev")
    for tenth in range(_TENTHS):
        others = [each for place, each in enumerate(corpus) if place % _TENTHS != tenth]
        yield from _on_sentences(corpus[tenth::_TENTHS], germeval.watched(others, germeval.CROSS_KINDS))


def _on_sentences(corpus: Sequence[germeval.Sentence], who: germeval.Watched) -> Iterator[Verdict]:
    truths = [germeval.truth_of(each, who) for each in corpus]
    texts = [
        (_plain(each.text), "de", frozenset(truth.wanted), frozenset(truth.neutral))
        for each, truth in zip(corpus, truths, strict=True)
    ]
    yield from _spoken(who.entities, texts)


def _plain(text: str) -> Zones:
    return Zones(title="", text=text, lead_end=len(text), captions="")


if __name__ == "__main__":
    sys.exit(main())
