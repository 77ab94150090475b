"""Does a store on PostgreSQL keep its word when the server crashes, drops sessions or loses its answers?

As in `syscalls`, a pass over a real outlet and desk is attacked, here from the other side: the server
stops at once and starts again; every session of the pass is terminated; or a proxy lets one COMMIT
through and cuts the line before the answer, so that nobody knows whether it was done.
"""

import contextlib
import random
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.postgresql import USER, PostgreSQL
from tests.prove.passes import SCENES, Databases, Scene, World
from tests.prove.proof import Outcome, Proof, Say

# Seconds after its start within which a pass is attacked; it takes about as long.
SOON = 0.6
# Commits of one pass; a number beyond the last one cuts nothing and is tried again.
COMMITS = 16
MOST_TRIES = 3
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

    def __init__(self, server: PostgreSQL, cutter: Cutter, world: World) -> None:
        self.server, self.cutter, self.world = server, cutter, world

    def through_proxy(self, address: str) -> str:
        """Return the address of a store behind the proxy."""
        database = address.partition("@/")[2].partition("?")[0]
        options = "sslmode=disable&gssencmode=disable"
        return f"postgresql://{USER}@127.0.0.1:{self.cutter.port}/{database}?{options}"


def _crash(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, stage.server.crash)


def _terminate(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    return _meanwhile(stage, scene, address, dice, lambda: stage.server.admin(TERMINATE))


def _meanwhile(
    stage: Stage, scene: Scene, address: str, dice: random.Random, deed: Callable[[], object]
) -> bool:
    """Do something while a pass is under way."""
    delay = dice.uniform(0, SOON)

    def strike() -> None:
        time.sleep(delay)
        deed()

    striker = threading.Thread(target=strike)
    striker.start()
    stage.world.flow.finish(stage.world.begin(scene, address))
    striker.join()
    return True


def _cut(stage: Stage, scene: Scene, address: str, dice: random.Random) -> bool:
    """Cut the line between one COMMIT and its answer; return whether the pass came so far."""
    stage.cutter.at = dice.randint(1, COMMITS)
    stage.world.flow.finish(stage.world.begin(scene, stage.through_proxy(address)))
    return stage.cutter.at <= 0


ATTACKS: Sequence[Attack] = (_crash, _terminate, _cut, _cut)


@contextmanager
def _stage() -> Iterator[Stage]:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="postgres-")))
        server = opened.enter_context(closing(PostgreSQL()))
        cutter = opened.enter_context(closing(Cutter(server.socket)))
        yield Stage(server, cutter, opened.enter_context(closing(World(folder, Databases(server)))))


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack in each way in turn, over all scenes, until so many attacks have landed."""
    landed = dict.fromkeys(("crash", "terminate", "cut"), 0)
    faults: list[str] = []
    with _stage() as stage:
        for tried in range(MOST_TRIES * count):
            attack, scene = ATTACKS[tried % len(ATTACKS)], dice.choice(SCENES)
            name = attack.__name__.strip("_")
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
    law="PostgreSQL that crashes, drops sessions or loses the answer to a COMMIT loses and doubles nothing",
    unit="attacks",
    sample=4,
    usual=60,
    full=400,
    run=run,
)
