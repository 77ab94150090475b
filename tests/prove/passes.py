"""A world for one pass at a time: an outlet, a desk, and a fresh store for each attack."""

import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

import psycopg
from psycopg import sql

from tests.acceptance.world import SECRET, Desk, Outlet
from tests.postgresql import Pair, PostgreSQL
from tests.prove.flow import Flow
from tests.prove.old import make_old

FEW = 3
# Longer than a lease, and than the first waits between two tries of a delivery.
LATER = timedelta(minutes=10)
PASSES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the attacked pass does: with `refused` deliveries, or with a `purge` of what was told before.

    `before` says what stands in the store already: everything `told`, or promised and not yet
    delivered by the `first` version, whose tables the pass has to migrate. Where articles are `edited` the
    outlet has another text of each by now: one names nobody any more, the others are corrected.
    """

    name: str
    refused: bool = False
    purge: bool = False
    edited: bool = False
    before: Literal["told", "first"] | None = None

    @property
    def start(self) -> timedelta:
        """How much later than now the pass is made."""
        return LATER if self.before else timedelta(0)


SCENES = (
    Scene(name="accepted"),
    Scene(name="refused", refused=True),
    Scene(name="purge", purge=True, before="told"),
    Scene(name="edited", edited=True, before="told"),
)
# Only a file can be copied into the tables of then.
FILE_SCENES = (*SCENES, Scene(name="migration", before="first"))


class Stores(Protocol):
    """Where stores come from, by their addresses."""

    def fresh(self, before: str | None, fill: Callable[[str], object] | None) -> AbstractContextManager[str]:
        """Make an empty store, or one like what `fill` makes of it; `before` names that."""
        ...

    def ask(self, address: str, query: str) -> object:
        """Return the only value that a query gives."""
        ...

    def broken(self, address: str) -> str | None:
        """Return what is broken in a store itself, if anything is."""
        ...


class Files:
    """Stores of SQLite, each in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def fresh(self, before: str | None, fill: Callable[[str], object] | None) -> Iterator[str]:
        with tempfile.TemporaryDirectory(prefix="store-", dir=self._folder) as folder:
            path = Path(folder) / "monitor.db"
            if fill:
                model = self._folder / f"{before}.db"
                if not model.exists():
                    fill(f"sqlite:///{model}")
                shutil.copy(model, path)
            yield f"sqlite:///{path}"

    def ask(self, address: str, query: str) -> object:
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as database:
            return database.execute(query).fetchone()[0]

    def broken(self, address: str) -> str | None:
        found = self.ask(address, "PRAGMA integrity_check")
        return None if found == "ok" else f"the file is broken: {found}"


class Databases:
    """Stores of PostgreSQL, each in a database of its own."""

    def __init__(self, server: PostgreSQL | Pair) -> None:
        self._server = server
        self._numbers = count()

    @contextmanager
    def fresh(self, before: str | None, fill: Callable[[str], object] | None) -> Iterator[str]:  # noqa: ARG002
        name = f"attacked_{next(self._numbers)}"
        self._server.admin(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if fill:
            fill(self._server.url(name))
        yield self._server.url(name)
        self._server.admin(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def ask(self, address: str, query: str) -> object:
        with psycopg.connect(address) as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]

    def broken(self, address: str) -> str | None:  # noqa: ARG002  (a server looks after its own files)
        return None


class World:
    """An outlet, a desk and passes between them; each attack has a store of its own."""

    def __init__(self, folder: Path, stores: Stores | None = None) -> None:
        self.stores: Stores = stores or Files(folder)
        self.outlet, self.desk = Outlet("kurier"), Desk()
        for number in range(FEW):
            self.outlet.publishes(f"Amazon Meldung {number}", _text(number), slug=f"m{number}")
        config = folder / "monitor.yaml"
        desk = f"{{url: '{self.desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}"
        config.write_text(
            f"store: {{url: 'sqlite:///{folder}/unused.db'}}\n"
            "network: {allow_private: ['127.0.0.0/8'], per_host: {at_once: 4, pause: 0s}}\n"
            f"feeds: [{{id: kurier, url: '{self.outlet.feed}', every: 1s, first_poll: all}}]\n"
            "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
            f"receivers: {{desk: {desk}}}\n"
            "http: {listen: null}\nbrake: off\n",
            encoding="utf-8",
        )
        self._config = config
        self.flow = self.further_flow()

    def further_flow(self) -> Flow:
        """Return where passes of one more instance are made."""
        return Flow(self._config, {"DESK_SECRET": SECRET, "PATH": "/usr/bin:/bin"})

    @contextmanager
    def store(self, scene: Scene) -> Iterator[str]:
        """Make a store for one attack, with what was told before where the scene wants it."""
        fill = {"told": self.flow.run, "first": self._promise_of_old, None: None}[scene.before]
        with self.stores.fresh(scene.before, fill) as address:
            self.desk.requests.clear()
            if scene.refused:
                # No more: a receiver that refuses four in a row has a rest, for which many passes wait.
                self.desk.answers(503, times=FEW)
            with self._edits() if scene.edited else nullcontext():
                yield address
            self.desk.forgets()

    def recover(self, address: str) -> None:
        """Make passes, ever later, until nothing waits or patience ends.

        The first of them is later than any attacked pass, so that its leases have run out.
        """
        for number in range(2, PASSES + 2):
            self.flow.run(address, number * LATER)
            if not self.waiting(address):
                return

    def waiting(self, address: str) -> dict[str, object]:
        """Return how many rows still wait for something, by table; empty where none do."""
        counts = {
            table: self.stores.ask(address, f"SELECT count(*) FROM {table} WHERE state = 'pending'")
            for table in ("entries", "deliveries")
        }
        return {table: count for table, count in counts.items() if count}

    def close(self) -> None:
        self.flow.close()
        self.outlet.close()
        self.desk.close()

    def begin(self, scene: Scene, address: str, fail_at: int | None = None) -> int:
        """Make the process of the scene's pass; it is stopped. Return its id."""
        return self.flow.begin(address, scene.start, purge=scene.purge, fail_at=fail_at)

    def faults(self, address: str, scene: Scene) -> Sequence[str]:
        """Return what was lost, told twice or broken."""
        bodies: dict[str, set[bytes]] = defaultdict(set)
        for headers, body in self.desk.requests:
            bodies[headers["webhook-id"]].add(body)
        wanted = FEW if scene.edited or scene.before != "told" else 0
        found = (
            (len(bodies) != wanted, f"{len(bodies)} ids instead of {wanted}"),
            (any(len(said) != 1 for said in bodies.values()), "an id had several bodies"),
        )
        return [*self.unsettled(address), *(fault for holds, fault in found if holds)]

    def unsettled(self, address: str) -> Sequence[str]:
        """Return what is broken in a store, was given up, or waits."""
        broken = self.stores.broken(address)
        dead = self.stores.ask(address, "SELECT count(*) FROM deliveries WHERE state = 'dead'")
        waiting = self.waiting(address)
        left = [f"dead: {dead}, waiting: {waiting}"] if dead or waiting else []
        return [broken, *left] if broken else left

    @contextmanager
    def _edits(self) -> Iterator[None]:
        """Have the outlet announce another text of every article, and afterwards those of before again."""
        entries, pages = [dict(each) for each in self.outlet.entries], dict(self.outlet.pages)
        for number in range(FEW):
            named = "Amazon" if number else "Niemand"
            self.outlet.edits(f"m{number}", title=f"{named} berichtigt {number}", text=_text(number, named))
        try:
            yield
        finally:
            self.outlet.entries, self.outlet.pages = entries, pages

    def _promise_of_old(self, address: str) -> None:
        """Make a store of the first version, in which every delivery was tried once and refused."""
        old = Path(address.removeprefix("sqlite:///"))
        new = old.with_suffix(".new.db")
        self.desk.answers(503, times=FEW)
        self.flow.run(f"sqlite:///{new}")
        make_old(new, old)


def _text(number: int, named: str = "Amazon") -> str:
    words = " ".join(f"Wort{number}mal{place}" for place in range(80))
    return f"{named} meldet {number}. {words}"
