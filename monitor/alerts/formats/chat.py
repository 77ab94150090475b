"""What does a person read of an event? Headline, link, sentences with the mention marked, facts.

Each chat format spells the same `Chat` in its own markup, escaped in its own way. `event.content` may
have come back from the store, as plain JSON values.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model import Event, EventType

_MOST_QUOTES = 5
_MOST_ROWS = 15
_HEADLINES = {
    EventType.SOURCE_FAILING: "Feed is failing",
    EventType.SOURCE_DEGRADED: "Feed is degraded",
    EventType.SOURCE_STALE: "Feed has gone silent",
    EventType.SOURCE_RECOVERED: "Feed is well again",
    EventType.RECEIVER_FAILING: "Receiver is failing",
    EventType.RECEIVER_DISABLED: "Receiver is disabled",
    EventType.HEARTBEAT: "Heartbeat",
    EventType.WEBHOOK_TEST: "Test",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence in three pieces: before the mention, the mention, after it. Pieces may be empty."""

    before: str
    mention: str
    after: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """An event in words. `facts` are pairs of label and value."""

    headline: str
    time: datetime
    url: str | None = None
    quotes: tuple[Quote, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def chat_of(event: Event) -> Chat:
    """Return an event in words."""
    told: Mapping[str, Any] = event.content
    if "matches" in told and "article" in told:
        return _of_match(told, event.timestamp)
    if event.type is EventType.DIGEST_CREATED:
        return _of_digest(told, event.timestamp)
    return Chat(
        headline=_HEADLINES.get(event.type, event.type.value),
        time=event.timestamp,
        facts=tuple(_facts(told)),
    )


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def clock(time: datetime) -> str:
    """Return a time as a person reads it, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC")


def web_link(url: str | None) -> str | None:
    """Return the URL if a chat may link to it: http or https, without blanks and angle brackets."""
    return url if url and re.fullmatch(r"https?://[^\s<>|]+", url, re.IGNORECASE) else None


def _of_match(told: Mapping[str, Any], time: datetime) -> Chat:
    article, matches = told["article"], told["matches"]
    facts = [
        ("Entity", ", ".join(_name(match["entity"]) for match in matches[:_MOST_ROWS])),
        ("Watchlist", told["alert"]["watchlist"]),
        ("Feed", article["feed"]["title"] or article["feed"]["id"]),
        ("Published", (article["published_at"] or "unknown").replace("T", " ").replace("Z", " UTC")),
    ]
    return Chat(
        headline=article["title"] or article["url"] or "(no title)",
        url=web_link(article["url"]),
        time=time,
        quotes=tuple(_quotes(matches)),
        facts=tuple(facts),
    )


def _of_digest(told: Mapping[str, Any], time: datetime) -> Chat:
    digest, alerts = told["digest"], told["alerts"]
    quotes = [
        Quote(f"{', '.join(map(_name, alert['entities']))}: ", alert["title"] or "(no title)", "", link)
        for alert in alerts[:_MOST_ROWS]
        for link in [web_link(alert["url"])]
    ]
    facts = [("Watchlist", digest["watchlist"]), ("Alerts", str(digest["count"]))]
    if len(alerts) > _MOST_ROWS:
        facts.append(("Not shown", str(len(alerts) - _MOST_ROWS)))
    return Chat(headline="Digest", time=time, quotes=tuple(quotes), facts=tuple(facts))


def _quotes(matches: Sequence[Mapping[str, Any]]) -> Iterable[Quote]:
    """Give the first sentence of the running text for each entity, else the title's."""
    seen: set[str] = set()
    for match in matches[:_MOST_QUOTES]:
        evidence = sorted(match["evidence"], key=lambda each: each["zone"] == "title")
        if evidence and evidence[0]["sentence"] not in seen:
            seen.add(evidence[0]["sentence"])
            yield _marked(evidence[0]["sentence"], evidence[0]["surface"])


def _marked(sentence: str, surface: str) -> Quote:
    before, mention, after = sentence.partition(" ".join(surface.split()))
    return Quote(before, mention, after)


def _name(entity: Mapping[str, Any]) -> str:
    return str(entity["name"] or entity["id"])


def _facts(told: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Give what is plain in an event's values, one level deep, as label and value."""
    for label, value in told.items():
        if isinstance(value, Mapping):
            inner = ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
            if inner:
                yield _label(label), inner
        elif value is not None:
            yield _label(label), str(value)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
