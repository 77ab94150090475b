"""Who does what comes round every so often, and notices a clock that jumped?"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor as TickThreads
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.engine.lanes import Upkeep
from monitor.engine.perform import Observe, upkeep_failed
from monitor.ports import Clock

# Larger than any honest difference between two looks at both clocks.
CLOCK_JUMP = timedelta(seconds=5)


class Ticks:
    """Runs each upkeep in its rhythm, in a thread of its own."""

    def __init__(self, observe: Observe) -> None:
        """Nothing runs yet; `observe` is told what fails."""
        self._observe = observe
        self._scheduler: BackgroundScheduler | None = None

    def start(self, rounds: Sequence[Upkeep]) -> None:
        """Run these from now on, after their first wait."""
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread for each: a purge or a slow store must not keep leases from being renewed.
            executors={"default": TickThreads(len(rounds))},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        for each in rounds:
            seconds = each.every.total_seconds()
            self._scheduler.add_job(self.guarded(each), "interval", seconds=seconds, id=each.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing more; what runs is not waited for."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)

    def retime(self, name: str, every: timedelta) -> None:
        """Have one run in another rhythm; nothing where it does not run yet, or any more."""
        if self._scheduler is not None:
            with suppress(JobLookupError):
                self._scheduler.reschedule_job(name, trigger="interval", seconds=every.total_seconds())

    def run_all_now(self, now: datetime) -> None:
        """Plan each anew: after the clock was set back they would wait for the old future."""
        if self._scheduler is not None:
            for job in self._scheduler.get_jobs():
                job.modify(next_run_time=now)

    def guarded(self, upkeep: Upkeep) -> Callable[[], None]:
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
