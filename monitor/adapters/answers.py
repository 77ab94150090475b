"""What do the headers of an answer say, and what does its body hold once inflated?"""

import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.adapters.guard import Refused
from monitor.model import FailureReason, Freshness, Validators

# Header names in lower case; values of repeated headers joined by a comma.
Fields = Mapping[str, str]

_GZIP = 31  # zlib's window bits that stand for the gzip format alone
_GZIP_MAGIC = b"\x1f\x8b"
# A gzip body may have several members; each costs a new inflater, and empty ones take 20 bytes.
_MEMBERS = 100
_KNOWN_CODINGS = ("br", "compress", "deflate", "zstd")
_VALIDATOR_LENGTH = 1_024
_PRINTABLE = re.compile(r"[\x20-\x7e\xa0-\xff]+")
_SECONDS = re.compile(r"[+-]?[0-9]+")
_MAX_AGE = re.compile(r"^max-age\s*=\s*\"?([0-9]+)\"?$")
# No wait that a server names is taken for longer; it keeps sums with dates in range.
_LONGEST = timedelta(days=366)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def fields_of(headers: Sequence[tuple[bytes, bytes]]) -> Fields:
    """Return the headers by name."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def validators_of(fields: Fields) -> Validators:
    """Return `ETag` and `Last-Modified` verbatim; what is over 1 kB or not printable is no validator."""
    return Validators(
        etag=_validator(fields.get("etag")), last_modified=_validator(fields.get("last-modified"))
    )


def renewed(known: Validators, fields: Fields) -> Validators:
    """Return the validators after a 304: those that it names, else those that are known."""
    named = validators_of(fields)
    return Validators(etag=named.etag or known.etag, last_modified=named.last_modified or known.last_modified)


def freshness_of(fields: Fields, now: datetime) -> Freshness:
    """Return how long the answer stays fresh (RFC 9111 §4.2.1), less the age that it has.

    `s-maxage` speaks to shared caches and is left aside. Where keeping is forbidden, nothing is known.
    """
    directives = [each.strip().lower() for each in fields.get("cache-control", "").split(",")]
    if any(each.partition("=")[0] in ("no-cache", "no-store") for each in directives):
        return Freshness()
    ages = [found[1] for each in directives if (found := _MAX_AGE.match(each))]
    if ages:
        left = _seconds(ages[0]) - (_seconds_or_none(fields.get("age")) or timedelta())
        return Freshness(max_age=max(left, timedelta()))
    expires = _date(fields.get("expires"))
    if expires is None:
        return Freshness()
    left = expires - (_date(fields.get("date")) or now)
    return Freshness(max_age=min(max(left, timedelta()), _LONGEST))


def retry_after_of(fields: Fields, now: datetime) -> timedelta | None:
    """Return what `Retry-After` asks to wait, 0 and more; None where it is absent or unreadable.

    A date is read against the answer's own `Date`, so that a server's wrong clock does no harm.
    """
    text = fields.get("retry-after")
    seconds = _seconds_or_none(text)
    if seconds is not None:
        return seconds
    until = _date(text)
    if until is None:
        return None
    return min(max(until - (_date(fields.get("date")) or now), timedelta()), _LONGEST)


def media_type_of(fields: Fields) -> str | None:
    """Return the media type in lower case without parameters; None where none is named."""
    return fields.get("content-type", "").partition(";")[0].strip().lower() or None


def inflate(raw: bytes, coding: str, limit: int) -> bytes:
    """Return the body without its content coding; at most `limit` + 1 bytes are ever made of it.

    Raises:
        Refused: `bad_encoding` for codings that were not asked for, stacked, broken or cut off;
            `too_big` for more than `limit` bytes.
    """
    coding = coding.strip().lower()
    if not raw or coding in ("", "identity"):
        return raw
    if coding not in ("gzip", "x-gzip"):
        name = f" '{coding}'" if coding in _KNOWN_CODINGS else ""
        raise Refused(FailureReason.BAD_ENCODING, f"a content encoding{name} that was not asked for")
    inflated = bytearray()
    for _ in range(_MEMBERS):
        member = zlib.decompressobj(wbits=_GZIP)
        try:
            inflated += member.decompress(raw, limit + 1 - len(inflated))
        except zlib.error as error:
            raise Refused(FailureReason.BAD_ENCODING, "broken gzip") from error
        if len(inflated) > limit:
            raise Refused(FailureReason.TOO_BIG, f"more than {limit} bytes inflated")
        if not member.eof:
            raise Refused(FailureReason.BAD_ENCODING, "gzip that breaks off")
        raw = member.unused_data
        if not raw.startswith(_GZIP_MAGIC):
            # Padding behind the last member is common, and says nothing.
            return bytes(inflated)
    raise Refused(FailureReason.BAD_ENCODING, f"gzip of more than {_MEMBERS} members")


def excerpt_of(raw: bytes) -> str:
    """Return the text of an answer's start on one line, control characters replaced by spaces."""
    return _CONTROLS.sub(" ", raw.decode("utf-8", "replace")).strip()


def _validator(value: str | None) -> str | None:
    if value and len(value) <= _VALIDATOR_LENGTH and _PRINTABLE.fullmatch(value):
        return value
    return None


def _seconds_or_none(text: str | None) -> timedelta | None:
    return _seconds(text.strip()) if text and _SECONDS.fullmatch(text.strip()) else None


def _seconds(digits: str) -> timedelta:
    """Return the seconds, 0 and more; of very long numbers only the first digits matter."""
    return timedelta() if digits.startswith("-") else min(timedelta(seconds=int(digits[:12])), _LONGEST)


def _date(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
