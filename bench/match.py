"""What does an article cost, from 3 watched names to 100,000?

Three do the same work on the same articles, each measurement in a process of its own:

    monitor          the matcher: folding, names in all their forms, evidence, salience
    pyahocorasick    the bare names in lower case, wherever they stand: a limit, and no verdicts
    re               one alternation of all names as whole words, as a script would write it

Seconds are processor time of one core, so that other work on the machine weighs less. A rich article is
about three names, which stand in it some twenty times; a sparse one names one of those watched, or nobody.
Both are made up. Beside them stand real news, where they are present, watched by a thousand of their names.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import ahocorasick

from bench import real
from bench.articles import Text, articles_of, entities_of, names_of
from bench.results import keep, spread, table
from monitor.matching.matcher import build_matcher
from monitor.model import Entity
from monitor.text.normalize import fold

ROOT = Path(__file__).parents[1]
SIZES = (3, 1_000, 10_000, 100_000)
SORTS = ("rich", "sparse")
ARTICLES = 300
REAL_NAMES = 1_000
WARMING = 50  # articles before any that counts: the first bring the dictionaries in
BUDGET_SECONDS = 2.0
SHORT_BUDGET_SECONDS = 0.5
PATIENCE_SECONDS = 300
MOST_ALTERNATIVES = 10_000  # its time grows with every name: 100,000 take seconds an article
COLUMNS = ("names", "", "rich/s", "of limit", "sparse/s", "of limit", "build s", "MB", "found rich")

REAL_COLUMNS = ("", "real/s", "of limit", "found real")

Find = Callable[[Text], int]
Figures = dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all sizes; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench match", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--names", type=int, nargs="*", default=SIZES, help="how many names are watched")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--short", action="store_true", help="one short run of each: under a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    parser.add_argument("--measure", choices=sorted(BUILDERS), help=argparse.SUPPRESS)
    parser.add_argument("--real", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    budget = SHORT_BUDGET_SECONDS if chosen.short else BUDGET_SECONDS
    if chosen.measure:
        told = measure_real if chosen.real else measure
        print(json.dumps(told(chosen.measure, chosen.names[0], budget)))
        return 0
    runs = 1 if chosen.short else chosen.runs
    found = {
        (size, who): figures(who, size, runs, short=chosen.short) for size in chosen.names for who in BUILDERS
    }
    rows = [row(size, who, each, found[size, "pyahocorasick"]) for (size, who), each in found.items()]
    parts = [table(COLUMNS, rows), flatness(chosen.names, found)]
    parts += [real_news(runs, short=chosen.short), folding(runs), f"{load()} Runs of each: {runs}."]
    text = "\n\n".join(parts)
    print(text)
    if chosen.write:
        keep("match", text)
    return 0


def figures(who: str, size: int, runs: int, *more: str, short: bool) -> Sequence[Figures]:
    """Return what several processes measured, one after the other; nothing where it would take too long."""
    if who == "re" and size > MOST_ALTERNATIVES:
        return ()
    print(f"{size:,} names: {who} …", file=sys.stderr, flush=True)
    line = [sys.executable, "-m", "bench", "match", "--measure", who, "--names", str(size)]
    line += [*more, "--short"] if short else more
    done = [
        subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_SECONDS).stdout
        for _ in range(runs)
    ]
    return [json.loads(each) for each in done]


def row(size: int, who: str, found: Sequence[Figures], limit: Sequence[Figures]) -> Sequence[str]:
    """Return a row of the table."""
    if not found:
        return (f"{size:,}", who, "left out", *[""] * (len(COLUMNS) - 3))
    cells = [f"{size:,}", who]
    for sort in SORTS:
        ratio = _middle(found, sort) / _middle(limit, sort)
        cells += [spread([each[sort] for each in found]), f"{ratio:.2f}"]
    built = spread([each["build"] for each in found], 2)
    return (*cells, built, spread([each["peak"] for each in found]), f"{_middle(found, 'found'):.1f}")


def flatness(sizes: Sequence[int], found: dict[tuple[int, str], Sequence[Figures]]) -> str:
    """Return how much more an article costs with the most names than with the fewest of ten and more."""
    few, most = min((each for each in sizes if each >= 10), default=sizes[0]), max(sizes)
    told = [
        f"{_middle(found[few, 'monitor'], sort) / _middle(found[most, 'monitor'], sort):.1f} times ({sort})"
        for sort in SORTS
    ]
    return f"With {most:,} names an article costs the matcher {', '.join(told)} what it costs with {few:,}."


def real_news(runs: int, *, short: bool) -> str:
    """Return a table of real news, or that they are not here."""
    if not real.is_present():
        return "Real news were left out: the SmartData corpus is not here."
    found = {who: figures(who, REAL_NAMES, runs, "--real", short=short) for who in BUILDERS}
    limit = _middle(found["pyahocorasick"], "speed")
    rows = [
        (
            who,
            spread([each["speed"] for each in told]),
            f"{_middle(told, 'speed') / limit:.2f}",
            f"{_middle(told, 'found'):.1f}",
        )
        for who, told in found.items()
    ]
    said = (
        f"Real news: SmartData's training documents, of about 3 KB each, and {REAL_NAMES:,} of their names."
    )
    return f"{said}\n\n{table(REAL_COLUMNS, rows)}"


def _middle(found: Sequence[Figures], what: str) -> float:
    return median(each[what] for each in found)


def measure(who: str, size: int, budget: float) -> Figures:
    """Return articles a second of processor time, mentions found in one, and what the building took."""
    watched = entities_of(names_of(size))
    before, began = _peak(), time.process_time()
    find = BUILDERS[who](watched)
    told = {"build": time.process_time() - began, "peak": _peak() - before}
    for sort in SORTS:
        articles = list(articles_of(sort, ARTICLES))
        told[sort], found = _paced(find, articles, budget)
        if sort == "rich":
            told["found"] = found
    return told


def measure_real(who: str, size: int, budget: float) -> Figures:
    """Return articles a second of processor time, and mentions found in one, of real news."""
    speed, found = _paced(BUILDERS[who](real.entities(size)), list(real.articles()), budget)
    return {"speed": speed, "found": found}


def _paced(find: Find, articles: Sequence[Text], budget: float) -> tuple[float, float]:
    """Return articles a second and mentions in one, over all articles as often as the budget allows."""
    for text in articles[:WARMING]:
        find(text)
    found = done = 0
    began = time.process_time()
    while time.process_time() - began < budget:
        found += find(articles[done % len(articles)])
        done += 1
    return done / (time.process_time() - began), found / done


def _peak() -> float:
    """Return the most megabytes that this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def folding(runs: int) -> str:
    """Return how fast texts are folded with their offset map: ASCII, and the German and English of above."""
    mixed = [each.zones.text for each in articles_of("sparse", ARTICLES)]
    german = [text for number, text in enumerate(mixed) if number % 4 != 3]
    plain = [text.encode("ascii", "replace").decode() for text in mixed]
    told = [
        f"{what} {spread([_speed(texts) for _ in range(max(runs, 3))])} MB/s"
        for what, texts in (("ASCII", plain), ("German", german))
    ]
    return f"Folding with its offset map: {', '.join(told)}."


def _speed(texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        fold(text)
    return sum(len(text.encode()) for text in texts) / (time.process_time() - began) / 1e6


def load() -> str:
    """Return how much else the machine had to do: processor time is worth less then."""
    return f"Load of the last minute: {os.getloadavg()[0]:.1f} for {os.cpu_count()} processors."


# ---- who is measured -------------------------------------------------------------------------------


def monitor(watched: Sequence[Entity]) -> Find:
    """Build the matcher of the product."""
    matcher = build_matcher(watched)

    def find(text: Text) -> int:
        return sum(len(match.mentions) for match in matcher.match(text.zones, text.language).matches)

    return find


def bare_automaton(watched: Sequence[Entity]) -> Find:
    """Build what finds the bare names, and knows nothing of words."""
    found = ahocorasick.Automaton()
    for name in _bare(watched):
        found.add_word(name.lower(), name)
    found.make_automaton()

    def find(text: Text) -> int:
        return sum(1 for each in (text.zones.title, text.zones.text) for _ in found.iter(each.lower()))

    return find


def alternation(watched: Sequence[Entity]) -> Find:
    """Build what a script would: whole words, the longest name first."""
    ordered = sorted(_bare(watched), key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b")

    def find(text: Text) -> int:
        return len(pattern.findall(text.zones.title)) + len(pattern.findall(text.zones.text))

    return find


def _bare(watched: Sequence[Entity]) -> Sequence[str]:
    return [entity.names[0].text for entity in watched]


BUILDERS: dict[str, Callable[[Sequence[Entity]], Find]] = {
    "monitor": monitor,
    "pyahocorasick": bare_automaton,
    "re": alternation,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
