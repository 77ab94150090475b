"""Somebody at a desk says that an alert is right, or wrong."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.servers import free_port

Open = Callable[[str], Outlet]
TOKEN = "a-token-of-more-than-24-characters"


def ask(url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    try:
        with urlopen(Request(url, data=body, headers=headers), timeout=30) as answer:
            return int(answer.status), answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def address(monitor: Monitor, more: str = "") -> str:
    """Have the service listen where others reach it, and return where that is."""
    base = f"http://127.0.0.1:{free_port()}"
    written = monitor.config.read_text("utf-8")
    http = f"{{listen: '{base[7:]}', public_url: '{base}/'{more}}}"
    monitor.config.write_text(written.replace("{listen: null}", http), "utf-8")
    return base


def links(event: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = next(
        each["verdict"] for each in event["data"]["matches"] if each["entity"]["id"] == "amazon"
    )
    return found


def test_links_of_an_alert_take_a_verdict_that_the_api_shows_also_after_a_crash(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    base = address(monitor, f", token: {TOKEN}")

    def judged(query: str = "") -> list[Any]:
        status, listed = ask(f"{base}/api/v1/matches?entity=amazon{query}", authorization=f"Bearer {TOKEN}")
        assert status == 200
        return [each["verdict"] and each["verdict"]["said"] for each in json.loads(listed)["matches"]]

    monitor.start()
    (event,) = eventually(desk.events)
    say = links(event)
    # Who scans mails looks at both.
    looked = [ask(say[word])[0] for word in ("right", "wrong")]
    assert [200, 200] == looked
    assert [None] == judged()

    _, page = ask(say["wrong"])
    words = re.findall(r'<button name="verdict" value="(\w+)"', page)
    assert ["wrong", "right"] == words
    status, thanks = ask(
        say["wrong"], urlencode({"note": "der Fluß", "verdict": words[0]}).encode(), accept="text/html"
    )
    assert (200, True) == (status, "Noted" in thanks)
    assert (["wrong"], [], ["wrong"]) == (judged(), judged("&verdict=right"), judged("&verdict=wrong"))
    assert ask(say["wrong"].replace("amazon", "trainium"), b"")[0] == 403
    assert ask(f"{base}/api/v1/matches")[0] == 401

    monitor.kill()
    before = desk.requests[0][1]
    monitor.start()
    assert ask(say["right"], b"")[0] == 200
    assert ["right"] == judged()
    monitor.call("deliveries", "replay", desk.requests[0][0]["webhook-id"])
    eventually(lambda: desk.requests[1:], what="the replay")
    code, _ = monitor.stop()

    assert 0 == code
    replayed = {(headers["webhook-id"], body) for headers, body in desk.requests}
    assert {(desk.requests[0][0]["webhook-id"], before)} == replayed


RIGHT = "Amazon baut in Leipzig ein Lager, die Gewerkschaft fordert mehr Lohn für die Packer."
WRONG = (
    "Die Kapelle Amazon Quintett spielt am Sonntag im Schloss Lieder von Schubert und Wolf.",
    "Ein Preis für junge Geiger geht an das Amazon Quintett aus Graz, das seit Mai tourt.",
    "Das Fest begann mit Regen. Dann kam Amazon Quintett auf die Bühne und blieb zwei Stunden.",
)


def test_verdicts_become_a_decoy_that_is_tried_written_and_then_spares_the_desk(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    for number, text in enumerate((RIGHT, *WRONG)):
        kurier.publishes(f"Meldung {number}", "", slug=str(number), summary=text, page=False)
    configured(monitor, desk, kurier)
    written = monitor.config.read_text("utf-8").replace("first_poll: all", "first_poll: all, articles: feed")
    monitor.config.write_text(f"# mine\n{written}", "utf-8")
    address(monitor)
    monitor.start()
    eventually(lambda: desk.events()[3:])
    assert "nobody has said" in monitor.call("quality")
    for event in desk.events():
        word = "right" if event["data"]["article"]["title"] == "Meldung 0" else "wrong"
        assert ask(links(event)[word], b"")[0] == 200

    shown = monitor.call("quality", "--entity", "amazon")
    (found,) = json.loads(monitor.call("quality", "--apply", "--json"))["entities"]
    monitor.reload()
    eventually(lambda: any('"event": "reload"' in line for line in monitor.lines()), what="the reload")
    kurier.publishes("Karten", "", slug="4", summary="Karten für Amazon Quintett sind weg.", page=False)
    kurier.publishes("Lager", "", slug="5", summary="Das Lager von Amazon in Graben wird größer.", page=False)
    eventually(lambda: desk.events()[4:])
    code, _ = monitor.stop()

    assert 0 == code
    assert "25%" in shown
    assert "Amazon Quintett" in shown
    assert (4, 1, 3, 0.25) == tuple(found[key] for key in ("told", "right", "wrong", "precision"))
    assert {"not": ["Amazon Quintett"]} == found["proposal"]["additions"]
    text = monitor.config.read_text("utf-8")
    assert text.startswith("# mine\n")
    assert 'not: [Amazonas, Amazon River, "Amazon Quintett"]' in text
    assert "Lager" == desk.events()[-1]["data"]["article"]["title"]
    assert 5 == len(desk.events())
