"""What a desk gets to hear, and what it does not."""

import json
from collections.abc import Callable
from math import exp

import pytest

from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually, paragraphs

ENTITIES = """
entities:
  amazon:
    kind: organization
    names: [Amazon, {text: AWS, case: exact}]
    not: [Amazonas, Amazon River]
    context: [Jassy, Cloud]
  desantis: {kind: person, names: [Peter DeSantis], not: [Ron DeSantis]}
  trainium: {kind: product, names: [Trainium]}
"""

TEXT = paragraphs(
    "Amazon macht Peter DeSantis zum Chef einer neuen Organisation für künstliche Intelligenz.",
    "Amazons Chip Trainium gehört künftig zu seinem Bereich, ebenso die Forschung an großen Modellen.",
    "DeSantis arbeitet seit Jahren für die Cloud-Sparte AWS und berichtet direkt an Andy Jassy.",
)

# Stories of their own, each with one entity.
SEVERAL = {
    "lager": (
        "Amazon baut ein Lager in Rostock. Zwischen Hafen und Autobahn liegen zwölf Hektar brach, auf denen "
        "früher Holz gestapelt wurde. Der Bürgermeister hofft auf Lehrstellen, die Anwohner auf einen Wall "
        "gegen den Lärm der Laster."
    ),
    "musik": (
        "Amazon erhöht den Preis seines Musikdienstes. Familien zahlen ab März zwei Euro mehr im Monat, "
        "Studierende bleiben verschont. Verbraucherschützer raten, Kündigungsfristen nachzulesen und "
        "andere Anbieter zu vergleichen, bevor ein Jahr wieder verlängert ist."
    ),
    "drohnen": (
        "Amazon darf in Irland Drohnen fliegen lassen. Die Luftaufsicht genehmigt Pakete bis zu fünf Pfund "
        "über Feldern nahe der Stadt, solange Wind und Sicht es zulassen. Schafzüchter klagten zuvor über "
        "nervöse Tiere, ein Gericht wies sie ab."
    ),
    "chips": (
        "Trainium ist in Japan ausverkauft. Rechenzentren in Osaka warten bis zum Sommer auf weitere "
        "Platten mit dem Beschleuniger, schreibt eine Zeitung. Schuld sei ein Mangel an Gehäusen, nicht an "
        "Scheiben, und ein Taifun habe Frachter aufgehalten."
    ),
}

Open = Callable[[str], Outlet]


def configured(monitor: Monitor, desk: Desk, *feeds: Outlet, extra: str = "", policy: str = "all") -> None:
    lines = "\n".join(
        f"  - {{id: {each.name}, url: '{each.feed}', every: 1s, first_poll: {policy}}}" for each in feeds
    )
    monitor.configure(
        f"feeds:\n{lines}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        f"http: {{listen: null}}\n{extra}"
    )


def test_a_new_article_alerts_once_with_evidence_and_a_signature(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes(
        "Amazon ernennt KI-Chef", f"{TEXT}\n\nAm Amazonas steht das Wasser niedrig wie nie.", slug="ki-chef"
    )
    configured(monitor, desk, kurier)

    summary = monitor.once()

    (event,) = desk.events()
    assert summary["alerted"] == 1
    assert {"amazon", "desantis", "trainium"} == {match["entity"]["id"] for match in event["data"]["matches"]}
    for match in event["data"]["matches"]:
        for evidence in match["evidence"]:
            assert evidence["surface"] in evidence["sentence"]
        confidence = match["confidence"]
        assert confidence["sum"] == pytest.approx(sum(confidence["weights"]))
        assert confidence["value"] == pytest.approx(1 / (1 + exp(-confidence["sum"])), abs=1e-4)
        assert len(confidence["reasons"]) == len(confidence["weights"])
    (amazon,) = (match for match in event["data"]["matches"] if match["entity"]["id"] == "amazon")
    assert [("Amazonas", "decoy", 1)] == [tuple(each.values()) for each in amazon["rejected"]]
    assert "webhook-signature" in desk.requests[0][0]


def test_a_first_poll_remembers_and_alerts_nothing_until_something_new_comes(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon baut ein Lager", TEXT, slug="lager")
    configured(monitor, desk, kurier, policy="baseline")

    monitor.once()
    before = len(desk.events())
    kurier.publishes("Amazon ernennt KI-Chef", TEXT + "\n\nNeu.", slug="ki-chef")
    eventually(lambda: monitor.once()["entries"], what="the new entry is found")

    assert before == 0
    assert len(desk.events()) == 1


def test_a_wire_copy_under_another_headline_does_not_alert_again(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    bote.publishes("Neuer Mann für künstliche Intelligenz bei Amazon", TEXT, slug="neuer-mann")
    configured(monitor, desk, kurier, bote)

    monitor.once()

    assert monitor.status()["articles"] == 2
    assert len(desk.events()) == 1


def test_other_things_of_the_same_name_do_not_alert(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Brände am Amazonas", paragraphs("Am Amazonas brennt der Wald."), slug="amazonas")
    kurier.publishes("Florida", paragraphs("Gouverneur Ron DeSantis sprach in Florida."), slug="ron")
    configured(monitor, desk, kurier)

    monitor.once()

    assert monitor.status()["articles"] == 2
    assert desk.requests == []


def test_a_page_that_cannot_be_had_leaves_what_the_feed_carries(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Trainium", "", slug="weg", summary="Amazon stellt den Chip Trainium vor.", page=False)
    kurier.answers(
        "/robots.txt", Answer(body=b"User-agent: *\nDisallow: /weg", headers={"content-type": "text/plain"})
    )
    configured(monitor, desk, kurier)

    monitor.once()

    assert [["amazon", "trainium"]] == [sorted(each) for each in desk.entities()]
    assert not any(path == "/weg.html" for _, path, _ in kurier.asked)


def test_a_receiver_that_fails_gets_the_same_bytes_under_the_same_id_again(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    desk.answers(503, times=2)
    configured(monitor, desk, kurier)
    monitor.start()

    eventually(lambda: len(desk.requests) >= 3 and monitor.status()["deliveries"]["delivered"])

    assert 3 == len(desk.requests)
    assert 1 == len({(headers["webhook-id"], body) for headers, body in desk.requests})
    assert (0, True) == ((stopped := monitor.stop())[0], stopped[1] < 30)


def test_410_ends_a_receiver_and_tells_the_fallback(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    desk.answers(410)
    configured(monitor, desk, kurier)
    monitor.config.write_text(
        monitor.config.read_text().replace(
            "receivers:\n",
            f"receivers:\n  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
            "events: ['receiver.*'], fallback: true}\n",
        )
    )

    monitor.once()

    status = monitor.status()
    assert 1 == status["deliveries"]["dead"]
    assert {"desk": "disabled"}.items() <= {
        each["name"]: each["state"] for each in status["receivers"]
    }.items()
    assert 1 == len(ops.events("receiver.disabled"))


def test_a_budget_holds_the_rest_for_a_digest(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    for slug, text in SEVERAL.items():
        kurier.publishes(text.partition(".")[0], text, slug=slug)
    # Long enough for a busy machine to read several within it.
    configured(
        monitor, desk, kurier,
        extra="watchlists: {all: {receivers: [desk], budget: {alerts: 1, per: 10s}}}\n",
    )  # fmt: skip
    monitor.start()

    digests = eventually(lambda: desk.events("digest.created"))

    assert 1 == len(desk.events())
    assert monitor.status()["alerts"] >= 2
    assert digests
    assert {"budget"} == {why for each in digests for why in each["data"]["digest"]["held"]}


def test_a_running_service_obeys_a_silence_at_once_and_what_it_held_is_listed_and_comes_when_it_ends(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    monitor.start()
    silence = json.loads(
        monitor.call("silence", "add", "entity=~amazon|desantis", "--for", "1h", "--by", "anna", "--json")
    )
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")

    eventually(desk.events, what="what is not silenced comes")
    status = monitor.status()
    held = json.loads(monitor.call("held", "list", "--json"))["held"]
    monitor.call("silence", "expire", silence["id"])
    (digest,) = eventually(lambda: desk.events("digest.created"), what="the digest after the silence")

    assert [["trainium"]] == desk.entities()
    assert (1, [silence["id"]]) == (status["held"]["silenced"], [each["id"] for each in status["silences"]])
    assert [("silenced", ["amazon", "desantis"])] == [
        (each["held"], sorted(each["entities"])) for each in held
    ]
    assert {"silenced": 1} == digest["data"]["digest"]["held"]
    assert [] == json.loads(monitor.call("held", "list", "--json"))["held"]
