"""Do clocks that are wrong lose something, or tell it twice? Passes of instances whose clocks differ.

One instance after the other makes a pass on one store, as a service begins. The clock of each is right,
or an hour or a year ahead or behind, by chance; so what a change of summer time does to a machine that
keeps local time is among it. Half of the times deliveries are refused at first, so that what one
clock puts off another must bring. Passes with the right clock end it: everything must have come, once.
"""

import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from tests.prove.passes import SCENES, Scene, World
from tests.prove.proof import Outcome, Proof, Say

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
SHIFTS = (timedelta(0), HOUR, -HOUR, YEAR, -YEAR)
INSTANCES = 3


def attack(world: World, scene: Scene, dice: random.Random) -> Sequence[str]:
    """Make passes with clocks that differ, then passes with the right one; return the faults."""
    shifts = [dice.choice(SHIFTS) for _ in range(INSTANCES)]
    with world.store(scene) as address:
        for shift in shifts:
            world.flow.run(address, shift)
        world.recover(address)
        faults = world.faults(address, scene)
    return [f"{scene.name}, clocks {', '.join(map(str, shifts))}: {fault}" for fault in faults]


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack with clocks chosen at random, on a store of its own each time."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="clocks-") as folder, closing(World(Path(folder))) as world:
        for number in range(1, count + 1):
            faults += attack(world, dice.choice(SCENES[:2]), dice)
            if number % 20 == 0:
                say(f"{number} tried, {len(faults)} faults")
    return Outcome(tried=count, faults=tuple(faults), facts={"passes": count * INSTANCES})


PROOF = Proof(
    name="clocks",
    law="clocks that are wrong by hours or years lose nothing, and put nothing off",
    unit="stores",
    sample=2,
    usual=60,
    full=600,
    seconds=170,
    run=run,
)
