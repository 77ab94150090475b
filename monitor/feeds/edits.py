"""Which known entries announce something else now, and when are they read again?

Observations: an outlet corrects a report and its feed says so, by another title, date or text. Some feeds
change a title or a date at every poll, some carry a counter or an advertisement in the text.

Theory of operation: only entries whose articles matched are looked at, for three days from when they were
first seen, and each is read again at most five times: the first time at once, then ever later. What changes
while an entry waits is read with it. So a feed that edits everything at every poll costs five pages for each
article that matched, and no more.

Known exceptions: an edit that the feed does not announce is not seen; nor is an entity that an edit brings
into an article which had matched nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Announced, Edited, Entry, EntryId, Reread
from monitor.text.ids import digest63


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPolicy:
    """How long edits of an entry are looked for, and how long each further reading comes after the last."""

    within: timedelta = timedelta(hours=72)
    waits: tuple[timedelta, ...] = (
        timedelta(),
        timedelta(minutes=1),
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
    )


def watched(entry: Entry, now: datetime, policy: EditPolicy) -> Reread:
    """Return what is remembered of an entry that was just read, to see whether it is edited."""
    return Reread(
        entry=entry.id,
        announced_digest=announced_digest(entry.announced),
        read_at=now,
        until=entry.first_seen_at + policy.within,
    )


def edited(
    known: Iterable[tuple[EntryId, Announced]],
    looked_for: Mapping[EntryId, Reread],
    now: datetime,
    policy: EditPolicy,
) -> tuple[Edited, ...]:
    """Return the known entries of a document that are to be read again."""
    announced = {entry: what for entry, what in known if entry in looked_for}
    return tuple(_changed(announced, looked_for, now, policy))


def announced_digest(announced: Announced) -> int:
    """Return a digest of what an entry announces, layout aside."""
    texts = (" ".join(text.split()) for text in (announced.title, announced.summary, announced.content))
    updated = announced.updated_at.isoformat() if announced.updated_at else ""
    return digest63(*texts, updated)


def _changed(
    announced: Mapping[EntryId, Announced],
    looked_for: Mapping[EntryId, Reread],
    now: datetime,
    policy: EditPolicy,
) -> Iterator[Edited]:
    for entry, what in announced.items():
        before, digest = looked_for[entry], announced_digest(what)
        if digest == before.announced_digest:
            continue
        if before.pending:
            yield Edited(
                entry=entry, announced=what, announced_digest=digest, times=before.times, due_at=None
            )
        elif before.times < len(policy.waits):
            due_at = max(now, before.read_at + policy.waits[before.times])
            yield Edited(
                entry=entry, announced=what, announced_digest=digest, times=before.times + 1, due_at=due_at
            )
