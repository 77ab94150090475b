"""Document × announced → what the page says. Runs in a worker process that can be killed."""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree, html

from monitor.articles.clean import clean
from monitor.articles.metadata import Metadata, metadata_of
from monitor.articles.verdict import Judged, judge
from monitor.model import Announced, Document, Extracted, Verdict, Zones

# Which libxml2 reads the pages.
LIBXML2 = ".".join(map(str, etree.LIBXML_VERSION))

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
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# The same as numbers: one of them makes trafilatura give a page up.
_REFERENCE = re.compile("&#(?:x0*([0-9a-f]{1,4})|0*([0-9]{1,5}))(?![0-9a-f]);?", re.IGNORECASE)
_MOST_TITLE = 1_000
_MOST_CHARACTERS = 200_000
# To read a page costs up to 0.1 ms of a slow machine for each tag; of 181 real ones none has over 3,300.
_MOST_TAGS = 100_000
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


def read_page(document: Document, announced: Announced) -> Extracted:
    """Return what an article's page says.

    The title is the page's, else the announced one; it does not stand again at the start of the text. Of a
    page of very many tags the first are read.
    """
    page, cut = _first_tags(decoded(document.body, document.content_type))
    root = _tree(page)
    told = metadata_of(root, document.url)
    title = _title(told.title) or _title(announced.title)
    captions = [_plain(caption) for caption in clean(root)]
    judged = judge(_without_title(_main_text(root), title), declared_free=told.declared_free)
    return _extracted(title, judged, captions, told, cut=cut)


def read_announced(announced: Announced) -> Extracted:
    """Return what the feed itself carries of an entry."""
    title, fragment = _title(announced.title), announced.content or announced.summary
    root = _tree(f"<div>{fragment}</div>")
    captions = [_plain(caption) for caption in clean(root)]
    paragraphs = _without_title(tuple(_block_texts(root)), title)
    words = sum(len(paragraph.split()) for paragraph in paragraphs)
    verdict = Verdict.PARTIAL if words else Verdict.EMPTY
    if announced.content and words >= _LONG_CONTENT_WORDS:
        verdict = Verdict.FULL
    told = Metadata(language=announced.language, authors=announced.authors)
    judged = Judged(paragraphs=tuple(paragraphs), verdict=verdict, access=None)
    return _extracted(title, judged, captions, told)


def _extracted(
    title: str, judged: Judged, captions: Sequence[str], told: Metadata, *, cut: bool = False
) -> Extracted:
    """Return what was read; what was `cut`, here or before, is no full text."""
    text, too_long = _joined(judged.paragraphs)
    partial = (cut or too_long) and judged.verdict is Verdict.FULL
    return Extracted(
        zones=Zones(
            title=title,
            text=text,
            lead_end=text.find("\n\n") if "\n\n" in text else len(text),
            captions=_joined(captions)[0],
        ),
        verdict=Verdict.PARTIAL if partial else judged.verdict,
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


def _first_tags(text: str) -> tuple[str, bool]:
    """Return a page as far as it has so many tags, and whether it had to be cut."""
    if text.count("<") <= _MOST_TAGS:
        return text, False
    rest = text.split("<", _MOST_TAGS + 1)[-1]
    return text[: -len(rest) - 1], True


def _tree(text: str) -> Any:  # noqa: ANN401  (an element of lxml)
    """Return the root element, an empty one where there is nothing to read.

    lxml alone would drop what is nested deeper than 254 levels.
    """
    parser = html.HTMLParser(huge_tree=True, encoding="utf-8", remove_pis=True)
    try:
        root = html.document_fromstring(_without_controls(text).encode(), parser=parser)
    except (etree.LxmlError, ValueError):
        return html.Element("html")
    # It never ends, which libxml2 does not know: all that follows would be a part of it.
    etree.strip_tags(root, "embed")
    return root


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", _REFERENCE.sub(_without_control, text))


def _without_control(reference: re.Match[str]) -> str:
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    # 80 to 9F stand for the characters of windows-1252 here, and the parser knows that.
    control = not 0x80 <= code <= 0x9F and _CONTROLS.match(chr(code))  # noqa: PLR2004
    return "" if control else reference[0]


def has_controls(text: str) -> bool:
    """Tell whether a page has characters, or references to them, that are dropped before it is read."""
    return bool(_CONTROLS.search(text)) or not all(map(_without_control, _REFERENCE.finditer(text)))


def decoded(body: bytes, content_type: str | None) -> str:
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
    # Who only names this task to a worker process must not pay for it: a quarter of a second, 20 MB. Workers
    # have imported it before their first document.
    from trafilatura.core import bare_extraction  # noqa: PLC0415

    try:
        found = bare_extraction(root, include_comments=False, include_tables=False, fast=True)
    except RecursionError:
        return ()
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
        pieces.append((node.text if event == "start" else node.tail) or "")
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
