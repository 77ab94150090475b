"""Ids, reasons of failure, and chance."""

from enum import StrEnum
from typing import NewType, Protocol

FeedId = NewType("FeedId", str)
EntryId = NewType("EntryId", str)
EntityId = NewType("EntityId", str)
WatchlistId = NewType("WatchlistId", str)
ReceiverName = NewType("ReceiverName", str)
StoryId = NewType("StoryId", str)
AlertId = NewType("AlertId", str)
DeliveryId = NewType("DeliveryId", str)
SilenceId = NewType("SilenceId", str)

# A 63-bit digest under which a feed's entry is known again.
EntryKey = NewType("EntryKey", int)


class FailureReason(StrEnum):
    """Why something outside did not go well; also the metric's label and the status's `reason`."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    HTTP_3XX = "http_3xx"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    PROTOCOL = "protocol"
    TOO_BIG = "too_big"
    BAD_ENCODING = "bad_encoding"
    NOT_A_FEED = "not_a_feed"
    NOT_A_PAGE = "not_a_page"
    PARSE = "parse"
    TOO_COMPLEX = "too_complex"
    PRIVATE_ADDRESS = "private_address"
    REDIRECT = "redirect"
    ROBOTS = "robots"
    CONSENT = "consent"
    PAYWALL = "paywall"
    EMPTY = "empty"
    SHRUNKEN = "shrunken"
    SILENT = "silent"
    GAP = "gap"
    STORM = "storm"
    MAIL_LATER = "mail_later"
    MAIL_REFUSED = "mail_refused"
    INTERNAL = "internal"


class Dice(Protocol):
    """Chance, handed in: a `random.Random` is one."""

    def random(self) -> float:
        """Return a number in [0, 1)."""
        ...
