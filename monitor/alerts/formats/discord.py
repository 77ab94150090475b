"""Discord: one embed; nobody is pinged, whatever a title says."""

import re

from monitor.alerts.formats.chat import Quote, chat_of, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, compact
from monitor.model import Event

# Of one embed: title 256, description 4,096, 25 fields of 256 and 1,024, 6,000 characters in all.
_TITLE_CHARS = 256
_DESCRIPTION_CHARS = 3_500
_FACT_CHARS = 200
_MOST_FACTS = 9
_MARKUP = re.compile(r"([\\`*_~|>\[\]()#<:@-])")


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Discord message."""
    chat = chat_of(event)
    embed: dict[str, object] = {
        "title": escaped_within(chat.headline, _TITLE_CHARS),
        "timestamp": chat.time.isoformat(),
        "fields": [
            {"name": label, "value": escaped_within(value, _FACT_CHARS), "inline": True}
            for label, value in chat.facts[:_MOST_FACTS]
        ],
    }
    if chat.url:
        embed["url"] = chat.url
    if chat.quotes:
        embed["description"] = fitting([_line(quote) for quote in chat.quotes], _DESCRIPTION_CHARS)
    return CONTENT_TYPE, compact({"embeds": [embed], "allowed_mentions": {"parse": []}})


def escaped(text: str) -> str:
    """Return a text in which Markdown has no meaning."""
    return _MARKUP.sub(r"\\\1", text)


def escaped_within(text: str, most: int) -> str:
    """Return as much of a text, on one line and escaped, as has at most so many characters."""
    line = shortened(text, most)
    while len(escaped(line)) > most:
        line = shortened(line, len(line) - 1)
    return escaped(line)


def fitting(lines: list[str], most: int) -> str:
    """Return as many whole lines, one paragraph each, as fit into so many characters."""
    text = ""
    for line in lines:
        if len(text) + 2 + len(line) > most:
            break
        text += ("\n\n" if text else "") + line
    return text


def marked(quote: Quote) -> str:
    """Return a sentence in Markdown, its mention bold and, where there is one, linked."""
    bold = f"**{escaped(quote.mention)}**" if quote.mention else ""
    linked = f"[{bold}]({quote.url.replace(')', '%29')})" if quote.url else bold
    return f"{escaped(quote.before)}{linked}{escaped(quote.after)}"


def _line(quote: Quote) -> str:
    return f"> {' '.join(marked(quote).split())}"
