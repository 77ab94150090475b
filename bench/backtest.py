"""What does a backtest over many stored articles cost?

A store of articles with texts of 3 KB, three in four German, half of which name one of a thousand entities,
read over 29 days. The candidate leaves out some entities, adds others, and asks of one watchlist that an
article is about its entities. The command runs as users run it; told are its time, its processor time, and
the most memory that it and its processes had together (what they share is counted once).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench.articles import Text, articles_of, names_of
from bench.match import load
from bench.results import keep, spread, table
from bench.scale import family, megabytes
from bench.stock import LEASE, entry_of, polled_of, processed_of, settings_of
from monitor.adapters.store import SqlStore, open_store
from monitor.model import Entry
from monitor.ports import Claim, Processed, Wanted

SIZES = (10_000, 100_000)
SHORT_SIZES = (2_000,)
# Articles of a feed; and articles that are written in one transaction.
OF_A_FEED, BATCH = 100, 200
SPAN = timedelta(days=29)
ENTITIES = 1_000
# Of the running file's entities so many are left out, as many others are added, and so many are told only
# where an article is about them.
LEFT_OUT, ABOUT = 20, 100
LOOK_SECONDS = 0.5
COLUMNS = ("articles", "s", "s of CPU", "articles/s", "MB", "gained", "lost")

Figures = Mapping[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all sizes; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench backtest", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--articles", type=int, nargs="*", help="how many articles, a multiple of 100")
    parser.add_argument("--runs", type=int, default=1, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="a small store: half a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    parser.add_argument(
        "--folder", type=Path, help="keep the stores and files here, and use those that are here"
    )
    chosen = parser.parse_args(arguments)
    sizes = chosen.articles or (SHORT_SIZES if chosen.short else SIZES)
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-backtest-") as folder:
            place = prepared((chosen.folder or Path(folder)) / str(size), size)
            rows.append(row(size, [measured(place, size) for _ in range(chosen.runs)]))
    text = f"{table(COLUMNS, rows)}\n\n{load()}"
    print(text)
    if chosen.write:
        keep("backtest", text)
    return 0


def row(size: int, found: Sequence[Figures]) -> Sequence[str]:
    """Return a row of the table."""
    told = {what: [each[what] for each in found] for what in found[0]}
    return (f"{size:,}", *(spread(told[what], 1 if what.startswith("s") else 0) for what in COLUMNS[1:]))


def measured(folder: Path, size: int) -> Figures:
    """Return what one backtest over all articles of a store costs."""
    print(f"{size:,} articles: comparing …", file=sys.stderr, flush=True)
    line = [str(Path(sys.executable).with_name("monitor")), "backtest", "--json", "-c", "running.yaml"]
    spent, began, most = _processor_seconds(), time.monotonic(), 0.0
    with (folder / "told.json").open("wb") as out:
        command = subprocess.Popen([*line, "--candidate", "candidate.yaml"], cwd=folder, stdout=out)
        while command.poll() is None:
            most = max(most, _memory(command.pid))
            time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - began
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    if command.returncode or told["articles"]["judged"] != size:
        raise SystemExit(f"bench backtest: exit {command.returncode}, {told['articles']}")
    return {
        "s": seconds,
        "s of CPU": _processor_seconds() - spent,
        "articles/s": size / seconds,
        "MB": most,
        "gained": told["gained"],
        "lost": told["lost"],
    }


def _processor_seconds() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int) -> float:
    try:
        return megabytes(family(pid))
    except OSError:  # one of them has just ended
        return 0.0


# ---- what is compared --------------------------------------------------------------------------------


def prepared(folder: Path, size: int) -> Path:
    """Return a folder with a store of so many articles and two configurations."""
    if (folder / "candidate.yaml").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{size:,} articles: making the store …", file=sys.stderr, flush=True)
    names = names_of(ENTITIES)
    feeds = size // OF_A_FEED
    with closing(open_store(f"sqlite:///{folder}/monitor.db", owner="bench")) as store:
        _fill(store, feeds, datetime.now(UTC) - SPAN)
    _configure(folder / "running.yaml", feeds, names[LEFT_OUT:], "mention")
    _configure(folder / "candidate.yaml", feeds, names[:-LEFT_OUT], "about")
    return folder


def _fill(store: SqlStore, feeds: int, began: datetime) -> None:
    everything = Wanted(limit=BATCH, at_once=BATCH)
    store.sync_feeds([settings_of(number) for number in range(feeds)], began)
    number = 0
    while claims := store.claim_feeds(began, everything, LEASE):
        for claim in claims:
            fresh = [entry_of(claim.row.id, number, each, began) for each in range(OF_A_FEED)]
            with store.transaction() as tx:
                tx.save_poll(claim, polled_of(claim.row, datetime.now(UTC)), fresh, {}, (), {})
            number += 1
    texts, number = articles_of("sparse", feeds * OF_A_FEED), 0
    while entries := store.claim_entries(began, everything, LEASE):
        with store.transaction() as tx:
            for entry, text in zip(entries, islice(texts, len(entries)), strict=True):
                at = began + SPAN * (number / (feeds * OF_A_FEED))
                tx.save_processed(entry, _read(entry, text, number, at), {})
                number += 1


def _read(entry: Claim[Entry], text: Text, number: int, at: datetime) -> Processed:
    processed = processed_of(entry.row, number, at, matched=False)
    article = replace(processed.article, zones=text.zones, language=text.language)
    return replace(processed, article=article)


def _configure(path: Path, feeds: int, names: Sequence[str], salience: str) -> None:
    chosen = names_of(ENTITIES)[LEFT_OUT : LEFT_OUT + ABOUT]
    rest = sorted(set(names) - set(chosen))
    lines = (
        'store: {url: "sqlite:///monitor.db"}',
        "http: {listen: null}",
        "feeds:",
        *(f"  - {{id: {each.id}, url: {each.url!r}}}" for each in map(settings_of, range(feeds))),
        "entities:",
        *(f"  {_id(name)}: {{kind: organization, names: [{name}]}}" for name in names),
        "receivers: {desk: https://hooks.example.org/news}",
        "watchlists:",
        f"  chosen: {{min_salience: {salience}, receivers: [desk], entities: {_listed(chosen)}}}",
        f"  rest: {{receivers: [desk], entities: {_listed(rest)}}}",
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_id, names))}]"


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
