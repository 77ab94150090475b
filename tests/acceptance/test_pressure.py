"""What is too much waits in the store: there is a bound to what is in work, in memory and towards others."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from monitor.engines import POLL_THREADS, PROCESS_THREADS, RECEIVER_AT_ONCE
from tests.acceptance.stores import opened, standing_still
from tests.acceptance.test_alerts import ENTITIES
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually
from tests.processes import workers_of

FEEDS, PAGES, WORKERS = 12, 5, 2
# What a service holds of hundred rows in work, with their documents; far less than a queue without end.
MOST_GROWTH = 60_000_000
OURS = "secrets: ['env:DESK_SECRET'], allow_private: true"
LEASED = {
    queue: text(f"SELECT count(*) FROM {queue} WHERE lease_token IS NOT NULL")
    for queue in ("feeds", "entries", "deliveries")
}


class Archive(Outlet):
    """An outlet whose pages wait until they are let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.waiting = 0
        super().__init__("archive")

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.endswith(".html"):
            self.waiting += 1
            self.let_go.wait(60)
        return super().respond(path, headers, body)

    def polls(self) -> int:
        return sum(path.startswith("/feed.xml") for _, path, _ in tuple(self.asked))


@dataclass(slots=True)
class Most:
    """The most that was ever seen while a service worked."""

    leased: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LEASED, 0))
    workers: int = 0
    memory: int = 0

    def look(self, monitor: Monitor, store: Engine) -> None:
        with store.connect() as connection:
            for queue, most in self.leased.items():
                self.leased[queue] = max(most, connection.scalars(LEASED[queue]).one())
        self.workers = max(self.workers, len(_workers(monitor)))
        self.memory = max(self.memory, _memory(monitor))


@pytest.fixture
def archive() -> Iterator[Archive]:
    opened = Archive()
    yield opened
    opened.let_go.set()
    opened.close()


@contextmanager
def watched(monitor: Monitor) -> Iterator[Most]:
    """Look twenty times a second for as long as this lasts."""
    most, over = Most(), threading.Event()

    def watch() -> None:
        with opened(monitor.store) as store:
            while not over.wait(0.05):
                most.look(monitor, store)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


def test_a_sandbox_that_is_full_stops_claims_and_neither_polls_nor_deliveries(
    monitor: Monitor, desk: Desk, archive: Archive
) -> None:
    _publish(archive, PAGES)
    _configure(monitor, desk.url, [f"{archive.feed}?{number}" for number in range(FEEDS)])
    # Its workers are found by what they were begun as.
    monitor.start(alone=True)
    eventually(lambda: monitor.status()["entries"]["pending"] == FEEDS * PAGES, what="all are announced")
    eventually(lambda: archive.waiting == PROCESS_THREADS, what="as many pages as threads are asked for")
    before = _memory(monitor)

    with watched(monitor) as most:
        # Documents come, and stand still in every worker until its deadline ends it.
        stopped = _workers(monitor)
        for worker in stopped:
            os.kill(worker, signal.SIGSTOP)
        archive.let_go.set()
        polls, beats = archive.polls(), len(desk.events("monitor.heartbeat"))
        eventually(lambda: archive.polls() >= polls + FEEDS, within=8, what="unchanged feeds are asked")
        eventually(lambda: len(desk.events("monitor.heartbeat")) > beats, within=8, what="heartbeats come")
        standing = [worker for worker in stopped if worker in _workers(monitor)]
        pending = monitor.status()["entries"]["pending"]
        eventually(lambda: monitor.status()["entries"]["pending"] == 0, within=90, what="all are processed")

    # Nothing was read yet when polls and deliveries had gone on.
    assert len(standing) >= WORKERS
    assert FEEDS * PAGES == pending
    assert PROCESS_THREADS == most.leased["entries"]
    assert most.leased["feeds"] <= POLL_THREADS
    assert most.workers <= WORKERS + 1
    assert most.memory - before < MOST_GROWTH
    assert {"pending": 0, "failed": 0} == monitor.status()["entries"]


def test_a_receiver_that_hangs_has_its_share_in_flight_and_keeps_nobody_waiting(
    monitor: Monitor, desk: Desk, ops: Desk, archive: Archive
) -> None:
    archive.let_go.set()
    ops.gate = threading.Event()
    _publish(archive, 20)
    _configure(monitor, desk.url, [archive.feed], f"  hung: {{url: '{ops.url}', {OURS}}}\n")
    monitor.start()
    before = _memory(monitor)

    with watched(monitor) as most:
        eventually(lambda: len(desk.events()) == 20, within=60, what="the other hears of everything")
        in_flight = len(ops.requests)
        pending = monitor.status()["deliveries"]["pending"]
    ops.gate.set()
    eventually(lambda: len(ops.events()) == 20, within=60, what="it hears of everything in the end")

    assert RECEIVER_AT_ONCE >= in_flight > 0
    assert pending >= 20 - RECEIVER_AT_ONCE
    assert most.leased["deliveries"] <= 2 * RECEIVER_AT_ONCE
    assert most.memory - before < MOST_GROWTH


def test_a_store_that_stands_still_lets_no_more_begin_than_there_are_threads(
    monitor: Monitor, desk: Desk, archive: Archive
) -> None:
    archive.let_go.set()
    _publish(archive, 1)
    _configure(monitor, desk.url, [f"{archive.feed}?{number}" for number in range(3 * POLL_THREADS)])
    monitor.start()
    eventually(lambda: archive.polls() >= 3 * POLL_THREADS, within=60, what="all feeds are polled")
    eventually(lambda: monitor.status()["entries"]["pending"] == 0, within=60, what="all are processed")
    before = _memory(monitor)

    with watched(monitor) as most:
        with standing_still(monitor.store):
            polls = archive.polls()
            # Thrice as long as any feed waits, and shorter than the service has patience for.
            threading.Event().wait(3)
            meanwhile = archive.polls() - polls
        eventually(lambda: archive.polls() > polls + 6 * POLL_THREADS, what="polls go on")

    assert meanwhile <= POLL_THREADS
    assert most.leased["feeds"] <= POLL_THREADS
    assert most.memory - before < MOST_GROWTH
    assert not any('"outcome": "error"' in line for line in monitor.lines())


def _publish(archive: Archive, count: int) -> None:
    for number in range(count):
        words = " ".join(f"Wort{number}{place}" for place in range(80))
        archive.publishes(f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}")


def _configure(monitor: Monitor, desk: str, feeds: list[str], receivers: str = "") -> None:
    lines = "\n".join(
        f"  - {{id: f{number}, url: '{url}', every: 1s, first_poll: all}}" for number, url in enumerate(feeds)
    )
    monitor.config.write_text(
        f'store: {{url: "{monitor.store}"}}\nworkers: {WORKERS}\nhttp: {{listen: null}}\n'
        "heartbeat: {every: 1s}\n"
        'network: {allow_private: ["127.0.0.0/8"], per_host: {at_once: 100, pause: 0s}}\n'
        f"feeds:\n{lines}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk}', {OURS}, events: ['match.*', monitor.heartbeat]}}\n{receivers}",
        encoding="utf-8",
    )


def _workers(monitor: Monitor) -> set[int]:
    """Return the processes that read documents."""
    assert monitor.process is not None
    return workers_of(monitor.process.pid)


def _memory(monitor: Monitor) -> int:
    """Return the bytes that the service itself holds; its workers have limits of their own."""
    assert monitor.process is not None
    pages = Path(f"/proc/{monitor.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
