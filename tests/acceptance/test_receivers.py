"""Receivers that are slow, dead, limited, gone or moved: what that does to the others, and to them."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from threading import Event

import pytest

from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import Desk, Monitor, Outlet, eventually, paragraphs

Open = Callable[[str], Outlet]


@pytest.fixture
def desks() -> Iterator[Callable[[], Desk]]:
    opened: list[Desk] = []

    def open_one() -> Desk:
        opened.append(Desk())
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def configured(monitor: Monitor, feed: Outlet, receivers: Mapping[str, str], extra: str = "") -> None:
    lines = "\n".join(
        f"  {name}: {{{written}, secrets: ['env:DESK_SECRET'], allow_private: true}}"
        for name, written in receivers.items()
    )
    monitor.configure(
        f"feeds: [{{id: {feed.name}, url: '{feed.feed}', every: 1s, first_poll: all}}]\n{ENTITIES}\n"
        f"receivers:\n{lines}\nhttp: {{listen: null}}\n{extra}"
    )


def publish(outlet: Outlet, count: int, name: str = "bau") -> None:
    """Publish so many stories, none like another."""
    for number in range(count):
        text = paragraphs(*(f"Amazon baut {name} {number} in Stadt {number}{n}." for n in range(3)))
        outlet.publishes(
            f"Amazon {name} {number}", text.replace("Vorhabens", f"{name}{number}"), slug=f"{name}{number}"
        )


def test_slow_dead_and_limited_receivers_delay_no_other(
    monitor: Monitor, outlet: Open, desks: Callable[[], Desk]
) -> None:
    kurier, good, slow, limited = outlet("kurier"), desks(), desks(), desks()
    slow.gate = Event()
    limited.answers(429, Retry_After="4")
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"url: 'http://127.0.0.1:{taken.getsockname()[1]}/hook'"
        receivers = {"good": f"url: '{good.url}'", "slow": f"url: '{slow.url}'", "dead": dead}
        configured(monitor, kurier, receivers | {"limited": f"url: '{limited.url}', at_once: 1"})
        publish(kurier, 6)
        monitor.start()
        eventually(lambda: limited.requests, what="the limited one is asked")
        refused = time.monotonic()
        eventually(lambda: len(good.events()) == 6, within=15, what="the good one has all")
        while time.monotonic() < refused + 3.5:
            assert 1 == len(limited.requests)
            time.sleep(0.1)

        eventually(lambda: len(limited.events()) == 6, what="the limited one has all in the end")
        assert len(slow.requests) <= 4
        slow.gate.set()
        eventually(lambda: len(slow.events()) == 6, what="the slow one has all in the end")


def test_a_rate_spreads_what_goes_to_a_receiver(
    monitor: Monitor, outlet: Open, desks: Callable[[], Desk]
) -> None:
    kurier, good, limited = outlet("kurier"), desks(), desks()
    configured(
        monitor, kurier, {"good": f"url: '{good.url}'", "limited": f"url: '{limited.url}', rate: 1/1s"}
    )
    publish(kurier, 4)
    monitor.start()

    eventually(lambda: len(limited.requests) == 4)
    times = [int(headers["webhook-timestamp"]) for headers, _ in limited.requests]

    assert 4 == len(good.events())
    assert 4 == len(set(times))


def test_a_receiver_that_is_gone_waits_until_its_url_changes_and_its_deliveries_with_it(
    monitor: Monitor, outlet: Open, desks: Callable[[], Desk]
) -> None:
    kurier, desk, moved = outlet("kurier"), desks(), desks()
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    desk.answers(410, times=1000)
    configured(monitor, kurier, {"desk": f"url: '{desk.url}'"})
    monitor.start()
    eventually(lambda: monitor.deliveries("dead"), what="the first is dead")
    publish(kurier, 2)
    eventually(lambda: len(monitor.deliveries("pending")) == 2, what="two wait")

    configured(monitor, kurier, {"desk": f"url: '{moved.url}'"})
    monitor.reload()
    eventually(lambda: len(moved.events()) == 2, what="what waited arrives at the new address")
    monitor.call("deliveries", "replay", "--receiver", "desk")
    eventually(lambda: len(moved.events()) == 3, what="the dead one is replayed there")

    assert 1 == len(desk.requests)
    assert any('"event": "receiver"' in line and '"enabled"' in line for line in monitor.lines())
    (dead,) = {headers["webhook-id"] for headers, _ in desk.requests}
    assert desk.requests[0][1] == next(body for head, body in moved.requests if head["webhook-id"] == dead)


def test_a_delivery_is_shown_with_its_exact_bytes_and_replayed_by_time_with_the_same(
    monitor: Monitor, outlet: Open, desks: Callable[[], Desk]
) -> None:
    kurier, desk = outlet("kurier"), desks()
    kurier.publishes("Amazon [bold]baut[/bold] „KI“ \\[x] 🚀", TEXT, slug="klammern")
    desk.answers(500)
    configured(monitor, kurier, {"desk": f"url: '{desk.url}'"})
    monitor.once()
    (row,) = monitor.deliveries()
    name = row["id"]

    plain = monitor.call("deliveries", "show", name)
    none = monitor.call("deliveries", "replay", "--receiver", "desk", "--since", "2100-01-01")
    monitor.call("deliveries", "replay", "--receiver", "desk", "--since", "1h")
    monitor.once()
    as_json = json.loads(monitor.call("deliveries", "show", name, "--json"))

    body = desk.requests[0][1].decode()
    assert plain.startswith(f"{name} to desk: match.created, delivered\n")
    assert body in plain
    assert body == as_json["body"]
    assert [500, 204, 204] == [attempt["status"] for attempt in as_json["attempts"]]
    assert "0 deliveries" in none
    assert [(name, body)] * 3 == [(head["webhook-id"], sent.decode()) for head, sent in desk.requests]
