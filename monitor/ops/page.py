"""A report as one HTML file: no scripts, nothing from elsewhere, for screens of any width and for paper.

Titles, sentences and addresses are foreign. Every text goes through `said`, every address through `link`; a
policy inside the file forbids a browser everything but the style that stands in it.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any
from urllib.parse import urlsplit

from monitor.ops.bars import bars
from monitor.ops.styles import STYLE

# What is no character, or would turn the direction of what stands behind it.
_OBEYED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_REASONS_SHOWN = 3
_MOST_FEEDS = 300
_ALL_BUT_SURE = 0.995
_HELD_WORDS = {
    "silenced": "a silence",
    "storm": "the storm brake",
    "quiet_hours": "quiet hours",
    "budget": "its budget",
    "digest": "its digest",
}
_SUPPRESSED_WORDS = {
    "told": "the story had been told",
    "query": "the watchlist's query did not hold",
    "language": "another language than the watchlist wants",
    "feed_label": "another feed than the watchlist wants",
    "confidence": "less sure than the watchlist wants",
    "salience": "less about it than the watchlist wants",
    "no_receiver": "the watchlist has no receiver",
}
_WORSE = ("gone", "failing", "degraded", "stale", "paused", "ok")


def said(text: object) -> str:
    """Return foreign text, fit to stand anywhere in a page."""
    return escape(_OBEYED.sub("\ufffd", str(text)), quote=True)


def link(url: str | None, text: str) -> str:
    """Return a text that leads to an address of the web, or the text alone where that is anything else."""
    shown = f"<bdi>{said(text)}</bdi>"
    return f'<a href="{said(url)}" rel="noopener noreferrer nofollow">{shown}</a>' if is_web(url) else shown


def is_web(url: str | None) -> bool:
    """Tell whether an address is one that a reader may be sent to."""
    try:
        parts = urlsplit(url or "")
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def sure(confidence: float) -> str:
    """Return a confidence in percent; nothing is wholly sure."""
    return "over 99 %" if confidence >= _ALL_BUT_SURE else f"{confidence * 100:.0f} %"


def page(report: Mapping[str, Any]) -> str:
    """Return the page of what `report.gather` gives."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    period = f"{_day(report['since'])} to {_day(report['until'])}"
    body = "".join(
        (
            f'<header><p class="kicker">News monitor</p><h1>Report</h1><p class="lede">{period}</p></header>',
            "<main>",
            _figures(report),
            _entities(report),
            _alerts(report),
            _refused(report["refused"]),
            _not_told(report),
            _feeds(report["feeds"]),
            _receivers(report),
            "</main>",
            f"<footer>Made {_time(report['until'])} from the store alone. Times are UTC.</footer>",
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="content-security-policy" content="{escape(policy, quote=False)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">'
        f"<title>News monitor: {period}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )


# ---- at the top ------------------------------------------------------------------------------------


def _figures(report: Mapping[str, Any]) -> str:
    articles, feeds = report["articles"], report["feeds"]
    troubled = sum(_state(each) not in ("ok", "paused") for each in feeds)
    states = [each["state"] for each in report["receivers"]]
    ill = sum(state != "ok" for state in states)
    figures = (
        (articles["read"], "articles read", f"{articles['named']:,} matches"),
        (report["alerts"]["of"], "alerts", f"{sum(report['held'].values()):,} wait now"),
        (articles["refused"], "names refused", "another thing of that name"),
        (len(feeds), "feeds", f"{troubled} in trouble" if troubled else "all well"),
        (
            len(states),
            "receiver" if len(states) == 1 else "receivers",
            f"{ill} in trouble" if ill else "all well",
        ),
    )
    shown = "".join(
        f"<div><dt>{word}</dt><dd><b>{number:,}</b><span>{more}</span></dd></div>"
        for number, word, more in figures
    )
    return f'<dl class="figures">{shown}</dl>'


def _entities(report: Mapping[str, Any]) -> str:
    entities, width = report["entities"], timedelta(seconds=report["step_seconds"])
    first, last = (datetime.fromisoformat(report[each]) for each in ("since", "until"))
    cards = "".join(
        f"<figure><figcaption><b><bdi>{said(each['entity'])}</bdi></b> "
        f"<span>{_many(each['articles'], 'article')}</span></figcaption>"
        f"{bars(each['steps'], first, width, _bars_label(each, width))}"
        f'<p class="axis"><span>{first:%d %b}</span>'
        f"<span>most {max(each['steps']):,} in {_span(width)}</span><span>{last:%d %b}</span></p>"
        "</figure>"
        for each in entities["shown"]
    )
    return _section(
        "Who was named",
        _of(len(entities["shown"]), entities["of"], "entities", "most named"),
        f'<div class="multiples">{cards}</div>' if cards else "",
        "No article named anybody who is watched.",
    )


def _bars_label(entity: Mapping[str, Any], width: timedelta) -> str:
    return (
        f"{said(entity['entity'])}: {_many(entity['articles'], 'article')}, "
        f"at most {max(entity['steps']):,} in {_span(width)}"
    )


# ---- alerts ----------------------------------------------------------------------------------------


def _alerts(report: Mapping[str, Any]) -> str:
    alerts, titles = report["alerts"], {each["id"]: each["title"] for each in report["feeds"]}
    shown = "".join(_alert(each, titles) for each in alerts["shown"])
    return _section("Alerts", _of(len(alerts["shown"]), alerts["of"], "alerts", "last"), shown, "No alerts.")


def _alert(alert: Mapping[str, Any], titles: Mapping[str, str | None]) -> str:
    article = alert["article"]
    if article:
        heading = link(article["url"], article["title"] or "without a title")
        more = [
            f"<bdi>{said(titles.get(article['feed']) or article['feed'])}</bdi>",
            said(article["language"] or ""),
        ]
    else:
        heading, more = "The article is no longer kept", []
    story = alert["story"]
    if story["articles"] > 1:
        more.append(f"{story['articles']} articles, {_many(story['outlets'], 'outlet')}")
    meta = " · ".join([_time(alert["raised_at"]), *filter(None, more)])
    names = "" if alert["matches"] else f"<p>{said(', '.join(alert['entities']))}</p>"
    return (
        f'<article class="alert {said(alert["severity"])}" id="{said(alert["id"])}">'
        f'<p class="meta">{meta}</p><h3>{heading}</h3>{names}{"".join(map(_match, alert["matches"]))}'
        f'<p class="came">{_came(alert)}</p></article>'
    )


def _match(match: Mapping[str, Any]) -> str:
    level = "about it" if match["about"] else "a mention"
    head = (
        f"<b><bdi>{said(match['entity'])}</bdi></b> "
        f'<span class="tag">{level}</span> <span class="sure">{sure(match["confidence"])} sure'
        f"{', probable only' if match['tier'] == 'probable' else ''}</span>"
    )
    quote = ""
    if match["sentence"]:
        before, marked, behind = map(said, match["sentence"])
        quote = f"<blockquote><bdi>{before}<mark>{marked}</mark>{behind}</bdi></blockquote>"
    return f'<div class="match"><p>{head}</p>{quote}{_why(match)}</div>'


def _why(match: Mapping[str, Any]) -> str:
    """Return the evidence that weighs most at once, and the rest where a reader asks for it."""
    ordered = sorted(match["evidence"], key=lambda each: -abs(each["weight"]))
    rows = [
        f'<li class="{"for" if each["weight"] >= 0 else "against"}"><bdi>{said(each["words"])}</bdi> '
        f"<i>{each['weight']:+.1f}</i></li>".replace(">-", ">\u2212")
        for each in ordered
    ]
    rows += [
        f'<li class="beside">refused beside it, {each["count"]}×: <bdi>{said(each["words"])}</bdi></li>'
        for each in match["beside"]
    ]
    more = rows[_REASONS_SHOWN:]
    shown = f'<ul class="why">{"".join(rows[:_REASONS_SHOWN])}</ul>' if rows else ""
    folded = f'<ul class="why">{"".join(more)}</ul>'
    return shown + (f"<details><summary>{len(more)} more</summary>{folded}</details>" if more else "")


def _came(alert: Mapping[str, Any]) -> str:
    """Return whom an alert was for, and what came of it."""
    to = ", ".join(_delivery(each, alert) for each in alert["deliveries"])
    return f"watchlist <bdi>{said(alert['watchlist'])}</bdi>, {said(alert['severity'])} → {to or 'nobody'}"


def _delivery(delivery: Mapping[str, Any], alert: Mapping[str, Any]) -> str:
    name, state = f"<bdi>{said(delivery['receiver'])}</bdi>", delivery["state"]
    if state is None and alert["hold"]:
        until = f" until {_time(alert['release_at'])}" if alert["release_at"] else ""
        return f'{name} <span class="state">held by {_HELD_WORDS[alert["hold"]]}{until}, for a digest</span>'
    if state is None:
        return f'{name} <span class="state">nothing is kept of its delivery</span>'
    tries = f" after {_many(delivery['attempts'], 'attempt')}" if delivery["attempts"] > 1 else ""
    last = f", last {said(delivery['last'])}" if state != "delivered" and delivery["last"] else ""
    return f'{name} <span class="state {said(state)}">{said(state)}{tries}{last}</span>'


# ---- what was not told -----------------------------------------------------------------------------


def _refused(refused: Mapping[str, Any]) -> str:
    rows = [
        (f"<bdi>{said(each['entity'])}</bdi>", f"<bdi>{said(each['words'])}</bdi>", f"{each['count']:,}")
        for each in refused["shown"]
    ]
    note = _of(len(rows), refused["groups"], "reasons", "most frequent")
    if refused["counted"] < refused["of"]:
        note += f" Counted among the last {refused['counted']:,} of {refused['of']:,} refusals."
    table = _table(("entity", "what spoke against it", "times"), rows)
    return _section("Refused", note, table, "Nothing was refused.")


def _not_told(report: Mapping[str, Any]) -> str:
    words = _SUPPRESSED_WORDS | {reason: f"held by {by}" for reason, by in _HELD_WORDS.items()}
    rows = [
        (
            said(words.get(reason, reason)),
            f"{count:,}",
            f"{report['held'][reason]:,}" if reason in _HELD_WORDS else "",
        )
        for reason, count in report["suppressed"].items()
    ]
    note = "Matches that a watchlist did not tell at once, counted since the store was made."
    return _section("Not told, or later", note, _table(("why", "times", "wait now"), rows), "Nothing.")


# ---- health ----------------------------------------------------------------------------------------


def _feeds(feeds: Sequence[Mapping[str, Any]]) -> str:
    ordered = sorted(feeds, key=lambda each: (_WORSE.index(_state(each)), each["id"]))[:_MOST_FEEDS]
    rows = [
        (
            f"<bdi>{said(each['id'])}</bdi>"
            + (f'<span class="more"><bdi>{said(each["title"])}</bdi></span>' if each["title"] else ""),
            f'<span class="state {said(_state(each))}">{said(_state(each))}</span>'
            + (f" {said(each['reason'])}" if each["reason"] else ""),
            _time(each["last_ok_at"]) if each["last_ok_at"] else "never",
            f"{each['entries']:,}",
        )
        for each in ordered
    ]
    note = _of(len(rows), len(feeds), "feeds", "worst") if len(rows) < len(feeds) else ""
    return _section("Feeds", note, _table(("feed", "state", "last well", "entries"), rows), "No feeds.")


def _receivers(report: Mapping[str, Any]) -> str:
    rows = [
        (
            f"<bdi>{said(each['name'])}</bdi>",
            f'<span class="state {said(each["state"])}">{said(each["state"])}</span>',
            f"{each['delivered']:,}",
            f"{each['pending']:,}",
            f"{each['dead']:,}",
        )
        for each in report["receivers"]
    ]
    table = _table(("receiver", "state", "delivered", "pending", "dead"), rows)
    troubles = [
        (
            f"<code>{said(each['id'])}</code>",
            f"<bdi>{said(each['receiver'])}</bdi>",
            f'<span class="state {said(each["state"])}">{said(each["state"])}</span>',
            said(each["last"] or ""),
        )
        for each in (*report["deliveries"]["dead"], *report["deliveries"]["failing"])
    ]
    if troubles:
        table += "<h3>Deliveries in trouble</h3>"
        table += _table(("delivery", "receiver", "state", "last"), troubles)
    beat = report["last_heartbeat_at"]
    note = f"Last heartbeat {_time(beat)}." if beat else "No heartbeat yet."
    return _section("Receivers", note, table if rows else "", "No receiver has been sent anything yet.")


# ---- small parts -----------------------------------------------------------------------------------


def _section(title: str, note: str, content: str, empty: str) -> str:
    words = f'<p class="note">{note}</p>' if note and content else ""
    return f"<section><h2>{title}</h2>{words}{content or f'<p class=none>{empty}</p>'}</section>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table that becomes a list of cards where there is no room; its cells are HTML already."""
    body = "".join(
        "<tr>"
        + "".join(f'<td data-label="{column}">{cell}</td>' for column, cell in zip(columns, row, strict=True))
        + "</tr>"
        for row in rows
    )
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _state(feed: Mapping[str, Any]) -> str:
    return "paused" if feed["paused_at"] else str(feed["state"])


def _of(shown: int, of: int, what: str, which: str) -> str:
    return f"The {which} {shown:,} of {of:,} {what}." if shown < of else ""


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _span(width: timedelta) -> str:
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, rest = divmod(int(width.total_seconds()), seconds)
        if count and not rest:
            return (
                f"a {unit}"
                if count == 1 and unit != "hour"
                else f"{'an' if count == 1 else count} {unit}{'s' * (count > 1)}"
            )
    return f"{width}"


def _day(time: str) -> str:
    return f"{datetime.fromisoformat(time):%d %b %Y, %H:%M}"


def _time(time: str) -> str:
    at = datetime.fromisoformat(time)
    return f'<time datetime="{said(time)}">{at:%d %b, %H:%M}</time>'
