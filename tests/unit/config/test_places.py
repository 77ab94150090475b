import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.places import Place, Text, child, dotted, is_null, parse, place_of


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "07:30", "010", "1e3", "0x1F", "2025-12-17", "1_000", ".inf"]
)
def test_plain_words_stay_as_they_were_written(word: str) -> None:
    root, faults = parse(f"a: [{word}]", "f")

    assert {"a": [word]} == root
    assert [] == faults


def test_every_value_knows_its_place() -> None:
    root, _ = parse("feeds:\n  - url: x\n    every: 5m\n", "f")

    assert root is not None
    assert Place("f", 3, 12) == place_of(root, ("feeds", 0, "every"))
    assert Place("f", 2, 5) == place_of(root, ("feeds", 0, "absent"))


@pytest.mark.parametrize(
    ("written", "null"), [("", True), ("~", True), ("null", True), ("'null'", False), ("nil", False)]
)
def test_only_what_is_left_empty_or_says_null_is_null(written: str, *, null: bool) -> None:
    root, _ = parse(f"a: {written}", "f")

    assert root is not None
    value = child(root, "a")
    assert value is not None
    assert null == is_null(value)


def test_merge_keys_give_way_to_what_is_written() -> None:
    root, faults = parse("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n", "f")

    assert {"x": {"a": "1", "b": "2"}, "y": {"b": "3", "a": "1"}} == root
    assert [] == faults


def test_aliases_cannot_multiply_without_bound() -> None:
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    laughs += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))

    root, faults = parse(laughs, "f")

    assert root is None
    assert ["aliases stand for more than 100,000 values"] == [fault.problem for fault in faults]


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 10_000, "- " * 5_000, "a: &a [*a]", "\ufeff\ufeff: \x85"]
)
def test_deep_and_circular_documents_end_in_a_fault_or_a_value(text: str) -> None:
    root, faults = parse(text, "f")

    assert root is not None or faults


def test_an_unprintable_character_is_named_with_its_place() -> None:
    root, faults = parse("a: b\nc: \x07", "f")

    assert root is None
    assert ["f:2:4: character U+0007 has no place in a text file; remove it"] == [
        str(fault) for fault in faults
    ]


def test_a_path_is_written_with_dots_and_brackets() -> None:
    assert "feeds[3].first_poll.since" == dotted(("feeds", 3, "first_poll", "since"))


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#%@\n\t ,?<1", max_size=60))
def test_any_text_gives_a_value_or_a_fault_and_never_raises(text: str) -> None:
    root, faults = parse(text, "f")

    assert root is None or isinstance(root, Text | list | dict)
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)
