"""What does a person read of an event? Headline, link, sentences with the mention marked, facts.

Each chat format spells the same `Chat` in its own markup, escaped in its own way. `event.content` may
have come back from the store, as plain JSON values.
"""

import encodings.idna
import encodings.punycode  # noqa: F401  (writing a host imports both; late, and with no file left, it fails for good)
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from monitor.model import Event, EventType, Rightness, UpdateReason

_NO_TITLE = "(no title)"
_GONE = "(gone)"
_MOST_QUOTES = 5
_MOST_ROWS = 15
_MOST_JUDGED = 3
_MANY_NUMBERS = 4
_URL_CHARS = 2_000
# Control characters, halves of pairs, and marks that turn the direction of what stands behind them.
_UNSHOWN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?\.?|\[[0-9a-f:.]{2,45}\]")
_BLANK_OR_ANGLE = re.compile(r"[\s<>|]")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z")
_PREFIXES = {
    EventType.MATCH_UPDATED: "Update: ",
    EventType.MATCH_RETRACTED: "Retracted: ",
    EventType.ARTICLE_CORRECTED: "Corrected: ",
}
_UPDATES = {
    UpdateReason.SALIENCE: "now about it, no longer a mention",
    UpdateReason.NAMED_AGAIN: "named again",
}
_HEADLINES = {
    EventType.SOURCE_FAILING: "Feed is failing",
    EventType.SOURCE_DEGRADED: "Feed is degraded",
    EventType.SOURCE_STALE: "Feed has gone silent",
    EventType.SOURCE_RECOVERED: "Feed is well again",
    EventType.RECEIVER_FAILING: "Receiver is failing",
    EventType.RECEIVER_DISABLED: "Receiver is disabled",
    EventType.HEARTBEAT: "Heartbeat",
    EventType.CONFIG_REFUSED: "Configuration is refused",
    EventType.WEBHOOK_TEST: "Test",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence in three pieces: before the mention, the mention, after it. Pieces may be empty."""

    before: str
    mention: str
    after: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Judging:
    """Where somebody says that the match of an entity, by name, is right, or wrong."""

    name: str
    right: str
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """An event in words, each on one line. `facts` are pairs of label and value.

    `left_out` counts quotes for which there was no room.
    """

    headline: str
    time: datetime
    url: str | None = None
    quotes: tuple[Quote, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    judging: tuple[Judging, ...] = ()
    left_out: int = 0


def chat_of(event: Event) -> Chat:
    """Return an event in words."""
    told: Mapping[str, Any] = event.content
    if "matches" in told and "article" in told:
        return _of_match(told, event)
    if event.type is EventType.DIGEST_CREATED:
        return _of_digest(told, event.timestamp)
    return Chat(
        headline=_HEADLINES.get(event.type, event.type.value),
        time=event.timestamp,
        facts=tuple(_facts(told)),
    )


def fitted(chat: Chat, write: Callable[[Chat], bytes], most: int) -> bytes:
    """Return the body of as much of a chat as takes at most `most` bytes.

    Quotes go first, the last of them before the others, then links for verdicts, then facts.
    """
    body = write(chat)
    while len(body) > most and (chat.quotes or chat.judging or chat.facts):
        if chat.quotes:
            chat = replace(chat, quotes=chat.quotes[:-1], left_out=chat.left_out + 1)
        elif chat.judging:
            chat = replace(chat, judging=chat.judging[:-1])
        else:
            chat = replace(chat, facts=chat.facts[:-1])
        body = write(chat)
    return body


def facts_of(chat: Chat, most: int, chars: int) -> list[tuple[str, str]]:
    """Return at most `most` facts, their values shortened to `chars`, and behind them what is not shown.

    No value is empty: services refuse such, or leave them out.
    """
    facts = [(label, shortened(value, chars) or "–") for label, value in chat.facts[:most]]
    return [*facts, ("Not shown", str(chat.left_out))] if chat.left_out else facts


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters on one line."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def one_line(text: str) -> str:
    """Return a text on one line, without characters that are not shown."""
    return " ".join(_UNSHOWN.sub("", text).split())


def clock(time: datetime) -> str:
    """Return a time as a person reads it, in UTC."""
    return time.strftime("%Y-%m-%d %H:%M UTC")


def web_link(url: str | None) -> str | None:
    """Return the URL as RFC 3986 writes it, if a chat may link to it: http or https, with a proper host.

    Services refuse a whole message for one link that they cannot read; so what is in doubt, or longer
    than 2,000 characters, is no link. A user is not handed on.
    """
    if not url or _BLANK_OR_ANGLE.search(url) or _UNSHOWN.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _host(parts.hostname or "")
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or not _HOST.fullmatch(host) or port == 0:
        return None
    place = host if port is None else f"{host}:{port}"
    rest = [_ascii(part) for part in (parts.path, parts.query, parts.fragment)]
    link = urlunsplit((parts.scheme.lower(), place, *rest))
    return link if len(link) <= _URL_CHARS else None


def _host(name: str) -> str:
    return f"[{name}]" if ":" in name else name.encode("idna").decode("ascii")


def _ascii(part: str) -> str:
    """Return a part of a URL with everything percent-encoded that may not stand there as it is."""
    return quote(_LONE_PERCENT.sub("%25", part), safe="%/?:@!$&'()*+,;=-._~")


def _of_match(told: Mapping[str, Any], event: Event) -> Chat:
    article, matches = told["article"], told["matches"]
    facts = [
        ("Entity", ", ".join(_name(match["entity"]) for match in matches[:_MOST_ROWS])),
        ("Watchlist", told["alert"]["watchlist"]),
        ("Feed", article["feed"]["title"] or article["feed"]["id"]),
        ("Published", _spelled(article["published_at"] or "unknown")),
    ]
    if told.get("update"):
        facts.append(("Update", _why(told["update"])))
    rewrites, left_out = _rewrites(told["edit"]) if told.get("edit") else ((), 0)
    return Chat(
        headline=_prefixed(event.type, article),
        url=web_link(article["url"]),
        time=event.timestamp,
        quotes=rewrites or tuple(_quotes(matches)),
        facts=tuple(facts),
        judging=tuple(_judging(matches)),
        left_out=left_out,
    )


def _judging(matches: Sequence[Mapping[str, Any]]) -> Iterable[Judging]:
    for match in matches[:_MOST_JUDGED]:
        links = match.get("verdict") or {}
        right, wrong = (web_link(links.get(said.value)) for said in Rightness)
        if right and wrong:
            yield Judging(name=_name(match["entity"]), right=right, wrong=wrong)


def _why(update: Mapping[str, Any]) -> str:
    reason = UpdateReason(update["reason"])
    return f"now in {update['outlets']} outlets" if reason is UpdateReason.OUTLETS else _UPDATES[reason]


def _rewrites(edit: Mapping[str, Any]) -> tuple[tuple[Quote, ...], int]:
    """Return what an edit changed, each as it was and as it is now, and how many quotes are left out.

    A sentence that names several entities stands in the edit for each of them.
    """
    pairs = [(each["before"], each["after"] or _GONE) for each in (edit["title"], *edit["sentences"]) if each]
    once = list(dict.fromkeys(pairs))
    quotes = (
        Quote("", label, f" {one_line(text)}")
        for pair in once[:_MOST_QUOTES]
        for label, text in zip(("Before:", "Now:"), pair, strict=True)
    )
    return tuple(quotes), 2 * (max(len(once) - _MOST_QUOTES, 0) + edit["more"])


def _of_digest(told: Mapping[str, Any], time: datetime) -> Chat:
    digest, alerts = told["digest"], told["alerts"]
    quotes = [
        Quote(f"{', '.join(map(_name, alert['entities']))}: ", _prefixed(alert["type"], alert), "", link)
        for alert in alerts[:_MOST_ROWS]
        for link in [web_link(alert["url"])]
    ]
    facts = [("Watchlist", digest["watchlist"]), ("Alerts", str(digest["count"]))]
    if digest["pages"] > 1:
        facts.append(("Page", f"{digest['page']} of {digest['pages']}"))
    if digest["notice"]:
        facts.append(("Notice", digest["notice"]))
    left_out = max(len(alerts) - _MOST_ROWS, 0)
    return Chat(headline="Digest", time=time, quotes=tuple(quotes), facts=tuple(facts), left_out=left_out)


def _prefixed(kind: str, article: Mapping[str, Any]) -> str:
    """Return a title behind what became of the match."""
    return _PREFIXES.get(EventType(kind), "") + _title_of(article)


def _title_of(article: Mapping[str, Any]) -> str:
    return one_line(article["title"]) or one_line(article["url"] or "") or _NO_TITLE


def _quotes(matches: Sequence[Mapping[str, Any]]) -> Iterable[Quote]:
    """Give the first sentence of the running text for each entity, else the title's."""
    seen = {""}
    for match in matches[:_MOST_QUOTES]:
        evidence = sorted(match["evidence"], key=lambda each: each["zone"] == "title")
        if evidence and one_line(evidence[0]["sentence"]) not in seen:
            seen.add(one_line(evidence[0]["sentence"]))
            yield _marked(evidence[0])


def _marked(evidence: Mapping[str, Any]) -> Quote:
    sentence, start, end = (evidence[name] for name in ("sentence", "sentence_start", "sentence_end"))
    return Quote(
        *(_UNSHOWN.sub("", piece) for piece in (sentence[:start], sentence[start:end], sentence[end:]))
    )


def _name(entity: Mapping[str, Any]) -> str:
    return one_line(str(entity["name"] or entity["id"]))


def _facts(told: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Give what is plain in an event's values, one level deep, as label and value.

    Many numbers make one fact: a heartbeat has a dozen.
    """
    numbers = {name: value for name, value in told.items() if isinstance(value, int)}
    together = numbers if len(numbers) >= _MANY_NUMBERS else {}
    for label, value in told.items():
        spelled = "" if value is None or label in together else _spelled(value)
        if spelled:
            yield _label(label), spelled
    if together:
        yield "Counts", _spelled(together)


def _spelled(value: Any) -> str:  # noqa: ANN401  (plain JSON)
    if isinstance(value, Mapping):
        called = next((value[name] for name in ("title", "name", "id") if value.get(name)), None)
        pairs = (f"{name.replace('_', ' ')} {each}" for name, each in value.items() if each is not None)
        return one_line(str(called) if called else ", ".join(pairs))
    if isinstance(value, list):
        return "; ".join(map(_spelled, value))
    time = _TIME.fullmatch(str(value))
    return f"{time[1]} {time[2]} UTC" if time else one_line(str(value))


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
