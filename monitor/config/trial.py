"""Do the entities find what their own `tests` say, and which of their names will mislead?"""

from collections.abc import Iterable, Mapping

from monitor.config import values
from monitor.config.findings import Findings, Spot
from monitor.errors import Fault
from monitor.matching.lint import lint
from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Entity, EntityId, Zones


def run_tests(entities: Iterable[Entity], matcher: Matcher, spots: Mapping[str, Spot]) -> tuple[Fault, ...]:
    """Return a fault for each text of `tests` that names an entity and must not, or the reverse.

    Each text is read as an article of its own, without a title and of unknown language. `spots` say
    where each entity stands.
    """
    findings = Findings()
    for entity in entities:
        for index, text in enumerate(entity.tests_match):
            if not _names(entity.id, text, matcher):
                problem = f"does not name '{entity.id}', but should; {_why_not(entity.id, text, matcher)}"
                told = f"{values.shown(text)} {problem}"
                spots[entity.id].fault(findings, told, "tests", "match", index)
        for index, text in enumerate(entity.tests_no_match):
            if _names(entity.id, text, matcher):
                problem = (
                    f"names '{entity.id}', but should not; add the other thing to 'not', or 'not_context'"
                )
                told = f"{values.shown(text)} {problem}"
                spots[entity.id].fault(findings, told, "tests", "no_match", index)
    return tuple(findings.faults)


def try_entities(entities: tuple[Entity, ...], spots: Mapping[str, Spot], findings: Findings) -> None:
    """Run all tests of the entities; those without any cost nothing."""
    if any(each.tests_match or each.tests_no_match for each in entities):
        findings.faults.extend(run_tests(entities, build_matcher(entities, {}), spots))


def lint_names(entities: tuple[Entity, ...], spots: Mapping[str, Spot], findings: Findings) -> None:
    """Tell the names that are common words, very short, or belong to two entities."""
    for each in lint(entities):
        spots[each.entity].warn(findings, f"name '{each.name}' {each.problem}; {each.suggestion}")


def _article(text: str) -> Zones:
    return Zones(title="", text=text, lead_end=len(text))


def _names(entity: EntityId, text: str, matcher: Matcher) -> bool:
    return any(match.entity == entity for match in matcher.match(_article(text), None).matches)


def _why_not(entity: EntityId, text: str, matcher: Matcher) -> str:
    refused = [match for match in matcher.match(_article(text), None).rejected if match.entity == entity]
    reasons = dict.fromkeys(
        each.reason.value for match in refused for each in match.evidence if each.weight < 0
    )
    if reasons:
        return f"refused for {', '.join(reasons)}: add context, or correct the text"
    return "none of its names stands there: add the name, or correct the text"
