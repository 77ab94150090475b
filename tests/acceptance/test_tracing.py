"""Stories of an editor who asks the store why an alert came, and why one did not."""

import json
from collections.abc import Callable
from typing import Any

from tests.acceptance.test_alerts import ENTITIES, TEXT, configured
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, paragraphs

Open = Callable[[str], Outlet]
OTHER = paragraphs("Die Cloud von Amazon und der Chip Trainium stehen in Leipzig.", "Mehr ist nicht bekannt.")
LISTS = """
watchlists:
  all: {entities: [amazon, desantis, trainium], receivers: [desk]}
  asks: {entities: [amazon], when: "title:Hochwasser", receivers: [desk]}
  french: {entities: [amazon], languages: [fr], receivers: [desk]}
  labels: {entities: [amazon], feeds: {tier: ["1"]}, receivers: [desk]}
  surer: {entities: [amazon], min_confidence: 1.0, receivers: [desk]}
  about: {entities: [trainium], min_salience: 0.99, receivers: [desk]}
  later: {entities: [amazon], receivers: [desk], digest: {at: ["07:30"]}}
"""


def explained(monitor: Monitor, *what: str) -> Any:
    return json.loads(monitor.call("explain", *what, "--json"))


def stages(monitor: Monitor, url: str, *more: str, expect: int = 0) -> str:
    return monitor.call("explain", url, "--stored", *more, expect=expect)


def test_an_alert_that_came_is_told_from_feed_to_answer_without_fetching_anything(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    link = kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    desk.answers(500)
    monitor.once()
    asked = len(kurier.asked)
    alert = desk.events()[0]["data"]["alert"]["id"]

    told = monitor.call("explain", alert)
    plain = explained(monitor, alert)
    by_address = explained(monitor, link, "--stored", "--entity", "amazon")

    for words in ("kurier: ok", "read and matched", "full", "«Amazon»", "1 article in 1 outlet", "at once"):
        assert words in told
    assert "alert" == plain["source"]["kind"]
    (sent,) = plain["source"]["alerts"]
    (delivery,) = sent["deliveries"]
    assert ("desk", "delivered") == (delivery["receiver"], delivery["log"]["state"])
    assert [500, 204] == [each["status"] for each in delivery["log"]["attempts"]]
    assert [alert] == [each["id"] for each in by_address["source"]["alerts"]]
    assert ["amazon"] == [each["entity"] for each in by_address["matches"]]
    assert asked == len(kurier.asked)


def test_an_entry_of_the_first_poll_that_was_never_read_says_so(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    old = kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="alt")
    configured(monitor, desk, kurier, policy="baseline")
    monitor.once()

    assert "remembered, never read" in stages(monitor, old, expect=1)


def test_what_did_not_come_says_at_which_stage_it_ended(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier, blatt = outlet("kurier"), outlet("blatt")
    first = kurier.publishes("Amazon und Trainium in Leipzig", OTHER, slug="chip")
    gone = kurier.publishes("Amazon Cloud wächst weiter", OTHER, slug="weg")
    kurier.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /weg")
    river = kurier.publishes("Am Amazon River", "Am Amazon River brennt der Wald. " * 30, slug="wald")
    nobody = kurier.publishes("Wetter", paragraphs("Es regnet.", "Es schneit."), slug="wetter")
    configured(monitor, desk, kurier, extra=LISTS + "keep: matched\n")
    monitor.once()
    configured(monitor, desk, kurier, blatt, extra=LISTS + "keep: matched\n")
    copied = blatt.publishes("Amazon und Trainium in Leipzig", OTHER, slug="kopie")
    monitor.once()

    whole = explained(monitor, first, "--stored")
    reasons = {(each["watchlist"], each["reason"], each["hold"]) for each in whole["watchlists"]}
    alerts = {(each["watchlist"], each["hold"]) for each in whole["source"]["alerts"]}
    copy = explained(monitor, copied, "--stored", "--entity", "amazon")

    assert {
        ("all", None, None),
        ("asks", "query", None),
        ("french", "language", None),
        ("labels", "feed_label", None),
        ("surer", "confidence", None),
        ("about", "salience", None),
        ("later", None, "digest"),
    } <= reasons
    assert {("all", None), ("later", "digest")} <= alerts
    assert ("all", "told") in {(each["watchlist"], each["reason"]) for each in copy["watchlists"]}
    assert "told before" in stages(monitor, copied)
    monitor.call("held", "release", "--all")
    (held,) = (each for each in explained(monitor, first, "--stored")["source"]["alerts"] if each["hold"])
    assert "digest.created" == held["deliveries"][0]["log"]["type"]
    assert "matched on what the feed carries" in stages(monitor, gone)
    assert "every place where a name seems to stand is refused" in stages(monitor, river)
    assert "the article names nobody who is watched" in stages(monitor, nobody)
    assert "none is kept" in stages(monitor, nobody)


def test_what_the_store_does_not_know_is_told_with_what_to_do(monitor: Monitor) -> None:
    monitor.configure(f"feeds: []\n{ENTITIES}\nhttp: {{listen: null}}\n")

    assert "no feed showed an entry" in stages(monitor, "https://news.example/a", expect=2)
    assert "there is no alert 'al_0'" in monitor.call("explain", "al_0", expect=2)
