"""Slack: Block Kit for incoming webhooks. All of it is rich or plain text, in which nothing is markup."""

from collections.abc import Mapping

from monitor.alerts.formats.chat import Chat, Judging, Quote, chat_of, clock, facts_of, fitted, shortened
from monitor.alerts.formats.standard import CONTENT_TYPE, MOST_BYTES, compact
from monitor.model import Event

_TITLE_CHARS = 300
_QUOTE_CHARS = 600
_FACT_CHARS = 200
_NAME_CHARS = 80
# Of one message: 50 blocks, 3,000 characters a text, 10 elements a context.
_MOST_FACTS = 8


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of a Slack message."""
    return CONTENT_TYPE, fitted(chat_of(event), _write, MOST_BYTES)


def escaped(text: str) -> str:
    """Return a text in which nothing is a link, a mention of somebody or an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _write(chat: Chat) -> bytes:
    headline = _run(shortened(chat.headline, _TITLE_CHARS), chat.url, bold=True)
    elements: list[object] = [{"type": "rich_text_section", "elements": [headline]}]
    elements += [{"type": "rich_text_quote", "elements": _runs(quote)} for quote in chat.quotes]
    # No buttons: Slack calls whoever made them, and warns the reader where nobody answers.
    elements += [{"type": "rich_text_section", "elements": _judged(each)} for each in chat.judging]
    facts = [f"{label}: {value}" for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)]
    context = [{"type": "plain_text", "text": text, "emoji": False} for text in (*facts, clock(chat.time))]
    return compact(
        {
            "text": escaped(shortened(chat.headline, _TITLE_CHARS)),
            "blocks": [
                {"type": "rich_text", "elements": elements},
                {"type": "context", "elements": context},
            ],
            "unfurl_links": False,
            "unfurl_media": False,
        }
    )


def _judged(judging: Judging) -> list[Mapping[str, object]]:
    name = _run(f"{shortened(judging.name, _NAME_CHARS)}: ", None, bold=False)
    right, wrong = _run("right", judging.right, bold=False), _run("wrong", judging.wrong, bold=False)
    return [name, right, _run(" · ", None, bold=False), wrong]


def _runs(quote: Quote) -> list[Mapping[str, object]]:
    pieces = ((quote.before, None, False), (quote.mention, quote.url, True), (quote.after, None, False))
    return [_run(text[:_QUOTE_CHARS], url, bold=bold) for text, url, bold in pieces if text]


def _run(text: str, url: str | None, *, bold: bool) -> Mapping[str, object]:
    run: dict[str, object] = {"type": "link", "url": url} if url else {"type": "text"}
    return run | {"text": text} | ({"style": {"bold": True}} if bold else {})
