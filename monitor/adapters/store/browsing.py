"""What does a reader of the API see of the store? Lists a page at a time, the newest first.

A place in a list is a moment and a number, never a count of rows: what comes or goes meanwhile moves
nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    exists,
    or_,
    select,
    type_coerce,
)

from monitor.adapters.store import views
from monitor.adapters.store.columns import as_ascii_json
from monitor.adapters.store.reporting import FoundAlert, alert_named, alerts_named
from monitor.adapters.store.rereads import article_of
from monitor.adapters.store.schema import (
    alerts,
    articles,
    deliveries,
    entries,
    feeds,
    matches,
    stories,
    texts,
    verdicts,
)
from monitor.adapters.store.searching import numbers_of
from monitor.adapters.store.verdicts import said_of
from monitor.model import (
    AlertId,
    Article,
    DeliveryId,
    DeliveryState,
    EntityId,
    EntryId,
    Match,
    MatchVerdict,
    Mention,
    Rightness,
)
from monitor.ports import Page, Sought
from monitor.text.search import Search, passage
from monitor.text.tokens import sentence_around
from monitor.text.urls import without_userinfo

_SENTENCE_CHARS = 300
_MOST_MENTIONS = 50
_MOST_EVIDENCE = 20


# ---- articles ------------------------------------------------------------------------------------


def find_articles(connection: Connection, sought: Sought) -> Page:
    """Return articles, those that were read last first."""
    statement = _paged(_articles(), sought, articles.c.fetched_at, articles.c.number)
    statement = statement.where(*_of_articles(sought))
    if sought.words is not None:
        statement = statement.where(articles.c.number.in_(numbers_of(connection, sought.words)))
    if sought.entity is not None or sought.min_confidence is not None:
        of_article = matches.c.article_number == articles.c.number
        statement = statement.where(exists().where(of_article, *_of_matches(sought)))
    rows = connection.execute(statement).all()
    named = _matches_of(connection, [row.number for row in rows])
    shown = [
        _article(row)
        | {"snippet": _snippet(row, sought.words)}
        | {"matches": [_brief(each.match) for each in named[row.number] if not each.refused]}
        for row in rows
    ]
    return _page(shown, rows, sought)


def show_article(connection: Connection, entry: str) -> Mapping[str, Any] | None:
    """Return one article by its entry's id, with its text and all that was said of it."""
    row = connection.execute(_articles().where(entries.c.id == entry)).one_or_none()
    if row is None:
        return None
    article, found = article_of(row), _matches_of(connection, [row.number])[row.number]
    said = said_of(connection, [article.entry_id])
    return _article(row) | {
        "lead": article.zones.text[: article.zones.lead_end],
        "text": article.zones.text,
        "captions": article.zones.captions,
        "matches": [_match(each.match, article, said) for each in found if not each.refused],
        "refused": [_match(each.match, article, said) for each in found if each.refused],
    }


def _snippet(row: Row[Any], words: Search | None) -> str | None:
    """Return a sentence of an article with what was searched; None where nothing was, or no text is kept."""
    if words is None:
        return None
    zones = article_of(row).zones
    return passage(words, zones.text, zones.captions, zones.title)


def _articles() -> Select[Any]:
    return (
        select(
            articles.c.number,
            articles.c.fetched_at.label("at"),
            articles.c.article,
            entries.c.id.label("entry"),
            feeds.c.id.label("feed"),
            stories.c.id.label("story"),
            texts.c.zones,
        )
        .join(entries, entries.c.number == articles.c.entry_number)
        .join(feeds, feeds.c.number == entries.c.feed_number)
        .outerjoin(stories, stories.c.number == articles.c.story_number)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
    )


def _of_articles(sought: Sought) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if sought.feed is not None:
        wanted.append(feeds.c.id == sought.feed)
    if sought.language is not None:
        wanted.append(articles.c.language == sought.language)
    return wanted


def _matches_of(connection: Connection, numbers: Collection[int]) -> Mapping[int, Sequence[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {number: [] for number in numbers}
    of_these = select(matches).where(matches.c.article_number.in_(found)).order_by(matches.c.number)
    for row in connection.execute(of_these):
        found[row.article_number].append(row)
    return found


def _article(row: Row[Any]) -> dict[str, Any]:
    article = article_of(row)
    return {
        "id": row.entry,
        "feed": row.feed,
        "story": row.story,
        "url": without_userinfo(article.url),
        "canonical_url": without_userinfo(article.canonical_url),
        "title": article.zones.title,
        "language": article.language,
        "authors": list(article.authors),
        "published_at": views.shown(article.published_at),
        "modified_at": views.shown(article.modified_at),
        "fetched_at": views.shown(article.fetched_at),
        "revision": article.revision,
        "access": article.access,
        "verdict": article.verdict.value,
    }


# ---- matches -------------------------------------------------------------------------------------


def find_matches(connection: Connection, sought: Sought) -> Page:
    """Return accepted matches, those of the articles that were read last first."""
    said = _articles().join(matches, matches.c.article_number == articles.c.number)
    said = said.add_columns(matches.c.number.label("match_number"), matches.c.match)
    statement = _paged(said, sought, articles.c.fetched_at, matches.c.number)
    if sought.verdict is not None:
        of_match = and_(
            verdicts.c.entry_number == articles.c.entry_number, verdicts.c.entity == matches.c.entity
        )
        statement = statement.join(verdicts, of_match).where(verdicts.c.said == Rightness(sought.verdict))
    rows = connection.execute(statement.where(*_of_articles(sought), *_of_matches(sought))).all()
    judged = said_of(connection, {row.entry for row in rows})
    shown = [_match(row.match, article_of(row), judged) | {"article": _told_article(row)} for row in rows]
    return _page(shown, rows, sought, number="match_number")


def _of_matches(sought: Sought) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [matches.c.refused.is_(False)]
    if sought.entity is not None:
        wanted.append(matches.c.entity == sought.entity)
    if sought.min_confidence is not None:
        wanted.append(matches.c.confidence >= sought.min_confidence)
    return wanted


def _told_article(row: Row[Any]) -> dict[str, Any]:
    told = ("id", "feed", "story", "url", "title", "language", "published_at", "fetched_at")
    whole = _article(row)
    return {name: whole[name] for name in told}


def _brief(match: Match) -> dict[str, Any]:
    return {
        "entity": match.entity,
        "tier": match.tier.value,
        "confidence": round(match.confidence, 4),
        "salience": round(match.salience.value, 4),
        "level": "about" if match.salience.about else "mention",
    }


def _match(
    match: Match, article: Article, said: Mapping[tuple[EntryId, EntityId], MatchVerdict]
) -> dict[str, Any]:
    return _brief(match) | {
        "verdict": _verdict(said.get((article.entry_id, match.entity))),
        "mentions": [_mention(each, article) for each in match.mentions[:_MOST_MENTIONS]],
        "reasons": [
            {"reason": each.reason.value, "text": each.text, "weight": round(each.weight, 4)}
            for each in match.evidence[:_MOST_EVIDENCE]
        ],
    }


def _verdict(verdict: MatchVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {"said": verdict.said.value, "note": verdict.note, "at": views.shown(verdict.said_at)}


def _mention(mention: Mention, article: Article) -> dict[str, Any]:
    """Return a mention with its sentence; None where the text is not kept."""
    text, start, end = article.zones.of(mention.zone), mention.start, mention.end
    around = sentence_around(text, start, end, limit=_SENTENCE_CHARS) if end <= len(text) else None
    return {
        "zone": mention.zone.value,
        "start": start,
        "end": end,
        "surface": mention.surface,
        "name": mention.name,
        "form": mention.form.value,
        "sentence": text[around.start : around.end].strip() if around else None,
    }


# ---- alerts --------------------------------------------------------------------------------------


def find_alerts(connection: Connection, sought: Sought) -> Page:
    """Return alerts, those that were raised last first, each with the article that it came of."""
    wanted: list[ColumnElement[bool]] = []
    if sought.watchlist is not None:
        wanted.append(alerts.c.watchlist == sought.watchlist)
    for column, name in ((alerts.c.entities, sought.entity), (alerts.c.receivers, sought.receiver)):
        if name is not None:
            wanted.append(type_coerce(column, Text).contains(as_ascii_json(name), autoescape=True))
    found = alerts_named(
        connection, lambda listed: _paged(listed, sought, alerts.c.raised_at, alerts.c.number).where(*wanted)
    )
    last = found[sought.limit - 1].place if len(found) > sought.limit else None
    return Page(rows=[_alert(each) for each in found[: sought.limit]], last=last)


def show_alert(connection: Connection, alert: AlertId) -> Mapping[str, Any] | None:
    """Return one alert with its matches."""
    found = alert_named(connection, alert)
    if found is None:
        return None
    article = found.article
    said = said_of(connection, [article.entry_id]) if article else {}
    shown = [_match(each, article, said) for each in found.matches] if article else []
    return _alert(found) | {"matches": shown}


def _alert(found: FoundAlert) -> dict[str, Any]:
    article = found.article
    return {
        "id": found.id,
        "watchlist": found.watchlist,
        "severity": found.severity.value,
        "labels": dict(found.labels),
        "entities": list(found.entities),
        "receivers": list(found.receivers),
        "raised_at": views.shown(found.raised_at),
        "held": None if found.hold is None else found.hold.value,
        "release_at": views.shown(found.release_at),
        "story": {
            "id": found.story.id,
            "revision": found.story.revision,
            "articles": found.story.articles,
            "outlets": len(found.story.outlets),
            "first_seen_at": views.shown(found.story.first_seen_at),
        },
        "article": None
        if article is None
        else {
            "id": article.entry_id,
            "feed": article.feed_id,
            "url": without_userinfo(article.url),
            "title": article.zones.title,
            "language": article.language,
            "published_at": views.shown(article.published_at),
        },
    }


# ---- deliveries ----------------------------------------------------------------------------------


def find_deliveries(connection: Connection, sought: Sought) -> Page:
    """Return deliveries, those that were made last first; those of one state stand together in an index."""
    states = DeliveryState if sought.state is None else (DeliveryState(sought.state),)
    rows: list[Row[Any]] = []
    for state in states:
        listed = select(deliveries, deliveries.c.created_at.label("at")).where(deliveries.c.state == state)
        if sought.receiver is not None:
            listed = listed.where(deliveries.c.receiver == sought.receiver)
        rows += connection.execute(_paged(listed, sought, deliveries.c.created_at, deliveries.c.number)).all()
    rows.sort(key=lambda row: (row.at, row.number), reverse=True)
    return _page(views.plain_deliveries(connection, rows[: sought.limit]), rows, sought)


def show_delivery(connection: Connection, delivery: DeliveryId) -> Mapping[str, Any] | None:
    """Return one delivery with its body and its attempts."""
    return views.show_delivery(connection, delivery)


# ---- pages ---------------------------------------------------------------------------------------


def _paged(listed: Select[Any], sought: Sought, at: Column[Any], number: Column[Any]) -> Select[Any]:
    """Return a statement for the page, and for one row more, which tells whether there is another page."""
    if sought.since is not None:
        listed = listed.where(at >= sought.since)
    if sought.until is not None:
        listed = listed.where(at < sought.until)
    if sought.behind is not None:
        moment, last = sought.behind
        # The first condition is for the index.
        listed = listed.where(at <= moment, or_(at < moment, and_(at == moment, number < last)))
    return listed.order_by(at.desc(), number.desc()).limit(sought.limit + 1)


def _page(
    shown: Sequence[Mapping[str, Any]], rows: Sequence[Row[Any]], sought: Sought, number: str = "number"
) -> Page:
    more = len(rows) > sought.limit
    last = rows[sought.limit - 1] if more else None
    place = None if last is None else (last.at, getattr(last, number))
    return Page(rows=list(shown)[: sought.limit], last=place)
