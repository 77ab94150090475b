"""What does the service cost while nothing happens, from 100 feeds to 100,000?

`monitor run` is started with so many feeds, none of them due, and with its worker processes. Told are the
megabytes of all its processes (what they share is counted once), and which share of one core they take while
they wait; how long the service takes until it waits; and its megabytes at rest, once its workers and what
forks them have gone, as they do when they had nothing to do for some minutes.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.match import load
from bench.results import keep, spread, table
from monitor.config.load import load_config
from monitor.errands.stores import open_command_store

SIZES = (100, 10_000, 100_000)
SHORT_SIZES = (100, 10_000)
SETTLE_SECONDS, IDLE_SECONDS = 10.0, 30.0
SHORT_IDLE_SECONDS = 6.0
# Workers are looked after once a minute; what forks them goes at the sixth look after the last question.
REST_SECONDS = 480.0
# Feeds in a file, of which none may have more than 10 MB.
A_FILE = 100_000
PATIENCE_SECONDS = 600.0
DAY = 86_400_000_000  # microseconds
MEMORY = {
    "all": "MB in all",
    "service": "MB of the service",
    "workers": "MB of its workers",
    "rest": "MB at rest",
}
CONFIG = """\
store: {url: "sqlite:///%s/monitor.db"}
http: {listen: null}
feeds: [%s]
entities:
  amazon: {names: [Amazon]}
"""

Figures = Mapping[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all sizes; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench scale", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, nargs="*", help="how many feeds")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="one short run at the smaller sizes: a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    sizes = chosen.feeds or (SHORT_SIZES if chosen.short else SIZES)
    runs, idle = (1, SHORT_IDLE_SECONDS) if chosen.short else (chosen.runs, IDLE_SECONDS)
    memory = [what for what in MEMORY if what != "rest" or not chosen.short]
    columns = ("feeds", *(MEMORY[what] for what in memory), "idle, % of a core", "start, s of CPU")
    rows = []
    for feeds in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
            config = prepared(Path(folder), feeds)
            found = [measured(config, feeds, idle, rests="rest" in memory) for _ in range(runs)]
            rows.append(row(feeds, memory, found))
    text = f"{table(columns, rows)}\n\n{load()}"
    print(text)
    if chosen.write:
        keep("scale", text)
    return 0


def row(feeds: int, memory: Sequence[str], found: Sequence[Figures]) -> Sequence[str]:
    """Return a row of the table."""
    return (
        f"{feeds:,}",
        *(spread([each[what] for each in found]) for what in memory),
        spread([each["idle"] for each in found], 1),
        f"{median(each['start'] for each in found):.1f}",
    )


def prepared(folder: Path, feeds: int) -> Path:
    """Make a configuration of so many feeds and a store that knows them; none is due before tomorrow."""
    lists = []
    for first in range(0, feeds, A_FILE):
        body = "\n".join(
            f'<outline xmlUrl="http://h{each // 3}.example/{each}.xml" text="f{each}"/>'
            for each in range(first, min(first + A_FILE, feeds))
        )
        (folder / f"{first}.opml").write_text(
            f'<opml version="2.0"><body>{body}</body></opml>', encoding="utf-8"
        )
        lists.append(f"{{opml: {first}.opml}}")
    path = folder / "monitor.yaml"
    path.write_text(CONFIG % (folder, ", ".join(lists)), encoding="utf-8")
    config = load_config(path, os.environ)
    with closing(open_command_store(config.store_url)) as store:
        store.sync_feeds(config.feeds, datetime.now(UTC))
    with closing(sqlite3.connect(folder / "monitor.db")) as raw, raw:
        raw.execute("UPDATE feeds SET due_at = due_at + ?", (DAY,))
    return path


def measured(config: Path, feeds: int, idle: float, *, rests: bool) -> Figures:
    """Return what one start of the service and some seconds of waiting cost, and what it holds at rest."""
    print(f"{feeds:,} feeds: starting the service …", file=sys.stderr, flush=True)
    line = [str(Path(sys.executable).with_name("monitor")), "run", "--config", str(config)]
    log = config.with_name("log")
    with log.open("w") as out, subprocess.Popen(line, stdout=out, stderr=subprocess.STDOUT) as service:
        try:
            ends = time.monotonic() + PATIENCE_SECONDS
            while '"start"' not in log.read_text(encoding="utf-8"):
                if service.poll() is not None or time.monotonic() > ends:
                    raise SystemExit(
                        f"bench scale: the service did not start: {log.read_text('utf-8')[-300:]}"
                    )
                time.sleep(0.1)
            time.sleep(SETTLE_SECONDS)
            processes = family(service.pid)
            before = sum(map(_processor_seconds, processes))
            time.sleep(idle)
            spent = sum(map(_processor_seconds, processes)) - before
            whole, own = megabytes(processes), megabytes([service.pid])
            rest = megabytes(at_rest(service.pid)) if rests else 0.0
        finally:
            service.terminate()
    return {
        "all": whole,
        "service": own,
        "workers": whole - own,
        "rest": rest,
        "idle": spent / idle * 100,
        "start": before,
    }


def family(pid: int) -> list[int]:
    """Return a process and all that came of it."""
    children = [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        for child in (thread / "children").read_text("ascii").split()
    ]
    return [pid, *(each for child in children for each in family(child))]


def at_rest(pid: int) -> list[int]:
    """Return a service, once it is alone."""
    ends = time.monotonic() + REST_SECONDS
    while len(found := family(pid)) > 1:
        if time.monotonic() > ends:
            raise SystemExit("bench scale: the workers of an idle service did not go, or what forks them")
        time.sleep(1)
    return found


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(processes: Iterable[int]) -> float:
    """Return the memory of processes, in which what they share counts once.

    Of each file that they map counts what one of them has of it at most. What others share with them, as
    interpreters on the same machine do, counts in full: so it does not hang on who else is there.
    """
    of_files = Counter[str]()
    own = 0
    for pid in processes:
        own += _own_kilobytes(pid)
        for mapping, held in _held_of_files(pid):
            of_files[mapping] = max(of_files[mapping], held)
    return (own + of_files.total()) / 1024


def _own_kilobytes(pid: int) -> int:
    """Return what a process has of no file, and its share of what it has in common with its siblings."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    (own,) = (line.split()[1] for line in lines if line.startswith("Pss_Anon:"))
    return int(own)


def _held_of_files(pid: int) -> Iterator[tuple[str, int]]:
    """Give each piece of a file that a process maps, and the kilobytes that it has of the file itself."""
    mapping, held = "", 0
    for line in Path(f"/proc/{pid}/smaps").read_text("utf-8").splitlines():
        first, *others = line.split(maxsplit=5)
        if not first.endswith(":"):
            # Where the piece begins in the file, on which device that is, and its number there; 0 is no file.
            mapping = " ".join(others[1:4]) if others[3] != "0" else ""
        elif mapping and first == "Rss:":
            held = int(others[0])
        elif mapping and first == "Anonymous:":
            yield mapping, held - int(others[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
