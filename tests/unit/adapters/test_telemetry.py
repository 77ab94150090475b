"""Laws of the canonical log line and the metrics."""

import io
import json
import logging
import os
import pty
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.telemetry import Telemetry
from monitor.errors import StoreError
from monitor.model import FailureReason
from monitor.ports import Due, Measured, Report, Step

AT = datetime.fromtimestamp(1_766_000_000, UTC)
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


def test_what_alarms_are_raised_on_is_told_before_it_happens() -> None:
    lines = Telemetry(None).metrics().decode().splitlines()

    for line in (
        'monitor_steps_total{outcome="error",reason="store",step="poll"} 0.0',
        'monitor_steps_total{outcome="error",reason="internal",step="upkeep"} 0.0',
        'monitor_counts_total{name="suppressed.storm"} 0.0',
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
    measured = Measured(
        rows={"feeds.ok": 3, "feeds.stale": 1, "deliveries.dead": 2, "pending": 4, "held": 5},
        due={Step.POLL: Due(rows=7, since=AT), Step.PROCESS: Due(rows=0, since=None)},
        oldest_pending_at=AT,
        last_heartbeat_at=AT,
        size=4096,
    )
    telemetry.show_store(lambda: measured)

    told = telemetry.metrics().decode()

    for line in (
        'monitor_feeds{state="ok"} 3.0',
        'monitor_feeds{state="failing"} 0.0',
        'monitor_feeds{state="stale"} 1.0',
        'monitor_deliveries{state="dead"} 2.0',
        "monitor_entries_pending 4.0",
        "monitor_alerts_held 5.0",
        'monitor_due{step="poll"} 7.0',
        'monitor_due{step="process"} 0.0',
        'monitor_due_since_timestamp_seconds{step="poll"} 1.766e+09',
        "monitor_delivery_oldest_pending_timestamp_seconds 1.766e+09",
        "monitor_last_heartbeat_timestamp_seconds 1.766e+09",
        "monitor_store_bytes 4096.0",
        "monitor_store_up 1.0",
    ):
        assert line in told
    assert 'since_timestamp_seconds{step="process"}' not in told


def test_times_that_never_were_are_not_told() -> None:
    telemetry = Telemetry(None)
    telemetry.show_store(
        lambda: Measured(rows={}, due={}, oldest_pending_at=None, last_heartbeat_at=None, size=0)
    )

    told = telemetry.metrics().decode()

    assert "oldest_pending" not in told
    assert "heartbeat" not in told


def test_whether_the_configuration_that_was_last_read_is_in_force_is_told() -> None:
    telemetry = Telemetry(None)

    def told() -> list[str]:
        lines = telemetry.metrics().decode().splitlines()
        return [
            line.partition("monitor_configuration_")[2]
            for line in lines
            if line.startswith("monitor_configuration") and "behind" not in line
        ]

    telemetry.observe_start(1_766_000_000.0)
    started = told()
    telemetry.observe_reload("refused", None)
    refused = told()
    telemetry.observe_reload("ok", 1_767_000_000.0)

    assert ["loaded_timestamp_seconds 1.766e+09", "accepted 1.0"] == started
    assert ["loaded_timestamp_seconds 1.766e+09", "accepted 0.0"] == refused
    assert ["loaded_timestamp_seconds 1.767e+09", "accepted 1.0"] == told()


def test_metrics_are_told_where_the_store_does_not_answer() -> None:
    def refuse() -> Measured:
        raise StoreError("the store refused")

    telemetry = Telemetry(None)
    telemetry.show_store(refuse)

    told = telemetry.metrics()
    assert b"monitor_feeds" not in told
    assert b"monitor_store_up 0.0" in told
