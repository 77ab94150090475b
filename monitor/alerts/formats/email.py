"""A mail: plain text and HTML, the same bytes each time, and recognizable when it comes again."""

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from monitor.alerts.formats.chat import Chat, Judging, Quote, chat_of, clock, facts_of, fitted, shortened
from monitor.alerts.formats.standard import MOST_BYTES
from monitor.model import DeliveryId, Event, Mail

CONTENT_TYPE = "message/rfc822"
_SUBJECT_CHARS = 150
_TITLE_CHARS = 300
_FACT_CHARS = 200
_NAME_CHARS = 80
_NO_ID = re.compile(r"[^A-Za-z0-9._-]")
_MOST_FACTS = 9
# Whoever had no address configured when the mail was written; see `release` in `monitor.alerts.outbox`.
_NOBODY = Mail(sender="monitor@invalid", recipients=("nobody@invalid",))


def render(event: Event, mail: Mail | None, delivery: DeliveryId) -> tuple[str, bytes]:
    """Return the content type and the whole message, headers and all.

    `Message-ID` is made of the delivery's id, so that a repeat is known as one; `References` of the
    story's, so that what belongs together stands together. No value from outside reaches a header but
    the subject, on one line.
    """
    mail = mail or _NOBODY
    host = mail.sender.rpartition("@")[2]

    def write(chat: Chat) -> bytes:
        message = EmailMessage(policy=SMTP)
        message["From"] = mail.sender
        message["To"] = ", ".join(mail.recipients)
        # An encoded word in a title would be decoded, line ends and all.
        message["Subject"] = shortened(chat.headline, _SUBJECT_CHARS).replace("=?", "= ?")
        message["Date"] = format_datetime(event.timestamp)
        message["Message-ID"] = f"<{delivery}@{host}>"
        story = _story_of(event)
        if story:
            message["References"] = f"<{story}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_text(chat), cte="quoted-printable")
        message.add_alternative(_html(chat), subtype="html", cte="quoted-printable")
        # Left to itself it is made up anew each time. `=_` stands in no quoted-printable text.
        message.set_boundary(f"=_{delivery}")
        return message.as_bytes()

    return CONTENT_TYPE, fitted(chat_of(event), write, MOST_BYTES)


def _story_of(event: Event) -> str | None:
    told: Any = event.content.get("story")
    return _NO_ID.sub("", str(told["id"])) or None if isinstance(told, dict) else None


def _text(chat: Chat) -> str:
    head = [shortened(chat.headline, _TITLE_CHARS), *([chat.url] if chat.url else [])]
    quotes = [line for quote in chat.quotes for line in ("", *_plain_quote(quote))]
    facts = [f"{label}: {value}" for label, value in facts_of(chat, _MOST_FACTS, _FACT_CHARS)]
    links = [line for each in chat.judging for line in ("", *_plain_judging(each))]
    return "\n".join([*head, *quotes, "", *facts, f"Time: {clock(chat.time)}", *links]) + "\n"


def _plain_judging(judging: Judging) -> list[str]:
    name = shortened(judging.name, _NAME_CHARS)
    return [f"{name} is right: {judging.right}", f"{name} is wrong: {judging.wrong}"]


def _plain_quote(quote: Quote) -> list[str]:
    mention = f"*{quote.mention}*" if quote.mention else ""
    sentence = f"> {quote.before}{mention}{quote.after}"
    return [sentence, f"  {quote.url}"] if quote.url else [sentence]


def _html(chat: Chat) -> str:
    title = escape(shortened(chat.headline, _TITLE_CHARS))
    head = f'<a href="{escape(chat.url)}">{title}</a>' if chat.url else title
    facts = [
        f'<tr><th align="left">{escape(label)}</th><td>{escape(value)}</td></tr>'
        for label, value in [*facts_of(chat, _MOST_FACTS, _FACT_CHARS), ("Time", clock(chat.time))]
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html><head><meta charset="utf-8"></head><body>',
            f"<h2>{head}</h2>",
            *(f"<blockquote>{_marked(quote)}</blockquote>" for quote in chat.quotes),
            f"<table>{''.join([*facts, *map(_judged, chat.judging)])}</table>",
            "</body></html>",
            "",
        ]
    )


def _judged(judging: Judging) -> str:
    right, wrong = (
        f'<a href="{escape(url)}">{said}</a>'
        for said, url in (("right", judging.right), ("wrong", judging.wrong))
    )
    name = escape(shortened(judging.name, _NAME_CHARS))
    return f'<tr><th align="left">{name}</th><td>{right} · {wrong}</td></tr>'


def _marked(quote: Quote) -> str:
    mark = f"<mark><b>{escape(quote.mention)}</b></mark>" if quote.mention else ""
    linked = f'<a href="{escape(quote.url)}">{mark}</a>' if quote.url else mark
    return f"{escape(quote.before)}{linked}{escape(quote.after)}"
