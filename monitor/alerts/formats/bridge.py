"""The bridge to Apprise: title and text in HTML, which Apprise turns into what a service reads."""

from html import escape

from monitor.alerts.formats.chat import Chat, Quote, chat_of, clock, facts_of, fitted, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, compact
from monitor.model import Event

_TITLE_CHARS = 250
_FACT_CHARS = 200
_MOST_FACTS = 8


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body that the bridge reads."""
    return CONTENT_TYPE, fitted(chat_of(event), _write, MOST_BYTES)


def _write(chat: Chat) -> bytes:
    title = shortened(chat.headline, _TITLE_CHARS)
    link = [f'<p><a href="{escape(chat.url)}">{escape(chat.url)}</a></p>'] if chat.url else []
    facts = [f"{_inert(label)}: {_inert(value)}" for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)]
    text = [*link, *map(_sentence, chat.quotes), f"<p>{' · '.join([*facts, clock(chat.time)])}</p>"]
    # No service takes a name of a person or a group out of a text that has a blank of no width in it.
    return compact({"title": _pings_nobody(title), "body": "\n".join(text)})


def _sentence(quote: Quote) -> str:
    bold = f"<b>{_inert(quote.mention)}</b>" if quote.mention else ""
    linked = f'<a href="{escape(quote.url)}">{bold}</a>' if quote.url else bold
    return f"<p>{_inert(quote.before)}{linked}{_inert(quote.after)}</p>"


def _inert(text: str) -> str:
    return escape(_pings_nobody(text))


def _pings_nobody(text: str) -> str:
    return text.replace("@", "@\u200b").replace("<!", "<\u200b!").replace("<@", "<\u200b@")
