"""Does a full disk, a broken disk or a lack of file handles lose something?

As in `syscalls`, but a chosen call of a pass fails, once or from there on: no space left, an error of
the device, no file handle. The pass may fail; it may not hang, and passes on a healthy machine must
bring everything about.
"""

import errno
import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.prove.passes import FILE_SCENES, Scene, World
from tests.prove.proof import Outcome, Proof, Say
from tests.prove.syscalls import MOST_TRIES, points_of
from tests.prove.tracing import Point, failing_from, may_trace

# Which calls can fail so.
ERRORS = {
    "ENOSPC": frozenset({"pwrite64", "write", "ftruncate", "fallocate", "openat", "mkdir"}),
    "EIO": frozenset({"pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink"}),
    "EMFILE": frozenset({"openat", "connect"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """An error at a point of a scene: `once`, or at every such call from there on."""

    scene: Scene
    point: Point
    error: str
    once: bool

    def __str__(self) -> str:
        """Say what failed."""
        often = "once" if self.once else "from there on"
        return f"{self.scene.name}, {self.error} at {self.point.name} {self.point.number} {often}"


def shortages(world: World) -> Sequence[Shortage]:
    """Return every shortage that the passes can meet."""
    assert set(ERRORS) <= set(errno.errorcode.values())
    return [
        Shortage(scene=scene, point=point, error=error, once=once)
        for scene in FILE_SCENES
        for point in points_of(world, scene)
        for error, calls in ERRORS.items()
        if point.name in calls
        for once in (True, False)
    ]


def attack(world: World, shortage: Shortage) -> tuple[int, Sequence[str]]:
    """Let one pass meet a shortage, recover, and return how many calls failed, and the faults."""
    hits, faults = 0, []
    with world.store(shortage.scene) as address:
        pid = world.begin(shortage.scene, address)
        try:
            hits = failing_from(
                pid, shortage.point, shortage.error, lambda: world.flow.finish(pid), once=shortage.once
            )
        except TimeoutError as error:
            faults.append(str(error))
        world.recover(address)
        faults += world.faults(address, shortage.scene)
    return hits, [f"{shortage}: {fault}" for fault in faults]


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Meet shortages, chosen at random, until so many have been felt."""
    if not may_trace():
        raise RuntimeError("a system call can only be made to fail by strace, which may not trace here")
    with tempfile.TemporaryDirectory(prefix="shortage-") as folder, closing(World(Path(folder))) as world:
        known = shortages(world)
        met = tried = calls = 0
        faults: list[str] = []
        while met < count and tried < MOST_TRIES * count:
            hits, found = attack(world, dice.choice(known))
            met, tried, calls = met + bool(hits), tried + 1, calls + hits
            faults += found
            if tried % 50 == 0:
                say(f"{tried} tried, {met} met, {len(faults)} faults")
    facts = {"by": "strace", "calls failed": calls, "shortages known": len(known)}
    return Outcome(tried=met, faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="shortage",
    law="full disks, broken disks and a lack of file handles lose nothing and break no store",
    unit="shortages",
    sample=6,
    usual=100,
    full=600,
    seconds=120,
    run=run,
)
