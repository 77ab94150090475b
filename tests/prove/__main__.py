"""Prove what the monitor promises, with more patience than the test suite has.

python3 run.py prove             every proof, with its default size
python3 run.py prove kills       kill -9 at random moments; --count N, --seed S
python3 run.py prove mutants     break the source on purpose; each break must be noticed
"""

import argparse
import random
import sys
from collections.abc import Sequence

from tests.prove import kills, mutants


def main(arguments: Sequence[str]) -> int:
    """Run the proofs that are named, or all; return 0 where all held."""
    parser = argparse.ArgumentParser(
        prog="prove", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", nargs="?", choices=("kills", "mutants"))
    parser.add_argument("--count", type=int, default=50, help="how many kills (default 50)")
    parser.add_argument("--seed", type=int, help="of the moments and answers; said at the start")
    chosen = parser.parse_args(arguments)
    held = True
    if chosen.name in (None, "kills"):
        seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(10**6)
        held &= kills.prove(chosen.count, seed)
    if chosen.name in (None, "mutants"):
        held &= mutants.prove()
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
