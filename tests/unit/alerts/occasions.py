"""Events of every type as the world can make them: plain, hostile, and as big as they get."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from monitor.alerts.events import digest_events, match_event
from monitor.alerts.examples import example_events
from monitor.alerts.outbox import hold
from monitor.model import Event, HoldReason, Mail, Receiver, ReceiverName, VerdictLinks, Zone, Zones
from tests.unit.alerts.samples import (
    DESK,
    ENTITIES,
    FEED,
    NOW,
    STORY,
    WATCHLIST,
    alert,
    article,
    match,
    mention,
)

HOSTILE = (
    "<!channel> *Amazon* [x](https://evil.example) & @everyone `code` | _a_ > \\ #b",
    "</mark><script>alert(1)</script><img src=x onerror=y>&lt;",
    "a\r\nBcc: victim@example.org\r\n\r\n=?utf-8?q?=0D=0ABcc:_x?=",
    '"}]},"x":["{{ alert.id }}", {{}}\\u0000\x00\x07\x1b[31m',
    "\ud800\udfff\u202e\u2028 \ufeff\u0000",
    "<@U123> <https://evil.example|gut> @here <#C1> <at>Alle</at>",
    "1. x\n# y\n> z\n- [ ] w\n~~~\n===\nwww.evil.example",
    "",
    " ",
    "😀🏳️‍🌈" * 9,
)
# What is no text of the world's: words of ours, times, and places in a sentence.
_OURS = frozenset(
    (
        *("zone", "form", "level", "severity", "state", "previous", "held", "kind", "type"),
        *("since", "until", "from", "verdict", "reason"),
    )
)
# What every receiver of the corpus is given beside its format.
TEMPLATE = {
    "title": "{{ article.title }}",
    "text": "»{{ chat.sentence }}« {{ chat.facts }}",
    "all": ["{{ matches }}"],
    "n": 1,
}
MAIL = Mail(sender="monitor@example.org", recipients=("desk@example.org",))


def receiver_of(form: str) -> Receiver:
    """Return a receiver of a format that takes every event."""
    return Receiver(
        name=ReceiverName("any"), url="", format=form, events=("*",), template=TEMPLATE, mail=MAIL
    )


@cache
def corpus() -> tuple[Event, ...]:
    """Return the same events each time."""
    plain = list(example_events().values())
    hostile = [_all_alike(event, text) for event in plain for text in HOSTILE]
    return (*plain, *hostile, *extremes())


def with_texts(event: Event, text_for: Callable[[str], str]) -> Event:
    """Return an event in which every text of the world's is another one; `text_for` is given the old one."""
    return replace(event, content=_replaced(event.content, "", text_for))


def _all_alike(event: Event, text: str) -> Event:
    return with_texts(event, lambda _: text)


@cache
def extremes() -> Sequence[Event]:
    """Return the biggest events there are."""
    letters = ("ü", "😀", '"', "\\", "<", "*", "&", "a ")
    long = [_long(letter) for letter in letters]
    waiting = replace(alert(), hold=HoldReason.DIGEST, release_at=NOW)
    digests = [
        each
        for told in long
        for each in digest_events(
            WATCHLIST.id, DESK, [row for row in hold(waiting, told) if row.receiver == DESK] * 60, NOW
        )[:1]
    ]
    return [*long, *digests]


def _long(letter: str) -> Event:
    name = "Amazon"
    text = (letter * 200 + f" {name} " + letter * 200 + ". ") * 40
    zones = Zones(title=letter * 3_000, text=text, lead_end=0)
    starts = [index for index in range(len(text)) if text.startswith(name, index)]
    mentions = tuple(
        replace(mention(Zone.TITLE, name), zone=Zone.BODY, start=start, end=start + len(name))
        for start in starts
    )
    matches = [match(f"entity-{number}".ljust(100, "-"), mentions=mentions) for number in range(60)]
    told = article(zones)
    far = replace(told, url="https://a.example/?" + "ü" * 900, authors=(letter * 500,) * 50)
    feed = replace(FEED, title=letter * 900)
    links = VerdictLinks(public_url="https://" + "m" * 92, key=b"k")
    return match_event(alert(*matches), far, STORY, feed, ENTITIES, NOW, links=links)


def _replaced(value: Any, name: str, text_for: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        made = {key: _replaced(each, key, text_for) for key, each in value.items()}
        if "sentence_start" in made:
            length = len(made["sentence"])
            made["sentence_start"] = min(made["sentence_start"], length)
            made["sentence_end"] = min(max(made["sentence_end"], made["sentence_start"]), length)
        return made
    if isinstance(value, list):
        return [_replaced(each, name, text_for) for each in value]
    if isinstance(value, str) and name not in _OURS and not name.endswith("_at"):
        return text_for(value)
    return value
