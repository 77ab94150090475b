"""What a report asks of a store: counts by time, reasons of refusals, alerts with their articles."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.model import (
    Alert,
    AlertId,
    DeliveryId,
    DeliveryState,
    EntityId,
    EntryId,
    Evidence,
    Matched,
    MatchReason,
    Story,
    Tier,
    Told,
    Zones,
)
from tests.contract.store_rows import (
    ALL,
    DAY,
    DESK,
    LEASE,
    NOW,
    alert,
    announce,
    article,
    attempted,
    delivery,
    entry,
    match,
    processed,
    promise,
    story,
)

HOUR = timedelta(hours=1)
AGAINST = Evidence(reason=MatchReason.DECOY, text="Amazon River", weight=-8.0)
FOR = Evidence(reason=MatchReason.NAME, text="Amazon", weight=2.0)


class Reader:
    """Reads the entries of a feed, each at a moment of its own, told from `NOW` on."""

    def __init__(self, store: SqlStore, *names: str) -> None:
        announce(store, *(entry(name) for name in names))
        self.store = store
        self.claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}

    def reads(
        self, name: str, after: timedelta, matched: Matched, *alerts: Alert, told_in: Story | None = None
    ) -> None:
        claim = self.claims[EntryId(f"en_{name}")]
        found = processed(
            claim.row,
            told_in or story(name),
            article=article(claim.row, fetched_at=NOW + after),
            matched=matched,
            alerts=alerts,
            told=frozenset(
                Told(each.watchlist, EntityId("amazon"), DESK, entry=claim.row.id) for each in alerts
            ),
        )
        with self.store.transaction() as tx:
            tx.save_processed(claim, found, {})


def raised(name: str, of: str, after: timedelta) -> Alert:
    return alert(name, story(of), raised_at=NOW + after)


def test_articles_are_counted_by_entity_and_step_and_the_most_named_are_shown(store: SqlStore) -> None:
    reader = Reader(store, "a", "b", "c", "d")
    both = Matched(matches=(match("amazon"), match("trainium")))
    only = Matched(matches=(match("amazon"),), rejected=(match("desantis", Tier.REJECTED),))
    reader.reads("a", -DAY, both)
    reader.reads("b", 0 * HOUR, both)
    reader.reads("c", 2 * HOUR, only)
    reader.reads("d", 2 * HOUR, Matched())

    all_of_it = store.timeline(NOW, HOUR, 9)
    most = store.timeline(NOW, HOUR, 1)

    assert {"amazon": {0: 1, 2: 1}, "trainium": {0: 1}} == all_of_it.entities
    assert (3, 3, 1, 2) == (all_of_it.articles, all_of_it.named, all_of_it.refused, all_of_it.of)
    assert {"amazon": {0: 1, 2: 1}} == most.entities
    assert (3, 2) == (most.named, most.of)


def test_refusals_are_counted_by_what_spoke_most_against(store: SqlStore) -> None:
    reader = Reader(store, "a", "b", "c")
    refused = match("amazon", Tier.REJECTED)
    weighed = replace(refused, evidence=(FOR, AGAINST))
    reader.reads("a", HOUR, Matched(rejected=(weighed,)))
    reader.reads("b", 2 * HOUR, Matched(rejected=(weighed, replace(refused, entity=refused.entity))))
    reader.reads("c", -HOUR, Matched(rejected=(weighed,)))

    found = store.refusals(NOW, 9)
    newest = store.refusals(NOW, 1)

    assert {("amazon", "decoy", "Amazon River"): 2, ("amazon", "", ""): 1} == found.reasons
    assert (3, 3) == (found.counted, found.of)
    assert (1, 3) == (newest.counted, newest.of)
    assert 1 == sum(newest.reasons.values())


def test_alerts_are_read_in_pages_from_the_newest_on_and_none_twice(store: SqlStore) -> None:
    reader = Reader(store, "a", "b", "c")
    one = Matched(matches=(match("amazon"),))
    reader.reads("a", HOUR, one, raised("1", "a", HOUR), raised("2", "a", HOUR))
    reader.reads("b", 2 * HOUR, one, raised("3", "b", 2 * HOUR))
    reader.reads("c", -HOUR, one, raised("4", "c", -HOUR))

    first = store.alerts_since(NOW, None, 2)
    rest = store.alerts_since(NOW, first[-1].place, 2)

    assert ["al_3", "al_2", "al_1"] == [each.id for each in (*first, *rest)]
    assert 3 == store.count_alerts(NOW)
    assert first[0].article is not None
    assert "en_b" == first[0].article.entry_id
    assert Zones(title="b", text="Amazon builds a chip.") == first[0].article.zones
    assert (match("amazon"),) == first[0].matches


def test_an_alert_has_the_article_of_its_moment_else_of_whoever_told_it(store: SqlStore) -> None:
    reader = Reader(store, "a", "b", "c")
    named, shared = Matched(matches=(match("amazon"),)), story("shared")
    later = raised("later", "shared", 5 * HOUR)
    reader.reads("a", 0 * HOUR, named, raised("first", "shared", 0 * HOUR), later, told_in=shared)
    reader.reads("b", HOUR, named, told_in=shared)

    by_moment, by_teller = store.alert(AlertId("al_first")), store.alert(AlertId("al_later"))

    assert by_moment is not None
    assert by_moment.article is not None
    assert by_teller is not None
    assert by_teller.article is not None
    assert ("en_a", "en_a") == (by_moment.article.entry_id, by_teller.article.entry_id)
    assert store.alert(AlertId("al_none")) is None


def test_an_alert_outlives_its_article(store: SqlStore) -> None:
    reader = Reader(store, "a")
    reader.reads("a", -DAY, Matched(matches=(match("amazon"),)), raised("1", "a", HOUR))
    store.purge(NOW)

    (found,) = store.alerts_since(NOW, None, 9)

    assert (None, (), ("amazon",)) == (found.article, found.matches, found.entities)


@pytest.mark.parametrize("since", [NOW, NOW + DAY])
def test_deliveries_are_counted_by_receiver_and_state(store: SqlStore, since: datetime) -> None:
    promise(store, delivery("a"), delivery("b"), delivery("c", "ops"))
    claims = {each.row.id: each for each in store.claim_deliveries(NOW, ALL, LEASE)}
    attempted(store, claims[DeliveryId("msg_a")])
    attempted(store, claims[DeliveryId("msg_c")], DeliveryState.DEAD)

    found = store.deliveries_since(since)

    made = {"desk": {"pending": 1, "delivered": 1}, "ops": {"dead": 1}}
    assert (made if since == NOW else {}) == found
