import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator, meta

from monitor.alerts.events import (
    HEARTBEAT_COUNTS,
    digest_events,
    heartbeat_event,
    match_event,
    receiver_events,
    refused_event,
    source_events,
    test_event,
)
from monitor.alerts.evidence import moment
from monitor.alerts.formats import render, schema_of_events
from monitor.alerts.formats.chat import chat_of
from monitor.alerts.outbox import hold
from monitor.model import (
    AlertId,
    Edit,
    Event,
    EventType,
    FailureReason,
    FeedState,
    Form,
    HeldAlert,
    HoldReason,
    Match,
    MatchReason,
    Mention,
    ReceiverHealth,
    ReceiverState,
    RejectedReading,
    Reply,
    Rewrite,
    Zone,
    Zones,
)
from tests.unit.alerts.samples import (
    ARTICLE,
    DELIVERY,
    DESK,
    ENTITIES,
    FEED,
    NOW,
    RECEIVER,
    STORY,
    WATCHLIST,
    ZONES,
    alert,
    match,
)

told_in_a_test = test_event
del test_event  # else pytest takes it for one

SCHEMA = Draft202012Validator(schema_of_events())


def body_of(event: Event) -> Any:
    _, body = render(event, RECEIVER, DELIVERY.id)
    assert len(body) <= 20_000
    parsed = json.loads(body)
    SCHEMA.validate(parsed)
    return parsed


def event_of(*matches: Match) -> Event:
    return match_event(alert(*matches), ARTICLE, STORY, FEED, ENTITIES, NOW)


def test_the_schema_is_a_schema() -> None:
    meta.validate(schema_of_events())


def test_a_match_is_told_as_the_contract_says() -> None:
    decoy = RejectedReading(reading="Amazonas", reason=MatchReason.OTHER_WORD, count=1)

    body = body_of(event_of(match(rejected=(decoy,))))

    assert list(body) == ["type", "timestamp", "schema_version", "data"]
    assert (body["type"], body["timestamp"]) == ("match.created", "2025-12-17T20:03:11Z")
    assert body["schema_version"] == "1.0"
    told = body["data"]
    assert list(told) == ["alert", "matches", "article", "story", "timing", "suppressed"]
    assert told["alert"] == {
        "id": "al_1",
        "watchlist": "cloud-ai",
        "severity": "high",
        "labels": {"team": "markets"},
    }
    (shown,) = told["matches"]
    evidence = shown.pop("evidence")
    assert shown == {
        "entity": {"id": "amazon", "kind": "organization", "name": "Amazon", "wikidata": "Q3884"},
        "salience": {"level": "about", "value": 0.93, "parts": {"title": 0.4, "mentions": 0.53}},
        "confidence": {
            "value": 0.99,
            "reasons": ["context:AWS", "full_name"],
            "weights": [1.5, 3.0],
            "sum": 4.5,
        },
        "mentions": 3,
        "rejected": [{"reading": "Amazonas", "reason": "other_word", "count": 1}],
    }
    assert ["title", "lead", "body", "caption"] == [each["zone"] for each in evidence]
    assert evidence[0] == {
        "zone": "title",
        "surface": "Amazon",
        "name": "Amazon",
        "form": "exact",
        "sentence": "Amazon macht Peter DeSantis zum KI-Chef",
        "sentence_start": 0,
        "sentence_end": 6,
        "start": 0,
        "end": 6,
    }
    assert told["article"] == {
        "url": "https://www.example.org/a?utm_source=rss",
        "canonical_url": "https://www.example.org/a",
        "title": "Amazon macht Peter DeSantis zum KI-Chef",
        "language": "de",
        "authors": ["Redaktion"],
        "published_at": "2025-12-17T19:41:00Z",
        "modified_at": None,
        "revision": 1,
        "feed": {
            "id": "example-de",
            "title": "Beispiel",
            "url": "https://www.example.org/de/feed.atom?key=…",
        },
        "access": "free",
        "extraction": {"verdict": "full", "chars": len(ZONES.text)},
    }
    assert told["story"] == {
        "id": "st_9f2c",
        "revision": 2,
        "articles": 2,
        "outlets": 2,
        "first_seen_at": "2025-12-17T19:03:11Z",
    }
    assert told["timing"] == {
        "published_at": "2025-12-17T19:41:00Z",
        "fetched_at": "2025-12-17T20:03:10Z",
        "matched_at": "2025-12-17T20:03:11Z",
    }
    assert told["suppressed"] == {"evidence": 0, "duplicates": 1}


def test_slicing_the_article_gives_the_surface_of_every_piece_of_evidence() -> None:
    (shown,) = body_of(event_of())["data"]["matches"]

    for each in shown["evidence"]:
        assert each["surface"] == ZONES.of(Zone(each["zone"]))[each["start"] : each["end"]]
        assert each["surface"] == each["sentence"][each["sentence_start"] : each["sentence_end"]]


def test_what_is_unknown_is_null() -> None:
    bare = replace(
        ARTICLE, language=None, published_at=None, access=None, authors=(), url="http://[", canonical_url=""
    )

    event = match_event(alert(match("other", about=False)), bare, STORY, None, ENTITIES, NOW)
    told = body_of(event)["data"]

    assert told["matches"][0]["entity"] == {"id": "other", "kind": None, "name": None, "wikidata": None}
    assert told["matches"][0]["salience"]["level"] == "mention"
    assert told["article"]["feed"] == {"id": "example-de", "title": None, "url": None}
    assert (told["article"]["language"], told["article"]["url"]) == (None, None)
    assert told["timing"]["published_at"] is None


def many(count: int, text: str) -> tuple[Mention, ...]:
    places = [found for found in range(len(text)) if text.startswith("Amazon", found)][:count]
    return tuple(
        Mention(zone=Zone.BODY, start=place, end=place + 6, surface="Amazon", name="Amazon", form=Form.EXACT)
        for place in places
    )


@pytest.mark.parametrize(("matches", "mentions"), [(1, 400), (5, 30), (30, 3), (300, 2)])
@pytest.mark.parametrize("filler", ["wort ", "😀 ", "\x01\x02 "])
def test_a_body_stays_within_20_kb_and_counts_what_was_left_out(
    matches: int, mentions: int, filler: str
) -> None:
    text = "\n\n".join(filler * 30 + "Amazon" + f" {filler}" * 30 for _ in range(mentions))
    article = replace(ARTICLE, zones=Zones(title="😀" * 400, text=text), authors=("\x01" * 90,) * 9)
    found = [match(f"e{number}", mentions=many(mentions, text)) for number in range(matches)]

    event = match_event(alert(*found), article, STORY, FEED, ENTITIES, NOW)
    told = body_of(event)["data"]

    shown = sum(len(each["evidence"]) for each in told["matches"])
    assert told["suppressed"]["evidence"] == matches * mentions - shown
    assert told["suppressed"].get("matches", 0) == matches - len(told["matches"])
    assert all(each["evidence"] for each in told["matches"])
    assert told["matches"][0]["entity"]["id"] == "e0"


@pytest.mark.parametrize("text", ["a", "語", "\U0001f600", '"'])
def test_an_edit_stays_within_20_kb_and_counts_what_was_left_out(text: str) -> None:
    long = f"{text * 999} {text}"
    rewrites = tuple(Rewrite(entity=match().entity, before=long, after=long) for _ in range(20))
    edit = Edit(revision=2, title=(long, long), rewrites=rewrites)
    corrected = replace(
        alert(*(match(f"e{n}") for n in range(30))), type=EventType.ARTICLE_CORRECTED, edit=edit
    )

    told = body_of(match_event(corrected, ARTICLE, STORY, FEED, ENTITIES, NOW))["data"]["edit"]

    assert 0 < len(told["sentences"]) == 20 - told["more"]
    assert all(len(each["before"]) <= 300 for each in (*told["sentences"], told["title"]))


def test_what_was_taken_out_has_no_after_and_is_quoted_from_the_text_before_the_edit() -> None:
    edit = Edit(revision=2, rewrites=(Rewrite(entity=match().entity, before="Amazon baut.", after=None),))
    retracted = replace(alert(), type=EventType.MATCH_RETRACTED, edit=edit)
    after = replace(ARTICLE, zones=Zones(title="", text=""))

    told = body_of(match_event(retracted, after, STORY, FEED, ENTITIES, NOW, ARTICLE))["data"]

    assert [{"entity": "amazon", "before": "Amazon baut.", "after": None}] == told["edit"]["sentences"]
    assert (None, "") == (told["edit"]["title"], told["article"]["title"])
    assert "Amazon" in told["matches"][0]["evidence"][0]["sentence"]


def test_words_that_fill_a_body_by_themselves_are_cut_to_a_few() -> None:
    loud = match(rejected=(RejectedReading(reading="\x01" * 99, reason=MatchReason.DECOY, count=1),) * 20)
    loud = replace(loud, evidence=(replace(loud.evidence[0], text="\x02" * 200),) * 40)
    article = replace(ARTICLE, zones=replace(ZONES, title="\x03" * 400), url="https://a/" + "x" * 2000)
    article = replace(article, zones=replace(article.zones, text="\x04" * 400 + ZONES.text))
    placed = replace(loud, mentions=(replace(loud.mentions[0], zone=Zone.BODY, start=400, end=407),))

    told = body_of(match_event(alert(placed), article, STORY, FEED, ENTITIES, NOW))["data"]

    told_confidence = told["matches"][0]["confidence"]
    assert (5, 5) == (len(told_confidence["reasons"]), len(told_confidence["weights"]))
    assert 60.0 == told_confidence["sum"]
    assert len(told["matches"][0]["rejected"]) == 5


@settings(max_examples=60)
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_makes_a_body_that_is_json(title: str, text: str) -> None:
    article = replace(ARTICLE, zones=Zones(title=title, text=f"Amazon {text}"), authors=(title,))
    found = match(mentions=many(1, article.zones.text))

    told = body_of(match_event(alert(found), article, STORY, FEED, ENTITIES, NOW))

    assert ["type", "timestamp", "schema_version", "data"] == list(told)
    assert [found.entity] == [each["entity"]["id"] for each in told["data"]["matches"]]


def test_half_a_surrogate_does_not_break_a_body() -> None:
    article = replace(ARTICLE, zones=replace(ZONES, title="\ud800 Amazon"))

    assert (
        body_of(match_event(alert(), article, STORY, FEED, ENTITIES, NOW))["data"]["article"]["title"]
        == "? Amazon"
    )


def test_the_same_alert_is_the_same_subject() -> None:
    assert event_of().subject == "al_1"


# ---- feeds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "kind", "reason"),
    [
        (FeedState.OK, FeedState.FAILING, "source.failing", "dns"),
        (FeedState.OK, FeedState.DEGRADED, "source.degraded", "dns"),
        (FeedState.OK, FeedState.STALE, "source.stale", "dns"),
        (FeedState.FAILING, FeedState.GONE, "source.failing", "gone"),
        (FeedState.FAILING, FeedState.DEGRADED, "source.degraded", "dns"),
        (FeedState.GONE, FeedState.OK, "source.recovered", "dns"),
    ],
)
def test_a_feed_s_change_of_state_is_told(
    before: FeedState, after: FeedState, kind: str, reason: str
) -> None:
    now_so = replace(FEED, state=after, reason=FailureReason.DNS, failures=3)

    was = replace(FEED, state=before, reason=FailureReason.TLS, state_since=NOW, last_well_at=NOW)
    (event,) = source_events(was, now_so, NOW)
    body = body_of(event)

    assert kind == body["type"]
    assert body["data"] == {
        "feed": {
            "id": "example-de",
            "title": "Beispiel",
            "url": "https://www.example.org/de/feed.atom?key=…",
        },
        "state": after.value,
        "previous": before.value,
        "previous_reason": "tls",
        "previous_since": moment(NOW),
        "reason": reason,
        "failures": 3,
        "last_well_at": moment(NOW),
        "last_ok_at": "2025-12-17T19:33:11Z",
        "last_new_at": None,
        "next_poll_at": "2025-12-17T20:18:11Z",
    }


def test_a_feed_that_stays_as_it_was_is_not_told() -> None:
    failing = replace(FEED, state=FeedState.FAILING)

    assert source_events(failing, replace(failing, failures=9), NOW) == ()


def test_recovery_has_no_reason_and_a_later_failure_is_another_fact() -> None:
    failing = replace(FEED, state=FeedState.FAILING, last_ok_at=None)
    later = replace(failing, polls=9)

    (recovered,) = source_events(failing, FEED, NOW)
    (first,) = source_events(FEED, failing, NOW)
    (again,) = source_events(FEED, failing, NOW + timedelta(hours=1))
    (second,) = source_events(FEED, later, NOW)

    assert body_of(recovered)["data"]["reason"] is None
    assert first.subject == again.subject
    assert first.subject != second.subject


# ---- receivers -------------------------------------------------------------------------------------

WELL = ReceiverHealth(name=DESK)
FAILING = replace(WELL, state=ReceiverState.FAILING, failures=4, failing_since=NOW, told_failing=1)
TIMEOUT = Reply(status=None, reason=FailureReason.TIMEOUT, detail="no answer in 15 s")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (WELL, FAILING, "receiver.failing"),
        (FAILING, replace(FAILING, failures=60, told_failing=2), "receiver.failing"),
        (FAILING, replace(FAILING, state=ReceiverState.DISABLED), "receiver.disabled"),
        (FAILING, replace(FAILING, failures=5), None),
        (FAILING, WELL, None),
        (WELL, WELL, None),
    ],
)
def test_a_receiver_s_owner_hears_of_failing_twice_and_of_the_end(
    before: ReceiverHealth, after: ReceiverHealth, kind: str | None
) -> None:
    events = receiver_events(before, after, DELIVERY, TIMEOUT, NOW)

    assert ([kind] if kind else []) == [body_of(event)["type"] for event in events]


def test_news_of_a_receiver_say_why() -> None:
    (event,) = receiver_events(WELL, FAILING, DELIVERY, TIMEOUT, NOW)
    (gone,) = receiver_events(
        FAILING, replace(FAILING, state=ReceiverState.DISABLED), DELIVERY, Reply(status=410), NOW
    )

    assert body_of(event)["data"] == {
        "receiver": {"name": "desk", "state": "failing"},
        "failures": 4,
        "failing_since": "2025-12-17T20:03:11Z",
        "status": None,
        "reason": "timeout",
        "detail": "no answer in 15 s",
        "delivery": {"id": DELIVERY.id, "type": "match.created"},
    }
    assert (body_of(gone)["data"]["status"], body_of(gone)["data"]["reason"]) == (410, None)


# ---- heartbeat, test, digest -----------------------------------------------------------------------


def test_a_heartbeat_counts_the_funnel_and_what_was_suppressed_by_reason() -> None:
    counts = {"polled": 7, "entries": 2, "suppressed.told": 1, "suppressed.budget": 3, "held.added": 3}
    rows = {"pending": 4, "held": 9, "feeds.ok": 3, "feeds.failing": 1, "deliveries.pending": 5}

    event = heartbeat_event(counts, NOW - timedelta(minutes=15), NOW, rows, {"pending": 2, "held": 6})
    told = body_of(event)["data"]

    assert told == {
        "since": "2025-12-17T19:48:11Z",
        "until": "2025-12-17T20:03:11Z",
        **dict.fromkeys(HEARTBEAT_COUNTS, 0),
        "polled": 7,
        "entries": 2,
        "fell_back": {},
        "suppressed": {"told": 1, "budget": 3},
        "pending": {"before": 2, "after": 4},
        "held": {"before": 6, "added": 3, "after": 9},
        "feeds": {"ok": 3, "failing": 1},
        "deliveries": {"pending": 5},
    }


def test_a_quiet_heartbeat_is_a_heartbeat() -> None:
    told = body_of(heartbeat_event({}, NOW, NOW))["data"]

    assert (told["polled"], told["suppressed"], told["feeds"]) == (0, {}, {})


def test_a_refused_configuration_tells_twenty_faults_and_counts_the_rest() -> None:
    event = refused_event([f"fault {number} {'x' * 400}" for number in range(23)], NOW)
    told = body_of(event)["data"]

    assert (20, 3, 300) == (len(told["faults"]), told["more"], len(told["faults"][0]))
    assert "fault 0 xxx" in chat_of(event).facts[0][1]


def test_each_test_is_a_fact_of_its_own() -> None:
    once, again = told_in_a_test(RECEIVER, NOW), told_in_a_test(RECEIVER, NOW + timedelta(microseconds=1))

    assert body_of(once)["data"]["receiver"] == {"name": "desk"}
    assert once.subject != again.subject


def held_alerts(count: int, found: Match) -> list[HeldAlert]:
    rows: list[HeldAlert] = []
    for number in range(count):
        waiting = replace(
            alert(found, receivers=(DESK,)),
            id=AlertId(f"al_{number:03}"),
            hold=HoldReason.BUDGET,
            release_at=NOW,
        )
        at = NOW + timedelta(minutes=number)
        rows += hold(waiting, match_event(waiting, ARTICLE, STORY, FEED, ENTITIES, at))
    return rows


def test_a_digest_condenses_what_was_held_in_the_order_it_was_raised() -> None:
    held = held_alerts(2, match())

    (event,) = digest_events(WATCHLIST.id, DESK, held[::-1], NOW)
    told = body_of(event)["data"]

    assert told["digest"] | {"id": None} == {
        "id": None,
        "watchlist": "cloud-ai",
        "from": "2025-12-17T20:03:11Z",
        "until": "2025-12-17T20:04:11Z",
        "count": 2,
        "held": {"budget": 2},
        "notice": None,
        "page": 1,
        "pages": 1,
    }
    assert ["al_000", "al_001"] == [each["alert"]["id"] for each in told["alerts"]]
    first: Mapping[str, Any] = told["alerts"][0]
    assert first["held"] == "budget"
    assert first["title"] == ZONES.title
    assert first["sentence"] == "Amazon macht Peter DeSantis zum KI-Chef"
    assert first["entities"] == [
        {
            "id": "amazon",
            "name": "Amazon",
            "level": "about",
            "confidence": 0.99,
            "mentions": 3,
            "surface": "Amazon",
        }
    ]


def test_a_digest_of_a_storm_says_where_it_came_from() -> None:
    first, *others = held_alerts(6, match())
    stormy = [
        replace(each, hold=HoldReason.STORM, event=replace(each.event, content=from_feed(each, f"feed-{n}")))
        for n, each in enumerate(others)
    ]

    (event,) = digest_events(WATCHLIST.id, DESK, [first, *stormy], NOW)
    told = body_of(event)["data"]["digest"]

    assert {"budget": 1, "storm": 5} == told["held"]
    assert told["notice"].startswith("5 of these alerts were held for review")
    assert "feed-0, feed-1, feed-2 and 2 more" in told["notice"]


def from_feed(held: HeldAlert, feed: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = held.event.content
    return {**content, "article": {**content["article"], "feed": {"id": feed, "title": None, "url": None}}}


def test_a_digest_of_an_alert_without_evidence_has_no_sentence() -> None:
    (event,) = digest_events(WATCHLIST.id, DESK, held_alerts(1, match(mentions=())), NOW)
    (told,) = body_of(event)["data"]["alerts"]

    assert (told["sentence"], told["entities"][0]["surface"]) == (None, None)


def test_a_long_digest_goes_on_in_another_and_leaves_nothing_out() -> None:
    held = held_alerts(90, match())

    pages = digest_events(WATCHLIST.id, DESK, held, NOW)
    told = [body_of(page)["data"] for page in pages]

    assert len(pages) > 1
    assert list(range(1, len(pages) + 1)) == [each["digest"]["page"] for each in told]
    assert [f"al_{number:03}" for number in range(90)] == [
        shown["alert"]["id"] for each in told for shown in each["alerts"]
    ]
    assert len({page.subject for page in pages}) == len(pages)


def test_no_held_alerts_make_no_digest() -> None:
    assert digest_events(WATCHLIST.id, DESK, [], NOW) == ()
