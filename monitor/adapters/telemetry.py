"""One unit of work: one log line, one count."""

import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any, TextIO

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.adapters.imports import without
from monitor.errors import StoreError
from monitor.model import DeliveryState, FeedState
from monitor.ports import Due, Measured, Report, Step

# For tracebacks in colors, which no line has.
with without("rich"):
    import structlog

# Libraries that would write whole URLs, with passwords and queries, or chatter.
_MUTED = (
    "asyncio",
    "concurrent.futures",
    "httpx",
    "httpcore",
    "apscheduler",
    "trafilatura",
    "htmldate",
    "courlan",
    "alembic",
    "sqlalchemy",
    "procrastinate",
    "psycopg",
)
# Members of a line that no fact may take the place of.
_OWN = frozenset({"event", "level", "at", "row", "outcome", "reason", "took"})
_STATES = {"feeds": tuple(FeedState), "deliveries": (DeliveryState.PENDING, DeliveryState.DEAD)}
# Made once: left to itself it is made anew for each line.
_JSON = json.JSONEncoder(ensure_ascii=False, default=repr)
# Reasons for which a step ends in `error`.
_ERRORS = ("damaged", "internal", "machine", "store")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)


class Telemetry:
    """Writes the canonical log line and the metrics of reports."""

    def __init__(self, stream: TextIO | None = sys.stderr) -> None:
        """Write key=value lines to a terminal, JSON to anything else, nothing to None."""
        self._registry = CollectorRegistry()
        self._steps = Counter(
            "monitor_steps", "Units of work done.", ("step", "outcome", "reason"), registry=self._registry
        )
        self._seconds = Histogram(
            "monitor_step_seconds",
            "Time of one unit of work.",
            ("step",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._counts = Counter("monitor_counts", "What the work counted.", ("name",), registry=self._registry)
        self._reloads = Counter(
            "monitor_reloads", "Reloads of the configuration.", ("outcome",), registry=self._registry
        )
        self._loaded_at = Gauge(
            "monitor_configuration_loaded_timestamp_seconds",
            "When the configuration in force was loaded.",
            registry=self._registry,
        )
        self._accepted = Gauge(
            "monitor_configuration_accepted",
            "1 where the configuration that was last read is in force, 0 where it was refused.",
            registry=self._registry,
        )
        self._behind = Gauge(
            "monitor_configuration_behind",
            "1 while the worker stands by, for another configuration is in force on its store.",
            registry=self._registry,
        )
        # Kept: to find the one of some labels takes longer than to count. There are few.
        self._step = cache(self._steps.labels)
        self._second = cache(self._seconds.labels)
        self._count = cache(self._counts.labels)
        self._begin_at_zero()
        self._log = _logger(stream)

    def _begin_at_zero(self) -> None:
        """Tell what alarms are raised on before it happens: a count that comes into being has not grown."""
        for step in (Step.POLL, Step.PROCESS, Step.DELIVER, Step.UPKEEP):
            for reason in _ERRORS:
                self._steps.labels(step.value, "error", reason)
        self._counts.labels("suppressed.storm")

    def observe(self, report: Report, seconds: float) -> None:
        """Write and count one report; `seconds` is how long the work took."""
        self._step(report.step.value, report.outcome, report.reason or "").inc()
        self._second(report.step.value).observe(seconds)
        for name, count in report.counts.items():
            self._count(name).inc(count)
        line: dict[str, Any] = {"row": report.row, "outcome": report.outcome}
        line |= {key: each for key, each in report.facts.items() if each is not None and key not in _OWN}
        if report.reason is not None:
            line["reason"] = str(report.reason)
        level = "error" if report.outcome == "error" else "info"
        self._write(level, report.step.value, **line, took=round(seconds, 4))

    def observe_upkeep(self, name: str, outcome: str, **facts: str | float | None) -> None:
        """Write and count something that is no step on a row: a start, a reload, a heartbeat."""
        level = "error" if outcome in ("error", "refused") else "info"
        shown = {key: each for key, each in facts.items() if each is not None}
        self._steps.labels(Step.UPKEEP.value, f"{name}.{outcome}", "").inc()
        self._write(level, name, outcome=outcome, **shown)

    def _write(self, level: str, event: str, **line: object) -> None:
        # A log that cannot be written, on a full disk or a closed pipe, must not end the work.
        with suppress(OSError, ValueError):
            getattr(self._log, level)(event, **line)

    def observe_start(self, at: float) -> None:
        """Tell that a configuration is in force since then, in seconds since 1970."""
        self._loaded_at.set(at)
        self._accepted.set(1)

    def observe_reload(self, outcome: str, at: float | None) -> None:
        """Count a reload; `at` is when (seconds since 1970) where it succeeded."""
        self._reloads.labels(outcome).inc()
        self._accepted.set(at is not None)
        if at is not None:
            self._loaded_at.set(at)

    def observe_agreement(self, behind_since: datetime | None) -> None:
        """Tell since when another configuration is in force, or that the worker's own is."""
        self._behind.set(behind_since is not None)
        if behind_since is None:
            self.observe_upkeep("configuration", "ok", detail="it is in force again")
        else:
            detail = f"another one is in force since {behind_since:%FT%TZ}; the worker stands by"
            self.observe_upkeep("configuration", "behind", detail=detail)

    def show_store(self, measure: Callable[[], Measured]) -> None:
        """Tell with the metrics how the store is when they are asked."""
        self._registry.register(_Stored(measure))

    def show_queue(self, depth: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        """Tell with the metrics how many jobs a queue has, by queue and status."""
        self._registry.register(_Queue(depth))

    def metrics(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self._registry)


class _Stored(Collector):
    """What stands in the store; where it is silent, only that. Times that never were are left out."""

    def __init__(self, measure: Callable[[], Measured]) -> None:
        self._measure = measure

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            measured = self._measure()
        except StoreError:
            yield _gauge("store_up", "1 where the store answers.", 0)
            return
        yield _gauge("store_up", "1 where the store answers.", 1)
        yield _gauge("store_bytes", "Size of the store, without its log.", measured.size)
        yield from _rows(measured.rows)
        yield from _due(measured.due)
        if at := measured.oldest_pending_at:
            about = "When the oldest pending delivery was made."
            yield _gauge("delivery_oldest_pending_timestamp_seconds", about, at.timestamp())
        if at := measured.last_heartbeat_at:
            about = "When the last heartbeat of any worker was made."
            yield _gauge("last_heartbeat_timestamp_seconds", about, at.timestamp())


class _Queue(Collector):
    """Jobs by queue and status; nothing where the queue is silent."""

    def __init__(self, depth: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        self._depth = depth

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            depth = self._depth()
        except StoreError:
            return
        family = GaugeMetricFamily("monitor_queue_jobs", "Jobs in the queue.", labels=("queue", "status"))
        for queue in (Step.POLL, Step.PROCESS, Step.DELIVER):
            for status in ("todo", "doing"):
                family.add_metric((queue.value, status), depth.get((queue.value, status), 0))
        yield family


def _rows(rows: Mapping[str, int]) -> Iterator[GaugeMetricFamily]:
    for group, states in _STATES.items():
        family = GaugeMetricFamily(f"monitor_{group}", f"{group.title()} by state.", labels=("state",))
        for state in states:
            family.add_metric((state,), rows.get(f"{group}.{state}", 0))
        yield family
    yield _gauge("entries_pending", "Entries that wait to be read.", rows.get("pending", 0))
    yield _gauge("alerts_held", "Alerts that wait.", rows.get("held", 0))


def _due(due: Mapping[Step, Due]) -> Iterator[GaugeMetricFamily]:
    rows = GaugeMetricFamily("monitor_due", "Rows due now that no worker holds.", labels=("step",))
    since = GaugeMetricFamily(
        "monitor_due_since_timestamp_seconds", "Since when the longest due row is due.", labels=("step",)
    )
    for step, each in due.items():
        rows.add_metric((step,), each.rows)
        if each.since is not None:
            since.add_metric((step,), each.since.timestamp())
    yield rows
    yield since


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"monitor_{name}", about, value)


def _logger(stream: TextIO | None) -> structlog.stdlib.BoundLogger:
    for name in _MUTED:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    renderer: Callable[..., str | bytes] = (
        structlog.dev.ConsoleRenderer(colors=False, pad_event_to=8)
        if stream and stream.isatty()
        else structlog.processors.JSONRenderer(serializer=lambda line, **_: _JSON.encode(line))
    )
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _without_controls,
        renderer,
    ]
    logger: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream) if stream else structlog.ReturnLogger(),
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    # Bound once: left to itself it is made anew for each line.
    return logger.bind()


def _without_controls(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Keep what others wrote from forging lines or terminal codes."""
    return {key: _clean(each) if isinstance(each, str) else each for key, each in line.items()}


def _clean(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else "�" for each in text)
