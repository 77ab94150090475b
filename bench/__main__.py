"""Measures what the project costs: python3 run.py bench [WHAT] [OPTIONS].

    backtest  a backtest over stored articles, up to 100,000: time and memory
    cluster   1, 2 and 4 workers on one queue in PostgreSQL, beside services that share a store
    database  what a poll, an article and a delivery cost PostgreSQL; a second with a million feeds
    extract   a page: each stage of extraction, and of seeing that it names nobody
    latency   from a feed that shows news to the receiver that has the alert, idle and under load
    match     the matcher, from 3 names to 100,000, beside pyahocorasick and `re`
    plans     how PostgreSQL finds the rows of each statement in a store of ten million entries
    poll      a poll, in four phases, beside a script, `reader` and Miniflux
    scale     the service at rest, from 100 feeds to 100,000: memory, and processor time of doing nothing
    store     the store, from 1,000 feeds to 100,000 with a million articles, beside plain `sqlite3`

Each prints its figures beside a limit's or a peer's from the same run, as the median of several runs and
their spread. `--write` keeps them in bench/RESULTS.md; `--help` tells the rest. Without WHAT the short
sets of all are measured, one after the other, and kept: some minutes.
"""

import importlib
import sys

MEASURED = (
    "backtest",
    "cluster",
    "database",
    "extract",
    "latency",
    "match",
    "plans",
    "poll",
    "scale",
    "store",
)


def main() -> int:
    """Run the measurement that is named, or the short sets of all."""
    if sys.argv[1:] in (["-h"], ["--help"]):
        print((__doc__ or "").strip())
        return 0
    if not sys.argv[1:]:
        return max(_run(what, ["--short", "--write"]) for what in MEASURED)
    if sys.argv[1] not in MEASURED:
        print((__doc__ or "").strip(), file=sys.stderr)
        return 2
    return _run(sys.argv[1], sys.argv[2:])


def _run(what: str, options: list[str]) -> int:
    return int(importlib.import_module(f"bench.{what}").main(options))


if __name__ == "__main__":
    sys.exit(main())
