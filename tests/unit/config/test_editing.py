"""Laws of adding feeds to a configuration's file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.editing import NoPlace, add_feeds, add_words, with_feeds, with_words
from monitor.config.places import Listing, Table, Text, child, parse
from monitor.errors import ConfigError, UsageError
from monitor.model import EntityId

NEW = "https://new.example.org/feed?a=1&b=2"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("feeds: [a]\n", f"feeds: [a, {NEW}]\n"),
        ("feeds: []  # none\n", f"feeds: [{NEW}]  # none\n"),
        ("feeds: [a, ]\n", f"feeds: [a, {NEW}]\n"),
        ("feeds: [a,]\n", f"feeds: [a, {NEW}]\n"),
        ("feeds: [\n  a, # c ]\n  b\n]\n", f"feeds: [\n  a, # c ]\n  b\n, {NEW}]\n"),
        ("feeds:\n  - a\n", f"feeds:\n  - a\n  - {NEW}\n"),
        ("feeds:\n- a\n# c\nentities: [x]\n", f"feeds:\n- a\n- {NEW}\n# c\nentities: [x]\n"),
        ("feeds:\n  - a  # c\n  # - b\n\n  # d\n", f"feeds:\n  - a  # c\n  - {NEW}\n  # - b\n\n  # d\n"),
        (
            "feeds:\n  - id: x\n    url: a\n\n    # c\n    every: 5m\n  # d\nother: x\n",
            f"feeds:\n  - id: x\n    url: a\n\n    # c\n    every: 5m\n  - {NEW}\n  # d\nother: x\n",
        ),
        ("feeds:\n  - |\n    # a\n    b\n", f"feeds:\n  - |\n    # a\n    b\n  - {NEW}\n"),
        ("feeds:", f"feeds:\n  - {NEW}\n"),
        ("feeds:  # mine\nentities: [x]\n", f"feeds:  # mine\n  - {NEW}\nentities: [x]\n"),
        ("entities: [x]", f"entities: [x]\n\nfeeds:\n  - {NEW}\n"),
        ("feeds:\r\n    - a # c\r\n", f"feeds:\r\n    - a # c\r\n    - {NEW}\r\n"),
        ('{"feeds": ["a"]}', f'{{"feeds": ["a", "{NEW}"]}}'),
        ("feeds: &these [a]\n", f"feeds: &these [a, {NEW}]\n"),
    ],
)
def test_a_feed_is_added_at_the_end_of_the_list_and_nothing_else_changes(text: str, after: str) -> None:
    assert after == with_feeds(text, [NEW])


@pytest.mark.parametrize(
    "text",
    [
        "feeds: null\n",
        "feeds: ''\n",
        "feeds: {a: b}\n",
        "- a\n",
        "feeds: [",
        '{"entities": ["x"]}',
        "",
        "feeds: *x\n",
    ],
)
def test_where_there_is_no_safe_place_nothing_is_written(text: str) -> None:
    with pytest.raises(NoPlace):
        with_feeds(text, [NEW])


def test_a_list_that_is_used_twice_is_left_alone() -> None:
    with pytest.raises(NoPlace):
        with_feeds("feeds: &these\n  - a\nother: *these\n", [NEW])


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20)


@given(
    before=st.sampled_from(["feeds:\n  - a\n", "feeds: [a]\n", "feeds:\n", "x: y\n", '{"feeds": []}']),
    new=st.lists(TEXTS | st.fixed_dictionaries({"id": TEXTS, "url": TEXTS}), min_size=1, max_size=3),
)
def test_what_is_written_is_read_again_whatever_it_is(before: str, new: list[str | dict[str, str]]) -> None:
    after, faults = parse(with_feeds(before, new), "")

    assert [] == faults
    assert isinstance(after, Table)
    assert new == list(after[Text("feeds", after.place)])[-len(new) :]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "monitor.yaml"
    path.write_text("feeds:\n  - https://a.example.org/feed\n")
    return path


def test_the_new_file_is_loaded_and_keeps_mode_and_links(config: Path, tmp_path: Path) -> None:
    config.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(config)

    loaded = add_feeds(link, [NEW, {"id": "named", "url": "https://b.example.org/"}], {})

    assert ["a-example-org-feed", "new-example-org-feed-" + loaded.feeds[1].id[-6:], "named"] == [
        feed.id for feed in loaded.feeds
    ]
    assert link.is_symlink()
    assert 0o640 == config.stat().st_mode & 0o777
    assert {config, link} == set(tmp_path.iterdir())


def test_a_byte_order_mark_stays(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())

    add_feeds(config, [NEW], {})

    assert (
        b"\xef\xbb\xbffeeds:\n  - https://a.example.org/feed\n  - " + NEW.encode() + b"\n"
        == config.read_bytes()
    )


def test_what_would_not_hold_is_refused_with_the_name_of_the_file(config: Path) -> None:
    before = config.read_bytes()

    with pytest.raises(ConfigError) as refused:
        add_feeds(config, ["https://a.example.org/feed"], {})

    assert f"{config}:3:5: feeds[1]: the same address stands in line 2 already; remove one" == str(
        refused.value
    )
    assert before == config.read_bytes()
    assert [config] == list(config.parent.iterdir())


def test_a_file_that_a_program_should_not_touch_is_named_with_what_to_write(config: Path) -> None:
    config.write_text("feeds: null\n")

    with pytest.raises(UsageError, match=r"into 'feeds:' yourself:\n  - https://new\.example\.org"):
        add_feeds(config, [NEW], {})


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be changed"):
        add_feeds(tmp_path / "absent.yaml", [NEW], {})


# ---- words of entities -------------------------------------------------------------------------------


IN_LINES = """entities:
  # mine
  a:
    # its names
    names: [A]  # c
  b: {names: [B]}
"""
LISTED = """entities:
  a:
    not:
      - X  # c
    names: [A]
"""


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (IN_LINES, "    names: [A]", '    not_context: [Wald]\n    not: ["A River", A-Tal]\n    names: [A]'),
        (
            "entities:\n  a: {names: [A], not: [X]}  # c\n",
            "{names: [A], not: [X]}",
            '{not_context: [Wald], names: [A], not: [X, "A River", A-Tal]}',
        ),
        (LISTED, "    not:", "    not_context: [Wald]\n    not:"),
        (LISTED.replace("\n", "\r\n"), "    not:", "    not_context: [Wald]\r\n    not:"),
    ],
)
def test_words_come_into_lists_of_an_entity_and_nothing_else_changes(text: str, old: str, new: str) -> None:
    added = with_words(text, "a", {"not": ["A River", "A-Tal"], "not_context": ["Wald"]})

    end = "\r\n" if "\r" in text else "\n"
    after = text.replace(old, new, 1)
    listed = f"      - X  # c{end}"
    assert after.replace(listed, f'{listed}      - "A River"{end}      - A-Tal{end}') == added


@pytest.mark.parametrize(
    "text",
    [
        "entities: [a]\n",
        "entities: {a: [A]}\n",
        "entities: {a: {}}\n",
        "entities: {b: {names: [B]}}\n",
        "entities:\n  a:\n    names: [A]\n    not: X\n",
        "entities:\n  a: {file: a.csv}\nentities: x\n",
        "entities: [",
        "feeds: [x]\n",
        "entities:\n  a: &x\n    names: [A]\n    not: *y\n",
        "- entities\n",
    ],
)
def test_entities_that_are_written_otherwise_are_left_alone(text: str) -> None:
    with pytest.raises(NoPlace):
        with_words(text, "a", {"not": ["B"]})


@given(st.text(max_size=20).filter(lambda text: text.isprintable() and text.strip()))
def test_any_word_comes_back_as_it_was(word: str) -> None:
    for text in ("entities:\n  a:\n    names: [A]\n", "entities: {a: {not: [X]}}\n"):
        node, faults = parse(with_words(text, "a", {"not": [word]}), "")
        for step in ("entities", "a", "not"):
            assert node is not None
            node = child(node, step)
        assert not faults
        assert isinstance(node, Listing)
        assert word == node[-1]


def test_a_file_takes_words_of_several_entities_or_stays_as_it_was_and_says_what_to_paste(
    tmp_path: Path,
) -> None:
    path = tmp_path / "monitor.yaml"
    text = (
        "feeds: [https://a.example/rss]\nreceivers: {desk: 'https://desk.example'}\n"
        "entities:\n  # mine\n  a: {names: [Aabenraa]}\n  b: {names: [Bielefeld]}\n"
    )
    path.write_text(text, "utf-8")
    one, other = {"not": ["Aabenraa Fjord"]}, {"not_context": ["Arminia"]}

    config = add_words(path, {EntityId("a"): one, EntityId("b"): other}, "", {})

    assert [("Aabenraa Fjord",), ()] == [each.decoys for each in config.entities]
    assert "# mine\n" in path.read_text("utf-8")
    written = path.read_text("utf-8")
    with pytest.raises(UsageError, match="paste this"):
        add_words(path, {EntityId("gone"): one}, "paste this", {})
    assert written == path.read_text("utf-8")
    assert [path] == list(tmp_path.iterdir())
