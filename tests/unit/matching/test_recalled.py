from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.explain import explain
from monitor.matching.matcher import Matcher, MatchPolicy, build_matcher
from monitor.matching.recalled import MOST
from monitor.model import EntityId, LearnedWord, Match, Matched
from tests.unit.matching.texts import entity, read

DESANTIS = EntityId("desantis")
PLAIN = build_matcher(
    [entity("desantis", "person", "Peter DeSantis", context=("AWS",), not_context=("Wahl",))]
)


def word(text: str, weight: float) -> LearnedWord:
    return LearnedWord(word=text, weight=weight, accepted=4, refused=0)


def having(*learned: LearnedWord, base: Matcher = PLAIN) -> Matcher:
    return base.having_learned({DESANTIS: learned})


def only(matched: Matched) -> Match:
    (match,) = (*matched.matches, *matched.rejected)
    return match


def said(match: Match) -> list[tuple[str, float]]:
    return [(each.text, each.weight) for each in match.evidence if each.reason == "learned"]


FOR = (word("Chip", 0.5), word("Sparte", 0.5), word("Rechner", 0.5))
AGAINST = (word("Segel", -0.5), word("Strand", -0.5), word("Sumpf", -0.5))


def test_learned_words_speak_together_at_most_one_unit_for_and_one_against() -> None:
    text = "Peter DeSantis zeigt Chips der Sparte und Rechner, mit Segel am Strand und im Sumpf."

    match = only(read(having(*FOR, *AGAINST), text))

    assert [("Chip", 0.5), ("Sparte", 0.5), ("Segel", -0.5), ("Strand", -0.5)] == said(match)
    assert MOST == 1.0


@pytest.mark.parametrize(
    ("text", "without", "with_them"),
    [
        ("DeSantis zeigt Chips der Sparte.", "probable", "probable"),
        ("DeSantis mag Segel und Strand.", "probable", "probable"),
        ("DeSantis zeigt AWS Chips der Sparte.", "confirmed", "confirmed"),
        ("Peter DeSantis mag Segel und Strand.", "confirmed", "confirmed"),
        ("DeSantis zeigt Chips der Sparte. Nach der Wahl.", "rejected", "rejected"),
        ("Ron DeSantis zeigt Chips der Sparte.", "rejected", "rejected"),
    ],
)
def test_learned_words_alone_carry_no_verdict_over_a_threshold(
    text: str, without: str, with_them: str
) -> None:
    assert without == only(read(PLAIN, text)).tier
    assert with_them == only(read(having(*FOR, *AGAINST), text)).tier
    assert said(only(read(having(*FOR, *AGAINST), text))) or "DeSantis mag" in text


def test_what_is_nearly_refused_becomes_probable_and_what_is_nearly_confirmed_stays_so() -> None:
    base = build_matcher([entity("desantis", "person", "DeSantis", not_context=("Wahl",))])
    strict = MatchPolicy(confirmed=0.9, probable=0.5)
    doubtful = build_matcher(base.lexicon.entities, policy=strict)

    lifted = only(read(having(*FOR, base=doubtful), "DeSantis zeigt Chips der Sparte."))
    lowered = only(read(having(*AGAINST, base=doubtful), "DeSantis mag Segel, Strand und Sumpf."))

    assert "probable" == lifted.tier
    assert [("Chip", 0.5), ("Sparte", 0.5)] == said(lifted)
    assert "probable" == lowered.tier
    assert -1.0 == sum(weight for _, weight in said(lowered))


def test_the_last_word_weighs_what_is_left() -> None:
    match = only(read(having(*FOR), "DeSantis zeigt Chips der Sparte."))

    assert [("Chip", 0.49)] == said(match)
    assert "for: 'Chip' was learned from articles seen before, +0.5" in explain(match)


@pytest.mark.parametrize("confirmed", [0.0, 1.0])
def test_a_threshold_at_either_end_holds_nothing_back(confirmed: float) -> None:
    policy = MatchPolicy(confirmed=confirmed, probable=0.0)
    matcher = build_matcher(PLAIN.lexicon.entities, policy=policy)

    assert said(only(read(having(*FOR, base=matcher), "DeSantis zeigt Chips der Sparte.")))


def test_dropped_words_words_of_others_and_other_words_say_nothing() -> None:
    text = "DeSantis zeigt Chips."

    assert [] == said(only(read(having(word("Chip", 0.0), word("Mond", 0.5)), text)))
    assert [] == said(only(read(PLAIN.having_learned({EntityId("x"): FOR}), text)))


def test_where_others_are_named_or_another_thing_stands_nothing_is_recalled() -> None:
    amazon = entity("amazon", "organization", "Amazon", decoys=("Amazonas",))
    both = build_matcher([*PLAIN.lexicon.entities, amazon])
    learned = both.having_learned({DESANTIS: FOR, amazon.id: FOR})

    assert read(both, "Amazon wächst.") == read(both.having_learned({DESANTIS: FOR}), "Amazon wächst.")
    assert [] == said(only(read(learned, "Chips und eine Sparte am Amazonas.")))


SENTENCES = [
    "DeSantis zeigt Chips der Sparte.",
    "Peter DeSantis mag Segel.",
    "Ron DeSantis am Strand.",
    "Bei AWS rechnen Rechner.",
    "Nach der Wahl im Sumpf.",
]


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(SENTENCES), max_size=5).map(" ".join),
    st.lists(
        st.sampled_from([*FOR, *AGAINST, word("Chip", -0.13)]), max_size=5, unique_by=lambda each: each.word
    ),
)
def test_evidence_with_learned_words_adds_up_and_moves_no_verdict_past_probable(
    text: str, learned: list[LearnedWord]
) -> None:
    before, after = read(PLAIN, text), read(having(*learned), text)

    for match in (*after.matches, *after.rejected):
        total = sum(each.weight for each in match.evidence)
        own = total - sum(weight for _, weight in said(match))
        assert match.confidence == pytest.approx(1 / (1 + exp(-total)))
        assert abs(total - own) <= MOST + 1e-9
        assert (own >= 0) == (total >= 0) or match.tier == "probable"
    assert _tiers(after, "confirmed") <= _tiers(before, "confirmed")
    assert _tiers(after, "rejected") <= _tiers(before, "rejected")


def _tiers(matched: Matched, tier: str) -> set[tuple[int, int]]:
    """Return the places that have a tier."""
    found = [each for each in (*matched.matches, *matched.rejected) if each.tier == tier]
    return {(mention.start, mention.end) for match in found for mention in match.mentions}
