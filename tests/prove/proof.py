"""What is a proof? A promise that is attacked a number of times, and what came of it."""

import random
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What attacking a promise gave.

    `tried` counts attacks that landed, in the proof's unit; `faults` is empty where the promise held;
    `facts` are further figures for the summary, such as how an attack was carried out.
    """

    tried: int
    faults: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A promise, and the attack on it.

    `sample`, `usual` and `full` are numbers of attacks: in the test suite, by `prove`, and by
    `prove --full`. `run` takes how many, the dice that decide everything random, and where to tell
    progress; fewer attacks than asked for are a fault. `seconds` is what the usual number took on two
    cores that had other work besides. `whole` is said of a proof that measures times, or keeps every core
    busy by itself: nothing runs beside it.
    """

    name: str
    law: str
    unit: str
    sample: int
    usual: int
    full: int
    seconds: float
    run: Callable[[int, random.Random, Say], Outcome]
    whole: bool = False

    def takes(self, count: int) -> float:
        """Return about how many seconds so many attacks take."""
        return self.seconds * count / self.usual


def attempt(proof: Proof, count: int, seed: int, say: Say) -> Outcome:
    """Run a proof; fewer attacks than asked for, or a proof that breaks, count as faults of it."""
    try:
        outcome = proof.run(count, random.Random(seed), say)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (the other proofs go on)
        # With what came before it: what breaks while all is put away hides why it was.
        say(traceback.format_exc())
        return Outcome(tried=0, faults=(f"{type(error).__name__}: {error}",))
    if outcome.tried >= count:
        return outcome
    short = f"only {outcome.tried} of {count} {proof.unit} landed"
    return Outcome(tried=outcome.tried, faults=(*outcome.faults, short), facts=outcome.facts)
