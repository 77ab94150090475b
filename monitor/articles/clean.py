"""Takes out of a page's tree what is no text of its article.

Observations: related links, teasers, newsletters and share bars stand inside the article element,
name everybody who is in the news, and survive extraction where they are long enough.
Theory of operation: what HTML says is beside the text (`aside`, `nav`, `footer`, `form`) goes; so
does a block whose class, id or label says so; so does what follows a heading such as "Das könnte Sie
auch interessieren", up to the next ordinary paragraph; so does a block that is little but links.
Known exceptions: an `aside` inside the article that holds three or more long paragraphs is a box of
the story itself and stays.
"""

import re
from collections.abc import Iterator
from typing import Any

# Elements whose text is never the article's; the second set only where they do not hold the page.
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "nav", "button", "select", "iframe", "svg", "dialog", "menu"}
    | {"object", "embed", "audio", "video", "canvas", "textarea", "input"}
)
_OFTEN_BESIDE = frozenset({"aside", "footer", "form"})
_BESIDE_WORDS = (
    *(
        "related",
        r"recommend\w*",
        "teasers?",
        "newsletters?",
        "shar(?:e|ing)",
        "social",
        r"promo\w*",
        "outbrain",
    ),
    *(
        "taboola",
        "plista",
        r"consent\w*",
        "cookies?",
        "cmp",
        "gdpr",
        "comments?",
        "kommentare?",
        r"breadcrumbs?",
    ),
    *(r"advert\w*", "anzeige", "werbung", r"sponsor\w*", "sidebar", "more[-_]?(?:on|from|about|stories)"),
    *("mehr[-_]?zum[-_]?thema", "read[-_]?(?:more|next|also)", "also[-_]?read", "most[-_]?read", "popular"),
    *("trending", "tags?[-_]?list", "topics?[-_]?list", "pagination"),
)
_BESIDE = re.compile(rf"(?:^|[-_ ])(?:{'|'.join(_BESIDE_WORDS)})(?:$|[-_ ])", re.IGNORECASE)
_RELATED_HEADINGS = (
    r"das könnte (?:sie|dich|euch) (?:auch )?interessieren",
    *("mehr zum thema", r"mehr (?:zu|über|von|aus) .{1,60}", "zum thema", "aus dem archiv"),
    *(r"lesen sie (?:auch|mehr|weiter).{0,60}", r"lies auch.{0,60}", r"auch interessant.{0,20}"),
    r"weitere (?:artikel|meldungen|nachrichten|themen|beiträge).{0,40}",
    *(r"empfehlungen.{0,30}", r"meistgelesen.{0,30}", "verwandte (?:artikel|themen)"),
    "related (?:articles?|stories|content|links|topics|news|reading|coverage)?",
    r"more (?:on|from|about|stories|news|in)\b.{0,40}",
    *(r"read (?:more|also|next).{0,60}", r"recommended.{0,30}", r"don['’]t miss.{0,20}", r"see also.{0,40}"),
    r"you (?:may|might) (?:also )?(?:like|be interested).{0,20}",
    *(r"most (?:read|popular).{0,20}", r"trending.{0,20}", "top stories"),
)
_RELATED = re.compile(rf"^\W*(?:{'|'.join(_RELATED_HEADINGS)})\W*$", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "p", "div", "span"})
_LISTED = frozenset({"ul", "ol", "div", "section", "a", "li", "article", "nav", "figure"})
_BLOCKS = frozenset({"div", "section", "ul", "ol", "p", "li", "article"})
_LONG_WORDS = 25
_STORY_PARAGRAPHS = 3
_MOST_ATTRIBUTES = 64
# More than this share of a block's letters inside links, in two links or more, is a list of links.
_LINK_SHARE = 0.7
_HEADING_LENGTH = 90
# What holds more than this share of a page's letters is the page, whatever it is called.
_PAGE_SHARE = 0.4

# An element of lxml.html; the library itself is imported in extract.py alone.
Node = Any


def clean(root: Node) -> tuple[str, ...]:
    """Take everything beside the article out of a tree, in place; return the captions of its figures."""
    _drop_all(node for node in list(root.iter()) if not isinstance(node.tag, str) or node.tag in _DROPPED)
    for node in list(root.iter()):
        if len(node.attrib) > _MOST_ATTRIBUTES:
            node.attrib.clear()
    most = _PAGE_SHARE * len(words_of(root))
    _drop_all(node for node in list(root.iter()) if _is_beside(node, most))
    for heading in [node for node in root.iter() if _is_related_heading(node)]:
        _drop_related(heading, most)
    _drop_all(node for node in list(root.iter()) if node.tag in _BLOCKS and _is_link_list(node, most))
    return _take_captions(root)


def words_of(node: Node) -> str:
    """Return an element's text with single spaces; what scripts and comments hold is none."""
    return " ".join("".join(node.itertext()).split())


def _is_beside(node: Node, most: float) -> bool:
    if node.tag in ("html", "body", "main", "article"):
        return False
    marks = " ".join(node.get(name, "") for name in ("class", "id", "role", "aria-label", "data-component"))
    hidden = node.get("hidden") is not None or node.get("aria-hidden") == "true"
    if not (hidden or node.tag in _OFTEN_BESIDE or (marks.strip() and _BESIDE.search(marks))):
        return False
    return len(words_of(node)) <= most and not _is_story_box(node)


def _is_story_box(node: Node) -> bool:
    """Tell whether an element holds long paragraphs that are not links: some of the story itself."""
    long = 0
    for paragraph in node.iter("p"):
        linked = sum(len(words_of(link).split()) for link in paragraph.iter("a"))
        long += len(words_of(paragraph).split()) - linked >= _LONG_WORDS
        if long >= _STORY_PARAGRAPHS:
            return True
    return False


def _is_related_heading(node: Node) -> bool:
    if node.tag not in _HEADINGS:
        return False
    text = words_of(node)
    return 0 < len(text) <= _HEADING_LENGTH and bool(_RELATED.match(text))


def _drop_related(heading: Node, most: float) -> None:
    """Drop a heading and the list that follows it, and the box that holds nothing else."""
    parent = heading.getparent()
    if parent is None:
        return
    if (
        parent.tag in ("div", "section", "li", "header")
        and not _is_story_box(parent)
        and _mostly_listed(parent)
    ):
        heading = parent
    following = heading.getnext()
    while following is not None and _is_listed(following, most):
        _drop(following)
        following = heading.getnext()
    _drop(heading)


def _is_listed(node: Node, most: float) -> bool:
    return node.tag in _LISTED and len(words_of(node)) <= most and not _has_long_paragraph(node)


def _mostly_listed(parent: Node) -> bool:
    """Tell whether a heading's parent is a box of links or teasers, not the article around it."""
    return not any(_has_long_paragraph(child) for child in parent) and parent.tag != "article"


def _has_long_paragraph(node: Node) -> bool:
    paragraphs = [node] if node.tag == "p" else node.iter("p")
    return any(
        len(words_of(each).split()) - sum(len(words_of(link).split()) for link in each.iter("a"))
        >= _LONG_WORDS
        for each in paragraphs
    )


def _is_link_list(node: Node, most: float) -> bool:
    links = list(node.iter("a"))
    if len(links) < 2 or node.getparent() is None:  # noqa: PLR2004
        return False
    linked, letters = sum(len(words_of(link)) for link in links), len(words_of(node))
    return letters <= most and linked > _LINK_SHARE * letters


def _take_captions(root: Node) -> tuple[str, ...]:
    captions = []
    for figure in list(root.iter("figcaption")):
        text = words_of(figure)
        if text:
            captions.append(text)
        _drop(figure)
    return tuple(dict.fromkeys(captions))


def _drop_all(nodes: Iterator[Node]) -> None:
    for node in nodes:
        _drop(node)


def _drop(node: Node) -> None:
    """Remove an element and its text, but not the text that follows it."""
    parent = node.getparent()
    if parent is None:
        return
    tail, before = node.tail, node.getprevious()
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(node)
