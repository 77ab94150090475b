"""Laws of words of the model as plain JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import model
from monitor.articles.extract import read_page
from monitor.model import (
    Announced,
    Article,
    Document,
    Entry,
    Extracted,
    FailureReason,
    FeedId,
    ParsedFeed,
    Zones,
)
from monitor.text.plain import from_plain, to_plain

# Within what a float of seconds holds to the microsecond.
SPANS = st.timedeltas(timedelta(days=-36500), timedelta(days=36500))
TIMES = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(timedelta, SPANS)
# Two halves of a character beside one another are that character in JSON, and come back as it.
TEXTS = st.text(st.characters(), max_size=8).map(
    lambda text: text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
st.register_type_strategy(str, TEXTS)
st.register_type_strategy(object, st.none() | st.integers() | st.text(max_size=5))
st.register_type_strategy(float, st.floats(allow_nan=False))
# Of any sequence a tuple comes back.
SHARES = st.lists(st.floats(allow_nan=False), max_size=8).map(tuple)
st.register_type_strategy(model.Rhythm, st.builds(model.Rhythm, shares=SHARES))
CROSSING = (
    Announced,
    Article,
    Document,
    Entry,
    Extracted,
    ParsedFeed,
    model.Alert,
    model.Attempt,
    model.Delivery,
    model.Entity,
    model.Feed,
    model.FeedSettings,
    model.HeldAlert,
    model.Matched,
    model.Receiver,
    model.ReceiverHealth,
    model.Reply,
    model.Story,
    model.Watchlist,
)


class Rank(IntEnum):
    LOW = 1


@dataclass(frozen=True)
class Odd:
    pair: tuple[int, str]
    rank: Rank = Rank.LOW
    names: frozenset[str] = frozenset()
    by_feed: Mapping[FeedId, Sequence[float]] | None = None
    waits: list[timedelta] | None = None
    either: int | str = 0
    anything: object = None


@pytest.mark.parametrize("kind", CROSSING, ids=lambda kind: kind.__name__)
@settings(max_examples=15)
@given(drawn=st.data())
def test_every_word_of_the_model_comes_back_as_it_went(kind: type, drawn: st.DataObject) -> None:
    value, blobs = drawn.draw(st.from_type(kind)), list[bytes]()

    through = json.loads(json.dumps(to_plain(value, blobs)))

    assert value == from_plain(kind, through, blobs)


def test_containers_and_unions_come_back() -> None:
    odd = Odd(
        (1, "ä"),
        names=frozenset("ba"),
        by_feed={FeedId("f"): (1.5, 2)},
        waits=[timedelta(seconds=1.5)],
        either="x",
    )

    plain = json.loads(json.dumps(to_plain(odd)))

    assert plain["names"] == ["a", "b"]
    assert odd == from_plain(Odd, plain)


def test_halves_of_a_character_come_back_as_the_character_where_both_stand() -> None:
    def back(text: str) -> str:
        return from_plain(str, json.loads(json.dumps(to_plain(text))))

    assert "\ud83d x" == back("\ud83d x")
    assert "😀" == back("\ud83d\ude00")


def test_times_are_told_in_utc() -> None:
    berlin = datetime(2025, 12, 17, 21, tzinfo=timezone(timedelta(hours=1)))

    assert to_plain(berlin) == "2025-12-17T20:00:00+00:00"


def test_a_union_is_told_apart_by_its_name() -> None:
    kind: Any = Extracted | Zones | None
    zones = Zones(title="t", text="")

    assert to_plain(zones)["$"] == "Zones"
    assert zones == from_plain(kind, to_plain(zones))
    assert from_plain(kind, None) is None


def test_members_that_a_later_version_added_are_passed_over() -> None:
    assert Zones(title="t", text="") == from_plain(Zones, {"title": "t", "text": "", "later": 1})


def test_bytes_leave_the_json() -> None:
    blobs: list[bytes] = []

    assert to_plain((b"a", b"b"), blobs) == [0, 1]
    assert (b"a", b"b") == from_plain(tuple[bytes, ...], [0, 1], blobs)
    with pytest.raises(TypeError, match="no place"):
        to_plain(b"x")


@pytest.mark.parametrize("value", [object(), Zones, 1j])
def test_what_has_no_plain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no plain form"):
        to_plain(value)


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (int, "1"),
        (int, True),
        (bool, 1),
        (str, None),
        (float, 10**400),
        (float, "x"),
        (timedelta, 1e300),
        (timedelta, "x"),
        (datetime, "yesterday"),
        (datetime, 5),
        (FailureReason, "nonsense"),
        (tuple[str, ...], "abc"),
        (tuple[str, ...], {"a": 1}),
        (tuple[int, str], [1]),
        (frozenset[str], None),
        (Mapping[str, int], [1]),
        (Mapping[str, int], {"a": "b"}),
        (Zones, []),
        (Zones, "title"),
        (Zones, {"title": "t"}),
        (Zones | Extracted, {"$": "Document"}),
        (int | str, []),
        (int | None, "x"),
        (bytes, 0),
        (bytes, "0"),
        (complex, 1),
    ],
)
def test_what_describes_no_such_value_is_refused(kind: Any, plain: object) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, IndexError)):
        from_plain(kind, plain)


@given(
    st.sampled_from(CROSSING),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("$", "id", "title", "zones", "at", "body")), inner, max_size=3)
        ),
        max_leaves=8,
    ),
)
def test_nothing_that_a_hostile_process_sends_raises_anything_else(kind: type, plain: object) -> None:
    try:
        value: object = from_plain(kind, plain)
    except (TypeError, ValueError, KeyError, IndexError):
        return

    assert isinstance(value, kind)


def test_the_types_of_a_task_can_be_read() -> None:
    hints = get_type_hints(read_page)

    assert set(hints) == {"document", "announced", "return"}
