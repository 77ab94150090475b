from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.examples import example_events
from monitor.alerts.formats.email import render
from monitor.model import DeliveryId, Event, EventType, Mail

EXAMPLES = example_events()
MATCH = EXAMPLES[EventType.MATCH_CREATED]
MAIL = Mail(sender="monitor@example.org", recipients=("desk@example.org", "chef@example.org"))
ID = DeliveryId("msg_0123456789abcdef0123456789abcdef")
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert all(name in ("href", "align", "charset") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(event: Event, mail: Mail | None = MAIL) -> tuple[EmailMessage, str, str]:
    """Return a mail as Python's parser reads it, its text and its HTML."""
    content_type, body = render(event, mail, ID)
    assert "message/rfc822" == content_type
    assert len(body) <= 20_000
    assert all(len(line) <= 998 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    message = message_from_bytes(body, policy=SMTP)
    assert [] == message.defects
    plain, html = cast("list[EmailMessage]", list(message.iter_parts()))
    return message, plain.get_content(), html.get_content()


def titled(title: str) -> Event:
    article: Any = MATCH.content["article"]
    return replace(MATCH, content={**MATCH.content, "article": {**article, "title": title}})


def test_a_match_as_mail_has_title_link_sentence_with_the_mention_marked_and_facts() -> None:
    message, plain, html = read(MATCH)

    assert ("monitor@example.org", "desk@example.org, chef@example.org") == (message["From"], message["To"])
    assert "Amazon macht Peter DeSantis zum KI-Chef" == message["Subject"]
    assert plain.splitlines()[:4] == [
        "Amazon macht Peter DeSantis zum KI-Chef",
        "https://www.example.org/amazon-ki-chef",
        "",
        "> *Amazons* Sparte für künstliche Intelligenz bekommt einen neuen Leiter.",
    ]
    assert "Watchlist: cloud-ai" in plain
    assert "<mark><b>Amazons</b></mark> Sparte" in html
    assert '<h2><a href="https://www.example.org/amazon-ki-chef">' in html


def test_a_repeat_is_the_same_message_with_the_same_id_in_the_same_thread() -> None:
    message, _, _ = read(MATCH)

    assert render(MATCH, MAIL, ID) == render(MATCH, MAIL, ID)
    assert f"<{ID}@example.org>" == message["Message-ID"]
    assert "<st_478602d18d91d60b19750fafb8da5c6c@example.org>" == message["References"]


def test_a_mail_for_nobody_that_is_configured_is_written_all_the_same() -> None:
    assert "nobody@invalid" == read(MATCH, None)[0]["To"]


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_makes_a_mail(kind: EventType) -> None:
    message, plain, html = read(EXAMPLES[kind])

    assert message["Subject"]
    assert plain.strip()
    assert html.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "title",
    [
        "a\r\nBcc: victim@example.org\r\n\r\nbody",
        "a\nBcc: victim@example.org",
        "a\x0bBcc: x\x0cy\x85z\u2028w",
        "\ud800\x00",
        "=?utf-8?q?=0D=0ABcc:_x?=",
        "ü" * 300,
        "😀" * 300,
        "x" * 300,
    ],
)
def test_no_title_becomes_a_header(title: str) -> None:
    message, _, _ = read(titled(title))

    assert set(message.keys()) == HEADERS


@given(st.text(max_size=300))
def test_no_title_becomes_a_header_or_a_tag(title: str) -> None:
    message, _, html = read(titled(title))

    tags = Tags()
    tags.feed(html)
    assert set(message.keys()) == HEADERS
    assert tags.seen <= {
        "html",
        "head",
        "meta",
        "body",
        "h2",
        "a",
        "blockquote",
        "mark",
        "b",
        "table",
        "tr",
        "th",
        "td",
    }


def test_a_boundary_in_a_text_ends_nothing() -> None:
    _, plain, html = read(titled(f"--=_{ID}-- --=_{ID}"))

    assert f"--=_{ID}-- --=_{ID}" == plain.splitlines()[0]
    assert "</html>" in html
