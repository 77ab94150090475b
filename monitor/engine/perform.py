"""Work on one row, whatever happens, and report it."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from monitor.errors import LeaseLost, SandboxBroken, StoreDamaged, StoreError
from monitor.ports import Claim, Clock, Report, Step, Store
from monitor.text.mishaps import told

# A bug must not spin: the row rests this long, and an entry is given up after so many failures.
RETRY_AFTER_BUG = timedelta(minutes=5)
GIVE_UP_AFTER = 5
# No file handle, process or memory left: no row's fault, so no entry is given up for it.
SHORTAGES = (SandboxBroken, OSError, MemoryError)
# The reason by which all others learn that the store cannot be trusted any more.
DAMAGED = "damaged"

Observe = Callable[[Report, float], None]
Work = Callable[[Claim[Any]], Report]


def perform(
    step: Step,
    work: Work,
    claim: Claim[Any],
    store: Store,
    clock: Clock,
    observe: Observe,
    began: float | None = None,
) -> Report:
    """Perform one step on one claimed row; never raises for what the row brings about.

    A lost lease is left to its new holder. A store that does not answer leaves the row to its lease.
    Where the machine runs short of something the row rests. Anything else is a bug: it may fail the
    row, never the service. `began` is when work began, on the monotonic clock, if it was not now.
    """
    began = time.monotonic() if began is None else began
    try:
        report = work(claim)
    except LeaseLost:
        report = Report(step=step, row=claim.row.id, outcome="lease_lost")
    except StoreError as error:
        report = _failed(step, claim, store_trouble(error), error)
    except SHORTAGES as error:
        report = _failed(step, claim, "machine", error)
        _give_back(step, claim, store, clock, None)
    except Exception as error:  # noqa: BLE001  (a bug in a step ends that row, not the others)
        report = _failed(step, claim, "internal", error)
        _give_back(step, claim, store, clock, str(report.facts["detail"]))
    observe(report, time.monotonic() - began)
    return report


def no_claim(step: Step, error: Exception) -> Report:
    """Return the report of a claim that failed."""
    return _trouble(step, "-", error)


def upkeep_failed(name: str, error: Exception) -> Report:
    """Return the report of an upkeep that failed."""
    return _trouble(Step.UPKEEP, name, error)


def _trouble(step: Step, row: str, error: Exception) -> Report:
    reason = store_trouble(error) if isinstance(error, StoreError) else "internal"
    return Report(step=step, row=row, outcome="error", reason=reason, facts={"detail": told(error)})


def store_trouble(error: StoreError) -> str:
    """Return the reason for which the store failed: `damaged` mends no next try."""
    return DAMAGED if isinstance(error, StoreDamaged) else "store"


def _failed(step: Step, claim: Claim[Any], reason: str, error: Exception) -> Report:
    return Report(step=step, row=claim.row.id, outcome="error", reason=reason, facts={"detail": told(error)})


def _give_back(step: Step, claim: Claim[Any], store: Store, clock: Clock, failed: str | None) -> None:
    try:
        store.release(step, claim.token, clock.now() + RETRY_AFTER_BUG, failed, GIVE_UP_AFTER)
    except Exception:  # noqa: BLE001  (what failed is reported already)
        return  # the lease runs out by itself
