"""Could a page name anybody at all, and is it sure to give a text? Asked before it is extracted.

Observations: extraction takes most of a page's time, and most pages name nobody who is watched. A search of
the whole page finds more than extraction would give, never less, if three things are minded: markup inside
names, elements that extraction takes out of the middle of one, and titles that stand in attributes.
Theory of operation: the page is not parsed. Every tag is replaced by a sign, and the rest is folded. Who
searches it leaves the signs out, or reads them as blanks, or looks at what stands right before and behind
them. A page is certain where four long paragraphs are without
a wall's wording: of such a page extraction has never found nothing.
Known exceptions: where a parser might see other text than is seen here (tags within attributes, comments and
scripts without end, control characters), and where an ending could take the place of a name's last vowel
(Polish, Czech, Croatian, …), a page is not certain. It is extracted as ever. So is one with
more pieces of words between its markup than anybody writes: they pair with one another.
"""

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from unicodedata import category

from monitor.articles.extract import decoded, has_controls, read_announced
from monitor.articles.verdict import is_wall
from monitor.model import Announced, Document, Skimmed, Zones
from monitor.text.normalize import fold

SIGN = "<"
# The same while real ones may still stand in the text, the two of a paragraph, and what has no end.
_MARK, _PARAGRAPH, _PARAGRAPH_END, _UNCLOSED = "\x01", "\x02", "\x03", "\x04"
# What has no end is taken to the end of the page, so that nothing is looked through twice.
_MARKUP = re.compile(
    r"<!--(?!-?>)(?:.*?--!?>|(?P<comment>.*\Z))"
    r"|<(?P<hidden>script|style)\b[^<>]*>(?:.*?</(?P=hidden)\b[^<>]*>|(?P<code>.*\Z))"
    r"|<(?P<paragraph>/?p)(?:\s[^<>]*)?>"
    r"|<(?P<tag>[a-z/!?])[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_SIGNS = re.compile(f"{SIGN}{{2,}}")
_LEFT_OVER = re.compile(r"<[a-zA-Z/!?]")
_LONG_PARAGRAPH = re.compile(f"{_PARAGRAPH}([^{_PARAGRAPH}{_PARAGRAPH_END}]+)")
# Without its semicolon a reference is one to some parsers only.
_HALF_REFERENCE = re.compile("&[a-zA-Z][a-zA-Z0-9]*(?![a-zA-Z0-9;])")
_TOLD = re.compile(r"<(?:meta|html)\b[^<>]*>", re.IGNORECASE)
_CONTENT = re.compile(r"""\bcontent\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_HEADLINE = re.compile(r'"headline"\s*:\s*("(?:[^"\\]|\\.)*")', re.DOTALL)
# Letters of languages in which an ending can take the place of a name's last vowel, and their tags.
_RECASTING = re.compile("[ąćčďđęěłńňřśšťůźżžľĺ]", re.IGNORECASE)
_RECASTING_TAG = re.compile(
    r"(?:lang|content)\s*=\s*[\"']?\s*(?:pl|cs|sk|hr|sl|sr|bs|sh|me)(?![a-z])", re.IGNORECASE
)
_FEW_LETTERS = 3
_LETTER = re.compile(r"[^\W_]")
_LONG_WORDS = 25
_LEAST_PARAGRAPHS = 4
_LONGEST_WORD = 64
# Pairs of words before markup in a page, about 0.2 s of processor time. Of 181 pages of newspapers half had
# fewer than 931, and none more than 22,341.
_MOST_PAIRS = 200_000


def skim(document: Document, announced: Announced) -> Skimmed:
    """Return all that a page's article could consist of, and what the feed carries of it."""
    page = decoded(document.body, document.content_type)
    carried = read_announced(announced)
    marked = "" if has_controls(page) else _MARKUP.sub(_sign, page)
    told = [*_TOLD.findall(page), f"lang={announced.language}"]
    titles = map(_content, told)
    texts = "\n\n".join((*titles, *_headlines(page), *_texts_of(carried.zones), marked))
    if not _is_certain(marked, texts, told):
        return Skimmed(certain=False, text="", before=(), behind=(), carried=carried)
    folded = _folded(texts)
    edges = _edges(folded)
    if edges is None:
        return Skimmed(certain=False, text="", before=(), behind=(), carried=carried)
    before, behind = edges
    return Skimmed(
        certain=True, text=folded, before=tuple(sorted(before)), behind=tuple(sorted(behind)), carried=carried
    )


def _is_certain(marked: str, texts: str, told: Sequence[str]) -> bool:
    """Tell whether nothing stands in the page that is not in the texts, and it is sure to have an article."""
    return not (
        _UNCLOSED in marked
        or _LEFT_OVER.search(marked)
        or any(html.unescape(each) != each for each in _HALF_REFERENCE.findall(texts))
        or any(map(_RECASTING_TAG.search, told))
        or len(_RECASTING.findall(texts)) >= _FEW_LETTERS
        or not _has_text(marked)
    )


def _has_text(marked: str) -> bool:
    """Tell whether there are so many long paragraphs that extraction cannot miss them all."""
    long = 0
    for found in _LONG_PARAGRAPH.finditer(marked):
        text = found[1].replace(_MARK, "")
        long += len(text.split()) >= _LONG_WORDS and not is_wall(html.unescape(text))
        if long >= _LEAST_PARAGRAPHS:
            return True
    return False


def _folded(texts: str) -> str:
    """Return texts folded, with one sign for markup; runs of blanks would cost more to fold than words."""
    text = html.unescape(texts).replace(SIGN, " ")
    for each in (_MARK, _PARAGRAPH, _PARAGRAPH_END):
        text = text.replace(each, SIGN)
    return _SIGNS.sub(SIGN, fold(" ".join(text.split())).text)


def _sign(markup: re.Match[str]) -> str:
    """Return what stands for a piece of markup."""
    match markup.lastgroup:
        case "tag" | "hidden":
            return _MARK
        case "paragraph":
            return _PARAGRAPH_END if markup["paragraph"][0] == "/" else _PARAGRAPH
        case None:
            return ""
    return _UNCLOSED


def _content(told: str) -> str:
    """Return what an element of a page's head says for a title."""
    if "title" not in html.unescape(told).lower():
        return ""
    found = _CONTENT.search(told)
    return found[1] if found else told


def _headlines(page: str) -> Iterator[str]:
    """Yield what a page's data calls its headline."""
    for found in _HEADLINE.finditer(page):
        try:
            yield json.loads(found[1], strict=False)
        except ValueError:
            yield found[1]


def _texts_of(zones: Zones) -> Sequence[str]:
    return zones.title, zones.text, zones.captions


def _edges(folded: str) -> tuple[Collection[str], Collection[str]] | None:
    """Return what stands before and behind markup: see `Skimmed`; None where that is too much."""
    before: set[str] = set()
    behind: set[str] = set()
    last: Sequence[str] = ()
    awaited = False
    pairs = 0
    for run in folded.split(" "):
        first, *others = run.split(SIGN)
        if first and awaited:
            behind.add(f" {first}{SIGN}" if others else f" {first}")
        # Signs are no words: what stands behind them stands behind the markup before them.
        awaited = not _is_word(others[-1]) if others else awaited and not _is_word(run)
        words = [first] if first else []
        for place, piece in enumerate(others, 1):
            pairs += max(1, len(last)) * max(1, len(words))
            if pairs > _MOST_PAIRS:
                return None
            before.update(_pairs(last, words) if words else [f"{each} " for each in last])
            if piece:
                behind.add(f"{piece}{SIGN}" if place < len(others) else piece)
                words = [*(each + piece for each in words if len(each) < _LONGEST_WORD), piece]
        kept = [each for each in words if _is_word(each)]
        if kept:
            last = kept if len(kept) == len(words) else [*kept, *last]
    return before, behind


def _is_word(piece: str) -> bool:
    """Tell whether there is more in a piece than signs."""
    marked = not piece.isascii() and any(category(each)[0] == "M" for each in piece)
    return marked or _LETTER.search(piece) is not None


def _pairs(last: Sequence[str], words: Sequence[str]) -> Iterable[str]:
    """Return words, each with the one before it."""
    return (f"{each} {word}" for each in last or ("",) for word in words)
