"""Measures what the project costs: python3 run.py bench WHAT [OPTIONS].

    match     the matcher, from 3 names to 100,000, beside pyahocorasick and `re`
    poll      a poll, in four phases, beside a script
    scale     the service at rest, from 100 feeds to 100,000: memory, and processor time of doing nothing
    store     the store, from 1,000 feeds to 100,000 with a million articles, beside plain `sqlite3`

Each prints its figures beside a limit's or a peer's from the same run, as the median of several runs and
their spread. `--write` keeps them in bench/RESULTS.md; `--help` tells the rest.
"""

import importlib
import sys

MEASURED = ("match", "poll", "scale", "store")


def main() -> int:
    """Run the measurement that is named."""
    if len(sys.argv) < 2 or sys.argv[1] not in MEASURED:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    run = importlib.import_module(f"bench.{sys.argv[1]}").main
    return int(run(sys.argv[2:]))


if __name__ == "__main__":
    sys.exit(main())
