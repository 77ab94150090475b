"""Laws of the report: what stands in it, and what hostile words cannot do in it."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model import Mention, Zone, Zones
from monitor.ops.atom import atom
from monitor.ops.bars import bars
from monitor.ops.page import is_web, link, page, said, sure
from monitor.ops.report import plain_match, step_of, write_file
from tests.contract.store_rows import article, entry, match

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVIL = "</style><script>alert(1)</script>\u202e\x00\ud83d\"'&"


def reported(**more: Any) -> dict[str, Any]:
    """Return a report in which every foreign text is hostile."""
    alert = {
        "id": "al_1",
        "watchlist": EVIL,
        "severity": "high",
        "labels": {},
        "raised_at": "2026-03-01T10:00:00Z",
        "entities": [EVIL],
        "hold": None,
        "release_at": None,
        "story": {"id": "st_1", "articles": 3, "outlets": 2},
        "article": {
            "title": EVIL,
            "url": "javascript:alert(1)",
            "feed": EVIL,
            "language": EVIL,
            "published_at": None,
            "verdict": "full",
        },
        "matches": [
            {
                "entity": EVIL,
                "tier": "probable",
                "confidence": 0.4,
                "about": False,
                "sentence": [EVIL, EVIL, EVIL],
                "evidence": [{"words": EVIL, "weight": weight} for weight in (2.0, -0.5, 1.0, 0.1)],
                "beside": [{"words": EVIL, "count": 2}],
            }
        ],
        "deliveries": [
            {"receiver": EVIL, "id": "m", "type": "t", "state": "dead", "attempts": 9, "last": EVIL}
        ],
    }
    trouble = {"id": EVIL, "receiver": EVIL, "state": "dead", "attempts": 3, "last": EVIL}
    feed = {"id": EVIL, "title": EVIL, "state": "failing", "reason": "dns", "paused_at": None}
    fresh: dict[str, Any] = {
        "since": "2026-02-22T12:00:00Z",
        "until": "2026-03-01T12:00:00Z",
        "step_seconds": 10_800,
        "articles": {"read": 4, "named": 3, "refused": 2},
        "entities": {"of": 9, "shown": [{"entity": EVIL, "articles": 3, "steps": [0, 1, 2]}]},
        "alerts": {"of": 12_345, "shown": [alert]},
        "refused": {
            "of": 9,
            "counted": 5,
            "groups": 1,
            "shown": [{"entity": EVIL, "reason": "decoy", "count": 5, "words": EVIL}],
        },
        "suppressed": {"told": 3, "budget": 2},
        "feeds": [{**feed, "last_ok_at": None, "entries": 3}],
        "receivers": [
            {"name": EVIL, "state": "failing", "failures": 3, "pending": 1, "delivered": 2, "dead": 3}
        ],
        "deliveries": {"dead": [trouble], "failing": []},
        "held": {"silenced": 0, "storm": 0, "quiet_hours": 0, "budget": 4, "digest": 0},
        "entries": {"pending": 0, "failed": 0},
        "silences": [],
        "last_heartbeat_at": "2026-03-01T11:00:00Z",
    }
    return fresh | more


def test_hostile_words_stay_words_in_the_page() -> None:
    html = page(reported())

    assert "<script" not in html
    assert "javascript:" not in html
    assert 1 == html.count("</style>")
    assert not {"\u202e", "\x00", "\ud83d"} & set(html)
    assert html.encode("utf-8")


def test_the_page_tells_how_many_there_are_of_what_it_shows() -> None:
    html = page(reported())

    assert "The last 1 of 12,345 alerts." in html
    assert "The most named 1 of 9 entities." in html
    assert "Counted among the last 5 of 9 refusals." in html
    assert "held by its budget" in html


def test_an_empty_store_gives_a_page_that_says_so() -> None:
    nothing = {"of": 0, "shown": []}
    html = page(
        reported(
            entities=nothing,
            alerts=nothing,
            refused=nothing | {"counted": 0, "groups": 0},
            suppressed={},
            feeds=[],
            receivers=[],
            deliveries={"dead": [], "failing": []},
            last_heartbeat_at=None,
        )
    )

    for words in ("No alerts.", "Nothing was refused.", "No feeds.", "named anybody"):
        assert words in html


@pytest.mark.parametrize(
    ("hold", "state", "words"),
    [
        ("quiet_hours", None, "held by quiet hours until"),
        (None, None, "nothing is kept of its delivery"),
        (None, "delivered", "delivered</span>"),
    ],
)
def test_each_receiver_of_an_alert_is_told_with_what_came_of_it(
    hold: str | None, state: str | None, words: str
) -> None:
    report = reported()
    alert = report["alerts"]["shown"][0]
    alert |= {"hold": hold, "release_at": "2026-03-02T07:00:00Z" if hold else None, "article": None}
    alert["matches"] = []
    alert["deliveries"] = [{"receiver": "desk", "state": state, "attempts": 1, "last": "204"}]

    html = page(report)

    assert words in html
    assert "The article is no longer kept" in html


@pytest.mark.parametrize(
    ("url", "web"),
    [
        ("https://news.example/a?b=c&d", True),
        ("HTTP://news.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https:///nowhere", False),
        ("//news.example/a", False),
        ("http://[::1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_linked(url: str | None, *, web: bool) -> None:
    assert web is is_web(url)
    assert web is ("<a " in link(url, "text"))


@given(st.text())
def test_what_is_said_holds_no_markup_and_nothing_that_turns_direction(text: str) -> None:
    shown = said(text)

    assert not set("<>\"'\u202e\u2066\x00") & set(shown)


@pytest.mark.parametrize(
    ("confidence", "words"), [(1.0, "over 99 %"), (0.995, "over 99 %"), (0.97, "97 %"), (0.35, "35 %")]
)
def test_nothing_is_wholly_sure(confidence: float, words: str) -> None:
    assert words == sure(confidence)


@pytest.mark.parametrize(
    ("span", "step"),
    [
        (timedelta(minutes=5), timedelta(minutes=5)),
        (timedelta(days=1), timedelta(minutes=30)),
        (timedelta(days=7), timedelta(hours=3)),
        (timedelta(days=30), timedelta(hours=12)),
        (timedelta(days=365), timedelta(days=7)),
        (timedelta(days=365 * 200), timedelta(days=365)),
    ],
)
def test_a_span_is_counted_in_few_steps(span: timedelta, step: timedelta) -> None:
    assert step == step_of(NOW - span, NOW)


def test_bars_are_well_formed_and_tell_their_time() -> None:
    svg = ET.fromstring(bars([0, 1, 40], NOW, timedelta(hours=3), "amazon: 41 articles"))

    titles = [each.text for each in svg.iter("title")]
    assert ["2026-03-01 15:00 UTC: 1", "2026-03-01 18:00 UTC: 40"] == titles
    assert "amazon: 41 articles" == svg.get("aria-label")


def test_a_feed_of_hostile_alerts_is_valid_and_says_what_they_say() -> None:
    feed = feedparser.parse(atom(reported()))

    (one,) = feed.entries
    assert not feed.bozo
    assert "atom10" == feed.version
    assert "tag:news-monitor.invalid,2026:al_1" == one.id
    assert "2026-03-01T10:00:00Z" == one.updated
    assert "links" not in one
    assert "<script" not in one.content[0].value


def test_a_feed_leads_to_the_articles() -> None:
    report = reported()
    report["alerts"]["shown"][0]["article"] |= {"url": "https://news.example/a?b=1&c=2", "title": "Größe"}

    (one,) = feedparser.parse(atom(report)).entries

    assert ("https://news.example/a?b=1&c=2", "Größe") == (one.link, one.title)


def test_a_feed_of_alerts_whose_articles_are_gone_names_their_entities() -> None:
    report = reported()
    report["alerts"]["shown"][0] |= {"article": None, "matches": [], "entities": ["amazon", "trainium"]}

    (one,) = feedparser.parse(atom(report)).entries

    assert "amazon, trainium" == one.title


def test_a_match_is_quoted_from_its_first_mention_and_alone_where_no_text_is_kept() -> None:
    found = article(entry("a", announced=entry("a").announced))
    body = Mention(
        zone=Zone.BODY, start=0, end=6, surface="Amazon", name="Amazon", form=match().mentions[0].form
    )
    both = replace(match(), mentions=(body, match().mentions[0]))

    kept = plain_match(both, found)
    gone = plain_match(both, replace(found, zones=Zones(title="a", text="")))

    assert ["", "Amazon", " builds a chip."] == kept["sentence"]
    assert "lead" == kept["zone"]
    assert ["", "Amazon", ""] == gone["sentence"]


def test_a_file_is_replaced_as_a_whole_or_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old", encoding="utf-8")

    write_file(file, "new")
    write_file(tmp_path / "of" / "today" / "report.html", "new")

    assert "new" == file.read_text(encoding="utf-8")
    assert "new" == (tmp_path / "of" / "today" / "report.html").read_text(encoding="utf-8")
    assert ["of", "report.html"] == sorted(each.name for each in tmp_path.iterdir())


def test_where_no_file_can_be_written_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="cannot be written"):
        write_file(tmp_path / "file" / "report.html", "new")
