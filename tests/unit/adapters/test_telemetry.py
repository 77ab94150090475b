"""Laws of the canonical log line and the metrics."""

import io
import json
import logging
import os
import pty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.telemetry import Telemetry
from monitor.errors import StoreError
from monitor.model import FailureReason
from monitor.ports import Report, Step

REPORT = Report(
    step=Step.POLL,
    row="example-de",
    outcome="failed",
    reason=FailureReason.TIMEOUT,
    facts={"detail": "took more than 20 s", "status": None, "failures": 3},
    counts={"polled": 1, "entries": 4},
)


def written(*reports: Report) -> list[str]:
    stream = io.StringIO()
    telemetry = Telemetry(stream)
    for report in reports:
        telemetry.observe(report, 0.12345)
    return stream.getvalue().split("\n")[:-1]


def test_one_report_is_one_line_of_json() -> None:
    (line,) = written(REPORT)

    members = json.loads(line)
    assert members.pop("at").endswith("Z")
    assert members == {
        "event": "poll",
        "level": "info",
        "row": "example-de",
        "outcome": "failed",
        "reason": "timeout",
        "detail": "took more than 20 s",
        "failures": 3,
        "took": 0.1235,
    }


def test_an_error_is_written_as_one() -> None:
    (line,) = written(Report(step=Step.PROCESS, row="e1", outcome="error"))

    assert json.loads(line)["level"] == "error"


def test_a_terminal_gets_words() -> None:
    master, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        Telemetry(stream).observe(REPORT, 0.1)
        stream.flush()
        shown = os.read(master, 4096).decode()
    os.close(master)

    assert "outcome=failed" in shown
    assert "poll" in shown
    assert "\x1b" not in shown


def test_no_stream_takes_no_line_and_counts_nevertheless() -> None:
    telemetry = Telemetry(None)

    telemetry.observe(REPORT, 0.1)

    assert b'monitor_steps_total{outcome="failed",reason="timeout",step="poll"} 1.0' in telemetry.metrics()


@pytest.mark.parametrize(
    "hostile", ["a\nb", "a\r\n{}", "\x1b[31mred", "\x9b2J", "\u2028", "\u202e", "\x00", "\ud800"]
)
def test_what_others_wrote_forges_no_line(hostile: str) -> None:
    (line,) = written(Report(step=Step.DELIVER, row=hostile, outcome="dead", facts={"detail": hostile}))

    members = json.loads(line)
    assert "�" in members["detail"]
    assert members["row"].isprintable()
    assert line.encode()


@given(st.text(st.characters(), max_size=40))
def test_a_line_is_always_one_line_of_utf_8(text: str) -> None:
    (line,) = written(Report(step=Step.DELIVER, row=text, outcome="dead", facts={"detail": text}))

    assert line.encode().decode().isprintable()


@pytest.mark.parametrize("name", ["row", "event", "outcome", "took", "level", "at", "reason"])
def test_no_fact_takes_the_place_of_a_member_of_the_line(name: str) -> None:
    (line,) = written(Report(step=Step.POLL, row="r", outcome="read", facts={name: "forged"}))

    assert "forged" not in line


def test_metrics_have_their_names() -> None:
    telemetry = Telemetry(None)

    telemetry.observe(REPORT, 0.1)
    telemetry.observe_upkeep("heartbeat", "ok")
    telemetry.observe_reload("ok", 1_766_000_000.0)
    telemetry.observe_reload("refused", None)

    lines = telemetry.metrics().decode().splitlines()
    for line in (
        'monitor_steps_total{outcome="failed",reason="timeout",step="poll"} 1.0',
        'monitor_steps_total{outcome="heartbeat.ok",reason="",step="upkeep"} 1.0',
        'monitor_step_seconds_bucket{le="0.1",step="poll"} 1.0',
        'monitor_step_seconds_bucket{le="0.05",step="poll"} 0.0',
        'monitor_counts_total{name="entries"} 4.0',
        'monitor_reloads_total{outcome="ok"} 1.0',
        'monitor_reloads_total{outcome="refused"} 1.0',
        "monitor_configuration_loaded_timestamp_seconds 1.766e+09",
    ):
        assert line in lines


def test_two_telemetries_count_apart() -> None:
    one, other = Telemetry(None), Telemetry(None)

    one.observe(REPORT, 0.1)

    assert b"polled" not in other.metrics()


@pytest.mark.parametrize(("outcome", "level"), [("ok", "info"), ("refused", "error"), ("error", "error")])
def test_upkeep_is_one_line_too(outcome: str, level: str) -> None:
    stream = io.StringIO()

    Telemetry(stream).observe_upkeep("reload", outcome, detail="two\nlines", feeds=3, none=None)

    members = json.loads(stream.getvalue())
    assert (members["event"], members["outcome"], members["level"]) == ("reload", outcome, level)
    assert (members["detail"], members["feeds"], "none" in members) == ("two�lines", 3, False)


def test_libraries_that_would_write_addresses_are_muted() -> None:
    Telemetry(None)

    assert not logging.getLogger("httpx").isEnabledFor(logging.ERROR)
    assert not logging.getLogger("apscheduler.executors").isEnabledFor(logging.ERROR)


def test_metrics_tell_what_stands_in_the_store_and_live_without_it() -> None:
    telemetry = Telemetry(None)
    rows = {"feeds.ok": 3, "feeds.stale": 1, "deliveries.dead": 2, "pending": 4, "held": 5}
    telemetry.show_rows(lambda: rows)

    told = telemetry.metrics().decode()

    for line in (
        'monitor_feeds{state="ok"} 3.0',
        'monitor_feeds{state="failing"} 0.0',
        'monitor_feeds{state="stale"} 1.0',
        'monitor_deliveries{state="dead"} 2.0',
        "monitor_entries_pending 4.0",
        "monitor_alerts_held 5.0",
    ):
        assert line in told


def test_metrics_are_told_where_the_store_does_not_answer() -> None:
    def refuse() -> dict[str, int]:
        raise StoreError("the store refused")

    telemetry = Telemetry(None)
    telemetry.show_rows(refuse)

    assert b"monitor_feeds" not in telemetry.metrics()
