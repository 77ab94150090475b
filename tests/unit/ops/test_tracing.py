"""Laws of what is told of a stored entry: each stage at which it can end has words of its own."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.adapters.store.tracing import Traced
from monitor.model import EntryState, FailureReason, FeedState, Verdict, Zones
from monitor.ops.tracing import _facts
from tests.contract.store_rows import FEED, NOW, article, entry

FOUND = article(entry("a"))


def traced(**more: Any) -> Traced:
    fresh = Traced(
        entry=entry("a").id,
        feed=FEED,
        feed_state=FeedState.OK,
        feed_reason=None,
        paused_at=None,
        last_ok_at=None,
        first_seen_at=NOW,
        state=EntryState.PROCESSED,
        due_at=NOW,
        attempts=0,
        failed_why=None,
        announced=None,
        article=None,
        story=None,
        matches=(),
        refused=(),
        told=frozenset(),
        alerts=(),
    )
    return replace(fresh, **more)


@pytest.mark.parametrize(
    ("more", "stage", "words"),
    [
        ({}, "feed", "feed: ok, last well never"),
        (
            {"feed_state": FeedState.FAILING, "feed_reason": FailureReason.TIMEOUT},
            "feed",
            "feed: failing (timeout), last well never",
        ),
        ({"paused_at": NOW}, "feed", "paused since 2026-03-01T12:00:00Z"),
        ({"state": EntryState.BASELINE}, "state", "remembered, never read"),
        ({"state": EntryState.PENDING}, "state", "waits to be read, due 2026-03-01T12:00:00Z"),
        ({"state": EntryState.PENDING, "attempts": 2}, "state", "after 2 tries"),
        ({"state": EntryState.FAILED, "failed_why": "KeyError"}, "state", "(KeyError)"),
        ({"announced": entry("a").announced}, "announced", "a <https://news.example/a>"),
        ({"announced": replace(entry("a").announced, link=None)}, "announced", "<no link>"),
        ({"article": FOUND}, "page", "full"),
        ({"article": replace(FOUND, access="paywall")}, "page", "full (paywall)"),
        ({"article": replace(FOUND, verdict=Verdict.UNREAD)}, "page", "skimmed: it names nobody"),
        ({"article": replace(FOUND, fallback=FailureReason.HTTP_4XX)}, "page", "not used (http_4xx)"),
        ({"article": replace(FOUND, zones=Zones(title="a", text=""))}, "text", "none is kept"),
    ],
)
def test_each_stage_says_how_it_went(more: dict[str, Any], stage: str, words: str) -> None:
    assert words in dict(_facts(traced(**more)))[stage]
