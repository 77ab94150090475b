"""Workers on one queue, as on several machines: what users are promised of `engine: procrastinate`.

What becomes of their work when they are killed, frozen or cut off stands in tests/prove/test_cluster.py.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from monitor.adapters.store import server_of
from monitor.engine.queue import prepare
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually
from tests.postgresql import PostgreSQL
from tests.servers import free_port

pytestmark = pytest.mark.on_postgresql_alone("several machines share it")
Workers = Callable[[int], Sequence[Monitor]]


@pytest.fixture
def workers(tmp_path: Path, database: str) -> Iterator[Workers]:
    """Workers on one prepared database, each in a folder of its own, closed in the end."""
    prepare(server_of(database))
    with ExitStack() as opened:

        def make(count: int) -> Sequence[Monitor]:
            made = []
            # Each has another order of its sets than all others.
            for number in range(count):
                folder = tmp_path / f"machine{number}"
                folder.mkdir()
                made.append(opened.enter_context(closing(Monitor(folder, forked=True, order=number))))
                made[-1].store, made[-1].engine = database, "procrastinate"
            return made

        yield make


class CountingOutlet(Outlet):
    """An outlet that takes its time, and counts how many requests it has at once."""

    def __init__(self, name: str) -> None:
        self.at_once = self.most = 0
        self._lock = threading.Lock()
        super().__init__(name)

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.05)
        try:
            return super().respond(path, headers, body)
        finally:
            with self._lock:
                self.at_once -= 1


def configured(each: Monitor, outlets: Sequence[Outlet], desk: Desk, more: str = "") -> None:
    feeds = "".join(
        f"  - {{id: {outlet.name}, url: '{outlet.feed}', every: 1s, first_poll: all}}\n" for outlet in outlets
    )
    each.configure(
        f"brake: off\n{more or 'http: {listen: null}'}\nfeeds:\n{feeds}"
        "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
    )


def publish(outlet: Outlet, number: int) -> None:
    words = " ".join(f"Wort{number}mal{place}" for place in range(80))
    outlet.publishes(
        f"Amazon und Ereignis {number}", f"Amazon meldet Ereignis {number}. {words}", slug=f"m{number}"
    )


def test_a_host_is_visited_by_one_worker_at_a_time(workers: Workers, desk: Desk) -> None:
    two, kurier = workers(2), CountingOutlet("kurier")
    for number in range(12):
        publish(kurier, number)
    for each in two:
        configured(each, [kurier], desk)
        each.begin(MONITOR__NETWORK__PER_HOST__AT_ONCE="1")

    with closing(kurier):
        eventually(lambda: len(desk.events()) >= 12, within=60, what="each story is told")

    assert 1 == kurier.most


def test_a_worker_ends_in_time_and_leaves_its_rows_to_the_others(workers: Workers, desk: Desk) -> None:
    (one,) = workers(1)
    configured(one, [], desk)
    one.start()

    code, took = one.stop()

    assert 0 == code
    assert took < 10


def test_an_unprepared_database_says_what_to_run_and_migrate_prepares_it(
    monitor: Monitor, desk: Desk
) -> None:
    monitor.engine = "procrastinate"
    configured(monitor, [], desk)

    refused = monitor.call("worker", expect=75)
    first = json.loads(monitor.call("migrate", "--json"))
    second = monitor.call("migrate")

    assert "run `monitor migrate` once" in refused
    assert {"store": "ready", "queue": "prepared"} == first
    assert "the queue is ready" in second


def test_a_worker_without_a_queue_says_what_to_do(monitor: Monitor, desk: Desk) -> None:
    configured(monitor, [], desk)

    assert "engine: procrastinate" in monitor.call("worker", expect=2)
    assert {"store": "ready"} == json.loads(monitor.call("migrate", "--json"))


def test_one_pass_works_beside_the_queue(
    workers: Workers, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    (one,), kurier = workers(1), outlet("kurier")
    publish(kurier, 1)
    configured(one, [kurier], desk)

    one.once()

    assert 1 == len(desk.events())


def test_a_worker_is_not_ready_while_the_database_is_away_and_recovers_by_itself(
    tmp_path: Path, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    kurier, port = outlet("kurier"), free_port()
    server = PostgreSQL()
    with closing(server), closing(Monitor(tmp_path)) as one:
        server.admin("CREATE DATABASE cluster")
        one.store, one.engine = server.url("cluster"), "procrastinate"
        configured(one, [kurier], desk, f"http: {{listen: '127.0.0.1:{port}'}}")
        one.call("migrate")
        one.start()
        eventually(lambda: 200 == asked(port, "/readyz")[0])
        eventually(lambda: b'monitor_queue_jobs{queue="poll",status="todo"}' in asked(port, "/metrics")[1])

        server.stop()
        eventually(lambda: 503 == asked(port, "/readyz")[0])
        server.start()
        publish(kurier, 1)

        eventually(lambda: 200 == asked(port, "/readyz")[0])
        eventually(desk.events, within=90, what="work goes on")
        code, _ = one.stop()

    assert (0, 1) == (code, len(desk.events()))


def asked(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()
