"""What people do with the service while it runs."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from monitor.cli.deliveries import TEST_PATIENCE
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import (
    SECRET,
    Answer,
    Desk,
    Monitor,
    Outlet,
    eventually,
    paragraphs,
)

Open = Callable[[str], Outlet]


def test_a_reload_adds_what_is_watched_and_a_bad_file_changes_nothing(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    monitor.start()
    good = monitor.config.read_text()

    monitor.config.write_text(good + "\nfeedz: []\n")
    monitor.reload()
    eventually(lambda: refusals(monitor) == 1)
    monitor.config.write_text(
        good.replace("  trainium: {", "  trainium: {tests: {no_match: [Trainium rechnet]}, ")
    )
    monitor.reload()
    eventually(lambda: refusals(monitor) == 2)
    kurier.publishes("Ein Chip", paragraphs("Trainium rechnet schneller."), slug="chip")
    eventually(lambda: desk.entities() == [["trainium"]], what="the old configuration stays in force")
    monitor.config.write_text(
        good.replace("entities:\n", "entities:\n  siemens: {kind: organization, names: [Siemens]}\n")
    )
    monitor.reload()
    eventually(lambda: any('"event": "reload"' in line and '"ok"' in line for line in monitor.lines()))
    kurier.publishes("Siemens baut", paragraphs("Siemens baut in Berlin eine Fabrik."), slug="siemens")

    eventually(lambda: desk.entities() == [["trainium"], ["siemens"]])
    assert any("did you mean 'feeds'" in line for line in monitor.lines())
    assert any("names 'trainium', but should not" in line for line in monitor.lines())


def test_a_refused_configuration_is_an_event_once_and_tells_no_secret(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    configured(monitor, desk, outlet("kurier"))
    receiver = (
        f"  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, fallback: true}}\n"
    )
    good = monitor.config.read_text().replace("receivers:\n", f"receivers:\n{receiver}")
    bad = good + (
        "user_agent: ''\nwatchlists:\n  a: {entities: [amazon], receivers: [desk], severity: "
        "'https://u:CANARY@h/x?k=CANARY'}\n"
        f"  b: {{entities: [amazon], receivers: ['{SECRET}']}}\n"
    )
    monitor.config.write_text(good)
    monitor.start()

    for text, refused in ((bad, 1), (bad, 2), (f"{bad}feedz: []\n", 3)):
        monitor.config.write_text(text)
        monitor.reload()
        eventually(lambda refused=refused: refusals(monitor) == refused)  # type: ignore[misc]
    monitor.config.write_text(good)
    monitor.reload()
    eventually(lambda: any('"event": "reload"' in line and '"ok"' in line for line in monitor.lines()))
    monitor.config.write_text(bad)
    monitor.reload()
    arrived = eventually(
        lambda: ops.events("monitor.config_refused")[2:] and ops.events("monitor.config_refused")
    )
    # Deliveries keep no order.
    told = sorted(arrived, key=lambda event: event["timestamp"])

    assert [3, 4, 3] == [len(event["data"]["faults"]) + event["data"]["more"] for event in told]
    assert any("user_agent" in fault for fault in told[0]["data"]["faults"])
    assert not desk.events("monitor.config_refused")
    assert not any(secret in json.dumps(told) for secret in ("CANARY", SECRET.removeprefix("whsec_")))
    assert not any(secret in line for line in monitor.lines() for secret in ("CANARY", SECRET[6:]))


def refusals(monitor: Monitor) -> int:
    return sum('"event": "reload"' in line and '"refused"' in line for line in monitor.lines())


def test_health_answers_on_loopback_and_health_exits_by_it(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configured(monitor, desk, outlet("kurier"))
    monitor.config.write_text(
        monitor.config.read_text().replace("listen: null", f"listen: '127.0.0.1:{port}'")
    )

    before = monitor.call("health", expect=1)
    monitor.start()
    monitor.call("health")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    answers = {}
    for path in ("/healthz", "/readyz", "/metrics", "/status", "/else"):
        connection.request("GET", path)
        answer = connection.getresponse()
        answers[path] = (answer.status, answer.read().decode())

    assert "does not answer" in before
    assert [200, 200, 200, 200, 404] == [status for status, _ in answers.values()]
    assert "monitor_steps_total" in answers["/metrics"][1]
    assert "kurier" == json.loads(answers["/status"][1])["feeds"][0]["id"]


def test_systemd_is_told_that_the_service_is_ready_alive_and_ending(
    monitor: Monitor, desk: Desk, outlet: Open, tmp_path: Path
) -> None:
    configured(monitor, desk, outlet("kurier"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)

        monitor.start(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1000000")
        told = [systemd.recv(100).decode() for _ in range(3)]
        monitor.stop()
        while told[-1] != "STOPPING=1":
            told.append(systemd.recv(100).decode())

    assert "READY=1" == told[0]
    assert "WATCHDOG=1" in told


def test_what_is_looked_at_beside_the_commands_is_what_they_print(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    bote.answers("/feed.xml", Answer(status=500))
    configured(monitor, desk, kurier, bote)
    desk.answers(429, retry_after="3600")
    monitor.once()

    looked, pending = monitor.status(), monitor.deliveries("pending")
    listed = json.loads(monitor.call("deliveries", "list", "--json", "--state", "pending"))

    assert looked == json.loads(monitor.call("status", "--json"))
    assert pending == listed["deliveries"]
    assert {"bote": "http_5xx", "kurier": None} == {each["id"]: each["reason"] for each in looked["feeds"]}
    assert (1, 1, 1) == (looked["articles"], looked["deliveries"]["pending"], len(pending))
    assert "rate_limited" == looked["receivers"][0]["reason"]


def test_a_receiver_is_tested_through_the_real_path(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    configured(monitor, desk, outlet("kurier"))

    fine = monitor.call("receivers", "test", "desk")
    desk.answers(500)
    failed = monitor.call("receivers", "test", "desk", expect=1)

    assert "204" in fine
    assert "500" in failed
    assert 2 == len(desk.events("webhook.test"))


def test_a_receiver_that_rests_is_told_with_the_way_to_wake_it(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    desk.answers(429, retry_after="3600")

    waits = monitor.call("once")
    (resting,) = monitor.status()["receivers"]
    began = time.monotonic()
    tested = monitor.call("receivers", "test", "desk", expect=1)
    took = time.monotonic() - began
    monitor.call("receivers", "enable", "desk")
    woken = monitor.call("once")

    assert "1 delivery waits for desk (rate_limited, next attempt at 2" in waits
    assert "`monitor receivers enable desk`" in waits
    assert ("rate_limited", 1) == (resting["reason"], resting["pending"])
    assert resting["rests_until"] <= resting["next_attempt_at"]
    assert "desk: no attempt was made: it rests until 2" in tested
    assert "`monitor receivers enable desk`" in tested
    # It does not wait for what cannot come.
    assert took < TEST_PATIENCE.total_seconds()
    assert "waits for desk" not in woken
    assert (1, 1) == (len(desk.events()), len(desk.events("webhook.test")))


def test_match_judges_lines_in_order_and_tells_the_malformed(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    configured(monitor, desk, outlet("kurier"))
    lines = [
        json.dumps(
            {"id": "a1", "title": "Amazon macht Peter DeSantis zum KI-Chef", "text": "Amazons Chip …"}
        ),
        "{nonsense",
        json.dumps({"id": "a3", "title": None, "text": "Am Amazonas brennt der Wald.", "language": None}),
    ]

    out = monitor.call("match", stdin="\n".join(lines) + "\n", expect=1)

    first, second, third = (json.loads(line) for line in out.splitlines()[:3])
    assert ["amazon", "desantis"] == sorted(match["entity"] for match in first["matches"])
    assert 2 == second["line"]
    assert ([], "amazon") == (third["matches"], third["rejected"][0]["entity"])


def test_feeds_come_from_opml_and_go_back_to_it(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    configured(monitor, desk, kurier)
    (monitor.folder / "more.opml").write_text(
        f"<opml version='2.0'><body><outline type='rss' text='Bote' xmlUrl='{bote.feed}'/></body></opml>"
    )

    monitor.call("feeds", "import", str(monitor.folder / "more.opml"))
    monitor.once()
    exported = monitor.call("feeds", "export")

    assert 2 == len(monitor.status()["feeds"])
    assert all(each.feed in exported for each in (kurier, bote))


def test_a_wrong_configuration_exits_78_with_every_fault(monitor: Monitor) -> None:
    monitor.config.write_text("feeds: [{url: 'ftp://x', every: 5 minutes}]\nentitties: [A]\n")

    told = monitor.call("run", expect=78)

    assert "feeds[0].every" in told
    assert "did you mean 'entities'" in told
