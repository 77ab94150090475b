"""What of the markup that a feed carries is no text?

Observations. feedparser's sanitising and its resolving of relative links take more than half of its time,
and of a text nobody here uses a link, or shows it as HTML: an article is what `articles` reads of it.

Theory of operation. So both are off, and only what could be taken for text, or is long without being any,
goes: scripts, styles, comments, and data that stand in place of an address. A title, which nobody reads as
HTML later, becomes plain text here.
"""

import html
import re
from collections.abc import Iterator

# The attributes of a tag and its end. A bracket within quotes is none, unless the quotes never end. Whatever
# was taken is not tried otherwise: there are too many ways.
_REST = r"""(?>[^<>="']+|=\s*"[^"]*"|=\s*'[^']*'|[="'])*+>"""
_CODE = re.compile(r"<!--|<(?:script|style)\b", re.IGNORECASE)
_TOKEN = re.compile(rf"<!--|<(script|style)(?:[\s/]{_REST}|>)|</?[a-z]{_REST}", re.IGNORECASE)
_ENDS = {
    name: re.compile(rf"</{name}(?:[\s/][^>]{{0,200}})?>", re.IGNORECASE) for name in ("script", "style")
}
_COMMENT_END = re.compile("-->")
# Fewer characters do no harm, and are cheaper left alone.
_DATA = re.compile(
    r"\bdata:[a-z0-9.+/-]{0,100}(?:;[a-z0-9=-]{1,100}){0,4},[A-Za-z0-9+/=%_.~-]{200,}", re.ASCII
)
_TAG = re.compile(
    rf"<!--.{{0,500}}?-->|<![^<>]{{0,500}}>|</?([A-Za-z][A-Za-z0-9]*)(?:[\s/]{_REST}|>)", re.DOTALL
)
# Tags that stand in titles of feeds which say, or forget to deny, that these are plain text.
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "big", "br", "cite", "code", "em", "font", "i", "img", "mark", "p", "q", "s"),
        *("small", "span", "strong", "sub", "sup", "u", "wbr"),
    )
)
_BREAKS = frozenset(("br", "p", "div", "li", "td", "tr", "h1", "h2", "h3", "h4", "hr", "ul", "ol"))


def without_code(fragment: str) -> str:
    """Return a fragment of HTML without scripts, styles, comments, and long data in addresses."""
    if "data:" in fragment:
        fragment = _DATA.sub("", fragment)
    return "".join(_around_code(fragment)) if _CODE.search(fragment) else fragment


def title_text(raw: str, *, marked: bool) -> str:
    """Return a title without tags; where it is not `marked` as HTML, only without tags that titles have.

    Publishers forget to say that a title is HTML more often than they write tags that are meant to be
    seen: a few tags are taken as tags even where feedparser believes the title to be plain.
    """

    def gap(tag: re.Match[str]) -> str:
        name = (tag[1] or "").lower()
        if not marked and name not in _INLINE:
            return tag[0]
        return " " if name in _BREAKS else ""

    return html.unescape(_TAG.sub(gap, without_code(raw) if marked else raw))


def _around_code(fragment: str) -> Iterator[str]:
    """Yield what stands around scripts, styles and comments; as in browsers, one without an end takes all."""
    kept = at = 0
    while token := _TOKEN.search(fragment, at):
        at = token.end()
        name = token[1]
        if name is None and token[0] != "<!--":
            # What its attributes hold is no code.
            continue
        yield fragment[kept : token.start()]
        # A comment can be over with the dashes that begin it.
        end, begin = (_ENDS[name.lower()], at) if name else (_COMMENT_END, at - 2)
        closed = end.search(fragment, begin)
        if closed is None:
            return
        kept = at = closed.end()
    yield fragment[kept:]
