"""What does an engine run: which steps, within which limits, and what is done every so often?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.engine.limits import Limits
from monitor.engine.perform import Work
from monitor.ports import Claim, Report, Step, Wanted

LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=15)
TICK = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a step asks the world and goes on with its answer, so that no thread waits in between.

    `ask` begins with a row, and calls its second argument once with the answer, in any thread, which must not
    be held up. `heed_quiet` does the rest for rows that bring nothing, many at once; it returns their reports
    by position, and leaves out all others. `heed` does the rest for one row, whatever it brings.
    """

    ask: Callable[[Claim[Any], Callable[[Any], None]], None]
    heed_quiet: Callable[[Sequence[tuple[Claim[Any], Any]]], Mapping[int, Report]]
    heed: Callable[[Claim[Any], Any], Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One step of the flow: what it does, with how many rows or threads at once, within which limits.

    `work` does all of it; where it can be had in parts by `asking`, an engine may prefer those.
    """

    step: Step
    work: Work
    claim: Callable[[datetime, Wanted, timedelta], Sequence[Claim[Any]]]
    group_of: Callable[[Any], str]
    limits: Limits
    threads: int
    feed_of: Callable[[Any], str] = lambda _: ""
    feeds: Limits | None = None
    asking: Asking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Something short that is done every so often."""

    name: str
    every: timedelta
    run: Callable[[], None]
