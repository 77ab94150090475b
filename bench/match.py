"""What does an article cost, from 3 watched names to 100,000?

Three do the same work on the same articles of 3 KB, each measurement in a process of its own:

    monitor        the matcher: folding, names in all their forms, evidence, salience
    automaton      ahocorasick_rs alone over the lower-cased text: the limit of anything built on it
    re             one alternation of all names; where it does not finish in time, that is told

Seconds are processor time of one core, so that other work on the machine weighs less. Names and articles are
made from the words of `seeds/articles`, the same at every run. An article holds three names, some of
them far more often than others; of those, the more names are watched, the more are found.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick, Implementation

from bench.results import keep, spread, table
from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Name, Zones
from monitor.text.normalize import fold

ROOT = Path(__file__).parents[1]
SIZES = (3, 1_000, 10_000, 100_000)
ARTICLES = 400
CHARACTERS = 3_000
BUDGET_SECONDS = 2.0
PATIENCE_SECONDS = 120
NAMED = 1_000
ENDINGS = ("AG", "GmbH", "Group", "SE", "Werke", "Bank", "Logistik", "Energie")
GIVEN = ("Anna", "Peter", "Maria", "Jan", "Sofia", "Ron", "Lena", "Tom", "Eva", "Paul")
KINDS = (EntityKind.PERSON, EntityKind.ORGANIZATION, EntityKind.PRODUCT)

Find = Callable[[str, str], int]


def main(arguments: Sequence[str]) -> int:
    """Print the table of all sizes; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench match", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--names", type=int, nargs="*", default=SIZES, help="how many names are watched")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, whose median is told")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    parser.add_argument("--measure", choices=sorted(BUILDERS), help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.measure:
        print(json.dumps(measure(chosen.measure, chosen.names[0])))
        return 0
    rows = [row(who, size, chosen.runs) for size in chosen.names for who in BUILDERS]
    columns = ("names", "", "articles/s", "MB/s", "build s", "peak MB", "found")
    text = f"{table(columns, rows)}\n\n{folding(chosen.runs)}"
    print(text)
    if chosen.write:
        keep("match", text)
    return 0


def row(who: str, size: int, runs: int) -> Sequence[str]:
    """Measure one in several processes, one after the other."""
    print(f"{size:,} names: {who} …", file=sys.stderr, flush=True)
    found: list[dict[str, float]] = []
    line = [sys.executable, "-m", "bench", "match", "--measure", who, "--names", str(size)]
    for _ in range(runs):
        try:
            done = subprocess.run(
                line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
            )
        except subprocess.TimeoutExpired:
            return (f"{size:,}", who, f"not in {PATIENCE_SECONDS} s", "", "", "", "")
        found.append(json.loads(done.stdout))
    return (
        f"{size:,}",
        who,
        spread([each["articles"] for each in found]),
        spread([each["megabytes"] for each in found], 1),
        spread([each["build"] for each in found], 2),
        spread([each["peak"] for each in found]),
        spread([each["found"] for each in found], 1),
    )


def measure(who: str, size: int) -> dict[str, float]:
    """Return what one does a second of processor time, and what it took to build."""
    names = names_of(max(size, NAMED))
    articles = list(articles_of(names[:NAMED]))
    began = time.process_time()
    find = BUILDERS[who](names[:size])
    built = time.process_time() - began
    find(*articles[0])
    hits = done = octets = 0
    began = time.process_time()
    for title, text in articles:
        hits += find(title, text)
        done += 1
        octets += len(title.encode()) + len(text.encode())
        if time.process_time() - began > BUDGET_SECONDS:
            break
    seconds = time.process_time() - began
    return {
        "articles": done / seconds,
        "megabytes": octets / seconds / 1e6,
        "build": built,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "found": hits / done,
    }


def folding(runs: int) -> str:
    """Return how fast texts are folded, ASCII and German."""
    german = "\n\n".join(text for _, text in articles_of(names_of(NAMED)))
    ascii_text = german.encode("ascii", "ignore").decode()
    told = []
    for what, text in (("ASCII", ascii_text), ("German", german)):
        pieces = [text[start : start + CHARACTERS] for start in range(0, len(text), CHARACTERS)]
        speeds = []
        for _ in range(runs):
            began = time.process_time()
            for piece in pieces:
                fold(piece)
            speeds.append(len(text.encode()) / (time.process_time() - began) / 1e6)
        told.append(f"{what} {spread(speeds)} MB/s")
    return f"Folding with its offset map: {', '.join(told)}."


# ---- who is measured -------------------------------------------------------------------------------


def monitor(names: Sequence[str]) -> Find:
    """Build the matcher of the product."""
    matcher = build_matcher([entity(number, name) for number, name in enumerate(names)])

    def find(title: str, text: str) -> int:
        zones = Zones(title=title, text=text, lead_end=text.find("\n\n"))
        return sum(len(match.mentions) for match in matcher.match(zones, "de").matches)

    return find


def automaton(names: Sequence[str]) -> Find:
    """Build what finds the bare names, and knows nothing of words."""
    found = AhoCorasick([name.lower() for name in names], implementation=Implementation.ContiguousNFA)

    def find(title: str, text: str) -> int:
        return sum(
            len(found.find_matches_as_indexes(each.lower(), overlapping=True)) for each in (title, text)
        )

    return find


def alternation(names: Sequence[str]) -> Find:
    """Build what a script would: whole words, the longest name first."""
    ordered = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b")

    def find(title: str, text: str) -> int:
        return len(pattern.findall(title)) + len(pattern.findall(text))

    return find


BUILDERS: dict[str, Callable[[Sequence[str]], Find]] = {
    "monitor": monitor,
    "automaton": automaton,
    "re": alternation,
}


# ---- what they work on -----------------------------------------------------------------------------


def entity(number: int, name: str) -> Entity:
    """Return a watched entity of the kind that its name was made for."""
    return Entity(id=EntityId(f"e{number}"), kind=KINDS[number % len(KINDS)], names=(Name(text=name),))


def names_of(count: int) -> Sequence[str]:
    """Return so many distinct names of persons, organizations and products in turn; a longer list goes on."""
    dice = random.Random(1)
    words = sorted(set(re.findall(r"\b[A-ZÄÖÜ][a-zäöüß]{5,}\b", prose())))
    names: dict[str, None] = {}
    while len(names) < count:
        first, second = dice.choice(words), dice.choice(words)
        coined = first[: len(first) // 2 + 1] + second[len(second) // 2 :]
        match len(names) % len(KINDS):
            case 0:
                name = f"{dice.choice(GIVEN)} {coined}{dice.choice(('', 'er', 'mann'))}"
            case 1:
                name = f"{coined} {dice.choice(ENDINGS)}"
            case _:
                name = f"{coined}{dice.choice(('ium', 'on', 'ix', 'ara'))}"
        names[name] = None
    return list(names)


def articles_of(names: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield title and text of articles; the first names stand in most of them."""
    dice = random.Random(2)
    sentences = [each for each in re.split(r"(?<=[.!?])\s+", prose()) if 40 < len(each) < 300]
    for _ in range(ARTICLES):
        named = [names[int(len(names) ** dice.random()) - 1] for _ in range(3)]
        parts = [
            f"{named[0]} teilte das am Mittwoch mit.",
            f"Auch {named[1]} äußerte sich.",
            f"{named[2]} nicht.",
        ]
        while sum(map(len, parts)) < CHARACTERS:
            parts.insert(dice.randrange(len(parts) + 1), dice.choice(sentences))
        paragraphs = [" ".join(parts[start : start + 3]) for start in range(0, len(parts), 3)]
        yield f"{named[0]}: {dice.choice(sentences)[:50]}", "\n\n".join(paragraphs)


def prose() -> str:
    """Return the bundled articles without their markup."""
    pages = sorted((ROOT / "seeds" / "articles").glob("*.html"))
    return " ".join(_bare(page.read_text(encoding="utf-8")) for page in pages)


def _bare(html: str) -> str:
    without: Any = re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]+>", " ", html)
    return " ".join(unescape(without).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
