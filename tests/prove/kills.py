"""Does a match survive `kill -9` at any moment? The real service, an outlet that publishes, a desk.

Each round publishes two entries and kills the service at a random moment, some while it starts. The
desk answers every tenth request with 503. At the end the service runs undisturbed until nothing
waits; then every entry must have come under exactly one `webhook-id`, each repeat byte for byte the
same. What `kill -9` cannot show: power loss, which is the file system's and `synchronous=FULL`'s part.
"""

import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from tests.prove.field import Field
from tests.prove.proof import Outcome, Proof, Say

ENTRIES_A_ROUND = 2
# Seconds. Every fourth kill comes while the service starts, the others just after a request was seen.
STARTING, AFTER_REQUEST, PATIENCE = 2.0, 0.3, 8.0


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Publish and kill, let things settle, and look at what arrived."""
    with (
        tempfile.TemporaryDirectory(prefix="kills-") as folder,
        closing(Field(Path(folder), dice)) as field,
    ):
        service = field.services[0]
        for number in range(1, count + 1):
            field.publish(ENTRIES_A_ROUND)
            service.begin()
            if number % 4 == 0:
                time.sleep(dice.uniform(0, STARTING))
            else:
                _await(dice.choice((field.outlet.asked, field.desk.requests)), dice.randint(1, 4))
                time.sleep(dice.uniform(0, AFTER_REQUEST))
            service.kill()
            if number % 10 == 0 or number == count:
                say(f"{number} killed, {field.progress()}")
        service.start()
        return field.judge(count)


def _await(requests: Sequence[object], more: int) -> None:
    """Wait until so many more requests have come, or for long enough."""
    wanted, ends = len(requests) + more, time.monotonic() + PATIENCE
    while len(requests) < wanted and time.monotonic() < ends:
        time.sleep(0.005)


PROOF = Proof(
    name="kills",
    law="kill -9 at random moments loses nothing, and each repeat is the same",
    unit="kills",
    sample=2,
    usual=40,
    full=1000,
    seconds=275,
    run=run,
)
