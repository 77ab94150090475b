from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.store import SqlStore, open_store
from monitor.errors import UsageError
from monitor.model import Condition, Sign
from monitor.ops.silences import add_silence, expire_silences, list_silences

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="test")
    yield opened
    opened.close()


def add(store: SqlStore, *matchers: str, **more: str) -> Any:
    asked: dict[str, Any] = {"lasting": None, "until": None, "begin": None, "comment": "", "by": "anna"}
    if "until" not in more:
        asked["lasting"] = "2h"
    return add_silence(store, matchers, **(asked | more), now=NOW).plain


def test_a_silence_is_stored_as_it_was_asked_for_and_listed_by_state(store: SqlStore) -> None:
    active = add(store, "entity=amazon", 'title=~".*Ticker.*"', comment="Messe")
    times = {"begin": "2026-03-02T08:00", "until": "2026-03-02T10:00+01:00"}
    pending = add(store, "feed!=a", "label.tier = 1", **times)
    later: Any = list_silences(store, NOW + 2 * HOUR, expired=False).plain
    everything: Any = list_silences(store, NOW + 2 * HOUR, expired=True).plain

    first = store.silences()[-1]
    assert Condition(label="title", sign=Sign.FITS, value=".*Ticker.*") == first.conditions[1]
    assert (NOW + 2 * HOUR, "Messe", "anna") == (first.ends_at, first.comment, first.by)
    assert ("active", "pending") == (active["state"], pending["state"])
    assert ("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z") == (pending["begins_at"], pending["ends_at"])
    assert ["pending"] == [each["state"] for each in later["silences"]]
    assert ["pending", "expired"] == [each["state"] for each in everything["silences"]]


def test_a_silence_can_be_ended_before_its_time(store: SqlStore) -> None:
    name = add(store, "entity=amazon")["id"]

    ended: Any = expire_silences(store, [name], NOW + HOUR).plain
    again: Any = expire_silences(store, [name], NOW + HOUR).plain

    assert ({"expired": [name]}, {"expired": []}) == (ended, again)
    with pytest.raises(UsageError, match="there is no silence 'si_x'"):
        expire_silences(store, ["si_x"], NOW)


@pytest.mark.parametrize(
    ("matchers", "more", "problem"),
    [
        (["amazon"], {}, "'amazon' is not a matcher; write one such as entity=amazon"),
        (["entty=amazon"], {}, "unknown label 'entty'; did you mean 'entity'"),
        (["label.=x"], {}, "unknown label 'label.'"),
        (["title=~("], {}, "'\\(' is not a regular expression"),
        (["entity!=amazon"], {}, "this would silence everything"),
        (["entity=~.*", "feed="], {}, "this would silence everything"),
        (["entity=amazon"], {"lasting": "soon"}, "'soon' is not a duration"),
        (["entity=amazon"], {"until": "soon"}, "'soon' is no time; write 2h, or 2026"),
        (["entity=amazon"], {"until": "2h", "lasting": "2h"}, "say until when"),
        (["entity=amazon"], {"until": "2026-02-01"}, "would end before it begins"),
        (["entity=amazon"], {"until": "1h", "begin": "2h"}, "would end before it begins"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_silenced(
    store: SqlStore, matchers: list[str], more: dict[str, str], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        add(store, *matchers, **more)

    assert () == tuple(store.silences())
