"""What does each event look like? One of each type, made by the functions that make the real ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.alerts.events import (
    digest_events,
    heartbeat_event,
    match_event,
    receiver_events,
    refused_event,
    source_events,
    test_event,
)
from monitor.alerts.outbox import hold, promise
from monitor.model import (
    Alert,
    AlertId,
    Article,
    Delivery,
    Edit,
    Entity,
    EntityId,
    EntityKind,
    EntryId,
    Event,
    EventType,
    Evidence,
    FailureReason,
    Feed,
    FeedId,
    FeedState,
    Form,
    HoldReason,
    Match,
    MatchReason,
    Mention,
    Name,
    Receiver,
    ReceiverHealth,
    ReceiverName,
    ReceiverState,
    RejectedReading,
    Reply,
    Rewrite,
    Salience,
    Severity,
    Story,
    StoryId,
    Tier,
    Update,
    UpdateReason,
    Verdict,
    VerdictLinks,
    WatchlistId,
    Zone,
    Zones,
)

_NOW = datetime(2025, 12, 17, 20, 3, 11, tzinfo=UTC)
_DESK, _OPS = ReceiverName("desk"), ReceiverName("ops")
_LEAD = "Amazons Sparte für künstliche Intelligenz bekommt einen neuen Leiter."
_BODY = "Peter DeSantis baute bisher die Chips von AWS. Am Amazonas wächst indes ein Solarpark."
_ZONES = Zones(
    title="Amazon macht Peter DeSantis zum KI-Chef", text=f"{_LEAD}\n\n{_BODY}", lead_end=len(_LEAD)
)
_ENTITIES = {
    EntityId("amazon"): Entity(
        id=EntityId("amazon"), kind=EntityKind.ORGANIZATION, names=(Name(text="Amazon"),), wikidata="Q3884"
    ),
    EntityId("desantis"): Entity(
        id=EntityId("desantis"), kind=EntityKind.PERSON, names=(Name(text="Peter DeSantis"),)
    ),
}
_ARTICLE = Article(
    entry_id=EntryId("en_example"),
    feed_id=FeedId("example-de"),
    url="https://www.example.org/amazon-ki-chef",
    canonical_url="https://www.example.org/amazon-ki-chef",
    zones=_ZONES,
    verdict=Verdict.FULL,
    fingerprint=(),
    language="de",
    fetched_at=_NOW - timedelta(seconds=1),
    authors=("Wirtschaftsredaktion",),
    published_at=_NOW - timedelta(minutes=22, seconds=11),
    access="free",
)
_STORY = Story(
    id=StoryId("st_478602d18d91d60b19750fafb8da5c6c"),
    revision=1,
    articles=1,
    outlets=frozenset({"www.example.org"}),
    first_seen_at=_NOW - timedelta(seconds=1),
)
_FEED = Feed(
    id=FeedId("example-de"),
    shown_url="https://www.example.org/de/feed.atom",
    title="Beispiel",
    due_at=_NOW + timedelta(minutes=15),
    polls=96,
    last_ok_at=_NOW - timedelta(minutes=30),
    last_new_at=_NOW - timedelta(hours=3),
)
_EDIT = Edit(
    revision=2,
    title=("Amazon sucht einen KI-Chef", _ZONES.title),
    rewrites=(
        Rewrite(
            entity=EntityId("amazon"),
            before="Amazons Sparte für künstliche Intelligenz sucht einen neuen Leiter.",
            after=_LEAD,
        ),
    ),
)
_LINKS = VerdictLinks(public_url="https://monitor.example.org", key=b"an example, and no secret")
_RECEIVER = Receiver(name=_DESK, url="https://hooks.example.org/news")


def example_events() -> Mapping[EventType, Event]:
    """Return an event of each type."""
    match = match_event(_alert(), _ARTICLE, _STORY, _FEED, _ENTITIES, _NOW, links=_LINKS)
    events = [
        match,
        *_told_again(),
        *_digests(match),
        *_sources(),
        *_receivers(match),
        heartbeat_event(
            {"polled": 96, "not_modified": 81, "entries": 14, "extracted": 14, "matched": 2, "alerted": 1}
            | {"suppressed.told": 1},
            _NOW - timedelta(minutes=15),
            _NOW,
            {"ok": 11, "failing": 1},
            {"pending": 0, "delivered": 61, "dead": 0},
        ),
        refused_event(
            ["monitor.yaml:14:12: feeds[3].every: '5 minutes' is not a duration; write 30s or 15m"],
            _NOW,
        ),
        test_event(_RECEIVER, _NOW),
    ]
    return {event.type: event for event in events}


def _told_again() -> tuple[Event, ...]:
    """Return the events of a story that grew, of an edit that took an entity out, and of one that kept it."""
    changes = (
        {"type": EventType.MATCH_UPDATED, "update": Update(reason=UpdateReason.OUTLETS, outlets=3)},
        {"type": EventType.MATCH_RETRACTED, "edit": replace(_EDIT, gone=frozenset({EntityId("amazon")}))},
        {"type": EventType.ARTICLE_CORRECTED, "edit": _EDIT},
    )
    return tuple(
        match_event(replace(_alert(), **change), _ARTICLE, _STORY, _FEED, _ENTITIES, _NOW, links=_LINKS)  # type: ignore[arg-type]
        for change in changes
    )


def example_delivery(event: Event, receiver: Receiver = _RECEIVER) -> Delivery:
    """Return the delivery of an event to a receiver that takes every type."""
    (delivery,) = promise([event], [replace(receiver, events=("*",), name=_OPS)], event.timestamp)
    return delivery


def _alert() -> Alert:
    title = _mention(Zone.TITLE, "Amazon", "Amazon")
    lead = _mention(Zone.LEAD, "Amazons", "Amazon", Form.GENITIVE)
    person = _mention(Zone.TITLE, "Peter DeSantis", "Peter DeSantis")
    river = RejectedReading(reading="Amazonas", reason=MatchReason.OTHER_WORD, count=1)
    return Alert(
        id=AlertId("al_ecc88f2816e88cbf42312517038cce5a"),
        story=_STORY.id,
        watchlist=WatchlistId("cloud-ai"),
        severity=Severity.HIGH,
        labels={"team": "markets"},
        matches=(
            _match(
                "amazon",
                0.9933,
                (title, lead),
                (
                    Evidence(reason=MatchReason.NAME, text="Amazon", weight=2.0),
                    Evidence(reason=MatchReason.CONTEXT, text="AWS", weight=1.5),
                    Evidence(reason=MatchReason.RELATED, text="Peter DeSantis", weight=1.5),
                ),
                (river,),
            ),
            _match(
                "desantis",
                0.982,
                (person,),
                (Evidence(reason=MatchReason.FULL_NAME, text="Peter DeSantis", weight=4.0),),
            ),
        ),
        receivers=(_DESK,),
        raised_at=_NOW,
    )


def _mention(zone: Zone, surface: str, name: str, form: Form = Form.EXACT) -> Mention:
    start = _ZONES.of(zone).index(surface)
    return Mention(zone=zone, start=start, end=start + len(surface), surface=surface, name=name, form=form)


def _match(
    entity: str,
    confidence: float,
    mentions: tuple[Mention, ...],
    evidence: tuple[Evidence, ...],
    rejected: tuple[RejectedReading, ...] = (),
) -> Match:
    return Match(
        entity=EntityId(entity),
        tier=Tier.CONFIRMED,
        confidence=confidence,
        salience=Salience(value=0.65, about=True, parts={"title": 0.4, "lead": 0.25}),
        mentions=mentions,
        evidence=evidence,
        rejected=rejected,
    )


def _digests(match: Event) -> tuple[Event, ...]:
    waiting = replace(
        _alert(), hold=HoldReason.QUIET_HOURS, release_at=_NOW.replace(hour=6) + timedelta(days=1)
    )
    held = hold(waiting, match)
    return digest_events(waiting.watchlist, _DESK, held, _NOW.replace(hour=6) + timedelta(days=1))


def _sources() -> tuple[Event, ...]:
    failing = replace(
        _FEED,
        state=FeedState.FAILING,
        reason=FailureReason.HTTP_5XX,
        failures=4,
        due_at=_NOW + timedelta(hours=1),
    )
    degraded = replace(_FEED, state=FeedState.DEGRADED, reason=FailureReason.CONSENT)
    stale = replace(_FEED, state=FeedState.STALE, reason=FailureReason.EMPTY)
    changes = ((_FEED, failing), (_FEED, degraded), (_FEED, stale), (failing, _FEED))
    return tuple(event for before, after in changes for event in source_events(before, after, _NOW))


def _receivers(match: Event) -> tuple[Event, ...]:
    well, since = ReceiverHealth(name=_DESK), _NOW - timedelta(seconds=47)
    failing = replace(well, state=ReceiverState.FAILING, failures=4, failing_since=since, told_failing=1)
    disabled = replace(failing, state=ReceiverState.DISABLED, failures=5)
    delivery = example_delivery(match)
    answers = (
        (well, failing, Reply(status=503, reason=FailureReason.HTTP_5XX)),
        (failing, disabled, Reply(status=410, reason=FailureReason.GONE)),
    )
    return tuple(
        event
        for before, after, reply in answers
        for event in receiver_events(before, after, delivery, reply, _NOW)
    )
