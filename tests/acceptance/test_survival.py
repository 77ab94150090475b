"""What happens when things end in the middle."""

import threading
from collections.abc import Callable

from tests.acceptance.stores import content
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually

Open = Callable[[str], Outlet]


def test_a_kill_in_the_middle_of_a_delivery_loses_nothing_and_repeats_the_same_bytes(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    desk.gate = threading.Event()
    monitor.start()
    eventually(lambda: desk.requests, what="the first attempt arrives")

    monitor.kill()
    desk.gate.set()
    monitor.start()
    eventually(lambda: monitor.status()["deliveries"]["delivered"] == 1, within=20)

    assert 2 == len(desk.requests)
    assert 1 == len({(headers["webhook-id"], body) for headers, body in desk.requests})


def test_kills_at_any_moment_leave_each_entry_alerted_once(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier, policy="all")
    for number in range(5):
        words = " ".join(f"Wort{number}{place}" for place in range(80))
        kurier.publishes(f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}")
        monitor.start()
        threading.Event().wait(0.1 * number)
        monitor.kill()

    monitor.start()
    eventually(lambda: len(desk.events()) == 5, within=60, what="all five alerts")
    eventually(lambda: monitor.status()["deliveries"]["pending"] == 0)

    bodies: dict[str, set[bytes]] = {}
    for headers, body in desk.requests:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert 5 == len(bodies)
    assert all(len(each) == 1 for each in bodies.values())


def test_sigterm_lets_a_delivery_in_flight_end(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    desk.gate = threading.Event()
    monitor.start()
    eventually(lambda: desk.requests, what="the attempt arrives")
    threading.Timer(1.0, desk.gate.set).start()

    code, took = monitor.stop()

    assert 0 == code
    assert took < 30
    assert 1 == monitor.status()["deliveries"]["delivered"]
    assert 1 == len(desk.requests)


def test_two_services_on_one_store_tell_each_story_once(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    configured(monitor, desk, kurier, bote)
    other = Monitor(monitor.folder)
    other.store = monitor.store
    other.log = monitor.folder / "other.jsonl"
    monitor.start()
    other.start()
    try:
        for number in range(4):
            words = " ".join(f"Wort{number}{place}" for place in range(80))
            text = f"Amazon meldet Ereignis {number}. {words}"
            kurier.publishes(f"Amazon Meldung {number}", text, slug=f"m{number}")
            bote.publishes(f"Konzern Amazon: Meldung {number}", text, slug=f"m{number}")
        eventually(lambda: monitor.status()["articles"] == 8, within=60)
        eventually(lambda: monitor.status()["deliveries"]["pending"] == 0)
    finally:
        other.close()

    assert 4 == len(desk.events())


def test_a_failing_feed_is_told_and_its_recovery_too(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Ruhe", "Nichts geschah.", slug="ruhe")
    configured(monitor, desk, kurier, policy="baseline")
    monitor.config.write_text(
        monitor.config.read_text().replace(
            "receivers:\n",
            f"receivers:\n  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
            "events: ['source.*', monitor.heartbeat]}\n",
        )
        + "heartbeat: {every: 2s}\n"
    )
    kurier.answers("/feed.xml", Answer(status=500))
    monitor.start()

    eventually(lambda: monitor.status()["feeds"][0]["reason"] == "http_5xx", within=20)
    (failing,) = eventually(lambda: ops.events("source.failing"), within=60)
    kurier.recovers("/feed.xml")
    eventually(lambda: ops.events("source.recovered"), within=60)
    beats = eventually(lambda: ops.events("monitor.heartbeat"))

    assert "http_5xx" in str(failing["data"])
    assert {"polled", "not_modified", "entries", "extracted", "matched", "alerted", "suppressed"} <= set(
        beats[-1]["data"]
    )
    assert 1 == len(ops.events("source.failing"))


def test_a_feed_that_is_gone_is_polled_no_more_and_told(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.answers("/feed.xml", Answer(status=410))
    configured(monitor, desk, kurier)
    monitor.config.write_text(
        monitor.config.read_text().replace(
            "receivers:\n",
            f"receivers:\n  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
            "events: ['source.*']}\n",
        )
    )

    monitor.once()
    monitor.once()

    assert 1 == sum(1 for _, path, _ in kurier.asked if path == "/feed.xml")
    assert ("gone", "gone") == tuple(monitor.status()["feeds"][0][key] for key in ("state", "reason"))
    assert 1 == len(ops.events("source.failing"))


def test_secrets_of_feeds_and_receivers_appear_nowhere(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    host = kurier.base.removeprefix("http://")
    text = monitor.config.read_text()
    text = text.replace(kurier.feed, f"http://leser:CANARYPASS@{host}/feed.xml?token=CANARYTOKEN")
    monitor.config.write_text(text.replace(desk.url, f"{desk.url}?key=CANARYKEY"))
    monitor.start()
    eventually(lambda: monitor.status()["deliveries"]["delivered"] == 1)
    shown = (
        monitor.call("status") + monitor.call("feeds", "list") + monitor.call("deliveries", "list", "--json")
    )
    kurier.answers("/feed.xml?token=CANARYTOKEN", Answer(status=500))
    eventually(lambda: monitor.status()["feeds"][0]["reason"])
    monitor.stop()

    written = content(monitor.store) + b"".join(
        path.read_bytes() for path in monitor.folder.iterdir() if path != monitor.config
    )
    assert any("token=CANARYTOKEN" in path for _, path, _ in kurier.asked)
    assert any(headers.get("authorization", "").startswith("Basic ") for _, _, headers in kurier.asked)
    assert any("CANARYKEY" in path for _, path, _ in desk.asked)
    assert b"CANARY" not in written
    assert "CANARY" not in shown
    assert all(b"CANARY" not in body for _, body in desk.requests)
