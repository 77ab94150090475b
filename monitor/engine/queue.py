"""The queue of several machines: jobs in PostgreSQL, kept and handed out by procrastinate.

A job is a hint: "these rows of this group were due together". It holds nothing that would be missed, so
every job is deleted at its end, whatever that was, and one that nobody works on any more may be dropped.
What is still due is seen at the next look.

A job's lock names its group and one of the places that the group has. No two jobs with the same lock are
ever in work, on whatever machines: that is what keeps workers from visiting a host together.
"""

import asyncio
import select
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.schema import SchemaManager
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from monitor.errors import MonitorError, StoreError
from monitor.ports import Batch, Server, Step

# Seconds. A worker says so often that it lives; one that was silent for so long is taken for dead.
_BEAT = 5.0
STALLED = 30.0
# Seconds between two looks for jobs of one's own accord: new ones are announced, unless a proxy between
# us and the server keeps that from us.
_FETCH = 1.0
# Seconds: to wait for a connection, and after which a lost server is tried anew.
_PATIENCE = 5.0
_QUEUED = """
SELECT queue_name, status::text AS status, lock, args
FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
_WORKERS = "SELECT count(*) AS workers FROM procrastinate_workers"
_DEPTH = "SELECT queue_name, status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1, 2"

# The name of an advisory lock, of this program's own choice.
_PREPARING = 5_402_846_011_870_003
# Who made the tables says so at one of them, and up to which migration.
_OURS = "news-monitor "
# Whoever fetches a job asks, for each that waits, whether another has its lock before it.
_INDEX = """
CREATE INDEX IF NOT EXISTS monitor_queue_locks ON procrastinate_jobs (lock, priority DESC, id)
WHERE status IN ('todo', 'doing')
"""
# A new job is announced by procrastinate; one that may begin because another with its lock has ended is
# not, and would wait for the next look of somebody's own accord. We announce it, in procrastinate's words.
_FREED = """
CREATE OR REPLACE FUNCTION monitor_queue_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(
        'procrastinate_queue_v1#' || queue_name,
        json_build_object('type', 'job_inserted', 'job_id', id)::text
    ) FROM (
        SELECT id, queue_name FROM procrastinate_jobs
        WHERE lock = OLD.lock AND status = 'todo' ORDER BY priority DESC, id LIMIT 1
    ) AS next;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER monitor_queue_freed AFTER DELETE ON procrastinate_jobs
FOR EACH ROW WHEN (OLD.lock IS NOT NULL) EXECUTE FUNCTION monitor_queue_freed()
"""

Visit = Callable[[Step, Batch], None]
Tell = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A job that waits, or is in work; `place` is which of the places of its group it has."""

    step: Step
    batch: Batch
    place: int
    waits: bool


class Queue:
    """The jobs of one database; the coroutines belong to one event loop."""

    def __init__(self, server: Server, threads: Mapping[Step, int], visit: Visit, tell: Tell) -> None:
        """Nothing is connected yet. `visit` works on a batch, in one of a step's `threads`.

        `tell` is given what goes wrong, by the name of what it went wrong in.
        """
        self._threads = dict(threads)
        self._pools = {step: ThreadPoolExecutor(count, step.value) for step, count in threads.items()}
        self._visit, self._tell = visit, tell
        connector = PsycopgConnector(
            pool_factory=_pool,
            conninfo=server.address,
            min_size=0,
            max_size=2 * len(threads) + 2,
            timeout=_PATIENCE,
            reconnect_timeout=_PATIENCE,
            kwargs=dict(server.arguments),
            configure=_commit_each,
        )
        self._app = App(connector=connector)
        for step in threads:
            self._app.task(name=step.value, queue=step.value, pass_context=True)(self._task(step))
        self._workers: dict[Step, Worker] = {}
        self._in_hand: set[int] = set()
        self._orphans: frozenset[int] = frozenset()
        self._standing_by = False
        self._stopping = asyncio.Event()

    async def serve(self, drain: float) -> None:
        """Work on jobs until told to stop; what does not end in `drain` seconds is left behind.

        A database that goes away ends a worker; another begins once it is back.
        """
        async with _opened(self._app):
            await asyncio.gather(*(self._work(step, drain) for step in self._threads))

    def stand_by(self, *, now: bool) -> None:
        """Take no jobs, and leave all to others, or take them again; those in work may end."""
        if now and not self._standing_by:
            self._stop_workers()
        self._standing_by = now

    def stop(self) -> None:
        """Take no more jobs; those in work may end."""
        self._stopping.set()
        self._stop_workers()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    async def queued(self) -> Sequence[Queued]:
        """Return all jobs that wait or are in work."""
        rows = await self._ask(_QUEUED)
        return [_queued(row) for row in rows if row["lock"]]

    async def workers(self) -> int:
        """Return how many processes work on the queue, at least one."""
        (row,) = await self._ask(_WORKERS)
        return max(int(row["workers"]) // len(self._threads), 1)

    async def depth(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are, by queue and status."""
        return {(row["queue_name"], row["status"]): int(row["jobs"]) for row in await self._ask(_DEPTH)}

    async def add(self, step: Step, batches: Iterable[tuple[Batch, int]]) -> None:
        """Add a job for each batch, which is to have that place of its group."""
        jobs = [
            self._app.configure_task(step.value, lock=_lock(step, batch.group, place)).make_new_job(
                group=batch.group, numbers=list(batch.numbers)
            )
            for batch, place in batches
        ]
        if jobs:
            with _told():
                await self._app.job_manager.batch_defer_jobs_async(jobs)

    async def rescue(self) -> int:
        """Forget workers that died, and drop their jobs; return how many jobs there were."""
        with _told():
            await self._app.job_manager.prune_stalled_workers(STALLED)
            stalled = await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED)
        return await self._drop(stalled)

    async def drop_orphans(self) -> int:
        """Drop jobs that stand under our name, but were in none of our hands at two looks in a row.

        So it is with one whose end could not be written, or whose handing over did not reach us.
        """
        found: dict[int, Job] = {}
        for worker in tuple(self._workers.values()):
            if worker.worker_id is not None:
                with _told():
                    jobs = await self._app.job_manager.list_jobs_async(
                        status=Status.DOING.value, worker_id=worker.worker_id
                    )
                found |= {job.id: job for job in jobs if job.id is not None}
        lost = found.keys() - self._in_hand
        dropped = await self._drop(found[each] for each in lost & self._orphans)
        self._orphans = frozenset(lost)
        return dropped

    async def _drop(self, jobs: Iterable[Job]) -> int:
        dropped = 0
        for job in jobs:
            # Somebody else was faster, or its worker woke up and ended it.
            with suppress(ConnectorException):
                await self._app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)
                dropped += 1
        return dropped

    def _stop_workers(self) -> None:
        for worker in self._workers.values():
            worker.stop()  # type: ignore[no-untyped-call]  # procrastinate leaves out that it returns None

    async def _work(self, step: Step, drain: float) -> None:
        while not self._stopping.is_set():
            if self._standing_by:
                await asyncio.sleep(_FETCH)
                continue
            self._workers[step] = worker = Worker(
                self._app,
                queues=[step.value],
                concurrency=self._threads[step],
                fetch_job_polling_interval=_FETCH,
                shutdown_graceful_timeout=drain,
                delete_jobs=DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
                update_heartbeat_interval=_BEAT,
                stalled_worker_timeout=STALLED,
            )
            try:
                await worker.run()  # type: ignore[no-untyped-call]  # the same
            except ConnectorException as error:
                self._tell(step.value, _refusal(error))
            if not self._stopping.is_set():
                await asyncio.sleep(1)

    def _task(self, step: Step) -> Callable[..., Any]:
        async def visit(context: JobContext, group: str, numbers: list[int]) -> None:
            job = context.job.id
            assert job is not None  # a job that is in work was stored
            self._in_hand.add(job)
            try:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(
                    self._pools[step], self._visit, step, Batch(group=group, numbers=tuple(numbers))
                )
            finally:
                self._in_hand.discard(job)

        return visit

    async def _ask(self, query: Any) -> Sequence[Mapping[str, Any]]:  # noqa: ANN401  (a literal string to its type)
        with _told():
            return await self._app.connector.execute_query_all_async(query)


def prepare(server: Server) -> bool:
    """Make the queue's tables in a database, or bring them up to date; False where they already were.

    Calls at the same time wait for each other; one that is cut short leaves nothing.

    Raises:
        StoreError: the database refuses, or holds a queue that is not ours.
    """
    with _session(server) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARING])
        stored = _version(connection)
        if stored == _newest():
            return False
        _refuse_newer(stored)
        if stored is None:
            connection.execute(SchemaManager.get_schema())
        else:
            for migration in _migrations():
                if migration.name > stored:
                    connection.execute(migration.read_text(encoding="utf-8"))
        connection.execute(_INDEX)
        connection.execute(_FREED)
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{_OURS}{_newest()}'")
    return True


def check_prepared(server: Server) -> None:
    """Return if a database holds the queue of this version.

    Raises:
        StoreError: it does not; the words say what to do.
    """
    with _session(server) as connection:
        stored = _version(connection)
    if stored is None:
        raise StoreError("the database has no queue yet; run `monitor migrate` once")
    _refuse_newer(stored)
    if stored < _newest():
        raise StoreError("the database's queue is of an older version; run `monitor migrate` once")


def _refuse_newer(stored: str | None) -> None:
    if stored is not None and stored > _newest():
        raise StoreError("the database's queue is of a newer version; install the program that made it")


def _version(connection: Any) -> str | None:  # noqa: ANN401  (the driver's connection)
    """Return the migration up to which the queue's tables were made; None where there are none.

    Raises:
        StoreError: somebody else made them.
    """
    here = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()[0]
    if here is None:
        return None
    said = connection.execute("SELECT obj_description('procrastinate_jobs'::regclass)").fetchone()[0] or ""
    if not said.startswith(_OURS):
        raise StoreError(
            "the database holds a queue of another program; give the monitor a database of its own"
        )
    return str(said).removeprefix(_OURS)


def _migrations() -> Sequence[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _newest() -> str:
    return _migrations()[-1].name


@contextmanager
def _session(server: Server) -> Iterator[Any]:
    """Open a session for one transaction."""
    connector = SyncPsycopgConnector(
        conninfo=server.address, min_size=0, max_size=1, timeout=_PATIENCE, kwargs=dict(server.arguments)
    )
    try:
        connector.open()
        try:
            with connector.pool.connection() as connection:
                yield connection
        finally:
            connector.close()
    except MonitorError:
        raise
    except Exception as error:
        raise _refusal(error) from error


@asynccontextmanager
async def _opened(app: App) -> AsyncIterator[None]:
    try:
        await app.open_async()
    except Exception as error:
        raise _refusal(error) from error
    try:
        yield
    finally:
        # What a lost server still owes us is not waited for.
        with suppress(Exception):
            await app.close_async()


async def _commit_each(connection: Any) -> None:  # noqa: ANN401  (the driver's connection)
    """Have each statement be its own transaction: a frozen worker then holds no lock between two."""
    await connection.set_autocommit(True)


def _pool(**named: Any) -> AsyncConnectionPool[Any]:  # noqa: ANN401  (what procrastinate makes its pool of)
    """Return a pool that asks a connection whether it lives only where the server has said something."""
    return AsyncConnectionPool(**named | {"check": _check})


async def _check(connection: Any) -> None:  # noqa: ANN401  (the driver's connection)
    # Nobody was asked: it is a farewell, or has ended. To ask each time is half of all that a job asks.
    unasked = select.poll()
    unasked.register(connection.fileno(), select.POLLIN)
    if unasked.poll(0):
        await AsyncConnectionPool.check_connection(connection)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ConnectorException as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> StoreError:
    """Return what the database said, in one line, as the error that engines expect."""
    said = str(error.__cause__ or error).strip().partition("\n")[0]
    return StoreError(f"the queue refused: {said}")


def _lock(step: Step, group: str, place: int) -> str:
    """Return the name under which no two jobs are in work: feeds and pages of a host share theirs."""
    return f"{_kind(step)}:{group}#{place}"


def _kind(step: Step) -> str:
    return "receiver" if step is Step.DELIVER else "host"


def _queued(row: Mapping[str, Any]) -> Queued:
    group, _, place = row["lock"].partition(":")[2].rpartition("#")
    return Queued(
        step=Step(row["queue_name"]),
        batch=Batch(group=group, numbers=tuple(row["args"]["numbers"])),
        place=int(place),
        waits=row["status"] == Status.TODO.value,
    )
