"""Does any feed or page cost more than in proportion to its size?

Each tangle is read by the real functions in a real worker, under its limits. Its size doubles until
reading costs a twentieth of a second of processor time, or as far as the limit of a document lets it; then
four sizes are measured, each twice the last. The exponent is that of the growth between the first and
the last of them. What grows faster than the bound, as expat does over a million attributes, must still cost
little at every further size that a document may have; so must what leaves a doubt, if it grows faster at any
of those. What no care of ours keeps in proportion is named in `ENDED`: the worker's deadline ends it, and
what is ended is a value, never an error.
"""

import math
import random
import resource
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy
from monitor.articles.extract import read_page
from monitor.articles.skim import skim
from monitor.feeds.parse import outline_feed, read_feed
from monitor.model import (
    Announced,
    Document,
    Extracted,
    FailureReason,
    Outline,
    ParsedFeed,
    ParseFailed,
    SandboxFailed,
    Skimmed,
)
from monitor.ports import FetchPolicy
from tests.prove.proof import Outcome, Proof, Say
from tests.prove.tangles import FEEDS, PAGES, Tangle

SIZES = 4
BOUND = 1.3
# Of what grows with the square, the first sizes may show little beside what grows with the size.
DOUBT = 1.15
SMALLEST = 4_096
# Seconds of processor time: less says more of the machine than of the growth.
FLOOR = 0.05
# Seconds of processor time that a document may cost, whatever its growth: half the deadline.
DEAR = 5.0
# libxml2 compares each attribute of an element with all others, before anybody can look.
ENDED = frozenset(("page: attributes of one element",))
# Seconds beyond its deadline that a loaded machine may need to kill a worker and to look at the clock.
GRACE = 5.0
POLICY = SandboxPolicy(workers=1)
PATIENT = replace(POLICY, deadline=6 * POLICY.deadline)
PRELOAD = ("monitor.feeds.parse", "feedparser", "monitor.articles.extract", "tests.prove.complexity")
# Of a page with less the skimmer says at once that it is to be extracted.
ENOUGH = f"<p>{'Amazon meldet Zahlen. ' * 10}</p>".encode() * 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRead:
    """A feed's reading, seconds of processor time that it took, and the largest memory so far."""

    read: Outline | ParsedFeed | ParseFailed
    seconds: float
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """The same of a page."""

    read: Extracted
    seconds: float
    memory: int


def measure_feed(document: Document) -> FeedRead:
    """Read a feed, in a worker."""
    began = time.process_time()
    read = read_feed(document)
    return FeedRead(read=read, seconds=time.process_time() - began, memory=_memory())


def measure_outline(document: Document) -> FeedRead:
    """Read a feed as one that was read before, in a worker: what stands as it stood is looked for first."""
    began = time.process_time()
    read = outline_feed(document, (1,))
    return FeedRead(read=read, seconds=time.process_time() - began, memory=_memory())


def measure_page(document: Document) -> PageRead:
    """Read a page, in a worker."""
    began = time.process_time()
    read = read_page(document, Announced(title="Ein Titel"))
    return PageRead(read=read, seconds=time.process_time() - began, memory=_memory())


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSkimmed:
    """The same of a page that is only looked at."""

    read: Skimmed
    seconds: float
    memory: int


def measure_skim(document: Document) -> PageSkimmed:
    """Look at a page that has text enough besides, in a worker."""
    began = time.process_time()
    read = skim(replace(document, body=ENOUGH + document.body), Announced(title="Ein Titel"))
    return PageSkimmed(read=read, seconds=time.process_time() - began, memory=_memory())


def _memory() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """How documents are read, how large they may be, and as what they are served."""

    name: str
    measure: Callable[[Document], FeedRead | PageRead | PageSkimmed]
    most: int
    content_type: str


_LIMITS = FetchPolicy()
FEED = Sort(name="feed", measure=measure_feed, most=_LIMITS.feed_bytes, content_type="application/rss+xml")
PAGE = Sort(name="page", measure=measure_page, most=_LIMITS.page_bytes, content_type="text/html")
SKIM = replace(PAGE, name="skim", measure=measure_skim)
BROKEN = replace(FEED, name="broken feed")
OUTLINE = replace(FEED, name="outline", measure=measure_outline)


def _broken(tangle: Tangle) -> Tangle:
    """Return the same without its very end: feedparser reads what is no XML by another way."""
    return lambda size: tangle(size)[:-3]


TANGLES: Sequence[tuple[Sort, str, Tangle]] = (
    *((FEED, name, tangle) for name, tangle in FEEDS.items()),
    *((BROKEN, name, _broken(tangle)) for name, tangle in FEEDS.items()),
    *((OUTLINE, name, tangle) for name, tangle in FEEDS.items()),
    *((PAGE, name, tangle) for name, tangle in PAGES.items()),
    *((SKIM, name, tangle) for name, tangle in PAGES.items()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What reading one document cost: seconds of processor time of worker and parent; None where ended."""

    size: int
    seconds: float | None


class Scales:
    """One worker, and what it was seen to need."""

    def __init__(self, policy: SandboxPolicy = POLICY) -> None:
        self._policy, self._sandbox = policy, ProcessSandbox(policy, PRELOAD)
        self.read = self.ended = self.memory = 0

    def close(self) -> None:
        self._sandbox.close()

    def weigh(self, sort: Sort, tangle: Tangle, size: int) -> Cost:
        """Read a tangle of a size once.

        Raises:
            AssertionError: it went beyond the limits.
        """
        body = _whole(tangle, size, sort.most)
        document = Document(url="https://a.example/b", content_type=sort.content_type, body=body)
        began, spent = time.monotonic(), time.process_time()
        found = self._sandbox.run(sort.measure, document)
        waited, spent = time.monotonic() - began, time.process_time() - spent
        self.read += 1
        if isinstance(found, SandboxFailed):
            assert found.reason is FailureReason.TOO_COMPLEX, found
            assert waited < self._policy.deadline.total_seconds() + GRACE, f"ended after {waited:.0f} s"
            self.ended += 1
            return Cost(size=size, seconds=None)
        assert found.memory <= POLICY.memory_bytes, f"{found.memory} bytes of memory"
        self.memory = max(self.memory, found.memory)
        return Cost(size=size, seconds=found.seconds + spent)

    def series(self, sort: Sort, tangle: Tangle) -> Sequence[Cost]:
        """Return what four sizes cost, each twice the last; fewer where one was ended."""
        size, last = SMALLEST, sort.most >> (SIZES - 1)
        first = self.weigh(sort, tangle, size)
        while first.seconds is not None and first.seconds < FLOOR and size < last:
            size = min(2 * size, last)
            first = self.weigh(sort, tangle, size)
        costs = [first]
        while len(costs) < SIZES and costs[-1].seconds is not None:
            costs.append(self.weigh(sort, tangle, 2 * costs[-1].size))
        return costs


def _whole(tangle: Tangle, size: int, most: int) -> bytes:
    """Return a document of about so many bytes, and of no more than the most: what is cut is another."""
    while len(body := tangle(size)) > most:
        size = min(size * most // len(body), size - 1)
    return body


def exponent(costs: Sequence[Cost]) -> float:
    """Return the power of the size with which the seconds grow; 0 where too little can be measured."""
    known = [
        (cost.size, cost.seconds) for cost in costs if cost.seconds is not None and cost.seconds >= FLOOR
    ]
    if len(known) < 3:
        return 0.0
    (small, quick), (large, slow) = known[0], known[-1]
    return math.log(slow / quick) / math.log(large / small)


def judge(scales: Scales, sort: Sort, tangle: Tangle) -> tuple[float, str]:
    """Return the exponent, and what is wrong with a tangle, if anything is.

    It is measured once more where it is over the bound: machines hiccup. So it is with more patience where it
    was ended: a worker's deadline is one of the clock, and on a machine that does much else it says little of
    the cost.
    """
    costs = scales.series(sort, tangle)
    found = exponent(costs)
    if found >= BOUND and costs[-1].seconds is not None:
        costs = scales.series(sort, tangle)
        found = min(found, exponent(costs))
    if costs[-1].seconds is None:
        ended = costs[-1].size
        with closing(Scales(PATIENT)) as patient:
            costs = patient.series(sort, tangle)
        found = exponent(costs)
        seconds = costs[-1].seconds
        if seconds is None or seconds > DEAR:
            return found, f"was ended at {ended} bytes"
    return (found, "") if found < DOUBT else _judge_further(scales, sort, tangle, costs, found)


def _judge_further(
    scales: Scales, sort: Sort, tangle: Tangle, first: Sequence[Cost], steepest: float
) -> tuple[float, str]:
    """Return the greatest exponent, that of the first sizes or of any four further on, and what is wrong."""
    costs = list(first)
    while (size := costs[-1].size) < sort.most:
        size = min(2 * size, sort.most)
        costs.append(scales.weigh(sort, tangle, size))
        if costs[-1].seconds is None:
            with closing(Scales(PATIENT)) as patient:
                costs[-1] = patient.weigh(sort, tangle, size)
        steepest, seconds = max(steepest, exponent(costs[-SIZES:])), costs[-1].seconds
        if seconds is None or (seconds > DEAR and steepest >= BOUND):
            wrong = f"grows with the power {steepest:.2f}, and {size} bytes take {seconds or 'too many'} s"
            return steepest, wrong
    return steepest, ""


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Weigh so many tangles, in a random order."""
    chosen = dice.sample(TANGLES, min(count, len(TANGLES)))
    faults: list[str] = []
    steepest = (0.0, "none")
    with closing(Scales()) as scales:
        for number, (sort, name, tangle) in enumerate(chosen, 1):
            called = f"{sort.name}: {name}"
            try:
                found, wrong = judge(scales, sort, tangle)
            except Exception as error:  # noqa: BLE001  (nothing may come of a document but a value)
                faults.append(f"{called}: {type(error).__name__}: {error}")
                continue
            steepest = max(steepest, (found, called))
            if wrong and called not in ENDED:
                faults.append(f"{called} {wrong}")
            if wrong:
                say(f"{called} {wrong}")
            if number % 20 == 0 or number == len(chosen):
                say(f"{number} tangles, {scales.read} documents, {scales.ended} ended, {len(faults)} faults")
        facts = {
            "documents": scales.read,
            "ended": scales.ended,
            "steepest": f"{steepest[0]:.2f} ({steepest[1]})",
            "memory": f"{scales.memory >> 20} MiB",
        }
    return Outcome(tried=len(chosen), faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="complexity",
    law="no feed or page costs more than in proportion to its size, or is ended in time",
    unit="tangles",
    sample=1,
    usual=len(TANGLES),
    full=len(TANGLES),
    seconds=650,
    run=run,
    whole=True,
)
