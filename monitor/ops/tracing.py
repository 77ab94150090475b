"""What the store knows of an alert, or of an address, stage by stage; `monitor explain` adds why.

Nothing is fetched and nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.alerts.evidence import moment, public_url
from monitor.errors import UsageError
from monitor.feeds.novelty import keys_of
from monitor.model import (
    AlertId,
    Announced,
    Article,
    EntryState,
    FeedId,
    ParsedFeed,
    Told,
    Verdict,
)
from monitor.ops.looking import Looked, Stood
from monitor.ops.report import deliveries_of, plain_alert
from monitor.ports import DeliveryFilter, HeldFilter
from monitor.tables import Table, cell, many

ALERT = "al_"
# An address can stand in several feeds; so many entries are looked at.
_MOST_ENTRIES = 50
# An alert that was held went out in one of so many of a receiver's newest deliveries since.
_MOST_DIGESTS = 200
_DIGEST = "digest.created"
_STATES = {
    EntryState.BASELINE: "it was there at the feed's first poll: remembered, never read (first_poll)",
    EntryState.PENDING: "waits to be read",
    EntryState.PROCESSED: "read and matched",
    EntryState.FAILED: "given up: reading it broke time and again, which is a bug; see `monitor entries`",
}


def look_in_store(store: Any, what: str, now: datetime) -> Looked:  # noqa: ANN401
    """Return what is stored of an alert's article, or of the article at an address.

    Raises:
        UsageError: there is no such alert, nor any entry with that address.
    """
    alert = store.alert(AlertId(what)) if what.startswith(ALERT) else None
    if what.startswith(ALERT):
        if alert is None:
            raise UsageError(f"there is no alert '{what}'; alerts are kept as long as `retention` says")
        if alert.article is None:
            return _without_article(store, alert)
        entry = alert.article.entry_id
    else:
        entry = _entry_at(store, what, now)
    traced = store.trace(entry)
    alerts = [alert] if alert else traced.alerts
    article: Article | None = traced.article
    facts = list(_facts(traced))
    told = _told(store, alerts)
    return Looked(
        source={
            "kind": "alert" if alert else "stored",
            "stages": dict(facts),
            "alerts": told,
        },
        facts=facts,
        article=article,
        failed="" if article else f"there is no article yet, or none any more: {_STATES[traced.state]}",
        stood=Stood(
            matches=traced.matches,
            refused=traced.refused,
            story=traced.story,
            told=_before(traced.told, article),
            came=_came(alerts, told, article),
        ),
        tables=tuple(_tables(told)),
    )


def _entry_at(store: Any, url: str, now: datetime) -> Any:  # noqa: ANN401
    asked = ParsedFeed(format="", entries=(Announced(link=url),))
    feeds = [FeedId(each["id"]) for each in store.status(now)["feeds"]]
    known = {
        key: entry
        for feed in feeds
        for key, entry in store.remembered(feed, keys_of(feed, asked), now).known.items()
    }
    found: Sequence[Any] = store.entries_at(url, known, _MOST_ENTRIES)
    if not found:
        raise UsageError(
            f"no feed showed an entry with the address '{public_url(url)}' since it is watched; "
            "without --stored the page is fetched and judged"
        )
    # The one that told of the story says most.
    return max(found, key=lambda each: _weight(store.trace(each)))


def _weight(traced: Any) -> tuple[bool, bool, bool]:  # noqa: ANN401
    return bool(traced.matches), traced.article is not None, traced.state is not EntryState.BASELINE


def _before(told: frozenset[Told], article: Article | None) -> frozenset[Told]:
    """Return what had been told when an article came: all but what it told itself."""
    return frozenset(each for each in told if article is None or each.entry != article.entry_id)


def _came(
    alerts: Sequence[Any], told: Sequence[Mapping[str, Any]], article: Article | None
) -> Sequence[Mapping[str, Any]]:
    """Return those of a story's alerts that an article itself brought."""
    return [
        plain
        for alert, plain in zip(alerts, told, strict=True)
        if article and alert.article and alert.article.entry_id == article.entry_id
    ]


def _without_article(store: Any, alert: Any) -> Looked:  # noqa: ANN401
    told = _told(store, [alert])
    facts = [("alert", f"{alert.id}, raised {moment(alert.raised_at)}")]
    return Looked(
        source={"kind": "alert", "stages": dict(facts), "alerts": told},
        facts=facts,
        failed="its article is no longer kept",
        tables=tuple(_tables(told)),
    )


# ---- stages ----------------------------------------------------------------------------------------


def _facts(traced: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    why = f" ({traced.feed_reason.value})" if traced.feed_reason else ""
    paused = f", paused since {moment(traced.paused_at)}" if traced.paused_at else ""
    last = moment(traced.last_ok_at) or "never"
    yield "feed", f"{traced.feed}: {traced.feed_state.value}{why}, last well {last}{paused}"
    yield "entry", f"{traced.entry}: first seen {moment(traced.first_seen_at)}"
    waits = ""
    if traced.state is EntryState.PENDING:
        tried = f" after {many(traced.attempts, 'try', 'tries')}" if traced.attempts else ""
        waits = f", due {moment(traced.due_at)}{tried}"
    yield "state", _STATES[traced.state] + waits + (f" ({traced.failed_why})" if traced.failed_why else "")
    if traced.announced is not None:
        yield "announced", f"{traced.announced.title} <{public_url(traced.announced.link) or 'no link'}>"
    if traced.article is not None:
        yield from _read(traced.article)
    if traced.story is not None:
        story = traced.story
        size, outlets = many(story.articles, "article", "articles"), len(story.outlets)
        spread = f"{size} in {many(outlets, 'outlet', 'outlets')}"
        yield "story", f"{story.id}: {spread}, first seen {moment(story.first_seen_at)}"
    for each in sorted(_before(traced.told, traced.article), key=_order):
        by = f" by {each.entry}" if each.entry else ""
        yield "told before", f"{each.entity} to {each.receiver} for {each.watchlist}{by}"


def _order(told: Told) -> tuple[str, str, str]:
    return told.watchlist, told.entity, told.receiver


def _read(article: Article) -> Iterator[tuple[str, str]]:
    yield "read", f"{moment(article.fetched_at)}, revision {article.revision}"
    if article.verdict is Verdict.UNREAD:
        yield "page", "skimmed: it names nobody who was watched, and was not extracted"
    elif article.fallback is not None:
        yield "page", f"not used ({article.fallback.value}): matched on what the feed carries"
    else:
        access = f" ({article.access})" if article.access else ""
        yield "page", f"{article.verdict.value}{access}"
    if not article.zones.text:
        yield "text", "none is kept: only the title is judged below (`keep: texts` keeps every text)"


# ---- alerts and deliveries -------------------------------------------------------------------------


def _told(store: Any, alerts: Sequence[Any]) -> list[dict[str, Any]]:  # noqa: ANN401
    own = deliveries_of(store, alerts)
    plain = []
    for alert in alerts:
        told = plain_alert(alert, own)
        told["deliveries"] = [
            each
            | {
                "log": _log(store, each["id"] or _digest_of(store, alert, each["receiver"])),
                "waits": each["receiver"] in _waiting(store, alert),
            }
            for each in told["deliveries"]
        ]
        plain.append({key: told[key] for key in told if key not in ("article", "matches")})
    return plain


def _log(store: Any, delivery: str | None) -> Mapping[str, Any] | None:  # noqa: ANN401
    if delivery is None:
        return None
    found = store.delivery(delivery)
    return found and {key: found[key] for key in ("id", "type", "state", "due_at", "attempts")}


def _waiting(store: Any, alert: Any) -> frozenset[str]:  # noqa: ANN401
    """Return the receivers for which an alert is still held."""
    if alert.hold is None:
        return frozenset()
    return frozenset(each.receiver for each in store.held(HeldFilter(ids=(alert.id,))))


def _digest_of(store: Any, alert: Any, receiver: str) -> str | None:  # noqa: ANN401
    """Return the digest that brought an alert which was held, if one did and says so."""
    if alert.hold is None:
        return None
    since = DeliveryFilter(receiver=receiver, since=alert.raised_at, limit=_MOST_DIGESTS)  # type: ignore[arg-type]
    for row in store.deliveries(since):
        if row["type"] == _DIGEST and alert.id in store.delivery(row["id"])["body"]:
            return str(row["id"])
    return None


def _tables(told: Sequence[Mapping[str, Any]]) -> Iterator[Table]:
    rows = [
        (
            each["id"],
            each["watchlist"],
            ", ".join(each["entities"]),
            each["raised_at"],
            f"{each['hold']} until {each['release_at']}" if each["hold"] else "at once",
        )
        for each in told
    ]
    columns = ("alert", "watchlist", "entities", "raised", "went out")
    empty = "no alert came of it"
    yield Table(title="Alerts of the story", columns=columns, rows=rows, empty=empty, prose=True)
    attempts = [row for each in told for delivery in each["deliveries"] for row in _attempts(delivery)]
    if attempts:
        columns = ("receiver", "delivery", "state", "attempt", "answer")
        yield Table(title="Deliveries", columns=columns, rows=attempts, prose=True)


def _attempts(delivery: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    log = delivery["log"]
    if log is None and delivery["waits"]:
        yield delivery["receiver"], "", "held; see `monitor held`", "", ""
    elif log is None:
        yield delivery["receiver"], "", "dropped by hand, or no longer kept", "", ""
    elif not log["attempts"]:
        yield delivery["receiver"], log["id"], log["state"], "none yet", ""
    else:
        for each in log["attempts"]:
            answer = cell(each["status"]) or each["reason"] or ""
            yield delivery["receiver"], log["id"], log["state"], f"{each['number']}, {each['at']}", answer
