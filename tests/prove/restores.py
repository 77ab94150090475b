"""Does a store that is restored from a backup say what it said before, in the same words?

A pass kills itself before a random call in its second half, and a backup is made of what it left. Then
everything is brought about, and a further pass is killed, so that the store may have a log. The backup is
restored, half of the times after a restore that was killed at one of its calls; then everything is brought
about again.

What the backup had promised must have the same bytes each time. What was found later is found again: under
the same id and in the same words, but for when it was found. No file of the store before may be deleted.
"""

import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.adapters.store import back_up
from tests.acceptance.world import without_times
from tests.prove.passes import FEW, LATER, SCENES, Scene, World
from tests.prove.proof import Outcome, Proof, Say
from tests.prove.syscalls import INSIDE
from tests.prove.tracing import Point, calls_of, killed_at, may_trace

MOST_TRIES = 3
MADE = "SELECT count(*) FROM sqlite_master WHERE name = 'bodies'"
PROMISED = "SELECT json_group_object(id, hex(body)) FROM deliveries JOIN bodies ON delivery_number = number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How many calls change the world in a first pass, and the points at which a restore can be killed."""

    calls: int
    points: Sequence[Point]


def attack(world: World, scene: Scene, plan: Plan, dice: random.Random) -> tuple[int, list[str]]:
    """Back a store up and restore it; return how many promises the backup held, and the faults.

    -1 where there was no store yet when the pass was killed.
    """
    with world.store(scene) as address:
        store = Path(address.removeprefix("sqlite:///"))
        _kill_a_pass(world, address, timedelta(0), dice.randint(plan.calls // 2, plan.calls))
        if not store.exists() or not world.stores.ask(address, MADE):
            return -1, []
        backup = _back_up(address)
        promised = _promised(world, backup)
        world.recover(address)
        _kill_a_pass(world, address, 20 * LATER, dice.randint(1, plan.calls // 2))
        stood = _inodes(store, f"{store.name}-wal")
        if dice.random() < 0.5:
            _kill_a_restore(world, address, backup, dice.choice(plan.points))
            time.sleep(1)  # what is put aside is named by the second
        code = world.flow.finish(world.flow.begin(address, restore=backup))
        lost = stood - _inodes(store)
        world.recover(address)
        faults = [*_differing(world, promised), *world.unsettled(address)]
    if code or lost:
        faults.append(f"the restore ended with {code}, {len(lost)} files of the store before were deleted")
    return len(promised), [f"{scene.name}, {len(promised)} promised: {fault}" for fault in faults]


def _differing(world: World, promised: Mapping[str, bytes]) -> Sequence[str]:
    """Return what was lost, told under another id or said differently."""
    bodies: dict[str, list[bytes]] = defaultdict(list)
    for headers, body in world.desk.requests:
        bodies[headers["webhook-id"]].append(body)
    faults = [] if len(bodies) == FEW else [f"{len(bodies)} ids instead of {FEW}"]
    for each, said in bodies.items():
        if each in promised and {promised[each]} != set(said):
            faults.append(f"{each} was in the backup, and had other bytes")
        if any(without_times(body) != without_times(said[0]) for body in said):
            faults.append(f"{each} was said in other words")
    return faults


def _back_up(address: str) -> Path:
    backup = Path(address.removeprefix("sqlite:///")).with_name("backup.db")
    back_up(address, backup, lambda *_: None)
    return backup


def _promised(world: World, backup: Path) -> Mapping[str, bytes]:
    found: Mapping[str, str] = json.loads(str(world.stores.ask(f"sqlite:///{backup}", PROMISED)))
    return {delivery: bytes.fromhex(body) for delivery, body in found.items()}


def _inodes(store: Path, *further: str) -> set[int]:
    """Return what the folder of a store holds, or only the store and further files of it."""
    names = {store.name, *further}
    found = (each for each in store.parent.iterdir() if not further or each.name in names)
    return {each.stat().st_ino for each in found}


def _kill_a_pass(world: World, address: str, later: timedelta, call: int) -> None:
    world.flow.finish(world.flow.begin(address, later, fail_at=call))


def _kill_a_restore(world: World, address: str, backup: Path, point: Point) -> None:
    if point.name == INSIDE:
        world.flow.finish(world.flow.begin(address, restore=backup, fail_at=point.number))
        return
    pid = world.flow.begin(address, restore=backup)
    killed_at(pid, point, lambda: world.flow.finish(pid))


def _plan(world: World) -> Plan:
    """See how many calls a pass makes, and at which points a restore can be killed."""
    with world.store(SCENES[0]) as address:
        _kill_a_pass(world, address, timedelta(0), 0)
        calls = _counted(address)
        traced, backup = may_trace(), _back_up(address)
        pid = world.flow.begin(address, restore=backup, fail_at=None if traced else 0)
        if traced:
            return Plan(calls=calls, points=calls_of(pid, lambda: world.flow.finish(pid))[1])
        world.flow.finish(pid)
        inside = [Point(INSIDE, number) for number in range(1, _counted(address) + 1)]
        return Plan(calls=calls, points=inside)


def _counted(address: str) -> int:
    """Return how many calls were counted in the process that ended last on a store."""
    return int(Path(f"{address.removeprefix('sqlite:///')}.calls").read_text(encoding="utf-8"))


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Back up and restore so many stores, some of which are taken while nothing is promised yet."""
    with tempfile.TemporaryDirectory(prefix="restores-") as folder, closing(World(Path(folder))) as world:
        plan = _plan(world)
        held: list[int] = []
        faults: list[str] = []
        for _ in range(MOST_TRIES * count):
            promised, found = attack(world, dice.choice(SCENES[:2]), plan, dice)
            faults += found
            held += [promised] if promised >= 0 else []
            if len(held) % 20 == 0 or len(held) == count:
                say(f"{len(held)} restored, {sum(held)} promises held by them, {len(faults)} faults")
            if len(held) == count:
                break
    facts = {"promises in backups": sum(held), "points of a restore": len(plan.points)}
    return Outcome(tried=len(held), faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="restores",
    law="after a restore what was promised comes in the same bytes, all else under the same ids",
    unit="restores",
    sample=4,
    usual=40,
    full=600,
    seconds=170,
    run=run,
)
