"""Laws of the queue that workers on many machines share, on a real server."""

import asyncio
import gc
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from monitor.adapters.store import server_of
from monitor.engine import queue
from monitor.engine.queue import Queue, check_prepared, prepare
from monitor.errors import StoreError
from monitor.ports import Batch, Server, Step
from tests.postgresql import Pooler
from tests.unit.engine.rows import eventually

# A worker that is stopped while its listener is still connecting leaves a session to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <function BaseConnection.__del__:pytest.PytestUnraisableExceptionWarning"
)

Answer = TypeVar("Answer")
SILENT = """
INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 seconds') RETURNING id
"""
IN_WORK = """
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
VALUES ('poll', 'poll', 'host:b#0', '{"group": "b", "numbers": [2]}', 'doing', %s)
"""
FETCHING = """
SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND query LIKE '%%fetch_job%%' AND pid <> pg_backend_pid()
"""
# For half a minute who listens says nothing else.
LISTENING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN "%%'
"""
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def batch(*numbers: int, group: str = "host.example") -> Batch:
    return Batch(group=group, numbers=numbers)


@pytest.fixture
def server(database: str) -> Iterator[Server]:
    yield server_of(database)
    gc.collect()


def ask(server: Server, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.address, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []


def waited_for(event: threading.Event) -> None:
    assert event.wait(20)


class Crew:
    """A queue at work in a thread of its own."""

    def __init__(self, server: Server, *more: Step) -> None:
        self.visits: list[tuple[Step, Batch]] = []
        self.troubles: list[tuple[str, Exception]] = []
        self.act: Callable[[Batch], None] = lambda _: None
        self._server = server
        self._threads = {Step.POLL: 4, Step.DELIVER: 2} | dict.fromkeys(more, 1)
        self._begun = threading.Event()

    def do(self, deed: Callable[[Queue], Coroutine[Any, Any, Answer]]) -> Answer:
        return asyncio.run_coroutine_threadsafe(deed(self.queue), self._loop).result(20)

    @contextmanager
    def working(self) -> Iterator["Crew"]:
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        thread.start()
        try:
            assert self._begun.wait(20)
            assert eventually(lambda: ask(self._server, "SELECT 1 FROM procrastinate_workers"))
            yield self
        finally:
            self._loop.call_soon_threadsafe(self.queue.stop)
            thread.join(20)
            assert not thread.is_alive()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.queue = Queue(self._server, self._threads, self._visit, lambda *told: self.troubles.append(told))
        self._begun.set()
        await self.queue.serve(5.0)

    def _visit(self, step: Step, of: Batch) -> None:
        self.visits.append((step, of))
        self.act(of)


# ---- preparing -----------------------------------------------------------------------------------


def test_a_database_is_prepared_once_whoever_calls_at_the_same_time(server: Server) -> None:
    with ThreadPoolExecutor(4) as several:
        did = list(several.map(prepare, [server] * 4))

    assert [False, False, False, True] == sorted(did)
    assert not prepare(server)
    (index,) = ask(server, "SELECT indexdef FROM pg_indexes WHERE indexname = 'monitor_queue_locks'")
    assert "(lock, priority DESC, id)" in index[0]
    check_prepared(server)


def test_a_database_without_a_queue_says_what_to_run(server: Server) -> None:
    with pytest.raises(StoreError, match="run `monitor migrate` once"):
        check_prepared(server)


def test_an_older_queue_is_refused_until_it_is_brought_up_to_date(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prepare(server)
    later = tmp_path / "99.00.00_01_later.sql"
    later.write_text("CREATE TABLE later (); COMMENT ON TABLE later IS '100 %';", "utf-8")
    known = queue._migrations()
    monkeypatch.setattr(queue, "_migrations", lambda: [*known, later])

    with pytest.raises(StoreError, match="of an older version; run `monitor migrate`"):
        check_prepared(server)
    assert prepare(server)
    check_prepared(server)
    assert [("later",)] == ask(server, "SELECT to_regclass('later')::text")


def test_a_newer_queue_is_left_to_newer_programs(server: Server) -> None:
    prepare(server)
    ask(server, "COMMENT ON TABLE procrastinate_jobs IS 'news-monitor 99.00.00_01_later.sql'")

    for deed in (check_prepared, prepare):
        with pytest.raises(StoreError, match="of a newer version"):
            deed(server)


def test_a_queue_of_another_program_is_refused(server: Server) -> None:
    prepare(server)
    ask(server, "COMMENT ON TABLE procrastinate_jobs IS NULL")

    for deed in (check_prepared, prepare):
        with pytest.raises(StoreError, match="queue of another program"):
            deed(server)


def test_a_server_that_is_away_is_told_in_one_line_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        check_prepared(Server(address="postgresql://monitor:hunter2@/store?host=/nonexistent"))

    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


# ---- jobs ----------------------------------------------------------------------------------------


def test_a_batch_that_is_added_is_worked_on_and_gone(server: Server) -> None:
    prepare(server)

    with Crew(server).working() as crew:
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(1, 2), 0), (batch(3, group="b"), 0)]))
        crew.do(lambda jobs: jobs.add(Step.DELIVER, [(batch(4, group="desk"), 1)]))
        assert eventually(lambda: len(crew.visits) == 3 and not crew.do(lambda jobs: jobs.queued()))

    assert {1: Step.POLL, 3: Step.POLL, 4: Step.DELIVER} == {of.numbers[0]: step for step, of in crew.visits}
    assert [] == ask(server, "SELECT 1 FROM procrastinate_jobs")
    assert [] == ask(server, "SELECT 1 FROM procrastinate_workers")


def test_what_waits_and_what_is_in_work_is_told(server: Server) -> None:
    prepare(server)
    go_on = threading.Event()
    crew = Crew(server)
    crew.act = lambda _: waited_for(go_on)

    with crew.working():
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(1), 0), (batch(2), 0), (batch(3), 1)]))
        assert eventually(lambda: len(crew.visits) == 2)
        told = crew.do(lambda jobs: jobs.queued())
        depth = crew.do(lambda jobs: jobs.depth())
        go_on.set()

    assert {(1, 0, False), (2, 0, True), (3, 1, False)} == {
        (each.batch.numbers[0], each.place, each.waits) for each in told
    }
    assert {("poll", "todo"): 1, ("poll", "doing"): 2} == depth


def test_two_jobs_of_one_place_are_never_in_work_together(server: Server) -> None:
    prepare(server)
    working = threading.Lock()
    together: list[Batch] = []

    def act(of: Batch) -> None:
        if not working.acquire(blocking=False):
            together.append(of)
            return
        working.release()

    first, second = Crew(server), Crew(server)
    first.act = second.act = act
    with first.working(), second.working():
        first.do(lambda jobs: jobs.add(Step.POLL, ((batch(number), 0) for number in range(20))))
        assert eventually(lambda: len(first.visits) + len(second.visits) == 20)

    assert [] == together


def test_a_job_begins_when_the_one_before_it_in_its_place_ends_whatever_its_step(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_FETCH", 600.0)
    prepare(server)
    go_on = threading.Event()
    crew = Crew(server, Step.PROCESS)
    crew.act = lambda of: waited_for(go_on) if of == batch(2) else None

    with crew.working():
        # Nobody looks of his own accord here: what is announced before somebody listens is not heard.
        assert eventually(lambda: [(3,)] == ask(server, LISTENING))
        crew.do(lambda jobs: jobs.add(Step.PROCESS, [(batch(2), 0)]))
        assert eventually(lambda: crew.visits)
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(1), 0)]))
        assert eventually(lambda: [(0,)] == ask(server, FETCHING))
        go_on.set()
        assert eventually(lambda: len(crew.visits) == 2)


def test_a_job_whose_work_breaks_is_gone_too(server: Server) -> None:
    prepare(server)
    crew = Crew(server)

    def act(_: Batch) -> None:
        raise ValueError("a bug")

    crew.act = act
    with crew.working():
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(1), 0)]))
        assert eventually(lambda: crew.visits and not crew.do(lambda jobs: jobs.queued()))


def test_who_stands_by_leaves_all_jobs_to_the_others_and_takes_some_again_later(server: Server) -> None:
    prepare(server)

    with Crew(server).working() as first, Crew(server).working() as second:
        first.do(standing_by(now=True))
        assert eventually(lambda: 2 == len(ask(server, "SELECT 1 FROM procrastinate_workers")))
        second.do(lambda jobs: jobs.add(Step.POLL, [(batch(number), number) for number in range(20)]))
        assert eventually(lambda: len(second.visits) == 20)
        first.do(standing_by(now=False))
        assert eventually(lambda: 4 == len(ask(server, "SELECT 1 FROM procrastinate_workers")))
        second.do(standing_by(now=True))
        assert eventually(lambda: 2 == len(ask(server, "SELECT 1 FROM procrastinate_workers")))
        second.do(lambda jobs: jobs.add(Step.POLL, [(batch(1), 0)]))
        assert eventually(lambda: first.visits)

    assert (1, 20) == (len(first.visits), len(second.visits))


def standing_by(*, now: bool) -> Callable[[Queue], Coroutine[Any, Any, None]]:
    async def say(jobs: Queue) -> None:
        jobs.stand_by(now=now)

    return say


# ---- rescue --------------------------------------------------------------------------------------


def test_the_jobs_of_a_worker_that_died_are_dropped(server: Server) -> None:
    prepare(server)

    with Crew(server).working() as crew:
        (dead,) = ask(server, SILENT)
        ask(server, IN_WORK, dead[0])
        dropped = crew.do(lambda jobs: jobs.rescue())
        left = crew.do(lambda jobs: jobs.queued())

    assert (1, []) == (dropped, left)


def test_a_job_in_nobodys_hands_is_dropped_at_the_second_look(server: Server) -> None:
    prepare(server)
    go_on = threading.Event()
    crew = Crew(server)
    crew.act = lambda _: waited_for(go_on)

    with crew.working():
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(1), 0)]))
        assert eventually(lambda: crew.visits)
        (me,) = ask(server, "SELECT worker_id FROM procrastinate_jobs")
        ask(server, IN_WORK, me[0])
        dropped = [crew.do(lambda jobs: jobs.drop_orphans()) for _ in range(3)]
        left = crew.do(lambda jobs: jobs.queued())
        go_on.set()

    assert [0, 1, 0] == dropped
    assert ["host.example"] == [each.batch.group for each in left]


def test_a_database_that_comes_back_is_worked_for_again(server: Server) -> None:
    prepare(server)

    with Crew(server).working() as crew:
        for number in range(3):
            ask(server, CUT)
            assert eventually(partial(added, crew, number))
            assert eventually(partial(visited, crew, number), 20)


@pytest.mark.parametrize("pooler", ["transaction"], indirect=True)
def test_behind_a_pooler_by_transactions_jobs_are_found_though_nobody_announces_them(
    pooler: Pooler, database: str
) -> None:
    name = database.partition("@/")[2].partition("?")[0]
    server = server_of(f"{pooler.url(name)}&pooler=transaction&connections=4")
    prepare(server)

    with Crew(server).working() as crew:
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(number), number) for number in range(20)]))
        assert eventually(lambda: len(crew.visits) == 20)

    assert [] == crew.troubles


def added(crew: Crew, number: int) -> bool:
    try:
        crew.do(lambda jobs: jobs.add(Step.POLL, [(batch(number, group=f"host{number}"), 0)]))
    except StoreError:
        return False
    return True


def visited(crew: Crew, number: int) -> bool:
    return (Step.POLL, batch(number, group=f"host{number}")) in crew.visits
