import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.query import Query, QueryError, holds, holds_in, parse_query, worded
from monitor.model import Zones

LEAD = "Amazon’s Chip heißt Trainium3."
ARTICLE = Zones(
    title="Amazon stellt neuen Chip vor",
    text=f"{LEAD} Die Aktie steigt.\n\nDer Chef von Amazon Web Services, Jassy, lobt L'Oréal und Müller.",
    lead_end=len(LEAD),
    captions="Ein Rechenzentrum in Ohio",
)


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
    assert expected == holds(parse_query(query), ARTICLE)


def test_an_article_whose_words_are_known_answers_alike() -> None:
    known = worded(ARTICLE)

    assert holds_in(parse_query("title:Amazon"), known)
    assert not holds_in(parse_query("title:Golf"), known)


def test_an_empty_article_holds_only_what_asks_for_absence() -> None:
    nothing = Zones(title="", text="")

    assert holds(parse_query("NOT Amazon"), nothing)
    assert not holds(parse_query("Amazon OR a*"), nothing)


@pytest.mark.parametrize(
    ("query", "column", "problem"),
    [
        ("", 1, "the query is empty; write at least one word"),
        ("  ", 1, "the query is empty"),
        ("(Amazon", 1, "does not end; close it with )"),
        ("Amazon)", 7, "')' closes nothing"),
        ("()", 2, "')' cannot stand here; write a word"),
        ("Amazon and Chip", 8, 'write AND in capitals, or "and" for the word'),
        ("a or b", 3, "write OR in capitals"),
        ("a near/5 b", 3, "write NEAR/5 for at most five words"),
        ("a NEAR b", 3, "write NEAR/5 for at most five words"),
        ("a ONEAR b", 3, "write ONEAR/5 for at most five words"),
        ("a NEAR/101 b", 3, "write NEAR/100 or less"),
        ("a NEAR/" + "9" * 5000 + " b", 3, "write NEAR/100 or less"),
        ("a NEAR/3 NOT b", 10, "'NOT' cannot stand here"),
        ("a NEAR/3 (b AND c)", 10, "NEAR and count take words and phrases"),
        ("(a OR NOT b) NEAR/3 c", 1, "NEAR and count take words and phrases"),
        ("title:(NOT a) NEAR/3 c", 1, "NEAR and count take words and phrases"),
        ("a NEAR/3", 9, "the query ends too early"),
        (
            "titel:Amazon",
            1,
            "unknown prefix 'titel:'; write title:, lead:, body: or case:; did you mean 'title:'?",
        ),
        ("Title:Amazon", 1, "did you mean 'title:'?"),
        ("xyz:Amazon", 1, "for the text itself write it between quotation marks"),
        ("10:30", 3, "':' has no meaning here; put it between quotation marks"),
        ('a "b c', 3, 'the phrase does not end; close it with "'),
        ("count(a)", 1, "write count(term) >= 3"),
        ("count(a) >= 0", 1, "with a number of 1 or more"),
        ("count(a) >=", 1, "with a number of 1 or more"),
        ("count(a) >= " + "9" * 5000, 1, "with a number of 1 or more"),
        ("count(a >= 2", 1, "write count(term) >= 3"),
        ("count(a AND b) >= 2", 1, "write count(term) >= 3"),
        ("count(count(a) >= 1) >= 2", 1, "NEAR and count take words and phrases"),
        ("a >= 3", 3, "'>= 3' cannot stand here"),
        ("*", 1, "'*' has no letters or digits; write a word"),
        ("a b*c", 4, "* stands at the end of a word only"),
        ("case:Ama*", 10, "case: and * do not go together"),
        ("case:(a)", 6, "'(' cannot stand here"),
        ("NOT", 4, "the query ends too early; write a word or a phrase"),
        ("a OR", 5, "the query ends too early"),
        ("AND a", 1, "'AND' cannot stand here"),
        ("(" * 60 + "a" + ")" * 60, 42, "more than 40 levels deep; write it flatter"),
        ("title:" * 60 + "a", 253, "more than 40 levels deep; write it flatter"),
    ],
)
def test_a_query_that_cannot_be_read_says_where_and_what_to_write(
    query: str, column: int, problem: str
) -> None:
    with pytest.raises(QueryError) as raised:
        parse_query(query)

    assert column == raised.value.column
    assert problem in str(raised.value)


PIECES = st.sampled_from(
    [
        "AND",
        "OR",
        "NOT",
        "NEAR/2",
        "ONEAR/1",
        "(",
        ")",
        "count(",
        ">= 2",
        "title:",
        "case:",
        '"',
        "*",
        "Chip",
        "x",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map(" ".join)))
def test_any_text_is_a_query_that_can_be_asked_or_a_fault_within_it(text: str) -> None:
    outcome: Query | QueryError
    try:
        outcome = parse_query(text)
    except QueryError as fault:
        outcome = fault

    if isinstance(outcome, QueryError):
        assert 1 <= outcome.column <= len(text) + 1
    else:
        assert holds(outcome, ARTICLE) in (True, False)


@settings(max_examples=100, deadline=None)
@given(
    text=st.lists(st.sampled_from(["a", "b", "c"]), max_size=12),
    most=st.integers(0, 4),
    ordered=st.booleans(),
)
def test_nearness_is_what_comparing_all_pairs_gives(text: list[str], most: int, *, ordered: bool) -> None:
    query = parse_query(f"a {'O' if ordered else ''}NEAR/{most} b")

    pairs = [
        (first, second)
        for first, one in enumerate(text)
        for second, other in enumerate(text)
        if one == "a" and other == "b"
    ]
    expected = any(
        abs(second - first) - 1 <= most and (not ordered or first < second) for first, second in pairs
    )
    assert expected == holds(query, Zones(title=" ".join(text), text=""))
