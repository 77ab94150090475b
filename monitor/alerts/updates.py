"""What more is there to tell of a story that was told?

A story is told again to the receivers that know it: when it stands in 3, 10 and 30 outlets, when an
entity that it only mentioned becomes what an article is about, and when it names again an entity that
was retracted. What a receiver heard last is remembered with what it was told, so that each is told once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.making import make_alert
from monitor.model import (
    Alert,
    Article,
    EntityId,
    EventType,
    Match,
    ReceiverName,
    Story,
    Told,
    Update,
    UpdateReason,
    Watchlist,
)

OUTLETS = (3, 10, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """Alerts that tell more, and what their receivers have heard with them."""

    alerts: tuple[Alert, ...]
    told: frozenset[Told]


def updates_of(
    story: Story,
    article: Article,
    watchlist: Watchlist,
    matches: Sequence[Match],
    told: frozenset[Told],
    now: datetime,
) -> Updates:
    """Return what an article's matches add to what a watchlist's receivers were told of its story.

    An edited article makes no story larger: it can only name an entity again.
    """
    found = {match.entity: match for match in matches}
    heard = [
        each
        for each in told
        if each.watchlist == watchlist.id and each.receiver in watchlist.receivers and each.entity in found
    ]
    again = frozenset(each for each in heard if each.retracted)
    risen = frozenset(each for each in heard if found[each.entity].salience.about and not each.about) - again
    spread = frozenset(each for each in heard if _is_news(story, each.receiver, watchlist, told)) - again
    if article.revision > 1:
        risen, spread = frozenset(), frozenset()
    step = _step(story)
    reasons: Sequence[tuple[frozenset[Told], Update, Sequence[str]]] = (
        (again, _update(UpdateReason.NAMED_AGAIN, story), (article.entry_id, str(article.revision))),
        (risen, _update(UpdateReason.SALIENCE, story), ()),
        (spread, Update(reason=UpdateReason.OUTLETS, outlets=step), (str(step),)),
    )
    alerts = tuple(
        _alert(story, watchlist, update, [found[entity] for entity in sorted(entities)], names, fact, now)
        for some, update, fact in reasons
        for entities, names in by_entities(some)
    )
    known = frozenset(
        replace(
            each,
            outlets=len(story.outlets) if each in spread | again else each.outlets,
            about=each.about or found[each.entity].salience.about,
            retracted=False,
        )
        for each in again | risen | spread
    )
    return Updates(alerts=alerts, told=known)


def by_entities(told: Collection[Told]) -> Iterator[tuple[frozenset[EntityId], tuple[ReceiverName, ...]]]:
    """Yield each set of entities and the receivers that were told just these, in the order of names."""
    sets: dict[ReceiverName, set[EntityId]] = {}
    for each in told:
        sets.setdefault(each.receiver, set()).add(each.entity)
    groups: dict[frozenset[EntityId], list[ReceiverName]] = {}
    for receiver in sorted(sets):
        groups.setdefault(frozenset(sets[receiver]), []).append(receiver)
    yield from ((entities, tuple(names)) for entities, names in groups.items())


def _step(story: Story) -> int:
    """Return the largest step that a story's outlets have reached; 0 for none."""
    return max((step for step in OUTLETS if step <= len(story.outlets)), default=0)


def _is_news(story: Story, receiver: ReceiverName, watchlist: Watchlist, told: Iterable[Told]) -> bool:
    """Return whether a receiver was last told of the story below the step that it has reached."""
    own = (each for each in told if (each.watchlist, each.receiver) == (watchlist.id, receiver))
    return max((each.outlets for each in own), default=0) < _step(story)


def _update(reason: UpdateReason, story: Story) -> Update:
    return Update(reason=reason, outlets=len(story.outlets))


def _alert(
    story: Story,
    watchlist: Watchlist,
    update: Update,
    matches: Sequence[Match],
    receivers: tuple[ReceiverName, ...],
    fact: Sequence[str],
    now: datetime,
) -> Alert:
    """Return the alert of an update.

    Its id names the fact: the step that a story reached is one, whichever entities the article names
    that took it there; the others are of the entities.
    """
    entities = () if update.reason is UpdateReason.OUTLETS else (match.entity for match in matches)
    named = (update.reason.value, *fact, *entities)
    made = make_alert(EventType.MATCH_UPDATED, story, watchlist, matches, receivers, named, now)
    return replace(made, update=update)
