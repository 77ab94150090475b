"""`monitor explain`: the whole path of one page or text, and of the alert that it did not bring."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.alerts.evidence import moment, public_url
from monitor.alerts.raising import Raised, Standing, Suppressed, raise_alerts
from monitor.config.values import did_you_mean
from monitor.errors import UsageError
from monitor.matching.explain import in_words
from monitor.model import (
    Article,
    Entity,
    EntityId,
    FeedSettings,
    Match,
    Matched,
    Story,
    Tier,
    Watchlist,
    WatchlistId,
    Zones,
)
from monitor.ops.looking import Looked
from monitor.ops.marking import LEGEND, marked_zones
from monitor.ops.match import shown
from monitor.steps.rules import Rules
from monitor.stories.grouping import choose
from monitor.tables import Shown, Table
from monitor.text.normalize import fold
from monitor.text.tokens import words

_PLACES = 4
_TIERS = {Tier.CONFIRMED: "confirmed", Tier.PROBABLE: "probable", Tier.REJECTED: "refused"}


def show_explain(
    looked: Looked, rules: Rules, queries: Mapping[WatchlistId, str], only: str | None, now: datetime
) -> Shown:
    """Return everything that the article's names, evidence and watchlists say; with `only`, of one entity.

    Nothing is stored, and no receiver is taken to have heard of the story.

    Raises:
        UsageError: there is no entity `only`.
    """
    entity = _entity(only, rules)
    if looked.article is None:
        return Shown(
            plain={"source": looked.source, "article": None},
            tables=(Table(columns=("article", ""), rows=looked.facts, prose=True), *looked.tables),
            words=(looked.failed,),
            failed=True,
        )
    article, stood = looked.article, looked.stood
    matched = rules.matcher.match(article.zones, article.language)
    if stood is not None:
        # The verdicts of then; queries are asked again, for what they said is not kept.
        matched = replace(matched, matches=stood.matches, rejected=stood.refused)
    silence = ""
    if entity is not None:
        matched = _of(entity.id, matched)
        silence = "" if matched.matches or matched.rejected else _silence(entity, looked, article.zones)
    story = (stood and stood.story) or choose(article, (), now, rules.grouping)
    settings = rules.feeds.get(article.feed_id) if stood else None
    standing = Standing(polled_at=now, told=stood.told if stood else frozenset())
    asked = [
        _asked(watchlist, match, story, article, matched, queries, settings, standing, now)
        for watchlist in rules.watchlists
        if entity is None or watchlist.entities is None or entity.id in watchlist.entities
        for match in _own(watchlist, matched.matches)
    ]
    if stood is not None:
        asked = [_as_it_came(each, stood.came) for each in asked]
    return Shown(
        plain=_plain(looked, article, matched, asked, silence),
        tables=tuple(_tables(looked, article, matched, asked)),
        words=(silence or _conclusion(matched, asked, stored=stood is not None),),
    )


# ---- one entity ------------------------------------------------------------------------------------


def _entity(only: str | None, rules: Rules) -> Entity | None:
    if only is None:
        return None
    entity = rules.entities.get(EntityId(only))
    if entity is None:
        raise UsageError(f"there is no entity '{only}'{did_you_mean(only, rules.entities)}")
    return entity


def _of(entity: EntityId, matched: Matched) -> Matched:
    return replace(
        matched,
        matches=tuple(each for each in matched.matches if each.entity == entity),
        rejected=tuple(each for each in matched.rejected if each.entity == entity),
    )


def _silence(entity: Entity, looked: Looked, zones: Zones) -> str:
    """Return why an entity is neither accepted nor refused anywhere."""
    names = ", ".join(f"'{name.text}'" for name in entity.names)
    said = f"{entity.id}: none of its names ({names}) stands in the article"
    inside = _word_with(entity, f"{zones.title}\n\n{zones.text}\n\n{zones.captions}")
    if inside:
        return f"{said}; '{inside}' does, but that is another word or another case"
    if _word_with(entity, looked.outside):
        return f"{said}; the page holds one outside of it, in menus, related links or the like"
    return said


def _word_with(entity: Entity, text: str) -> str:
    """Return the first words of a text that hold a name somewhere, in whatever case; empty where none do."""
    folded = fold(text)
    for name in entity.names:
        at = folded.text.find(wanted := fold(name.text).text)
        if at >= 0:
            over = [each for each in words(folded.text) if each.start < at + len(wanted) and each.end > at]
            start, end = folded.span(min(at, *(each.start for each in over)), max(each.end for each in over))
            return " ".join(text[start:end].split())
    return ""


# ---- watchlists ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a watchlist says to one match: an alert, perhaps held, or why there is none.

    `then` is the alert that came of a stored article, if one did.
    """

    watchlist: Watchlist
    entity: EntityId
    raised: Raised
    reason: str
    why: str
    then: Mapping[str, Any] | None = None


def _own(watchlist: Watchlist, matches: Sequence[Match]) -> Sequence[Match]:
    return [each for each in matches if watchlist.entities is None or each.entity in watchlist.entities]


def _asked(
    watchlist: Watchlist,
    match: Match,
    story: Story,
    article: Article,
    matched: Matched,
    queries: Mapping[WatchlistId, str],
    settings: FeedSettings | None,
    standing: Standing,
    now: datetime,
) -> _Asked:
    """Ask a watchlist as the service would, of one match, so that the answer is about that one.

    Where no feed is known, one with the labels that the watchlist wants is assumed, and told.
    """
    labels = {label: admitted[0] for label, admitted in watchlist.feed_labels.items() if admitted}
    feed = settings or FeedSettings(id=article.feed_id, url="", shown_url="", labels=labels)
    alone = replace(matched, matches=(match,))
    raised = raise_alerts(story, article, feed, alone, [watchlist], standing, now)
    reason = "" if raised.alerts else next(iter(raised.suppressed))
    return _Asked(
        watchlist=watchlist,
        entity=match.entity,
        raised=raised,
        reason=reason,
        why=refused_because(reason, watchlist, match, article, queries.get(watchlist.id, ""))
        if reason
        else _when(watchlist, raised),
    )


def _as_it_came(asked: _Asked, came: Sequence[Mapping[str, Any]]) -> _Asked:
    """Add what really came of an article: the watchlist may be another now, and more stood in the way."""
    then = next(
        (
            each
            for each in came
            if each["watchlist"] == asked.watchlist.id and asked.entity in each["entities"]
        ),
        None,
    )
    if then is None:
        none = "; then none came: the configuration was another one" if asked.raised.alerts else ""
        return replace(asked, why=asked.why + none)
    how = f"held until {then['release_at']} ({then['hold']})" if then["hold"] else "at once"
    return replace(asked, then=then, why=f"{asked.why}; then: {then['id']}, {how}")


def refused_because(reason: str, watchlist: Watchlist, match: Match, article: Article, query: str) -> str:
    """Return in words why a watchlist gave no alert; `reason` is one of `Suppressed`."""
    salience, least = match.salience, watchlist.min_salience
    only_mentioned = watchlist.about_only and not salience.about
    words_: dict[str, str] = {
        Suppressed.QUERY: f"its query does not hold: {query}",
        Suppressed.LANGUAGE: f"the article's language is {article.language}; "
        f"it wants {', '.join(sorted(watchlist.languages))}",
        Suppressed.CONFIDENCE: f"confidence {match.confidence:.3f} is under "
        f"min_confidence {watchlist.min_confidence:g}",
        Suppressed.SALIENCE: f"the article only mentions it (salience {salience.value:.2f}); it wants 'about'"
        if only_mentioned
        else f"salience {salience.value:.2f} is under min_salience {least:g}",
        Suppressed.FEED_LABEL: f"the feed is not labelled as it wants: {_labels(watchlist)}",
        Suppressed.TOLD: "its receivers had been told of it by another article of the story",
        Suppressed.NO_RECEIVER: "it has no receivers",
    }
    return words_.get(reason, reason)


def _when(watchlist: Watchlist, raised: Raised) -> str:
    held = [
        f"held until {moment(each.release_at)} ({each.hold.value})" for each in raised.alerts if each.hold
    ]
    labels = [f"if its feed is labelled {_labels(watchlist)}"] if watchlist.feed_labels else []
    receivers = ", ".join(name for alert in raised.alerts for name in alert.receivers)
    return "; ".join([f"to {receivers}", *held, *labels])


def _labels(watchlist: Watchlist) -> str:
    return ", ".join(f"{label}={'|'.join(words_)}" for label, words_ in sorted(watchlist.feed_labels.items()))


# ---- for scripts -----------------------------------------------------------------------------------


def _plain(
    looked: Looked, article: Article, matched: Matched, asked: Sequence[_Asked], silence: str
) -> dict[str, Any]:
    verdicts = shown(matched)
    return {
        "source": looked.source,
        "article": {
            "verdict": article.verdict.value,
            "access": article.access,
            "fallback": article.fallback.value if article.fallback else None,
            "language": article.language,
            "canonical_url": public_url(article.canonical_url) or None,
            "published_at": moment(article.published_at),
            "title": article.zones.title,
            "text": article.zones.text,
            "lead_end": article.zones.lead_end,
            "captions": article.zones.captions,
        },
        "matches": [
            {**plain, **_further(match)}
            for plain, match in zip(verdicts["matches"], matched.matches, strict=True)
        ],
        "rejected": verdicts["rejected"],
        "watchlists": [_plain_answer(each) for each in asked],
        "silence": silence or None,
    }


def _further(match: Match) -> dict[str, Any]:
    return {
        "salience_parts": {name: round(part, _PLACES) for name, part in match.salience.parts.items()},
        "beside": [
            {"reading": each.reading, "reason": each.reason.value, "count": each.count}
            for each in match.rejected
        ],
    }


def _plain_answer(asked: _Asked) -> dict[str, Any]:
    alerts = asked.raised.alerts
    return {
        "watchlist": asked.watchlist.id,
        "entity": asked.entity,
        "alert": bool(alerts),
        "receivers": [name for alert in alerts for name in alert.receivers],
        "hold": next((alert.hold.value for alert in alerts if alert.hold), None),
        "release_at": next((moment(alert.release_at) for alert in alerts if alert.hold), None),
        "reason": asked.reason or None,
        "then": asked.then and {key: asked.then[key] for key in ("id", "hold", "release_at")},
        "words": asked.why,
    }


# ---- for people ------------------------------------------------------------------------------------


def _tables(looked: Looked, article: Article, matched: Matched, asked: Sequence[_Asked]) -> Iterator[Table]:
    language = article.language or "unknown (read as German)"
    published = moment(article.published_at)
    facts = [*looked.facts, ("language", language), *([("published", published)] if published else [])]
    yield Table(columns=("article", ""), rows=facts, prose=True)
    yield from looked.tables
    accepted = [mention for match in matched.matches for mention in match.mentions]
    refused = [mention for match in matched.rejected for mention in match.mentions]
    yield Table(
        title=f"Text: {LEGEND}",
        columns=("zone", "text"),
        rows=marked_zones(article.zones, accepted, refused),
        empty="there is no text",
        prose=True,
    )
    for match in (*matched.matches, *matched.rejected):
        yield Table(
            title=_title(match), columns=("", "because", "weight"), rows=list(_evidence(match)), prose=True
        )
    rows = [
        (each.watchlist.id, each.entity, "alert" if each.raised.alerts else "no alert", each.why)
        for each in asked
    ]
    if rows:
        columns = ("watchlist", "entity", "says", "why")
        yield Table(title="Watchlists", columns=columns, rows=rows, prose=True)


def _title(match: Match) -> str:
    return f"{match.entity}: {_TIERS[match.tier]}, confidence {match.confidence:.3f}"


def _evidence(match: Match) -> Iterator[tuple[str, str, str]]:
    for each in sorted(match.evidence, key=lambda each: -each.weight):
        side = "for" if each.weight >= 0 else "against"
        yield side, in_words(each.reason, each.text), f"{each.weight:+.2f}"
    total = sum(each.weight for each in match.evidence)
    yield (
        "sum",
        f"the logistic of it is the confidence{_where(match)}, {match.confidence:.3f}",
        f"{total:+.2f}",
    )
    zones = Counter(mention.zone.value for mention in match.mentions)
    surfaces = Counter(mention.surface for mention in match.mentions)
    places = ", ".join(f"{zone} {count}" for zone, count in zones.items())
    yield "places", f"{places}: " + ", ".join(f"{count}× '{text}'" for text, count in surfaces.items()), ""
    if match.tier is not Tier.REJECTED:
        level = "about it" if match.salience.about else "a mention"
        parts = " + ".join(f"{name} {part:.2f}" for name, part in match.salience.parts.items())
        yield "salience", f"{level}: {parts}", f"{match.salience.value:.2f}"
    for reading in match.rejected:
        words_ = in_words(reading.reason, reading.reading)
        yield "beside", f"refused {reading.count}×: {words_}", ""


def _where(match: Match) -> str:
    """Return at which of several places the evidence stands: the surest, the first of equals."""
    surest = next(mention for mention in match.mentions if mention.confidence is None)
    return f" at '{surest.surface}' in the {surest.zone.value}" if len(match.mentions) > 1 else ""


def _conclusion(matched: Matched, asked: Sequence[_Asked], *, stored: bool) -> str:
    if not matched.matches and matched.rejected:
        return "no alert: every place where a name seems to stand is refused, see above"
    if not matched.matches:
        return "no alert: the article names nobody who is watched"
    if not asked:
        return "no alert: whom the article names is on no watchlist"
    lists = dict.fromkeys(
        each.watchlist.id for each in asked if (each.then if stored else each.raised.alerts)
    )
    if not lists and any(each.raised.alerts for each in asked):
        return "no alert came, see above"
    if not lists:
        return "no alert: every watchlist refuses, see above"
    return f"alerts {'came' if stored else 'would come'} of: {', '.join(lists)}"
