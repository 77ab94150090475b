import pytest
from hypothesis import given
from hypothesis.strategies import lists, text

from monitor.matching.automaton import Automaton, blanked, pattern_of


@pytest.mark.parametrize(
    ("folded", "blank"),
    [("rolls-royce, ag", "rolls royce  ag"), ("a\nb", "a b"), ("हिन्दी!", "हिन्दी "), ("", "")],
)
def test_blanking_leaves_words_alone_and_keeps_the_length(folded: str, blank: str) -> None:
    assert blank == blanked(folded)


@pytest.mark.parametrize(
    ("folded", "pattern"),
    [(" amazon ", " amazon"), ("トヨタ", "トヨタ"), ("  ", ""), ("한국", " 한국"), ("أمل", "أمل")],
)
def test_patterns_of_spaced_scripts_begin_with_a_space(folded: str, pattern: str) -> None:
    assert pattern == pattern_of(folded)


def test_an_automaton_without_patterns_finds_nothing() -> None:
    assert () == Automaton([]).hits("amazon")


def test_hits_begin_at_words_overlap_and_leave_the_space_out() -> None:
    automaton = Automaton([" amazon", " amazon web", "トヨ"])

    assert [(0, 0, 6), (1, 0, 10)] == automaton.hits("amazon web xamazon")
    assert [(2, 0, 2), (2, 3, 5)] == automaton.hits("トヨタトヨ")


@given(lists(text(alphabet="ab", min_size=1, max_size=3), max_size=5, unique=True), text(alphabet="ab "))
def test_the_automaton_finds_what_a_naive_search_finds(names: list[str], blank: str) -> None:
    automaton = Automaton([" " + name for name in names])

    naive = {
        (number, start, start + len(name))
        for number, name in enumerate(names)
        for start in range(len(blank))
        if blank.startswith(name, start) and (start == 0 or blank[start - 1] == " ")
    }
    assert naive == set(automaton.hits(blank))
