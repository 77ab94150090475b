"""What may be asked, and what does a query string mean? Pure: text in, values or a `RefusedError` out."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from monitor.model import DeliveryState, Rightness
from monitor.ports import Place, Sought
from monitor.text.search import Search, read_search

MOST_ROWS = 200
FEWEST = 1
USUAL = 50
_MOST_CHARS = 200
_MOST_FIELDS = 30
_LONGEST_QUERY = 4_096
_AGE = re.compile(r"(\d{1,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_WHOLE = re.compile(r"[0-9]{1,3}")
_NUMBER = re.compile(r"[0-9](\.[0-9]{1,9})?")
_CURSOR = re.compile(r"(-?[0-9]{1,17})\.([0-9]{1,18})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class RefusedError(ValueError):
    """A query that means nothing; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a query: how it is read, and its description with a JSON Schema."""

    name: str
    words: str
    read: Callable[[str, datetime], Any]
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list that can be asked for, and by what."""

    name: str
    words: str
    parameters: Sequence[Parameter] = field(default_factory=tuple)


def read_query(query: str, listing: Listing, now: datetime) -> Sought:
    """Return what a query string asks of a list.

    Raises:
        RefusedError: a parameter is unknown, given twice, or means nothing.
    """
    known = {each.name: each for each in listing.parameters}
    found: dict[str, Any] = {}
    for name, text in _fields(query):
        parameter = known.get(name)
        if parameter is None:
            raise RefusedError(f"{listing.name} take no such parameter; there are {', '.join(sorted(known))}")
        if name in found:
            raise RefusedError(f"'{name}' is given twice")
        try:
            found[name] = parameter.read(text, now)
        except ValueError as error:
            raise RefusedError(f"'{name}' {error}") from None
    return Sought(**{_FIELDS.get(name, name): value for name, value in found.items()})


def cursor_of(place: Place | None) -> str | None:
    """Return a place in a list as what the next question brings back; None behind the last row."""
    if place is None:
        return None
    moment, number = place
    written = f"{(moment - _EPOCH) // _MICROSECOND}.{number}"
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _fields(query: str) -> Sequence[tuple[str, str]]:
    if len(query) > _LONGEST_QUERY:
        raise RefusedError(f"the query is longer than {_LONGEST_QUERY} characters")
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RefusedError("the query cannot be read: percent-encoded UTF-8 is expected") from None


# ---- how a parameter is read -----------------------------------------------------------------------


def _text(text: str, _now: datetime) -> str:
    if not 0 < len(text) <= _MOST_CHARS:
        raise ValueError(f"has 1 to {_MOST_CHARS} characters")
    if not text.isprintable():
        raise ValueError("holds a character that cannot be printed")
    return text


def _moment(text: str, now: datetime) -> datetime:
    """Return a time: ISO 8601, UTC where it says no zone, or an age such as `24h`."""
    try:
        if age := _AGE.fullmatch(text):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        # A plus sign stands for a space in queries, where nobody means one.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "is no time; write one such as 2026-03-01T12:00:00Z, or an age: 30m, 24h, 7d"
        ) from None


def _limit(text: str, _now: datetime) -> int:
    if not _WHOLE.fullmatch(text) or not FEWEST <= int(text) <= MOST_ROWS:
        raise ValueError(f"is a number from {FEWEST} to {MOST_ROWS}")
    return int(text)


def _words(text: str, now: datetime) -> Search:
    return read_search(_text(text, now))


def _share(text: str, _now: datetime) -> float:
    if not _NUMBER.fullmatch(text) or float(text) > 1:
        raise ValueError("is a number from 0 to 1")
    return float(text)


def _state(text: str, _now: datetime) -> str:
    if text not in set(DeliveryState):
        raise ValueError(f"is one of {', '.join(DeliveryState)}")
    return text


def _verdict(text: str, _now: datetime) -> str:
    if text not in set(Rightness):
        raise ValueError(f"is one of {', '.join(Rightness)}")
    return text


def _cursor(text: str, _now: datetime) -> Place:
    try:
        padded = text + "=" * (-len(text) % 4)
        written = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        moment, number = _CURSOR.fullmatch(written).groups()  # type: ignore[union-attr]  # caught below
        return _EPOCH + int(moment) * _MICROSECOND, int(number)
    except (ValueError, AttributeError, binascii.Error, OverflowError):
        raise ValueError("is none that an answer gave as 'next'") from None


# ---- what may be asked -----------------------------------------------------------------------------

_FIELDS = {"cursor": "behind", "q": "words"}
_SHORT = {"type": "string", "minLength": 1, "maxLength": _MOST_CHARS}
_TIME = {"type": "string", "minLength": 1, "examples": ["2026-03-01T12:00:00Z", "24h"]}

_SINCE = Parameter(
    name="since", words="From this moment on: ISO 8601, or an age such as `24h`", read=_moment, schema=_TIME
)
_UNTIL = Parameter(name="until", words="Before this moment", read=_moment, schema=_TIME)
_FEED = Parameter(name="feed", words="Only of this feed, by id", read=_text, schema=_SHORT)
_ENTITY = Parameter(name="entity", words="Only of this entity, by id", read=_text, schema=_SHORT)
_WATCHLIST = Parameter(name="watchlist", words="Only of this watchlist", read=_text, schema=_SHORT)
_RECEIVER = Parameter(name="receiver", words="Only for this receiver", read=_text, schema=_SHORT)
_LANGUAGE = Parameter(
    name="language", words="Only in this language (BCP 47), such as `de`", read=_text, schema=_SHORT
)
_CONFIDENCE = Parameter(
    name="min_confidence",
    words="Only with a match of at least this confidence",
    read=_share,
    schema={"type": "number", "minimum": 0, "maximum": 1},
)
_WORDS = Parameter(
    name="q",
    words='Only with these words: all of them; also `"a phrase"`, `begin*`, `-without`',
    read=_words,
    schema=_SHORT,
)
_STATE = Parameter(
    name="state",
    words="Only in this state",
    read=_state,
    schema={"enum": [each.value for each in DeliveryState]},
)
_VERDICT = Parameter(
    name="verdict",
    words="Only of which a receiver said so",
    read=_verdict,
    schema={"enum": [each.value for each in Rightness]},
)
_PAGING = (
    Parameter(
        name="limit",
        words="At most so many rows",
        read=_limit,
        schema={"type": "integer", "minimum": FEWEST, "maximum": MOST_ROWS, "default": USUAL},
    ),
    Parameter(
        name="cursor",
        words="What the last answer gave as `next`: the rows behind those",
        read=_cursor,
        schema={"type": "string", "minLength": 1},
    ),
)

ARTICLES = Listing(
    name="articles",
    words="Articles, those that were read last first",
    parameters=(_WORDS, _SINCE, _UNTIL, _FEED, _ENTITY, _LANGUAGE, _CONFIDENCE, *_PAGING),
)
MATCHES = Listing(
    name="matches",
    words="Matches, those of the articles that were read last first",
    parameters=(_SINCE, _UNTIL, _FEED, _ENTITY, _LANGUAGE, _CONFIDENCE, _VERDICT, *_PAGING),
)
ALERTS = Listing(
    name="alerts",
    words="Alerts, those that were raised last first",
    parameters=(_SINCE, _UNTIL, _WATCHLIST, _ENTITY, _RECEIVER, *_PAGING),
)
DELIVERIES = Listing(
    name="deliveries",
    words="Deliveries, those that were promised last first",
    parameters=(_SINCE, _UNTIL, _RECEIVER, _STATE, *_PAGING),
)
