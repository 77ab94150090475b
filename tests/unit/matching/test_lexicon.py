import gc

import pytest
from hypothesis import given
from hypothesis.strategies import text

from monitor.matching.automaton import blanked
from monitor.matching.lexicon import bare_words, build_lexicon, folded_words, surnames
from monitor.matching.matcher import build_matcher
from monitor.model import Name
from monitor.text.normalize import fold
from tests.unit.matching.texts import FULL, accepted, entity, read


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Peter DeSantis", ["DeSantis"]),
        ("Ursula von der Leyen", ["von der Leyen", "Leyen"]),
        ("DeSantis", []),
        ("Von Leyen", ["Leyen"]),
    ],
)
def test_a_surname_is_the_last_word_with_and_without_particles(name: str, found: list[str]) -> None:
    assert found == list(surnames(name))


@pytest.mark.parametrize(
    ("name", "words"), [("Die Zeit", ["zeit"]), ("The", ["the"]), ("Deutsche Bank", ["deutsche", "bank"])]
)
def test_an_article_before_a_name_does_not_count(name: str, words: list[str]) -> None:
    assert words == list(bare_words(name))


@given(text("aZ09 ß-\n", max_size=8))
def test_the_words_of_a_name_are_those_of_its_folded_text(name: str) -> None:
    assert blanked(fold(name).text).split() == list(folded_words(name))


def test_names_without_letters_and_empty_context_are_left_out() -> None:
    lexicon = build_lexicon(
        [entity("it", "other", "…", context=("…",), decoys=("!",)), entity("none", "person", " ", "")]
    )

    assert (0, ()) == (len(lexicon.targets), lexicon.cues)


def test_one_pattern_stands_for_an_entity_once_in_each_role() -> None:
    lexicon = build_lexicon([entity("it", "person", "Peter Lang", "Paul Lang", "Lang", decoys=("Lang",))])

    roles = [
        sorted(target.role.value for target in targets)
        for targets in map(lexicon.targets.__getitem__, range(len(lexicon.targets)))
    ]
    assert ["decoy", "name", "short"] in roles


def test_entities_are_related_both_ways() -> None:
    assert ((1, 2), (0,), (0,)) == build_lexicon(FULL).related


def test_what_goes_with_a_well_known_namesake_speaks_against_unless_the_entity_claims_it() -> None:
    other = build_lexicon([entity("it", "person", "Peter DeSantis")])
    claimed = build_lexicon([entity("it", "person", "Peter DeSantis", context=("Florida",))])
    himself = build_lexicon([entity("it", "person", "Ron DeSantis")])

    words = [[cue.text for cues in lexicon.cues for cue in cues] for lexicon in (other, claimed, himself)]
    assert "Florida" in words[0]
    assert ["Florida"] == [word for word in words[1] if word == "Florida"]
    assert [] == words[2]


def test_names_that_differ_in_case_alone_are_all_kept() -> None:
    matcher = build_matcher([entity("it", "product", Name(text="Xyzzy"), Name(text="xyzzy"), "XYZZY")])

    assert 3 == len(accepted(read(matcher, "Xyzzy, xyzzy, XYZZY")))


@pytest.mark.parametrize("name", ["Elisabeth II.", "Claudia B.", "Mustafa S.*"])
def test_numerals_and_initials_are_no_surnames(name: str) -> None:
    assert () == surnames(name)


@pytest.mark.parametrize("collecting", [True, False])
def test_building_leaves_the_collector_as_it_was(*, collecting: bool) -> None:
    before = gc.isenabled()
    (gc.enable if collecting else gc.disable)()

    try:
        build_lexicon([])

        assert collecting is gc.isenabled()
    finally:
        (gc.enable if before else gc.disable)()
