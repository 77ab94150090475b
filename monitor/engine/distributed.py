"""The steps on many machines: any number of these engines share one queue in PostgreSQL.

Whichever engine has the turn looks for what is due, and adds a job for each batch of a host or receiver that
has a place free. Whoever takes the job claims the batch's rows, as far as they are still due, and performs
the step on each. Rows are claimed under leases as ever: the queue says who works where, the rows alone say
what is done.

Nothing waits in the queue for its time, and no job waits in a place of a worker: a host that must rest has no
job, its rows stay due.
"""

import asyncio
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.engine.lanes import LEASE, TICK, Lane, Upkeep
from monitor.engine.leases import InWork
from monitor.engine.perform import Observe, no_claim, perform, upkeep_failed
from monitor.engine.queue import Queue, Queued
from monitor.engine.ticks import Ticks
from monitor.errors import StoreError
from monitor.ports import Batch, Claim, Clock, Server, Share, Step, Store, Wanted

# Two looks of all engines together are so far apart at least.
LOOK_EVERY = timedelta(milliseconds=100)
RESCUE_EVERY = timedelta(seconds=10)
# Rows of one job where no pause must lie between them: a job costs more than a claim.
ROWS = 8
# Jobs that wait, for each thread of all workers: enough that none stands idle until the next look.
WAITING = 2
# After trouble with the database.
REST = timedelta(seconds=1)


class Distributed:
    """Works on the queue, and sees to it that it is filled, until told to stop."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        store: Store,
        clock: Clock,
        observe: Observe,
        upkeep: Sequence[Upkeep],
        server: Server,
        clock_set_back: Callable[[], None] = lambda: None,
        standing_by: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare threads; nothing runs yet. `server` has the queue.

        `clock_set_back` brings near what was put off before that; while `standing_by` no job is taken.
        """
        self._lanes = {lane.step: lane for lane in lanes}
        self._store = store
        self._clock = clock
        self._observe = observe
        self._standing_by = standing_by
        rounds = (Upkeep(name="rescue", every=RESCUE_EVERY, run=self._rescue), *upkeep)
        self._ticks = Ticks(rounds, clock, observe, self._renew, clock_set_back)
        self._queue = Queue(server, {lane.step: lane.threads for lane in lanes}, self._visit, self._tell)
        self._in_work = InWork()
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._alive_at = time.monotonic()

    def run(self, stop: threading.Event, drain: timedelta) -> bool:
        """Work until `stop` is set, then let what is in work end; False where it did not in time.

        Raises:
            StoreError: the queue cannot be opened.
        """
        return asyncio.run(self._run(stop, drain))

    def wake(self) -> None:
        """Have somebody look for due rows now."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def retime(self, name: str, every: timedelta) -> None:
        """Have an upkeep done in another rhythm from now on."""
        self._ticks.retime(name, every)

    def alive(self) -> bool:
        """Tell whether the engine has looked around in the last 30 s, half the watchdog's wait."""
        return time.monotonic() - self._alive_at < 30  # noqa: PLR2004

    def depth(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs there are, by queue and status.

        Raises:
            StoreError: the queue does not answer, or the engine does not run.
        """
        if self._loop is None:
            raise StoreError("the queue is not open")
        try:
            return asyncio.run_coroutine_threadsafe(self._queue.depth(), self._loop).result(
                REST.total_seconds()
            )
        except TimeoutError:
            raise StoreError("the queue does not answer") from None

    # ---- the loop --------------------------------------------------------------------------------

    async def _run(self, stop: threading.Event, drain: timedelta) -> bool:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(self._queue.serve(drain.total_seconds()))
        self._ticks.start()
        try:
            while not stop.is_set() and not serving.done():
                self._alive_at = time.monotonic()
                self._queue.stand_by(now=self._standing_by())
                await asyncio.to_thread(self._ticks.heed_clock)
                await self._look()
                await self._await_wake()
        finally:
            self._ticks.stop()
            self._stopping.set()
            self._queue.stop()
            # Its own patience ends what does not end by itself.
            await serving
            self._loop = None
        return not self._in_work

    async def _await_wake(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), TICK.total_seconds())
            # What ends soon after a look shares the next one.
            await asyncio.sleep(LOOK_EVERY.total_seconds())
        except TimeoutError:
            pass
        self._wake.clear()

    async def _look(self) -> None:
        """Where it is our turn, add jobs for what is due."""
        try:
            if not await asyncio.to_thread(self._store.take_turn, "look", self._clock.now(), LOOK_EVERY):
                return
            queued, workers = await self._queue.queued(), await self._queue.workers()
        except StoreError as error:
            self._tell("look", error)
            await asyncio.sleep(REST.total_seconds())
            return
        # Lanes share hosts: whoever always asked first would leave the others none.
        for lane in random.sample(list(self._lanes.values()), len(self._lanes)):
            try:
                batches = await asyncio.to_thread(self._due, lane, queued, workers)
                await self._queue.add(lane.step, ((each.batch, each.place) for each in batches))
            except Exception as error:  # noqa: BLE001  (one lane's failure stops neither the others nor the next try)
                self._observe(no_claim(lane.step, error), 0.0)
                continue
            queued = [*queued, *batches]

    def _due(self, lane: Lane, queued: Sequence[Queued], workers: int) -> Sequence[Queued]:
        """Return the jobs to add for a lane: rows that are due, in places that are free."""
        waiting = sum(1 for each in queued if each.step is lane.step and each.waits)
        room = WAITING * workers * lane.threads - waiting
        if room <= 0:
            return ()
        places = _Places(lane, queued)
        rows = 1 if lane.limits.pause else ROWS
        wanted = Wanted(
            limit=room,
            at_once=rows * (1 if lane.limits.pause else lane.limits.per_claim),
            full=places.full(),
            free={group: rows * free for group, free in places.free().items()},
            feeds=Share(at_once=workers * lane.feeds.per_claim) if lane.feeds else None,
            queued=frozenset(
                number for each in queued if each.step is lane.step for number in each.batch.numbers
            ),
        )
        found = self._store.due_batches(lane.step, self._clock.now(), wanted)
        return [
            Queued(step=lane.step, batch=part, place=place, waits=True)
            for batch in found
            for part, place in _parts(batch, places.of(batch.group))
        ]

    # ---- the work, in threads --------------------------------------------------------------------

    def _visit(self, step: Step, batch: Batch) -> None:
        """Claim what of a batch is still due, and perform the step on each row."""
        lane, number = self._lanes[step], len(batch.numbers)
        if self._stopping.is_set():
            return
        wanted = Wanted(limit=number, at_once=number, batch=batch, pause=lane.limits.pause)
        try:
            claims = lane.claim(self._clock.now(), wanted, LEASE)
        except Exception as error:  # noqa: BLE001  (the rows stay due)
            self._observe(no_claim(step, error), 0.0)
            return
        self._in_work.begin(step, claims)
        try:
            for claim in claims:
                if self._stopping.is_set():
                    self._store.release(step, claim.token, self._clock.now(), None, 0)
                else:
                    self._perform(lane, claim)
                self._in_work.end(claim)
        finally:
            for claim in claims:
                self._in_work.end(claim)
        self.wake()

    def _perform(self, lane: Lane, claim: Claim[Any]) -> None:
        """Perform a step on a row, and go on with what it claimed besides."""
        report = perform(lane.step, lane.work, claim, self._store, self._clock, self._observe)
        self._in_work.begin(Step.PROCESS, report.claimed)
        try:
            for entry in report.claimed:
                self._perform(self._lanes[Step.PROCESS], entry)
                self._in_work.end(entry)
        finally:
            for entry in report.claimed:
                self._in_work.end(entry)

    def _renew(self) -> None:
        self._in_work.renew(self._store, self._clock)

    def _rescue(self) -> None:
        """Drop jobs that nobody works on: their locks would shut hosts for ever."""
        loop = self._loop
        if loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._queue.drop_orphans(), loop).result(LEASE.total_seconds())
        if self._store.take_turn("rescue", self._clock.now(), RESCUE_EVERY / 2):
            asyncio.run_coroutine_threadsafe(self._queue.rescue(), loop).result(LEASE.total_seconds())
            self._store.forget_rested(self._clock.now())

    def _tell(self, name: str, error: Exception) -> None:
        self._observe(upkeep_failed(name, error), 0.0)


class _Places:
    """Which places of the groups of a lane are taken by jobs; feeds and pages of a host share them."""

    def __init__(self, lane: Lane, queued: Sequence[Queued]) -> None:
        self._limits = lane.limits
        self._taken: dict[str, set[int]] = defaultdict(set)
        self._waiting: set[str] = set()
        for each in queued:
            if (each.step is Step.DELIVER) is (lane.step is Step.DELIVER):
                self._taken[each.batch.group].add(each.place)
                if each.waits:
                    self._waiting.add(each.batch.group)

    def of(self, group: str) -> Sequence[int]:
        """Return the free places of a group; under a pause one visit at most is prepared."""
        taken = self._taken.get(group, ())
        free = [place for place in range(self._limits.most(group)) if place not in taken]
        if not self._limits.pause:
            return free
        return () if group in self._waiting else free[:1]

    def full(self) -> frozenset[str]:
        """Return the groups without a free place."""
        return frozenset(group for group in self._taken if not self.of(group))

    def free(self) -> Mapping[str, int]:
        """Return how many places are free, where some are taken or the group has a number of its own."""
        groups = self._taken.keys() | self._limits.free().keys()
        return {group: len(places) for group in groups if (places := self.of(group))}


def _parts(batch: Batch, places: Sequence[int]) -> Iterator[tuple[Batch, int]]:
    """Deal a batch out to places, as evenly as its rows go."""
    each = -(-len(batch.numbers) // len(places))
    for place, start in zip(places, range(0, len(batch.numbers), each), strict=False):
        yield replace(batch, numbers=batch.numbers[start : start + each]), place
