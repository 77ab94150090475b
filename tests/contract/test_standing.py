"""What stands in the way of an article's alerts: asked only where somebody may hear of it."""

from collections.abc import Collection

from sqlalchemy import event

from monitor.adapters.store import SqlStore
from monitor.alerts.raising import Standing
from monitor.matching.matcher import build_matcher
from monitor.model import EntityId
from monitor.steps.rules import Rules
from monitor.steps.telling import standing_of
from tests.contract.store_rows import NOW, entry, story

RULES = Rules(
    feeds={}, entities={}, watchlists=(), receivers={}, matcher=build_matcher(()), user_agent="test"
)


def asked_about(store: SqlStore, about: Collection[EntityId] | None) -> tuple[Standing, int]:
    """Return what stands for an article about these entities, and how many statements that took."""
    one = entry("a")
    statements: list[str] = []

    def note(*said: object) -> None:
        statements.append(str(said[2]))

    with store.transaction() as tx:
        event.listen(store._engine, "before_cursor_execute", note)
        try:
            standing = standing_of(tx, one, None, story("a"), RULES, NOW, about)
        finally:
            event.remove(store._engine, "before_cursor_execute", note)
    return standing, len(statements)


def test_of_an_article_that_names_nobody_nothing_is_asked_and_the_same_is_known(store: SqlStore) -> None:
    silent, asked = asked_about(store, ())
    told, asked_for_all = asked_about(store, None)

    assert 0 == asked
    assert asked_for_all > 0
    assert told == silent
