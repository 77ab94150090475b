"""Microsoft Teams: an Adaptive Card 1.4 for the webhook of a workflow."""

import re
from collections.abc import Iterator

from monitor.alerts.formats.chat import Chat, Quote, chat_of, clock, facts_of, fitted, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, compact
from monitor.model import Event

# Teams takes some 28 kB; our own limit is below that.
_TITLE_CHARS = 300
_QUOTE_CHARS = 500
_FACT_CHARS = 200
_NAME_CHARS = 40
_MOST_JUDGED = 2
_MOST_FACTS = 8
_MARKUP = re.compile(r"([\\*_\[\]()#`~>-])")


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Teams message."""
    return CONTENT_TYPE, fitted(chat_of(event), _write, MOST_BYTES)


def escaped(text: str) -> str:
    """Return a text in which the Markdown of a card has no meaning."""
    return _MARKUP.sub(r"\\\1", text)


def _write(chat: Chat) -> bytes:
    headline: dict[str, object] = {
        "type": "TextRun",
        "text": shortened(chat.headline, _TITLE_CHARS),
        "weight": "Bolder",
        "size": "Medium",
    }
    rows = [
        {"title": escaped(label), "value": escaped(value)}
        for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)
    ]
    body: list[dict[str, object]] = [{"type": "RichTextBlock", "inlines": [headline]}]
    body += ({"type": "RichTextBlock", "inlines": _runs(quote)} for quote in chat.quotes)
    body.append({"type": "FactSet", "facts": [*rows, {"title": "Time", "value": clock(chat.time)}]})
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if actions := list(_actions(chat)):
        card["actions"] = actions
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return compact({"type": "message", "attachments": [attachment]})


def _actions(chat: Chat) -> Iterator[dict[str, object]]:
    """Give what can be pressed: Teams shows six, which is room for two entities' verdicts."""
    if chat.url:
        yield _opens("Read", chat.url)
    for each in chat.judging[:_MOST_JUDGED]:
        name = shortened(each.name, _NAME_CHARS)
        yield _opens(f"{name}: right", each.right)
        yield _opens(f"{name}: wrong", each.wrong)


def _opens(title: str, url: str) -> dict[str, object]:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


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
