"""What operators hear of feeds: each trouble once with its reason, and that it is over."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.adapters.store import open_store
from monitor.model import Rhythm
from monitor.ports import Wanted
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually, paragraphs

LONG = paragraphs(*(f"Die Stadt baut Haus Nummer {number} am Hafen." for number in range(12)))
SHORT = paragraphs("Die Stadt baut ein Haus am Hafen.")
CONSENT = "Wir und unsere 152 Partner verwenden Cookies und nutzen Ihre Daten. Alle akzeptieren."
PAYWALL = "Diesen Artikel weiterlesen: jetzt abonnieren, monatlich kündbar. Bereits Abonnent?"
DOWN = Answer(status=503)


def publish(outlet: Outlet, text: str, count: int, name: str) -> None:
    for number in range(count):
        outlet.publishes(f"{name} {number}", text, slug=f"{name}-{number}", summary=f"{name} {number}")


def nothing(_: Outlet) -> None:
    pass


@dataclass(frozen=True)
class Trouble:
    """What makes a feed ill, what mends it, and what is to be told."""

    kind: str
    reason: str
    begins: Callable[[Outlet], None]
    ends: Callable[[Outlet], None] = nothing


def is_replaced(outlet: Outlet) -> None:
    outlet.entries.clear()
    publish(outlet, LONG, 5, "other")


TROUBLES: Mapping[str, Trouble] = {
    "walled": Trouble(
        "source.degraded", "consent",
        lambda outlet: publish(outlet, CONSENT, 4, "wall"), lambda outlet: publish(outlet, LONG, 5, "free"),
    ),
    "sold": Trouble(
        "source.degraded", "paywall",
        lambda outlet: publish(outlet, PAYWALL, 4, "wall"), lambda outlet: publish(outlet, LONG, 5, "free"),
    ),
    "blank": Trouble(
        "source.degraded", "empty",
        lambda outlet: publish(outlet, "", 4, "blank"), lambda outlet: publish(outlet, LONG, 5, "text"),
    ),
    "shrunken": Trouble(
        "source.degraded", "shrunken",
        lambda outlet: publish(outlet, SHORT, 5, "short"), lambda outlet: publish(outlet, LONG, 5, "long"),
    ),
    "replaced": Trouble("source.degraded", "gap", is_replaced),
    "stormy": Trouble("source.degraded", "storm", lambda outlet: publish(outlet, LONG, 12, "storm")),
    "down": Trouble(
        "source.failing", "http_5xx",
        lambda outlet: outlet.answers("/feed.xml", DOWN), lambda outlet: outlet.recovers("/feed.xml"),
    ),
    "silent": Trouble("source.stale", "silent", nothing, lambda outlet: publish(outlet, LONG, 1, "again")),
}  # fmt: skip


def teach_silence(monitor: Monitor, feed: str) -> None:
    """Have the store remember weeks in which the feed brought news each hour, but for the last twenty."""
    now = datetime.now(UTC)
    with closing(open_store(monitor.store, owner="test")) as store:
        soon = now + timedelta(minutes=1)
        for claim in store.claim_feeds(soon, Wanted(limit=99, at_once=99), timedelta(seconds=60)):
            after = replace(claim.row, due_at=now)
            if claim.row.id == feed:
                rhythm = Rhythm(hour=int(now.timestamp() // 3600), shares=(0.9,) * 168, watched=999, news=500)
                after = replace(after, rhythm=replace(rhythm, quiet=18.0, silent=20))
            with store.transaction() as tx:
                tx.save_poll(claim, after, (), {}, (), {})


@pytest.fixture(scope="module")
def told(shared: Monitor) -> Iterator[Mapping[str, list[dict[str, Any]]]]:
    """One service, one feed for each trouble: what was told of each, from its beginning to its end."""
    with ExitStack() as stack:
        ops = stack.enter_context(closing(Desk()))
        outlets = {name: stack.enter_context(closing(Outlet(name))) for name in TROUBLES}
        watch(shared, ops, outlets)

        def of(name: str) -> list[dict[str, Any]]:
            events = [event for kind in KINDS for event in ops.events(kind)]
            mine = [event for event in events if event["data"]["feed"]["id"] == name]
            return sorted(mine, key=lambda event: str(event["timestamp"]))

        for name, outlet in outlets.items():
            publish(outlet, LONG, 25 if name == "shrunken" else 8, "first")
        shared.once()
        teach_silence(shared, "silent")
        shared.start()
        for name, trouble in TROUBLES.items():
            trouble.begins(outlets[name])
        eventually(lambda: all(of(name) for name in TROUBLES), what="each trouble is told")
        for name, trouble in TROUBLES.items():
            trouble.ends(outlets[name])
        eventually(lambda: all(len(of(name)) > 1 for name in TROUBLES), what="each end is told")
        status = {feed["id"]: feed for feed in shared.status()["feeds"]}
        assert {("ok", None)} == {(feed["state"], feed["reason"]) for feed in status.values()}
        yield {name: of(name) for name in TROUBLES}


KINDS = ("source.failing", "source.degraded", "source.stale", "source.recovered")


def watch(monitor: Monitor, ops: Desk, outlets: Mapping[str, Outlet]) -> None:
    feeds = "\n".join(
        f"  - {{id: {name}, url: '{each.feed}', every: 1s, "
        f"first_poll: {'all' if name == 'shrunken' else 'baseline'}}}"
        for name, each in outlets.items()
    )
    monitor.configure(
        f"feeds:\n{feeds}\nentities: [Trainium]\nhttp: {{listen: null}}\n"
        f"receivers:\n  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
        "events: ['source.*']}\n"
    )


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_and_its_end_are_told_once_each_with_the_reason(
    told: Mapping[str, list[dict[str, Any]]], name: str
) -> None:
    trouble = TROUBLES[name]

    begin, end = told[name]

    assert (trouble.kind, trouble.reason) == (begin["type"], begin["data"]["reason"])
    assert "source.recovered" == end["type"]
    assert (None, trouble.reason) == (end["data"]["reason"], end["data"]["previous_reason"])
    assert begin["data"]["last_well_at"]
    assert end["data"]["previous_since"]
