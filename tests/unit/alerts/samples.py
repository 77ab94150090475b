"""A story, an article, matches and what else the laws of alerts are tried on."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import (
    Alert,
    AlertId,
    Article,
    Delivery,
    DeliveryId,
    Entity,
    EntityId,
    EntityKind,
    EntryId,
    Event,
    EventType,
    Evidence,
    Feed,
    FeedId,
    Form,
    Match,
    MatchReason,
    Mention,
    Name,
    Receiver,
    ReceiverName,
    RejectedReading,
    Salience,
    Severity,
    Story,
    StoryId,
    Tier,
    Verdict,
    Watchlist,
    WatchlistId,
    Zone,
    Zones,
)

NOW = datetime(2025, 12, 17, 20, 3, 11, tzinfo=UTC)
DESK, SLACK, OPS = ReceiverName("desk"), ReceiverName("slack"), ReceiverName("ops")

TITLE = "Amazon macht Peter DeSantis zum KI-Chef"
LEAD = "Amazons Sparte für künstliche Intelligenz bekommt einen neuen Leiter."
BODY = 'DeSantis baute bisher das Netz & die Chips von "AWS". Amazon teilte das am Mittwoch mit.'
ZONES = Zones(title=TITLE, text=f"{LEAD}\n\n{BODY}", lead_end=len(LEAD), captions="Amazon in Seattle")

ENTITIES: Mapping[EntityId, Entity] = {
    EntityId("amazon"): Entity(
        id=EntityId("amazon"),
        kind=EntityKind.ORGANIZATION,
        names=(Name(text="Amazon"), Name(text="Amazon.com")),
        wikidata="Q3884",
    ),
    EntityId("desantis"): Entity(
        id=EntityId("desantis"), kind=EntityKind.PERSON, names=(Name(text="Peter DeSantis"),)
    ),
}


def mention(zone: Zone, surface: str, form: Form = Form.EXACT, nth: int = 0) -> Mention:
    text = ZONES.of(zone)
    start = -1
    for _ in range(nth + 1):
        start = text.index(surface, start + 1)
    return Mention(
        zone=zone, start=start, end=start + len(surface), surface=surface, name="Amazon", form=form
    )


def match(
    entity: str = "amazon",
    *,
    confidence: float = 0.99,
    salience: float = 0.93,
    about: bool = True,
    mentions: tuple[Mention, ...] | None = None,
    rejected: tuple[RejectedReading, ...] = (),
) -> Match:
    default = (
        mention(Zone.CAPTION, "Amazon"),
        mention(Zone.BODY, "Amazon", nth=1),
        mention(Zone.LEAD, "Amazons", Form.GENITIVE),
        mention(Zone.TITLE, "Amazon"),
    )
    return Match(
        entity=EntityId(entity),
        tier=Tier.CONFIRMED,
        confidence=confidence,
        salience=Salience(value=salience, about=about, parts={"title": 0.4, "mentions": salience - 0.4}),
        mentions=default if mentions is None else mentions,
        evidence=(
            Evidence(reason=MatchReason.CONTEXT, text="AWS", weight=1.5),
            Evidence(reason=MatchReason.FULL_NAME, text="", weight=3.0),
        ),
        rejected=rejected,
    )


ARTICLE = Article(
    entry_id=EntryId("en_1"),
    feed_id=FeedId("example-de"),
    url="https://user:geheim@www.example.org/a?utm_source=rss",
    canonical_url="https://www.example.org/a",
    zones=ZONES,
    verdict=Verdict.FULL,
    fingerprint=(),
    language="de",
    fetched_at=NOW - timedelta(seconds=1),
    authors=("Redaktion",),
    published_at=datetime(2025, 12, 17, 19, 41, tzinfo=UTC),
    access="free",
)
STORY = Story(
    id=StoryId("st_9f2c"),
    revision=2,
    articles=2,
    outlets=frozenset({"www.example.org", "other.example"}),
    first_seen_at=NOW - timedelta(hours=1),
)
FEED = Feed(
    id=FeedId("example-de"),
    shown_url="https://www.example.org/de/feed.atom?key=…",
    title="Beispiel",
    due_at=NOW + timedelta(minutes=15),
    polls=4,
    last_ok_at=NOW - timedelta(minutes=30),
)
WATCHLIST = Watchlist(
    id=WatchlistId("cloud-ai"), receivers=(DESK, SLACK), severity=Severity.HIGH, labels={"team": "markets"}
)
RECEIVER = Receiver(name=DESK, url="https://hooks.example.org/news?token=geheim")
EVENT = Event(type=EventType.MATCH_CREATED, subject="al_1", timestamp=NOW, content={"alert": {"id": "al_1"}})
DELIVERY = Delivery(
    id=DeliveryId("msg_p5jXN8AQM9LWM0D4loKWxJek"),
    receiver=DESK,
    event_type=EventType.MATCH_CREATED,
    content_type="application/json; charset=utf-8",
    body=b'{"test": 2432232314}',
    due_at=NOW,
    promised_at=NOW,
    created_at=NOW,
)


def alert(*matches: Match, receivers: tuple[ReceiverName, ...] = (DESK, SLACK)) -> Alert:
    return Alert(
        id=AlertId("al_1"),
        story=STORY.id,
        watchlist=WATCHLIST.id,
        severity=WATCHLIST.severity,
        labels=WATCHLIST.labels,
        matches=matches or (match(),),
        receivers=receivers,
        raised_at=NOW,
    )


def article(zones: Zones = ZONES, *, language: str | None = "de") -> Article:
    return replace(ARTICLE, zones=zones, language=language)
