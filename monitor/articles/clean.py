"""Takes out of a page's tree what is no text of its article.

Observations: related links, teasers, newsletters and share bars stand inside the article element,
name everybody who is in the news, and survive extraction where they are long enough.
Theory of operation: what HTML says is beside the text (`aside`, `nav`, `footer`, `form`) goes; so
does a block whose class, id or label says so; so does what follows a heading such as "Das könnte Sie
auch interessieren", up to the next ordinary paragraph; so does a block that is little but links.
Every element is measured once, from the leaves up, so that the time is in proportion to the page
however deep it is nested.
Known exceptions: an `aside` inside the article that holds three or more long paragraphs is a box of
the story itself and stays; a consent layer never is one.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

# Elements whose text is never the article's; the second set only where they do not hold the page.
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "nav", "button", "select", "iframe", "svg", "dialog", "menu"}
    | {"object", "embed", "audio", "video", "canvas", "textarea", "input"}
)
_OFTEN_BESIDE = frozenset({"aside", "footer", "form"})
# Names of what stands beside the text; `-`, `_`, a space or a capital letter ends a word.
_BESIDE_WORDS = (
    *("related", r"recommend\w*", "teasers?", "newsletters?", "shar(?:e|ing)", "social", r"promo\w*"),
    *("outbrain", "taboola", "plista", "comments?", "kommentare?", "breadcrumbs?", r"advert\w*", "anzeige"),
    *("werbung", r"sponsor\w*", "sidebar", "more[-_]?(?:on|from|about|stories)", "mehr[-_]?zum[-_]?thema"),
    *("read[-_]?(?:more|next|also)", "also[-_]?read", "most[-_]?read", "popular", "trending"),
    *("tags?[-_]?list", "topics?[-_]?list", "pagination"),
)
_CONSENT_WORDS = (r"consent\w*", "cookies?", r"cookie(?:banner|consent|layer|wall|notice)\w*", "cmp", "gdpr")


def _named(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[-_\s])(?:{'|'.join(words)})(?:$|[-_\s])", re.IGNORECASE)


_BESIDE = _named(_BESIDE_WORDS)
_CONSENT = _named(_CONSENT_WORDS)
_SPACES = re.compile(r"\s+")
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
_MARKS = ("class", "id", "role", "aria-label", "data-component")
_RELATED_HEADINGS = (
    r"das könnte (?:sie|dich|euch) (?:auch )?interessieren",
    *("mehr zum thema", r"mehr (?:zu|über|von|aus) .{1,60}", "zum thema", "aus dem archiv"),
    *(r"lesen sie (?:auch|mehr|weiter).{0,60}", r"lies auch.{0,60}", r"auch interessant.{0,20}"),
    r"weitere (?:artikel|meldungen|nachrichten|themen|beiträge).{0,40}",
    *(r"empfehlungen.{0,30}", r"meistgelesen.{0,30}", "verwandte (?:artikel|themen)"),
    "related(?: (?:articles?|stories|content|links|topics|news|reading|coverage))?",
    r"more (?:on|from|about|stories|news|in)\b.{0,40}",
    *(r"read (?:more|also|next).{0,60}", r"recommended.{0,30}", r"don['’]t miss.{0,20}", r"see also.{0,40}"),
    r"you (?:may|might) (?:also )?(?:like|be interested).{0,20}",
    *(r"most (?:read|popular).{0,20}", r"trending.{0,20}", "top stories"),
)
_RELATED = re.compile(rf"^\W*(?:{'|'.join(_RELATED_HEADINGS)})\W*$", re.IGNORECASE)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "p", "div", "span"})
_INLINE = frozenset({"strong", "b", "span"})
_BOXES = frozenset({"div", "section", "li", "header"})
_LISTED = frozenset({"ul", "ol", "div", "section", "a", "li", "article", "nav", "figure"})
_BLOCKS = frozenset({"div", "section", "ul", "ol", "p", "li", "article"})
# Elements within a text that extraction takes away or passes over.
_WITHIN_TEXT = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "dfn", "em", "font", "i", "img", "ins"}
    | {"kbd", "mark", "samp", "small", "span", "strong", "sub", "sup", "tt", "u", "var", "wbr"}
)
# What holds more of them is read as text alone: lxml reads a text in so many pieces in quadratic time.
_MOST_WITHIN_TEXT = 1_000
_LONG_WORDS = 25
_LONGEST_REMEMBERED = 200  # characters of an element's marks
_STORY_PARAGRAPHS = 3
_MOST_ATTRIBUTES = 64
# More than this share of a block's letters inside links, in two links or more, is a list of links.
_LINK_SHARE = 0.7
_HEADING_LENGTH = 90
# What holds more than this share of a page's letters is the page, whatever it is called.
_PAGE_SHARE = 0.4
# A consent layer may be longer than a short report; what holds nearly all letters is the whole page.
_CONSENT_SHARE = 0.9

# An element of lxml.html; the library itself is imported in extract.py alone.
Node = Any


class _Measure(NamedTuple):
    """What an element holds, with its descendants.

    `letters` and `linked` count characters with single spaces, `linked` those inside links; `words`
    and `linked_words` likewise. `long` is how many paragraphs hold 25 words or more outside links.
    `text` is the whole text where that fits a heading, else None.
    """

    letters: int
    linked: int
    words: int
    linked_words: int
    links: int
    long: int
    text: str | None


_Measures = Mapping[Node, _Measure]


def clean(root: Node) -> tuple[str, ...]:
    """Take everything beside the article out of a tree, in place; return the captions of its figures."""
    _drop_all(root, {node for node in root.iter() if not isinstance(node.tag, str) or node.tag in _DROPPED})
    for node in root.iter():
        if len(node.attrib) > _MOST_ATTRIBUTES:
            node.attrib.clear()
    measures = _measured(root)
    page = measures[root].letters
    most = _PAGE_SHARE * page
    measures = _without(
        root, {node for node in root.iter() if _is_beside(node, measures[node], page)}, measures
    )
    for node in list(root.iter("aside")):
        # What is left is a box of the story; extraction would drop it for its name.
        node.tag = "div"
    measures = _without(root, _related(root, measures, most), measures)
    _drop_all(root, {node for node in root.iter(*_BLOCKS) if _is_link_list(measures[node], most)})
    _join_texts(root)
    return _take_captions(root)


def words_of(node: Node) -> str:
    """Return an element's text with single spaces."""
    return _spaced("".join(node.itertext()))


def _without(root: Node, doomed: Collection[Node], measures: _Measures) -> _Measures:
    """Remove elements; return the measures of what is left."""
    if not doomed:
        return measures
    _drop_all(root, doomed)
    return _measured(root)


def _measured(root: Node) -> _Measures:
    """Measure every element; in reverse document order, children come before their parents."""
    measures: dict[Node, _Measure] = {}
    for node in reversed(list(root.iter())):
        measures[node] = _measure(node, measures)
    return measures


def _measure(node: Node, measures: _Measures) -> _Measure:
    """Measure an element whose children are measured; nearly all of the time is spent here."""
    letters, words = _size(node.text)
    linked = linked_words = links = long = 0
    children = list(node)
    for child in children:
        inside, after = measures[child], _size(child.tail)
        letters += inside.letters + after[0]
        words += inside.words + after[1]
        linked += inside.linked
        linked_words += inside.linked_words
        links += inside.links
        long += inside.long
    tag = node.tag
    if tag == "a":
        linked, linked_words, links = letters, words, links + 1
    elif tag == "p" and words - linked_words >= _LONG_WORDS:
        long += 1
    text = _short_text(node, children, measures) if letters <= _HEADING_LENGTH else None
    return _Measure(letters, linked, words, linked_words, links, long, text)


def _size(text: str | None) -> tuple[int, int]:
    """Return how many characters a text has with single spaces, and how many words."""
    words = text.split() if text else ()
    return (len(" ".join(words)), len(words)) if words else (0, 0)


def _short_text(node: Node, children: Sequence[Node], measures: _Measures) -> str:
    pieces = [node.text or ""]
    for child in children:
        pieces += (measures[child].text or "", child.tail or "")
    # Spaces at the ends tell whether the words on both sides are one.
    return _SPACES.sub(" ", "".join(pieces))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _told_by(marks: str) -> tuple[bool, bool]:
    """Return whether an element's marks name a consent layer, and something beside the article.

    Pages mark many elements alike.
    """
    return _told_by_few(marks) if len(marks) <= _LONGEST_REMEMBERED else _told_by_few.__wrapped__(marks)


@lru_cache(maxsize=4096)
def _told_by_few(marks: str) -> tuple[bool, bool]:
    parted = _HUMP.sub(" ", marks)
    return bool(_CONSENT.search(parted)), bool(_BESIDE.search(parted))


def _is_beside(node: Node, measure: _Measure, page: int) -> bool:
    attributes = node.attrib
    if not attributes and node.tag not in _OFTEN_BESIDE:
        return False
    if node.tag in ("html", "body", "main", "article") or measure.letters > _CONSENT_SHARE * page:
        return False
    says_consent, says_beside = _told_by(" ".join([attributes.get(name, "") for name in _MARKS]))
    if says_consent and next(node.iter("article", "main"), None) is None:
        return True
    if measure.letters > _PAGE_SHARE * page:
        return False
    hidden = "hidden" in attributes or attributes.get("aria-hidden") == "true"
    beside = hidden or node.tag in _OFTEN_BESIDE or says_beside
    return beside and measure.long < _STORY_PARAGRAPHS


def _related(root: Node, measures: _Measures, most: float) -> set[Node]:
    """Return headings of related links, the lists that follow them, and boxes that hold nothing else."""
    related: set[Node] = set()
    first: dict[Node, Node | None] = {}
    for node in root.iter(*_HEADINGS):
        parent = node.getparent()
        if parent is None or node in related or not _RELATED.match((measures[node].text or "").strip()):
            continue
        if parent not in first:
            first[parent] = _first_with_text(parent, measures)
        opens = first[parent] is node
        if node.tag in _INLINE and not (opens and not measures[parent].long):
            continue
        box = measures[parent]
        if parent.tag in _BOXES and opens and not box.long and box.letters <= most:
            node = parent  # noqa: PLW2901  (the box stands for its heading)
        related.add(node)
        following = node.getnext()
        while following is not None and following not in related and _is_listed(following, measures, most):
            related.add(following)
            following = following.getnext()
    return related


def _first_with_text(parent: Node, measures: _Measures) -> Node | None:
    """Return the child that a parent's text begins in; None where it begins outside of its children.

    Some child of the parent must have text.
    """
    outside = parent.text or ""
    children = iter(parent)
    child = next(children)
    while not outside.strip() and not measures[child].letters:
        outside, child = child.tail or "", next(children)
    return None if outside.strip() else child


def _is_listed(node: Node, measures: _Measures, most: float) -> bool:
    return node.tag in _LISTED and measures[node].letters <= most and not measures[node].long


def _is_link_list(measure: _Measure, most: float) -> bool:
    return (
        measure.links >= 2  # noqa: PLR2004  (one link is no list)
        and measure.letters <= most
        and measure.linked > _LINK_SHARE * measure.letters
    )


def _join_texts(root: Node) -> None:
    """Leave the text alone of what stands within texts, where one element holds too much of it."""
    for parent in [node for node in root.iter() if len(node) > _MOST_WITHIN_TEXT]:
        within = {node for node in parent if node.tag in _WITHIN_TEXT and not len(node)}
        if len(within) > _MOST_WITHIN_TEXT:
            for node in within:
                node.tail = f"{node.text or ''}{node.tail or ''}"
            _drop_children(parent, within)


def _take_captions(root: Node) -> tuple[str, ...]:
    figures = {node for node in root.iter("figcaption") if node.getparent() is not None}
    captions = [words_of(node) for node in root.iter("figcaption") if node.getparent() not in figures]
    _drop_all(root, figures)
    return tuple(dict.fromkeys(caption for caption in captions if caption))


def _drop_all(root: Node, doomed: Iterable[Node]) -> None:
    """Remove elements and their text, but not the text that follows them; the root stays."""
    doomed = set(doomed) - {root}
    parents = dict.fromkeys(node.getparent() for node in doomed)
    for parent in parents:
        if parent not in doomed:
            _drop_children(parent, doomed)


def _drop_children(parent: Node, doomed: set[Node]) -> None:
    """Remove children; the texts between them are joined once, however many they are."""
    kept, texts = None, [parent.text or ""]
    for child in list(parent):
        if child in doomed:
            texts.append(child.tail or "")
            parent.remove(child)
            continue
        _set_text_after(parent, kept, "".join(texts))
        kept, texts = child, [child.tail or ""]
    _set_text_after(parent, kept, "".join(texts))


def _set_text_after(parent: Node, child: Node | None, text: str) -> None:
    if child is None:
        parent.text = text
    else:
        child.tail = text
