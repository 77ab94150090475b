"""Document × announced → what the page says. Runs in a worker process that can be killed."""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree, html
from trafilatura.core import bare_extraction

from monitor.articles.clean import clean
from monitor.articles.metadata import Metadata, metadata_of
from monitor.articles.verdict import Judged, judge
from monitor.model import Announced, Document, Extracted, Verdict, Zones

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
# A page says its charset within its first 1,024 bytes (HTML Standard); some are late.
_HEAD_BYTES = 4_096
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# Codecs of text that pages are written in, by Python's names; its others (`idna`, `zlib`, …) are no charsets.
_CHARSETS = re.compile(
    r"utf-8|utf-16(?:-[lb]e)?|iso8859-\d+|cp(?:125\d|874|866|932|949|950)|koi8-[rut]|gbk|gb2312|gb18030|big5"
    r"|big5hkscs|euc_(?:jp|kr)|shift_jis|iso2022_jp|mac-\w+"
)
# What says so is read as windows-1252 (Encoding Standard): its bytes 80 to 9F are quotes and dashes.
_LATIN = frozenset({"ascii", "iso8859-1"})
_FALLBACK = "cp1252"
# Characters that no text needs and that columns, terminals or JSON choke on.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MOST_TITLE = 1_000
_MOST_CHARACTERS = 200_000
_LONG_CONTENT_WORDS = 150
# Elements that begin and end a paragraph: those of HTML, and those of trafilatura's own tree.
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "br",
    }
    | {"tr", "td", "th", "table", "pre", "figure", "figcaption", "dd", "dt", "hr"}
    | {"head", "item", "list", "quote", "row", "cell", "code", "lb"}
)
_SKIPPED = frozenset(("script", "style", "noscript", "template", "iframe", "figcaption"))


def read_page(document: Document, announced: Announced) -> Extracted:
    """Return what an article's page says.

    The title is the page's, else the announced one; it does not stand again at the start of the text.
    """
    announced_title = _title(announced.title)
    root = _tree(document.body, document.content_type)
    if root is None:
        return Extracted(zones=Zones(title=announced_title, text=""), verdict=Verdict.EMPTY)
    told = metadata_of(root, document.url)
    title = _title(told.title) or announced_title
    captions = [_plain(caption) for caption in clean(root)]
    judged = judge(_without_title(_main_text(root), title), declared_free=told.declared_free)
    return _extracted(title, judged, captions, told)


def read_announced(announced: Announced) -> Extracted:
    """Return what the feed itself carries of an entry."""
    title, fragment = _title(announced.title), announced.content or announced.summary
    root = _tree(f"<div>{fragment}</div>".encode("utf-8", "replace"), "text/html; charset=utf-8")
    captions: list[str] = []
    paragraphs: Sequence[str] = ()
    if root is not None:
        captions = [_plain(caption) for caption in clean(root)]
        paragraphs = _without_title(tuple(_block_texts(root)), title)
    words = sum(len(paragraph.split()) for paragraph in paragraphs)
    verdict = Verdict.PARTIAL if words else Verdict.EMPTY
    if announced.content and words >= _LONG_CONTENT_WORDS:
        verdict = Verdict.FULL
    told = Metadata(language=announced.language, authors=announced.authors)
    judged = Judged(paragraphs=tuple(paragraphs), verdict=verdict, access=None)
    return _extracted(title, judged, captions, told)


def _extracted(title: str, judged: Judged, captions: Sequence[str], told: Metadata) -> Extracted:
    text, cut = _joined(judged.paragraphs)
    return Extracted(
        zones=Zones(
            title=title,
            text=text,
            lead_end=text.find("\n\n") if "\n\n" in text else len(text),
            captions=_joined(captions)[0],
        ),
        verdict=Verdict.PARTIAL if cut and judged.verdict is Verdict.FULL else judged.verdict,
        canonical_url=told.canonical_url,
        language=told.language,
        authors=tuple(filter(None, map(_plain, told.authors))),
        published_at=told.published_at,
        modified_at=told.modified_at,
        access=judged.access,
    )


def _joined(paragraphs: Sequence[str]) -> tuple[str, bool]:
    """Return paragraphs as one text, and whether it had to be cut."""
    text = "\n\n".join(paragraphs)
    return text[:_MOST_CHARACTERS], len(text) > _MOST_CHARACTERS


# ---- bytes to tree -----------------------------------------------------------------------------


def _tree(body: bytes, content_type: str | None) -> Any:  # noqa: ANN401  (an element of lxml, or None)
    """Return the root element; lxml alone would drop what is nested deeper than 254 levels."""
    text = _CONTROLS.sub("", _decoded(body, content_type))
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True)
    try:
        return html.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _decoded(body: bytes, content_type: str | None) -> str:
    """Return the text of a page.

    Bytes that are valid UTF-8 are UTF-8, whatever the server says: text in another encoding hardly
    ever is by chance, and wrong declarations are common.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(_charset(body, content_type), "replace")


def _charset(body: bytes, content_type: str | None) -> str:
    """Return the codec that the server names, else the page, else windows-1252."""
    for declared in (content_type or "", body[:_HEAD_BYTES].decode("latin-1")):
        found = _CHARSET.search(declared)
        name = _codec(found[1]) if found else None
        if name is not None:
            return name
    return _FALLBACK


def _codec(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    if name in _LATIN:
        return _FALLBACK
    return name if _CHARSETS.fullmatch(name) else None


# ---- tree to paragraphs ------------------------------------------------------------------------


def _main_text(root: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Return the paragraphs of the article, as trafilatura finds it."""
    found = bare_extraction(root, include_comments=False, include_tables=False, fast=True)
    body = getattr(found, "body", None)
    return () if body is None else tuple(_block_texts(body))


def _block_texts(root: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the text between block elements, in order."""
    pieces: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if node.tag in _BLOCKS:
            if text := _plain("".join(pieces)):
                yield text
            pieces.clear()
        inside = not isinstance(node.tag, str) or node.tag in _SKIPPED
        if event == "start" and not inside:
            pieces.append(node.text or "")
        elif event == "end":
            pieces.append(node.tail or "")
    if text := _plain("".join(pieces)):
        yield text


def _title(text: str) -> str:
    return _plain(text)[:_MOST_TITLE].rstrip()


def _plain(text: str) -> str:
    return " ".join(_CONTROLS.sub("", text).split())


def _without_title(paragraphs: Sequence[str], title: str) -> Sequence[str]:
    """Drop the headline where extraction left it in the text, and paragraphs that stand twice."""
    once = dict.fromkeys(paragraphs)
    return [text for number, text in enumerate(once) if number > 2 or text.casefold() != title.casefold()]  # noqa: PLR2004
