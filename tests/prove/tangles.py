"""Feeds and pages that cost readers more than they are worth, each at any size.

A tangle is a text before, a piece that is repeated, with its number where `{n}` stands in it, and a text
behind; or a function where that is not enough.
"""

from collections.abc import Callable, Mapping

Tangle = Callable[[int], bytes]


def _tangle(before: str, piece: str, behind: str = "") -> Tangle:
    """Return a document of about so many bytes."""
    long = len(piece.replace("{n}", "123456").encode())

    def made(size: int) -> bytes:
        count = max(1, size // long)
        body = (
            "".join(piece.replace("{n}", str(n)) for n in range(count)) if "{n}" in piece else piece * count
        )
        return f"{before}{body}{behind}".encode()

    return made


def _nested(before: str, opened: str, closed: str, behind: str = "") -> Tangle:
    def made(size: int) -> bytes:
        count = max(1, size // (len(opened) + len(closed)))
        return f"{before}{opened * count}x{closed * count}{behind}".encode()

    return made


def _encoded(tangle: Tangle, encoding: str) -> Tangle:
    return lambda size: tangle(size // 2).decode().encode(encoding)


def _bytes(before: str, behind: str) -> Tangle:
    return lambda size: before.encode() + b"\xff\xfe" * (size // 2) + behind.encode()


def _entities(growth: int) -> Tangle:
    """A DTD whose last entity stands for `growth` to the power of all the others."""

    def made(size: int) -> bytes:
        count = max(2, size // (4 * growth + 20))
        declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * growth}">' for n in range(1, count))
        title = f"<title>&e{count - 1};</title>"
        return f'<!DOCTYPE rss [<!ENTITY e0 "ha">{declared}]>{_RSS}<item>{title}{_END}'.encode()

    return made


def _json(opened: str, closed: str) -> Tangle:
    head = '{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": '
    return _nested(head, opened, closed, "}")


def _json_item(before: str, piece: str, behind: str) -> Tangle:
    return _tangle(
        f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{before}', piece, f"{behind}]}}"
    )


_NS = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/' "
    "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:georss='http://www.georss.org/georss' "
    "xmlns:gml='http://www.opengis.net/gml' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
)
_RSS, _END = f"<rss version='2.0' {_NS}><channel><title>t</title>", "</item></channel></rss>"
_ITEM = f"{_RSS}<item><guid>g</guid><link>https://a.example/b</link>"
_ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><entry><id>i</id>"
_MAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
)


def _within(element: str, piece: str) -> Tangle:
    """An element of an entry whose text is long."""
    return _tangle(f"{_ITEM}<{element}>", piece, f"</{element}>{_END}")


FEEDS: Mapping[str, Tangle] = {
    "attributes of the root": _tangle("<rss version='2.0' ", "a{n}='b' ", "><channel></channel></rss>"),
    "one attribute again and again": _tangle("<rss ", "a='b' ", "></rss>"),
    "sixty attributes each": _tangle(_ITEM, "<a " + " ".join(f"b{n}='c'" for n in range(60)) + "/>", _END),
    "prefixes on one element": _tangle("<rss ", "xmlns:p{n}='u{n}' ", "></rss>"),
    "a prefix on each element": _tangle(_ITEM, "<p{n}:a xmlns:p{n}='u{n}'/>", _END),
    "depth": _nested(_ITEM, "<a>", "</a>", _END),
    "depth that is never closed": _tangle(_ITEM, "<a>"),
    "depth inside XHTML": _nested(
        f"{_ATOM}<content type='xhtml'>", "<div>", "</div>", "</content></entry></feed>"
    ),
    "entries in entries": _nested(_RSS, "<item>", "</item>", "</channel></rss>"),
    "a long author": _within("author", "a"),
    "an author of words": _within("author", "a "),
    "an author of brackets": _within("author", "("),
    "an author of addresses": _within("author", "a@b.example "),
    "a long creator": _within("dc:creator", "a, "),
    "many authors": _tangle(_ITEM, "<author>a{n}</author>", _END),
    "many contributors": _tangle(_ATOM, "<contributor><name>a{n}</name></contributor>", "</entry></feed>"),
    "categories of an entry": _tangle(_ITEM, "<category>c{n}</category>", _END),
    "categories of the feed": _tangle(_RSS, "<category>c{n}</category>", "</channel></rss>"),
    "key words": _within("itunes:keywords", "a, "),
    "entities that double": _entities(2),
    "entities that grow tenfold": _entities(10),
    "one long entity, often": lambda size: _tangle(
        f'<!DOCTYPE r [<!ENTITY a "{"a" * (size // 2)}">]>{_ITEM}<title>', "&a;", f"</title>{_END}"
    )(size // 2),
    "many entities": _tangle("<!DOCTYPE r [", '<!ENTITY a{n} "b">', f"]>{_ITEM}{_END}"),
    "a doctype of comments": _tangle("<!DOCTYPE r [", "<!-- a -->", f"]>{_ITEM}{_END}"),
    "references by number": _within("title", "&#65;"),
    "references by name": _within("description", "&eacute;"),
    "references that are none": _within("title", "&a"),
    "references without a digit": _within("title", "&#"),
    "comments": _within("description", "<!-- a -->"),
    "comments that are never closed": _tangle(_ITEM, "<!--"),
    "comments in text": _within("description", "&lt;!--"),
    "sections": _within("description", "<![CDATA[a]]>"),
    "sections that are never closed": _tangle(_ITEM, "<![CDATA["),
    "brackets in a section": _tangle(f"{_ITEM}<title><![CDATA[", "]]", f"]]></title>{_END}"),
    "instructions": _tangle(_ITEM, "<?a b?>", _END),
    "elements of all names": _tangle(_ITEM, "<a{n}/>", _END),
    "a huge attribute": _tangle(f"{_ITEM}<a b='", "c ", f"'/>{_END}"),
    "space before the root": _tangle("", "\n ", f"{_ITEM}{_END}"),
    "space in a title": _within("title", " \n"),
    "tags in a title": _within("title", "&lt;b&gt;"),
    "angles in a title": _within("title", "&lt;"),
    "HTML that is never closed": _within("description", "&lt;p&gt;&lt;a href='b'&gt;"),
    "HTML of styles": _within("description", "&lt;p style='color: red; width: 1px'&gt;"),
    "one long style": _tangle(f"{_ITEM}<description>&lt;p style='", "a:b;", f"'&gt;</description>{_END}"),
    "HTML of attributes": _tangle(f"{_ITEM}<description>&lt;p ", "a='b' ", f"&gt;</description>{_END}"),
    "HTML of scripts": _within("content:encoded", "&lt;script&gt;"),
    "HTML of relative links": _within("content:encoded", "&lt;a href='../b?c'&gt;d&lt;/a&gt;"),
    "HTML of lone angles": _within("description", "&lt; "),
    "a date of digits": _within("pubDate", "1"),
    "a date of spaces": _within("pubDate", "Mon, "),
    "a date of colons": _within("dc:date", "2026-01-01T00:"),
    "many dates": _tangle(_ITEM, "<pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate>", _END),
    "a long link": _within("link", "a/"),
    "a link that climbs": _within("link", "../"),
    "a link of parameters": _within("link", "a=b&amp;"),
    "many links": _tangle(_ATOM, "<link href='/{n}'/>", "</entry></feed>"),
    "a long guid": _within("guid", "g"),
    "enclosures": _tangle(_ITEM, "<enclosure url='u{n}' length='1' type='t'/>", _END),
    "media": _tangle(_ITEM, "<media:content url='u{n}'><media:credit>c</media:credit></media:content>", _END),
    "a polygon": _within("georss:polygon", "1 2 "),
    "bases in bases": _nested(_ITEM, "<a xml:base='b/'>", "</a>", _END),
    "a title of tags and quotes": _within("title", "&lt;a b='"),
    "small entries": _tangle(_RSS, "<item><guid>g{n}</guid><title>t</title></item>", "</channel></rss>"),
    "entries of one guid": _tangle(_RSS, "<item><guid>g</guid></item>", "</channel></rss>"),
    "lone angles": _tangle(_ITEM, "<"),
    "ends without a start": _tangle(_ITEM, "</a>"),
    "bytes of no charset": _bytes(f"{_ITEM}<title>", _END),
    "UTF-16": _encoded(_within("title", "ä "), "utf-16"),
    "UTF-32": _encoded(_within("title", "ä "), "utf-32"),
    "JSON lists in lists": _json("[", "]"),
    "JSON objects in objects": _json('{"a":', "}"),
    "JSON of small entries": _json_item(
        "", '{"id": "{n}", "title": "t", "url": "https://a.example/1"},', "1"
    ),
    "JSON of one long text": _json_item('{"id": "1", "content_html": "', "<a ", '"}'),
    "JSON of one long title": _json_item('{"id": "1", "title": "', "<b> ", '"}'),
    "JSON of one long date": _json_item('{"id": "1", "date_published": "', "2026-", '"}'),
    "JSON of authors": _json_item('{"id": "1", "authors": [', '{"name": "a"},', "1]}"),
    "JSON of a long number": _json_item('{"id": ', "1", "}"),
    "JSON of escapes": _json_item('{"id": "1", "title": "', "\\ud800", '"}'),
    "a sitemap of pages": _tangle(
        _MAP,
        "<url><loc>https://a.example/{n}</loc><news:news><news:title>t</news:title></news:news></url>",
        "</urlset>",
    ),
    "a sitemap of one page": _tangle(f"{_MAP}<url>", "<loc>https://a.example/{n}</loc>", "</url></urlset>"),
    "a sitemap of sitemaps": _tangle(
        "<sitemapindex>", "<sitemap><loc>u{n}</loc></sitemap>", "</sitemapindex>"
    ),
    "a long key word of a sitemap": _tangle(
        f"{_MAP}<url><news:news><news:title>", "a ", "</news:title></news:news></url></urlset>"
    ),
}

_HEAD = (
    "<!doctype html><html lang='de'><head><title>Ein Titel</title></head><body><article><h1>Ein Titel</h1>"
)
_FOOT = "</article></body></html>"
_TEXT = "Der Konzern teilte am Mittwoch mit, dass er ein neues Werk bauen will und dafür Leute sucht."


def _body(piece: str) -> Tangle:
    return _tangle(_HEAD, piece, f"<p>{_TEXT}</p>{_FOOT}")


def _deep(tag: str) -> Tangle:
    return _nested(_HEAD, f"<{tag}>", f"</{tag}>", f"<p>{_TEXT}</p>{_FOOT}")


def _long(before: str, piece: str, behind: str) -> Tangle:
    return _tangle(f"{_HEAD}{before}", piece, f"{behind}<p>{_TEXT}</p>{_FOOT}")


def _head(before: str, piece: str, behind: str = "") -> Tangle:
    return _tangle(f"<html><head>{before}", piece, f"{behind}</head>{_FOOT}")


def _ld(before: str, piece: str, behind: str) -> Tangle:
    return _tangle(
        f'<html><head><script type="application/ld+json">{before}', piece, f"{behind}</script></head>{_FOOT}"
    )


PAGES: Mapping[str, Tangle] = {
    "attributes of one element": _long("<p ", "a{n}=b ", ">x</p>"),
    "one attribute again and again": _long("<p ", "a=b ", ">x</p>"),
    "sixty attributes each": _body("<p " + " ".join(f"b{n}=c" for n in range(60)) + ">x</p>"),
    "attributes of all names": _body("<p a{n}=b>x</p>"),
    "elements of all names": _body("<a{n}>x</a{n}>"),
    "depth of boxes": _deep("div"),
    "depth of spans": _deep("span"),
    "depth of tables": _nested(_HEAD, "<table><tr><td>", "</td></tr></table>", _FOOT),
    "depth of lists": _nested(_HEAD, "<ul><li>", "</li></ul>", _FOOT),
    "depth of quotes": _deep("blockquote"),
    "depth of sections": _deep("section"),
    "depth of fonts": _deep("font"),
    "depth of drawings": _nested(_HEAD, "<svg><g>", "</g></svg>", _FOOT),
    "bold that is never closed": _body("<b>"),
    "paragraphs that are never closed": _body("<p><b><i>"),
    "anchors in anchors": _body("<a href=x>y"),
    "links": _body("<a href='/{n}'>mehr</a> "),
    "links in a paragraph": _long("<p>", "<a href='/{n}'>mehr</a> ", "</p>"),
    "fonts in a paragraph": _long("<p>", "<font>mehr</font> ", "</p>"),
    "marks in a word": _long("<p>", "a<b>", "</p>"),
    "ends without a start": _body("</div>"),
    "cells of a table": _long("<table><tr>", "<td>a</td>", "</tr></table>"),
    "rows of a table": _long("<table>", "<tr><td>a</td></tr>", "</table>"),
    "a table of empty cells": _long("<table><tr>", "<td>", "</table>"),
    "terms": _long("<dl>", "<dt>a<dd>b", "</dl>"),
    "choices": _long("<form><select>", "<option>a", "</select></form>"),
    "fields": _body("<input name=a>"),
    "scripts": _body("<script>var a = {n};</script>"),
    "one long script": _long("<script>", "if (a < b) {} ", "</script>"),
    "scripts that are never closed": _body("<script>"),
    "styles": _body("<style>p {color: red}</style>"),
    "frames": _body("<iframe src=a></iframe>"),
    "templates": _body("<template><p>a</p></template>"),
    "comments": _body("<!-- a -->"),
    "comments that are never closed": _body("<!--"),
    "sections of XML": _body("<![CDATA[a]]>"),
    "instructions": _body("<?a b>"),
    "lone angles": _body("<"),
    "lone ampersands": _body("&"),
    "references by number": _body("&#228;"),
    "references to controls": _body("&#1;"),
    "references by name": _body("&auml;"),
    "references of many zeros": _body("&#x0000000000000000"),
    "short paragraphs": _body("<p>a</p>"),
    "paragraphs": _body(f"<p>{_TEXT}</p>"),
    "the same paragraph in boxes": _body(f"<div><div><p>{_TEXT} {{n}}</p></div></div>"),
    "line breaks": _body("a<br>"),
    "rules": _body("<hr>"),
    "headings": _body("<h1>Ein Titel</h1>"),
    "headings of related links": _body("<h2>Das könnte Sie auch interessieren</h2><ul><li>a</ul>"),
    "one long word": _long("<p>", "a", "</p>"),
    "space in text": _long("<p>", " \n\t", "</p>"),
    "space that does not break": _long("<p>", "\u00a0", "</p>"),
    "words in a row": _long("<p>", "Wort ", "</p>"),
    "sentences": _long("<p>", "Er kam. ", "</p>"),
    "walls": _body("<p>Jetzt abonnieren und weiterlesen</p>"),
    "consent": _body("<div class='cookie-banner consent'><p>Cookies akzeptieren</p></div>"),
    "a class of many words": _long("<div class='", "teaser-", "'>a</div>"),
    "a class of humps": _long("<div class='", "aA", "'>a</div>"),
    "a class of spaces": _long("<div class='", "a  ", "'>a</div>"),
    "names of what stands beside": _body("<div id='related-{n}'>a</div>"),
    "a huge attribute": _long("<img src='data:image/png;base64,", "AAAA", "'>"),
    "pictures": _body("<figure><img src='/{n}.jpg'><figcaption>a</figcaption></figure>"),
    "captions that are never closed": _body("<figure><figcaption>a"),
    "pre-formatted text": _long("<pre>", "a b\n", "</pre>"),
    "code": _body("<code>a</code>"),
    "ruby": _long("<ruby>", "a<rt>b", "</ruby>"),
    "meta elements": _head("", "<meta name='a{n}' content='b'>"),
    "one meta element again and again": _tangle(
        "<html><head>", "<meta name=author content='a b'>", f"</head>{_FOOT}"
    ),
    "a long author": _head("<meta name=author content='", "a, ", "'>"),
    "a long date": _head("<meta name=date content='", "2026-", "'>"),
    "canonical links": _head("", "<link rel=canonical href='/{n}'>"),
    "a long canonical link": _head("<link rel=canonical href='", "../", "'>"),
    "titles": _head("", "<title>a</title>"),
    "a long title": _head("<title>", "a | ", "</title>"),
    "a title of spaces": _head("<title>a", " ", "b</title>"),
    "JSON-LD lists in lists": _ld("", "[", ""),
    "JSON-LD objects in objects": _ld("", '{"@graph":', ""),
    "JSON-LD of articles": _ld("[", '{"@type": "NewsArticle", "headline": "a"},', '{"@type": "Thing"}]'),
    "JSON-LD of authors": _ld('{"@type": "NewsArticle", "author": [', '{"name": "a"},', '{"name": "b"}]}'),
    "JSON-LD of a long date": _ld('{"@type": "NewsArticle", "datePublished": "', "2026-01-", '"}'),
    "JSON-LD blocks": _tangle(
        "<html><head>", '<script type="application/ld+json">{"@type": "A"}</script>', f"</head>{_FOOT}"
    ),
    "addresses": _long("<p>", "a@b.example ", "</p>"),
    "an address of signs": _long("<p>", "a@", "</p>"),
    "URLs": _long("<p>", "http://a.example/?b=c ", "</p>"),
    "a URL of schemes": _long("<p>", "http://", "</p>"),
    "dates in text": _long("<p>", "2026-01-01T00:00 ", "</p>"),
    "numbers in text": _long("<p>", "1.000,", "</p>"),
    "charsets": _head("", "<meta charset=a{n}>"),
    "a doctype of names": _tangle("<!DOCTYPE html ", "PUBLIC ", f">{_HEAD}{_FOOT}"),
    "bases": _head("", "<base href='/{n}/'>"),
    "accents upon accents": _long("<p>a", "\u0301", "</p>"),
    "signs of direction": _long("<p>", "\u202e\u2066", "</p>"),
    "NUL": _long("<p>", "a\x00", "</p>"),
    "bytes of no charset": _bytes(f"{_HEAD}<p>", _FOOT),
    "UTF-16": _encoded(_long("<p>", "ä ", "</p>"), "utf-16"),
}
