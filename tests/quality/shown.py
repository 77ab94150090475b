"""Which sentences of GermEval are missed or wrongly found, and what evidence spoke?"""

from collections.abc import Iterator, Mapping

from monitor.model import Match, Matched, Tier
from tests.quality.germeval import CONFIRMED, FORMS, Truth, compared, form_of, is_distinctive, judged, set_ups


def shown(split: str, family: str) -> Iterator[str]:
    """Yield a line for each entity that a family of a split counts as missed or wrong.

    Raises:
        KeyError: there is no such split.
    """
    corpus, who = set_ups()[split]
    for sentence, truth, matched in judged(corpus, who):
        for sign, entity, match in _faults(truth, matched, family):
            said = (
                ", ".join(f"{each.reason.value} {each.weight:+} {each.text}" for each in match.evidence)
                if match
                else "no hit"
            )
            yield f"{sign} {entity} ({who.kind_of[entity]}): {sentence.text} [{said}]"


def _faults(truth: Truth, matched: Matched, family: str) -> Iterator[tuple[str, str, Match | None]]:
    least = Tier.CONFIRMED if family.startswith(CONFIRMED) else None
    told = {str(each.entity): each for each in matched.matches if least in (None, each.tier)}
    judgments: Mapping[str, Match] = {
        str(each.entity): each for each in (*matched.rejected, *matched.matches)
    }
    _, wrong, missed = compared(truth, told)
    for entity in sorted(wrong):
        if _is_counted(entity, form_of(told[entity]), family):
            yield "wrong", entity, told[entity]
    for entity in sorted(missed):
        if _is_counted(entity, truth.wanted[entity], family):
            yield "missed", entity, judgments.get(entity)


def _is_counted(entity: str, form: str | None, family: str) -> bool:
    name = family.removeprefix(CONFIRMED)
    return {"alerts": True, "distinctive": is_distinctive(entity)}.get(name, form == FORMS.get(name, ""))
