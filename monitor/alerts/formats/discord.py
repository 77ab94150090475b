"""Discord: one embed; nobody is pinged, whatever a title says."""

from monitor.alerts.formats.chat import Chat, Quote, chat_of, facts_of, fitted
from monitor.alerts.formats.markdown import escaped_within, fitting, judged, marked, units
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, compact
from monitor.model import Event

# Of one embed: title 256, description 4,096, 25 fields of 256 and 1,024, 6,000 characters in all.
_TITLE_UNITS = 256
_DESCRIPTION_UNITS = 3_500
_FACT_UNITS = 200
_FACT_CHARS = 200
_MOST_FACTS = 8


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Discord message."""
    return CONTENT_TYPE, fitted(chat_of(event), _write, MOST_BYTES)


def _write(chat: Chat) -> bytes:
    embed: dict[str, object] = {
        "title": escaped_within(chat.headline, _TITLE_UNITS),
        "timestamp": chat.time.isoformat(),
        "fields": [
            {"name": label, "value": escaped_within(value, _FACT_UNITS), "inline": True}
            for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)
        ],
    }
    if chat.url:
        embed["url"] = chat.url
    judging = "\n".join(map(judged, chat.judging))
    quotes = fitting([_line(quote) for quote in chat.quotes], _DESCRIPTION_UNITS - units(judging))
    if quotes or judging:
        embed["description"] = "\n\n".join(filter(None, (quotes, judging)))
    return compact({"embeds": [embed], "allowed_mentions": {"parse": []}})


def _line(quote: Quote) -> str:
    return f"> {' '.join(marked(quote).split())}"
