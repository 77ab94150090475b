"""Laws of `monitor explain`: what was looked at, who is named and why, and which watchlists would alert."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import exp
from pathlib import Path
from typing import Any

import pytest

from monitor.articles.extract import read_page
from monitor.errors import UsageError
from monitor.matching.matcher import build_matcher
from monitor.model import (
    Announced,
    DigestSchedule,
    Document,
    Entity,
    EntityId,
    EntityKind,
    Extracted,
    FailureReason,
    FetchFailed,
    Form,
    Mention,
    Name,
    ReceiverName,
    SandboxFailed,
    Watchlist,
    WatchlistId,
    Zone,
    Zones,
)
from monitor.ops.explain import show_explain
from monitor.ops.looking import Looked, look_at
from monitor.ops.marking import marked_zones
from monitor.steps.rules import Rules
from monitor.tables import Shown

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
TEXT = "Peter DeSantis leitet bei Amazon die neue Einheit.\n\nDer Amazon River führt wenig Wasser."
DESK = (ReceiverName("desk"),)
CLOUD = Watchlist(id=WatchlistId("cloud"), receivers=DESK)


def entity(name: str, kind: EntityKind, *names: str, decoys: tuple[str, ...] = ()) -> Entity:
    return Entity(id=EntityId(name), kind=kind, names=tuple(Name(text=each) for each in names), decoys=decoys)


ENTITIES = (
    entity("amazon", EntityKind.ORGANIZATION, "Amazon", decoys=("Amazon River",)),
    entity("desantis", EntityKind.PERSON, "Peter DeSantis"),
    entity("trainium", EntityKind.PRODUCT, "Trainium"),
)


def rules(*watchlists: Watchlist, queries: Mapping[str, str] | None = None) -> Rules:
    named = {WatchlistId(name): query for name, query in (queries or {}).items()}
    return Rules(
        feeds={},
        entities={each.id: each for each in ENTITIES},
        watchlists=watchlists,
        receivers={},
        matcher=build_matcher(ENTITIES, named),
        user_agent="test",
    )


def page(document: Document, announced: Announced) -> Extracted:
    return read_page(document, announced)


def nothing(url: str) -> FetchFailed:
    return FetchFailed(
        reason=FailureReason.ROBOTS, detail=f"robots.txt of {len(url)} forbids it", status=None
    )


def from_text(text: str) -> Looked:
    return look_at("-", text.encode, nothing, page, NOW)


def explained(looked: Looked, by: Rules, only: str | None = None, **queries: str) -> Shown:
    return show_explain(looked, by, {WatchlistId(name): each for name, each in queries.items()}, only, NOW)


def plain(shown: Shown) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(shown.plain))
    return found


def printed(shown: Shown) -> str:
    cells = [" ".join((table.title, *(" ".join(row) for row in table.rows))) for table in shown.tables]
    return "\n".join([*cells, *shown.words])


# ---- what is looked at -----------------------------------------------------------------------------


def test_plain_text_is_an_article_without_a_title() -> None:
    looked = from_text(TEXT)

    assert looked.article is not None
    assert Zones(title="", text=TEXT, lead_end=TEXT.index("\n\n")) == looked.article.zones
    assert "de" == looked.article.language


def test_one_line_of_match_is_an_article_with_its_declared_language(tmp_path: Path) -> None:
    file = tmp_path / "article.json"
    file.write_text(json.dumps({"title": "Amazon", "text": TEXT, "language": "en"}), encoding="utf-8")

    article = look_at(str(file), bytes, nothing, page, NOW).article

    assert article is not None
    assert ("Amazon", TEXT, "en") == (article.zones.title, article.zones.text, article.language)


def test_html_is_read_as_a_page(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><html><h1>Titel</h1><p>{TEXT}</p></html>", encoding="utf-8")

    looked = look_at(str(file), bytes, nothing, page, NOW)

    assert "html" == looked.source["kind"]
    assert looked.article is not None


def test_what_cannot_be_fetched_is_told_and_fails() -> None:
    shown = explained(look_at("https://user:pass@example.org/a", bytes, nothing, page, NOW), rules(CLOUD))

    assert shown.failed
    assert "robots" == plain(shown)["source"]["reason"]
    assert "cannot be had (robots)" in printed(shown)
    assert "pass" not in printed(shown) + json.dumps(plain(shown))


def test_where_a_page_was_redirected_is_told() -> None:
    document = Document(url="https://example.org/b", content_type="text/html", body=f"<p>{TEXT}</p>".encode())

    looked = look_at("https://example.org/a", bytes, lambda _: document, page, NOW)

    assert ("answered", "https://example.org/b") in looked.facts
    assert "https://example.org/b" == looked.source["final_url"]


def test_what_cannot_be_read_is_told_and_fails() -> None:
    document = Document(url="https://example.org/a", content_type="text/html", body=b"<p>")
    broken = SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="took more than 10 s")

    shown = explained(
        look_at("https://example.org/a", bytes, lambda _: document, lambda *_: broken, NOW), rules()
    )

    assert shown.failed
    assert "too_complex" in printed(shown)


def test_of_a_walled_page_only_the_title_is_matched() -> None:
    document = Document(url="https://example.org/a", content_type="text/html", body=b"")
    wall = replace(read_page(document, Announced(title="Amazon wächst")), access="paywall")

    looked = look_at("https://example.org/a", bytes, lambda _: document, lambda *_: wall, NOW)

    assert looked.article is not None
    assert "Amazon wächst" == looked.article.zones.title
    assert "only its title is matched" in dict(looked.facts)["verdict"]


@pytest.mark.parametrize(
    ("text", "words"), [('{"title": 5}', "'title' is not a text"), ('{"title": ', "not one article")]
)
def test_json_that_is_no_article_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        from_text(text)


def test_a_file_that_is_not_there_is_refused_with_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="write a URL"):
        look_at(str(tmp_path / "none"), bytes, nothing, page, NOW)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(UsageError, match="longer than"):
        look_at("/dev/zero", bytes, nothing, page, NOW)


def test_what_a_terminal_would_obey_is_replaced_in_place() -> None:
    article = from_text('{"text": "\\u001b[2J Amazon \\ud800"}').article

    assert article is not None
    assert "\ufffd[2J Amazon \ufffd" == article.zones.text


# ---- for and against -------------------------------------------------------------------------------


def test_the_weights_shown_add_up_to_the_sum_and_the_confidence() -> None:
    shown = explained(from_text(TEXT), rules(CLOUD))

    evidence = [table for table in shown.tables if "because" in table.columns]
    assert evidence
    for table in evidence:
        weights = [float(row[2]) for row in table.rows if row[0] in ("for", "against")]
        total = next(float(row[2]) for row in table.rows if row[0] == "sum")
        confidence = float(table.title.rpartition(" ")[2])
        assert total == pytest.approx(sum(weights))
        assert confidence == pytest.approx(1 / (1 + exp(-total)), abs=0.001)


def test_mentions_are_marked_and_refused_ones_otherwise() -> None:
    text = printed(explained(from_text(TEXT), rules(CLOUD)))

    assert "«Peter DeSantis» leitet bei «Amazon» die neue Einheit." in text
    assert "Der ‹Amazon River› führt" in text


def test_the_plain_form_holds_what_match_gives_and_more() -> None:
    found = plain(explained(from_text(TEXT), rules(CLOUD)))

    amazon = next(each for each in found["matches"] if each["entity"] == "amazon")
    assert {"confidence", "tier", "salience", "level", "mentions", "reasons"} < set(amazon)
    assert amazon["salience"] == pytest.approx(sum(amazon["salience_parts"].values()), abs=0.001)
    assert [("Amazon River", 1)] == [(each["reading"], each["count"]) for each in amazon["beside"]]
    for mention in amazon["mentions"]:
        assert mention["surface"] == TEXT[mention["start"] : mention["end"]]


# ---- one entity ------------------------------------------------------------------------------------


def test_with_an_entity_only_that_one_is_shown() -> None:
    found = plain(explained(from_text(TEXT), rules(CLOUD), only="desantis"))

    assert {"desantis"} == {each["entity"] for each in (*found["matches"], *found["watchlists"])}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT, "none of its names ('Trainium') stands in the article"),
        ("Das Protrainium ist neu.", "'Protrainium' does, but that is another word"),
        (
            "<html><nav>Trainium</nav><article><p>Ein Satz über Wasser, der niemanden nennt.</p></article>",
            "outside of it",
        ),
    ],
)
def test_why_an_entity_is_not_there_is_said(text: str, told: str) -> None:
    shown = explained(from_text(text), rules(CLOUD), only="trainium")

    assert told in " ".join(shown.words)
    assert told in plain(shown)["silence"]
    assert not shown.failed


def test_an_unknown_entity_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'amazon'"):
        explained(from_text(TEXT), rules(CLOUD), only="amazom")


# ---- watchlists ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("watchlist", "reason", "words"),
    [
        (replace(CLOUD, has_query=True), "query", "its query does not hold: Amazon AND Chip"),
        (replace(CLOUD, languages=frozenset({"en", "fr"})), "language", "language is de; it wants en, fr"),
        (replace(CLOUD, min_confidence=0.9999), "confidence", "is under min_confidence 0.9999"),
        (replace(CLOUD, min_salience=0.99), "salience", "is under min_salience 0.99"),
        (replace(CLOUD, about_only=True), "salience", "it wants 'about'"),
        (replace(CLOUD, receivers=()), "no_receiver", "it has no receivers"),
    ],
)
def test_which_filter_says_no_is_told(watchlist: Watchlist, reason: str, words: str) -> None:
    by = rules(watchlist, queries={"cloud": "Amazon AND Chip"})

    shown = explained(from_text(TEXT), by, only="desantis", cloud="Amazon AND Chip")

    (answer,) = plain(shown)["watchlists"]
    assert (False, reason) == (answer["alert"], answer["reason"])
    assert words in answer["words"]
    assert words in printed(shown)
    assert "no alert" in shown.words[-1]


def test_a_watchlist_that_would_alert_says_whom() -> None:
    shown = explained(from_text(TEXT), rules(CLOUD), only="amazon")

    (answer,) = plain(shown)["watchlists"]
    assert (True, ["desk"], None) == (answer["alert"], answer["receivers"], answer["reason"])
    assert "alerts would come of: cloud" == shown.words[-1]


def test_an_alert_that_would_wait_says_until_when() -> None:
    later = replace(CLOUD, digest=DigestSchedule(at=("07:30",), tz="UTC"))

    (answer,) = plain(explained(from_text(TEXT), rules(later), only="amazon"))["watchlists"]

    assert ("digest", "2025-12-18T07:30:00Z") == (answer["hold"], answer["release_at"])
    assert "held until 2025-12-18T07:30:00Z (digest)" in answer["words"]


def test_labels_of_feeds_are_a_condition_since_there_is_no_feed() -> None:
    labelled = replace(CLOUD, feed_labels={"tier": ("1", "2")})

    (answer,) = plain(explained(from_text(TEXT), rules(labelled), only="amazon"))["watchlists"]

    assert answer["alert"]
    assert "if its feed is labelled tier=1|2" in answer["words"]


def test_watchlists_of_others_are_left_out() -> None:
    others = replace(CLOUD, entities=frozenset({EntityId("trainium")}))

    shown = explained(from_text(TEXT), rules(others))

    assert [] == plain(shown)["watchlists"]
    assert "no alert: whom the article names is on no watchlist" == shown.words[-1]


@pytest.mark.parametrize(
    ("text", "words"),
    [("Es regnet.", "names nobody who is watched"), ("Der Amazon River führt Wasser.", "is refused")],
)
def test_an_article_that_names_nobody_says_so(text: str, words: str) -> None:
    assert words in explained(from_text(text), rules(CLOUD)).words[-1]


# ---- marking ---------------------------------------------------------------------------------------


def mention(text: str, surface: str, zone: Zone = Zone.BODY) -> Mention:
    start = text.index(surface)
    end = start + len(surface)
    return Mention(zone=zone, start=start, end=end, surface=surface, name=surface, form=Form.EXACT)


def test_names_that_touch_keep_their_marks_apart() -> None:
    text = "AmazonTrainium läuft."
    both = (mention(text, "Amazon"), mention(text, "Trainium"))

    assert [("body", "«Amazon»«Trainium» läuft.")] == marked_zones(Zones(title="", text=text), both, ())


def test_a_long_paragraph_is_cut_to_the_sentences_that_name_somebody() -> None:
    text = "Es regnet sehr. " * 100 + "Hier steht Amazon. " + "Es regnet weiter. " * 100

    ((zone, shown),) = marked_zones(Zones(title="", text=text), (mention(text, "Amazon"),), ())

    assert ("body", "… Hier steht «Amazon». …") == (zone, shown)


def test_a_paragraph_that_names_nobody_is_cut_after_a_word() -> None:
    text = "Es regnet sehr lange. " * 9

    ((_, shown),) = marked_zones(Zones(title="", text=text), (), ())

    assert text.startswith(shown.removesuffix("…"))
    assert 80 < len(shown) <= 90


def test_paragraphs_that_name_nobody_are_counted() -> None:
    zones = Zones(title="Titel", text="\n\n".join(["Es regnet."] * 9), lead_end=10, captions="Bild")

    rows = marked_zones(zones, (), ())

    assert ["title", "lead", "body", "body", "body", "caption"] == [zone for zone, _ in rows]
    assert "(6 further paragraphs name nobody)" == rows[4][1]


def test_marks_taken_away_leave_the_text() -> None:
    shown = " ".join(
        text for _, text in marked_zones(Zones(title="", text=TEXT), (mention(TEXT, "Amazon"),), ())
    )

    assert re.sub("[«»]", "", shown) == " ".join(TEXT.split())
