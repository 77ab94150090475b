"""Markdown, as Discord and ntfy read it: what a text says stays text."""

import re
from bisect import bisect_right
from itertools import accumulate

from monitor.alerts.formats.chat import Judging, Quote, one_line

_NAME_UNITS = 100
_MARKUP = re.compile(r"([\\`*_~|>\[\]()#<:@!&=+.-])")


def escaped(text: str) -> str:
    """Return a text in which Markdown has no meaning: no link, no mention, no heading, no list."""
    return _MARKUP.sub(r"\\\1", text)


def marked(quote: Quote) -> str:
    """Return a sentence in Markdown, its mention bold and, where there is one, linked."""
    # Blanks inside the stars would end the bold type before it begins.
    bold = f"**{escaped(quote.mention.strip())}**" if quote.mention.strip() else ""
    linked = f"[{bold}]({escaped_link(quote.url)})" if quote.url and bold else bold
    return f"{escaped(quote.before)}{linked}{escaped(quote.after)}"


def judged(judging: Judging) -> str:
    """Return where somebody says that a match is right, or wrong."""
    right, wrong = escaped_link(judging.right), escaped_link(judging.wrong)
    return f"{escaped_within(judging.name, _NAME_UNITS)}: [**right**]({right}) · [**wrong**]({wrong})"


def escaped_link(url: str) -> str:
    """Return a link in which no bracket ends the place it stands in."""
    return url.replace("(", "%28").replace(")", "%29")


def units(text: str) -> int:
    """Return the length of a text in UTF-16, the most that a service may count for it."""
    return len(text) + sum(character > "\uffff" for character in text)


def escaped_within(text: str, most: int) -> str:
    """Return as much of a text, on one line and escaped, as has at most so many units."""
    line = one_line(text)
    if units(escaped(line)) <= most:
        return escaped(line)
    ends = list(accumulate(units(escaped(character)) for character in line))
    return escaped(line[: bisect_right(ends, most - 1)].rstrip()) + "…"


def fitting(lines: list[str], most: int) -> str:
    """Return as many whole lines, one paragraph each, as fit into so many units."""
    text = ""
    for line in lines:
        longer = f"{text}\n\n{line}" if text else line
        if units(longer) > most:
            break
        text = longer
    return text
