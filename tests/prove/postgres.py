"""Does a store on PostgreSQL keep its word when the server crashes, drops sessions or loses its answers?

As in `syscalls`, a pass over a real outlet and desk is attacked, here from the other side: the server
stops at once and starts again; every session of the pass is terminated; or a proxy lets one COMMIT
through and cuts the line before the answer, so that nobody knows whether it was done. Besides, the pass is
killed, or frozen until another instance has made one beyond its leases. When an unattacked pass would end
and how often it commits is measured first. Many attacks are made on many alerts each.
"""

import contextlib
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.postgresql import USER, PostgreSQL
from tests.prove.flow import Flow
from tests.prove.passes import FEW, LATER, SCENES, Databases, Scene, World
from tests.prove.proof import Outcome, Proof, Say

# So many attacks are many, and have so many entries each: over 50,000 alerts in all.
MANY, MANY_ENTRIES = 600, 84
# More than a pass has commits.
NEVER = 10**6
MOST_TRIES = 3
# The server ends a transaction that stands still much sooner than by default: here one is waited for.
IMPATIENT = "-c idle_in_transaction_session_timeout=1500"
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname LIKE 'attacked_%' AND pid <> pg_backend_pid()"
)
Attack = Callable[["Stage", Scene, str, random.Random], bool]


class Cutter:
    """A proxy before the server's socket that cuts a line after the `at`-th COMMIT, before its answer."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.at = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                cut = threading.Event()
                for pump in (self._ask, self._answer):
                    threading.Thread(target=pump, args=(client, server, cut), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Carry what the client says; from the chosen COMMIT on its answers will not come back."""
        with contextlib.suppress(OSError):
            while piece := client.recv(65_536):
                if b"COMMIT" in piece and self._is_chosen():
                    cut.set()
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Carry what the server says; where the line is cut, wait for the answer, swallow it and hang up."""
        with client, server, contextlib.suppress(OSError):
            while (piece := server.recv(65_536)) and not cut.is_set():
                client.sendall(piece)
            client.shutdown(socket.SHUT_RDWR)

    def _is_chosen(self) -> bool:
        with self._lock:
            self.at -= 1
            return self.at == 0


class Stage:
    """A server, a proxy before it, and the world around the passes."""

    def __init__(self, server: PostgreSQL, cutter: Cutter, world: World, other: Flow) -> None:
        """Take what stands; `other` is where a second instance makes its passes."""
        self.server, self.cutter, self.world, self.other = server, cutter, world, other
        self.seconds, self.commits = self._measure()

    def through_proxy(self, address: str) -> str:
        """Return the address of a store behind the proxy."""
        database = address.partition("@/")[2].partition("?")[0]
        options = "sslmode=disable&gssencmode=disable"
        return f"postgresql://{USER}@127.0.0.1:{self.cutter.port}/{database}?{options}"

    def _measure(self) -> tuple[float, int]:
        """Return how long a pass takes that nobody attacks, and how often it commits."""
        with self.world.store(SCENES[0]) as address:
            self.cutter.at = NEVER
            began = time.monotonic()
            self.world.flow.run(self.through_proxy(address))
            return time.monotonic() - began, NEVER - self.cutter.at


def _crash(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda _: stage.server.crash())


def _terminate(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda _: stage.server.admin(TERMINATE))


def _kill(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda pid: os.kill(pid, signal.SIGKILL))


def _freeze(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    """Freeze a pass, let another instance make one when its leases are over, and thaw it."""
    address = f"{address}&options={quote(IMPATIENT)}"

    def strike(pid: int) -> None:
        os.kill(pid, signal.SIGSTOP)
        stage.other.run(address, scene.start + LATER)
        os.kill(pid, signal.SIGCONT)

    return _meanwhile(stage, scene, address, dice, strike)


def _meanwhile(
    stage: Stage, scene: Scene, address: str, dice: random.Random, deed: Callable[[int], object]
) -> bool:
    """Do something while a pass is under way; return whether it came before the pass's end."""
    delay, pid = dice.uniform(0, stage.seconds), stage.world.begin(scene, address)
    missed = threading.Event()

    def strike() -> None:
        time.sleep(delay)
        try:
            deed(pid)
        except ProcessLookupError:
            missed.set()

    striker = threading.Thread(target=strike)
    striker.start()
    stage.world.flow.finish(pid)
    striker.join()
    return not missed.is_set()


def _cut(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    """Cut the line between one COMMIT and its answer; return whether the pass came so far."""
    stage.cutter.at = dice.randint(1, stage.commits)
    stage.world.flow.finish(stage.world.begin(scene, stage.through_proxy(address)))
    return stage.cutter.at <= 0


ATTACKS: Sequence[Attack] = (_crash, _terminate, _cut, _kill, _freeze, _cut)


@contextmanager
def _stage(entries: int) -> Iterator[Stage]:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="postgres-")))
        server = opened.enter_context(closing(PostgreSQL()))
        cutter = opened.enter_context(closing(Cutter(server.socket)))
        world = opened.enter_context(closing(World(folder, Databases(server), entries)))
        yield Stage(server, cutter, world, opened.enter_context(closing(world.further_flow())))


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack in each way in turn, over all scenes, until so many attacks have landed."""
    landed = {attack.__name__.strip("_"): 0 for attack in ATTACKS}
    faults: list[str] = []
    alerts = 0
    with _stage(MANY_ENTRIES if count >= MANY else FEW) as stage:
        for tried in range(MOST_TRIES * count):
            attack, scene = ATTACKS[tried % len(ATTACKS)], dice.choice(SCENES)
            name = attack.__name__.strip("_")
            with stage.world.store(scene) as address:
                landed[name] += attack(stage, scene, address, dice)
                stage.world.recover(address)
                faults += [f"{name}, {scene.name}: {each}" for each in stage.world.faults(address, scene)]
            alerts += stage.world.entries
            if (tried + 1) % 20 == 0:
                say(f"{tried + 1} attacked, {landed}, {len(faults)} faults")
            if sum(landed.values()) >= count:
                break
    return Outcome(tried=sum(landed.values()), faults=tuple(faults), facts=landed | {"alerts": alerts})


PROOF = Proof(
    name="postgres",
    law="PostgreSQL that crashes, drops sessions or loses answers, or frozen workers, lose nothing",
    unit="attacks",
    sample=6,
    usual=48,
    full=MANY,
    seconds=260,
    run=run,
)
