"""ntfy: a Markdown message of at most 4,096 bytes; a longer one would arrive as a file."""

from monitor.alerts.formats.chat import Chat, chat_of, clock, facts_of, fitted, shortened
from monitor.alerts.formats.markdown import escaped, judged, marked
from monitor.model import Event

_MOST_BYTES = 4_096
_TITLE_CHARS = 200
_FACT_CHARS = 150
_MOST_FACTS = 6


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of an ntfy message."""
    text = fitted(chat_of(event), _write, _MOST_BYTES)[:_MOST_BYTES]
    return "text/markdown", text.decode("utf-8", "ignore").encode()


def _write(chat: Chat) -> bytes:
    title = escaped(shortened(chat.headline, _TITLE_CHARS))
    head = f"**{title}**" if chat.url is None else f"**{title}**\n<{chat.url}>"
    facts = [
        f"{escaped(label)}: {escaped(value)}" for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)
    ]
    quotes, links = map(marked, chat.quotes), map(judged, chat.judging)
    paragraphs = [head, *quotes, *links, " · ".join([*facts, clock(chat.time)])]
    return "\n\n".join(paragraphs).encode("utf-8", "replace")
