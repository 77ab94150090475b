"""Ticks and threads on one machine; `drain` is the command `once`.

A dispatcher thread claims what is due whenever a tick or a finished step wakes it, as far as its
lanes have room. Ticks only wake: due times live in the store, and every wait here is on the
monotonic clock, so a clock that jumps delays nothing.

Where a lane's step asks the world first, no thread waits for the answer. One thread takes all answers that
have come, does together what brings nothing, and gives all others a thread each.
"""

import math
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from monitor.engine.lanes import LEASE, TICK, Asking, Lane, Upkeep
from monitor.engine.leases import InWork
from monitor.engine.limits import Limits
from monitor.engine.perform import Observe, Work, no_claim, perform
from monitor.engine.ticks import Ticks
from monitor.errors import StoreError
from monitor.ports import Claim, Clock, Report, Share, Step, Store, Wanted

# Seconds between two looks for due rows: a look costs more than a poll that brings nothing. The dearer the
# last look was, the more is left to the next: looking takes a fifth of a core at most.
BETWEEN_LOOKS, MOST_BETWEEN_LOOKS = 0.01, 0.05
OF_A_LOOK = 4
# Seconds after a claim in which a lane whose rows end by the dozen awaits room for half of what it may have.
AWAIT_ROOM = 0.02
# This part of a lane's threads is for groups with nothing in work: slow ones must not have them all.
RESERVED = 4
# After so many looks in a row at which the store refused a claim, one pass ends; the service goes on.
REFUSALS = 20


class Embedded:
    """Runs the lanes until told to stop, or until nothing is left to do."""

    def __init__(
        self,
        lanes: Sequence[Lane],
        store: Store,
        clock: Clock,
        observe: Observe,
        upkeep: Sequence[Upkeep],
        clock_set_back: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare threads; nothing runs yet. `clock_set_back` brings near what was put off before that."""
        self._lanes = tuple(lanes)
        self._store = store
        self._clock = clock
        self._observe = observe
        self._work = {lane.step: lane.work for lane in lanes}
        self._pools = {lane.step: ThreadPoolExecutor(lane.threads, f"{lane.step}") for lane in lanes}
        self._in_work = InWork()
        self._claimed_at = dict.fromkeys(self._pools, 0.0)
        rounds = (Upkeep(name="tick", every=TICK, run=self.wake), *upkeep)
        self._ticks = Ticks(rounds, clock, observe, self._renew, clock_set_back)
        self._answers: queue.SimpleQueue[_Came | None] = queue.SimpleQueue()
        self._wake = threading.Event()
        # Lanes that surely had nothing left after they were asked last, until there may be something again.
        self._resting: set[Step] = set()
        self._ask_all = True
        self._roused: deque[Step] = deque()
        self._asked_all_at = 0.0
        self._alive_at = time.monotonic()
        self._pause = BETWEEN_LOOKS
        # When a lane that awaits room is to be asked anyway.
        self._look_at = math.inf
        self._refused = 0

    def run(self, stop: threading.Event, drain: timedelta) -> bool:
        """Work until `stop` is set, then let what is in work end; False where it did not in time."""
        self._start_ticks()
        try:
            while not stop.is_set():
                self._alive_at = time.monotonic()
                self._ticks.heed_clock()
                self._dispatch(lambda _: self._clock.now())
                # A tick ends this wait; its own end matters only where the wall clock was set back.
                self._await_wake(4 * TICK)
        finally:
            self._ticks.stop()
        return self._finish(drain)

    def wake(self) -> None:
        """Have the dispatcher look for due rows now, in every lane."""
        self._ask_all = True
        self._wake.set()

    def retime(self, name: str, every: timedelta) -> None:
        """Have an upkeep done in another rhythm from now on."""
        self._ticks.retime(name, every)

    def alive(self) -> bool:
        """Tell whether the dispatcher has looked around in the last 30 s, half the watchdog's wait."""
        return time.monotonic() - self._alive_at < 30  # noqa: PLR2004

    def drain(self, pending: Callable[[], int]) -> None:
        """Perform all that is due now and what follows from it, until nothing is due any more.

        `pending` returns how many entries still wait to be processed: a page that is tried again
        later is waited for. Feeds that fall due again meanwhile are left for the next time.

        Raises:
            StoreError: the store refuses, again and again.
        """
        self._start_ticks()
        began = self._clock.now()
        try:
            while not self._drained(began, pending):
                self._await_wake(TICK)
        finally:
            self._ticks.stop()
            self._finish(timedelta(seconds=30))

    def _await_wake(self, longest: timedelta) -> None:
        """Wait until there may be something to claim; what ends soon after a look shares the next one."""
        self._wake.wait(max(0.0, min(longest.total_seconds(), self._look_at - time.monotonic())))
        time.sleep(max(0.0, self._alive_at + self._pause - time.monotonic()))
        self._wake.clear()

    def _drained(self, began: datetime, pending: Callable[[], int]) -> bool:
        """Claim once more; tell whether nothing was in work before, and nothing came."""
        self._alive_at = time.monotonic()
        idle = not self._in_work
        self._ask_all = True
        held_back = any(lane.limits.full(time.monotonic()) for lane in self._lanes)
        quiet = self._dispatch(lambda step: began if step is Step.POLL else self._clock.now())
        if self._refused >= REFUSALS:
            raise StoreError("nothing can be claimed; see the log")
        return idle and quiet and not held_back and not pending()

    def _dispatch(self, now_of: Callable[[Step], datetime]) -> bool:
        """Claim what is due and what the lanes have room for; tell whether surely nothing was."""
        quiet, refused, spent = True, 0, time.thread_time()
        self._look_at = math.inf
        # A tick says so four times as often, but goes by the wall clock.
        late = time.monotonic() - self._asked_all_at >= 4 * TICK.total_seconds()
        if self._ask_all or late:
            self._ask_all, self._asked_all_at = False, time.monotonic()
            self._resting.clear()
        while self._roused:
            self._resting.discard(self._roused.popleft())
        # Lanes share hosts: who waited longest asks first, or feeds due each second would starve pages.
        for lane in sorted(self._lanes, key=lambda each: self._claimed_at[each.step]):
            room = lane.threads - self._in_work.of(lane.step)
            if room <= 0 or lane.step in self._resting or self._awaits_room(lane, room):
                continue
            wanted = Wanted(
                limit=room,
                at_once=lane.limits.per_claim,
                full=lane.limits.full(time.monotonic()),
                free=lane.limits.free(),
                feeds=_share(lane.feeds),
                working=lane.limits.working(),
                reserved=min(room, lane.threads // RESERVED),
            )
            now = now_of(lane.step)
            try:
                claims = lane.claim(now, wanted, LEASE + (self._clock.now() - now))
                for claim in claims:
                    self._begin(lane, claim)
            except Exception as error:  # noqa: BLE001  (one lane's failure stops neither the others nor the next try)
                self._observe(no_claim(lane.step, error), 0.0)
                quiet, refused = False, self._refused + 1
                continue
            if claims:
                self._claimed_at[lane.step] = time.monotonic()
                quiet = False
            if _took_all(lane, wanted, [claim.row for claim in claims]):
                self._resting.add(lane.step)
        self._refused = refused
        pause = OF_A_LOOK * (time.thread_time() - spent)
        self._pause = min(max(BETWEEN_LOOKS, pause), MOST_BETWEEN_LOOKS)
        return quiet

    def _awaits_room(self, lane: Lane, room: int) -> bool:
        """Tell whether a lane is not asked yet: more of its rows will soon have ended, and share a claim."""
        ends = self._claimed_at[lane.step] + AWAIT_ROOM
        if lane.asking is None or 2 * room >= lane.threads or time.monotonic() >= ends:
            return False
        self._look_at = min(self._look_at, ends)
        return True

    def _begin(self, lane: Lane, claim: Claim[Any]) -> None:
        work = _Work(lane, claim, lane.group_of(claim.row), time.monotonic())
        lane.limits.enter(work.group, work.began)
        if lane.feeds is not None:
            lane.feeds.enter(lane.feed_of(claim.row), work.began)
        self._in_work.begin(lane.step, [claim])
        try:
            if lane.asking is not None:
                self._ask(lane.asking, work)
            else:
                self._pools[lane.step].submit(self._perform, work, lane.work)
        except BaseException:
            # No thread can be started: the row is left to its lease, which nobody must prolong.
            self._end(work)
            raise

    def _ask(self, asking: Asking, work: "_Work") -> None:
        try:
            asking.ask(work.claim, lambda answer: self._answers.put(_Came(asking, work, answer)))
        except Exception as error:  # noqa: BLE001  (a bug that one row brings about fails that row, and no other)
            self._pools[work.lane.step].submit(self._perform, work, partial(_broken, error))

    def _heed_answers(self) -> None:
        """Go on with what was asked, as answers come, until there is none any more."""
        ended = False
        while not ended:
            those = [self._answers.get(), *(self._answers.get() for _ in range(self._answers.qsize()))]
            came = [each for each in those if each is not None]
            ended = len(came) < len(those)
            # What fails here, and belongs to no row, must not end this thread.
            with suppress(Exception):
                for asking in dict.fromkeys(each.asking for each in came):
                    self._heed(asking, [each for each in came if each.asking is asking])

    def _heed(self, asking: Asking, those: Sequence["_Came"]) -> None:
        """Do together what brings nothing, and give all others a thread each."""
        reports: Mapping[int, Report] = {}
        # Where that fails, each finds out alone whose fault it was.
        with suppress(Exception):
            reports = asking.heed_quiet([(each.work.claim, each.answer) for each in those])
        for at, each in enumerate(those):
            if at in reports:
                self._perform(each.work, partial(_done, reports[at]))
                continue
            try:
                pool = self._pools[each.work.lane.step]
                pool.submit(self._perform, each.work, partial(_alone, asking, each.answer))
            except RuntimeError:
                # No thread can be started: the row is left to its lease.
                self._end(each.work)

    def _perform(self, work: "_Work", done: Work) -> None:
        if work.claim not in self._in_work:
            return
        due: Collection[Step] | None = None
        claimed: Sequence[Claim[Any]] = ()
        try:
            report = perform(
                work.lane.step, done, work.claim, self._store, self._clock, self._observe, work.began
            )
            due, claimed = report.due, report.claimed
            # Before the row itself ends: in between nobody must think that all was done.
            self._in_work.begin(Step.PROCESS, claimed)
        finally:
            self._end(work)
            self._rouse(due)
        try:
            for claim in claimed:
                self._go_on(claim)
        finally:
            # Where that was broken off, the others are left to their leases, which nobody must prolong.
            for claim in claimed:
                self._in_work.end(claim)

    def _go_on(self, claim: Claim[Any]) -> None:
        """Process an entry that a poll claimed: it visits no host, so that no limit counts it."""
        due: Collection[Step] | None = None
        try:
            due = perform(
                Step.PROCESS, self._work[Step.PROCESS], claim, self._store, self._clock, self._observe
            ).due
        finally:
            self._in_work.end(claim)
            self._rouse(due)

    def _rouse(self, due: Collection[Step] | None) -> None:
        """Have the dispatcher look in the lanes that may have more to do."""
        if due is None:
            self._ask_all = True
        else:
            self._roused.extend(due)
        self._wake.set()

    def _end(self, work: "_Work") -> None:
        work.lane.limits.leave(work.group)
        if work.lane.feeds is not None:
            work.lane.feeds.leave(work.lane.feed_of(work.claim.row))
        self._in_work.end(work.claim)

    def _renew(self) -> None:
        self._in_work.renew(self._store, self._clock)

    def _start_ticks(self) -> None:
        self._ticks.start()
        threading.Thread(target=self._heed_answers, name="answers", daemon=True).start()

    def _finish(self, patience: timedelta) -> bool:
        ends = time.monotonic() + patience.total_seconds()
        while self._in_work and time.monotonic() < ends:
            self._wake.wait(0.05)
            self._wake.clear()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._answers.put(None)
        return not self._in_work


@dataclass(frozen=True, slots=True)
class _Work:
    """A claimed row in work, since when on the monotonic clock."""

    lane: Lane
    claim: Claim[Any]
    group: str
    began: float


@dataclass(frozen=True, slots=True)
class _Came:
    """An answer, and whose it is."""

    asking: Asking
    work: _Work
    answer: Any


def _done(report: Report, _: Claim[Any]) -> Report:
    return report


def _broken(error: Exception, _: Claim[Any]) -> Report:
    raise error


def _alone(asking: Asking, answer: object, claim: Claim[Any]) -> Report:
    return asking.heed(claim, answer)


def _took_all(lane: Lane, wanted: Wanted, rows: Sequence[Any]) -> bool:
    """Tell whether surely all that was due was claimed: neither the lane nor any group had its fill."""
    if rows and len(rows) >= wanted.limit - wanted.reserved:
        return False
    feeds = wanted.feeds is None or _left_nothing(wanted.feeds, Counter(map(lane.feed_of, rows)))
    return feeds and _left_nothing(wanted, Counter(map(lane.group_of, rows)))


def _left_nothing(share: Share, taken: Mapping[str, int]) -> bool:
    return not share.full and all(
        count < share.free.get(each, share.at_once) for each, count in taken.items()
    )


def _share(limits: Limits | None) -> Share | None:
    if limits is None:
        return None
    return Share(at_once=limits.per_claim, full=limits.full(time.monotonic()), free=limits.free())
