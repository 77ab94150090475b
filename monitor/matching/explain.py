"""How is a verdict said in words that an operator can check?

One line for each piece of evidence, with its weight, and one that adds them up: whoever doubts the
confidence can compute it again.
"""

from collections.abc import Mapping, Sequence

from monitor.model import Evidence, Match, MatchReason, RejectedReading, Tier

_WORDS: Mapping[MatchReason, str] = {
    MatchReason.NAME: "'{}' is the name",
    MatchReason.FULL_NAME: "'{}' is the full name",
    MatchReason.LICENSED: "the full name '{}' stands elsewhere in the article",
    MatchReason.SHORT_FORM: "'{}' is only a part of the name",
    MatchReason.COMMON_WORD: "'{}' is also an ordinary word, a place or a usual name",
    MatchReason.SHORT_NAME: "'{}' is short and has many readings",
    MatchReason.OTHER_GIVEN_NAME: "'{}' stands before the surname (other given name)",
    MatchReason.OTHER_NAME: "'{}' is another name",
    MatchReason.OTHER_WORD: "'{}' is another word",
    MatchReason.DECOY: "'{}' is another thing in this article (decoy)",
    MatchReason.CONTEXT: "the context word '{}' stands in the article",
    MatchReason.CONTEXT_NEAR: "the context word '{}' stands in the same sentence",
    MatchReason.NOT_CONTEXT: "'{}' in the article speaks for another thing",
    MatchReason.NOT_CONTEXT_NEAR: "'{}' in the same sentence speaks for another thing",
    MatchReason.REQUIRED_MISSING: "none of the required words '{}' stands in the article",
    MatchReason.RELATED: "the related '{}' is named too",
    MatchReason.ROLE: "'{}' is a role that fits",
    MatchReason.OTHER_ROLE: "'{}' is another one's office (other role)",
    MatchReason.ORGANIZATION_CUE: "'{}' speaks of an organization",
    MatchReason.GEOGRAPHIC_CUE: "'{}' speaks of a river, a forest or a region",
    MatchReason.LEGAL_FORM: "the legal form '{}' follows",
    MatchReason.TITLE: "'{}' stands in the title",
    MatchReason.LOWER_CASE: "'{}' is not capitalized as the name is",
    MatchReason.ONE_SENSE: "'{}' elsewhere in the article tells what is meant",
    MatchReason.LEARNED: "'{}' was learned from articles seen before",
}
_VERDICTS = {Tier.CONFIRMED: "confirmed", Tier.PROBABLE: "probable", Tier.REJECTED: "refused"}


def explain(match: Match) -> Sequence[str]:
    """Return a verdict as lines: the outcome, the evidence with weights, what was refused beside it."""
    weights = " ".join(f"{each.weight:+.1f}" for each in match.evidence)
    total = sum(each.weight for each in match.evidence)
    return [
        f"{match.entity}: {_VERDICTS[match.tier]}, confidence {match.confidence:.3f}, {_places(match)}",
        *(
            f"{_side(each)}: {in_words(each.reason, each.text)}, {each.weight:+.1f}"
            for each in match.evidence
        ),
        f"sum: {weights} = {total:+.1f}; the logistic of it is {match.confidence:.3f}",
        *(_beside(each) for each in match.rejected),
        *_salience(match),
    ]


def in_words(reason: MatchReason, text: str) -> str:
    """Return what one reason says of a text."""
    if reason is MatchReason.OTHER_GIVEN_NAME and " " in text:
        return f"'{text}' is the full name that the surname goes with (other given name)"
    return _WORDS[reason].format(text)


def _side(evidence: Evidence) -> str:
    return "for" if evidence.weight >= 0 else "against"


def _places(match: Match) -> str:
    count = len(match.mentions)
    return f"{count} place" if count == 1 else f"{count} places"


def _beside(reading: RejectedReading) -> str:
    return f"refused beside it, {reading.count}×: {in_words(reading.reason, reading.reading)}"


def _salience(match: Match) -> Sequence[str]:
    if match.tier is Tier.REJECTED:
        return ()
    level = "about it" if match.salience.about else "a mention"
    parts = " + ".join(f"{name} {part:.2f}" for name, part in match.salience.parts.items())
    return (f"salience {match.salience.value:.2f} ({level}) = {parts}",)
