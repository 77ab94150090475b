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


def test_links_of_an_alert_take_a_verdict_that_the_api_shows_also_after_a_crash(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    base = f"http://127.0.0.1:{free_port()}"
    configured(monitor, desk, kurier)
    written = monitor.config.read_text("utf-8")
    address = f"{{listen: '{base[7:]}', public_url: '{base}/', token: {TOKEN}}}"
    monitor.config.write_text(written.replace("{listen: null}", address), "utf-8")

    def judged(query: str = "") -> list[Any]:
        status, listed = ask(f"{base}/api/v1/matches?entity=amazon{query}", authorization=f"Bearer {TOKEN}")
        assert status == 200
        return [each["verdict"] and each["verdict"]["said"] for each in json.loads(listed)["matches"]]

    monitor.start()
    (event,) = eventually(desk.events)
    links = next(each["verdict"] for each in event["data"]["matches"] if each["entity"]["id"] == "amazon")
    # Who scans mails looks at both.
    looked = [ask(links[word])[0] for word in ("right", "wrong")]
    assert [200, 200] == looked
    assert [None] == judged()

    _, page = ask(links["wrong"])
    words = re.findall(r'<button name="verdict" value="(\w+)"', page)
    assert ["wrong", "right"] == words
    status, thanks = ask(
        links["wrong"], urlencode({"note": "der Fluß", "verdict": words[0]}).encode(), accept="text/html"
    )
    assert (200, True) == (status, "Noted" in thanks)
    assert (["wrong"], [], ["wrong"]) == (judged(), judged("&verdict=right"), judged("&verdict=wrong"))
    assert ask(links["wrong"].replace("amazon", "trainium"), b"")[0] == 403
    assert ask(f"{base}/api/v1/matches")[0] == 401

    monitor.kill()
    before = desk.requests[0][1]
    monitor.start()
    assert ask(links["right"], b"")[0] == 200
    assert ["right"] == judged()
    monitor.call("deliveries", "replay", desk.requests[0][0]["webhook-id"])
    eventually(lambda: desk.requests[1:], what="the replay")
    code, _ = monitor.stop()

    assert 0 == code
    assert {before} == {body for _, body in desk.requests}
