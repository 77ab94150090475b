import json
import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from html import escape
from typing import Any

import pytest

from monitor.alerts import formats
from monitor.alerts.events import (
    digest_events,
    heartbeat_event,
    match_event,
    receiver_events,
    source_events,
)
from monitor.alerts.formats import FORMATS
from monitor.alerts.formats.chat import (
    Chat,
    Judging,
    Quote,
    chat_of,
    clock,
    facts_of,
    fitted,
    shortened,
    web_link,
)
from monitor.alerts.formats.markdown import escaped_within, fitting, marked
from monitor.alerts.formats.standard import compact
from monitor.alerts.outbox import hold
from monitor.alerts.verdicts import links_of
from monitor.model import (
    Article,
    EntityId,
    Event,
    EventType,
    FeedState,
    HoldReason,
    ReceiverHealth,
    ReceiverState,
    Reply,
    UpdateReason,
    VerdictLinks,
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
    mention,
)
from tests.unit.alerts.samples import (
    article as article_of,
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


def render(event: Event, name: str) -> tuple[str, bytes]:
    receiver = replace(RECEIVER, format=name, template={"title": "{{ article.title }}"})
    return formats.render(event, receiver, DELIVERY.id)


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


def test_where_matches_can_be_judged_people_get_both_links_and_lists_do_not() -> None:
    links = VerdictLinks(public_url="https://monitor.example", key=b"k")
    both = alert(match(), match("desantis"))
    judged = match_event(both, ARTICLE, STORY, FEED, ENTITIES, NOW, links=links)
    entities = map(EntityId, ("amazon", "desantis"))
    wanted = [url for entity in entities for url in links_of(ARTICLE.entry_id, entity, links).values()]

    assert chat_of(judged).judging == (
        Judging("Amazon", *wanted[:2]),
        Judging("Peter DeSantis", *wanted[2:]),
    )
    slack, teams = texts_of(content_of(judged, "slack")), texts_of(content_of(judged, "teams"))
    assert [*wanted] == [text for text in slack if "/verdict" in text]
    assert [*wanted] == [text for text in teams if "/verdict" in text]
    assert {"Amazon: right", "Peter DeSantis: wrong"} <= set(teams)
    (shown,) = content_of(judged, "discord")["embeds"]
    assert shown["description"].endswith(
        f"Peter DeSantis: [**right**]({wanted[2]}) · [**wrong**]({wanted[3]})"
    )
    assert f"Amazon: [**right**]({wanted[0]})" in render(judged, "ntfy")[1].decode()
    mail = BytesParser(_class=EmailMessage, policy=SMTP).parsebytes(render(judged, "email")[1])
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert f"Peter DeSantis is wrong: {wanted[3]}" in plain.splitlines()
    assert f'<a href="{escape(wanted[0])}">right</a>' in html
    for name in ("alertmanager", "apprise"):
        assert b"/verdict" not in render(judged, name)[1]


def test_a_digest_has_the_links_for_programs_and_not_for_people() -> None:
    links = VerdictLinks(public_url="https://monitor.example", key=b"k")
    waiting = replace(alert(), hold=HoldReason.DIGEST, release_at=NOW)
    told = match_event(waiting, ARTICLE, STORY, FEED, ENTITIES, NOW, links=links)

    (event,) = digest_events(WATCHLIST.id, DESK, hold(waiting, told)[:1], NOW)

    (entity,) = content_of(event, "standard")["data"]["alerts"][0]["entities"]
    assert links_of(ARTICLE.entry_id, EntityId("amazon"), links) == entity["verdict"]
    assert chat_of(event).judging == ()


def test_links_for_verdicts_go_before_facts_where_there_is_too_little_room() -> None:
    chat = Chat(
        headline="x", time=NOW, facts=(("a", "b"),), judging=(Judging("A", "https://r", "https://w"),)
    )

    def write(each: Chat) -> bytes:
        return b"f" * len(each.facts) + b"j" * len(each.judging)

    assert fitted(chat, write, 1) == b"f"
    assert fitted(chat, write, 0) == b""


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
    untitled = chat_of(digest(1, replace(ARTICLE, url="", zones=replace(ZONES, title=""))))

    assert short.quotes[0] == Quote("Amazon: ", ZONES.title, "", "https://www.example.org/a?utm_source=rss")
    assert short.facts == (("Watchlist", "cloud-ai"), ("Alerts", "2"))
    assert len(long.quotes) == 15
    assert 5 == long.left_out
    assert [("Watchlist", "cloud-ai"), ("Not shown", "5")] == facts_of(long, 1, 99)
    assert untitled.quotes[0].mention == "(no title)"


def test_a_digest_of_a_storm_says_so() -> None:
    told = digest(1)
    content: Any = told.content
    stormy = replace(told, content={**content, "digest": {**content["digest"], "notice": "look before"}})

    assert 1 == chat_of(stormy).facts.count(("Notice", "look before"))
    assert "Notice" not in dict(chat_of(told).facts)


def test_a_digest_in_words_says_what_became_of_each_alert_and_which_page_it_is() -> None:
    told = digest(1)
    content: Any = told.content
    retracted = {**content["alerts"][0], "type": EventType.MATCH_RETRACTED.value}
    second = {**content["digest"], "page": 2, "pages": 3}

    chat = chat_of(replace(told, content={**content, "alerts": [retracted], "digest": second}))

    assert [f"Retracted: {ZONES.title}"] == [quote.mention for quote in chat.quotes]
    assert ("Page", "2 of 3") in chat.facts
    assert "Page" not in dict(chat_of(told).facts)


def test_other_events_in_words_are_a_headline_and_their_values() -> None:
    source, receiver, beat, test, odd = map(chat_of, others())

    assert source.headline == "Feed is failing"
    assert ("State", "failing") in source.facts
    assert receiver.headline == "Receiver is failing"
    assert ("Last ok at", "2025-12-17 19:33:11 UTC") in source.facts
    assert ("Receiver", "desk") in receiver.facts
    assert ("Suppressed", "told 1") in beat.facts
    counts = dict(beat.facts)["Counts"]
    assert counts.startswith("polled 3, read 0, not modified 0, failed 0, entries 0, reopened 0")
    assert (test.headline, test.facts) == ("Test", (("Message", HOSTILE),))
    assert (odd.headline, odd.facts) == ("match.retracted", ())


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("HTTPS://A.Example:8443/x?y=1#z", "https://a.example:8443/x?y=1#z"),
        ("https://user:word@a.example/", "https://a.example/"),
        ("https://a.example/köln?q=ü", "https://a.example/k%C3%B6ln?q=%C3%BC"),
        ("https://a.example/%zz%41[x]", "https://a.example/%25zz%41%5Bx%5D"),
        ("https://müller.example/", "https://xn--mller-kva.example/"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
    ],
)
def test_a_link_is_written_as_rfc_3986_wants_it(written: str, link: str) -> None:
    assert link == web_link(written)


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "javascript:alert(1)",
        "https://a.example/x y",
        "https://a/<b>",
        "ftp://a/b",
        "https://",
        "https://a.example:99999/",
        "https://a.example:0/",
        "https://[::1",
        "https://a..example/" + "\u202e",
        "https://" + "a" * 70 + ".example/",
        "https://a_b c.example/",
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_what_is_in_doubt_is_no_link(bad: str | None) -> None:
    assert web_link(bad) is None


def test_the_mention_that_was_meant_is_marked_and_no_other_place_that_looks_like_it() -> None:
    zones = Zones(title="Am Amazonas baut Amazon ein Lager.", text="")
    start = zones.title.index("Amazon ein")
    place = replace(mention(Zone.TITLE, "Amazon"), start=start, end=start + 6)
    told = match_event(alert(match(mentions=(place,))), article_of(zones), STORY, FEED, ENTITIES, NOW)

    assert (Quote("Am Amazonas baut ", "Amazon", " ein Lager."),) == chat_of(told).quotes


def test_characters_that_are_not_shown_or_turn_the_text_are_left_out() -> None:
    odd = "a\x00b\u202ec\ud800d\x9be"

    assert "abcde" == shortened(odd, 99)


@pytest.mark.parametrize(
    ("kind", "headline"),
    [
        (EventType.MATCH_CREATED, "Amazon macht Peter DeSantis zum KI-Chef"),
        (EventType.MATCH_UPDATED, "Update: Amazon macht Peter DeSantis zum KI-Chef"),
        (EventType.MATCH_RETRACTED, "Retracted: Amazon macht Peter DeSantis zum KI-Chef"),
        (EventType.ARTICLE_CORRECTED, "Corrected: Amazon macht Peter DeSantis zum KI-Chef"),
    ],
)
def test_the_headline_says_what_became_of_a_match(kind: EventType, headline: str) -> None:
    assert headline == chat_of(replace(event_of(), type=kind)).headline


def test_an_edit_is_told_as_it_was_and_as_it_is_now() -> None:
    title = {"before": "Amazon sucht", "after": "Amazon  findet"}
    edit = {
        "revision": 2,
        "title": title,
        "sentences": [{"entity": "a", "before": "x", "after": None}],
        "more": 0,
    }
    told = event_of()
    corrected = replace(told, type=EventType.ARTICLE_CORRECTED, content={**told.content, "edit": edit})

    assert (
        Quote("", "Before:", " Amazon sucht"),
        Quote("", "Now:", " Amazon findet"),
        Quote("", "Before:", " x"),
        Quote("", "Now:", " (gone)"),
    ) == chat_of(corrected).quotes


def test_a_sentence_that_names_two_entities_is_told_as_changed_once_and_what_is_left_out_is_counted() -> None:
    pairs = [{"entity": name, "before": f"x{n}", "after": f"y{n}"} for n in range(7) for name in ("a", "b")]
    edit = {"revision": 2, "title": None, "sentences": pairs, "more": 3}

    chat = chat_of(replace(event_of(), content={**event_of().content, "edit": edit}))

    assert [f" {side}{n}" for n in range(5) for side in ("x", "y")] == [quote.after for quote in chat.quotes]
    assert 2 * (2 + 3) == chat.left_out


def test_an_edit_without_pairs_shows_the_sentences() -> None:
    told = event_of()
    edit: dict[str, object] = {"revision": 2, "title": None, "sentences": [], "more": 0}

    assert chat_of(told).quotes == chat_of(replace(told, content={**told.content, "edit": edit})).quotes


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (UpdateReason.OUTLETS, "now in 3 outlets"),
        (UpdateReason.SALIENCE, "now about it, no longer a mention"),
        (UpdateReason.NAMED_AGAIN, "named again"),
    ],
)
def test_an_update_says_why_in_words(reason: UpdateReason, words: str) -> None:
    told = event_of()
    update = {"reason": reason.value, "outlets": 3}

    assert ("Update", words) in chat_of(replace(told, content={**told.content, "update": update})).facts


def test_where_a_body_would_be_too_big_quotes_go_first_then_facts_and_the_rest_stays() -> None:
    chat = Chat(headline="h", time=NOW, quotes=(Quote("a", "", ""),) * 3, facts=(("b", "c"),) * 2)
    seen: list[tuple[int, int, int]] = []

    def write(kept: Chat) -> bytes:
        seen.append((len(kept.quotes), len(kept.facts), kept.left_out))
        return b"too big"

    assert b"too big" == fitted(chat, write, 3)
    assert [(3, 2, 0), (2, 2, 1), (1, 2, 2), (0, 2, 3), (0, 1, 3), (0, 0, 3)] == seen


def test_texts_are_shortened_to_one_line() -> None:
    assert shortened("a\n b", 9) == "a b"
    assert shortened("abcdef", 4) == "abc…"
    assert clock(NOW) == "2025-12-17 20:03 UTC"


# ---- services --------------------------------------------------------------------------------------


def test_slack_shows_title_with_link_and_the_mention_bold() -> None:
    body = content_of(event_of(), "slack")

    rich, context = body["blocks"]
    headline, quote = rich["elements"]
    assert body["text"] == "Amazon macht Peter DeSantis zum KI-Chef"
    assert headline["elements"] == [
        {
            "type": "link",
            "url": "https://www.example.org/a?utm_source=rss",
            "text": "Amazon macht Peter DeSantis zum KI-Chef",
            "style": {"bold": True},
        }
    ]
    assert quote == {
        "type": "rich_text_quote",
        "elements": [
            {"type": "text", "text": "Amazons", "style": {"bold": True}},
            {"type": "text", "text": " Sparte für künstliche Intelligenz bekommt einen neuen Leiter."},
        ],
    }
    assert ["Entity: Amazon", "Watchlist: cloud-ai", "Feed: Beispiel"] == [
        each["text"] for each in context["elements"][:3]
    ]
    assert context["elements"][-1]["text"] == "2025-12-17 20:03 UTC"


def test_slack_is_given_no_text_in_which_there_could_be_markup() -> None:
    body = content_of(hostile(), "slack")

    rich, context = body["blocks"]
    runs = [run for element in rich["elements"] for run in element["elements"]]
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", body["text"])
    assert {"text", "plain_text"} == {each["type"] for each in (*runs, *context["elements"])}


def test_slack_s_limits_hold() -> None:
    for event in every_event():
        blocks = content_of(event, "slack")["blocks"]
        assert len(blocks) <= 50
        assert all(len(text) <= 3000 for text in texts_of(blocks))
        assert len(blocks[-1]["elements"]) <= 10


def test_slack_links_the_titles_of_a_digest() -> None:
    rich = content_of(digest(1), "slack")["blocks"][0]

    assert rich["elements"][1]["elements"][1] == {
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
    assert r"\<\!channel\>" in embed["description"]
    assert r"\[x\]\(https\://evil" in embed["description"]
    assert r"\@everyone" in embed["description"]


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
    assert marked(Quote("", "b", "", "https://a/(b)")) == "[**b**](https://a/%28b%29)"


def test_teams_shows_an_adaptive_card() -> None:
    body = content_of(event_of(), "teams")

    (attachment,) = body["attachments"]
    card = attachment["content"]
    headline, sentence, facts = card["body"]
    assert (body["type"], card["type"], card["version"]) == ("message", "AdaptiveCard", "1.4")
    assert headline["inlines"][0]["text"] == "Amazon macht Peter DeSantis zum KI-Chef"
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
