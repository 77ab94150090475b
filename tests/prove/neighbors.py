"""How long do healthy feeds wait for their poll while hostile ones are asked beside them?

A service asks healthy feeds, each on an address of its own and with news at every poll. In turn it gets by
a reload a farm of hostile feeds besides, all that `transport` has and documents that are dear to read, and
as many feeds that fail at once and cost nothing. They are new ones each time, for those of before are asked
ever more seldom. Of each poll of a healthy feed it is looked up in the store how long after it was due it
was done. Both times are measured in one run, so that a slow machine is slow for both.
"""

import multiprocessing
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count as numbers
from multiprocessing.connection import Connection
from pathlib import Path

from tests.acceptance.world import Monitor, eventually
from tests.contract.test_http_hostile import HOSTILE as SERVERS
from tests.prove.proof import Outcome, Proof, Say
from tests.prove.soak import HOSTILE as DOCUMENTS
from tests.servers import Asked, Peer, answer, serving

Urls = Sequence[str]

HEALTHY, EVERY = 40, 3
# Times in a row that the farm comes and goes; seconds until feeds have settled, and between two looks.
ROUNDS, WARM_UP, LOOK = 3, 10.0, 0.2
# How many polls say something: a sample of a few seconds is not judged.
ENOUGH = 300
WORST = 2.0


@dataclass(slots=True)
class Delays:
    """Seconds between due and done of polls, beside the farm and beside feeds that just fail."""

    normal: list[float] = field(default_factory=list)
    farm: list[float] = field(default_factory=list)


class Watch:
    """Looks into a store for the polls that were done since the last look."""

    def __init__(self, store: Path) -> None:
        self._database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10)
        self._known: dict[str, tuple[int, int]] = {}

    def close(self) -> None:
        self._database.close()

    def look(self, into: list[float]) -> None:
        """Add how late the polls were, in seconds."""
        query = "SELECT id, polls, due_at, last_ok_at FROM feeds WHERE id LIKE 'healthy%'"
        for feed, polls, due_at, done_at in self._database.execute(query):
            before, was_due = self._known.get(feed, (polls, due_at))
            if polls == before + 1:
                into.append((done_at - was_due) / 1e6)
            self._known[feed] = polls, due_at


def run(count: int, dice: random.Random, say: Say) -> Outcome:  # noqa: ARG001  (nothing here is random)
    """Let the farm come and go for so many seconds, and compare."""
    delays, phase = Delays(), count / (2 * ROUNDS)
    with _world() as (monitor, healthy, harmless, farm):
        monitor.configure(_configured(healthy, [], ""))
        monitor.start()
        time.sleep(WARM_UP)
        with closing(Watch(monitor.database)) as watch:
            watch.look([])
            for number in range(ROUNDS):
                for name, beside, into in (
                    ("harmless", harmless, delays.normal),
                    ("hostile", farm.urls, delays.farm),
                ):
                    _reload(monitor, _configured(healthy, beside, f"{name}-{number}"))
                    _watched(watch, into, phase)
                say(f"round {number + 1}: {_told(delays)}")
        asked = farm.asked()
    facts = {
        "delay": _told(delays),
        "ratio": f"{_ratio(delays, 0.5):.2f} (p99 {_ratio(delays, 0.99):.2f})",
        "hostile": f"{asked} of {len(farm.urls)} asked",
    }
    return Outcome(tried=count, faults=tuple(_faults(delays, count)), facts=facts)


def _faults(delays: Delays, seconds: int) -> Iterator[str]:
    if not delays.farm or not delays.normal:
        yield "no healthy feed was polled"
    elif min(len(delays.normal), len(delays.farm)) >= ENOUGH:
        for part, name in ((0.5, "the median"), (0.99, "the 99th of a hundred")):
            if (found := _ratio(delays, part)) >= WORST:
                yield f"{name} of the delays is {found:.2f} times the normal one"
    elif seconds >= PROOF.usual:
        yield f"only {len(delays.normal)} and {len(delays.farm)} polls"


def _ratio(delays: Delays, part: float) -> float:
    return quantile(delays.farm, part) / max(quantile(delays.normal, part), 1e-3)


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value that so great a part of all does not exceed; 0 where there is none."""
    return sorted(values)[min(int(part * len(values)), len(values) - 1)] if values else 0.0


def _told(delays: Delays) -> str:
    return f"{_words(delays.normal)}; beside the farm {_words(delays.farm)}"


def _words(values: Sequence[float]) -> str:
    return (
        f"{1000 * quantile(values, 0.5):.0f} ms, p99 {1000 * quantile(values, 0.99):.0f} ms of {len(values)}"
    )


def _watched(watch: Watch, into: list[float], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(LOOK)
        watch.look(into)


def _reload(monitor: Monitor, text: str) -> None:
    before = len(monitor.lines())
    monitor.configure(text)
    monitor.reload()
    eventually(lambda: any('"event": "reload"' in line for line in monitor.lines()[before:]), what="a reload")


class Farm:
    """Hostile servers, in a process that gives way to others: what they pour is not our cost."""

    def __init__(self) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_run_farm, args=(theirs,))
        self._process.start()
        theirs.close()
        self.urls: Urls = self._ours.recv()

    def asked(self) -> int:
        """Return how many of the servers were asked."""
        self._ours.send("asked")
        asked: int = self._ours.recv()
        return asked

    def close(self) -> None:
        self._ours.close()
        self._process.join()


def _run_farm(theirs: Connection) -> None:
    os.nice(10)
    behaviors = [behavior for behavior, _ in SERVERS.values()]
    behaviors += [answer(each.body, each.status, dict(each.headers)) for each in DOCUMENTS]
    with ExitStack() as opened, suppress(EOFError):
        servers = {
            host: opened.enter_context(serving(behavior, host=host))
            for place, behavior in enumerate(behaviors, 1)
            for host in [f"127.2.0.{place}"]
        }
        theirs.send([server.url("", host) for host, server in servers.items()])
        while theirs.recv():
            theirs.send(sum(len(server.asked) > 0 for server in servers.values()))


@contextmanager
def _world() -> Iterator[tuple[Monitor, Urls, Urls, Farm]]:
    """Serve healthy feeds, and feeds that just fail, each on an address of its own; and open the farm."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="neighbors-")))
        healthy = opened.enter_context(serving(Newsroom(), host="0.0.0.0"))
        failing = opened.enter_context(serving(answer(b"nothing here", 404), host="0.0.0.0"))
        farm = opened.enter_context(closing(Farm()))
        yield (
            opened.enter_context(closing(Monitor(folder, forked=True))),
            [healthy.url(f"/{place}", f"127.1.0.{place}") for place in range(1, HEALTHY + 1)],
            [failing.url("", f"127.3.0.{place}") for place in range(1, len(farm.urls) + 1)],
            farm,
        )


class Newsroom:
    """Answers each request for a feed with one entry that is new."""

    def __init__(self) -> None:
        self._numbers = numbers()

    def __call__(self, peer: Peer, asked: Asked) -> None:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{asked.target}-{number}</guid><title>Meldung {number}</title>"
            f"<description>Nichts Neues von {number}.</description></item>"
            for number in (next(self._numbers), *range(15))
        )
        body = f"<rss version='2.0'><channel><title>Kurier</title>{entries}</channel></rss>"
        answer(body.encode(), headers={"content-type": "application/rss+xml"})(peer, asked)


def _configured(healthy: Urls, beside: Urls, name: str) -> str:
    feeds = [(f"healthy-{place}", url) for place, url in enumerate(healthy)]
    feeds += [(f"{name}-{place}", f"{url}/{name}") for place, url in enumerate(beside)]
    listed = "\n".join(f"  - {{id: {feed}, url: '{url}', every: {EVERY}s}}" for feed, url in feeds)
    return (
        f"feeds:\n{listed}\nentities: {{amazon: {{kind: organization, names: [Amazon]}}}}\n"
        "http: {listen: null}\nbrake: off\n"
    )


PROOF = Proof(
    name="neighbors",
    law="beside half a hundred hostile feeds the healthy ones wait less than twice as long as without",
    unit="seconds",
    sample=6,
    usual=120,
    full=1200,
    seconds=160,
    run=run,
    whole=True,
)
