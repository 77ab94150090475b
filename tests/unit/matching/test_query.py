import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.matching.asking import holds, numbered
from monitor.matching.query import Query, QueryError, parse_query
from monitor.matching.spans import pages_of
from monitor.model import Zones

ARTICLE = numbered(pages_of(Zones(title="Amazon stellt neuen Chip vor", text="Die Aktie steigt.")))


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
        ("count(a) > 3", 10, "write count(term) >= 3"),
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


@settings(max_examples=300)
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
