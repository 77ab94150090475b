"""Feeds, pages and receivers that mean harm, all at once: each harms itself, and its reason is told."""

import json
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.acceptance.test_alerts import ENTITIES
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.processes import below
from tests.servers import Asked, Behavior, Peer, answer, bomb, redirect, routes, say, serving

Open = Callable[[str], Outlet]

BOMB = {"content-encoding": "gzip"}
HTML = {"content-type": "text/html"}
# The parser compares each attribute with all before it: that takes it minutes.
TANGLE = b"<html><body><p %s>x</p>" % b" ".join(b"a%d=b" % number for number in range(200_000))
ENTITY = b"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><rss><channel><title>&b;"


def _rss(*entries: bytes) -> bytes:
    return b"<rss version='2.0'><channel><title>t</title>" + b"".join(entries) + b"</channel></rss>"


def _entries(count: int) -> bytes:
    return b"<item><title>t</title><guid>g</guid></item>" * count


def _drip(peer: Peer, _: Asked) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    peer.drip(b"x")


def _pour(peer: Peer, _: Asked) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    peer.pour(b"<rss>" * 10_000)


FEEDS: dict[str, tuple[Behavior, str | None]] = {
    "attributes": (answer(b"<rss " + b"a='b' " * 50_000 + b"/>"), "too_complex"),
    "bomb": (answer(bomb(50_000_000), headers=BOMB), "too_big"),
    "brotli": (answer(b"x" * 400, headers={"content-encoding": "br"}), "bad_encoding"),
    "circle": (redirect("/circle"), "redirect"),
    "deep": (answer(_rss(b"<item>" + b"<a>" * 300_000)), "too_complex"),
    "drip": (_drip, None),
    "empty": (answer(b""), "empty"),
    "endless": (_pour, "too_big"),
    "entities": (answer(ENTITY), None),
    "file": (answer(b"/dev/zero"), "not_a_feed"),
    "garbage": (say(b"\x00\xff" * 500), "protocol"),
    "inside": (redirect("http://10.0.0.1/"), "private_address"),
    "many": (answer(_rss(_entries(100_000))), "too_complex"),
    "mapped": (redirect("http://[::ffff:10.0.0.1]/"), "private_address"),
    "nat64": (redirect("http://[64:ff9b::a00:1]/"), "private_address"),
    "split": (redirect("/x\rx-forged: 1"), "protocol"),
    "stacked": (answer(bomb(1_000), headers={"content-encoding": "gzip, gzip"}), "bad_encoding"),
    "title": (answer(_rss(b"<item><guid>1</guid><title>" + b"A " * 500_000 + b"</title></item>")), None),
}
PAGES: dict[str, tuple[Behavior, str]] = {
    "/tangle": (answer(TANGLE, headers=HTML), "too_complex"),
    "/bomb": (answer(bomb(50_000_000), headers=BOMB | HTML), "too_big"),
    "/inside": (redirect("http://169.254.169.254/latest"), "private_address"),
    "/image": (answer(b"GIF89a", headers={"content-type": "image/gif"}), "not_a_page"),
    "/private": (answer(b"", 404), "robots"),
}
ELSEWHERE = ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,Amazon", "http://10.0.0.1/")
ROBOTS = answer(b"User-agent: *\nDisallow: /private\nDisallow: /" + b"*a" * 200 + b"b$\n")


def test_what_is_hostile_harms_only_itself(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    with ExitStack() as servers, socket.create_server(("127.0.0.1", 0)) as deaf:
        behaviors = {path: behavior for path, (behavior, _) in PAGES.items()} | {"/robots.txt": ROBOTS}
        pages = servers.enter_context(serving(routes(behaviors)))
        trap = _announcing([*(pages.url(path) for path in PAGES), *ELSEWHERE])
        feeds = {"kurier": kurier.feed, "trap": servers.enter_context(serving(answer(trap))).url()}
        for name, (behavior, _) in FEEDS.items():
            feeds[name] = servers.enter_context(serving(routes({f"/{name}": behavior}))).url(f"/{name}")
        _configure(monitor, desk, feeds, deaf=f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        # Nothing that it holds is of another process.
        monitor.start(alone=True)
        delays = [_delay(kurier, desk, number) for number in range(6)]
        expected = {name: reason for name, (_, reason) in FEEDS.items() if reason}
        eventually(lambda: expected.items() <= _reasons_of_polls(monitor).items(), what=f"{expected}")
        eventually(lambda: {reason for _, reason in PAGES.values()} <= _reasons_of_pages(monitor))
        memory, handles = _memory(monitor), _handles(monitor)
        monitor.kill()

    # Undisturbed it takes a second until the next poll; the rest is a busy machine's.
    assert max(delays) < 8
    assert memory < 700_000_000
    assert handles < 120


def test_a_feed_whose_pages_hang_on_many_hosts_leaves_room_for_the_others(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    with ExitStack() as sockets:
        deaf = [sockets.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(60)]
        trap = _announcing([f"http://127.0.0.1:{each.getsockname()[1]}/" for each in deaf])
        feeds = {"kurier": kurier.feed, "trap": sockets.enter_context(serving(answer(trap))).url()}
        _configure(monitor, desk, feeds, deaf="http://127.0.0.1:9/")
        monitor.start()
        eventually(lambda: monitor.status()["entries"]["pending"] > 50)

        for number in range(3):
            _delay(kurier, desk, number)
        waiting = monitor.status()["entries"]["pending"]
        monitor.kill()

    # The neighbor's articles came through while the trap's still stood in line.
    assert waiting > 30


def _announcing(links: list[str]) -> bytes:
    return _rss(
        *(
            f"<item><guid isPermaLink='false'>g{number}</guid><link>{link}</link>"
            f"<title>Amazon {number}</title></item>".encode()
            for number, link in enumerate(links)
        )
    )


def _configure(monitor: Monitor, desk: Desk, feeds: dict[str, str], *, deaf: str) -> None:
    lines = "\n".join(
        f"  - {{id: {name}, url: '{url}', every: 1s, first_poll: all}}" for name, url in feeds.items()
    )
    ours = "secrets: ['env:DESK_SECRET'], allow_private: true"
    monitor.configure(
        f"feeds:\n{lines}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', {ours}}}\n  deaf: {{url: '{deaf}', {ours}}}\n"
        "http: {listen: null}\n"
    )


def _delay(kurier: Outlet, desk: Desk, number: int) -> float:
    """Publish, and return after how many seconds the desk has heard of it."""
    words = " ".join(f"Wort{number}{place}" for place in range(80))
    link = kurier.publishes(f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}")
    published = time.monotonic()
    eventually(lambda: any(link == event["data"]["article"]["url"] for event in desk.events()), within=20)
    return time.monotonic() - published


def _steps(monitor: Monitor, step: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in monitor.lines()]
    return [line for line in lines if line["event"] == step and "reason" in line]


def _reasons_of_polls(monitor: Monitor) -> dict[str, str]:
    return {line["row"]: line["reason"] for line in _steps(monitor, "poll")}


def _reasons_of_pages(monitor: Monitor) -> set[str]:
    return {line["reason"] for line in _steps(monitor, "process")}


def _memory(monitor: Monitor) -> int:
    """Return the bytes that the service and its workers hold."""
    assert monitor.process is not None
    processes = (monitor.process.pid, *below(monitor.process.pid))
    pages = (Path(f"/proc/{each}/statm").read_text().split()[1] for each in processes)
    return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE")


def _handles(monitor: Monitor) -> int:
    assert monitor.process is not None
    return len(list(Path(f"/proc/{monitor.process.pid}/fd").iterdir()))
