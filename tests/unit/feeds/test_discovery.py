"""Laws of finding the feeds that a site names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.discovery import (
    MOST,
    FoundFeed,
    Named,
    best_first,
    feeds_named,
    found_feed,
    sitemaps_listed,
    sitemaps_named,
    usual_places,
    usual_sitemaps,
)
from monitor.model import Announced, Document, ParsedFeed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def page(
    html: str | bytes, url: str = "https://www.example.org/de/index.html", kind: str = "text/html"
) -> Document:
    return Document(url=url, content_type=kind, body=html if isinstance(html, bytes) else html.encode())


def named(html: str | bytes, **given: str) -> list[str]:
    return [each.url for each in feeds_named(page(html, **given))]


@pytest.mark.parametrize(
    ("html", "urls"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/rss">', ["https://www.example.org/rss"]),
        ("<LINK REL=Alternate TYPE=application/atom+xml HREF=a.xml>", ["https://www.example.org/de/a.xml"]),
        (
            "<link rel='feed alternate' type='application/feed+json; charset=utf-8' href='f'>",
            ["https://www.example.org/de/f"],
        ),
        (
            "<base href=//cdn.example.net/x/><link rel=alternate type=text/xml href=f>",
            ["https://cdn.example.net/x/f"],
        ),
        (
            "<base href='javascript:x'><link rel=alternate type=text/xml href=f>",
            ["https://www.example.org/de/f"],
        ),
        (
            "<link rel=alternate type=application/rss+xml href='/f?a=1&amp;b=2'>",
            ["https://www.example.org/f?a=1&b=2"],
        ),
        ("<!-- <link rel=alternate type=application/rss+xml href=/f> -->", []),
        ("<script>'<link rel=alternate type=application/rss+xml href=/f>'</script>", []),
        ("<link rel=alternate hreflang=en href=/en/><link rel=stylesheet type=text/css href=/feed>", []),
        ("<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/7>", []),
        ("<link rel=alternate type=text/xml+oembed href=/oembed>", []),
        ("<link rel=alternate type=application/rss+xml href='javascript:alert(1)'>", []),
        ("<link rel=alternate type=application/rss+xml href=''>", []),
        ("<link rel=alternate type=application/rss+xml href=/f>" * 3, ["https://www.example.org/f"]),
    ],
)
def test_feeds_are_named_in_the_head(html: str, urls: list[str]) -> None:
    assert urls == named(f"<!doctype html><html><head>{html}</head><body>text</body></html>")


def test_the_title_of_a_link_is_kept_as_one_line_of_text() -> None:
    html = "<link rel=alternate type=application/rss+xml title='Wirtschaft &amp;\n B\xf6rse \x1b[1m' href=/f>"

    (found,) = feeds_named(page(html.encode("latin-1"), kind="text/html; charset=iso-8859-1"))

    assert Named(url="https://www.example.org/f", title="Wirtschaft & Börse [1m") == found


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "rot13", "nonsense"])
def test_an_odd_charset_harms_nothing(charset: str) -> None:
    html = "<link rel=alternate type=application/rss+xml href=/f>"
    body = html.encode("utf-16") if charset == "utf-16" else html.encode()

    assert ["https://www.example.org/f"] == named(body, kind=f"text/html; charset={charset}")


def test_plain_links_count_where_the_head_names_none() -> None:
    links = "<a href=/rss/politik.xml title=Politik>P</a> <a href=/feed/>F</a> <a href=x.rss>x</a>"
    other = "<a href=/rssfeed>y</a> <a href=/feedback>z</a> <a href=/impressum>i</a> <a name=feed>n</a>"

    assert [
        "https://www.example.org/rss/politik.xml",
        "https://www.example.org/feed/",
        "https://www.example.org/de/x.rss",
    ] == named(links + other)
    assert ["https://www.example.org/f"] == named(
        f"{links}<link rel=alternate type=application/rss+xml href=/f>"
    )


def test_no_more_are_asked_for_than_is_decent() -> None:
    many = "".join(f"<link rel=alternate type=application/rss+xml href=/{n}>" for n in range(500))

    assert MOST == len(named(many))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_page_breaks_it(body: bytes) -> None:
    found = (
        *(each.url for each in feeds_named(page(body))),
        *sitemaps_named(page(body)),
        *sitemaps_listed(page(body)),
    )

    assert all(url.startswith(("http://", "https://")) for url in found)


@pytest.mark.parametrize(
    ("url", "first", "root"),
    [
        ("https://example.org", "https://example.org/feed", "https://example.org/atom.xml"),
        ("https://example.org/blog", "https://example.org/blog/feed", "https://example.org/feed"),
        ("https://example.org/blog/", "https://example.org/blog/feed", "https://example.org/feed"),
        ("https://example.org/a/b.html?x=1#y", "https://example.org/a/feed", "https://example.org/feed"),
    ],
)
def test_usual_places_are_below_the_page_and_at_the_root(url: str, first: str, root: str) -> None:
    places = usual_places(url)

    assert first == places[0]
    assert root in places
    assert len(set(places)) == len(places)


def test_sitemaps_that_speak_of_news_come_first() -> None:
    robots = (
        "User-agent: *\r\nSitemap: https://example.org/pages.xml\r\n"
        "sitemap : /news.xml\nSitemap: ftp://x/\n#Sitemap: /no.xml"
    )
    index = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      <sitemap><loc>https://example.org/a.xml</loc></sitemap>
      <sitemap><loc> /google-news.xml </loc></sitemap></sitemapindex>"""

    assert ("https://example.org/news.xml", "https://example.org/pages.xml") == sitemaps_named(
        page(robots, url="https://example.org/robots.txt")
    )
    assert ("https://example.org/google-news.xml", "https://example.org/a.xml") == sitemaps_listed(
        page(index, url="https://example.org/sitemap.xml")
    )
    assert "https://example.org/news-sitemap.xml" == usual_sitemaps("https://example.org/a/b")[0]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<urlset/>",
        "<sitemapindex>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<sitemapindex><loc/></sitemapindex>",
    ],
)
def test_what_is_no_index_lists_nothing(body: str) -> None:
    assert () == sitemaps_listed(page(body))


def feed(
    title: str = "", *, days: float | None = 0, entries: int = 10, url: str = "https://example.org/f"
) -> FoundFeed:
    newest = None if days is None else NOW - timedelta(days=days)
    return FoundFeed(url=url, title=title, format="rss20", entries=entries, newest=newest)


def test_the_newest_then_the_fullest_then_the_first_named_comes_first() -> None:
    ordered = [
        feed("future", days=-9, entries=50),
        feed("today", days=0.5, entries=30),
        feed("today, fewer", days=0.2, entries=20),
        feed("today, as few", days=0.1, entries=20),
        feed("old", days=30, entries=99),
        feed("undated", days=None, entries=99),
        feed("empty", days=None, entries=0),
        feed("Comments for us", entries=99),
        feed("", entries=99, url="https://example.org/kommentare/feed", days=1),
    ]

    assert tuple(ordered) == best_first([*ordered[5:], ordered[4], *ordered[:4]], NOW)


def test_a_feed_is_as_new_as_its_newest_entry() -> None:
    entries = (
        Announced(published_at=NOW - timedelta(days=2)),
        Announced(updated_at=NOW - timedelta(days=1)),
        Announced(),
    )

    found = found_feed("https://example.org/f", ParsedFeed(format="rss20", entries=entries), "Called")

    assert (
        FoundFeed(
            url="https://example.org/f",
            title="Called",
            format="rss20",
            entries=3,
            newest=NOW - timedelta(days=1),
        )
        == found
    )
    assert None is found_feed("x", ParsedFeed(format="rss20")).newest
