"""What can be looked up in the store, a page at a time?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from monitor.text.search import Search

# Of a list, the newest first: when a row came, and its number among those of that moment.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which rows of a list: those that fit everything that is not None, from behind a place on.

    `since` belongs to the period, `until` does not. A list ignores what it has no such thing of.
    """

    since: datetime | None = None
    until: datetime | None = None
    feed: str | None = None
    entity: str | None = None
    watchlist: str | None = None
    receiver: str | None = None
    state: str | None = None
    language: str | None = None
    min_confidence: float | None = None
    verdict: str | None = None
    words: Search | None = None
    behind: Place | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a list as plain values, and the place of the last one where there may be more."""

    rows: Sequence[Mapping[str, Any]]
    last: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may ask: nobody where it is not `on`, else who has the `token`, or who is on this machine."""

    on: bool
    token: str | None = field(default=None, repr=False)


class Library(Protocol):
    """What a store lets others look at.

    Every one of them raises `StoreError`: the store does not answer, or `TookTooLong`.
    """

    def find_articles(self, sought: Sought) -> Page:
        """Return articles, those that were read last first, each with what it names."""
        ...

    def show_article(self, article: str) -> Mapping[str, Any] | None:
        """Return an article by its entry's id, with its text as far as that is kept; None where unknown."""
        ...

    def find_matches(self, sought: Sought) -> Page:
        """Return matches, those of the articles that were read last first."""
        ...

    def find_alerts(self, sought: Sought) -> Page:
        """Return alerts, those that were raised last first."""
        ...

    def show_alert(self, alert: str) -> Mapping[str, Any] | None:
        """Return an alert with its article and its matches; None where unknown."""
        ...

    def find_deliveries(self, sought: Sought) -> Page:
        """Return deliveries, those that were promised last first."""
        ...

    def show_delivery(self, delivery: str) -> Mapping[str, Any] | None:
        """Return a delivery with its body and its attempts; None where unknown."""
        ...
