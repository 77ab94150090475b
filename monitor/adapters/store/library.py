"""The store, as readers of the API want it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

from monitor.adapters.store import browsing
from monitor.model import AlertId, DeliveryId
from monitor.ports import Page, Sought


class SqlLibrary:
    """What can be looked up; see `ports.Library`."""

    def __init__(self, looking: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Look things up in connections that `looking` gives, for as long as those let us."""
        self._looking = looking

    def find_articles(self, sought: Sought) -> Page:
        """Return articles, those that were read last first."""
        with self._looking() as connection:
            return browsing.find_articles(connection, sought)

    def show_article(self, article: str) -> Mapping[str, Any] | None:
        """Return an article by its entry's id; None where unknown."""
        with self._looking() as connection:
            return browsing.show_article(connection, article)

    def find_matches(self, sought: Sought) -> Page:
        """Return matches, those of the articles that were read last first."""
        with self._looking() as connection:
            return browsing.find_matches(connection, sought)

    def find_alerts(self, sought: Sought) -> Page:
        """Return alerts, those that were raised last first."""
        with self._looking() as connection:
            return browsing.find_alerts(connection, sought)

    def show_alert(self, alert: str) -> Mapping[str, Any] | None:
        """Return an alert with its matches; None where unknown."""
        with self._looking() as connection:
            return browsing.show_alert(connection, AlertId(alert))

    def find_deliveries(self, sought: Sought) -> Page:
        """Return deliveries, those that were promised last first."""
        with self._looking() as connection:
            return browsing.find_deliveries(connection, sought)

    def show_delivery(self, delivery: str) -> Mapping[str, Any] | None:
        """Return a delivery with its body and its attempts; None where unknown."""
        with self._looking() as connection:
            return browsing.show_delivery(connection, DeliveryId(delivery))
