"""Who asked not to hear of this, and until when? Silences after the manner of Alertmanager.

A silence holds what fits all of its conditions. A label that an alert does not have is empty; an
expression must fit the whole value.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.model import Condition, Sign, Silence

# What can be asked of an alert, besides `label.NAME` for the labels of its feed and its watchlist.
LABELS = ("entity", "watchlist", "receiver", "feed", "severity", "story", "title", "language")
LABEL_PREFIX = "label."


def labels_of(
    *, feed_labels: Mapping[str, str], watchlist_labels: Mapping[str, str], **named: str | None
) -> Mapping[str, str]:
    """Return the labels of an alert; of two with one name the watchlist's counts."""
    own = {LABEL_PREFIX + name: word for name, word in (*feed_labels.items(), *watchlist_labels.items())}
    return own | {name: word or "" for name, word in named.items()}


def silenced_until(labels: Mapping[str, str], silences: Iterable[Silence], now: datetime) -> datetime | None:
    """Return when the last silence ends that holds now and fits these labels; None where there is none."""
    ends = (
        silence.ends_at
        for silence in silences
        if silence.begins_at <= now < silence.ends_at and fits(silence, labels)
    )
    return max(ends, default=None)


def fits(silence: Silence, labels: Mapping[str, str]) -> bool:
    """Tell whether labels fit all conditions of a silence."""
    return all(holds(each, labels.get(each.label, "")) for each in silence.conditions)


def holds(condition: Condition, word: str) -> bool:
    """Tell whether a label's value fits one condition."""
    if condition.sign in (Sign.EQUAL, Sign.UNEQUAL):
        return (word == condition.value) is (condition.sign is Sign.EQUAL)
    fitting = re.fullmatch(condition.value, word, re.DOTALL) is not None
    return fitting is (condition.sign is Sign.FITS)
