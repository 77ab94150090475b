"""What programs learn of a whole service that runs, by asking it."""

import http.client
import json
from collections.abc import Callable
from typing import Any

from tests.acceptance.stores import change
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.servers import free_port

TOKEN = "a-token-of-more-than-24-characters"


def asked(port: int, target: str, **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", f"/api/v1/{target}", headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_a_running_service_tells_what_it_read_whom_it_named_and_what_it_delivered(
    monitor: Monitor, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    kurier, port = outlet("kurier"), free_port()
    link = kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    closed = monitor.config.read_text(encoding="utf-8")
    monitor.config.write_text(
        closed.replace("{listen: null}", f"{{listen: '127.0.0.1:{port}', token: 'env:API_TOKEN'}}"),
        encoding="utf-8",
    )
    monitor.start(API_TOKEN=TOKEN)
    (event,) = eventually(desk.events)

    def told(target: str) -> Any:
        status, answer = asked(port, target, authorization=f"Bearer {TOKEN}")
        assert 200 == status, answer
        return answer

    eventually(lambda: told("deliveries?state=delivered")["deliveries"], what="the delivery is told")
    (listed,) = told("articles?entity=amazon&since=1h")["articles"]
    (searched,) = told("articles?q=%22peter%20desantis%22%20-amazonas")["articles"]
    (alert,) = told("alerts?receiver=desk")["alerts"]
    whole = told(f"articles/{listed['id']}")

    assert (link, "kurier") == (listed["url"], listed["feed"])
    assert "Peter DeSantis" in whole["text"]
    assert listed["id"] == searched["id"]
    assert "Peter DeSantis" in searched["snippet"]
    assert {"amazon", "desantis", "trainium"} == {each["entity"] for each in whole["matches"]}
    assert event["data"]["alert"]["id"] == alert["id"] == told(f"alerts/{alert['id']}")["id"]
    assert 401 == asked(port, "articles")[0]
    assert TOKEN not in monitor.log.read_text(encoding="utf-8")


def test_articles_are_searched_by_a_command_and_those_of_older_versions_once_the_service_ran(
    monitor: Monitor, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    monitor.once()

    def search(*query: str) -> list[str]:
        found = json.loads(monitor.call("articles", "search", *query, "--json"))
        return [row["title"] for row in found["articles"]]

    assert ["Amazon ernennt KI-Chef"] == search("künstl* intelligenz", "--since", "1h", "--feed", "kurier")
    assert [] == search("künstl* -intelligenz")
    assert "KI-Chef" in monitor.call("articles", "search", "ki")
    assert "names no word" in monitor.call("articles", "search", "'*'", expect=2)

    # As a store of an older version: no words, and no mark of how far down there are any.
    change(monitor.store, "DELETE FROM article_words")
    change(monitor.store, "DELETE FROM marks WHERE name = 'article words'")
    assert [] == search("intelligenz")
    monitor.start()
    eventually(lambda: search("intelligenz"), what="the words are added")
