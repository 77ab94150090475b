"""Who must hear of an edit, and what?

Those that were told by the article itself, of the entities that they were told of: of one that it names no
more, that it is retracted; of the others, that the title or a sentence with a mention was corrected. An
entity that an edit brings in is told as any other. Nothing else of an edit is told.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.making import make_alert
from monitor.alerts.raising import Raised, Standing, raise_alerts
from monitor.alerts.updates import by_entities
from monitor.model import (
    Alert,
    Article,
    Edit,
    EventType,
    FeedSettings,
    Match,
    Matched,
    ReceiverName,
    Story,
    Told,
    Watchlist,
)


def raise_edit(
    story: Story,
    article: Article,
    edit: Edit,
    then: Sequence[Match],
    settings: FeedSettings | None,
    matched: Matched,
    watchlists: Sequence[Watchlist],
    standing: Standing,
    now: datetime,
) -> Raised:
    """Decide which alerts an edit of an article is worth, and which of them wait.

    `then` are the matches of the reading before, `matched` those of the edited `article`.
    """
    own = [each for each in standing.told if each.entry == article.entry_id and not each.retracted]
    alerts = [
        alert
        for watchlist in watchlists
        for alert in _of_watchlist(story, article, edit, then, matched.matches, watchlist, own, now)
    ]
    raised = raise_alerts(story, article, settings, matched, watchlists, standing, now, alerts)
    retracted = frozenset(replace(each, retracted=True) for each in own if each.entity in edit.gone)
    return replace(raised, told=raised.told | retracted)


def _of_watchlist(
    story: Story,
    article: Article,
    edit: Edit,
    then: Sequence[Match],
    matches: Sequence[Match],
    watchlist: Watchlist,
    told: Collection[Told],
    now: datetime,
) -> Iterator[Alert]:
    own = [each for each in told if each.watchlist == watchlist.id]
    taken_out = [each for each in own if each.entity in edit.gone]
    kept = [each for each in own if each.entity not in edit.gone]
    for kind, some, shown in (
        (EventType.MATCH_RETRACTED, taken_out, then),
        (EventType.ARTICLE_CORRECTED, kept, matches),
    ):
        for entities, receivers in by_entities(some):
            part = replace(edit, rewrites=tuple(each for each in edit.rewrites if each.entity in entities))
            about = [match for match in shown if match.entity in entities]
            if about and (kind is EventType.MATCH_RETRACTED or part.title or part.rewrites):
                yield _alert(kind, story, article, watchlist, part, about, receivers, now)


def _alert(
    kind: EventType,
    story: Story,
    article: Article,
    watchlist: Watchlist,
    edit: Edit,
    matches: Sequence[Match],
    receivers: tuple[ReceiverName, ...],
    now: datetime,
) -> Alert:
    entities = sorted(match.entity for match in matches)
    fact = (kind.value, article.entry_id, *entities, *_told_in(edit))
    return replace(make_alert(kind, story, watchlist, matches, receivers, fact, now), edit=edit)


def _told_in(edit: Edit) -> Iterator[str]:
    """Yield all that an edit's alert tells, for its id."""
    yield str(edit.revision)
    yield from edit.title or ("", "")
    for each in edit.rewrites:
        yield from (each.entity, each.before, each.after or "")
