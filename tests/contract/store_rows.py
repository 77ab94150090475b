"""Rows to fill a store with, in the words of the model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.adapters.store import SqlStore
from monitor.model import (
    Alert,
    AlertId,
    Announced,
    Article,
    Attempt,
    Delivery,
    DeliveryId,
    DeliveryState,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    EntryState,
    Event,
    EventType,
    FailureReason,
    Feed,
    FeedId,
    FeedSettings,
    Form,
    HeldAlert,
    HoldReason,
    Match,
    Matched,
    Mention,
    ReceiverHealth,
    ReceiverName,
    Salience,
    Severity,
    Story,
    StoryId,
    Tier,
    Told,
    Verdict,
    WatchlistId,
    Zone,
    Zones,
)
from monitor.ports import Claim, Processed, Wanted
from monitor.text.ids import digest63

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ALL = Wanted(limit=1000, at_once=1000)
DESK = ReceiverName("desk")
CLOUD = WatchlistId("cloud")
FEED = FeedId("feed")
WIRE = tuple(range(1, 65))


def settings(name: str = "feed", host: str = "news.example", **more: Any) -> FeedSettings:
    url = f"https://{host}/{name}.rss"
    return replace(FeedSettings(id=FeedId(name), url=url, shown_url=url), **more)


def entry(name: str, feed: str = "feed", host: str = "news.example", **more: Any) -> Entry:
    fresh = Entry(
        id=EntryId(f"en_{name}"),
        feed_id=FeedId(feed),
        keys=(EntryKey(digest63(feed, name)), EntryKey(digest63(feed, name, "link"))),
        announced=Announced(guid=name, link=f"https://{host}/{name}", title=name),
        host=host,
        state=EntryState.PENDING,
        first_seen_at=NOW,
        due_at=NOW,
    )
    return replace(fresh, **more)


def delivery(name: str, receiver: str = "desk", **more: Any) -> Delivery:
    fresh = Delivery(
        id=DeliveryId(f"msg_{name}"),
        receiver=ReceiverName(receiver),
        event_type=EventType.MATCH_CREATED,
        content_type="application/json; charset=utf-8",
        body=f'{{"name": "{name}", "text": "Grüße"}}'.encode(),
        due_at=NOW,
        promised_at=NOW,
        created_at=NOW,
    )
    return replace(fresh, **more)


def article(of: Entry, fingerprint: tuple[int, ...] = WIRE, **more: Any) -> Article:
    fresh = Article(
        entry_id=of.id,
        feed_id=of.feed_id,
        url=of.announced.link or "",
        canonical_url=of.announced.link or "",
        zones=Zones(title=of.announced.title, text="Amazon builds a chip."),
        verdict=Verdict.FULL,
        fingerprint=fingerprint,
        language="en",
        fetched_at=NOW,
    )
    return replace(fresh, **more)


def match(entity: str = "amazon", tier: Tier = Tier.CONFIRMED) -> Match:
    mention = Mention(zone=Zone.LEAD, start=0, end=6, surface="Amazon", name="Amazon", form=Form.EXACT)
    return Match(
        entity=EntityId(entity),
        tier=tier,
        confidence=0.9 if tier is Tier.CONFIRMED else 0.1,
        salience=Salience(value=0.5, about=True, parts={"lead": 0.5}),
        mentions=(mention,),
        evidence=(),
    )


def story(name: str, **more: Any) -> Story:
    outlets = frozenset({"news.example"})
    fresh = Story(id=StoryId(f"st_{name}"), revision=1, articles=1, outlets=outlets, first_seen_at=NOW)
    return replace(fresh, **more)


def alert(name: str, of: Story, **more: Any) -> Alert:
    fresh = Alert(
        id=AlertId(f"al_{name}"),
        story=of.id,
        watchlist=CLOUD,
        severity=Severity.HIGH,
        labels={"team": "markets"},
        matches=(match(),),
        receivers=(DESK,),
        raised_at=NOW,
    )
    return replace(fresh, **more)


def held(name: str, release_at: datetime = NOW, receiver: str = "desk") -> HeldAlert:
    content = {"alert": {"id": f"al_{name}"}, "count": 2, "title": "Grüße \ud83d"}
    return HeldAlert(
        alert_id=AlertId(f"al_{name}"),
        watchlist=CLOUD,
        receiver=ReceiverName(receiver),
        hold=HoldReason.BUDGET,
        release_at=release_at,
        event=Event(type=EventType.MATCH_CREATED, subject=name, timestamp=NOW, content=content),
    )


def processed(of: Entry, told_in: Story, **more: Any) -> Processed:
    fresh = Processed(
        entry=of,
        article=article(of),
        story=told_in,
        matched=Matched(matches=(match(),)),
        told=frozenset({Told(CLOUD, EntityId("amazon"), DESK)}),
        alerts=(),
        held=(),
        deliveries=(),
    )
    return replace(fresh, **more)


def attempt(
    number: int, state: DeliveryState, status: int | None = 500, due_at: datetime = NOW + LEASE
) -> Attempt:
    reason = FailureReason.HTTP_5XX if status == 500 else None
    return Attempt(number=number, at=NOW, state=state, due_at=due_at, status=status, reason=reason, detail="")


# ---- deeds ---------------------------------------------------------------------------------------


def the_feed(store: SqlStore, now: datetime = NOW) -> Claim[Feed]:
    """Claim the only due feed."""
    (claim,) = store.claim_feeds(now, ALL, LEASE)
    return claim


def announce(store: SqlStore, *entries: Entry) -> None:
    """Have one feed, `feed`, show these entries, and be polled again after a day."""
    store.sync_feeds([settings()], NOW)
    claim = the_feed(store)
    after = replace(claim.row, due_at=NOW + DAY, polls=1, entries=len(entries), first_polled_at=NOW)
    with store.transaction() as tx:
        tx.save_poll(claim, after, entries, {}, (), {"polled": 1})


def claim_entry(store: SqlStore, name: str) -> Claim[Entry]:
    """Claim everything due, and return the claim of one entry."""
    claims = store.claim_entries(NOW, ALL, LEASE)
    return next(claim for claim in claims if claim.row.id == f"en_{name}")


def process(store: SqlStore, name: str, told_in: Story, **more: Any) -> None:
    """Process one entry as the step would."""
    claim = claim_entry(store, name)
    with store.transaction() as tx:
        tx.save_processed(claim, processed(claim.row, told_in, **more), {"matched": 1})


def promise(store: SqlStore, *deliveries: Delivery) -> int:
    with store.transaction() as tx:
        return tx.add_deliveries(deliveries)


def attempted(
    store: SqlStore,
    claim: Claim[Delivery],
    state: DeliveryState = DeliveryState.DELIVERED,
    health: ReceiverHealth | None = None,
    promised: Sequence[Delivery] = (),
) -> None:
    """Save one attempt on a claimed delivery."""
    number = claim.row.attempts + 1
    status = 200 if state is DeliveryState.DELIVERED else 500
    with store.transaction() as tx:
        after = health or ReceiverHealth(name=claim.row.receiver)
        tx.save_attempt(claim, attempt(number, state, status), after, promised, {"attempts": 1})


def fill(store: SqlStore) -> None:
    """Save five articles, the newest is `e`; `b` and `c` of one moment; two alerts; `d` names nobody."""
    announce(store, *(entry(name) for name in "abcde"))
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    hours = {"a": 0, "b": 1, "c": 1, "d": 2, "e": 3}
    for name, hour in hours.items():
        claim = claims[EntryId(f"en_{name}")]
        told_in, language = story(name), "de" if name == "e" else "en"
        both = Matched(matches=(match(),), rejected=(match("desantis", Tier.REJECTED),))
        raised = alert(name, told_in, raised_at=NOW + hour * HOUR) if name in "ae" else None
        found = processed(
            claim.row,
            told_in,
            article=article(claim.row, fetched_at=NOW + hour * HOUR, language=language),
            matched=Matched() if name == "d" else both,
            told=frozenset(),
            alerts=(raised,) if raised else (),
        )
        with store.transaction() as tx:
            tx.save_processed(claim, found, {})


def ids(claims: Sequence[Claim[Any]]) -> list[str]:
    return [claim.row.id for claim in claims]
