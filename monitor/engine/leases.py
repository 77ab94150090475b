"""Whose leases does an engine prolong, and for how long?"""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from monitor.engine.lanes import LEASE
from monitor.ports import Claim, Clock, Step, Store

# Many times what an honest step takes. One that takes longer hangs: on a connection, say, whose other side
# acknowledges what it gets and never answers. Its row goes to others then; what it writes late is refused.
AT_MOST = timedelta(minutes=15)


class InWork:
    """The claims that are in work, and since when; used by several threads."""

    def __init__(self) -> None:
        self._claims: dict[str, tuple[Step, float]] = {}

    def __len__(self) -> int:
        return len(self._claims)

    def __contains__(self, claim: Claim[Any]) -> bool:
        return claim.token in self._claims

    def of(self, step: Step) -> int:
        """Return how many claims of a step are in work."""
        return sum(each is step for each, _ in tuple(self._claims.values()))

    def begin(self, step: Step, claims: Iterable[Claim[Any]]) -> None:
        """Count claims in from now on."""
        began = time.monotonic()
        self._claims.update((claim.token, (step, began)) for claim in claims)

    def end(self, claim: Claim[Any]) -> None:
        """Count a claim in no more."""
        self._claims.pop(claim.token, None)

    def renew(self, store: Store, clock: Clock) -> None:
        """Prolong the leases: only a step that ended, died, or hangs loses its row."""
        oldest = time.monotonic() - AT_MOST.total_seconds()
        claims = [(step, token) for token, (step, began) in tuple(self._claims.items()) if began > oldest]
        if claims:
            store.renew(claims, clock.now() + LEASE)
