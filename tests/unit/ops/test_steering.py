"""Laws of what people say of single feeds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.adapters.store import SqlStore, open_store
from monitor.errors import UsageError
from monitor.model import FeedId, FeedSettings
from monitor.ops.status import feeds_table
from monitor.ops.steering import steer_feeds

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = [FeedId("kurier"), FeedId("bote"), FeedId("fresh")]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    url = "https://example.org/feed"
    opened.sync_feeds([FeedSettings(id=name, url=url, shown_url=url) for name in NAMES[:2]], NOW)
    yield opened
    opened.close()


def test_without_names_it_is_done_to_all_that_are_not_paused(store: SqlStore) -> None:
    steer_feeds("pause", ["kurier"], store, NAMES, NOW)

    polled = steer_feeds("poll", None, store, NAMES, NOW)

    assert ({"done": ["bote"], "not_done": []}, False) == (polled.plain, polled.failed)


def test_what_was_done_is_told_of_each_feed(store: SqlStore) -> None:
    paused = steer_feeds("pause", ["kurier", "bote"], store, NAMES, NOW)
    again = steer_feeds("pause", ["kurier"], store, NAMES, NOW)
    poll = steer_feeds("poll", ["kurier"], store, NAMES, NOW)
    resumed = steer_feeds("resume", ["kurier"], store, NAMES, NOW)
    twice = steer_feeds("resume", ["kurier"], store, NAMES, NOW)
    polled = steer_feeds("poll", ["kurier", "bote"], store, NAMES, NOW)
    anew = steer_feeds("reset", ["kurier"], store, NAMES, NOW)

    assert {"done": ["kurier", "bote"], "not_done": []} == paused.plain
    assert (
        "kurier: rests until `monitor feeds resume`",
        "bote: rests until `monitor feeds resume`",
    ) == paused.words
    assert ("kurier: it rests already",) == again.words
    assert not again.failed
    assert "feeds resume" in poll.words[0]
    assert poll.failed
    assert {"done": ["kurier"], "not_done": []} == resumed.plain
    assert ("kurier: it does not rest",) == twice.words
    assert {"done": ["kurier"], "not_done": ["bote"]} == polled.plain
    assert "without an alert" in anew.words[0]
    assert ["paused", "ok"] == [row[1] for row in feeds_table(store.status(NOW)).rows]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("kurir", "there is no feed 'kurir'; did you mean 'kurier'?"),
        ("fresh", "feed 'fresh' is configured, but no service has started with it yet"),
    ],
)
def test_an_unknown_feed_is_said_and_nothing_is_done(store: SqlStore, name: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        steer_feeds("pause", ["bote", name], store, NAMES, NOW)

    assert words in str(refused.value)
    assert [None, None] == [feed["paused_at"] for feed in store.status(NOW)["feeds"]]
