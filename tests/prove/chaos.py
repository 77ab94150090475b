"""Do several services on one store share the work without losing or doubling any of it?

One, two and four services run in turn on one store. Again and again one of them gets a signal: it is
killed and begun anew, asked to end and begun anew, or frozen for a while and woken, now and then for
longer than its leases last. Entries are published all the while; at the end every entry must have come
under exactly one `webhook-id`, each repeat byte for byte the same.
"""

import random
import signal
import tempfile
import time
from contextlib import closing
from pathlib import Path

from monitor.engine.lanes import LEASE
from tests.acceptance.world import Monitor
from tests.prove.field import Field
from tests.prove.proof import Outcome, Proof, Say

TOGETHER = (1, 4, 2)
ENTRIES_AN_ATTACK = 2
# Seconds between attacks, and of freezing; every so manyth freezing outlasts the leases.
BETWEEN, FROZEN = (0.3, 2.5), (0.2, 4.0)
LONG_FREEZE_EVERY = 12


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Attack one, two and four services, a third of the attacks each."""
    faults: list[str] = []
    facts = {"published": 0, "alerted": 0, "repeats": 0}
    left = count
    for place, services in enumerate(TOGETHER):
        attacks = left // (len(TOGETHER) - place)
        left -= attacks
        if not attacks:
            continue
        found = _run(attacks, services, dice, say)
        faults += [f"{services} services: {fault}" for fault in found.faults]
        facts = {name: facts[name] + int(str(found.facts[name])) for name in facts}
    return Outcome(tried=count, faults=tuple(faults), facts=facts)


def _run(count: int, services: int, dice: random.Random, say: Say) -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        closing(Field(Path(folder), dice, services)) as field,
    ):
        field.services[0].start()
        for service in field.services[1:]:
            service.begin()
        for number in range(1, count + 1):
            field.publish(ENTRIES_AN_ATTACK)
            time.sleep(dice.uniform(*BETWEEN))
            _attack(dice.choice(field.services), number, dice)
            if number % 10 == 0 or number == count:
                say(f"{services} services, {number} attacked, {field.progress()}")
        return field.judge(count)


def _attack(service: Monitor, number: int, dice: random.Random) -> None:
    assert service.process is not None
    deed = dice.choice(("kill", "end", "freeze"))
    if deed == "freeze":
        long = number % LONG_FREEZE_EVERY == 0
        service.process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE.total_seconds() + 5 if long else dice.uniform(*FROZEN))
        service.process.send_signal(signal.SIGCONT)
        return
    if deed == "kill":
        service.kill()
    else:
        service.stop()
    service.begin()


PROOF = Proof(
    name="chaos",
    law="one, two and four services, killed, ended and frozen at random, lose and double nothing",
    unit="signals",
    sample=1,
    usual=45,
    full=1000,
    seconds=305,
    run=run,
)
