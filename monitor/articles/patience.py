"""Should a page that failed be asked for again?"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Entry, Extracted, FailureReason, FetchFailed, SandboxFailed

# What another try cannot mend: the address is refused, the host forbids it, or it is no page.
_FINAL = frozenset({FailureReason.PRIVATE_ADDRESS, FailureReason.ROBOTS, FailureReason.NOT_A_PAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePolicy:
    """How often a page is asked for before its entry is matched on what the feed carries.

    `waits` come between tries; their sum and the deadlines of three fetches (15 s each) stay within
    three minutes, because an alert that is late is worth less than one with less text.
    """

    waits: tuple[timedelta, ...] = (timedelta(seconds=20), timedelta(seconds=60))


def postponed(
    entry: Entry, page: Extracted | FetchFailed | SandboxFailed | None, now: datetime, policy: PagePolicy
) -> Entry | None:
    """Return the entry, due again later, or None where its page is settled."""
    if not isinstance(page, FetchFailed) or page.reason in _FINAL or entry.attempts >= len(policy.waits):
        return None
    return replace(entry, attempts=entry.attempts + 1, due_at=now + policy.waits[entry.attempts])
