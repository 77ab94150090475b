"""Does this worker have the configuration that is in force on its store? If not, it stands by."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from monitor.adapters.instance import Process, surely_dead, this_process
from monitor.adapters.store import Instance, SqlStore
from monitor.adapters.telemetry import Telemetry
from monitor.config.changes import version_of
from monitor.config.schema import Config
from monitor.ports import Claim, Clock

Taking = Callable[..., Sequence[Claim[Any]]]


class Agreement:
    """What a worker says of itself to the others, and what it learns from them."""

    def __init__(self, store: SqlStore, clock: Clock, telemetry: Telemetry, config: Config) -> None:
        """Put a configuration in force for all workers, unless it is an older one."""
        self._store, self._clock, self._telemetry = store, clock, telemetry
        self._turn = threading.Lock()
        self._behind_since: datetime | None = None
        self._free_the_dead()
        with self.changing(config):
            pass

    def behind(self) -> str | None:
        """Return since when another configuration is in force; None where ours is."""
        since = self._behind_since
        return None if since is None else f"another configuration is in force since {since:%FT%TZ}"

    @contextmanager
    def changing(self, config: Config) -> Iterator[None]:
        """Have this configuration instead of the one before; nobody speaks for either until the block ends.

        Raises:
            StoreError: the store refused; the one before is in force as it was.
        """
        with self._turn:
            version = version_of(config)
            self._agree(config, version, anew=True)
            self._config, self._version = config, version
            yield

    def attend(self) -> bool:
        """Say that we are still here, and those are not whose processes ended on this host.

        Tell whether this configuration is in force again.
        """
        self._free_the_dead()
        with self._turn:
            was_behind = self._behind_since is not None
            self._agree(self._config, self._version, anew=False)
            return was_behind and self._behind_since is None

    def unless_behind(self, claim: Taking) -> Taking:
        """Return a claim that takes nothing while we stand by."""
        return lambda *wanted: () if self._behind_since is not None else claim(*wanted)

    def in_turn(self, task: Callable[[], None]) -> Callable[[], None]:
        """Return a task that is left to the others while we stand by."""

        def run() -> None:
            if self._behind_since is None:
                task()

        return run

    def _agree(self, config: Config, version: str, *, anew: bool) -> None:
        process = this_process()
        me = Instance(
            host=process.host,
            pid=process.pid,
            started=process.started,
            seen_at=self._clock.now(),
            configuration=version,
        )
        agreed = self._store.agree(me, config.feeds, config.receivers, anew=anew)
        before, self._behind_since = self._behind_since, agreed.behind_since
        if (before is None) != (agreed.behind_since is None):
            self._telemetry.observe_agreement(agreed.behind_since)
        for name in agreed.enabled:
            self._telemetry.observe_upkeep("receiver", "enabled", receiver=name, detail="its URL changed")

    def _free_the_dead(self) -> None:
        """Free the leases of workers that died on this host."""
        for owner, other in self._store.instances():
            if surely_dead(Process(host=other.host, pid=other.pid, started=other.started)):
                self._store.free_leases_of(owner, self._clock.now())
