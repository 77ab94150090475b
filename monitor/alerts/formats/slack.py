"""Slack: Block Kit for incoming webhooks. Sentences are rich text, which needs no escaping."""

from collections.abc import Mapping

from monitor.alerts.formats.chat import Chat, Quote, chat_of, clock, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, compact
from monitor.model import Event

_TITLE_CHARS = 300
_URL_CHARS = 1_400
_QUOTE_CHARS = 600
_FACT_CHARS = 200
# Of one message: 50 blocks, 3,000 characters a text, 10 elements a context.
_MOST_FACTS = 9


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Slack message."""
    chat = chat_of(event)
    blocks: list[Mapping[str, object]] = [{"type": "section", "text": _mrkdwn(_headline(chat))}]
    if chat.quotes:
        elements = [{"type": "rich_text_quote", "elements": _rich(quote)} for quote in chat.quotes]
        blocks.append({"type": "rich_text", "elements": elements})
    facts = [
        _mrkdwn(f"{escaped(label)}: {escaped(shortened(value, _FACT_CHARS))}")
        for label, value in chat.facts[:_MOST_FACTS]
    ]
    blocks.append({"type": "context", "elements": [*facts, _mrkdwn(clock(chat.time))]})
    fallback = escaped(shortened(chat.headline, _TITLE_CHARS))
    return CONTENT_TYPE, compact({"text": fallback, "blocks": blocks})


def escaped(text: str) -> str:
    """Return a text in which nothing is a link, a mention of somebody or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mrkdwn(text: str) -> Mapping[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _headline(chat: Chat) -> str:
    # Marks of Slack's own markup cannot be escaped; they would end the bold type.
    title = escaped(shortened(chat.headline, _TITLE_CHARS).replace("*", "∗").replace("|", "¦"))
    url = escaped(chat.url or "")
    return f"*<{url}|{title}>*" if 0 < len(url) <= _URL_CHARS else f"*{title}*"


def _rich(quote: Quote) -> list[Mapping[str, object]]:
    pieces: list[Mapping[str, object]] = []
    for text, is_mention in ((quote.before, False), (quote.mention, True), (quote.after, False)):
        if not text:
            continue
        piece: dict[str, object] = {"type": "text", "text": text[:_QUOTE_CHARS]}
        if is_mention and quote.url:
            piece |= {"type": "link", "url": quote.url}
        pieces.append(piece | {"style": {"bold": True}} if is_mention else piece)
    return pieces
