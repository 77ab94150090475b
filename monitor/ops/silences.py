"""`monitor silence`: who asked not to hear of what, until when."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from monitor.alerts.silencing import LABEL_PREFIX, LABELS, holds
from monitor.config import values
from monitor.errors import UsageError
from monitor.model import Condition, Sign, Silence, SilenceId
from monitor.tables import Shown, Table, cell, many, shown_time
from monitor.text.ids import derive_id

_MATCHER = re.compile(r"\s*([A-Za-z_.-]+|label\.[^=!~]+?)\s*(=~|!~|!=|=)(.*)", re.DOTALL)
_SECOND = timedelta(seconds=1)


class Silences(Protocol):
    """What is asked of the store."""

    def silences(self) -> Sequence[Silence]:
        """Return every silence, the one that ends last first."""
        ...

    def add_silence(self, silence: Silence) -> None:
        """Write a silence; steps that begin from now on obey it."""
        ...

    def expire_silence(self, silence: SilenceId, now: datetime) -> bool:
        """End a silence; tell whether it had not ended."""
        ...


def add_silence(
    rows: Silences,
    matchers: Sequence[str],
    *,
    lasting: str | None,
    until: str | None,
    begin: str | None,
    comment: str,
    by: str,
    now: datetime,
) -> Shown:
    """Store a silence and show it.

    Raises:
        UsageError: a matcher or a time cannot be understood, or the silence would hold everything.
    """
    conditions = tuple(_condition(each) for each in matchers)
    if all(holds(each, "") for each in conditions):
        raise UsageError(
            "this would silence everything; write a matcher that needs a value, such as entity=amazon"
        )
    begins_at = _time(begin, now) if begin else now
    if (lasting is None) == (until is None):
        raise UsageError("say until when: --for 2h, or --until 2026-01-31T08:00Z")
    ends_at = begins_at + _wait(lasting) if lasting else _time(until or "", now)
    if ends_at <= max(begins_at, now):
        raise UsageError("the silence would end before it begins; write a later end")
    words = [f"{each.label}{each.sign}{each.value}" for each in conditions]
    name = derive_id("si_", *words, begins_at.isoformat(), ends_at.isoformat(), now.isoformat())
    silence = Silence(
        id=SilenceId(name[:15]),
        conditions=conditions,
        begins_at=begins_at,
        ends_at=ends_at,
        comment=comment,
        by=by,
        created_at=now,
    )
    rows.add_silence(silence)
    plain = _plain(silence, now)
    return Shown(plain=plain, words=(f"{silence.id} silences {', '.join(words)} until {plain['ends_at']}",))


def list_silences(rows: Silences, now: datetime, *, expired: bool) -> Shown:
    """Show the silences that hold or will hold; with `expired`, those that ended too."""
    found = [_plain(each, now) for each in rows.silences()]
    found = [each for each in found if expired or each["state"] != "expired"]
    columns = ("id", "state", "matchers", "begins_at", "ends_at", "by", "comment")
    return Shown(
        plain={"silences": found},
        tables=(
            Table(
                columns=columns,
                rows=[tuple(cell(each[column]) for column in columns) for each in found],
                empty="no silences",
            ),
        ),
    )


def expire_silences(rows: Silences, names: Sequence[str], now: datetime) -> Shown:
    """End silences; what they hold goes out, unless something else holds it.

    Raises:
        UsageError: one is not known; the others are ended.
    """
    ended = [name for name in names if rows.expire_silence(SilenceId(name), now)]
    known = {each.id for each in rows.silences()}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"there is no silence '{unknown[0]}'; `monitor silence list` shows those that are")
    return Shown(
        plain={"expired": ended}, words=(f"{many(len(ended), 'silence has', 'silences have')} ended",)
    )


def _condition(text: str) -> Condition:
    found = _MATCHER.fullmatch(text)
    if not found:
        raise UsageError(
            f"{values.shown(text)} is not a matcher; write one such as entity=amazon, feed!=example-de "
            'or title=~".*Chip.*"'
        )
    label, sign, word = found[1], Sign(found[2]), found[3].strip()
    if label not in LABELS and not (label.startswith(LABEL_PREFIX) and len(label) > len(LABEL_PREFIX)):
        known = [*LABELS, f"{LABEL_PREFIX}NAME"]
        raise UsageError(f"unknown label {values.shown(label)}{values.did_you_mean(label, known)}")
    if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'":
        word = word[1:-1]
    if sign in (Sign.FITS, Sign.FITS_NOT):
        try:
            re.compile(word)
        except re.error as error:
            raise UsageError(f"{values.shown(word)} is not a regular expression: {error}") from error
    return Condition(label=label, sign=sign, value=word)


def _wait(text: str) -> timedelta:
    try:
        return values.duration(text, _SECOND)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _time(text: str, now: datetime) -> datetime:
    """Return an ISO time, without a zone in UTC, or a time from now: `2h`."""
    try:
        return now + values.duration(text, _SECOND)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no time; write 2h, or 2026-01-31T08:00Z") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _plain(silence: Silence, now: datetime) -> dict[str, Any]:
    state = "expired" if silence.ends_at <= now else "pending" if silence.begins_at > now else "active"
    return {
        "id": silence.id,
        "state": state,
        "matchers": [f"{each.label}{each.sign}{each.value}" for each in silence.conditions],
        "begins_at": shown_time(silence.begins_at),
        "ends_at": shown_time(silence.ends_at),
        "by": silence.by,
        "comment": silence.comment,
        "created_at": shown_time(silence.created_at),
    }
