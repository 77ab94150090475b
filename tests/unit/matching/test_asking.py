import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.asking import holds, numbered
from monitor.matching.query import Query, parse_query
from monitor.matching.spans import pages_of
from monitor.model import Zones

LEAD = "Amazon’s Chip heißt Trainium3."
ARTICLE = Zones(
    title="Amazon stellt neuen Chip vor",
    text=f"{LEAD} Die Aktie steigt.\n\nDer Chef von Amazon Web Services, Jassy, lobt L'Oréal und Müller.",
    lead_end=len(LEAD),
    captions="Ein Rechenzentrum in Ohio",
)


def asked(query: str, zones: Zones) -> bool:
    return holds(parse_query(query), numbered(pages_of(zones)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # words, folded
        ("amazon", True),
        ("AMAZON", True),
        ("Amazonas", False),
        ("mueller Müller", True),
        ("Oréal", True),
        ("Ohio", True),
        ("Train", False),
        ("Train*", True),
        ('"neuen Ch"*', True),
        ('"neuen Chip"', True),
        ("„neuen Chip“", True),
        ('"Chip neuen"', False),
        ("Web-Services", True),
        ('"and"', False),
        # operators and precedence
        ("Amazon AND Chip", True),
        ("Amazon Chip", True),
        ("Amazon Golf", False),
        ("Golf OR Chip", True),
        ("Golf OR Tennis", False),
        ("NOT Golf", True),
        ("NOT NOT Golf", False),
        ("Amazon NOT Chip", False),
        ("Chip OR Golf AND Tennis", True),
        ("(Chip OR Golf) AND Tennis", False),
        ("NOT Golf AND Chip", True),
        # zones
        ("title:Amazon", True),
        ("title: Amazon", True),
        ("title:Aktie", False),
        ("lead:Trainium3", True),
        ("body:Trainium3", False),
        ("body:Aktie", True),
        ("body:Ohio", False),
        ("title:(Amazon NOT Jassy)", True),
        ("title:(Amazon OR Jassy) lead:Chip", True),
        ('title:"neuen Chip"', True),
        ("title:lead:Amazon", False),
        ('lead:"Trainium3 Die"', False),
        # nearness
        ("title:Amazon NEAR/8 Chip", True),
        ("title:Amazon NEAR/1 Chip", False),
        ("title:Amazon NEAR/100 Aktie", False),
        ("Chip NEAR/2 Amazon", True),
        ("Chip ONEAR/2 Amazon", False),
        ("Amazon ONEAR/2 Chip", True),
        ("Trainium3 NEAR/1 Aktie", True),
        ("(Golf OR Chip) NEAR/1 Trainium3", True),
        ("Amazon NEAR/2 Chip NEAR/0 vor", True),
        ('"Amazon Web Services" NEAR/0 Jassy', True),
        ("Jassy NEAR/0 Amazon NEAR/2 Services", False),
        ("Amazon NEAR/0 Amazon", False),
        ("Golf NEAR/3 Amazon", False),
        ("Amazon NEAR/3 Golf", False),
        # counts
        ("count(Amazon) >= 3", True),
        ("count(Amazon) >= 4", False),
        ("count(Amazon)>=3 Chip", True),
        ("title:count(Amazon) >= 2", False),
        ("count(title:Amazon) >= 1", True),
        ("count((Chip OR chip)) >= 3", False),
        # case
        ("case:Amazon", True),
        ("case:amazon", False),
        ('case:"Web Services"', True),
        ('case:"Web services"', False),
        ("title:case:Chip", True),
        ("count(case:Chip) >= 2", True),
        # capitals make the operator; other spellings are words
        ("Not", False),
        ("Near", False),
    ],
)
def test_a_query_holds_where_its_grammar_says_so(query: str, *, expected: bool) -> None:
    assert expected == asked(query, ARTICLE)


def test_an_empty_article_holds_only_what_asks_for_absence() -> None:
    nothing = Zones(title="", text="")

    assert asked("NOT Amazon", nothing)
    assert not asked("Amazon OR a*", nothing)


@settings(max_examples=100)
@given(
    text=st.lists(st.sampled_from(["a", "b", "c"]), max_size=12),
    most=st.integers(0, 4),
    ordered=st.booleans(),
)
def test_nearness_is_what_comparing_all_pairs_gives(text: list[str], most: int, *, ordered: bool) -> None:
    query = f"a {'O' if ordered else ''}NEAR/{most} b"

    pairs = [
        (first, second)
        for first, one in enumerate(text)
        for second, other in enumerate(text)
        if one == "a" and other == "b"
    ]
    expected = any(
        abs(second - first) - 1 <= most and (not ordered or first < second) for first, second in pairs
    )
    assert expected == asked(query, Zones(title=" ".join(text), text=""))


WORDS = ["Chip", "Chips", "l'Amazon", "Amazon's", "chip", "Lang's", "x"]


@settings(max_examples=100)
@given(
    title=st.lists(st.sampled_from(WORDS), max_size=4),
    text=st.lists(st.sampled_from(WORDS), max_size=8),
    wanted=st.sampled_from(
        ["Chip", "Chip*", "Amazon", "amazon*", '"Chip x"', '"x Chi"*', "Lang", "case:Chip"]
    ),
)
def test_a_term_stands_where_comparing_every_word_finds_it(
    title: list[str], text: list[str], wanted: str
) -> None:
    bare = wanted.removeprefix("case:").strip('"*').removesuffix('"')
    spelled = wanted.startswith("case:")

    def fits(one: str, word: str, *, prefix: bool) -> bool:
        one, word = (one, word) if spelled else (one.lower(), word.lower())
        return any(part == one or (prefix and part.startswith(one)) for part in (word, *word.split("'")))

    def stands(among: list[str]) -> bool:
        parts = bare.split()
        return any(
            all(
                fits(part, word, prefix=wanted.endswith("*") and part == parts[-1])
                for part, word in zip(parts, among[first:], strict=False)
            )
            for first in range(len(among) - len(parts) + 1)
        )

    expected = stands(title) or stands(text)
    assert expected == asked(wanted, Zones(title=" ".join(title), text=" ".join(text)))


def test_an_endless_chain_of_apostrophes_is_one_word_and_costs_no_more_than_its_length() -> None:
    def cost(parts: int) -> float:
        zones = Zones(title="", text="a" + "'a" * parts)
        begun = time.process_time()
        assert not asked("b", zones)
        return time.process_time() - begun

    cost(1_000)
    assert cost(200_000) < 200 * 5 * max(cost(1_000), 0.0005)


def test_many_queries_number_the_words_of_an_article_once() -> None:
    """Two hundred queries cost far less than two hundred times one; the words are numbered once."""
    queries = [parse_query(f"Amazon NEAR/8 Chip AND NOT Golf{number}") for number in range(200)]
    asked_for = "Amazons Zahlen steigen, ein Chip kommt, sagt Jassy heute. " * 60
    zones = Zones(title="", text=asked_for + "Von anderem war an jenem Tag nur wenig zu hören. " * 400)

    def cost(asking: list[Query]) -> float:
        begun = time.process_time()
        article = numbered(pages_of(zones))
        assert len(asking) == sum(not holds(query, article) for query in asking)
        return time.process_time() - begun

    cost(queries)
    assert min(cost(queries) for _ in range(3)) < 25 * min(cost(queries[:1]) for _ in range(3))
