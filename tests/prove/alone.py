"""Run each proof in a process of its own: one that crashes or hangs is a fault, and stops no other."""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing.connection import Connection, wait

from tests.prove.proof import Outcome, Proof, attempt

# Seconds until a proof counts as hanging, besides ten times what it usually takes.
PATIENCE = 900.0

Task = tuple[Proof, int]


def attempt_alone(proof: Proof, count: int, seed: int, patience: float | None = None) -> Outcome:
    """Attempt a proof in a new process, which prints its progress; whatever becomes of it is an outcome.

    After so many seconds of `patience` it counts as hanging.
    """
    with closing(_Attempt(proof, count, seed, patience)) as attempted:
        wait([attempted.told], attempted.left)
        return attempted.outcome()


def attempt_each(
    tasks: Sequence[Task], seed: int, at_once: int, begin: Callable[[Proof, int], None]
) -> Iterator[tuple[Proof, Outcome, float]]:
    """Attempt proofs, so many side by side; yield each with its outcome and its seconds, as it ends.

    The longest first, so that none is waited for alone; last, each by itself, those that need the machine.
    `begin` is called as one begins.
    """
    waiting = deque(sorted(tasks, key=lambda task: (task[0].whole, -task[0].takes(task[1]))))
    running: list[_Attempt] = []
    try:
        while waiting or running:
            while waiting and _fits(waiting[0][0], running, at_once):
                proof, count = waiting.popleft()
                begin(proof, count)
                running.append(_Attempt(proof, count, seed))
            ready = wait([each.told for each in running], min(each.left for each in running))
            for each in [each for each in running if each.told in ready or not each.left]:
                running.remove(each)
                with closing(each):
                    yield each.proof, each.outcome(), time.monotonic() - each.began
    finally:
        for each in running:
            each.close()


def takes_all(tasks: Sequence[Task], at_once: int) -> float:
    """Return about how many seconds proofs take, so many side by side."""
    shared = sum(proof.takes(count) for proof, count in tasks if not proof.whole)
    return shared / at_once + sum(proof.takes(count) for proof, count in tasks if proof.whole)


def _fits(proof: Proof, running: Sequence["_Attempt"], at_once: int) -> bool:
    """May a proof begin beside those that run?"""
    if proof.whole or any(each.proof.whole for each in running):
        return not running
    return len(running) < at_once


class _Attempt:
    """A proof that is attempted in a process of its own."""

    def __init__(self, proof: Proof, count: int, seed: int, patience: float | None = None) -> None:
        self.proof, self.began = proof, time.monotonic()
        self._patience = PATIENCE + 10 * proof.takes(count) if patience is None else patience
        self.told, theirs = multiprocessing.Pipe(duplex=False)
        # Spawned, not forked: it shall inherit nothing of what runs here, and import no other proof.
        spawned = multiprocessing.get_context("spawn")
        self._child = spawned.Process(target=_attempt, args=(proof, count, seed, theirs))
        self._child.start()
        theirs.close()

    @property
    def left(self) -> float:
        """Seconds until it counts as hanging."""
        return max(0.0, self.began + self._patience - time.monotonic())

    def outcome(self) -> Outcome:
        """Return what came of it, once it has told or its time is over."""
        if not self.told.poll():
            return Outcome(tried=0, faults=(f"it did not end within {self._patience:.0f} s",))
        try:
            outcome: Outcome = self.told.recv()
        except EOFError:
            self._child.join()
            return Outcome(tried=0, faults=(f"its process ended with {self._child.exitcode}",))
        self._child.join(PATIENCE)
        return outcome

    def close(self) -> None:
        """End it, and whatever it started: that belongs to its group, once it has one."""
        assert self._child.pid is not None
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.kill()
        self._child.join()
        self.told.close()


def _attempt(proof: Proof, count: int, seed: int, told: Connection) -> None:
    os.setpgid(0, 0)

    def say(text: str) -> None:
        print(f"  {proof.name}: {text}", flush=True)  # noqa: T201  (a command that prints)

    told.send(attempt(proof, count, seed, say))
