"""What does a written value mean? Text → duration, number, time, URL and the like, by our rules.

Every function raises `ValueError` with what is wrong and what to write instead; the messages hold the
value, save where it may be a secret.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from monitor.model import Rate

_DURATION = re.compile(
    r"(?:([0-9]{1,5})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_WHOLE = re.compile(r"0|[1-9][0-9]{0,8}")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9})?|\.[0-9]{1,9}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(-[A-Za-z]{4})?(-(?:[A-Za-z]{2}|[0-9]{3}))?((?:-[A-Za-z0-9]{2,8})*)")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?=[^@]{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_ACTUAL_HOST = re.compile(r"[^\s/?#@\\<>\"'{}|^`]+")
LONGEST = timedelta(days=3660)

Choice = TypeVar("Choice", bound=StrEnum)


def shown(text: str) -> str:
    """Return a value as messages show it: quoted, on one line, at most 60 characters."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= 60 else f"'{line[:59]}…'"  # noqa: PLR2004  (fits a terminal's line)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or the words to choose from where none is near and they are few."""
    words = list(known)
    folded = {each.casefold(): each for each in words}
    near = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{folded[near[0]]}'?"
    if not words or len(words) > 15:  # noqa: PLR2004  (more is no help)
        return ""
    return f"; write {one_of(words)}"


def one_of(words: Sequence[str]) -> str:
    """Return `a, b or c`."""
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def duration(text: str, least: timedelta = timedelta(0), most: timedelta = LONGEST) -> timedelta:
    """Return a wait such as `30s`, `15m`, `6h`, `2d`, `1h30m` or `500ms`."""
    found = _DURATION.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise ValueError(
            f"{shown(text)} is not a duration; write a number and a unit: {_examples(least, most)}"
        )
    days, hours, minutes, seconds, milliseconds = (int(each or 0) for each in found.groups())
    wait = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
    if wait < least:
        raise ValueError(f"{shown(text)} is too short; write {spelled(least)} or more")
    if wait > most:
        raise ValueError(f"{shown(text)} is too long; write {spelled(most)} or less")
    return wait


def spelled(wait: timedelta) -> str:
    """Return a duration as it is written: `1h30m`."""
    rest = wait // timedelta(milliseconds=1)
    parts = []
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")):
        count, rest = divmod(rest, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def _examples(least: timedelta, most: timedelta) -> str:
    usual = (("30s", 30), ("15m", 900), ("6h", 21_600), ("2d", 172_800))
    fit = [word for word, seconds in usual if least <= timedelta(seconds=seconds) <= most]
    return ", ".join(fit) or spelled(most)


def whole(text: str, least: int, most: int) -> int:
    """Return a whole number, written in decimal digits without a leading zero, within the range."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a whole number; write digits alone, such as {least or 1}")
    number = int(text)
    if not least <= number <= most:
        raise ValueError(f"{shown(text)} is out of range; write {least} to {most}")
    return number


def rate(text: str) -> Rate:
    """Return the rate that `30/1m` stands for: at most 30 in any minute."""
    count, slash, per = text.partition("/")
    if not slash:
        raise ValueError(f"{shown(text)} is not a rate; write a number and a time, such as 30/1m")
    span = duration(per.strip(), timedelta(seconds=1), timedelta(days=1))
    return Rate(count=whole(count.strip(), 1, 10_000), per=span)


def fraction(text: str) -> float:
    """Return a number from 0 to 1."""
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a number; write one from 0 to 1, such as 0.5")
    number = float(text)
    if number > 1:
        raise ValueError(f"{shown(text)} is out of range; write a number from 0 to 1, such as 0.5")
    return number


def truth(text: str) -> bool:
    """Return `true` or `false`; `yes`, `no`, `on` and `off` are words, not answers."""
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
    hint = meant.get(text.casefold(), "true or false")
    raise ValueError(f"{shown(text)} is not a truth value; write {hint}")


def time_of_day(text: str) -> str:
    """Return a local time as `HH:MM`."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f'{shown(text)} is not a time of day; write hours and minutes, such as "07:30"')
    return f"{int(found[1]):02}:{found[2]}"


def end_of_quiet(text: str) -> str:
    """Return a local time as `HH:MM`, or `24:00`, the end of a day."""
    return "24:00" if text.strip() == "24:00" else time_of_day(text)


def weekdays(text: str) -> frozenset[int]:
    """Return the days that `mon`, or `mon-fri`, stands for; 0 is Monday."""
    first, dash, last = text.strip().casefold().partition("-")
    if first not in _WEEKDAYS or (dash and last not in _WEEKDAYS):
        days = ", ".join(_WEEKDAYS)
        raise ValueError(f"{shown(text)} is not a weekday; write {days}, or several as mon-fri")
    begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last if dash else first)
    return frozenset((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))


def time_zone(text: str) -> str:
    """Return the name of a time zone of the IANA database."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        zones = available_timezones()
        last = {zone.rpartition("/")[2]: zone for zone in sorted(zones)}
        near = last.get(text.strip().replace(" ", "_").title())
        hint = f"; did you mean '{near}'?" if near else did_you_mean(text, zones)
        ending = hint or "; write one such as Europe/Berlin or UTC"
        raise ValueError(f"{shown(text)} is not a time zone{ending}") from None
    return str(text)


def language(text: str) -> str:
    """Return a BCP 47 tag in its usual spelling: `de`, `pt-BR`, `zh-Hant`."""
    found = _LANGUAGE.fullmatch(text)
    if not found:
        raise ValueError(f"{shown(text)} is not a language tag; write a BCP 47 tag: de, en, pt-BR")
    primary, script, region, rest = found.groups(default="")
    return primary.lower() + script.title() + region.upper() + rest.lower()


def choice(kind: type[Choice]) -> Callable[[str], Choice]:
    """Return a reader of one of an enum's words."""
    words = [each.value for each in kind]

    def read(text: str) -> Choice:
        if text not in words:
            raise ValueError(f"unknown word {shown(text)}{did_you_mean(text, words)}")
        return kind(text)

    return read


def word_of(*words: str) -> Callable[[str], str]:
    """Return a reader of one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"unknown word {shown(text)}{did_you_mean(text, words)}")
        return str(text)

    return read


def free_text(text: str) -> str:
    """Return a text without the spaces around it; an empty one is refused."""
    if not text.strip():
        raise ValueError("is empty; write a text, or remove it")
    return text.strip()


def identifier(text: str) -> str:
    """Return an id: ASCII letters, digits, `.`, `_` and `-`, at most 100."""
    if not _ID.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is not an id; write letters a-z, digits and hyphens, such as 'example-org'"
        )
    return str(text)


def network(text: str) -> str:
    """Return a range of addresses in CIDR notation."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(
            f"{shown(text)} is not a range of addresses; write a CIDR such as 10.0.0.0/8 or fd00::/8"
        ) from None
    raise ValueError(f"{shown(text)} has bits set behind its prefix; did you mean '{meant}'?")


def web_url(url: str) -> str:
    """Return an http or https URL; what is wrong is told without showing it, for it may hold a secret."""
    schemes = ("http", "https")
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL; write one such as https://www.example.org/news.rss") from None
    if parts.scheme.lower() not in schemes:
        begun = (
            f"'{parts.scheme}' is not a scheme that is spoken here" if parts.scheme else "is not a whole URL"
        )
        raise ValueError(f"{begun}; write one that begins with https:// or http://")
    if not host or not _ACTUAL_HOST.fullmatch(host) or port == 0 or re.search(r"\s", url.strip()):
        raise ValueError("is a URL without a proper host; write one such as https://www.example.org/news.rss")
    return url.strip()


def mail_url(url: str) -> str:
    """Return the address of a mail server; what is wrong is told without showing it."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL; write one such as smtp://mail.example.org:587") from None
    if parts.scheme.lower() not in ("smtp", "smtps"):
        raise ValueError("is no mail server; write one that begins with smtp:// (STARTTLS) or smtps://")
    if not host or not _ACTUAL_HOST.fullmatch(host) or port == 0 or re.search(r"\s", url.strip()):
        raise ValueError("is a URL without a proper host; write one such as smtp://mail.example.org:587")
    if parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("says more than server and port; write who signs in as 'user' and 'password'")
    return url.strip()


def mail_address(text: str) -> str:
    """Return an address of mail, in ASCII: a name may not stand beside it."""
    if not _MAIL.fullmatch(text.strip()) or len(text.strip()) > 254:  # noqa: PLR2004  (RFC 5321)
        raise ValueError(f"{shown(text)} is not a mail address; write one such as desk@example.org")
    return text.strip()


def store_url(url: str) -> str:
    """Return a store's URL: SQLite or PostgreSQL."""
    if url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")) and len(url) > len(
        "sqlite:///"
    ):
        return str(url)
    raise ValueError("is not a store; write sqlite:///FILE or postgresql://HOST/DATABASE")


def address(text: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:9464`, `[::1]:9464` or `:9464` (loopback)."""
    host, colon, port = text.strip().rpartition(":")
    bare = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    good_host = not bare or bare == "localhost" or _is_address(bare, bracketed=bare != host)
    if not colon or not good_host or not _WHOLE.fullmatch(port) or int(port) > 65_535:  # noqa: PLR2004  (TCP)
        raise ValueError(f"{shown(text)} is not an address to listen on; write one such as 127.0.0.1:9464")
    return bare or "127.0.0.1", int(port)


def _is_address(text: str, *, bracketed: bool) -> bool:
    try:
        return ipaddress.ip_address(text).version == (6 if bracketed else 4)
    except ValueError:
        return False


def salience(text: str) -> str | float:
    """Return `mention`, `about`, or a number from 0 to 1."""
    if text in ("mention", "about"):
        return str(text)
    try:
        return fraction(text)
    except ValueError:
        near = did_you_mean(text, ("mention", "about"))
        hint = near if "did you mean" in near else "; write mention, about, or a number from 0 to 1"
        raise ValueError(f"{shown(text)} is not a salience{hint}") from None


def wikidata(text: str) -> str:
    """Return the id of a Wikidata item, such as `Q3884`."""
    if not re.fullmatch(r"Q[1-9][0-9]{0,14}", text):
        raise ValueError(f"{shown(text)} is not a Wikidata item; write Q and its number, such as Q3884")
    return str(text)


def header(text: str) -> str:
    """Return a text that can be sent as an HTTP header: printable ASCII."""
    if not re.fullmatch(r"[\x20-\x7e]{1,500}", text) or not text.strip():
        raise ValueError("cannot be sent as a header; write at most 500 printable ASCII characters")
    return text.strip()
