"""Microsoft Teams: an Adaptive Card 1.4 for the webhook of a workflow."""

import re

from monitor.alerts.formats.chat import Quote, chat_of, clock, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, compact
from monitor.model import Event

# A message may have 28 kB; these leave room for multi-byte texts.
_TITLE_CHARS = 300
_QUOTE_CHARS = 500
_FACT_CHARS = 200
_MOST_FACTS = 9
_MARKUP = re.compile(r"([\\*_\[\]()#`~>-])")


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Teams message."""
    chat = chat_of(event)
    facts = [*chat.facts[:_MOST_FACTS], ("Time", clock(chat.time))]
    headline: dict[str, object] = {
        "type": "TextBlock",
        "text": escaped(shortened(chat.headline, _TITLE_CHARS)),
        "weight": "Bolder",
        "size": "Medium",
        "wrap": True,
    }
    rows = [{"title": label, "value": escaped(shortened(value, _FACT_CHARS))} for label, value in facts]
    body: list[dict[str, object]] = [headline]
    body += ({"type": "RichTextBlock", "inlines": _runs(quote)} for quote in chat.quotes)
    body.append({"type": "FactSet", "facts": rows})
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if chat.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Read", "url": chat.url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return CONTENT_TYPE, compact({"type": "message", "attachments": [attachment]})


def escaped(text: str) -> str:
    """Return a text in which the Markdown of a card has no meaning."""
    return _MARKUP.sub(r"\\\1", text)


def _runs(quote: Quote) -> list[dict[str, object]]:
    """Return a sentence as runs of text, which take no Markdown."""
    runs: list[dict[str, object]] = []
    for text, is_mention in ((quote.before, False), (quote.mention, True), (quote.after, False)):
        if not text:
            continue
        run: dict[str, object] = {"type": "TextRun", "text": text[:_QUOTE_CHARS]}
        if is_mention:
            run["weight"] = "Bolder"
        if is_mention and quote.url:
            run["selectAction"] = {"type": "Action.OpenUrl", "url": quote.url}
        runs.append(run)
    return runs
