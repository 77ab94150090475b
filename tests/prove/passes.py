"""A world for one pass at a time: an outlet, a desk, and a fresh store for each attack."""

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.acceptance.world import SECRET, Desk, Outlet
from tests.prove.flow import Flow

ENTRIES = 3
# Longer than a lease, and than the first waits between two tries of a delivery.
LATER = timedelta(minutes=10)
PASSES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the attacked pass does: with `refused` deliveries, or with a `purge` of what was told before."""

    name: str
    refused: bool = False
    purge: bool = False
    told_before: bool = False


SCENES = (
    Scene(name="accepted"),
    Scene(name="refused", refused=True),
    Scene(name="purge", purge=True, told_before=True),
)


class World:
    """An outlet, a desk and passes between them; each attack has a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outlet, self.desk = Outlet("kurier"), Desk()
        for number in range(ENTRIES):
            words = " ".join(f"Wort{number}mal{place}" for place in range(80))
            self.outlet.publishes(
                f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}"
            )
        config = folder / "monitor.yaml"
        desk = f"{{url: '{self.desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}"
        config.write_text(
            f"store: {{url: 'sqlite:///{folder}/unused.db'}}\n"
            "network: {allow_private: ['127.0.0.0/8'], per_host: {at_once: 4, pause: 0s}}\n"
            f"feeds: [{{id: kurier, url: '{self.outlet.feed}', every: 1s, first_poll: all}}]\n"
            "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
            f"receivers: {{desk: {desk}}}\n"
            "http: {listen: null}\n",
            encoding="utf-8",
        )
        self.flow = Flow(config, {"DESK_SECRET": SECRET, "PATH": "/usr/bin:/bin"})

    @contextmanager
    def store(self, scene: Scene) -> Iterator[Path]:
        """Make a folder for one attack, with what was told before where the scene wants it."""
        with tempfile.TemporaryDirectory(prefix="store-", dir=self.folder) as folder:
            path = Path(folder) / "monitor.db"
            if scene.told_before:
                self._copy_told(path)
            self.desk.requests.clear()
            if scene.refused:
                self.desk.answers(503, times=ENTRIES)
            yield path
            self.desk.forgets()

    def recover(self, path: Path) -> None:
        """Make passes, ever later, until nothing waits or patience ends."""
        for number in range(1, PASSES + 1):
            self.flow.run(address(path), number * LATER)
            if not waiting(path):
                return

    def close(self) -> None:
        self.flow.close()
        self.outlet.close()
        self.desk.close()

    def begin(self, scene: Scene, path: Path, fail_at: int | None = None) -> int:
        """Make the process of the scene's pass; it is stopped. Return its id."""
        start = LATER if scene.told_before else timedelta(0)
        return self.flow.begin(address(path), start, purge=scene.purge, fail_at=fail_at)

    def _copy_told(self, path: Path) -> None:
        told = self.folder / "told.db"
        if not told.exists():
            self.flow.run(address(told))
        shutil.copy(told, path)


def address(path: Path) -> str:
    """Return the address of a store's file."""
    return f"sqlite:///{path}"


def waiting(path: Path) -> dict[str, int]:
    """Return how many rows still wait for something, by table; empty where none do."""
    with closing(sqlite3.connect(path)) as database:
        counts = {
            table: database.execute(f"SELECT count(*) FROM {table} WHERE state = 'pending'").fetchone()[0]
            for table in ("entries", "deliveries")
        }
    return {table: count for table, count in counts.items() if count}


def faults_of(world: World, path: Path, scene: Scene) -> Sequence[str]:
    """Return what was lost, told twice or broken."""
    faults: list[str] = []
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for headers, body in world.desk.requests:
        bodies[headers["webhook-id"]].add(body)
    wanted = 0 if scene.told_before else ENTRIES
    if len(bodies) != wanted:
        faults.append(f"{len(bodies)} ids instead of {wanted}")
    if any(len(said) != 1 for said in bodies.values()):
        faults.append("an id had several bodies")
    with closing(sqlite3.connect(path)) as database:
        whole = database.execute("PRAGMA integrity_check").fetchone()[0]
        dead = database.execute("SELECT count(*) FROM deliveries WHERE state = 'dead'").fetchone()[0]
    if whole != "ok":
        faults.append(f"the file is broken: {whole}")
    if dead or waiting(path):
        faults.append(f"dead: {dead}, waiting: {waiting(path)}")
    return faults
