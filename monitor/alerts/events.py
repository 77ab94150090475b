"""What is there to tell, and in which words? Every event of `docs/webhooks.md`, as plain values.

An event's subject names the fact that it tells, never the moment of telling, wherever the fact has a
name of its own: so the same fact derives the same id again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from monitor.alerts.evidence import (
    CONTENT_BYTES,
    Plain,
    moment,
    plain_edit,
    public_url,
    short_title,
    short_word,
    shown_matches,
    size_of,
)
from monitor.model import (
    Alert,
    Article,
    Delivery,
    Entity,
    EntityId,
    Event,
    EventType,
    FailureReason,
    Feed,
    FeedState,
    HeldAlert,
    HoldReason,
    Receiver,
    ReceiverHealth,
    ReceiverName,
    ReceiverState,
    Reply,
    Story,
    VerdictLinks,
    WatchlistId,
)
from monitor.text.ids import derive_id

_MOST_AUTHORS = 5
_MOST_ENTITIES = 10
_MOST_FEEDS = 3
_MOST_FAULTS = 20
_DETAIL_CHARS = 300
_TYPE_OF_STATE = {
    FeedState.FAILING: EventType.SOURCE_FAILING,
    FeedState.GONE: EventType.SOURCE_FAILING,
    FeedState.DEGRADED: EventType.SOURCE_DEGRADED,
    FeedState.STALE: EventType.SOURCE_STALE,
    FeedState.OK: EventType.SOURCE_RECOVERED,
}
# What a heartbeat always holds, in the order of the flow; docs/webhooks.md says how it adds up.
HEARTBEAT_COUNTS = (
    *("polled", "read", "not_modified", "failed"),
    *("entries", "reopened", "retried", "extracted", "unread", "reread", "given_up", "matched", "unmatched"),
    *("matches", "passed", "raised", "alerted", "updated", "retracted", "corrected", "released", "dropped"),
)
_NESTED = ("fell_back", "suppressed", "pending", "held")


def match_event(
    alert: Alert,
    article: Article,
    story: Story,
    feed: Feed | None,
    entities: Mapping[EntityId, Entity],
    now: datetime,
    quoted: Article | None = None,
    links: VerdictLinks | None = None,
) -> Event:
    """Return the event of an alert, `match.created` or another of its type; its body stays within 20 kB.

    `quoted` is the reading that the alert's matches are of, where that is not `article`. With `links`, each
    match has the links that say whether it is right.

    `suppressed` counts what is left out: mentions without a place in `evidence`, the story's other
    articles as `duplicates`, and, only where there are such, whole `matches`.
    """
    frame: Plain = {
        "alert": _plain_alert(alert),
        "article": _plain_article(article, feed),
        "story": _plain_story(story),
        "timing": {
            "published_at": moment(article.published_at),
            "fetched_at": moment(article.fetched_at),
            "matched_at": moment(now),
        },
    }
    if alert.update is not None:
        frame["update"] = {"reason": alert.update.reason.value, "outlets": alert.update.outlets}
    if alert.edit is not None:
        frame["edit"] = plain_edit(alert.edit)
    room = CONTENT_BYTES - size_of(frame)
    shown = shown_matches(alert.matches, quoted or article, entities, room, links)
    suppressed: Plain = {"evidence": shown.mentions_left_out, "duplicates": max(story.articles - 1, 0)}
    if shown.matches_left_out:
        suppressed["matches"] = shown.matches_left_out
    content = {"alert": frame.pop("alert"), "matches": shown.matches, **frame, "suppressed": suppressed}
    return Event(type=alert.type, subject=alert.id, timestamp=now, content=content)


def source_events(before: Feed, after: Feed, now: datetime) -> tuple[Event, ...]:
    """Return the event of a feed's change of state, if it changed.

    A feed that is gone is told as `source.failing` with the reason `gone`. `last_well_at` is when
    nothing at all was wrong, `previous_since` when the state before began.
    """
    if before.state is after.state:
        return ()
    reason = FailureReason.GONE if after.state is FeedState.GONE else after.reason
    content: Plain = {
        "feed": _plain_feed(after.id, after),
        "state": after.state.value,
        "previous": before.state.value,
        "previous_reason": before.reason.value if before.reason else None,
        "previous_since": moment(before.state_since),
        "reason": reason.value if reason else None,
        "failures": after.failures,
        "last_well_at": moment(before.last_well_at),
        "last_ok_at": moment(after.last_ok_at),
        "last_new_at": moment(after.last_new_at),
        "next_poll_at": moment(after.due_at),
    }
    subject = _subject(
        after.id, before.state.value, after.state.value, str(after.polls), moment(after.last_ok_at)
    )
    return (Event(type=_TYPE_OF_STATE[after.state], subject=subject, timestamp=now, content=content),)


def receiver_events(
    before: ReceiverHealth, after: ReceiverHealth, delivery: Delivery, reply: Reply, now: datetime
) -> tuple[Event, ...]:
    """Return what a receiver's owner is to hear after an answer: failing, still failing, disabled."""
    if after.state is ReceiverState.DISABLED and before.state is not ReceiverState.DISABLED:
        kind = EventType.RECEIVER_DISABLED
    elif after.told_failing > before.told_failing:
        kind = EventType.RECEIVER_FAILING
    else:
        return ()
    content: Plain = {
        "receiver": {"name": after.name, "state": after.state.value},
        "failures": after.failures,
        "failing_since": moment(after.failing_since),
        "status": reply.status,
        "reason": reply.reason.value if reply.reason else None,
        "detail": reply.detail[:_DETAIL_CHARS] or None,
        "delivery": {"id": delivery.id, "type": delivery.event_type.value},
    }
    subject = _subject(after.name, str(after.told_failing), moment(after.failing_since), delivery.id)
    return (Event(type=kind, subject=subject, timestamp=now, content=content),)


def heartbeat_event(
    counts: Mapping[str, int],
    since: datetime,
    now: datetime,
    rows: Mapping[str, int] = MappingProxyType({}),
    before: Mapping[str, int] = MappingProxyType({}),
) -> Event:
    """Return the sign of life.

    `counts` are those of the reports since the last one; a name with a dot, such as
    `suppressed.budget`, stands under its first part. `rows` count what stands in the store now, by state
    where there are several; `before` is how many entries were `pending`, and alerts `held`, at the last.
    """
    content: Plain = {"since": moment(since), "until": moment(now)}
    content |= dict.fromkeys(HEARTBEAT_COUNTS, 0)
    nested: dict[str, dict[str, int]] = {name: {} for name in _NESTED}
    nested["held"] = {"added": 0}
    for name, count in sorted(counts.items()):
        group, dot, rest = name.partition(".")
        if dot:
            nested.setdefault(group, {})[rest] = count
        else:
            content[name] = count
    for name in ("pending", "held"):
        nested[name] |= {"before": before.get(name, 0), "after": rows.get(name, 0)}
    for group in ("feeds", "deliveries"):
        begin = f"{group}."
        nested[group] = {name.removeprefix(begin): n for name, n in rows.items() if name.startswith(begin)}
    subject = _subject(moment(since), moment(now))
    return Event(type=EventType.HEARTBEAT, subject=subject, timestamp=now, content=content | nested)


def refused_event(faults: Sequence[str], now: datetime) -> Event:
    """Return what those who look after the monitor hear of a configuration that was not put in force."""
    content: Plain = {
        "faults": [fault[:_DETAIL_CHARS] for fault in faults[:_MOST_FAULTS]],
        "more": max(len(faults) - _MOST_FAULTS, 0),
    }
    # To the microsecond: the same faults may be news again within the second.
    subject = _subject(derive_id("", *faults), now.isoformat())
    return Event(type=EventType.CONFIG_REFUSED, subject=subject, timestamp=now, content=content)


def digest_events(
    watchlist: WatchlistId, receiver: ReceiverName, held: Sequence[HeldAlert], now: datetime
) -> tuple[Event, ...]:
    """Return the digests that bring held alerts: as many as are needed to keep each within 20 kB."""
    ordered = sorted(held, key=lambda each: (each.event.timestamp, each.alert_id))
    pages = list(_pages([(each, _condensed(each)) for each in ordered]))
    return tuple(
        _digest(watchlist, receiver, page, number, len(pages), now) for number, page in enumerate(pages, 1)
    )


def test_event(receiver: Receiver, now: datetime) -> Event:
    """Return what `receivers test NAME` sends; every test is a fact of its own."""
    content: Plain = {
        "receiver": {"name": receiver.name},
        "message": "This is a test. If you can read it, events arrive here.",
    }
    subject = _subject(receiver.name, now.isoformat())
    return Event(type=EventType.WEBHOOK_TEST, subject=subject, timestamp=now, content=content)


# ---- parts of a match ------------------------------------------------------------------------------


def _plain_alert(alert: Alert) -> Plain:
    return {
        "id": alert.id,
        "watchlist": alert.watchlist,
        "severity": alert.severity.value,
        "labels": dict(alert.labels),
    }


def _plain_article(article: Article, feed: Feed | None) -> Plain:
    return {
        "url": public_url(article.url),
        "canonical_url": public_url(article.canonical_url),
        "title": short_title(article.zones.title),
        "language": article.language,
        "authors": [short_word(author) for author in article.authors[:_MOST_AUTHORS]],
        "published_at": moment(article.published_at),
        "modified_at": moment(article.modified_at),
        "revision": article.revision,
        "feed": _plain_feed(article.feed_id, feed),
        "access": article.access,
        "extraction": {"verdict": article.verdict.value, "chars": len(article.zones.text)},
    }


def _plain_feed(feed_id: str, feed: Feed | None) -> Plain:
    return {
        "id": feed_id,
        "title": short_word(feed.title) if feed and feed.title else None,
        "url": feed.shown_url if feed else None,
    }


def _plain_story(story: Story) -> Plain:
    return {
        "id": story.id,
        "revision": story.revision,
        "articles": story.articles,
        "outlets": len(story.outlets),
        "first_seen_at": moment(story.first_seen_at),
    }


def _subject(*parts: str | None) -> str:
    return " ".join(part or "-" for part in parts)


# ---- parts of a digest -----------------------------------------------------------------------------


def _condensed(held: HeldAlert) -> Plain:
    """Return what a digest keeps of a held alert; some 2 kB, at most 15 even of hostile texts.

    `held.event` may have come back from the store, as plain JSON values.
    """
    told: Mapping[str, Any] = held.event.content
    matches, article = told["matches"], told["article"]
    sentences = [each["sentence"] for match in matches for each in match["evidence"]]
    return {
        "type": held.event.type.value,
        "alert": told["alert"],
        "held": held.hold.value,
        "raised_at": moment(held.event.timestamp),
        "entities": [_condensed_entity(match) for match in matches[:_MOST_ENTITIES]],
        "more_entities": max(len(matches) - _MOST_ENTITIES, 0),
        "title": article["title"],
        "url": article["url"],
        "feed": article["feed"],
        "published_at": article["published_at"],
        "story": told["story"]["id"],
        "sentence": sentences[0] if sentences else None,
    }


def _condensed_entity(match: Mapping[str, Any]) -> Plain:
    return {
        "id": match["entity"]["id"],
        "name": match["entity"]["name"],
        "level": match["salience"]["level"],
        "confidence": match["confidence"]["value"],
        "mentions": match["mentions"],
        "surface": match["evidence"][0]["surface"] if match["evidence"] else None,
        **({"verdict": match["verdict"]} if "verdict" in match else {}),
    }


def _pages(condensed: Sequence[tuple[HeldAlert, Plain]]) -> Iterator[list[tuple[HeldAlert, Plain]]]:
    page: list[tuple[HeldAlert, Plain]] = []
    room = CONTENT_BYTES - 1_000
    for each in condensed:
        size = size_of(each[1]) + 1
        if page and size > room:
            yield page
            page, room = [], CONTENT_BYTES - 1_000
        page.append(each)
        room -= size
    if page:
        yield page


def _digest(
    watchlist: WatchlistId,
    receiver: ReceiverName,
    page: Sequence[tuple[HeldAlert, Plain]],
    number: int,
    pages: int,
    now: datetime,
) -> Event:
    alerts = [held.alert_id for held, _ in page]
    times = [held.event.timestamp for held, _ in page]
    subject = _subject(watchlist, receiver, *alerts)
    content: Plain = {
        "digest": {
            "id": derive_id("dg_", watchlist, receiver, *alerts),
            "watchlist": watchlist,
            "from": moment(min(times)),
            "until": moment(max(times)),
            "count": len(alerts),
            "held": dict(sorted(Counter(held.hold.value for held, _ in page).items())),
            "notice": _notice([held for held, _ in page]),
            "page": number,
            "pages": pages,
        },
        "alerts": [plain for _, plain in page],
    }
    return Event(type=EventType.DIGEST_CREATED, subject=subject, timestamp=now, content=content)


def _notice(page: Sequence[HeldAlert]) -> str | None:
    """Return what a reader of the digest must know of alerts that were held for review."""
    stormy: list[Any] = [held.event.content for held in page if held.hold is HoldReason.STORM]
    if not stormy:
        return None
    feeds = sorted({told["article"]["feed"]["id"] for told in stormy})
    more = f" and {len(feeds) - _MOST_FEEDS} more" if len(feeds) > _MOST_FEEDS else ""
    return (
        f"{len(stormy)} of these alerts were held for review: much came at once from "
        f"{', '.join(feeds[:_MOST_FEEDS])}{more}; look before you trust it"
    )
