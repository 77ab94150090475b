"""`monitor quality`: how often are alerts right, as those say who had them, and what would help?"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

from monitor.config.schema import Config
from monitor.matching.lint import NameWarning, lint
from monitor.model import EntityId, Rightness
from monitor.ops.proposing import Articles, Build, Proposal, Trial, changed, propose
from monitor.ports import Judged
from monitor.tables import Shown, Table

# Of each word on an entity, the newest so many: what was wrong long ago may be mended.
NEWEST = 200
_PLACES = 3
_NORMAL = 1.96  # standard deviations: 95 %
_KEYS = ("not", "not_context")


class Verdicts(Protocol):
    """What is asked of the store."""

    def count_verdicts(self) -> Mapping[EntityId, Mapping[Rightness, int]]:
        """Return how many matches of each entity were said to be right, and wrong."""
        ...

    def count_told(self) -> Mapping[EntityId, int]:
        """Return how many of the stories that are kept told of each entity."""
        ...

    def judged(self, entity: EntityId, said: Rightness, newest: int) -> Sequence[Judged]:
        """Return so many of the newest verdicts of one word on an entity."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was said of an entity: all verdicts; and those whose match is kept, by form and reason."""

    entity: EntityId
    told: int
    said: Mapping[Rightness, int]
    forms: Mapping[str, Mapping[Rightness, int]]
    reasons: Mapping[str, Mapping[Rightness, int]]
    advice: Sequence[str]
    proposal: Proposal | None


def wilson(right: int, judged: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, by Wilson's score (1927, JASA 22): it holds for few, near 1 too.

    Raises:
        ValueError: nothing was judged.
    """
    if not judged:
        raise ValueError("of nothing there is no share")
    share, square = right / judged, _NORMAL**2 / judged
    middle = (share + square / 2) / (1 + square)
    half = _NORMAL / (1 + square) * sqrt(share * (1 - share) / judged + square / (4 * judged))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def quality_of(
    store: Verdicts,
    config: Config,
    build: Build,
    only: EntityId | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Sequence[Quality]:
    """Return what was said of the entities, those with most wrong alerts first.

    Proposals are made for entities that are configured and have wrong alerts.
    """
    counts, told = store.count_verdicts(), store.count_told()
    named = {each.id: each for each in config.entities}
    asked = [only] if only is not None else sorted(counts)
    wrong = {each for each in asked if each in named and counts.get(each, {}).get(Rightness.WRONG)}
    matcher = build(config).matcher if wrong else None
    warnings = lint(config.entities) if wrong else ()
    found: list[Quality] = []
    for done, entity in enumerate(asked, 1):
        said = counts.get(entity, dict.fromkeys(Rightness, 0))
        judged = {word: store.judged(entity, word, NEWEST) for word in Rightness}
        proposal = None
        if matcher and entity in wrong:
            proposal = propose(named[entity], config, matcher, _texts(judged), build)
        found.append(
            Quality(
                entity=entity,
                told=told.get(entity, 0),
                said=said,
                forms=_counted(judged, _forms),
                reasons=_counted(judged, _reasons),
                advice=[_advice(each) for each in warnings if each.entity == entity and proposal],
                proposal=proposal,
            )
        )
        progress(done)
    return sorted(found, key=lambda each: (-each.said[Rightness.WRONG], each.entity))


def _texts(judged: Mapping[Rightness, Sequence[Judged]]) -> Articles:
    """Return the articles of which a text is kept."""
    return {
        said: [each.article for each in those if each.article and each.article.zones.text]
        for said, those in judged.items()
    }


def _counted(
    judged: Mapping[Rightness, Sequence[Judged]], of: Callable[[Judged], Iterable[str]]
) -> Mapping[str, Mapping[Rightness, int]]:
    counts = {
        said: Counter(word for each in those for word in set(of(each))) for said, those in judged.items()
    }
    words = sorted({word for each in counts.values() for word in each})
    return {word: {said: counts[said][word] for said in Rightness} for word in words}


def _forms(judged: Judged) -> Iterable[str]:
    return (mention.form.value for mention in judged.match.mentions) if judged.match else ()


def _reasons(judged: Judged) -> Iterable[str]:
    return (each.reason.value for each in judged.match.evidence) if judged.match else ()


def _advice(warning: NameWarning) -> str:
    return f"'{warning.name}' {warning.problem}; {warning.suggestion}"


def additions(proposal: Proposal) -> Mapping[str, Sequence[str]]:
    """Return what is proposed, by the key that it belongs under."""
    found = {key: [each.text for each in proposal.taken if each.key == key] for key in _KEYS}
    return {key: texts for key, texts in found.items() if texts}


def snippet(proposal: Proposal) -> str:
    """Return a piece of the configuration in which the keys of a proposal are whole, with what was there."""
    after = changed(proposal.entity, proposal.taken)
    whole = {"not": after.decoys, "not_context": after.not_context}
    lists = (f"    {key}: {json.dumps(whole[key], ensure_ascii=False)}" for key in additions(proposal))
    return "\n".join(["entities:", f"  {proposal.entity.id}:", *lists]) + "\n"


# ---- how it is told --------------------------------------------------------------------------------


def show_quality(found: Sequence[Quality], applied: Sequence[str] = ()) -> Shown:
    """Return it as a table, the trials of each entity with wrong alerts, and what can be pasted."""
    rows = [
        (
            each.entity,
            str(each.told),
            str(each.said[Rightness.RIGHT]),
            str(each.said[Rightness.WRONG]),
            *_shown_share(each),
        )
        for each in found
    ]
    table = Table(
        columns=("entity", "told", "right", "wrong", "precision", "95 %"),
        rows=rows,
        empty="nobody has said yet whether an alert is right; see docs/how-to/verdicts.md",
    )
    return Shown(
        plain={"entities": [_plain(each) for each in found], "applied": list(applied)},
        tables=(table, *(each for quality in found for each in _tables(quality))),
        words=tuple(word for each in found for word in _words(each, applied)),
    )


def _shown_share(quality: Quality) -> tuple[str, str]:
    right, judged = quality.said[Rightness.RIGHT], sum(quality.said.values())
    if not judged:
        return "–", "–"
    low, high = wilson(right, judged)
    return f"{right / judged:.0%}", f"{low:.0%} to {high:.0%}"


def _tables(quality: Quality) -> Iterator[Table]:
    if quality.proposal is None:
        return
    counted = [
        (kind, word, str(counts[Rightness.RIGHT]), str(counts[Rightness.WRONG]))
        for kind, words in (("form", quality.forms), ("evidence", quality.reasons))
        for word, counts in words.items()
        if counts[Rightness.WRONG]
    ]
    if counted:
        yield Table(
            title=f"{quality.entity}: what the wrong alerts have",
            columns=("", "", "right", "wrong"),
            rows=counted,
        )
    if quality.proposal.trials:
        yield Table(
            title=f"{quality.entity}: what was tried on the judged articles",
            columns=("key", "text", "wrong spared", "right lost", ""),
            rows=[
                (each.key, each.text, str(each.spared), str(each.lost), _outcome(each))
                for each in quality.proposal.trials
            ],
        )


def _outcome(trial: Trial) -> str:
    if trial.lost:
        return "refused: a right one is lost"
    return "proposed" if trial.taken else "spares nothing more"


def _words(quality: Quality, applied: Sequence[str]) -> Iterator[str]:
    proposal = quality.proposal
    if proposal is None:
        return
    yield from (f"{quality.entity}: {each}" for each in quality.advice)
    if proposal.early:
        yield f"{quality.entity}: {proposal.early}"
    elif not proposal.told[Rightness.WRONG]:
        yield f"{quality.entity}: none of the wrong articles would be an alert now"
    elif not proposal.taken:
        yield f"{quality.entity}: nothing was found that spares a wrong alert and no right one"
    elif quality.entity in applied:
        yield f"{quality.entity}: written into the configuration; a service takes it at a reload"
    else:
        yield f"{quality.entity}: paste over these keys, or call with --apply:\n{snippet(proposal)}"


def _plain(quality: Quality) -> Mapping[str, Any]:
    right, judged = quality.said[Rightness.RIGHT], sum(quality.said.values())
    return {
        "entity": quality.entity,
        "told": quality.told,
        **{said.value: count for said, count in quality.said.items()},
        "precision": round(right / judged, _PLACES) if judged else None,
        "interval": [round(each, _PLACES) for each in wilson(right, judged)] if judged else None,
        "forms": _plain_counts("form", quality.forms),
        "reasons": _plain_counts("reason", quality.reasons),
        "advice": list(quality.advice),
        "proposal": _plain_proposal(quality.proposal) if quality.proposal else None,
    }


def _plain_counts(kind: str, counts: Mapping[str, Mapping[Rightness, int]]) -> Sequence[Mapping[str, Any]]:
    return [
        {kind: word, **{said.value: count for said, count in each.items()}} for word, each in counts.items()
    ]


def _plain_proposal(proposal: Proposal) -> Mapping[str, Any]:
    return {
        "early": proposal.early or None,
        "reports": {said.value: count for said, count in proposal.reports.items()},
        "told": {said.value: count for said, count in proposal.told.items()},
        "trials": [
            {
                "key": each.key,
                "text": each.text,
                "spared": each.spared,
                "lost": each.lost,
                "taken": each.taken,
            }
            for each in proposal.trials
        ],
        "additions": {key: list(texts) for key, texts in additions(proposal).items()},
        "snippet": snippet(proposal) if proposal.taken else None,
    }
