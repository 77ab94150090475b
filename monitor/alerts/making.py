"""What do all alerts of a watchlist carry, whatever they tell?"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.model import Alert, AlertId, EventType, Match, ReceiverName, Story, Watchlist
from monitor.text.ids import derive_id


def make_alert(
    kind: EventType,
    story: Story,
    watchlist: Watchlist,
    matches: Sequence[Match],
    receivers: tuple[ReceiverName, ...],
    named: Iterable[str],
    now: datetime,
) -> Alert:
    """Return an alert that goes out at once, its most salient match first.

    Its id is derived from the story, the watchlist and what it is `named` by: the fact that it tells.
    """
    return Alert(
        id=AlertId(derive_id("al_", story.id, watchlist.id, *named)),
        story=story.id,
        watchlist=watchlist.id,
        severity=watchlist.severity,
        labels=watchlist.labels,
        matches=tuple(sorted(matches, key=lambda match: (-match.salience.value, match.entity))),
        receivers=receivers,
        raised_at=now,
        type=kind,
    )
