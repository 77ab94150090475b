"""What does an engine run: which steps, within which limits, and what is done every so often?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.engine.limits import Limits
from monitor.engine.perform import Work
from monitor.ports import Claim, Step, Wanted

LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=15)
TICK = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One step of the flow: what it does, with how many threads, within which limits."""

    step: Step
    work: Work
    claim: Callable[[datetime, Wanted, timedelta], Sequence[Claim[Any]]]
    group_of: Callable[[Any], str]
    limits: Limits
    threads: int
    feed_of: Callable[[Any], str] = lambda _: ""
    feeds: Limits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """Something short that is done every so often."""

    name: str
    every: timedelta
    run: Callable[[], None]
