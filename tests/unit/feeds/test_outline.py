"""Laws of leaving out what is known: a cut says of its entries what the whole document says."""

import sys
from dataclasses import replace
from importlib.abc import MetaPathFinder

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.feeds.novelty import keys_of
from monitor.feeds.outline import places_of, survey
from monitor.feeds.parse import completed, cut, kept_marks, outline_feed, read_cut, read_feed, read_marks
from monitor.feeds.scan import Screened, legible, screen
from monitor.model import Announced, Document, FeedId, Outline, ParsedFeed, ParseFailed, Written

FEED = FeedId("feed")
URL = "https://example.org/feeds/all.xml"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:x="http://unknown.example/"'
)
PLAIN = (
    "<title>Plain</title><link>https://example.org/plain</link>"
    '<guid isPermaLink="false">plain</guid><description>&lt;p&gt;text&lt;/p&gt;</description>'
)


def document(body: str | bytes, content_type: str | None = "application/xml") -> Document:
    return Document(url=URL, content_type=content_type, body=body.encode() if isinstance(body, str) else body)


def rss(*entries: str, head: str = "", tail: str = "", before: str = "") -> Document:
    inside = "\n".join(f"<item>{each}</item>" for each in entries)
    return document(
        f'{before}<rss version="2.0" {NAMESPACES}><channel><title>T</title><language>de</language>{head}'
        f"{inside}{tail}</channel></rss>"
    )


def atom(*entries: str) -> Document:
    inside = "\n".join(f"<entry>{each}</entry>" for each in entries)
    return document(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{inside}</feed>')


def outlined(given: Document) -> Outline:
    outline = outline_feed(given)
    assert isinstance(outline, Outline), outline
    return outline


def marks(announced: Announced) -> tuple[str | None, str | None, str]:
    return announced.guid, announced.link, announced.title


def assert_says_what_the_whole_says(given: Document, wanted: frozenset[int]) -> ParsedFeed:
    """Compare the outline and a cut of it with the whole document, entry by entry."""
    assert one_walk(given.body) in (None, two_walks(given.body))
    whole, outline = read_feed(given), outline_feed(given)
    if not isinstance(outline, Outline):
        assert whole == outline
        assert isinstance(whole, ParsedFeed)
        return whole
    assert isinstance(whole, ParsedFeed)
    read = read_cut(cut(given, outline, wanted))
    assert isinstance(read, ParsedFeed)
    filled = completed(outline, wanted, read)
    assert filled is not None
    assert outline.feed.outlined - wanted == filled.outlined
    assert kept_marks(outline, filled)
    assert keys_of(FEED, outline.feed) == keys_of(FEED, filled)
    for feed in (outline.feed, filled):
        assert replace(whole, entries=()) == replace(feed, entries=(), outlined=frozenset(), written=None)
        assert [marks(each) for each in whole.entries] == [marks(each) for each in feed.entries]
        read_entries = [each for each in enumerate(feed.entries) if each[0] not in feed.outlined]
        assert [each for each in enumerate(whole.entries) if each[0] not in feed.outlined] == read_entries
    assert_what_is_left_says_the_same(given, whole, outline.feed.written, wanted)
    return filled


def assert_what_is_left_says_the_same(
    given: Document, whole: ParsedFeed, written: Written | None, wanted: frozenset[int]
) -> None:
    """Compare what is left of a document without its settled entries with the whole of it."""
    if written is None:
        return
    those = [digest for at, digest in enumerate(written.entries) if digest and at not in wanted]
    left = outline_feed(given, (written.around, *those))
    is_as_it_came = given.body.endswith(legible(given.body))
    assert isinstance(left, ParsedFeed) is (bool(those) and is_as_it_came)
    if isinstance(left, ParsedFeed):
        kept = [at for at, digest in enumerate(written.entries) if digest not in those]
        assert replace(whole, entries=()) == replace(left, entries=(), written=None)
        assert [whole.entries[at] for at in kept] == list(left.entries)
        assert left.written is not None
        assert [written.entries[at] for at in kept] == list(left.written.entries)
        assert len(written.entries) - len(kept) == len(left.settled)
        assert written.around == left.written.around


def one_walk(body: bytes) -> object:
    """Return the screened body and its entries as one walk finds them; None where it takes two."""
    surveyed = survey(legible(body))
    return None if surveyed is None else (surveyed.body, surveyed.places)


def screened_body(given: Document) -> bytes:
    """Return a document as feedparser may read it."""
    screened = screen(given.body)
    assert isinstance(screened, Screened)
    return screened.body


def two_walks(body: bytes) -> object:
    """Return the same by a walk for each question, or why the body is refused."""
    screened = screen(body)
    return (screened.body, places_of(screened.body)) if isinstance(screened, Screened) else screened


# ---- what is plain -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        PLAIN,
        PLAIN.replace("Plain", "A &amp; B"),
        PLAIN.replace("Plain", "<![CDATA[Größe – „zwei“]]>"),
        PLAIN.replace("Plain", "\n  A   title\n of two lines "),
        PLAIN + "<pubDate>Wed, 17 Dec 2025 20:41:00 +0100</pubDate><category domain='x'>y</category>",
        PLAIN + "<dc:creator>Anna</dc:creator><content:encoded><![CDATA[<p>long</p>]]></content:encoded>",
        PLAIN + '<media:content url="a.jpg"><media:credit>dpa</media:credit></media:content>',
        PLAIN + '<enclosure url="https://example.org/a.mp3" type="audio/mpeg" length="1"/>',
        "<title>No guid</title><link>https://example.org/1?a=1&amp;b=2</link>",
        "<title>No link</title><guid>https://example.org/2</guid>",
        "<title>Both</title><link>https://example.org/3</link><guid>https://example.org/g3</guid>",
        '<title type="html">Typed</title><link href="https://example.org/4" rel="alternate"/>',
        "<?go on?><!-- a comment --><title>Noise</title><link>https://example.org/5</link>",
    ],
)
def test_a_plain_entry_is_known_by_its_marks_without_being_read(entry: str) -> None:
    given = rss(entry, PLAIN)

    assert frozenset((0, 1)) == outlined(given).feed.outlined
    assert_says_what_the_whole_says(given, frozenset())


@pytest.mark.parametrize(
    "entry",
    [
        PLAIN.replace("Plain", "A &lt;b&gt;bold&lt;/b&gt; title"),
        PLAIN.replace("Plain", "&amp;copy; 2025"),
        PLAIN.replace("Plain", "Gr\u00c3\u00b6\u00c3\u009fe"),
        PLAIN.replace("Plain", "Caf\u00c3\u00a9"),
        PLAIN.replace("Plain", ""),
        PLAIN.replace("<title>", '<title type="xhtml">'),
        PLAIN.replace("Plain", "<i>inside</i>"),
        PLAIN + "<title>Another</title>",
        PLAIN + "<media:title>Another</media:title>",
        PLAIN + "<x:odd>thing</x:odd>",
        PLAIN + '<odd attribute="x">thing</odd>',
        PLAIN + '<dc:date xmlns:y="http://other.example/">2025-12-17</dc:date>',
        PLAIN + '<summary xml:lang="en">words</summary>',
        PLAIN + "<guid>https://example.org/other</guid>",
        PLAIN + "<source url='https://s.example/'>S</source>",
        PLAIN + "<description><p>inside</p></description>",
        PLAIN.replace("https://example.org/plain", "/relative"),
        PLAIN.replace("https://example.org/plain", "https://example.org/a/../b"),
        PLAIN.replace("https://example.org/plain", "https://example.org/?"),
        PLAIN.replace("https://example.org/plain", "HTTPS://Example.org/"),
        PLAIN.replace("<link>", '<link title="x">'),
        PLAIN.replace("<link>", '<link href="https://example.org/other">'),
        "<title>No link at all</title>",
        "<title>A guid that is made a link</title><guid>abc</guid>",
        '<title>Not its page</title><link rel="enclosure" href="https://example.org/a.mp3"/>',
    ],
)
def test_an_entry_that_is_not_plain_is_read(entry: str) -> None:
    given = rss(PLAIN, entry, PLAIN)

    assert frozenset((0, 2)) == outlined(given).feed.outlined
    assert_says_what_the_whole_says(given, frozenset())
    assert_says_what_the_whole_says(given, frozenset((2,)))


@pytest.mark.parametrize("attribute", ['href="https://example.org/x"', 'xmlns:y="http://other.example/"'])
def test_an_entry_with_an_odd_start_is_read(attribute: str) -> None:
    body = rss(PLAIN, PLAIN).body.replace(b"<item>", f"<item {attribute}>".encode(), 1)

    assert frozenset((1,)) == outlined(document(body)).feed.outlined
    assert_says_what_the_whole_says(document(body), frozenset())


@pytest.mark.parametrize(
    "more",
    [
        "<link href='https://example.org/1'/><id>urn:uuid:1</id>",
        "<link href='https://example.org/1'/><author><name>Anna</name><email>a@b.example</email></author>",
        "<link href='https://example.org/1'/><id>tag:example.org,2025:1</id><content type='html'>x</content>",
        "<link href='https://example.org/1' type='text/html'/><link rel='self' href='https://example.org/s'/>",
    ],
)
def test_plain_entries_of_atom_are_known_too(more: str) -> None:
    given = atom(f"<title>A</title>{more}", f"<title>B</title>{more}")

    assert frozenset((0, 1)) == outlined(given).feed.outlined
    assert_says_what_the_whole_says(given, frozenset((1,)))


def test_entries_of_rdf_are_known_by_what_they_are_about() -> None:
    given = document(
        f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>T</title></channel>"
        '<item rdf:about="https://example.org/1"><title>A</title><link>https://example.org/1</link></item>'
        '<item rdf:about="no address"><title>B</title><link>https://example.org/2</link></item></rdf:RDF>'
    )

    assert frozenset((0,)) == outlined(given).feed.outlined
    assert "https://example.org/1" == outlined(given).feed.entries[0].guid
    assert_says_what_the_whole_says(given, frozenset())


# ---- what must be read as a whole -----------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        rss(PLAIN, tail="<title>Last</title>"),
        rss(PLAIN, tail="<items/>"),
        rss("<title>A</title><link>/1</link>"),
        rss(PLAIN + "<item/>"),
        rss(PLAIN, head="<image><item/></image>"),
        rss(PLAIN, before='<!DOCTYPE r [<!ENTITY a "b">]>'),
        document(
            rss(PLAIN.replace("text", "Grö")).body.decode().encode("latin-1"), "text/xml; charset=latin-1"
        ),
        document(f"<channel><title>T</title><item>{PLAIN}</item></channel>"),
        document(
            f'<rdf:RDF xmlns:rdf="{RDF}"><channel><title>T</title></channel>'
            f'<item xmlns="http://purl.org/rss/1.0/">{PLAIN}</item></rdf:RDF>'
        ),
        document(rss(PLAIN, PLAIN).body.replace(b"</channel>", b"&nope;</channel>")),
        document(rss(PLAIN, PLAIN).body.replace(b"<item>", b'<item xmlns="http://strange.example/">', 1)),
        document('{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}]}'),
        rss(),
    ],
)
def test_a_document_that_is_not_plain_itself_is_read_as_a_whole(given: Document) -> None:
    assert read_feed(given) == outline_feed(given)
    assert isinstance(outline_feed(given), ParsedFeed)


def test_what_is_no_feed_has_no_outline() -> None:
    assert isinstance(outline_feed(document("<html><body>no</body></html>")), ParseFailed)


def test_a_document_that_feedparser_gives_up_is_a_failure_in_every_way_of_reading() -> None:
    broken = document("<rss><channel><image></width></image></channel></rss>")

    assert read_feed(broken) == outline_feed(broken)
    for failed in (outline_feed(broken), read_cut(broken)):
        assert isinstance(failed, ParseFailed)
        assert "cannot be read" in failed.detail


def test_what_stands_in_the_document_is_not_given_back() -> None:
    plain = rss(PLAIN, PLAIN, before="<?xml version='1.0' encoding='utf-8'?>")
    shortened = rss(PLAIN, PLAIN, head=f"<author>{'x' * 3_000}</author>")

    for each, kept in ((plain, True), (shortened, False)):
        outline = outlined(each)
        assert (len(outline.head) < 60) is kept
        assert cut(each, outline, {0, 1}).body == screened_body(each)


def test_an_entry_that_is_known_by_something_else_once_it_is_read_is_told() -> None:
    plain = rss(PLAIN, PLAIN, "<description>Untitled</description>")
    outline, whole = outlined(plain), read_feed(plain)
    assert isinstance(whole, ParsedFeed)
    first, second, untitled = whole.entries

    assert kept_marks(outline, whole)
    for others in (
        (first, replace(second, title="Other"), untitled),
        (first, second, replace(untitled, summary="Other")),
    ):
        assert not kept_marks(outline, replace(whole, entries=others))


def test_a_cut_that_gives_another_number_of_entries_is_not_believed() -> None:
    outline = outlined(rss(PLAIN, PLAIN))

    assert completed(outline, {1}, ParsedFeed(format="rss20")) is None


# ---- generated feeds -----------------------------------------------------------------------------

_WORDS = st.sampled_from(
    ["Größe", "A &amp; B", "&lt;b&gt;x&lt;/b&gt;", "plain", "&#228;", "„zwei“", "Ã¤", "5 > 3"]
)
_TEXT = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)
_PATH = st.sampled_from(["/a", "/a?x=1&amp;y=2", "/ä", "/a b", "/a;b", "/../c", "", "?", "/x#y"])
_LINK = st.tuples(
    st.sampled_from(["https://example.org", "http://other.example:8080", "", "//e.example"]), _PATH
)
_EXTRA = st.sampled_from(
    [
        "",
        "<description>&lt;p&gt;a &lt;a href='/x'&gt;link&lt;/a&gt;&lt;/p&gt;</description>",
        "<description><![CDATA[<p>raw <script>x</script></p>]]></description>",
        "<content:encoded><![CDATA[<div><img src='y.png'/></div>]]></content:encoded>",
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>in <b>x</b></div></content>",
        "<content type='html'>&lt;svg&gt;</content>",
        "<summary>words</summary>",
        "<dc:creator>Anna</dc:creator><dc:date>2025-12-17</dc:date>",
        "<media:content url='a.jpg'><media:title>M</media:title></media:content>",
        "<media:group><media:content url='b.jpg'/></media:group>",
        "<author><name>Anna</name></author>",
        "<author>a@b.example (Anna)</author>",
        "<category term='c'/><category>d</category>",
        "<source url='https://s.example/'>S</source>",
        "<source><title>S</title><id>urn:s</id></source>",
        "<x:odd>1</x:odd><x:even a='b'/>",
        "<y:own xmlns:y='http://y.example/'><y:title>t</y:title></y:own>",
        "<image><title>I</title><url>i.png</url></image>",
        "<?pi x?><!-- </item> -->",
        "<pubDate>Wed, 17 Dec 2025 20:41:00 +0100</pubDate>",
        "<language>en</language>",
        "<svg>x</svg>",
    ]
)


@st.composite
def entries(draw: st.DrawFn) -> str:
    link = "".join(draw(_LINK))
    guid = draw(st.sampled_from(["", "g{n}", "https://example.org/g{n}", "urn:g:{n}"])).format(
        n=draw(st.integers(0, 9))
    )
    permanent = draw(st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"']))
    parts = [
        f"<title>{draw(_TEXT)}</title>",
        draw(
            st.sampled_from(
                [f"<link>{link}</link>", f'<link href="{link}"/>', f'<link rel="self" href="{link}"/>', ""]
            )
        ),
        f"<guid{permanent}>{guid}</guid>" if guid else "",
        *draw(st.lists(_EXTRA, max_size=3)),
    ]
    return "".join(draw(st.permutations(parts)))


@st.composite
def feeds(draw: st.DrawFn) -> Document:
    inside = draw(st.lists(st.one_of(st.just(PLAIN), entries()), min_size=1, max_size=6))
    base = draw(st.sampled_from(["", ' xml:base="https://base.example/x/"', ' xml:lang="fr"']))
    own = [
        draw(st.sampled_from(["", "", base, ' xmlns:media="http://search.yahoo.com/mrss/"'])) for _ in inside
    ]
    shape = draw(st.sampled_from(["rss", "rss091", "rdf", "atom"]))
    tag = "entry" if shape == "atom" else "item"
    body = "\n ".join(f"<{tag}{more}>{each}</{tag}>" for more, each in zip(own, inside, strict=True))
    head = draw(
        st.sampled_from(
            ["", "<language>de</language><ttl>60</ttl>", "<image><title>I</title><url>u</url></image>"]
        )
    )
    text = {
        "rss": f'<rss version="2.0" {NAMESPACES}{base}><channel><title>T</title>{head}{body}</channel></rss>',
        "rss091": f'<rss version="0.91" {NAMESPACES}><channel{base}>{head}{body}</channel></rss>',
        "atom": f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}{base}><title>T</title>{body}</feed>',
        "rdf": f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://purl.org/rss/1.0/" '
        f"{NAMESPACES}{base}><channel><title>T</title>{head}</channel>{body}</rdf:RDF>",
    }[shape]
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "iso-8859-1"]))
    declared = "" if encoding == "utf-8" else f'<?xml version="1.0" encoding="{encoding}"?>'
    return document((declared + text).encode(encoding, "xmlcharrefreplace"))


@settings(max_examples=200, deadline=None)
@given(feeds(), st.frozensets(st.integers(0, 5)))
def test_whatever_the_feed_and_whatever_is_known_a_cut_says_what_the_whole_says(
    given: Document, wanted: frozenset[int]
) -> None:
    assert_says_what_the_whole_says(given, wanted)


def test_a_feed_of_which_only_marks_are_wanted_is_known_by_the_marks_of_its_outline() -> None:
    given = rss(PLAIN, "<title>Odd &lt;b&gt;one&lt;/b&gt;</title><link>https://example.org/odd</link>")

    assert outlined(given).feed == read_marks(given)
    assert read_feed(document("<html/>")) == read_marks(document("<html/>"))


def test_feedparser_looks_for_no_parser_beside_the_standard_library(monkeypatch: pytest.MonkeyPatch) -> None:
    read_feed(rss(PLAIN))  # what is imported late is there from now on
    looked_for: list[str] = []

    class Finder(MetaPathFinder):
        def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
            looked_for.append(fullname)

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    read_feed(rss(PLAIN))

    assert looked_for == []


# ---- one walk in place of two ----------------------------------------------------------------------


def many(what: str, count: int) -> str:
    return "".join(what.format(number) for number in range(count))


def odd(attributes: int, prefixes: int = 0) -> str:
    return "".join(("<odd", many(" a{}='x'", attributes), many(" xmlns:p{}='urn:x'", prefixes), "/>"))


@pytest.mark.parametrize(
    "entry",
    [
        PLAIN,
        PLAIN + many("<category>{}</category>", 256),
        PLAIN + f"<author>{'a' * 1000}</author>",
        PLAIN + "<author><name>Anna</name></author><contributor><author>B</author></contributor>",
        PLAIN + odd(16),
        PLAIN + f'<odd a="{"x" * 4_095}"/>',
        PLAIN + many("<a>", 125) + many("</a>", 125),
        PLAIN + '<odd xmlns="http://other.example/" xmlns:dc="http://other.example/"><dc:creator/></odd>',
        PLAIN + '<odd xmlns="">thing</odd>',
    ],
)
def test_what_keeps_the_limits_is_walked_over_once(entry: str) -> None:
    body = rss(entry, entry, head=many("<category>{}</category>", 200)).body

    assert two_walks(body) == one_walk(body)


@pytest.mark.parametrize(
    "entry",
    [
        PLAIN + many("<category>{}</category>", 257),
        PLAIN + many("<x:item/><category>{}</category>", 2),
        PLAIN + f"<author>{'a' * 1030}</author>",
        PLAIN + f"<x:credit>{'a' * 1030}</x:credit>",
        PLAIN + odd(17),
        PLAIN + odd(10, prefixes=7),
        PLAIN + f'<odd a="{"x" * 4_096}"/>',
        PLAIN + f'<odd xmlns:{"p" * 65}="urn:x"/>',
        PLAIN + f'<odd xmlns:p="urn:{"x" * 1_021}"/>',
        PLAIN + many('<odd xmlns:p{}="urn:x"/>', 65),
        PLAIN + many("<a>", 127) + many("</a>", 127),
        PLAIN + many("<a/>", 200_000),
        PLAIN + "<unknown:prefix/>",
        PLAIN + f"<description><![CDATA[{'<!--' * 65}]]></description>",
        PLAIN + "<broken>",
    ],
)
def test_what_may_go_beyond_a_limit_is_walked_over_for_each_question(entry: str) -> None:
    given = rss(PLAIN, entry)

    assert one_walk(given.body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"no element",
        b'<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><item/></channel></rss>',
        "<rss><channel><item><title>\u00fc</title></item></channel></rss>".encode("latin-1"),
        b"<rss><channel><title>no entries</title></channel></rss>",
        b"<html><body/></html>",
    ],
)
def test_what_has_no_plain_entries_is_walked_over_for_each_question(body: bytes) -> None:
    assert one_walk(body) is None


@settings(max_examples=200)
@given(st.data())
def test_what_one_walk_says_two_say(data: st.DataObject) -> None:
    pieces = st.sampled_from(
        [
            *(
                "<category>a</category>" * 100,
                f"<author>{'a' * 900}</author>",
                f"<author>{'a' * 1100}</author>",
            ),
            *(
                "<x:item/>",
                "<author><x:tags>",
                "</x:tags></author>",
                "<a><b>",
                "</b></a>",
                "<dc:subject/>" * 90,
            ),
            *(odd(60), odd(70), PLAIN, "<title>a</title>"),
            *(
                "<item>",
                "</item>",
                '<odd xmlns:y="urn:y"/>',
                "&lt;!--" * 60,
                "<media:credit>",
                "</media:credit>",
            ),
        ]
    )
    entries = data.draw(st.lists(st.lists(pieces, max_size=6).map("".join), max_size=4))
    head = data.draw(st.lists(pieces, max_size=2).map("".join))

    body = rss(*entries, head=head).body

    assert one_walk(body) in (None, two_walks(body))
