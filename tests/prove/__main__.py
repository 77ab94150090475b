"""Prove what the monitor promises, with more patience than the test suite has.

    python3 run.py prove                every proof, with its usual number of attacks
    python3 run.py prove NAME…          some of them
    python3 run.py prove --list         what there is, and how large
    python3 run.py prove NAME --count N --seed S

Each proof attacks one promise of docs/guarantees.md. At the end stands a table; the exit code is 0
where every promise held.
"""
# ruff: noqa: T201 - a command that prints

import argparse
import os
import random
import sys
from collections.abc import Mapping, Sequence

from tests.prove.alone import Task, attempt_each, takes_all
from tests.prove.proof import Outcome, Proof
from tests.prove.proofs import PROOFS

# Faults of one proof that are shown: they are often alike.
MOST_FAULTS = 20
INTERRUPTED = 130
# Each starts several services, and some a PostgreSQL.
MOST_AT_ONCE = 4


def main(arguments: Sequence[str]) -> int:
    """Run the proofs that are named, or all; return 0 where all held."""
    chosen = _parser().parse_args(arguments)
    if chosen.list:
        print(*(f"{each.name:<12}{_sizes(each):<46}{each.law}" for each in PROOFS.values()), sep="\n")
        return 0
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
    proofs = [PROOFS[name] for name in chosen.names or PROOFS]
    count = chosen.count or round(60 * (chosen.minutes or 0))
    sizes = [count or (proof.full if chosen.full else proof.usual) for proof in proofs]
    rows = dict[str, tuple[str, bool]]()
    tasks = list(zip(proofs, sizes, strict=True))
    try:
        begin = _Progress(tasks, seed, chosen.at_once).begin
        for proof, outcome, seconds in attempt_each(tasks, seed, chosen.at_once, begin):
            _tell_faults(proof, outcome)
            rows[proof.name] = _summary(proof, outcome, seconds), not outcome.faults
    except KeyboardInterrupt:
        print("\ninterrupted; so far:")
        return _conclude(rows, proofs, seed) or INTERRUPTED
    return _conclude(rows, proofs, seed)


class _Progress:
    """Tells which proof begins, and about how long it takes from there."""

    def __init__(self, tasks: Sequence[Task], seed: int, at_once: int) -> None:
        self._waiting, self._seed, self._at_once = dict(tasks), seed, at_once
        self._all = len(tasks)

    def begin(self, proof: Proof, count: int) -> None:
        """Tell that a proof begins."""
        number = self._all - len(self._waiting) + 1
        left = _span(takes_all(list(self._waiting.items()), self._at_once))
        del self._waiting[proof]
        about = f"{proof.name}: {proof.law}; {count} {proof.unit}, --seed {self._seed}"
        print(f"[{number} of {self._all}, about {left} left] {about}", flush=True)


def _conclude(rows: Mapping[str, tuple[str, bool]], proofs: Sequence[Proof], seed: int) -> int:
    """Print the table; return 0 where all that was tried held."""
    print("", *(rows[each.name][0] for each in proofs if each.name in rows), "", sep="\n")
    held = sum(held for _, held in rows.values())
    print(f"{held} of {len(proofs)} promises held, --seed {seed}", flush=True)
    return 0 if held == len(rows) else 1


def _tell_faults(proof: Proof, outcome: Outcome) -> None:
    for fault in outcome.faults[:MOST_FAULTS]:
        print(f"  FAULT of {proof.name}: {fault}", flush=True)
    if len(outcome.faults) > MOST_FAULTS:
        print(f"  and {len(outcome.faults) - MOST_FAULTS} more", flush=True)


def _summary(proof: Proof, outcome: Outcome, seconds: float) -> str:
    verdict = f"{len(outcome.faults)} FAULTS" if outcome.faults else "held"
    facts = ", ".join(f"{name} {value}" for name, value in outcome.facts.items())
    return (
        f"{proof.name:<12}{verdict:<10}{outcome.tried:>7} {proof.unit:<18}{seconds:>6.0f} s  {facts}".rstrip()
    )


def _sizes(proof: Proof) -> str:
    return (
        f"{proof.usual} {proof.unit}, {_span(proof.seconds)} "
        f"(--full {proof.full}, {_span(proof.takes(proof.full))})"
    )


def _span(seconds: float) -> str:
    """Return about how long something takes, in a word."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} h"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prove", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*PROOFS, []], help=", ".join(PROOFS))
    parser.add_argument("--count", type=int, help="how many attacks, instead of the proof's own number")
    parser.add_argument("--minutes", type=float, help="how long, of a proof that is counted in seconds: soak")
    parser.add_argument(
        "--full",
        action="store_true",
        help="the full number of attacks: a day and a half, of which soak takes a day",
    )
    parser.add_argument(
        "--at-once",
        type=int,
        default=min(os.cpu_count() or 1, MOST_AT_ONCE),
        metavar="N",
        help="proofs side by side, but for those that need the machine for themselves; %(default)s here",
    )
    parser.add_argument("--seed", type=int, help="of everything random; said at the start")
    parser.add_argument("--list", action="store_true", help="list the proofs and end")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
