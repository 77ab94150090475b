"""Entities and articles for the matcher's tests."""

from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Case, Entity, EntityId, EntityKind, Match, Matched, Name, Zones

# The confidence that a watchlist asks for by itself.
WATCHED = 0.5
AMAZON, DESANTIS, TRAINIUM = EntityId("amazon"), EntityId("desantis"), EntityId("trainium")


def entity(key: str, kind: str, *names: str | Name, **more: tuple[str, ...]) -> Entity:
    written = tuple(name if isinstance(name, Name) else Name(text=name) for name in names)
    return Entity(id=EntityId(key), kind=EntityKind(kind), names=written, **more)  # type: ignore[arg-type]


# The two configurations of interface.md: the smallest, and the full one.
SMALLEST = (
    entity("amazon", "other", "Amazon"),
    entity("desantis", "other", "DeSantis"),
    entity("trainium", "other", "Trainium"),
)
FULL = (
    entity(
        "amazon",
        "organization",
        "Amazon",
        "Amazon.com",
        Name(text="AWS", case=Case.EXACT),
        decoys=("Amazonas", "Amazon River", "Amazon rainforest", "Amazonen"),
        context=("Jassy", "Cloud", "Alexa"),
        not_context=("Regenwald", "rainforest"),
        related=("desantis", "trainium"),
    ),
    entity("desantis", "person", "Peter DeSantis", decoys=("Ron DeSantis",)),
    entity("trainium", "product", "Trainium"),
)
# The same entities with nothing but their kinds.
PLAIN = (
    entity("amazon", "organization", "Amazon"),
    entity("desantis", "person", "Peter DeSantis"),
    entity("trainium", "product", "Trainium"),
)
SMALLEST_MATCHER, FULL_MATCHER, PLAIN_MATCHER = (build_matcher(each) for each in (SMALLEST, FULL, PLAIN))


def read(
    matcher: Matcher, text: str, language: str | None = "de", title: str = "", captions: str = ""
) -> Matched:
    lead_end = text.find("\n\n") if "\n\n" in text else len(text)
    return matcher.match(Zones(title=title, text=text, lead_end=lead_end, captions=captions), language)


def read_for(kind: str, name: str, text: str, language: str = "de", **more: tuple[str, ...]) -> Matched:
    return read(build_matcher([entity("it", kind, name, **more)]), text, language)


def alerts(name: str, text: str, language: str = "de") -> bool:
    """Return whether a watchlist hears of a text on an organization: of what is rather it than not."""
    return any(each.confidence >= WATCHED for each in read_for("organization", name, text, language).matches)


def accepted(matched: Matched, key: str = "it") -> list[tuple[str, str]]:
    mentions = [mention for match in matched.matches if match.entity == key for mention in match.mentions]
    return [(mention.surface, mention.form.value) for mention in mentions]


def refused(matched: Matched, key: str = "it") -> list[tuple[str, str]]:
    found = [match for match in matched.rejected if match.entity == key]
    return [(mention.surface, heaviest(match)) for match in found for mention in match.mentions]


def heaviest(match: Match) -> str:
    return min(match.evidence, key=lambda each: each.weight).reason.value


_KINDS = {"org": "organization", "person": "person", "product": "product", "place": "place", "other": "other"}


def one_liners(table: str) -> list[tuple[str, str, str, str, list[tuple[str, str]]]]:
    """Return cases written one a line: language | kind | name | text | surface form; surface form, or -."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [_case(*(part.strip() for part in line.strip().split(" | "))) for line in lines]


def _case(
    language: str, kind: str, name: str, text: str, found: str
) -> tuple[str, str, str, str, list[tuple[str, str]]]:
    wanted = [] if found == "-" else [each.strip().rpartition(" ") for each in found.split(";")]
    return language, _KINDS[kind], name, text, [(surface, form) for surface, _, form in wanted]


def mentioned(language: str, kind: str, name: str, text: str) -> list[tuple[str, str]]:
    """Return what a one-liner finds, having checked that each surface is the slice of its text."""
    matched = read(build_matcher([entity("it", kind, name)]), text, None if language == "?" else language)
    for match in (*matched.matches, *matched.rejected):
        assert all(mention.surface == text[mention.start : mention.end] for mention in match.mentions)
    return accepted(matched)
