"""What is kept of a period's articles can be judged again, on every database."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import pytest

from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore
from monitor.errands.archive import pages_apart
from monitor.matching.matcher import build_matcher
from monitor.matching.sieve import build_sieve
from monitor.model import (
    Announced,
    Document,
    Entity,
    EntityId,
    EntityKind,
    Keep,
    Name,
    PageMemory,
    ReceiverName,
    Verdict,
    Watchlist,
    WatchlistId,
)
from monitor.ops.backtest import Seen, compare, stored
from monitor.ops.backtested import show_backtest
from monitor.ops.comparing import Side
from monitor.pipeline import process
from monitor.ports import Ports
from monitor.steps.reading import ONE_IN
from monitor.steps.rules import Rules
from monitor.text.ids import digest63
from tests.contract.store_rows import ALL, DAY, FEED, NOW, announce, claim_entry, entry, settings, story
from tests.contract.store_rows import process as save
from tests.unit.articles.pages import GERMAN, page, paragraphs

WELL = PageMemory(reasons=(None,) * 20, chars=(900,) * 5, texts=20, usual=900.0)
# Names of entries whose pages are not among those that are extracted in any case.
SPARED = [f"n{number}" for number in range(60) if digest63(f"en_n{number}") % ONE_IN]
MINUTE = timedelta(minutes=1)


def side(*names: str, keep: Keep = Keep.TEXTS) -> Side:
    entities = tuple(
        Entity(id=EntityId(name.lower()), kind=EntityKind.ORGANIZATION, names=(Name(text=name),))
        for name in names
    )
    matcher = build_matcher(entities, {})
    rules = Rules(
        feeds={FEED: settings()},
        entities={each.id: each for each in entities},
        watchlists=(Watchlist(id=WatchlistId("all"), receivers=(ReceiverName("desk"),)),),
        receivers={},
        matcher=matcher,
        user_agent="test",
        keep=keep,
        sieve=None if keep is Keep.TEXTS else build_sieve(matcher.lexicon),
    )
    return Side(rules=rules, queries={})


class World:
    """One page at every address, and a clock that stands."""

    def __init__(self, body: str, now: datetime) -> None:
        self.body, self.time = body, now

    def now(self) -> datetime:
        return self.time

    def get(self, url: str) -> Document:
        return Document(url=url, content_type="text/html", body=self.body.encode())


def read(store: SqlStore, by: Side, name: str, sentence: str, now: datetime) -> None:
    """Have the pipeline process an entry whose page holds a sentence."""
    title = f"Bericht {name}"
    world = World(page(f"<p>{sentence}</p>{paragraphs(GERMAN * 2)}", title=title), now)
    wanted = entry(name)
    announced = Announced(guid=name, link=wanted.announced.link, title=title)
    (claim,) = store.claim_feeds(NOW + 9 * DAY, ALL, DAY)
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, (replace(wanted, announced=announced),), {}, (), {})
    ports = Ports(
        fetcher=cast("Any", world),
        sender=cast("Any", None),
        sandbox=InlineSandbox(),
        store=store,
        clock=world,
        random=Random(1),
    )
    process(claim_entry(store, name), ports, by.rules)


def backtested(store: SqlStore, before: Side, after: Side, since: datetime = NOW - DAY) -> dict[str, Any]:
    """Return what a backtest says, with pages read in processes of their own."""
    seen = Seen()
    with pages_apart(1) as pages:
        sheaves = stored(store.archived(since, NOW + DAY, 2), (before, after), pages, seen)
        comparison = compare(
            sheaves,
            (before, after),
            lambda work, those: ((each, work(each)) for each in those),
            seen,
            3,
        )
    found: dict[str, Any] = cast(
        "Any", show_backtest(comparison, seen, (before, after), (since, NOW + DAY), None).plain
    )
    return found


def remember_pages(store: SqlStore) -> None:
    """Have the feed's pages be known as good, so that those that name nobody are spared."""
    announce(store, entry("first"))
    save(store, "first", story("first"), pages=WELL)


def test_a_period_comes_in_the_order_of_its_times_a_few_at_a_time(store: SqlStore) -> None:
    one = side("Amazon")
    announce(store, entry("first"))
    ages = [3, 1, 1, 2, 0]
    for name, age in zip(SPARED, ages, strict=False):
        read(store, one, name, "Amazon baut.", NOW - age * MINUTE)

    batches = list(store.archived(NOW - 2 * MINUTE, NOW, 2))

    names = [each.article.entry_id for batch in batches for each in batch]
    assert [f"en_{SPARED[place]}" for place in (3, 1, 2)] == names
    assert [2, 1] == [len(batch) for batch in batches]
    assert all(each.matched and "Amazon baut." in each.article.zones.text for each in batches[0])
    assert 3 == store.count_archived(NOW - 2 * MINUTE, NOW)
    assert [] == list(store.archived(NOW + DAY, NOW + 2 * DAY, 2))


def test_stored_articles_tell_what_a_new_name_would_have_found(store: SqlStore) -> None:
    running = side("Amazon")
    announce(store, entry("first"))
    read(store, running, SPARED[0], "Amazon baut einen Chip.", NOW)
    read(store, running, SPARED[1], "Zalando liefert am Sonntag.", NOW + MINUTE)

    found = backtested(store, running, side("Zalando"))

    assert (1, 1, 0, 2) == (found["gained"], found["lost"], found["unchanged"], found["articles"]["judged"])
    by_entity = {each["entity"]: each["examples"][0] for each in found["entities"]}
    assert "«Zalando» liefert am Sonntag." == by_entity["zalando"]["sentence"]
    assert "there is no entity 'amazon'" == by_entity["amazon"]["why"]


def test_the_running_configuration_gives_the_alerts_that_it_gave(store: SqlStore) -> None:
    running = side("Amazon")
    announce(store, entry("first"))
    # A copy at another time is the same story, and a text without the name is no alert.
    for number, sentence in enumerate(("Amazon baut.", "Amazon baut.", "Niemand baut.")):
        read(store, running, SPARED[number], sentence, NOW + number * MINUTE)

    found = backtested(store, running, running)

    raised = store.status(NOW)["alerts"]
    assert (0, 0, raised, 1) == (found["gained"], found["lost"], found["unchanged"], raised)


@pytest.mark.parametrize(("keep", "gained", "without"), [(Keep.PAGES, 1, 0), (Keep.MATCHED, 0, 1)])
def test_a_page_that_was_never_extracted_is_read_where_it_is_kept(
    store: SqlStore, keep: Keep, gained: int, without: int
) -> None:
    running = side("Amazon", keep=keep)
    remember_pages(store)
    read(store, running, SPARED[0], "Zalando liefert am Sonntag.", NOW + MINUTE)
    stored_verdict = store.recent_articles(1)[0].article.verdict

    found = backtested(store, running, side("Zalando"), NOW + MINUTE)

    assert Verdict.UNREAD is stored_verdict
    assert (gained, without) == (found["gained"], found["articles"]["without_text"])
    assert ("keep: texts" in "".join(found["notes"])) == bool(without)


def test_the_service_writes_while_the_store_is_read(store: SqlStore, other: SqlStore) -> None:
    running = side("Amazon")
    announce(store, entry("first"))
    for place in range(3):
        read(store, running, SPARED[place], "Amazon baut.", NOW)
    batches = other.archived(NOW, NOW + DAY, 1)
    first = next(batches)

    read(store, running, SPARED[3], "Amazon baut.", NOW + 2 * DAY)

    assert [1, 1, 1] == [len(first), *(len(batch) for batch in batches)]
