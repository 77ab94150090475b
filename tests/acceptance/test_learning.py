"""What a stream of articles teaches of an entity, and what an operator does with it."""

import json
from collections.abc import Callable

from tests.acceptance.world import Desk, Monitor, Outlet

Open = Callable[[str], Outlet]

CONFIGURATION = """
feeds:
{feeds}
matching: {{learn: on}}
entities: {{desantis: {{kind: person, names: [Peter DeSantis]}}}}
watchlists: {{all: {{min_confidence: 0.35}}}}
receivers: {{desk: {{url: '{desk}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}
http: {{listen: null}}
"""
OWN = [
    "Werkstatt Brücke Fenster Garten Hafen",
    "Insel Kanal Laterne Mauer Nebel",
    "Orgel Palast Quelle Ruine Schloss",
    "Treppe Ufer Vorhang Wiese Zaun",
    "Acker Balkon Dach Eimer Flasche",
    "Glocke Hammer Imker Jacke Kerze",
    "Lampe Messer Nadel Ofen Pinsel",
    "Regal Sessel Tasse Uhr Vase",
]


def configured(monitor: Monitor, desk: Desk, *outlets: Outlet) -> None:
    feeds = "\n".join(
        f"  - {{id: {each.name}, url: '{each.feed}', every: 1s, first_poll: all, articles: feed}}"
        for each in outlets
    )
    monitor.configure(CONFIGURATION.format(feeds=feeds, desk=desk.url))


def teach(*outlets: Outlet) -> None:
    """Publish four articles on the one DeSantis and four on the other, by turns, each in its own words."""
    for number in range(4):
        outlet = outlets[number % len(outlets)]
        words, others = OWN[number], OWN[4 + number]
        outlet.publishes(
            words,
            "",
            slug=f"p{number}",
            page=False,
            summary=f"Peter DeSantis zeigt Prozessoren. {words}.",
        )
        outlet.publishes(
            others,
            "",
            slug=f"r{number}",
            page=False,
            summary=f"Ron DeSantis besucht Kasernen. {others}.",
        )


def test_a_stream_teaches_words_that_later_alerts_show_until_somebody_drops_them(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, bote, dritte = outlet("kurier"), outlet("bote"), outlet("dritte")
    teach(kurier, bote)
    configured(monitor, desk, kurier, bote)
    monitor.once()
    before = len(desk.events())

    told = json.loads(monitor.call("context", "show", "desantis", "--json"))
    assert {"Prozessor": 0.5, "Kaserne": -0.5} == {each["word"]: each["weight"] for each in told["words"]}

    configured(monitor, desk, dritte)
    dritte.publishes("Neues", "", slug="n", page=False, summary="DeSantis stellt Prozessoren vor.")
    monitor.once()
    (event,) = desk.events()[before:]
    (match,) = event["data"]["matches"]
    assert "learned:Prozessor" in match["confidence"]["reasons"]
    assert match["confidence"]["value"] < 0.5

    line = json.dumps({"text": "DeSantis stellt Prozessoren vor."})
    assert "learned" not in monitor.call("match", stdin=line)
    assert "learned" in monitor.call("match", "--learned", stdin=line)
    monitor.call("context", "drop", "desantis", "Prozessoren")
    assert "learned" not in monitor.call("match", "--learned", stdin=line)
