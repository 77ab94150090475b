"""Does a store on PostgreSQL keep its word when the server crashes, is replaced, or cannot be heard?

As in `syscalls`, a pass over a real outlet and desk is attacked, here from the other side: the server
stops at once and starts again, or a synchronous standby takes its place; every session of the pass is
terminated; a proxy lets one COMMIT through and cuts the line before the answer, so that nobody knows
whether it was done, or swallows for a while what both sides say. Besides, the pass is killed, or frozen until
another instance has made one beyond its leases. When an unattacked pass would end and how often it commits is
measured first. What befalls workers that share a queue is for `cluster`.
"""

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from monitor.adapters.store import open_store
from tests.postgresql import USER, Pair, PostgreSQL, name_of
from tests.prove.line import Line
from tests.prove.passes import LATER, SCENES, Databases, Scene, World
from tests.prove.proof import Outcome, Proof, Say

# Seconds of silence: one that is waited out, and one for which nobody waits who wants to connect.
SHORT, LONG = 2.0, 20.0
# More than a pass has commits.
NEVER = 10**6
MOST_TRIES = 3
# A transaction that stands still is ended much sooner than by default, by the server and by others: here one
# is waited for.
STILL = timedelta(seconds=1.5)
IMPATIENT = f"-c idle_in_transaction_session_timeout={STILL // timedelta(milliseconds=1)}"
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname LIKE 'attacked_%' AND pid <> pg_backend_pid()"
)
Attack = Callable[["Stage", Scene, str, random.Random], bool]


class Stage:
    """A server, a line to it, a pair of servers, and the world around the passes."""

    def __init__(self, server: PostgreSQL, pair: Pair, line: Line, world: World) -> None:
        """Take what stands."""
        self.server, self.pair, self.line, self.world = server, pair, line, world
        self.alone, self.paired = Databases(server), Databases(pair)
        # Where a second instance makes its passes.
        self.other = world.further_flow()
        self.prepare(_crash)
        # The first pass is slower than others.
        self.seconds, self.commits = min(self._measure(), self._measure())

    def close(self) -> None:
        """End the second instance."""
        self.other.close()

    def prepare(self, attack: Attack) -> None:
        """Have the next store be where it can be attacked so."""
        self.world.stores = self.paired if attack is _fail_over else self.alone

    def through_proxy(self, address: str) -> str:
        """Return the address of a store behind the proxy."""
        options = "sslmode=disable&gssencmode=disable"
        return f"postgresql://{USER}@127.0.0.1:{self.line.port}/{name_of(address)}?{options}"

    def _measure(self) -> tuple[float, int]:
        """Return how long a pass takes that nobody attacks, and how often it commits."""
        with self.world.store(SCENES[0]) as address:
            self.line.at = NEVER
            began = time.monotonic()
            self.world.flow.run(self.through_proxy(address))
            return time.monotonic() - began, NEVER - self.line.at


def _crash(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda _: stage.server.crash())


def _terminate(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda _: stage.server.admin(TERMINATE))


def _fail_over(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda _: stage.pair.fail_over())


def _part(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, stage.through_proxy(address), dice, lambda _: stage.line.part(SHORT))


def _part_long(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, stage.through_proxy(address), dice, lambda _: stage.line.part(LONG))


def _kill(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda pid: os.kill(pid, signal.SIGKILL))


def _freeze(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    """Freeze a pass, let another instance make one when its leases are over, and thaw it."""
    address = f"{address}&options={quote(IMPATIENT)}"

    def strike(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        try:
            with _looked_after(address):
                stage.other.run(address, scene.start + LATER)
        finally:
            os.kill(pid, signal.SIGCONT)

    return _meanwhile(stage, scene, address, dice, strike)


@contextmanager
def _looked_after(address: str) -> Iterator[None]:
    """End who is frozen in a transaction, as each service does beside its work."""
    over = threading.Event()

    def look() -> None:
        with closing(open_store(address, owner="beside")) as store:
            while not over.wait(STILL.total_seconds() / 3):
                store.end_stalled(STILL)

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(look)
        try:
            yield
        finally:
            over.set()
        looking.result()


def _meanwhile(
    stage: Stage, scene: Scene, address: str, dice: random.Random, deed: Callable[[int], object]
) -> bool:
    """Do something while a pass is under way; return whether it came before the pass's end."""
    delay, pid = dice.uniform(0, stage.seconds), stage.world.begin(scene, address)

    def strike() -> bool:
        time.sleep(delay)
        try:
            # Is it there still?
            os.kill(pid, 0)
            deed(pid)
        except ProcessLookupError:
            return False
        return True

    with ThreadPoolExecutor(1) as beside:
        striking = beside.submit(strike)
        try:
            stage.world.flow.finish(pid)
        finally:
            # What became of the strike tells why a pass did not end.
            landed = striking.result()
    # How long a pass takes changes with what else the machine does: some of the strikes shall be too late.
    stage.seconds *= 1.05 if landed else 0.8
    return landed


def _cut(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    """Cut the line between one COMMIT and its answer; return whether the pass came so far."""
    stage.line.at = dice.randint(1, stage.commits)
    stage.world.flow.finish(stage.world.begin(scene, stage.through_proxy(address)))
    return stage.line.at <= 0


ATTACKS: Sequence[Attack] = (
    _crash,
    _terminate,
    _cut,
    _kill,
    _freeze,
    _fail_over,
    _part,
    _cut,
    _part_long,
)


@contextmanager
def _stage() -> Iterator[Stage]:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="postgres-")))
        server = opened.enter_context(closing(PostgreSQL()))
        pair = opened.enter_context(closing(Pair()))
        line = opened.enter_context(closing(Line(server.socket)))
        world = opened.enter_context(closing(World(folder, Databases(server))))
        yield opened.enter_context(closing(Stage(server, pair, line, world)))


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack in each way in turn, over all scenes, until so many attacks have landed."""
    landed = {attack.__name__.strip("_"): 0 for attack in ATTACKS}
    faults: list[str] = []
    with _stage() as stage:
        for tried in range(MOST_TRIES * count):
            # One that came too late is made again.
            attack, scene = ATTACKS[sum(landed.values()) % len(ATTACKS)], dice.choice(SCENES)
            name = attack.__name__.strip("_")
            stage.prepare(attack)
            with stage.world.store(scene) as address:
                landed[name] += attack(stage, scene, address, dice)
                stage.world.recover(address)
                faults += [f"{name}, {scene.name}: {each}" for each in stage.world.faults(address, scene)]
            if (tried + 1) % 20 == 0:
                say(f"{tried + 1} attacked, {landed}, {len(faults)} faults")
            if sum(landed.values()) >= count:
                break
    return Outcome(tried=sum(landed.values()), faults=tuple(faults), facts=landed)


PROOF = Proof(
    name="postgres",
    law="PostgreSQL that crashes, fails over or cannot be heard, and frozen workers, lose nothing",
    unit="attacks",
    sample=8,
    usual=48,
    full=600,
    seconds=530,
    run=run,
)
