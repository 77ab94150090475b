"""How many steps may work on one host or receiver at once, and how soon after each other?"""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta


class Limits:
    """Counts what is in work by group; shared by the lanes that visit the same hosts.

    Times are of the monotonic clock, in seconds.
    """

    def __init__(self, at_once: int, pause: timedelta, own: Mapping[str, int] | None = None) -> None:
        """Allow `at_once` in work for a group, or its `own` number, and one start in each `pause`."""
        self._lock = threading.Lock()
        self._working: Counter[str] = Counter()
        self._started: dict[str, float] = {}
        self.change(at_once, pause, own)

    def change(self, at_once: int, pause: timedelta, own: Mapping[str, int] | None = None) -> None:
        """Allow so much from now on; what is in work stays counted."""
        with self._lock:
            self._at_once = at_once
            self._pause = pause.total_seconds()
            self._own = dict(own or {})

    @property
    def per_claim(self) -> int:
        """How many rows of one group may be claimed together."""
        return 1 if self._pause else self._at_once

    @property
    def pause(self) -> timedelta:
        """The least time between two starts in a group."""
        return timedelta(seconds=self._pause)

    def most(self, group: str) -> int:
        """Return how many of a group may be in work at once."""
        return self._own.get(group, self._at_once)

    def full(self, now: float) -> frozenset[str]:
        """Return the groups that must wait."""
        with self._lock:
            self._started = {group: at for group, at in self._started.items() if now - at < self._pause}
            busy = {group for group, count in self._working.items() if count >= self.most(group)}
            return frozenset(busy | self._started.keys())

    def working(self) -> dict[str, int]:
        """Return how many of each group are in work."""
        with self._lock:
            return dict(self._working)

    def free(self) -> dict[str, int]:
        """Return how many more a group may have, where some are in work or it has a number of its own."""
        with self._lock:
            groups = {*self._working, *self._own}
            rooms = {group: self.most(group) - self._working.get(group, 0) for group in groups}
            return {group: 1 if self._pause else room for group, room in rooms.items() if room > 0}

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
