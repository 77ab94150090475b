"""Does the service stay as small as it was? Many feeds, some hostile, and one of two receivers ill.

Every feed publishes once a minute. Once a second it is looked at what the service and its children
hold: memory, file handles, threads, processes. What they take while they warm up is left out: pools of
connections and threads open one more whenever more is done at once than ever before, and what is remembered
of words and of the store's pages fills, up to their limits. Of the rest straight lines by least squares say
how fast each of these grows, and it is told which kinds of handles came and went. In minutes a leak of file
handles, threads or processes shows; memory does not settle so soon, so that its slope is told with its
uncertainty, and judged from six hours on. A picture of the run is kept; the summary says where.
"""

import gzip
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from tests.acceptance.world import Answer, Desk, Monitor, _Loopback, article_page
from tests.prove.picture import Panel, draw
from tests.prove.proof import Outcome, Proof, Say

FEEDS, FEW_FEEDS, HOSTILE_EVERY = 500, 20, 100
# Seconds: of a run that is only a sample; between two entries of a feed; until memory is judged.
SHORT, ENTRY_EVERY, LONG = 60, 60.0, 6 * 3600
# Seconds of warming up, at most half of a run; of a long one it is a tenth.
WARMING_UP, WARMING_PART = 300, 0.1
# How much each may rise over a run that is warm, by its line: what pools that fill late explain.
RISES = {"handles": 25.0, "threads": 12.0, "processes": 1.0}
MEMORY_AN_HOUR = 1.0
UNITS = {"memory": "MB", "own_memory": "MB", "handles": "open", "threads": "running", "processes": "running"}
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
WORDS = 5_000
HOSTILE = (
    Answer(body=b"<rss>" + b"<deep>" * 100_000),
    Answer(body=gzip.compress(b"\0" * 50_000_000), headers={"content-encoding": "gzip"}),
    Answer(body=b"<rss " + b" ".join(b"a%d='x'" % number for number in range(20_000)) + b"></rss>"),
    Answer(status=500, body=b"broken"),
    Answer(body=os.urandom(100_000)),
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a service and its children hold at a moment; memory in MB, that of the service by itself too."""

    memory: float
    own_memory: float
    handles: float
    threads: float
    processes: float


class Newsroom(_Loopback):
    """So many feeds on one server, each with a new entry every minute, and some that are hostile."""

    def __init__(self, feeds: int) -> None:
        self.feeds = feeds
        self._began = time.monotonic()
        super().__init__()

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> Answer:  # noqa: ARG002
        kind, feed, number = (*path.strip("/").split("-"), "0", "0")[:3]
        if kind == "page":
            return Answer(body=_page(feed, number).encode(), headers={"content-type": "text/html"})
        if _is_hostile(int(feed)):
            return HOSTILE[int(feed) // HOSTILE_EVERY % len(HOSTILE)]
        newest = int((time.monotonic() - self._began) / ENTRY_EVERY + int(feed) / self.feeds)
        items = "".join(
            f"<item><guid isPermaLink='false'>{feed}-{each}</guid><title>{_title(feed, each)}</title>"
            f"<link>{self.base}/page-{feed}-{each}</link></item>"
            for each in range(max(0, newest - 20), newest + 1)
        )
        return Answer(
            body=f"<rss version='2.0'><channel><title>{feed}</title>{items}</channel></rss>".encode(),
            headers={"content-type": "application/rss+xml"},
        )


def run(count: int, dice: random.Random, say: Say) -> Outcome:  # noqa: ARG001  (nothing here is random)
    """Let the service run for so many seconds, and say what it holds and how that changes."""
    feeds = FEEDS if count >= SHORT else FEW_FEEDS
    with _world(feeds) as (monitor, desk):
        monitor.start()
        assert monitor.process is not None
        began, samples, kinds = time.monotonic(), list[Held](), list[Counter[str]]()
        while (elapsed := time.monotonic() - began) < count:
            samples.append(_held(monitor.process.pid))
            if len(samples) - 1 in (warming_up(count), count - 1):
                kinds.append(_kinds(monitor.process.pid))
            if len(samples) % 60 == 0:
                say(f"{elapsed:.0f} s, {len(desk.requests)} requests, {_words(samples[-1])}")
            time.sleep(max(0.0, len(samples) - (time.monotonic() - began)))
        alive, told = monitor.process.poll() is None, len(desk.requests)
        picture = _picture(samples, feeds)
    faults = () if alive else ("the service ended",)
    if count >= SHORT:
        faults = (*faults, *_faults(samples, count), *(() if told else ("nothing was delivered",)))
    facts = {
        "feeds": feeds,
        "delivered": told,
        **_slopes(samples),
        "handles of the service that came and went": _difference(kinds),
        "picture": picture,
    }
    return Outcome(tried=count, faults=faults, facts=facts)


@contextmanager
def _world(feeds: int) -> Iterator[tuple[Monitor, Desk]]:
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
        closing(Newsroom(feeds)) as newsroom,
        closing(Desk()) as desk,
        closing(Desk()) as ill,
        closing(Monitor(Path(folder))) as monitor,
    ):
        ill.answers(503, times=1_000_000)
        listed = "\n".join(
            f"  - {{id: f{number}, url: '{newsroom.base}/feed-{number}', every: 60s, first_poll: all}}"
            for number in range(feeds)
        )
        ours = "secrets: ['env:DESK_SECRET'], allow_private: true"
        monitor.configure(
            f"feeds:\n{listed}\nentities: {{amazon: {{kind: organization, names: [Amazon]}}}}\n"
            f"receivers:\n  desk: {{url: '{desk.url}', {ours}}}\n  ill: {{url: '{ill.url}', {ours}}}\n"
            "http: {listen: null}\n"
        )
        yield monitor, desk


def _is_hostile(feed: int) -> bool:
    return feed % HOSTILE_EVERY == 1


def _title(feed: str, number: int | str) -> str:
    return f"{'Amazon' if int(feed) % 10 == 0 else 'Nichts'} meldet {feed} {number}"


def _page(feed: str, number: str) -> str:
    # As many words as newspapers have: what is remembered of words must be full after minutes, not hours.
    dice = random.Random(f"{feed} {number}")
    words = " ".join(f"Wort{dice.randrange(WORDS)}" for _ in range(120))
    return article_page(_title(feed, number), f"{_title(feed, number)}. {words}", "soak")


def _held(pid: int) -> Held:
    """Look at a process and all below it; one that ends meanwhile counts nothing."""
    parts = list[Held]()
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        with suppress(OSError):
            proc = Path(f"/proc/{each}")
            memory = int((proc / "statm").read_text().split()[1]) * PAGE_MB
            threads = list((proc / "task").iterdir())
            handles = len(list((proc / "fd").iterdir()))
            for thread in threads:
                # A thread that ends meanwhile takes nothing of its process along.
                with suppress(OSError):
                    waiting += map(int, (thread / "children").read_text().split())
            parts.append(Held(memory, memory if each == pid else 0, handles, len(threads), 1))
    return Held(*(sum(column) for column in zip(*map(astuple, parts), strict=True)) if parts else (0.0,) * 5)


def _kinds(pid: int) -> Counter[str]:
    """Return what the file handles of a process lead to, by kind."""
    found = Counter[str]()
    with suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found[handle.readlink().name.partition(":[")[0]] += 1
    return found


def _difference(kinds: Sequence[Counter[str]]) -> str:
    """Return by how much each kind differs between the first and the last look, where it does."""
    if not kinds:
        return "not looked at"
    changes = {kind: kinds[-1][kind] - kinds[0][kind] for kind in kinds[-1] | kinds[0]}
    return " ".join(f"{kind} {more:+}" for kind, more in sorted(changes.items()) if more) or "none"


def _words(held: Held) -> str:
    return ", ".join(f"{getattr(held, each.name):.0f} {each.name}" for each in fields(Held))


def slope(values: Sequence[float]) -> tuple[float, float]:
    """Return by how much values grow from one to the next, and the standard error of that.

    Ordinary least squares; the error takes the values as independent, and is too small where they are not.
    """
    count = len(values)
    if count < 3:
        return 0.0, float("inf")
    middle, mean = (count - 1) / 2, sum(values) / count
    spread = sum((place - middle) ** 2 for place in range(count))
    grows = sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
    rest = sum((value - mean - grows * (place - middle)) ** 2 for place, value in enumerate(values))
    return grows, (rest / (count - 2) / spread) ** 0.5


def warming_up(seconds: int) -> int:
    """Return how many of a run's seconds say nothing yet."""
    return int(max(seconds * WARMING_PART, min(WARMING_UP, seconds / 2)))


def _warm(samples: Sequence[Held], name: str) -> Sequence[float]:
    return [getattr(each, name) for each in samples[warming_up(len(samples)) :]]


def _slopes(samples: Sequence[Held]) -> dict[str, object]:
    """Return the least, the greatest and the slope an hour of everything, in words."""
    told = dict[str, object]()
    for each in fields(Held):
        values = _warm(samples, each.name)
        grows, error = slope(values)
        told[each.name] = (
            f"{min(values):.0f}-{max(values):.0f} ({3600 * grows:+.1f} ± {3600 * error:.1f} an hour)"
        )
    return told


def _faults(samples: Sequence[Held], seconds: int) -> Sequence[str]:
    rises = {name: slope(_warm(samples, name))[0] * len(_warm(samples, name)) for name in RISES}
    found = [f"{name} rose by {rise:.1f}" for name, rise in rises.items() if rise > RISES[name]]
    grows, error = slope(_warm(samples, "own_memory"))
    if seconds >= LONG and 3600 * (grows - 2 * error) > MEMORY_AN_HOUR:
        found.append(f"memory grows by {3600 * grows:.1f} MB an hour")
    return found


def _picture(samples: Sequence[Held], feeds: int) -> str:
    """Draw everything that is held, one below the other; return where."""
    panels = [
        Panel(
            name=each.name.replace("_", " "),
            unit=UNITS[each.name],
            values=[getattr(held, each.name) for held in samples],
        )
        for each in fields(Held)
    ]
    title = f"Held by the service and its children: {feeds} feeds; slopes are of what follows the dashed line"
    mark = warming_up(len(samples)) / len(samples)
    with tempfile.NamedTemporaryFile("wb", prefix="soak-", suffix=".png", delete=False) as file:
        file.write(draw(title, panels, len(samples) / 60, "minutes", mark))
    return file.name


PROOF = Proof(
    name="soak",
    law="hundreds of feeds, some hostile, and an ill receiver let nothing grow",
    unit="seconds",
    sample=4,
    usual=600,
    full=24 * 3600,
    seconds=630,
    run=run,
)
