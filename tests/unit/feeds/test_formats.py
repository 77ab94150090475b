"""Laws of JSON Feed, of news sitemaps, and of fields."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds import formats
from monitor.model import Announced, FailureReason, ParsedFeed, ParseFailed

BASE = "https://example.org/feeds/all"


def json_feed(**members: Any) -> bytes:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [], **members}).encode()


def sitemap(
    inside: str, namespace: str = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
) -> bytes:
    return (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {namespace}>{inside}</urlset>'.encode()
    )


def read_json(body: bytes) -> ParsedFeed:
    feed = formats.read_json(body, BASE)
    assert isinstance(feed, ParsedFeed), feed
    return feed


def read_sitemap(body: bytes) -> ParsedFeed:
    feed = formats.read_sitemap(body, BASE)
    assert isinstance(feed, ParsedFeed), feed
    return feed


def test_every_field_of_a_json_feed_is_read() -> None:
    entry = {
        "id": 7,
        "url": "../a?b=1",
        "title": " A  title ",
        "content_html": "<p>x</p>",
        "summary": "a < b",
        "authors": [{"name": "A"}, {"name": "A"}, {"url": "u"}, "no"],
        "language": "EN_us",
        "date_published": "2025-12-17T20:00:00+01:00",
        "date_modified": "2025-12-17T20:00:00",
    }

    feed = read_json(json_feed(title="T", language="de", items=[entry, "not an entry", {"id": "x"}]))

    assert (feed.format, feed.title, feed.language) == ("json11", "T", "de")
    assert feed.entries == (
        Announced(
            guid="7",
            link="https://example.org/a?b=1",
            title="A title",
            summary="a &lt; b",
            content="<p>x</p>",
            authors=("A",),
            language="en-us",
            published_at=datetime(2025, 12, 17, 19, tzinfo=UTC),
            updated_at=datetime(2025, 12, 17, 20, tzinfo=UTC),
        ),
        Announced(guid="x", language="de"),
    )


def test_a_json_feed_of_version_1_0_has_one_author_plain_text_and_an_external_url() -> None:
    entry = {"author": {"name": "A"}, "content_text": "1 < 2", "external_url": "https://other.example/"}

    feed = read_json(json_feed(version="https://jsonfeed.org/version/1", items=[entry]))

    assert feed.format == "json10"
    assert feed.entries == (Announced(link="https://other.example/", content="1 &lt; 2", authors=("A",)),)


def test_an_empty_json_feed_is_a_feed() -> None:
    assert read_json(json_feed()).entries == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", FailureReason.PARSE),
        (b"[" * 100_000, FailureReason.PARSE),
        (b'{"a": ' + b"1" * 5_000 + b"}", FailureReason.PARSE),
        (b"[]", FailureReason.NOT_A_FEED),
        (b"{}", FailureReason.NOT_A_FEED),
        (json_feed(version=1), FailureReason.NOT_A_FEED),
        (json_feed(version="https://jsonfeed.org/version/2"), FailureReason.NOT_A_FEED),
        (json_feed(items={}), FailureReason.PARSE),
    ],
)
def test_other_json_is_a_failure_with_its_reason(body: bytes, reason: FailureReason) -> None:
    failed = formats.read_json(body, BASE)

    assert isinstance(failed, ParseFailed)
    assert failed.reason is reason


def test_half_characters_and_nul_do_not_reach_the_store() -> None:
    feed = read_json(
        rb'{"version": "https://jsonfeed.org/version/1.1", "items": ['
        rb'{"id": "a\ud800\u0000b", "title": "\udc00x", "url": "https://a.example/\ud800b"}]}'
    )

    assert feed.entries == (Announced(guid="a?b", title="?x", link="https://a.example/b"),)


def test_at_most_two_thousand_entries_are_taken_the_first_ones() -> None:
    feed = read_json(json_feed(items=[{"id": str(n)} for n in range(2_500)]))

    assert [str(n) for n in range(2_000)] == [entry.guid for entry in feed.entries]


def test_what_a_terminal_would_obey_is_in_no_text_of_a_feed() -> None:
    feed = read_json(
        rb'{"version": "https://jsonfeed.org/version/1.1", "title": "a\u001b]0;b\u0007", "items": ['
        rb'{"id": "a\u001b[2Jb", "title": "x\u001b[31m\u009b\u007f\u0085y", "url": "https://a.example/\u009b\u001b",'
        rb' "authors": [{"name": "N\u001bN"}], "content_html": "c\u001bc\n\td"}]}'
    )

    (entry,) = feed.entries
    assert "a]0;b" == feed.title
    assert ("a[2Jb", "x[31m y", ("NN",)) == (entry.guid, entry.title, entry.authors)
    assert "https://a.example/%1B" == entry.link
    assert "cc\n\td" == entry.content


def test_a_news_sitemap_announces_its_news_pages() -> None:
    page = (
        "<url><loc>/a</loc><lastmod>2025-12-18</lastmod><news:news>"
        "<news:publication><news:name>The Paper</news:name>"
        "<news:language>de</news:language></news:publication>"
        "<news:publication_date>2025-12-17T19:41Z</news:publication_date>"
        "<news:title>A &amp; B</news:title></news:news></url><url><loc>/about</loc></url><!-- end -->"
    )

    feed = read_sitemap(sitemap(page))

    assert (feed.format, feed.title, feed.language) == ("sitemap", "The Paper", "de")
    assert feed.entries == (
        Announced(
            link="https://example.org/a",
            title="A & B",
            language="de",
            published_at=datetime(2025, 12, 17, 19, 41, tzinfo=UTC),
            updated_at=datetime(2025, 12, 18, tzinfo=UTC),
        ),
    )


def test_a_news_sitemap_without_news_today_is_a_feed() -> None:
    assert ParsedFeed(format="sitemap") == read_sitemap(sitemap(""))


def test_a_sitemap_in_two_languages_has_none_of_its_own() -> None:
    page = "<url><news:news><news:language>{}</news:language></news:news></url>"

    feed = read_sitemap(sitemap(page.format("de") + page.format("en")))

    assert feed.language is None
    assert [entry.language for entry in feed.entries] == ["de", "en"]


@pytest.mark.parametrize(
    ("body", "reason", "hint"),
    [
        (
            sitemap("<url><loc>https://a.example/</loc><lastmod>2025-01-01</lastmod></url>"),
            FailureReason.NOT_A_FEED,
            "news:news",
        ),
        (sitemap("", ""), FailureReason.NOT_A_FEED, "news:news"),
        (b"<sitemapindex><sitemap/></sitemapindex>", FailureReason.NOT_A_FEED, "index of sitemaps"),
        (b"<urlset><url></urlset>", FailureReason.PARSE, "not well-formed"),
    ],
)
def test_other_sitemaps_are_no_feeds_and_say_why(body: bytes, reason: FailureReason, hint: str) -> None:
    failed = formats.read_sitemap(body, BASE)

    assert isinstance(failed, ParseFailed)
    assert failed.reason is reason
    assert hint in failed.detail


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        (" //b.example/x ", "https://b.example/x"),
        ("/a b\x7f", "https://example.org/a%20b%7F"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:a@b.example", None),
        ("urn:uuid:1", None),
        ("ftp://a.example/", None),
        ("http://", None),
        ("http://[", None),
        ("http://a.example:99999/", None),
        ("https://a.example/" + "a" * 5_000, None),
        ("../" * 20_000 + "a", "https://example.org/a"),
        ("../" * 30_000 + "a", None),
        ("", None),
        ("  ", None),
        (None, None),
        (5, None),
    ],
)
def test_a_link_is_absolute_and_of_the_web_or_none(link: object, absolute: str | None) -> None:
    assert absolute == formats.link_of(link, BASE)


def test_what_may_be_secret_in_a_feeds_url_gets_into_no_link() -> None:
    base = formats.base_of("https://user:secret@example.org:8443/feed?token=secret#secret")

    assert base == "https://example.org:8443/feed"
    assert formats.link_of("#top", base) == "https://example.org:8443/feed#top"


@pytest.mark.parametrize(
    ("guid", "text"), [(" a ", "a"), (1.5, "1.5"), (True, None), (None, None), ("", None), ([], None)]
)
def test_a_guid_is_text_or_none(guid: object, text: str | None) -> None:
    assert text == formats.guid_of(guid)


@pytest.mark.parametrize(
    ("given_tag", "tag"),
    [
        ("de", "de"),
        ("DE_at", "de-at"),
        ("zh-Hant-TW", "zh-Hant-TW"),
        ("German", None),
        ("", None),
        (None, None),
        (1, None),
    ],
)
def test_a_language_is_a_tag_or_none(given_tag: object, tag: str | None) -> None:
    assert tag == formats.language_of(given_tag)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-12-17T19:41:00Z", datetime(2025, 12, 17, 19, 41, tzinfo=UTC)),
        ("2025-12-17T19:41:00-05:00", datetime(2025, 12, 18, 0, 41, tzinfo=UTC)),
        ("2025-12-17", datetime(2025, 12, 17, tzinfo=UTC)),
        ("0000-01-01", None),
        ("10000-01-01", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_date_is_aware_utc_within_the_years_that_exist(text: object, moment: datetime | None) -> None:
    assert moment == formats.iso_date(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["id", "url", "title", "authors", "name", "language", "date_published"]),
                inner,
            )
        ),
        max_leaves=20,
    )
)
def test_no_json_makes_the_reader_raise(value: object) -> None:
    feed = read_json(json_feed(items=[value], title=value, language=value))

    assert feed.format == "json11"
