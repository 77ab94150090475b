"""Whose turn is it at a receiver that takes only so many in a time?

The store gives deliveries out evenly, but a busy machine may hold one up on its way and not the next. Here,
where they leave, each waits until its rate allows it: what counts is when it is sent.
"""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from monitor.model import Receiver, ReceiverName


@dataclass(slots=True)
class _Gate:
    """When the last were let through, by a clock that never goes back; one waits at a time."""

    passing: threading.Lock = field(default_factory=threading.Lock)
    passed: deque[float] = field(default_factory=deque)


class Pace:
    """Lets through what goes to each receiver, at its rate; for all threads of a process.

    Who is first in line waits for `most` seconds at most: a busy machine holds nothing up for longer, and a
    rate that was just made stricter counts from the next that the store gives out.
    """

    def __init__(self, most: float = 5) -> None:
        self._most = most
        self._opening = threading.Lock()
        self._gates: defaultdict[ReceiverName, _Gate] = defaultdict(_Gate)

    def await_turn(self, receiver: Receiver) -> None:
        """Wait until no span holds more than the receiver's rate allows."""
        if receiver.rate is None:
            return
        count, per = receiver.rate.count, receiver.rate.per.total_seconds()
        with self._opening:
            gate = self._gates[receiver.name]
        with gate.passing:
            while len(gate.passed) > count:
                gate.passed.popleft()
            if len(gate.passed) == count:
                wait = gate.passed.popleft() + per - time.monotonic()
                time.sleep(min(max(wait, 0), self._most))
            gate.passed.append(time.monotonic())
