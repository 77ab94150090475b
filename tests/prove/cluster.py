"""Do three workers on one queue, each on a host of its own, keep the product's word whatever happens to them?

They work on what three outlets publish all the while, each article of interest to ten watchlists. Meanwhile
the server stops at once and starts again, or ends all sessions; the line of a worker is cut between a COMMIT
and its answer; a worker is killed and begun anew, frozen, or cut off from everything, now and then for longer
than its leases last. In the end each article must have come once for each watchlist, under one `webhook-id`,
with the same bytes at each repeat.

Hosts are networks of their own; where nobody may make those, the lines to PostgreSQL go dead instead.
"""

import random
import signal
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
from standardwebhooks import Webhook

from monitor.adapters.store import open_store, server_of
from monitor.engine.lanes import LEASE
from monitor.engine.queue import prepare
from tests.acceptance.world import SECRET, Answer, Desk, Monitor, Outlet, eventually
from tests.postgresql import USER, PostgreSQL
from tests.prove.hosts import NETWORK, Host, Hosts, hosts
from tests.prove.proof import Outcome, Proof, Say

WORKERS, OUTLETS, WATCHLISTS = 3, 3, 10
# Articles that are published before each attack; so many attacks are many, over 50,000 alerts in all.
ENTRIES, MANY = 13, 400
# Articles that may be untold before more are published; the newest that a feed shows, besides those.
UNTOLD, SHOWN = 600, 50
# Seconds of being frozen or cut off; every so manyth time it outlasts the leases, while the attacks go on.
SHORT, LONG = (0.3, 4.0), LEASE.total_seconds() + 5
LONG_EVERY = 6
# Seconds until what was published must be told, also what killed workers had under their leases.
PATIENCE = 400.0
# A worker may give up where the database is away as it begins: it is begun again, as by a service manager.
GAVE_UP = 75
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = 'cluster' AND pid <> pg_backend_pid()"
)
LEFT = """
SELECT (SELECT count(*) FROM entries WHERE state = 'pending'),
       (SELECT count(*) FROM deliveries WHERE state = 'pending'),
       (SELECT count(*) FROM entries WHERE state = 'failed'),
       (SELECT count(*) FROM deliveries WHERE state = 'dead')
"""


class Ledger(Desk):
    """A desk that keeps, instead of the requests, what came of each article; now and then it has no time."""

    def __init__(self, address: str, dice: random.Random) -> None:
        self.ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.told: Counter[str] = Counter()
        self.digests: dict[str, set[bytes]] = defaultdict(set)
        self.repeats = 0
        self._dice, self._lock = dice, threading.Lock()
        super().__init__(address)

    def respond(self, _: str, headers: dict[str, str], body: bytes) -> Answer:
        event = Webhook(SECRET).verify(body, headers)["data"]
        article, name = event["article"]["url"], headers["webhook-id"]
        with self._lock:
            self.asked.clear()
            self.repeats += name in self.digests
            self.digests[name].add(sha256(body).digest())
            ids = self.ids[article, event["alert"]["watchlist"]]
            self.told[article] += not ids
            ids.add(name)
            return Answer(status=503 if self._dice.random() < 0.01 else 204)


class Cluster:
    """Outlets, a ledger, a server and workers, each of them on a host."""

    def __init__(self, folder: Path, server: PostgreSQL, made: Hosts, dice: random.Random) -> None:
        self.server, self.hosts, self._ours = server, made.hosts, made.ours
        # Each at an address of its own: what died may have places at one of them for a while.
        self.outlets = [Outlet(f"blatt{number}", f"{made.ours}.{number + 2}") for number in range(OUTLETS)]
        self.ledger = Ledger(f"{made.ours}.1", random.Random(dice.random()))
        self.links: list[str] = []
        self.gave_up: Counter[int] = Counter()
        self._untold: set[str] = set()
        server.admin("CREATE DATABASE cluster")
        open_store(server.url("cluster"), owner="proof").close()
        prepare(server_of(server.url("cluster")))
        self.workers = [
            self._worker(folder / f"host{number}", each) for number, each in enumerate(made.hosts)
        ]

    def _worker(self, folder: Path, host: Host) -> Monitor:
        folder.mkdir()
        worker = Monitor(folder)
        worker.engine, worker.within = "procrastinate", host.within
        server = f"{USER}@{self._ours}.1:{host.line.port}"
        desk = f"url: '{self.ledger.url}', secrets: ['env:DESK_SECRET'], allow_private: true, at_once: 32"
        feeds = "".join(
            f"  - {{id: {each.name}, url: '{each.feed}', every: 1s, first_poll: all}}\n"
            for each in self.outlets
        )
        names = [f"list{number}" for number in range(WATCHLISTS)]
        lists = "".join(f"  {name}: {{entities: [amazon], receivers: [{name}]}}\n" for name in names)
        desks = "".join(f"  {name}: {{{desk}}}\n" for name in names)
        worker.config.write_text(
            f"store: {{url: 'postgresql://{server}/cluster?sslmode=disable&gssencmode=disable'}}\n"
            "engine: procrastinate\nhttp: {listen: null}\nbrake: off\nworkers: 2\n"
            "network:\n  per_host: {at_once: 96, pause: 0s}\n"
            f"  allow_private: ['127.0.0.0/8', '{NETWORK}']\n"
            f"feeds:\n{feeds}watchlists:\n{lists}receivers:\n{desks}"
            "entities: {amazon: {kind: organization, names: [Amazon]}}\n",
            encoding="utf-8",
        )
        return worker

    def publish(self, entries: int) -> None:
        """Publish more articles, once few enough are untold."""
        self.await_told(UNTOLD - entries)
        for number in range(len(self.links), len(self.links) + entries):
            outlet = self.outlets[number % OUTLETS]
            words = " ".join(f"Wort{number}mal{place}" for place in range(80))
            title, text = f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}"
            self.links.append(outlet.publishes(title, text, slug=f"m{number}"))
            self._untold.add(self.links[-1])
            shown = outlet.entries[:SHOWN], outlet.entries[SHOWN:]
            outlet.entries = shown[0] + [each for each in shown[1] if each["link"] in self._untold]
            outlet.asked.clear()

    def await_told(self, but: int) -> None:
        """Wait until all but so many articles were told to everybody, with workers that live."""

        def few() -> bool:
            self.tend()
            self._untold = {each for each in self._untold if self.ledger.told[each] < WATCHLISTS}
            return len(self._untold) <= but

        eventually(few, PATIENCE, f"all but {but} articles are told")

    def tend(self) -> None:
        """Begin workers again that ended by themselves."""
        for worker in self.workers:
            if worker.process is not None and (code := worker.process.poll()) is not None:
                self.gave_up[code] += 1
                worker.begin()

    def faults(self) -> Iterator[str]:
        """Yield what was lost, told twice, told differently, or left."""
        with psycopg.connect(self.server.url("cluster")) as connection:
            left = connection.execute(LEFT.encode()).fetchone()
        if left != (0, 0, 0, 0):
            yield f"pending entries and deliveries, failed, dead: {left}"
        lists = [f"list{number}" for number in range(WATCHLISTS)]
        for link in self.links:
            wrong = {each: len(self.ledger.ids.get((link, each), ())) for each in lists}
            yield from (f"{link} came {n} times for {each}" for each, n in wrong.items() if n != 1)
        yield from (
            f"{name} had {len(said)} bodies" for name, said in self.ledger.digests.items() if len(said) > 1
        )
        yield from (f"{n} workers ended with {code}" for code, n in self.gave_up.items() if code != GAVE_UP)

    def settle(self) -> None:
        """Wait until everything is told and nothing waits."""
        self.await_told(0)

        # One session for all looks: to begin one takes the server more than to look.
        with psycopg.connect(self.server.url("cluster"), autocommit=True) as connection:

            def nothing_waits() -> bool:
                self.tend()
                left = connection.execute(LEFT.encode()).fetchone()
                return left is not None and left[:2] == (0, 0)

            eventually(nothing_waits, PATIENCE, "nothing waits")

    def close(self) -> None:
        for worker in self.workers:
            worker.close()
        for each in (*self.outlets, self.ledger):
            each.close()


class Attacks:
    """What is done to a cluster; `landed` counts it by kind."""

    def __init__(self, cluster: Cluster, dice: random.Random) -> None:
        self.landed: Counter[str] = Counter()
        self._cluster, self._dice = cluster, dice
        self._long: list[threading.Thread] = []

    def make(self, kind: str) -> None:
        """Attack in one way: the server, or any one of the workers."""
        number = self._dice.randrange(WORKERS)
        deeds: Mapping[str, Callable[[int], None]] = {
            "crash": lambda _: self._cluster.server.crash(),
            "terminate": lambda _: self._terminate(),
            "cut": self._cut,
            "kill": self._kill,
            "freeze": lambda number: self._for_a_while(kind, self._freezing(number)),
            "part": lambda number: self._for_a_while(kind, self._cluster.hosts[number].part),
        }
        deeds[kind](number)
        self.landed[kind] += 1

    def end(self) -> None:
        """Wait for those that take long."""
        for each in self._long:
            each.join()

    def _terminate(self) -> None:
        self._cluster.server.admin(TERMINATE)

    def _cut(self, number: int) -> None:
        line = self._cluster.hosts[number].line
        line.at = self._dice.randint(1, 20)

        def cut() -> bool:
            self._cluster.tend()
            return line.at <= 0

        eventually(cut, PATIENCE, "a COMMIT comes by")

    def _kill(self, number: int) -> None:
        worker = self._cluster.workers[number]
        worker.kill()
        worker.begin()

    def _freezing(self, number: int) -> Callable[[float], None]:
        process = self._cluster.workers[number].process
        assert process is not None

        def freeze(seconds: float) -> None:
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            process.send_signal(signal.SIGCONT)

        return freeze

    def _for_a_while(self, kind: str, deed: Callable[[float], None]) -> None:
        if self.landed[kind] % LONG_EVERY == LONG_EVERY - 1:
            self._long.append(threading.Thread(target=deed, args=(LONG,)))
            self._long[-1].start()
        else:
            deed(self._dice.uniform(*SHORT))


# A quarter each: the server stops; sessions end, or a line is cut; workers die; they stand still, or alone.
ROUND = ("kill", "freeze", "crash", "part", "kill", "terminate", "crash", "cut")


@contextmanager
def _field(dice: random.Random, say: Say) -> Iterator[tuple[Cluster, str]]:
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="cluster-")))
        server = opened.enter_context(closing(PostgreSQL()))
        made = opened.enter_context(hosts(WORKERS, server.socket))
        if made.why_not:
            say(f"HOSTS SHARE ONE NETWORK, only their lines to PostgreSQL are cut: {made.why_not}")
        cluster = opened.enter_context(closing(Cluster(folder, server, made, dice)))
        yield cluster, "lines only" if made.why_not else "networks"


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack so often, in each way in turn, while articles are published and told."""
    faults: list[str] = []
    with _field(dice, say) as (cluster, apart):
        attacks = Attacks(cluster, dice)
        for each in cluster.workers:
            each.start()
        try:
            for number in range(count):
                cluster.publish(ENTRIES)
                time.sleep(dice.uniform(0, 1))
                cluster.tend()
                attacks.make(ROUND[number % len(ROUND)])
                if (number + 1) % 10 == 0:
                    say(f"{number + 1} attacked, {cluster.ledger.told.total()} alerts")
            attacks.end()
            cluster.settle()
        except AssertionError as error:
            faults.append(str(error))
        finally:
            attacks.end()
        faults += cluster.faults()
        facts = dict(attacks.landed) | {
            "alerts": cluster.ledger.told.total(),
            "repeats": cluster.ledger.repeats,
            "begun again": cluster.gave_up.total(),
            "apart by": apart,
        }
    return Outcome(tried=attacks.landed.total(), faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="cluster",
    law="three workers on a queue, killed, frozen, cut off, without server, lose and double nothing",
    unit="attacks",
    sample=0,
    usual=24,
    full=MANY,
    seconds=123,
    run=run,
)
