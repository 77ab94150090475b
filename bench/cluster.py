"""How many feeds a second do workers on one queue poll together, beside services that share a store?

One feed server on loopback, one PostgreSQL of our own, and 1, 2 and 4 processes of the product as users run
it: `monitor worker` on the queue, or `monitor run` on the store alone. Every feed answers 304, so that what
is measured is the sharing out of the work, and little of the work:

    hosts     each feed is a host of its own: a job is one feed
    host      all feeds are on one host, which may be visited 32 times at once: a job is up to eight feeds

The feeds are made due at one moment; the clock stops when the last was polled. Processor time is told as the
shares of the workers with their children, of PostgreSQL, and of the feed server. The server syncs no
file, as in the tests: on a real disk commits cost more.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import psycopg

from bench.match import load
from bench.poll import HERE, started
from bench.results import keep, spread, table
from monitor.adapters.store import open_store, server_of
from monitor.engine.queue import prepare
from tests.postgresql import PostgreSQL

ENGINES = {"procrastinate": "worker", "embedded": "run"}
COUNTS = (1, 2, 4)
SHORT_COUNTS = (2,)
COLUMNS = ("", "engine", "processes", "feeds/s", "ms CPU a feed", "workers", "PostgreSQL", "feed server")
PATIENCE = 600.0
CONFIG = """\
store: {{url: "{store}"}}
engine: {engine}
http: {{listen: null}}
network: {{allow_private: 127.0.0.0/8, per_host: {{at_once: 32, pause: 0s}}, robots: ignore}}
entities: {{amazon: {{names: [Amazon]}}}}
feeds:
{feeds}
"""
# Each is asked for once in the measurement, and not again within it.
SPREADS = {
    "hosts": "UPDATE feeds SET host = 'host' || number, due_at = 0",
    "host": "UPDATE feeds SET host = 'host', due_at = 0",
}
Figures = dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench cluster", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=2_000, help="how many feeds are polled")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="one run of 300 feeds, by two: half a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    feeds, runs = (300, 1) if chosen.short else (chosen.feeds, chosen.runs)
    found: dict[tuple[str, str, int], list[Figures]] = {}
    with closing(PostgreSQL(on_disk=True)) as server:
        for engine in ENGINES:
            for count in SHORT_COUNTS if chosen.short else COUNTS:
                print(f"{engine}, {count} …", file=sys.stderr, flush=True)
                for name, figures in measure(server, engine, count, feeds, runs):
                    found.setdefault((name, engine, count), []).append(figures)
    rows = [row(name, engine, count, found[name, engine, count]) for name, engine, count in sorted(found)]
    text = f"{feeds:,} feeds, each answers 304.\n\n{table(COLUMNS, rows)}\n\n{load()}"
    print(text)
    if chosen.write:
        keep("cluster", text)
    return 0


def measure(
    server: PostgreSQL, engine: str, count: int, feeds: int, runs: int
) -> Iterator[tuple[str, Figures]]:
    """Yield what each way of spreading the feeds took, on a database and with a feed server of its own."""
    name = f"bench_{engine}_{count}"
    server.admin(f"CREATE DATABASE {name}")
    with ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        outlet = opened.enter_context(started([sys.executable, str(HERE / "feeds.py"), "1"]))
        assert outlet.stdout is not None
        url = f"http://127.0.0.1:{outlet.stdout.readline().strip()}"
        config = Path(folder) / "monitor.yaml"
        config.write_text(
            CONFIG.format(
                store=server.url(name),
                engine=engine,
                feeds="\n".join(f"  - {{url: '{url}/feed/{n}', every: 6h}}" for n in range(feeds)),
            ),
            encoding="utf-8",
        )
        open_store(server.url(name), owner="bench").close()
        prepare(server_of(server.url(name)))
        workers = [opened.enter_context(_worker(config, ENGINES[engine])) for _ in range(count)]
        database = opened.enter_context(closing(psycopg.connect(server.url(name), autocommit=True)))
        _wait(database, "SELECT count(*) FROM feeds WHERE last_ok_at IS NOT NULL", feeds)
        # Beginning is no part of it: worker processes still import what they need.
        time.sleep(5)
        for _ in range(runs):
            for how, statement in SPREADS.items():
                before = _spent(server, workers, outlet)
                database.execute(statement.encode())
                began = time.monotonic()
                _wait(database, "SELECT count(*) FROM feeds WHERE due_at > 0 AND lease_token IS NULL", feeds)
                seconds = time.monotonic() - began
                after = _spent(server, workers, outlet)
                yield (
                    how,
                    {"seconds": seconds, "feeds": feeds} | {who: after[who] - before[who] for who in after},
                )


def row(name: str, engine: str, count: int, runs: Sequence[Figures]) -> Sequence[str]:
    """Return a row of the table."""
    cpu = [each["workers"] + each["postgres"] + each["outlet"] for each in runs]
    shares = [
        f"{sum(each[who] for each in runs) / sum(cpu):.0%}" for who in ("workers", "postgres", "outlet")
    ]
    rates = spread([each["feeds"] / each["seconds"] for each in runs])
    costs = spread([all_of / each["feeds"] * 1e3 for all_of, each in zip(cpu, runs, strict=True)], 1)
    return (name, engine, str(count), rates, costs, *shares)


@contextmanager
def _worker(config: Path, command: str) -> Iterator[int]:
    """Run a worker as users do, and end it; yield its process id."""
    line = [sys.executable, "-m", "monitor", command, "-c", str(config)]
    with (config.parent / "log").open("ab") as log, subprocess.Popen(line, stdout=log, stderr=log) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(database: psycopg.Connection, question: str, feeds: int) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        (polled,) = database.execute(question.encode()).fetchone() or (0,)
        if polled == feeds:
            return
        if time.monotonic() > ends:
            raise SystemExit(f"only {polled} of {feeds} feeds were polled in {PATIENCE:g} s")
        time.sleep(0.05)


def _spent(server: PostgreSQL, workers: Sequence[int], outlet: "subprocess.Popen[str]") -> dict[str, float]:
    """Return the processor time that each has used with its children, in seconds."""
    table = _processes()
    return {
        "workers": sum(_of_family(pid, table) for pid in workers),
        "postgres": _of_family(server.process, table),
        "outlet": _of_family(outlet.pid, table),
    }


def _processes() -> dict[int, tuple[int, float]]:
    """Return the parent of each process, and the seconds that it and its ended children have used."""
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            found[int(path.parent.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / ticks)
    return found


def _of_family(pid: int, processes: dict[int, tuple[int, float]]) -> float:
    own = processes.get(pid, (0, 0.0))[1]
    return own + sum(
        _of_family(child, processes) for child, (parent, _) in processes.items() if parent == pid
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
