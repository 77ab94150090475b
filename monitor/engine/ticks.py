"""Who does what comes round every so often, and notices a clock that jumped?"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as TickThreads
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.engine.lanes import RENEW_EVERY, TICK, Upkeep
from monitor.engine.perform import Observe, upkeep_failed
from monitor.ports import Clock

# Larger than any honest difference between two looks at both clocks.
CLOCK_JUMP = timedelta(seconds=5)


class Ticks:
    """Runs each upkeep in its rhythm, in a thread of its own, whatever the clock does."""

    def __init__(
        self,
        upkeep: Sequence[Upkeep],
        clock: Clock,
        observe: Observe,
        renew: Callable[[], None],
        clock_set_back: Callable[[], None],
    ) -> None:
        """Nothing runs yet; `observe` is told what fails.

        `renew` keeps what is in work; `clock_set_back` brings near what was put off before that.
        """
        self._renew = Upkeep(name="renew", every=RENEW_EVERY, run=renew)
        self._clock_set_back = Upkeep(name="clock", every=TICK, run=clock_set_back)
        self._rounds = (self._renew, *upkeep)
        self._clock = clock
        self._jumps = ClockJumps(clock)
        self._observe = observe
        self._scheduler: BackgroundScheduler | None = None

    def start(self) -> None:
        """Run each from now on, after its first wait."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread for each: a purge or a slow store must not keep leases from being renewed.
            executors={"default": TickThreads(len(self._rounds))},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for each in self._rounds:
            seconds = each.every.total_seconds()
            self._scheduler.add_job(self._guarded(each), "interval", seconds=seconds, id=each.name)
        self._scheduler.start()
        self._jumps = ClockJumps(self._clock)

    def stop(self) -> None:
        """Begin nothing more; what runs is not waited for."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    def retime(self, name: str, every: timedelta) -> None:
        """Have one run in another rhythm from now on, or once it runs."""
        self._rounds = tuple(
            replace(each, every=every) if each.name == name else each for each in self._rounds
        )
        # A reload may come before it runs, or after.
        if self._scheduler is not None:
            with suppress(JobLookupError):
                self._scheduler.reschedule_job(name, trigger="interval", seconds=every.total_seconds())

    def heed_clock(self) -> None:
        """After the wall clock jumped, keep what is in work, and let nothing wait for the old future."""
        jump = self._jumps.jump()
        if not jump:
            return
        self._guarded(self._renew)()
        if jump < timedelta(0):
            self._guarded(self._clock_set_back)()
        if self._scheduler is not None:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=self._clock.now())

    def _guarded(self, upkeep: Upkeep) -> Callable[[], None]:
        """Return the upkeep such that its failure is one log line, and the next round tries again."""

        def run() -> None:
            try:
                upkeep.run()
            except Exception as error:  # noqa: BLE001  (upkeep must not end the service)
                self._observe(upkeep_failed(upkeep.name, error), 0.0)

        return run


class ClockJumps:
    """Notices that the wall clock moved against the monotonic one since the last look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = self._measure()

    def jump(self) -> timedelta:
        """Return by how much it moved, if by more than two looks may differ; less than 0 is back."""
        offset, self._offset = self._offset, self._measure()
        moved = timedelta(seconds=self._offset - offset)
        return moved if abs(moved) > CLOCK_JUMP else timedelta(0)

    def _measure(self) -> float:
        return self._clock.now().timestamp() - time.monotonic()
