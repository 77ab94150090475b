"""ntfy: a Markdown message of at most 4,096 bytes; a longer one would arrive as a file."""

from monitor.alerts.formats.chat import chat_of, clock, shortened
from monitor.alerts.formats.discord import escaped, marked
from monitor.model import Event

_MOST_BYTES = 4_096
_TITLE_CHARS = 200
_FACT_CHARS = 150
_MOST_FACTS = 6


def render(event: Event) -> tuple[str, bytes]:
    """Return the content type and the body of an ntfy message."""
    chat = chat_of(event)
    title = escaped(shortened(chat.headline, _TITLE_CHARS))
    head = f"**{title}**" if chat.url is None else f"**{title}**\n<{chat.url}>"
    facts = [
        f"{label}: {escaped(shortened(value, _FACT_CHARS))}" for label, value in chat.facts[:_MOST_FACTS]
    ]
    paragraphs = [head, *(marked(quote) for quote in chat.quotes), " · ".join([*facts, clock(chat.time)])]
    while _size(paragraphs) > _MOST_BYTES and len(paragraphs) > 1:
        paragraphs.pop(1)
    text = "\n\n".join(paragraphs).encode("utf-8", "replace")[:_MOST_BYTES]
    return "text/markdown", text.decode("utf-8", "ignore").encode()


def _size(paragraphs: list[str]) -> int:
    return len("\n\n".join(paragraphs).encode("utf-8", "replace"))
