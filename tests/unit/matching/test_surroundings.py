import pytest

from monitor.matching.surroundings import Surroundings
from monitor.text.tokens import Span


def around(text: str) -> Surroundings:
    start = text.index("Amazon")
    return Surroundings(text, Span(start, start + 6))


@pytest.mark.parametrize(
    ("text", "before", "after", "opens"),
    [
        ("Der Konzern Amazon wächst stark.", ["Konzern", "Der"], ["wächst", "stark"], True),
        ("Amazon.", [], [], True),
        ("Es regnet. Amazon wächst", [], ["wächst"], True),
        ("Es regnet, Amazon, wächst", [], [], False),
        ("Titel\n\nAmazon\n\nText", [], [], True),
        ("Titel\n\nDer Amazon", ["Der"], [], True),
        ("Mit Gov. J. Amazon", ["J", "Gov", "Mit"], [], True),
        ("a b c d e f Amazon a b c d e f", ["f", "e", "d", "c", "b"], ["a", "b"], False),
        ("Zum „Amazon“ hin", [], [], False),
    ],
)
def test_words_beside_a_name_have_only_blanks_between(
    text: str, before: list[str], after: list[str], *, opens: bool
) -> None:
    found = around(text)

    assert before == [word.text for word in found.before]
    assert after == [word.text for word in found.after]
    assert opens is found.opens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Amazon, der Konzern aus Seattle, wächst", ["der", "konzern", "aus", "seattle"]),
        ("Amazon (USA) wächst", ["usa"]),
        ("Amazon wächst", []),
    ],
)
def test_an_apposition_follows_in_commas_or_brackets(text: str, words: list[str]) -> None:
    assert words == [word.folded for word in around(text).apposition]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("Amazon (54) trat auf.", "54"),
        ("Amazon, 80, trat auf.", "80"),
        ("Amazon (54), Sänger", "54"),
        ("Amazon (11,4 Prozent) wuchs.", ""),
        ("Amazon, 17,1 Prozent", ""),
        ("Amazon (54 Prozent) wuchs.", ""),
    ],
)
def test_an_age_is_a_whole_number_in_commas_or_brackets(text: str, age: str) -> None:
    assert age == around(text).age


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Retail Giant Amazon Cuts Jobs", True),
        ("Retail giant Amazon cuts its Jobs", False),
        ("Amazon Grows", False),
    ],
)
def test_headlines_capitalize_most_words(text: str, *, headline: bool) -> None:
    assert headline is around(text).headline
