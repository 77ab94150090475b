"""Run each proof in a process of its own: one that crashes or hangs is a fault, and stops no other."""

import multiprocessing
import os
import signal
from contextlib import suppress
from multiprocessing.connection import Connection

from tests.prove.proof import Outcome, Proof, attempt
from tests.prove.proofs import PROOFS

# Seconds until a proof counts as hanging, besides ten times what it usually takes.
PATIENCE = 900.0


def attempt_alone(proof: Proof, count: int, seed: int, patience: float | None = None) -> Outcome:
    """Attempt a proof in a new process, which prints its progress; whatever becomes of it is an outcome.

    After so many seconds of `patience` it counts as hanging.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    # Spawned, not forked: it shall inherit nothing of what runs here.
    child = multiprocessing.get_context("spawn").Process(
        target=_attempt, args=(proof.name, count, seed, theirs)
    )
    child.start()
    pid = child.pid
    assert pid is not None
    theirs.close()
    if patience is None:
        patience = PATIENCE + 10 * proof.takes(count)
    try:
        if ours.poll(patience):
            outcome: Outcome = ours.recv()
            child.join(PATIENCE)
            return outcome
    except EOFError:
        child.join()
        return Outcome(tried=0, faults=(f"its process ended with {child.exitcode}",))
    finally:
        # Whatever it started and did not end belongs to its group, once it has one.
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        child.kill()
        child.join()
    return Outcome(tried=0, faults=(f"it did not end within {patience:.0f} s",))


def _attempt(name: str, count: int, seed: int, told: Connection) -> None:
    os.setpgid(0, 0)
    told.send(attempt(PROOFS[name], count, seed, _say))


def _say(text: str) -> None:
    print(f"  {text}", flush=True)  # noqa: T201  (a command that prints)
