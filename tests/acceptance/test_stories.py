"""What a desk hears of a story that grows, of a report that is corrected, and of one that is taken back."""

import json
from collections.abc import Callable
from typing import Any

from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually, paragraphs

Open = Callable[[str], Outlet]

HOUSE = paragraphs(
    "Unser Haus hat mit Fachleuten aus der Region über die Folgen des Vorhabens gesprochen.",
).replace("Beobachter sprechen", "Anwohner berichten")


def read(monitor: Monitor, articles: int) -> bool:
    return bool(monitor.status()["articles"] >= articles)


def updates(desk: Desk, reason: str) -> list[dict[str, Any]]:
    return [each for each in desk.events("match.updated") if each["data"]["update"]["reason"] == reason]


def test_a_story_is_told_once_and_again_when_a_third_outlet_carries_it(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, bote, echo = outlet("kurier"), outlet("bote"), outlet("echo")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier, bote, echo)
    monitor.start()
    eventually(desk.events, what="the first report alerts")

    half = "\n\n".join([*TEXT.split("\n\n")[:2], HOUSE])
    bote.publishes("Neuer Mann für künstliche Intelligenz bei Amazon", half, slug="neuer-mann")
    eventually(lambda: read(monitor, 2), what="the copy is read")
    monitor.kill()
    monitor.start()
    echo.publishes("Amazon: DeSantis steigt auf", f"{TEXT}\n\n{HOUSE}", slug="steigt-auf")
    (update,) = eventually(lambda: updates(desk, "outlets"), what="the third outlet is told")

    (created,) = desk.events()
    assert {"reason": "outlets", "outlets": 3} == update["data"]["update"]
    assert created["data"]["story"]["id"] == update["data"]["story"]["id"]
    assert (3, 3) == (update["data"]["story"]["articles"], update["data"]["story"]["outlets"])
    assert update["data"]["story"]["revision"] > created["data"]["story"]["revision"]


def test_an_entity_that_becomes_the_subject_is_told_again(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    passing = paragraphs(
        "Die Stadt Wesel baut ein Gewerbegebiet und wirbt um Firmen aus dem ganzen Land.",
        "Der Rat stimmte am Abend mit großer Mehrheit für den Plan der Verwaltung im Norden.",
        "Anfragen kamen bisher von einer Brauerei, einer Spedition und von Amazon.",
    )
    kurier.publishes("Wesel baut ein Gewerbegebiet", passing, slug="wesel")
    configured(monitor, desk, kurier, bote)
    monitor.start()
    (created,) = eventually(desk.events, what="the mention alerts")

    about = "Amazon will nach Wesel: Amazon sucht dort ein großes Grundstück für ein Lager.\n\n"
    bote.publishes("Amazon will nach Wesel", about + passing, slug="amazon-wesel")
    (update,) = eventually(lambda: updates(desk, "salience"), what="the rise is told")

    assert "mention" == created["data"]["matches"][0]["salience"]["level"]
    assert "about" == update["data"]["matches"][0]["salience"]["level"]


def test_a_correction_is_told_with_the_sentences_before_and_after(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    monitor.start()
    eventually(desk.events, what="the report alerts")
    monitor.kill()

    corrected = TEXT.replace("arbeitet seit Jahren für", "arbeitete bis Juni für")
    kurier.edits("ki-chef", title="Amazon ernennt Leiter für KI", text=corrected)
    monitor.start()
    (event,) = eventually(lambda: desk.events("article.corrected"), what="the correction is told")

    edit = event["data"]["edit"]
    assert {"before": "Amazon ernennt KI-Chef", "after": "Amazon ernennt Leiter für KI"} == edit["title"]
    assert {
        (
            "DeSantis arbeitet seit Jahren für die Cloud-Sparte AWS und berichtet direkt an Andy Jassy.",
            "DeSantis arbeitete bis Juni für die Cloud-Sparte AWS und berichtet direkt an Andy Jassy.",
        )
    } == {(each["before"], each["after"]) for each in edit["sentences"]}
    assert (2, 2) == (edit["revision"], event["data"]["article"]["revision"])
    assert [1, 0, 0] == [
        len(desk.events(kind)) for kind in ("match.created", "match.updated", "match.retracted")
    ]


def two_watchlists(quiet: str) -> str:
    return f"watchlists: {{now: {{receivers: [desk]}}, later: {{receivers: [desk]{quiet}}}}}"


def test_an_entity_that_an_edit_takes_out_is_retracted_behind_its_alert_and_one_that_it_brings_in_is_told(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    report = TEXT.replace("Chip Trainium", "Chip Inferentia")
    kurier.publishes("Amazon ernennt KI-Chef", report, slug="ki-chef")
    configured(monitor, desk, kurier, extra=two_watchlists(", quiet_hours: {from: '00:00', to: '24:00'}"))
    monitor.start()
    eventually(desk.events, what="the report alerts")
    configured(monitor, desk, kurier, extra=two_watchlists(""))
    monitor.reload()
    eventually(lambda: any('"event": "reload"' in line for line in monitor.lines()), what="nothing is quiet")

    edited = report.replace("Peter DeSantis", "Rohit Prasad").replace("DeSantis", "Prasad")
    kurier.edits("ki-chef", text=edited.replace("Chip Inferentia", "Chip Trainium"))
    eventually(lambda: len(desk.events()) == 3 and desk.events("match.retracted"), what="the edit is told")

    (retracted,) = desk.events("match.retracted")
    assert ["desantis"] == [each["entity"]["id"] for each in retracted["data"]["matches"]]
    pairs = {each["before"]: each["after"] for each in retracted["data"]["edit"]["sentences"]}
    first = next(before for before in pairs if "Peter DeSantis" in before)
    assert pairs[first] == first.replace("Peter DeSantis", "Rohit Prasad")
    assert "now" == retracted["data"]["alert"]["watchlist"]
    assert [["amazon", "desantis"], ["trainium"], ["trainium"]] == desk.entities()
    assert all(each["data"]["story"]["id"] == retracted["data"]["story"]["id"] for each in desk.events())
    assert [("match.created", "later"), ("article.corrected", "later"), ("match.retracted", "later")] == [
        (each["type"], each["watchlist"])
        for each in json.loads(monitor.call("held", "list", "--json"))["held"]
    ]
