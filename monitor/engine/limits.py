"""How many steps may work on one host or receiver at once, and how soon after each other?"""

import threading
from collections import Counter
from datetime import timedelta


class Limits:
    """Counts what is in work by group; shared by the lanes that visit the same hosts.

    Times are of the monotonic clock, in seconds.
    """

    def __init__(self, at_once: int, pause: timedelta) -> None:
        """Allow `at_once` in work for a group, and one start in each `pause`."""
        self._lock = threading.Lock()
        self._working: Counter[str] = Counter()
        self._started: dict[str, float] = {}
        self.change(at_once, pause)

    def change(self, at_once: int, pause: timedelta) -> None:
        """Allow so much from now on; what is in work stays counted."""
        self._at_once = at_once
        self._pause = pause.total_seconds()

    @property
    def per_claim(self) -> int:
        """How many rows of one group may be claimed together."""
        return 1 if self._pause else self._at_once

    def full(self, now: float) -> frozenset[str]:
        """Return the groups that must wait."""
        with self._lock:
            self._started = {group: at for group, at in self._started.items() if now - at < self._pause}
            busy = {group for group, count in self._working.items() if count >= self._at_once}
            return frozenset(busy | self._started.keys())

    def free(self) -> dict[str, int]:
        """Return how many more a group may have, where some are in work."""
        with self._lock:
            return {
                group: min(self.per_claim, self._at_once - count)
                for group, count in self._working.items()
                if 0 < count < self._at_once
            }

    def enter(self, group: str, now: float) -> None:
        """Note that work on a group begins."""
        with self._lock:
            self._working[group] += 1
            if self._pause:
                self._started[group] = now

    def leave(self, group: str) -> None:
        """Note that work on a group ended."""
        with self._lock:
            self._working[group] -= 1
            if self._working[group] <= 0:
                del self._working[group]
