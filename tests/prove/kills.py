"""Does a match survive `kill -9` at any moment? The real service, an outlet that publishes, a desk.

Each round publishes two entries and kills the service at a random moment, some while it starts. The
desk answers every tenth request with 503. At the end the service runs undisturbed until nothing
waits; then every entry must have come under exactly one `webhook-id`, each repeat byte for byte the
same. What `kill -9` cannot show: power loss, which is the file system's and `synchronous=FULL`'s part.
"""

import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually
from tests.prove.proof import Outcome, Proof, Say

ENTRIES_A_ROUND = 2
# Seconds. Every fourth kill comes while the service starts, the others just after a request was seen.
STARTING, AFTER_REQUEST, PATIENCE = 2.0, 0.3, 8.0
SETTLING = 180.0


class MoodyDesk(Desk):
    """A desk that now and then has no time, and is sometimes slow to answer."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        super().__init__()

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = super().respond(path, headers, body)
        time.sleep(self._dice.choice((0, 0, 0.05, 0.3)))
        return Answer(status=503) if self._dice.random() < 0.1 else answer


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Publish and kill, let things settle, and look at what arrived."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        return _run(count, dice, Path(folder), say)


def _run(count: int, dice: random.Random, folder: Path, say: Say) -> Outcome:
    outlet, desk, monitor = Outlet("kurier"), MoodyDesk(dice), Monitor(folder)
    try:
        monitor.configure(
            f"feeds: [{{id: kurier, url: '{outlet.feed}', every: 1s, first_poll: all}}]\n"
            "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
            f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
            "http: {listen: null}\n"
        )
        links: list[str] = []
        for number in range(1, count + 1):
            links += [_publish(outlet, len(links) + more) for more in range(ENTRIES_A_ROUND)]
            monitor.begin()
            if number % 4 == 0:
                time.sleep(dice.uniform(0, STARTING))
            else:
                _await(dice.choice((outlet.asked, desk.requests)), dice.randint(1, 4))
                time.sleep(dice.uniform(0, AFTER_REQUEST))
            monitor.kill()
            if number % 10 == 0 or number == count:
                say(f"{number} killed, {len(links)} published, {len(desk.requests)} requests")
        monitor.start()
        faults = _settle(monitor, desk, len(links))
        return _judge(count, links, desk, faults)
    finally:
        monitor.close()
        outlet.close()
        desk.close()


def _await(requests: Sequence[object], more: int) -> None:
    """Wait until so many more requests have come, or for long enough."""
    wanted, ends = len(requests) + more, time.monotonic() + PATIENCE
    while len(requests) < wanted and time.monotonic() < ends:
        time.sleep(0.005)


def _publish(outlet: Outlet, number: int) -> str:
    words = " ".join(f"Wort{number}mal{place}" for place in range(80))
    return outlet.publishes(f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}")


def _settle(monitor: Monitor, desk: Desk, wanted: int) -> list[str]:
    """Wait until everything has arrived and nothing waits; return what did not come about."""
    faults: list[str] = []
    try:
        eventually(lambda: len(desk.events()) >= wanted, SETTLING, "every entry alerts")
        eventually(lambda: _waiting(monitor) == (0, 0), SETTLING, "nothing waits")
    except AssertionError as error:
        faults.append(str(error))
    status = monitor.status()
    if status["entries"]["failed"] or status["deliveries"]["dead"]:
        faults.append(f"given up: {status['entries']}, {status['deliveries']}")
    return faults


def _waiting(monitor: Monitor) -> tuple[int, int]:
    status = monitor.status()
    return status["entries"]["pending"], status["deliveries"]["pending"]


def _judge(count: int, links: list[str], desk: Desk, faults: list[str]) -> Outcome:
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for headers, body in desk.requests:
        bodies[headers["webhook-id"]].add(body)
    alerted = Counter(event["data"]["article"]["url"] for event in desk.events())
    faults += [f"{link} was alerted {alerted[link]} times" for link in links if alerted[link] != 1]
    faults += [f"{each} had {len(said)} bodies" for each, said in bodies.items() if len(said) != 1]
    facts = {"published": len(links), "alerted": len(bodies), "repeats": len(desk.requests) - len(bodies)}
    return Outcome(tried=count, faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="kills",
    law="kill -9 at random moments loses nothing, and each repeat is the same",
    unit="kills",
    sample=3,
    usual=50,
    full=1000,
    run=run,
)
