"""Laws of the screen before feedparser."""

import codecs
import io

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.scan import Screened, is_charset, is_utf8, legible, screen, without
from monitor.model import FailureReason, ParseFailed


def rss(inside: str, before: str = "") -> bytes:
    return f'{before}<rss version="2.0"><channel><title>t</title>{inside}</channel></rss>'.encode()


def screened(body: bytes) -> bytes:
    result = screen(body)
    assert isinstance(result, Screened), result
    return result.body


def refusal(body: bytes) -> ParseFailed:
    result = screen(body)
    assert isinstance(result, ParseFailed)
    return result


def test_an_ordinary_feed_passes_unchanged_from_its_root_on() -> None:
    body = rss("<item><title>a</title><author>A Writer</author><category>x</category></item>")

    assert screened(body).endswith(body)


def test_what_stands_before_the_root_is_written_anew() -> None:
    body = rss("", '\n <?xml version="1.0" encoding="iso-8859-15"?>\n<!-- <x> -->' + "\n" * 100_000)

    assert b'<?xml version="1.0" encoding="iso-8859-15"?>\n' + rss("") == screened(body)


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY a "' + "a" * 10_000 + '">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE r [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>",
        '<!DOCTYPE r [<!ENTITY a "<x/>">]>',
    ],
)
def test_an_entity_that_grows_nests_or_reads_a_file_does_not_survive(before: str) -> None:
    body = screened(rss("<item><title>&a;&b;</title></item>", before))

    assert b"etc/passwd" not in body
    assert len(body) < 200 + len(rss("<item><title>&a;&b;</title></item>"))


def test_a_short_flat_entity_keeps_its_meaning() -> None:
    body = screened(
        rss(
            "<item><title>&c; &q; &d;</title></item>",
            '<!DOCTYPE r [<!ENTITY c "&#169;"><!ENTITY q \'"\'><!ENTITY d "dee">]>',
        )
    )

    assert feedparser.parse(io.BytesIO(body)).entries[0].title == '© " dee'


def test_a_doctype_of_html_entities_is_harmless_and_that_of_netscape_is_known_again() -> None:
    before = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.example/rss-0.91.dtd">'

    parsed = feedparser.parse(io.BytesIO(screened(rss("<item><title>&eacute;</title></item>", before))))

    assert parsed.version == "rss091n"
    assert parsed.entries[0].title == "é"


@pytest.mark.parametrize(
    ("inside", "detail"),
    [
        ("<x " + " ".join(f'a{n}=""' for n in range(65)) + "/>", "more than 64 attributes on one element"),
        (f'<x a="{"a" * 70_000}"/>', "more than 65536 characters of attributes on one element"),
        ("<x>" * 130 + "</x>" * 130, "more than 128 levels of elements"),
        ("<x/>" * 200_001, "more than 200000 elements"),
        ("<item>" + "<category>x</category>" * 257 + "</item>", "more than 256 categories in one place"),
        ("<category>x</category>" * 257, "more than 256 categories in one place"),
        ("".join(f'<x xmlns:p{n}="u"/>' for n in range(129)), "more than 128 namespace prefixes"),
        ("<!--" * 65, "'<!--' is opened more than 64 times and never closed"),
        ("<description>" + "&lt;!--" * 65, "'&lt;!--' is opened more than 64 times and never closed"),
        ("<![CDATA[" * 65, "'<![CDATA[' is opened more than 64 times and never closed"),
        ("&nope;" + "<x>" * 400_001, "more than 200000 elements"),
        ("<x " + "a='' " * 120_000 + "/>", "more than 262144 bytes in one tag"),
        ("<x/>" * 90_000 + "<y " + "a='' " * 120_000 + "/>", "more than 262144 bytes in one tag"),
        ("&nope;<x " + "a" * 70_000 + ">", "more than 65536 characters in one tag"),
        (
            "&nope;<x " + " ".join(f'a{n}="12345678"' for n in range(90)) + "/>",
            "more than 64 attributes on one element",
        ),
    ],
)
def test_what_goes_beyond_a_limit_is_refused_with_the_limit(inside: str, detail: str) -> None:
    assert ParseFailed(reason=FailureReason.TOO_COMPLEX, detail=detail) == refusal(rss(inside))


@pytest.mark.parametrize(
    "inside",
    [
        "<description>" + "é<b/>" * 100_000 + "</description>",
        "<description><![CDATA[" + "<img src='" + "A" * 1_000_000 + "'>]]></description>",
        "<description>" + "Ü" * 700_000 + "</description>",
        "<!-- <item " + "a='' " * 200_000 + "> -->",
    ],
    ids=["elements", "an image in text", "text", "a comment"],
)
def test_what_is_long_and_no_tag_is_left_as_it_is(inside: str) -> None:
    assert screened(rss(inside)).endswith(rss(inside))


def test_categories_are_counted_for_each_entry_anew() -> None:
    body = rss(("<item>" + "<category>x</category>" * 200 + "</item>") * 3)

    assert screened(body).endswith(body)


@pytest.mark.parametrize(
    ("author", "kept"),
    [
        ("a" * 5_000, ""),
        ("ab " * 300 + "&#252;" * 900, "ab " * 300 + "ü" * 124),
        ("<![CDATA[" + "a" * 5_000 + "]]>", ""),
        ("short", "short"),
        ("x<![CDATA[y]]>z", "xyz"),
        ("<name>" + "n" * 5_000 + "</name>", "n" * 5_000),
    ],
)
def test_an_author_is_cut_and_the_feed_stays_well_formed(author: str, kept: str) -> None:
    body = screened(rss(f"<item><author>{author}</author><title>after</title></item>"))

    parsed = feedparser.parse(io.BytesIO(body))

    assert not parsed.bozo
    assert parsed.entries[0].title == "after"
    assert parsed.entries[0].get("author", "") == kept


def test_an_author_is_cut_once_whatever_stands_inside() -> None:
    inside = "a " * 1_000 + "<author>b</author>" + "&#99;" * 2_000
    body = screened(rss(f"<item><author>{inside}</author><title>after</title></item>"))

    assert len(body) < 1_500
    assert not feedparser.parse(io.BytesIO(body)).bozo


def test_an_author_in_a_broken_feed_is_cut_too() -> None:
    body = screened(rss("<item><dc:creator>" + "a" * 9_000 + "</dc:creator><title>&nope;<</title></item>"))

    assert b"a" * 1_024 + b"</dc:creator>" in body
    assert len(body) < 1_500


def test_a_broken_feed_goes_on_to_feedparser() -> None:
    body = rss(f"<item><title>a & b &nbsp; <br> c</title><link title='{'x' * 2_000}'></item>")[:-8]

    assert screened(body).endswith(body)


def test_a_broken_prolog_is_dropped() -> None:
    body = screened(rss("", '<?xml version="1.0"?><!DOCTYPE <<< [ '))

    assert body == b'<?xml version="1.0"?>\n' + rss("")


@pytest.mark.parametrize(
    "body", [b"", b"   ", b"plain text", b"\x00\x01\x02", b"<", b"<?xml version='1.0'?>"]
)
def test_what_has_no_element_is_no_feed(body: bytes) -> None:
    assert FailureReason.NOT_A_FEED is refusal(body).reason


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "cp037",
        "iso2022_jp",
    ],
)
def test_a_feed_in_any_unicode_form_becomes_readable(encoding: str) -> None:
    title = "日本" if encoding == "iso2022_jp" else "Zürich"
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>' + rss(f"<item><title>{title}</title></item>").decode()
    )

    body = screened(text.encode(encoding))

    assert title.encode() in body
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')


def test_a_charset_of_mail_may_be_named_by_the_answer() -> None:
    assert "日本".encode() == legible("日本".encode("iso2022_jp"), "ISO-2022-JP")


def test_a_charset_of_mail_is_not_believed_of_bytes_that_it_cannot_have() -> None:
    assert "日本".encode() == legible("日本".encode(), "iso-2022-jp")


def test_an_unknown_charset_of_the_answer_changes_nothing() -> None:
    assert legible(b" abc", "no-such-charset") == b"abc"
    assert legible(b" abc", "utf-7") == b"abc"
    assert legible(b" abc", "a\x00b") == b"abc"


@pytest.mark.parametrize(
    "name",
    [
        "zlib",
        "rot13",
        "rot_13",
        "idna",
        "punycode",
        "base64",
        "hex",
        "bz2",
        "uu",
        "quopri",
        "undefined",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "utf-16",
        "hz",
        "iso-2022-jp",
        "iso-2022-kr",
        "cp037",
        "nonsense",
        "a" * 100_000,
        "x\x00",
    ],
)
def test_what_is_no_superset_of_ascii_is_never_used_as_a_charset(name: str) -> None:
    assert not is_charset(name)
    if len(name) < 60 and "\x00" not in name:
        declared = f'<?xml version="1.0" encoding="{name}"?>'
        assert b"encoding" not in screened(rss("", declared)).partition(b"<rss")[0]


@pytest.mark.parametrize(
    "name",
    ["utf-8", "us-ascii", "ISO-8859-1", "windows-1252", "koi8-r", "gb18030", "big5", "euc-jp", "shift_jis"],
)
def test_charsets_of_the_web_are_charsets(name: str) -> None:
    assert is_charset(name)


def test_valid_utf8_declares_itself_whatever_was_declared() -> None:
    body = screened(rss("<item><title>ü</title></item>", '<?xml version="1.0" encoding="windows-1252"?>'))

    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')


def test_only_what_is_not_ascii_shows_that_it_is_utf8() -> None:
    assert is_utf8("ü".encode())
    assert not is_utf8(b"u")
    assert not is_utf8("ü".encode("latin-1"))


def test_a_feed_in_an_old_charset_is_held_to_the_same_limits() -> None:
    body = (
        rss("<title>\xfc</title>" + "<x>" * 130, '<?xml version="1.0" encoding="gb2312"?>')
        .decode()
        .encode("latin-1")
    )

    assert FailureReason.TOO_COMPLEX is refusal(body).reason


def test_cuts_leave_what_stands_around_them() -> None:
    assert without(b"abcdefgh", [(1, 3), (5, 6)]) == b"adegh"
    assert without(b"abc", []) == b"abc"


@given(st.binary(max_size=400))
def test_no_bytes_make_the_screen_raise(body: bytes) -> None:
    assert isinstance(screen(body), Screened | ParseFailed)
    assert isinstance(screen(b"<rss>" + body + b"</rss>"), Screened | ParseFailed)


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_screening_twice_changes_nothing_more(text: str, encoding: str) -> None:
    body = f"<rss><title>{text}</title></rss>".encode(encoding)

    once = screened(codecs.BOM_UTF8 + body if encoding == "utf-8" else body)

    assert once == screened(once)
