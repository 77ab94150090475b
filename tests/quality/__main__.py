"""`python -m tests.quality`: the figures of each corpus and split, and their floors.

A corpus is a module of this folder with `NAME`, `is_present()`, `digest()` and `measure()`, which gives
for each split the families of `measure.py`, each with one score for each document.
"""

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from tests.quality.floors import Corpora, faults, raised, read_floors, write_floors
from tests.quality.measure import FIGURES, Measured, interval, total
from tests.quality.shown import shown

CORPORA = ("gold", "bare", "smartdata", "germeval", "stories")
SEED = 2014


class Corpus(Protocol):
    """What a module of a corpus offers."""

    NAME: str

    def is_present(self) -> bool:
        """Say whether the corpus is here."""

    def digest(self) -> str:
        """Return the SHA-256 of the corpus."""

    def measure(self) -> Mapping[str, Measured]:
        """Return the scores by split and family."""


def present(names: tuple[str, ...]) -> Iterator[Corpus]:
    """Yield the corpora that are here; tell those that are not."""
    for name in names:
        module = f"tests.quality.{name}"
        corpus = cast("Corpus", importlib.import_module(module)) if importlib.util.find_spec(module) else None
        if corpus and corpus.is_present():
            yield corpus
        else:
            sys.stderr.write(f"{name}: not here, not measured\n")


def table(corpora: Corpora) -> Iterator[str]:
    """Yield the lines of the table: each figure with its 95 % interval by document."""
    yield f"{'corpus':10} {'split':12} {'family':21} {'docs':>5} {'tp':>6} {'fp':>5} {'fn':>5}  " + "  ".join(
        f"{name:20}" for name in FIGURES
    )
    for corpus, (_, splits) in corpora.items():
        for split, families in splits.items():
            for family, scores in families.items():
                whole = total(scores)
                figures = "  ".join(
                    "{:.3f} ({:.3f} to {:.3f})".format(figure(whole), *interval(scores, SEED, name))[:22]
                    for name, figure in FIGURES.items()
                )
                counts = f"{len(scores):5} {whole.tp:6} {whole.fp:5} {whole.fn:5}"
                yield f"{corpus:10} {split:12} {family:21} {counts}  {figures}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; with `--update` raise the floors, or refuse to lower one."""
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=main.__doc__)
    parser.add_argument("corpus", nargs="*", help=f"of {', '.join(CORPORA)}; default: all")
    parser.add_argument("--update", action="store_true", help="raise the floors to what is measured")
    parser.add_argument("--show", metavar="SPLIT.FAMILY", help="print what GermEval counts there as a fault")
    options = parser.parse_args(arguments)
    if options.show:
        sys.stdout.writelines(line + "\n" for line in shown(*options.show.split(".")))
        return 0
    corpora = {
        each.NAME: (each.digest(), each.measure()) for each in present(tuple(options.corpus) or CORPORA)
    }
    sys.stdout.writelines(line + "\n" for line in table(corpora))
    floors = read_floors()
    if not options.update:
        below = [
            fault
            for name, (digest, splits) in corpora.items()
            for fault in faults(name, digest, splits, floors)
        ]
        sys.stdout.writelines(line + "\n" for line in below)
        return 1 if below else 0
    try:
        write_floors(raised(corpora, floors))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
