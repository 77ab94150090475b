"""What does a poll cost, beside a script, beside `reader`, or beside Miniflux?

All do the same work, in turn, over the same feeds from the same server on loopback:

    first        every entry is new
    unchanged    every feed answers 304
    some         one feed in twenty has a new entry, the others answer 304
    again        every feed answers 200 with the body that it had before, under another ETag and date

`monitor` is the whole service as it runs: claims, limits, log lines, and what is new is processed.
`monitor-2` is two of them on one store, for one instance of an interpreter computes on one core.
`monitor-all` is the poll alone, and reads every entry of a first one. `miniflux` is measured where its
program is on this machine (Debian has it, and so has its own site); `--miniflux` names it. Processor time
is that of all processes; the server's own share of all that was spent is told beside it. A figure of work
that was not done is refused: each must have asked for every feed, and found the same new entries.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench.match import load
from bench.results import keep, spread, table

HERE = Path(__file__).parent
# It carries a feedparser of its own that needs the second.
READER = ("reader==3.26", "sgmllib3k==1.0.0")
PHASES = ("first", "unchanged", "some", "again")
LARGE = (5_000, 20_000)
OURS = ("monitor", "monitor-2", "monitor-all")
SERVICES = ("monitor", "monitor-2")
PEERS = ("miniflux", "reader", "script")
COLUMNS = ("phase", "", "feeds/s", "ms CPU a feed", "to the dearest", "server's share")
Figures = dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all phases; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench poll", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=500, help="how many feeds are polled")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument(
        "--against", choices=PEERS, nargs="*", default=("script",), help="who is measured beside us"
    )
    parser.add_argument("--miniflux", default="miniflux", metavar="PROGRAM", help="the program of that peer")
    parser.add_argument("--short", action="store_true", help="one run of 100 feeds: under a minute")
    parser.add_argument("--full", action="store_true", help="the service with 5,000 and 20,000 feeds besides")
    parser.add_argument("--write", action="store_true", help="keep the tables in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    feeds, runs = (100, 1) if chosen.short else (chosen.feeds, chosen.runs)
    found: dict[tuple[str, str], list[Figures]] = {}
    lines = {who: begun(who, chosen.miniflux) for who in (*OURS, *chosen.against)}
    # In turn: what else is on the machine is then there for all of them.
    for run, (who, line) in product(range(runs), lines.items()):
        print(f"{who} {run + 1} of {runs} …", file=sys.stderr, flush=True)
        for phase, figures in measure(line, who, feeds):
            found.setdefault((phase, who), []).append(figures)
    rows = [row(phase, who, found) for phase in PHASES for who in (*OURS, *chosen.against)]
    tell("poll", f"{feeds:,} feeds of 35 entries, 72 KB, RSS and Atom.", rows, write=chosen.write)
    for many in LARGE if chosen.full else ():
        print(f"monitor, {many:,} feeds …", file=sys.stderr, flush=True)
        large = {
            (phase, who): [figures] for who in SERVICES for phase, figures in measure(begun(who), who, many)
        }
        rows = [row(phase, who, large) for phase in PHASES for who in SERVICES]
        tell(f"poll: {many:,} feeds", "One run.", rows, write=chosen.write)
    return 0


def tell(name: str, about: str, rows: Sequence[Sequence[str]], *, write: bool) -> None:
    """Print a table, and keep it under its name where that is wanted."""
    text = f"{about}\n\n{table(COLUMNS, rows)}\n\n{load()}"
    print(text)
    if write:
        keep(name, text)


def with_reader() -> str:
    """Return an interpreter of its own, kept between runs, that has `reader`; the package index is pip's."""
    home = Path(tempfile.gettempdir()) / f"bench-reader-{os.getuid()}"
    python, whole = home / "bin/python", home / "whole"
    if not whole.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *READER], check=True)
        whole.touch()
    return str(python)


def begun(who: str, miniflux: str = "") -> Sequence[str]:
    """Return the command that begins whoever is measured."""
    if who == "miniflux":
        if shutil.which(miniflux) is None:
            raise SystemExit(f"there is no program {miniflux!r}: --miniflux names one")
        return (sys.executable, "-m", "bench.miniflux", miniflux)
    python = with_reader() if who == "reader" else sys.executable
    return (python, str(HERE / "pollers.py"), who)


def measure(line: Sequence[str], who: str, feeds: int) -> Iterator[tuple[str, Figures]]:
    """Yield what each phase took, in a process and with a server of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        started([sys.executable, str(HERE / "feeds.py")]) as server,
    ):
        url = f"http://127.0.0.1:{_line(server)}"
        with started([*line, folder, url, str(feeds)]) as poller:
            _line(poller)
            for phase in PHASES:
                _ask(f"{url}/phase/{phase}")
                served, asked = _spent(url)
                assert poller.stdin is not None
                poller.stdin.write("go\n")
                poller.stdin.flush()
                figures: Figures = json.loads(_line(poller))
                served_then, asked_then = _spent(url)
                figures |= {"server": served_then - served, "asked": asked_then - asked}
                _check(who, phase, feeds, figures)
                yield (
                    phase,
                    figures | {"rate": feeds / figures["seconds"], "each": figures["cpu"] / feeds * 1e3},
                )


def _check(who: str, phase: str, feeds: int, figures: Figures) -> None:
    """Refuse a figure of work that was not done."""
    wanted = {"first": feeds * 35, "some": -(-feeds // 20)}.get(phase, 0)
    if figures["new"] != wanted:
        raise SystemExit(f"{who} found {figures['new']:.0f} new entries in phase {phase}, not {wanted}")
    if figures["asked"] != feeds:
        raise SystemExit(f"{who} asked for {figures['asked']:.0f} feeds in phase {phase}, not {feeds}")


@contextmanager
def started(line: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process beside, and end it."""
    process = subprocess.Popen(
        line, cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=None
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def row(phase: str, who: str, found: dict[tuple[str, str], list[Figures]]) -> Sequence[str]:
    """Return a row of the table."""
    these = found[phase, who]
    dearest = max(median(each["each"] for each in found[key]) for key in found if key[0] == phase)
    each = [figures["each"] for figures in these]
    share = median(figures["server"] / (figures["server"] + figures["cpu"]) for figures in these)
    rate = spread([figures["rate"] for figures in these])
    return (phase, who, rate, spread(each, 2), f"1 : {dearest / median(each):.1f}", f"{share:.0%}")


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("what is measured ended by itself; see above")
    return line.strip()


def _spent(url: str) -> tuple[float, float]:
    """Return the seconds of processor time that the server has used, and how many feeds it was asked for."""
    seconds, asked = _ask(f"{url}/spent").split()
    return float(seconds), float(asked)


def _ask(url: str) -> str:
    with urlopen(url) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
