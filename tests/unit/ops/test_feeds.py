"""Laws of listing, importing and exporting feeds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.load import load_config
from monitor.config.opml import read_opml
from monitor.errors import ConfigError, UsageError
from monitor.model import FeedId, FeedSettings
from monitor.ops.feeds import export_feeds, import_feeds
from monitor.ops.status import show_feeds

NOW = datetime(2025, 12, 17, 20, tzinfo=UTC)
A = FeedSettings(id=FeedId("a"), url="https://example.org/a?key=x", shown_url="https://example.org/a?key=…")
B = FeedSettings(id=FeedId("b"), url="https://example.org/b", shown_url="https://example.org/b")


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_text(export_feeds([A, B], NOW, secrets=True)[0])
    return path


def configured(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "monitor.yaml"
    path.write_bytes(text.encode())
    return path


def test_secrets_are_exported_on_request_alone() -> None:
    text, cut = export_feeds([A, B], NOW, secrets=False)

    assert "key=x" not in text
    assert cut == 1
    assert [A.shown_url, B.url] == [outline.url for outline in read_opml(text.encode())]
    assert export_feeds([A, B], NOW, secrets=True)[1] == 0


words_ = st.text("abcäß 1/&<>\"';,", min_size=1, max_size=8).map(str.strip).filter(bool)
ids = st.text("abc1", min_size=1, max_size=8).map("f{}".format)
configured_feeds = st.builds(
    lambda number, path, **more: FeedSettings(
        url=f"https://{number}.example.org/{path}?key={path}",
        shown_url=f"https://{number}.example.org/{path}?key=…",
        **more,
    ),
    number=st.integers(0, 10**6),
    path=st.text("abc", max_size=3),
    id=ids.map(FeedId),
    title=words_,
    labels=st.dictionaries(
        words_.filter(lambda name: name not in ("folder", "category")) | st.just("category"),
        words_,
        max_size=3,
    ),
    every=st.none() | st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)


@given(
    st.lists(
        configured_feeds, min_size=1, max_size=5, unique_by=(lambda feed: feed.id, lambda feed: feed.url)
    )
)
def test_what_is_exported_imported_and_exported_again_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, feeds: list[FeedSettings]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    first, _ = export_feeds(feeds, NOW, secrets=True)
    (folder / "feeds.opml").write_text(first, "utf-8")
    config = configured(folder, "feeds:\nentities: [Amazon]\n")

    import_feeds(config, [], folder / "feeds.opml", {})

    loaded = load_config(config, {}).feeds
    assert feeds == [
        replace(feed, shown_url=mine.shown_url) for feed, mine in zip(loaded, feeds, strict=True)
    ]
    assert first == export_feeds(loaded, NOW, secrets=True)[0]


def test_addresses_that_are_nearly_alike_keep_apart(tmp_path: Path) -> None:
    opml = tmp_path / "feeds.opml"
    urls = ("https://example.org/feed", "https://example.org/feed/", "http://example.org/feed")
    outlines = "".join(f"<outline xmlUrl='{url}'/>" for url in urls)
    opml.write_text(f"<opml><body>{outlines}</body></opml>")
    config = configured(tmp_path, "feeds:\n")

    import_feeds(config, [], opml, {})

    ids = [feed.id for feed in load_config(config, {}).feeds]
    assert "example-org-feed" == ids[0]
    assert 3 == len(set(ids))


@pytest.mark.parametrize(
    ("attribute", "problem"),
    [("monitor:every='soon'", "'soon' is not a duration"), ("monitor:id='ä ö'", "is not an id")],
)
def test_what_a_list_says_badly_is_told_with_its_line(tmp_path: Path, attribute: str, problem: str) -> None:
    opml = tmp_path / "feeds.opml"
    outline = f"<outline xmlUrl='https://a.example.org/' {attribute}/>"
    opml.write_text(f"<opml xmlns:monitor='x'><body>\n{outline}</body></opml>")

    with pytest.raises(ConfigError, match=rf"feeds\.opml:2:1: feeds\[0\]: .*{problem}"):
        import_feeds(configured(tmp_path, "feeds:\n"), [], opml, {})


def test_exported_feeds_can_be_imported(opml: Path) -> None:
    assert [A.url, B.url] == [outline.url for outline in read_opml(opml.read_bytes())]


@pytest.mark.parametrize(
    "text",
    [
        "feeds:\n  - https://example.org/c\nentities: [Amazon]\n",
        "entities: [Amazon]\n",
        "# mine\nfeeds:  # these\n- https://example.org/c\n",
        "feeds:\r\n    - https://example.org/c # keep\r\n",
        "entities: [Amazon]\nfeeds:",
    ],
)
def test_an_import_is_one_more_line_and_keeps_the_rest(tmp_path: Path, opml: Path, text: str) -> None:
    config = configured(tmp_path, text)

    shown = import_feeds(config, [], opml, {})

    after = config.read_bytes().decode()
    assert shown.plain == {"added": 2, "known": 0}
    assert {"opml": "feeds.opml"} in yaml.safe_load(after)["feeds"]
    kept = [line for line in after.splitlines() if "opml" not in line]
    assert text.splitlines() == kept[: len(text.splitlines())]
    assert ("\r\n" in text) == ("\n" not in after.replace("\r\n", ""))


def test_only_unknown_feeds_count(tmp_path: Path, opml: Path) -> None:
    config = configured(tmp_path, "feeds:\n")

    shown = import_feeds(config, [A], opml, {})

    assert shown.plain == {"added": 1, "known": 1}


def test_nothing_new_changes_nothing(tmp_path: Path, opml: Path) -> None:
    config = configured(tmp_path, "feeds: [x]\n")

    shown = import_feeds(config, [A, B], opml, {})

    assert shown.plain == {"added": 0, "known": 2}
    assert config.read_text() == "feeds: [x]\n"


def test_a_file_may_be_called_as_it_likes(tmp_path: Path, opml: Path) -> None:
    odd = opml.rename(tmp_path / 'ö "feeds" \\x.opml')
    config = configured(tmp_path, "feeds:\n")

    import_feeds(config, [], odd, {})

    assert yaml.safe_load(config.read_text()) == {"feeds": [{"opml": odd.name}]}


def test_a_file_elsewhere_is_named_in_full(tmp_path: Path, opml: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    config = configured(folder, "feeds:\n")

    import_feeds(config, [], opml, {})

    assert yaml.safe_load(config.read_text()) == {"feeds": [{"opml": str(opml.resolve())}]}


def test_a_link_to_a_configuration_stays_a_link_and_its_mode_stays(tmp_path: Path, opml: Path) -> None:
    config = configured(tmp_path, "feeds:\n")
    config.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(config)

    import_feeds(link, [], opml, {})

    assert link.is_symlink()
    assert config.stat().st_mode & 0o777 == 0o640
    assert "feeds.opml" in config.read_text()
    assert not list(tmp_path.glob(".*.new"))


@pytest.mark.parametrize("text", ["feeds: null\n", "feeds: &these\n  - https://example.org/c\n{}\n"])
def test_a_configuration_that_no_program_should_touch_is_left_alone(
    tmp_path: Path, opml: Path, text: str
) -> None:
    config = configured(tmp_path, text)

    with pytest.raises(UsageError, match=r"\{opml: feeds\.opml\}"):
        import_feeds(config, [], opml, {})

    assert text == config.read_text()


def test_a_list_that_would_not_hold_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    config = configured(tmp_path, "feeds:\n  - https://example.org/c\n")
    opml = tmp_path / "feeds.opml"
    opml.write_text('<opml><body><outline xmlUrl="gopher://example.org/"/></body></opml>')

    with pytest.raises(ConfigError, match="'gopher' is not a scheme"):
        import_feeds(config, [], opml, {})

    assert "feeds:\n  - https://example.org/c\n" == config.read_text()
    assert [config, opml] == sorted(tmp_path.iterdir(), reverse=True)


@pytest.mark.parametrize("words", ["", "no xml", "<html/>"])
def test_what_is_no_opml_is_said(tmp_path: Path, words: str) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(words)

    with pytest.raises(UsageError, match=r"feeds\.opml: "):
        import_feeds(configured(tmp_path, "feeds:\n"), [], path, {})


def test_an_opml_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        import_feeds(configured(tmp_path, "feeds:\n"), [], tmp_path / "absent.opml", {})


def test_a_configuration_that_cannot_be_written_is_said(tmp_path: Path, opml: Path) -> None:
    with pytest.raises(UsageError, match="cannot be changed"):
        import_feeds(tmp_path / "absent.yaml", [], opml, {})


def test_feeds_are_listed_from_the_status() -> None:
    feed = {
        "id": "a",
        "state": "failing",
        "reason": "dns",
        "failures": 3,
        "entries": 0,
        "last_ok_at": None,
        "next_poll_at": None,
        "paused_at": None,
    }

    shown = show_feeds({"feeds": [feed]})

    assert shown.plain == [feed]
    assert shown.tables[0].rows == [("a", "failing", "dns", "3", "0", "never", "never")]
