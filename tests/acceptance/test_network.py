"""Somebody who asks, before the service starts, whether feeds and receivers are there."""

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config.load import load_config
from monitor.model import FailureReason, FetchFailed, Reply
from monitor.ops.network import World, ask_network
from tests.acceptance.test_alerts import TEXT
from tests.acceptance.world import Answer, Desk, Monitor, Outlet
from tests.servers import free_port

pytestmark = pytest.mark.without_store
Open = Callable[[str], Outlet]
ENTITIES = "entities: [Amazon]\nhttp: {listen: null}\n"


def told(monitor: Monitor, expect: int) -> Any:
    return json.loads(monitor.call("check", "--network", "--json", expect=expect))["network"]


def test_where_everybody_answers_all_is_well_and_nothing_is_sent_or_stored(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    monitor.configure(
        f"feeds: ['{kurier.feed}']\n{ENTITIES}"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
    )

    shown = monitor.call("check", "--network")
    (feed,), (receiver,) = told(monitor, 0).values()

    assert "all 2 feeds and receivers answer" in shown
    assert "no dates" in shown
    assert (None, "rss20", 1, 1, 0) == tuple(
        feed[key] for key in ("reason", "format", "entries", "pages", "pages_excluded")
    )
    assert {"name": "desk", "reason": None, "detail": ""} == receiver
    assert [] == desk.requests
    assert {"/feed.xml", "/robots.txt"} == {path for _, path, _ in kurier.asked}
    assert not monitor.database.exists()


def test_what_is_wrong_with_a_feed_or_a_receiver_is_told_and_is_a_failure(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, blatt, bote = outlet("kurier"), outlet("blatt"), outlet("bote")
    for each in (kurier, blatt):
        each.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    kurier.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /")
    kurier.pages["/old"] = Answer(status=301, headers={"location": "/feed.xml"})
    bote.pages["/page"] = Answer(body=b"<!doctype html><p>Hallo", headers={"content-type": "text/html"})
    monitor.configure(
        "feeds:\n"
        f"  - {{id: moved, url: '{kurier.base}/old'}}\n"
        f"  - {{id: fine, url: '{blatt.feed}?key=CANARY', articles: feed}}\n"
        f"  - {{id: page, url: '{bote.base}/page'}}\n"
        f"  - {{id: gone, url: '{bote.base}/nothing'}}\n"
        f"  - {{id: empty, url: '{bote.feed}'}}\n"
        f"{ENTITIES}"
        "receivers:\n"
        f"  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        f"  nobody: {{url: 'http://127.0.0.1:{free_port()}/', allow_private: true}}\n"
        "  inside: {url: 'https://10.0.0.1/', secrets: ['env:DESK_SECRET']}\n"
    )

    network = told(monitor, 1)
    shown = monitor.call("check", "--network", expect=1)
    feeds = {each["id"]: each for each in network["feeds"]}

    assert [None, None, "not_a_feed", "http_4xx", None] == [each["reason"] for each in network["feeds"]]
    assert [None, "connect", "private_address"] == [each["reason"] for each in network["receivers"]]
    assert (f"{kurier.base}/feed.xml", True, 1) == tuple(
        feeds["moved"][key] for key in ("redirected_to", "moved", "pages_excluded")
    )
    assert (0, None) == (feeds["fine"]["pages"], feeds["fine"]["redirected_to"])
    for words in ("moved for good", "robots.txt excludes 1 of 1 page", "holds no entry now", "4 fail of 8"):
        assert words in " ".join(shown.split())
    assert "'allow_private: true' at the receiver admits it" in " ".join(shown.split())
    assert "CANARY" not in shown + json.dumps(network)
    assert [] == desk.requests


def test_a_wrong_configuration_asks_nobody(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    monitor.configure(f"feedz: []\nfeeds: ['{kurier.feed}']\n{ENTITIES}receivers: {{}}\n")

    monitor.call("check", "--network", expect=78)

    assert [] == kurier.asked


class Slow:
    """A web that needs `seconds` for each feed, and counts how many of a host ask at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self.now: dict[str, int] = {}
        self.most = 0
        self.all_at_once = 0
        self.let_go = threading.Event()

    def revalidate(self, url: str, _: object) -> FetchFailed:
        host = url.split("/")[2]
        with self._lock:
            self.now[host] = self.now.get(host, 0) + 1
            self.most = max(self.most, self.now[host])
            self.all_at_once = max(self.all_at_once, sum(self.now.values()))
        self.let_go.wait(self._seconds)
        with self._lock:
            self.now[host] -= 1
        return FetchFailed(reason=FailureReason.CONNECT, detail="nobody")

    def admits(self, _: str) -> None:
        return None


def test_hosts_are_asked_at_the_same_time_each_one_thing_after_another_and_not_for_ever(
    tmp_path: Path,
) -> None:
    file = tmp_path / "monitor.yaml"
    urls = [f"'https://h{host}.example/{number}'" for number in range(3) for host in range(4)]
    file.write_text(
        f"feeds: [{', '.join(urls)}]\nentities: [Amazon]\nreceivers: {{d: 'https://d.example/'}}\n"
    )
    config = load_config(file, {})
    counted: list[int] = []
    web, hanging = Slow(0.05), Slow(60)

    all_of_them = ask_network(config, world(web), timedelta(0), counted.append)
    began = time.monotonic()
    late = ask_network(config, world(hanging), timedelta(0), lambda _: None, timedelta(seconds=0.3))
    took = time.monotonic() - began
    hanging.let_go.set()

    assert ["nobody"] * 12 == [each.detail for each in all_of_them.feeds]
    assert list(range(1, 14)) == counted
    assert (1, True) == (web.most, web.all_at_once > 1)
    assert ["not asked within 0.3 s"] * 12 == [each.detail for each in late.feeds]
    assert [None] == [each.reason for each in late.receivers]
    assert took < 10


def world(web: Slow) -> World:
    return World(web=web, read=lambda _: None, reach=lambda _: Reply(status=None))  # type: ignore[arg-type, return-value]
