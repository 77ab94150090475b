import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts.events import (
    digest_events,
    heartbeat_event,
    match_event,
    receiver_events,
    source_events,
)
from monitor.alerts.formats import FORMATS, render
from monitor.alerts.formats.chat import Chat, Quote, chat_of, clock, shortened, web_link
from monitor.alerts.formats.discord import escaped_within, fitting, marked
from monitor.alerts.formats.standard import compact
from monitor.alerts.outbox import hold
from monitor.model import (
    Article,
    Event,
    EventType,
    FeedState,
    HoldReason,
    ReceiverHealth,
    ReceiverState,
    Reply,
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
    STORY,
    WATCHLIST,
    ZONES,
    alert,
    match,
    mention,
)

HOSTILE = "<!channel> *Amazon* [x](https://evil.example) & @everyone `code` | _a_ > \\ #b"


def event_of(article: Article = ARTICLE, *zones: Zone) -> Event:
    mentions = tuple(mention(zone, "Amazon") for zone in zones) or None
    return match_event(alert(match(mentions=mentions)), article, STORY, FEED, ENTITIES, NOW)


def digest(count: int, article: Article = ARTICLE) -> Event:
    waiting = replace(alert(), hold=HoldReason.DIGEST, release_at=NOW)
    told = match_event(waiting, article, STORY, FEED, ENTITIES, NOW)
    held = [row for _ in range(count) for row in hold(waiting, told) if row.receiver == DESK]
    return digest_events(WATCHLIST.id, DESK, held, NOW)[0]


def others() -> list[Event]:
    failing = ReceiverHealth(name=DESK, state=ReceiverState.FAILING, failures=4, told_failing=1)
    return [
        *source_events(FEED, replace(FEED, state=FeedState.FAILING), NOW),
        *receiver_events(ReceiverHealth(name=DESK), failing, DELIVERY, Reply(status=500), NOW),
        heartbeat_event({"polled": 3, "suppressed.told": 1}, NOW, NOW),
        Event(type=EventType.WEBHOOK_TEST, subject="s", timestamp=NOW, content={"message": HOSTILE}),
        Event(type=EventType.MATCH_RETRACTED, subject="s", timestamp=NOW, content={"empty": {}}),
    ]


def hostile() -> Event:
    zones = Zones(title=HOSTILE * 9, text=HOSTILE * 9)
    start = HOSTILE.index("Amazon")
    place = replace(mention(Zone.TITLE, "Amazon"), zone=Zone.BODY, start=start, end=start + 6)
    article = replace(ARTICLE, zones=zones, url="javascript:alert(1)")
    feed = replace(FEED, title=HOSTILE)
    return match_event(alert(match(mentions=(place,))), article, STORY, feed, ENTITIES, NOW)


def content_of(event: Event, name: str) -> Any:
    content_type, body = render(event, name)
    assert content_type == "application/json; charset=utf-8"
    return json.loads(body)


def every_event() -> list[Event]:
    return [event_of(), hostile(), digest(2), digest(40), *others()]


def texts_of(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts_of(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_event_has_a_body_in_every_format_the_same_each_time(name: str) -> None:
    for event in every_event():
        content_type, body = render(event, name)

        assert (content_type, body) == render(event, name)
        assert 0 < len(body) <= 20_000


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        render(event_of(), "telegram")


def test_json_is_compact_utf_8_and_refuses_what_is_no_number() -> None:
    assert compact({"a": ["ü", None]}) == '{"a":["ü",null]}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        compact(float("nan"))


# ---- words -----------------------------------------------------------------------------------------


def test_a_match_in_words_has_title_link_sentence_entity_watchlist_feed_and_time() -> None:
    chat = chat_of(event_of())

    assert chat == Chat(
        headline="Amazon macht Peter DeSantis zum KI-Chef",
        url="https://www.example.org/a?utm_source=rss",
        time=NOW,
        quotes=(Quote("", "Amazons", " Sparte für künstliche Intelligenz bekommt einen neuen Leiter."),),
        facts=(
            ("Entity", "Amazon"),
            ("Watchlist", "cloud-ai"),
            ("Feed", "Beispiel"),
            ("Published", "2025-12-17 19:41:00 UTC"),
        ),
    )


def test_what_has_no_title_date_or_evidence_still_reads() -> None:
    bare = replace(ARTICLE, zones=replace(ZONES, title=""), published_at=None, url="")
    nothing = match_event(alert(match("x", mentions=())), bare, STORY, None, {}, NOW)

    chat = chat_of(nothing)

    assert (chat.headline, chat.url, chat.quotes) == ("(no title)", None, ())
    assert dict(chat.facts) == {
        "Entity": "x",
        "Watchlist": "cloud-ai",
        "Feed": "example-de",
        "Published": "unknown",
    }


def test_a_sentence_that_names_two_entities_is_quoted_once() -> None:
    both = alert(match("amazon"), match("desantis"))

    chat = chat_of(match_event(both, ARTICLE, STORY, FEED, ENTITIES, NOW))

    assert len(chat.quotes) == 1
    assert chat.facts[0] == ("Entity", "Amazon, Peter DeSantis")


def test_a_digest_in_words_lists_titles_with_links_and_says_what_it_does_not_show() -> None:
    short, long = chat_of(digest(2)), chat_of(digest(20))
    untitled = chat_of(digest(1, replace(ARTICLE, zones=replace(ZONES, title=""))))

    assert short.quotes[0] == Quote("Amazon: ", ZONES.title, "", "https://www.example.org/a?utm_source=rss")
    assert short.facts == (("Watchlist", "cloud-ai"), ("Alerts", "2"))
    assert len(long.quotes) == 15
    assert ("Not shown", "5") in long.facts
    assert untitled.quotes[0].mention == "(no title)"


def test_other_events_in_words_are_a_headline_and_their_values() -> None:
    source, receiver, beat, test, odd = map(chat_of, others())

    assert source.headline == "Feed is failing"
    assert ("State", "failing") in source.facts
    assert receiver.headline == "Receiver is failing"
    assert ("Receiver", "name desk, state failing") in receiver.facts
    assert ("Suppressed", "told 1") in beat.facts
    assert (test.headline, test.facts) == ("Test", (("Message", HOSTILE),))
    assert (odd.headline, odd.facts) == ("match.retracted", ())


def test_only_links_of_the_web_are_links() -> None:
    assert web_link("https://a.example/x") == "https://a.example/x"
    for bad in (None, "", "javascript:alert(1)", "https://a.example/x y", "https://a/<b>", "ftp://a/b"):
        assert web_link(bad) is None


def test_texts_are_shortened_to_one_line() -> None:
    assert shortened("a\n b", 9) == "a b"
    assert shortened("abcdef", 4) == "abc…"
    assert clock(NOW) == "2025-12-17 20:03 UTC"


# ---- services --------------------------------------------------------------------------------------


def test_slack_shows_title_with_link_and_the_mention_bold() -> None:
    body = content_of(event_of(), "slack")

    section, rich, context = body["blocks"]
    assert body["text"] == "Amazon macht Peter DeSantis zum KI-Chef"
    assert section["text"]["text"] == (
        "*<https://www.example.org/a?utm_source=rss|Amazon macht Peter DeSantis zum KI-Chef>*"
    )
    assert rich["elements"] == [
        {
            "type": "rich_text_quote",
            "elements": [
                {"type": "text", "text": "Amazons", "style": {"bold": True}},
                {
                    "type": "text",
                    "text": " Sparte für künstliche Intelligenz bekommt einen neuen Leiter.",
                },
            ],
        }
    ]
    assert ["Entity: Amazon", "Watchlist: cloud-ai", "Feed: Beispiel"] == [
        each["text"] for each in context["elements"][:3]
    ]
    assert context["elements"][-1]["text"] == "2025-12-17 20:03 UTC"


def test_slack_s_markup_in_a_text_has_no_meaning() -> None:
    body = content_of(hostile(), "slack")

    section, _, context = body["blocks"]
    for text in (body["text"], section["text"]["text"], *(each["text"] for each in context["elements"])):
        assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", text)
    assert section["text"]["text"].count("*") == 2


def test_slack_s_limits_hold_and_an_endless_link_is_left_out() -> None:
    endless = replace(ARTICLE, url="https://a.example/?" + "&" * 900)

    for event in (*every_event(), event_of(endless)):
        blocks = content_of(event, "slack")["blocks"]
        assert len(blocks) <= 50
        assert all(len(text) <= 3000 for text in texts_of(blocks))
        assert len(blocks[-1]["elements"]) <= 10
    assert "<" not in content_of(event_of(endless), "slack")["blocks"][0]["text"]["text"]


def test_slack_links_the_titles_of_a_digest() -> None:
    rich = content_of(digest(1), "slack")["blocks"][1]

    assert rich["elements"][0]["elements"][1] == {
        "type": "link",
        "text": ZONES.title,
        "url": "https://www.example.org/a?utm_source=rss",
        "style": {"bold": True},
    }


def test_discord_shows_an_embed_and_pings_nobody() -> None:
    body = content_of(event_of(), "discord")

    (embed,) = body["embeds"]
    assert body["allowed_mentions"] == {"parse": []}
    assert embed["title"] == r"Amazon macht Peter DeSantis zum KI\-Chef"
    assert embed["url"] == "https://www.example.org/a?utm_source=rss"
    assert embed["description"].startswith("> **Amazons** Sparte")
    assert embed["timestamp"] == "2025-12-17T20:03:11+00:00"


def test_discord_s_markup_in_a_text_is_escaped() -> None:
    (embed,) = content_of(hostile(), "discord")["embeds"]

    assert "url" not in embed
    assert r"\*\*Amazon\*\*" not in embed["description"]
    assert r"\*" + "**Amazon**" + r"\*" in embed["description"]
    assert r"\<\!channel" in embed["description"].replace("!", r"\!")
    assert r"\[x\]\(https\://evil" in embed["description"]


def test_discord_s_limits_hold() -> None:
    for event in every_event():
        (embed,) = content_of(event, "discord")["embeds"]
        assert len(embed["title"]) <= 256
        assert len(embed.get("description", "")) <= 4096
        assert all(0 < len(field["value"]) <= 1024 for field in embed["fields"])
        counted = {name: embed.get(name, "") for name in ("title", "description", "fields")}
        assert sum(map(len, texts_of(counted))) <= 6000


def test_whole_lines_are_kept_as_long_as_they_fit() -> None:
    assert fitting(["aaaa", "bbbb", "c"], 12) == "aaaa\n\nbbbb"
    assert escaped_within("*" * 20, 10) == r"\*\*\*\*…"
    assert marked(Quote("a*", "", "b")) == r"a\*b"
    assert marked(Quote("", "b", "", "https://a/(b)")) == "[**b**](https://a/(b%29)"


def test_teams_shows_an_adaptive_card() -> None:
    body = content_of(event_of(), "teams")

    (attachment,) = body["attachments"]
    card = attachment["content"]
    headline, sentence, facts = card["body"]
    assert (body["type"], card["type"], card["version"]) == ("message", "AdaptiveCard", "1.4")
    assert headline["text"] == r"Amazon macht Peter DeSantis zum KI\-Chef"
    assert sentence["inlines"][0] == {"type": "TextRun", "text": "Amazons", "weight": "Bolder"}
    assert {"title": "Watchlist", "value": r"cloud\-ai"} in facts["facts"]
    assert card["actions"][0]["url"] == "https://www.example.org/a?utm_source=rss"


def test_teams_links_the_titles_of_a_digest_and_no_script() -> None:
    linked = content_of(digest(1), "teams")["attachments"][0]["content"]["body"][1]["inlines"][1]
    card = content_of(hostile(), "teams")["attachments"][0]["content"]

    assert linked["selectAction"] == {
        "type": "Action.OpenUrl",
        "url": "https://www.example.org/a?utm_source=rss",
    }
    assert "actions" not in card


def test_ntfy_gets_markdown_of_at_most_4096_bytes() -> None:
    content_type, body = render(event_of(), "ntfy")
    lines = body.decode().split("\n")

    assert content_type == "text/markdown"
    assert lines[0] == r"**Amazon macht Peter DeSantis zum KI\-Chef**"
    assert lines[1] == "<https://www.example.org/a?utm_source=rss>"
    assert lines[3].startswith("**Amazons** Sparte")
    for event in every_event():
        assert len(render(event, "ntfy")[1]) <= 4096
    assert b"javascript" not in render(hostile(), "ntfy")[1]


def test_an_ntfy_message_that_is_too_long_loses_sentences_then_its_end() -> None:
    endless = replace(ARTICLE, url="https://a.example/" + "ü" * 990, zones=replace(ZONES, title="😀" * 300))

    long = render(digest(15, endless), "ntfy")[1].decode()

    assert len(long.encode()) <= 4096
    assert long.startswith("**Digest**")
    assert "2025" in long
