"""Does a kill at any system call lose something, or tell it twice?

A pass over an outlet with three entries is recorded once, to know which system calls it makes. Then
each attack makes the pass on a store of its own, kills it as it enters one of these calls, makes
further passes that nobody attacks, and looks: every entry alerted, under one id and with the same
bytes each time, nothing waiting, the file whole.
"""

import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.prove.passes import FILE_SCENES, Scene, World
from tests.prove.proof import Outcome, Proof, Say
from tests.prove.tracing import Point, calls_of, killed_at, may_trace

KILLED = -9
MOST_TRIES = 2
# Where nobody may trace, the pass kills itself, before a call that changes something.
INSIDE = "call"


def points_of(world: World, scene: Scene) -> Sequence[Point]:
    """Return every point of the scene's pass at which it can be killed."""
    with world.store(scene) as address:
        traced = may_trace()
        pid = world.begin(scene, address, None if traced else 0)
        if traced:
            code, points = calls_of(pid, lambda: world.flow.finish(pid))
        else:
            code = world.flow.finish(pid)
            calls = int(Path(f"{address.removeprefix('sqlite:///')}.calls").read_text(encoding="utf-8"))
            points = [Point(INSIDE, number) for number in range(1, calls + 1)]
    if code != 0:
        raise RuntimeError(f"the pass of scene '{scene.name}' ends with {code} where nobody attacks it")
    return points


def attack(world: World, scene: Scene, point: Point) -> tuple[bool, Sequence[str]]:
    """Kill one pass at a point, recover, and return whether the kill landed, and the faults."""
    with world.store(scene) as address:
        if point.name == INSIDE:
            code = world.flow.finish(world.begin(scene, address, point.number))
        else:
            pid = world.begin(scene, address)
            code = killed_at(pid, point, lambda: world.flow.finish(pid))
        world.recover(address)
        faults = world.faults(address, scene)
    return code == KILLED, [f"{scene.name}, {point.name} {point.number}: {fault}" for fault in faults]


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack at random points, over all scenes, until so many kills have landed."""
    with tempfile.TemporaryDirectory(prefix="syscalls-") as folder, closing(World(Path(folder))) as world:
        known = [(scene, point) for scene in FILE_SCENES for point in points_of(world, scene)]
        landed = tried = 0
        faults: list[str] = []
        while landed < count and tried < MOST_TRIES * count:
            hit, found = attack(world, *dice.choice(known))
            landed, tried = landed + hit, tried + 1
            faults += found
            if tried % 50 == 0:
                say(f"{tried} attacked, {landed} landed, {len(faults)} faults")
    by = "strace" if may_trace() else "fail points inside the process"
    facts = {"by": by, "points known": len(known), "missed": tried - landed}
    return Outcome(tried=landed, faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="syscalls",
    law="kill -9 at any system call loses nothing, and each repeat is the same",
    unit="kills",
    sample=4,
    usual=200,
    full=2000,
    seconds=155,
    run=run,
)
