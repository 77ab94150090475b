from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.opml import NotOpml, Outline, read_opml, write_opml

NOW = datetime(2025, 12, 17, 20, 3, 11, tzinfo=UTC)
SAMPLE = b"""<?xml version="1.0"?>
<opml version="1.1"><head><title>Mine</title></head><body>
<outline text="News"><outline title="A/B">
  <outline text="Example" title="Example News"
   xmlUrl=" https://www.example.org/a.rss?x=1&amp;y=2 " category="/de"/>
</outline></outline>
<outline text="Bare" XMLURL="https://b.example.org/"/>
</body></opml>"""


def test_feeds_are_read_with_their_folders_and_categories() -> None:
    assert [
        Outline(
            title="Example News",
            url="https://www.example.org/a.rss?x=1&y=2",
            labels={"folder": "News/A-B", "category": "/de"},
        ),
        Outline(title="Bare", url="https://b.example.org/"),
    ] == read_opml(SAMPLE)


def test_feeds_know_their_lines() -> None:
    assert [4, 7] == [outline.line for outline in read_opml(SAMPLE)]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "not XML: no element found"),
        (b"<opml>", "not XML"),
        (b"<rss/>", "not OPML: the document begins with <rss>"),
        (b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml>&a;</opml>", "a document type is refused"),
        (b"<!DOCTYPE opml SYSTEM 'file:///etc/passwd'><opml/>", "a document type is refused"),
        (
            b"<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;&b;'>]><opml><outline text='&c;'/></opml>",
            "type is",
        ),
        (b"<opml><outline text='&unknown;'/></opml>", "not XML: undefined entity"),
        (b"<opml>" + b"<outline text='x'>" * 100, "nested more than 64 deep"),
    ],
)
def test_what_is_no_plain_opml_is_refused(document: bytes, problem: str) -> None:
    with pytest.raises(NotOpml, match=problem):
        read_opml(document)


word = st.text(
    st.characters(codec="utf-8", exclude_characters="/", exclude_categories=("Cc", "Cs", "Cn", "Co")),
    min_size=1,
)
word = word.map(str.strip).filter(bool)
labels = st.fixed_dictionaries(
    {}, optional={"folder": st.lists(word, min_size=1, max_size=3).map("/".join), "category": word}
)
outlines = st.builds(
    Outline,
    title=word,
    url=word.map("https://a.example.org/{}".format),
    labels=st.builds(dict[str, str].__or__, labels, st.dictionaries(word, word, max_size=2)),
    id=word | st.just(""),
    every=st.sampled_from(["", "15m", "1h30m"]),
)


@given(st.lists(outlines, max_size=6))
def test_what_is_written_is_read_again(feeds: list[Outline]) -> None:
    assert feeds == read_opml(write_opml(feeds, NOW).encode())


def test_feeds_of_one_folder_share_its_outline() -> None:
    feeds = [
        Outline(title=each, url=f"https://{each}.example.org/", labels={"folder": "News"}) for each in "ab"
    ]

    assert 1 == write_opml(feeds, NOW).count('<outline text="News">')


def test_a_list_of_more_feeds_than_anybody_reads_is_refused() -> None:
    document = "<opml>" + "<outline xmlUrl='x'/>" * 100_001 + "</opml>"

    with pytest.raises(NotOpml, match="holds more than 100,000 feeds"):
        read_opml(document.encode())
