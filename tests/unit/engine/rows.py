"""A queue in memory with rows that belong to groups: what an engine needs of a store, and no more."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import cast

from monitor.errors import StoreError
from monitor.ports import Claim, Report, Step, Store, Wanted

NOON = datetime(2025, 12, 17, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: str
    group: str = "a"


class MovableClock:
    """A clock that goes on like the machine's, from where a test puts it."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class DueRows:
    """Rows of one step that are claimed once they are due; `down` makes the queue refuse."""

    clock: MovableClock
    due: dict[str, tuple[Row, datetime]] = field(default_factory=dict)
    leased: dict[str, tuple[Row, datetime]] = field(default_factory=dict)
    renewed: list[tuple[Step, str]] = field(default_factory=list)
    released: list[tuple[Step, str, datetime, str | None, int]] = field(default_factory=list)
    down: Exception | None = None
    looks: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = count()

    def add(self, *rows: Row, after: timedelta = timedelta(0)) -> None:
        with self._lock:
            for row in rows:
                self.due[row.id] = (row, self.clock.now() + after)

    def claim(self, now: datetime, wanted: Wanted, lease: timedelta) -> Sequence[Claim[Row]]:
        with self._lock:
            self.looks += 1
            if self.down:
                raise self.down
            taken: list[Claim[Row]] = []
            for row, due_at in sorted(self.due.values(), key=lambda each: each[1]):
                of_group = sum(claim.row.group == row.group for claim in taken)
                room = wanted.free.get(row.group, wanted.at_once)
                if due_at > now or row.group in wanted.full or of_group >= room or len(taken) >= wanted.limit:
                    continue
                token = f"token-{next(self._numbers)}"
                taken.append(Claim(row=row, token=token))
                self.leased[token] = (row, now + lease)
                del self.due[row.id]
            return taken

    def renew(self, claims: Iterable[tuple[Step, str]], until: datetime) -> None:
        with self._lock:
            for step, token in claims:
                self.renewed.append((step, token))
                self.leased[token] = (self.leased[token][0], until)

    def release(
        self, step: Step, token: str, due_at: datetime, failed: str | None, give_up_after: int
    ) -> None:
        if self.down:
            raise self.down
        self.released.append((step, token, due_at, failed, give_up_after))

    def pending(self) -> int:
        return len(self.due)

    def store(self) -> Store:
        return cast("Store", self)


class Journal:
    """What was observed, and when work began and ended (monotonic, in seconds)."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.began: list[tuple[str, float]] = []
        self.at_once: dict[str, int] = {}
        self.due: frozenset[Step] | None = None
        self._working: dict[str, int] = {}
        self._lock = threading.Lock()

    def observe(self, report: Report, seconds: float) -> None:
        assert seconds >= 0
        with self._lock:
            self.reports.append(report)

    def work(self, step: Step, act: Callable[[Row], None] = lambda _: None) -> Callable[[Claim[Row]], Report]:
        def perform(claim: Claim[Row]) -> Report:
            group = claim.row.group
            with self._lock:
                self.began.append((claim.row.id, time.monotonic()))
                self._working[group] = self._working.get(group, 0) + 1
                self.at_once[group] = max(self.at_once.get(group, 0), self._working[group])
            try:
                act(claim.row)
            finally:
                with self._lock:
                    self._working[group] -= 1
            return Report(step=step, row=claim.row.id, outcome="done", due=self.due)

        return perform

    def outcomes(self) -> dict[str, str]:
        return {report.row: report.outcome for report in tuple(self.reports)}


def refusal() -> StoreError:
    return StoreError("the disk is full")


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    return bool(condition())
