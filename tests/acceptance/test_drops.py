"""Every way in which an alert does not come, or comes later, as an editor is told of it afterwards."""

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.adapters.store import open_store
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.test_sources import CONSENT, PAYWALL
from tests.acceptance.world import Answer, Desk, Monitor, Outlet

Open = Callable[[str], Outlet]
# Three articles that have nothing in common but a name.
SAID = (
    (
        "Amazon baut in Leipzig ein Lager für Ersatzteile und stellt dreihundert Menschen ein.\n\n"
        "Der Oberbürgermeister lobte am Montag den Standort an der Autobahn, wo Rüben wuchsen. Leute "
        "fürchten den Verkehr und sammeln Namen gegen die Zufahrt durch ihr Dorf. Im Herbst sollen die "
        "ersten Bagger rollen, das Dach wird begrünt, und ein Radweg führt zum Bahnhof."
    ),
    (
        "Amazon verkauft in Wien künftig frisches Gemüse, das auf Lastenrädern gebracht wird.\n\n"
        "Tomaten, Paprika und Salat kommen aus dem Burgenland und liegen nach zwei Stunden vor der Tür. "
        "Marktfrauen am Naschmarkt zucken die Schultern: Wer kosten will, der kommt weiter zu ihnen. "
        "Eine Gewerkschaft verlangt Regenjacken, Pausenräume und einen Zuschlag für steile Gassen im Winter."
    ),
    (
        "Amazon streitet in Hamburg mit der Hafenbehörde über die Miete einer alten Halle.\n\n"
        "Das Gericht hört nächste Woche drei Sachverständige, die den Zustand der Kaimauer beschreiben. "
        "Denkmalschützer verweisen auf Gemälde unter dem Putz, die ein Seemann vor Zeiten hinterließ. "
        "Gewinnt die Stadt, zieht ein Museum für Schleppkähne ein; verliert sie, bleibt das Tor verschlossen."
    ),
)
LISTS = """
watchlists:
  hushed: {{entities: [amazon], receivers: [desk]}}
  sparing: {{entities: [amazon], receivers: [desk], budget: {{alerts: 1, per: 1d}}}}
  asleep: {{entities: [amazon], receivers: [desk], quiet_hours: {{from: "{begin}", to: "{end}", tz: UTC}}}}
  digest: {{entities: [amazon], receivers: [desk], digest: {{at: ["07:30"]}}}}
  nobody: {{entities: [amazon], receivers: []}}
  asks: {{entities: [amazon], when: "title:Hochwasser", receivers: [desk]}}
  french: {{entities: [amazon], languages: [fr], receivers: [desk]}}
  labels: {{entities: [amazon], feeds: {{tier: ["1"]}}, receivers: [desk]}}
  surer: {{entities: [amazon], min_confidence: 1.0, receivers: [desk]}}
  about: {{entities: [amazon], min_salience: 1.0, receivers: [desk]}}
  people: {{entities: [desantis], receivers: [desk]}}
"""


def configured(monitor: Monitor, desk: Desk, *feeds: Outlet, first: str = "all") -> None:
    now = datetime.now(UTC)
    lists = LISTS.format(begin=f"{now - timedelta(hours=1):%H:%M}", end=f"{now + timedelta(hours=2):%H:%M}")
    lines = "\n".join(
        f"  - {{id: {each.name}, url: '{each.feed}', every: 1s, first_poll: {first}, brake: {{alerts: 1}}}}"
        for each in feeds
    )
    monitor.configure(
        f"feeds:\n{lines}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        f"http: {{listen: null}}\n{lists}"
    )


def explained(monitor: Monitor, link: str, expect: int = 0) -> Any:
    return json.loads(monitor.call("explain", link, "--stored", "--json", expect=expect))


def answers(plain: Any) -> Mapping[str, tuple[str | None, str | None]]:
    """Return of each watchlist why it gave no alert, and what held the one that it gave."""
    return {
        each["watchlist"]: (each["reason"], each["then"]["hold"] if each["then"] else None)
        for each in plain["watchlists"]
    }


def test_of_each_watchlist_the_reason_for_no_alert_or_a_later_one_is_told(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    monitor.once()
    monitor.call("silence", "add", "watchlist=hushed", "--for", "2h")
    first = kurier.publishes("Amazon baut", SAID[0], slug="lager")
    monitor.once()
    second = kurier.publishes("Amazon verkauft", SAID[1], slug="gemuese")
    monitor.once()

    spent = explained(monitor, second)

    assert ("sparing", (None, None)) in answers(explained(monitor, first)).items()
    assert {
        "hushed": (None, "silenced"),
        "sparing": (None, "budget"),
        "asleep": (None, "quiet_hours"),
        "digest": (None, "digest"),
        "nobody": ("no_receiver", None),
        "asks": ("query", None),
        "french": ("language", None),
        "labels": ("feed_label", None),
        "surer": ("confidence", None),
        "about": ("salience", None),
    } == answers(spent)
    assert "none of its names" in monitor.call("explain", second, "--stored", "--entity", "desantis")


def test_a_storm_and_a_copy_are_told_and_so_is_what_was_dropped_by_hand(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, blatt = outlet("kurier"), outlet("blatt")
    configured(monitor, desk, kurier, blatt)
    monitor.once()
    links = [
        kurier.publishes(f"Amazon {number}", said, slug=f"a{number}") for number, said in enumerate(SAID)
    ]
    monitor.once()
    copied = blatt.publishes("Amazon 0", SAID[0], slug="kopie")
    monitor.once()

    held = [answers(explained(monitor, link))["hushed"][1] for link in links]
    stormy = links[held.index("storm")]
    waiting = monitor.call("explain", stormy, "--stored")
    monitor.call("held", "drop", "--all")
    dropped = monitor.call("explain", stormy, "--stored")

    assert "told" == answers(explained(monitor, copied))["hushed"][0]
    assert "held; see `monitor held`" in waiting
    assert "(storm)" in waiting
    assert "dropped by hand" in dropped


def test_pages_that_say_little_are_told_by_what_was_wrong_with_them(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    links = {
        "consent": kurier.publishes("Amazon in Leipzig", CONSENT, slug="consent"),
        "paywall": kurier.publishes("Amazon in Wien", PAYWALL, slug="paywall"),
        "empty": kurier.publishes("Amazon in Hamburg", "", slug="empty"),
        "robots": kurier.publishes("Amazon in Bonn", TEXT, slug="robots"),
        "http_4xx": kurier.publishes("Amazon in Kiel", TEXT, slug="nichts", page=False),
    }
    kurier.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /robots.html")
    configured(monitor, desk, kurier)
    monitor.once()

    pages = {reason: explained(monitor, link)["source"]["stages"]["page"] for reason, link in links.items()}

    for reason, told in pages.items():
        assert reason in told, pages


def test_an_entry_that_was_there_before_or_waits_or_whose_feed_rests_says_so(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    old = kurier.publishes("Amazon baut", SAID[0], slug="alt")
    configured(monitor, desk, kurier, first="baseline")
    monitor.once()
    monitor.call("feeds", "pause", "kurier")

    remembered = explained(monitor, old, expect=1)["source"]["stages"]

    assert "remembered, never read" in remembered["state"]
    assert "paused since" in remembered["feed"]
    assert "no feed showed an entry" in monitor.call(
        "explain", f"{kurier.base}/nie.html", "--stored", expect=2
    )


def test_what_was_purged_is_told_as_no_longer_kept(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    link = kurier.publishes("Amazon baut", SAID[0], slug="lager")
    configured(monitor, desk, kurier)
    monitor.once()
    (alert, *_) = (each["id"] for each in explained(monitor, link)["source"]["alerts"])
    with closing(open_store(monitor.store, owner="later")) as store:
        store.purge(datetime.now(UTC) + timedelta(days=1))

    assert "no article yet, or none any more" in monitor.call("explain", link, "--stored", expect=1)
    assert "alerts are kept as long as `retention` says" in monitor.call("explain", alert, expect=2)


def test_a_watchlist_that_came_later_does_not_claim_that_it_alerted(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    link = kurier.publishes("Amazon baut", SAID[0], slug="lager")
    configured(monitor, desk, kurier)
    monitor.once()
    listed = monitor.config.read_text("utf-8")
    monitor.config.write_text(
        listed.replace("  people:", "  late: {entities: [amazon], receivers: [desk]}\n  people:"), "utf-8"
    )

    plain = explained(monitor, link)

    (late,) = (each for each in plain["watchlists"] if each["watchlist"] == "late")
    assert (True, None) == (late["alert"], late["then"])
    assert "none came: the configuration was another one" in late["words"]
