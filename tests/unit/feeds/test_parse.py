"""Laws of reading a feed's document."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.parse import read_feed
from monitor.model import Announced, Document, FailureReason, Freshness, ParsedFeed, ParseFailed
from monitor.text.plain import from_plain, to_plain

URL = "https://example.org/feeds/all.xml"


def document(body: str | bytes, content_type: str | None = "application/xml", url: str = URL) -> Document:
    return Document(url=url, content_type=content_type, body=body.encode() if isinstance(body, str) else body)


def read(body: str | bytes, content_type: str | None = "application/xml", url: str = URL) -> ParsedFeed:
    feed = read_feed(document(body, content_type, url))
    assert isinstance(feed, ParsedFeed), feed
    return feed


def failure(body: str | bytes, content_type: str | None = None) -> ParseFailed:
    failed = read_feed(document(body, content_type))
    assert isinstance(failed, ParseFailed), failed
    return failed


def rss(inside: str) -> str:
    return f'<rss version="2.0"><channel><title>T</title>{inside}</channel></rss>'


def entry(inside: str) -> Announced:
    (announced,) = read(rss(f"<item>{inside}</item>")).entries
    return announced


def atom(inside: str, attributes: str = "") -> Announced:
    (announced,) = read(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><entry>{inside}</entry></feed>'
    ).entries
    return announced


def test_every_field_of_an_rss_entry_is_read() -> None:
    feed = read(
        """<?xml version="1.0" encoding="utf-8"?>
        <rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
        <title>The &amp; Paper</title><language>de-DE</language><ttl>60</ttl>
        <item><title>Amazon &amp; Co.</title><link>/a?x=1&amp;y=2</link><guid isPermaLink="false">g1</guid>
        <description>&lt;p&gt;Kurz&lt;/p&gt;</description>
        <content:encoded><![CDATA[<p>Lang und länger</p>]]></content:encoded>
        <author>mail@example.org (A. Writer)</author><pubDate>Wed, 17 Dec 2025 20:41:00 +0100</pubDate></item>
        </channel></rss>"""
    )

    assert feed == ParsedFeed(
        format="rss20",
        title="The & Paper",
        language="de-DE",
        freshness=Freshness(max_age=timedelta(hours=1)),
        entries=(
            Announced(
                guid="g1",
                link="https://example.org/a?x=1&y=2",
                title="Amazon & Co.",
                summary="<p>Kurz</p>",
                content="<p>Lang und länger</p>",
                authors=("A. Writer",),
                language="de-DE",
                published_at=datetime(2025, 12, 17, 19, 41, tzinfo=UTC),
            ),
        ),
    )
    assert feed == from_plain(ParsedFeed, to_plain(feed))


def test_every_field_of_an_atom_entry_is_read() -> None:
    announced = atom(
        """<id>tag:example.org,2025:1</id><title type="html">A &lt;b&gt;bold&lt;/b&gt; title</title>
        <link rel="alternate" href="a.html"/><author><name>A</name></author><author><name>B</name></author>
        <published>2025-12-17T19:41:00Z</published><updated>2025-12-18T00:00:00Z</updated>
        <summary>s</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content>""",
        'xml:lang="EN" xml:base="https://other.example/dir/"',
    )

    assert announced == Announced(
        guid="tag:example.org,2025:1",
        link="https://other.example/dir/a.html",
        title="A bold title",
        summary="s",
        content="<p>x</p>",
        authors=("A", "B"),
        language="en",
        published_at=datetime(2025, 12, 17, 19, 41, tzinfo=UTC),
        updated_at=datetime(2025, 12, 18, tzinfo=UTC),
    )


def test_a_text_stays_as_it_stands_but_for_code() -> None:
    kept = '<p onclick="x()">a <a href="/b">b</a></p><nav>c</nav>'
    fragment = f"<script>d</script>{kept}<!-- e -->"

    assert kept == entry(f"<title>t</title><description><![CDATA[{fragment}]]></description>").summary


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ('<rss version="0.91"><channel/></rss>', "rss091u"),
        ('<rss version="0.92"><channel/></rss>', "rss092"),
        ("<rss><channel/></rss>", "rss"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', "atom10"),
        ('<feed version="0.3" xmlns="http://purl.org/atom/ns#"/>', "atom03"),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
            "rss10",
        ),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "json11"),
        ('<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"/>', "sitemap"),
        ('<!DOCTYPE html><rss version="2.0"><channel/></rss>', "rss20"),
    ],
)
def test_an_empty_feed_of_a_known_format_is_a_feed(body: str, word: str) -> None:
    feed = read(body)

    assert (feed.format, feed.entries) == (word, ())


def test_entries_without_a_known_format_are_entries() -> None:
    feed = read("<channel><item><title>a</title></item></channel>")

    assert (feed.format, [each.title for each in feed.entries]) == ("unknown", ["a"])


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("plain", "no XML element"),
        ("<!DOCTYPE html><html><body>x</body></html>", "this is an HTML page"),
        ("<!-- a --><!doctype HTML><meta charset=utf-8><title>x</title>", "this is an HTML page"),
        ("<html><p>unclosed", "this is an HTML page"),
        ("<html>" + "<div>" * 200, "this is an HTML page"),
        ("<opml><body/></opml>", "opml:"),
        ("<foo/>", "no feed"),
        ("<urlset><url><loc>https://a.example/</loc></url></urlset>", "news sitemap"),
        ("<sitemapindex/>", "index of sitemaps"),
        ('{"hello": "world"}', "JSON"),
        ("[1]", "JSON"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: str, hint: str) -> None:
    failed = failure(body)

    assert failed.reason is FailureReason.NOT_A_FEED
    assert hint in failed.detail


def test_a_feed_beyond_the_limits_is_too_complex() -> None:
    assert FailureReason.TOO_COMPLEX is failure("<rss>" + "<x>" * 200).reason


def test_a_body_that_names_a_file_opens_none(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss("<item><title>secret</title></item>"))

    assert FailureReason.NOT_A_FEED is failure(str(secret)).reason


def test_what_feedparser_raises_is_a_failure() -> None:
    failed = failure("<rss><channel><image></width></image></channel></rss>")

    assert failed.reason is FailureReason.PARSE
    assert "cannot be read" in failed.detail


@pytest.mark.parametrize("reference", ["&#xffffffff;", "&#xd800;", "&#" + "9" * 5_000 + ";", "&#x110000"])
def test_a_reference_to_no_character_does_not_cost_the_feed(reference: str) -> None:
    feed = read(rss(f"<item><title>a{reference} &#x1F600; &#65;&nope;</title></item>"))

    assert [each.title[:1] for each in feed.entries] == ["a"]
    assert "\U0001f600 A" in feed.entries[0].title


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("A &amp; B", "A & B"),
        ("A &amp;amp; B", "A & B"),
        ("<![CDATA[<b>Bold</b> move]]>", "Bold move"),
        ("<![CDATA[One<br>two]]>", "One two"),
        ("<![CDATA[<h1>One</h1><!-- x -->two]]>", "One two"),
        ("1 &lt; 2 &gt; 0", "1 < 2 > 0"),
        ("The &lt;video> tag", "The <video> tag"),
        ("  much \n  space ", "much space"),
        ("x" * 3_000, "x" * 1_000),
        ("", ""),
    ],
)
def test_a_title_is_plain_text_on_one_line(raw: str, plain: str) -> None:
    assert plain == entry(f"<title>{raw}</title>").title


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.example", "", "urn:x:1"]
)
def test_a_link_that_is_no_page_is_none(link: str) -> None:
    assert entry(f"<title>a</title><link>{link}</link>").link is None


def test_an_address_that_nobody_means_is_no_link_and_stays_a_guid_as_it_is_written() -> None:
    announced = entry(f"<guid>{'../' * 30_000}a</guid>")

    assert announced.link is None
    assert announced.guid is not None
    assert announced.guid.startswith("../../")


def test_an_alternate_of_another_media_type_is_a_link_where_there_is_no_other() -> None:
    announced = atom(
        '<id>urn:x:1</id><link rel="self" href="/self"/>'
        '<link rel="alternate" type="application/pdf" href="/a.pdf"/>'
    )

    assert announced.link == "https://example.org/a.pdf"


def test_no_secret_of_the_feeds_url_gets_into_what_is_announced() -> None:
    feed = read(
        rss("<item><link>#top</link><description>&lt;a href='x'&gt;y&lt;/a&gt;</description></item>"),
        url="https://user:secret@example.org/f?key=secret",
    )

    assert "secret" not in str(feed)
    assert feed.entries[0].link == "https://example.org/f#top"


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("<author>A. Writer</author>", ("A. Writer",)),
        ("<author>a@example.org</author>", ()),
        ("<author>a@example.org (A)</author>", ("A",)),
        ("<managingEditor>C</managingEditor>", ("C",)),
        ("", ()),
    ],
)
def test_authors_are_names(author: str, authors: tuple[str, ...]) -> None:
    assert authors == entry(f"<title>a</title>{author}").authors


@pytest.mark.parametrize("date", ["0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "yesterday", ""])
def test_a_date_that_does_not_exist_is_none(date: str) -> None:
    announced = atom(f"<title>a</title><updated>{date}</updated>")

    assert announced.updated_at is None


@pytest.mark.parametrize(
    ("hint", "max_age"),
    [
        ("<ttl>30</ttl>", timedelta(minutes=30)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>99999999999</ttl>", None),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            timedelta(minutes=30),
        ),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        ("", None),
    ],
)
def test_a_feed_may_say_how_long_it_keeps(hint: str, max_age: timedelta | None) -> None:
    body = rss(hint).replace("<rss", '<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"')

    assert max_age == read(body).freshness.max_age


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", "text/xml"),
        ("utf-8", "iso-8859-1", "application/rss+xml; charset=iso-8859-1"),
        ("utf-8", "windows-1252", None),
        ("utf-8", "zlib", "text/xml; charset=rot13"),
        ("utf-8-sig", "iso-8859-1", "text/xml; charset=utf-16"),
        ("utf-16", "utf-16", "application/xml; charset=utf-16"),
        ("utf-16-le", "utf-16", "application/xml"),
        ("latin-1", "iso-8859-1", "application/xml"),
        ("latin-1", "utf-8", "application/xml; charset='ISO-8859-1'"),
        ("windows-1252", "utf-8", "text/html"),
    ],
)
def test_a_title_is_read_whatever_charset_is_declared(
    encoding: str, declared: str, content_type: str | None
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + rss("<item><title>Grüße aus Köln</title></item>")

    feed = read(text.encode(encoding), content_type)

    assert [each.title for each in feed.entries] == ["Grüße aus Köln"]


def test_nul_and_half_characters_do_not_reach_the_store() -> None:
    (announced,) = read(rss("<item><title>a\x00b</title><guid>&#xd800;x</guid></item>")).entries

    assert "\x00" not in announced.title
    announced.title.encode()
    (announced.guid or "").encode()


def test_fields_and_entries_are_cut_at_sane_sizes() -> None:
    one = "<item><title>a</title></item>"
    feed = read(rss(f"<item><description>{'d' * 300_000}</description></item>" + one * 2_100))

    assert len(feed.entries) == 2_000
    assert len(feed.entries[0].summary) == 262_144


def test_the_language_of_an_entry_goes_before_that_of_the_feed() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">'
        '<entry xml:lang="en"><title>a</title></entry><entry><title>b</title></entry></feed>'
    )

    assert [each.language for each in feed.entries] == ["en", "de"]


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                "<item>",
                "</item>",
                "<title>",
                "</title>",
                "&#x0;",
                "&amp;",
                "<![CDATA[",
                "]]>",
                "<author>",
                "<link/>",
                "\x00",
                "ü",
                "<!--",
                "-->",
                "<source>",
                "</source>",
                "<image>",
                "<svg>",
                "</rss>",
                "<content type='x'>",
                "a",
            ]
        ),
        max_size=30,
    )
)
def test_no_feed_makes_the_reader_raise(pieces: list[str]) -> None:
    result = read_feed(document("<rss version='2.0'><channel>" + "".join(pieces)))

    assert isinstance(result, ParsedFeed | ParseFailed)
