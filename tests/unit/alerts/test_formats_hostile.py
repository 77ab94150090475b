"""Whatever the world writes: is each format's body one that its service takes?"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email import message_from_bytes
from email.policy import SMTP
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monitor.alerts import formats
from monitor.alerts.evidence import CONTENT_BYTES, size_of
from monitor.alerts.examples import example_events
from monitor.alerts.formats import FORMATS
from monitor.model import DeliveryId, Event
from tests.unit.alerts.occasions import HOSTILE, corpus, receiver_of, with_texts

EXAMPLES = list(example_events().values())
TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=400), st.text("<>*_@&|`[]()\\\"'\r\n#~-=!:/.", max_size=200)
)
URL = re.compile(
    r"https?://[a-z0-9.\[\]:_-]+(/([A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?(\?\S*)?(#\S*)?"
)


def body_of(event: Event, form: str) -> bytes:
    _, body = formats.render(event, receiver_of(form), DeliveryId("msg_1"))
    assert 0 < len(body) <= 20_000
    return body


def texts_of(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


def is_link(url: str) -> bool:
    return len(url) <= 2_000 and bool(URL.fullmatch(url))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def slack(body: bytes) -> None:
    told = json.loads(body)
    rich, context = told["blocks"]
    runs = [run for element in rich["elements"] for run in element["elements"]]
    assert all(element["elements"] for element in rich["elements"])
    assert all(run["type"] in ("text", "link") and 0 < len(run["text"]) <= 3_000 for run in runs)
    assert all(is_link(run["url"]) for run in runs if run["type"] == "link")
    assert 1 <= len(context["elements"]) <= 10
    assert all(
        each["type"] == "plain_text" and 0 < len(each["text"]) <= 3_000 for each in context["elements"]
    )
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", told["text"])


def discord(body: bytes) -> None:
    told = json.loads(body)
    (embed,) = told["embeds"]
    counted = [embed["title"], embed.get("description", "")]
    counted += [text for field in embed["fields"] for text in (field["name"], field["value"])]
    assert {"parse": []} == told["allowed_mentions"]
    assert 0 < units(embed["title"]) <= 256
    assert units(embed.get("description", "x")) <= 4_096
    assert len(embed["fields"]) <= 25
    assert all(
        0 < units(field["name"]) <= 256 and 0 < units(field["value"]) <= 1_024 for field in embed["fields"]
    )
    assert sum(map(units, counted)) <= 6_000
    assert is_link(embed.get("url", "https://a.example/"))


def teams(body: bytes) -> None:
    (attachment,) = json.loads(body)["attachments"]
    card = attachment["content"]
    assert "1.4" == card["version"]
    assert all(is_link(action["url"]) for action in card.get("actions", []))
    for element in card["body"]:
        assert element["type"] in ("RichTextBlock", "FactSet")
        assert element.get("inlines") or element.get("facts")


def ntfy(body: bytes) -> None:
    assert len(body) <= 4_096
    bare = re.sub(
        r"\\[!-/:-@\[-`{-~]|^<https?://\S+>$|\]\(https?://[^\s()]+\)", "", body.decode(), flags=re.MULTILINE
    )
    assert not re.search(r"[<>`@]|\[[^*]|!\[|^#", bare, re.MULTILINE)


def alertmanager(body: bytes) -> None:
    for alert in json.loads(body):
        assert alert["labels"]["alertname"]
        for pairs in (alert["labels"], alert["annotations"]):
            assert all(
                re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) and value for name, value in pairs.items()
            )
        starts = datetime.fromisoformat(alert["startsAt"])
        assert starts <= datetime.fromisoformat(alert.get("endsAt", alert["startsAt"]))
        assert is_link(alert.get("generatorURL", "https://a.example/"))


def cloudevents(body: bytes) -> None:
    told = json.loads(body)
    assert all(told[name] for name in ("specversion", "id", "source", "type", "data"))
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in told)


def email(body: bytes) -> None:
    message = message_from_bytes(body, policy=SMTP)
    plain, html = message.iter_parts()
    tags = _Tags()
    tags.feed(html.get_content())
    assert [] == [*message.defects, *plain.defects, *html.defects]
    assert set(message.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert "desk@example.org" == message["To"]
    assert all(len(line) <= 998 for line in body.split(b"\r\n"))
    assert not {"script", "img"} & tags.seen


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert all(name in ("href", "align", "charset") for name, _ in attrs)
        assert all(is_link(value or "") for name, value in attrs if name == "href")


def template(body: bytes) -> None:
    told = json.loads(body)
    assert (["title", "text", "all", "n"], 1) == (list(told), told["n"])


def bridge(body: bytes) -> None:
    told = json.loads(body)
    tags = _Tags()
    tags.feed(told["body"])
    assert tags.seen <= {"p", "a", "b"}
    assert not re.search("@(?!\u200b)", told["title"])


def standard(body: bytes) -> None:
    assert ["type", "timestamp", "schema_version", "data"] == list(json.loads(body))


RULES: Mapping[str, Callable[[bytes], None]] = {
    "standard": standard,
    "slack": slack,
    "discord": discord,
    "teams": teams,
    "ntfy": ntfy,
    "alertmanager": alertmanager,
    "cloudevents": cloudevents,
    "email": email,
    "template": template,
    "apprise": bridge,
}


def test_every_format_has_rules() -> None:
    assert set(FORMATS) == set(RULES)


@pytest.mark.parametrize("form", FORMATS)
def test_every_event_of_the_corpus_fits_the_service(form: str) -> None:
    for event in corpus():
        RULES[form](body_of(event, form))


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_any_texts_fit_the_service(form: str, data: Any) -> None:
    event = data.draw(st.sampled_from(EXAMPLES))
    few = data.draw(st.lists(TEXTS, min_size=1, max_size=6))
    turns = iter(range(10_000))

    hostile = with_texts(event, lambda _: few[next(turns) % len(few)])

    # No event of ours is bigger; see `monitor.alerts.evidence`.
    assume(size_of(hostile.content) <= CONTENT_BYTES)
    RULES[form](body_of(hostile, form))
