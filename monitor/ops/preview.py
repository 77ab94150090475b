"""What would the last articles of a feed have brought? Read and matched as ever; nothing is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.alerts.evidence import public_url
from monitor.articles.assemble import assemble
from monitor.feeds.novelty import only_new
from monitor.feeds.parse import read_feed
from monitor.matching.matcher import Matcher
from monitor.model import (
    Article,
    Document,
    Entry,
    Feed,
    FeedId,
    FeedSettings,
    FirstPoll,
    Match,
    Matched,
    ParsedFeed,
    Tier,
    Validators,
)
from monitor.ops.marking import marked_sentence
from monitor.ops.match import shown
from monitor.ports import Ports
from monitor.steps.reading import carried, fetched, page_of
from monitor.tables import Table

MOST = 10
_TITLE = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """One article, and what its text says of whom."""

    article: Article
    matched: Matched


def preview(
    url: str, matcher: Matcher, on: Ports, say: Callable[[str], None] = lambda _: None
) -> Sequence[Previewed]:
    """Return the last ten articles of a feed, the newest first, with what they name; none where it fails."""
    now = on.clock.now()
    settings = FeedSettings(id=FeedId("preview"), url=url, shown_url="", first_poll=FirstPoll.ALL)
    answer = on.fetcher.revalidate(url, Validators())
    read = on.sandbox.run(read_feed, answer) if isinstance(answer, Document) else None
    if not isinstance(read, ParsedFeed):
        return ()
    entries = only_new(Feed(id=settings.id, shown_url="", due_at=now), settings, read, {}, now).entries
    found: list[Previewed] = []
    for number, entry in enumerate(_newest(entries), 1):
        say(f"reading article {number} of {min(len(entries), MOST)}")
        page = page_of(entry, fetched(entry, settings, on), on)
        article = assemble(entry, page, carried(entry, page, on), now)
        found.append(Previewed(article=article, matched=matcher.match(article.zones, article.language)))
    return found


def preview_table(previewed: Sequence[Previewed]) -> Table:
    """Return the articles as a table: a row for each entity that one names, or seems to name."""
    rows = [row for each in previewed for row in _rows(each)]
    return Table(
        title="The last articles, and whom they name: «accepted» ‹refused›",
        columns=("article", "entity", "sure", "sentence"),
        rows=rows,
        empty="the feed shows no article",
        prose=True,
    )


def preview_words(previewed: Sequence[Previewed]) -> str:
    """Return in one line what would have alerted."""
    matching = sum(any(match.tier is Tier.CONFIRMED for match in each.matched.matches) for each in previewed)
    if not matching:
        return (
            f"none of the last {len(previewed)} articles names anybody watched; that may be as it should be"
        )
    return f"{matching} of the last {len(previewed)} articles would have alerted"


def plain_preview(previewed: Sequence[Previewed]) -> list[dict[str, Any]]:
    """Return the articles as plain JSON."""
    return [
        {
            "title": each.article.zones.title,
            "url": public_url(each.article.url) or None,
            "language": each.article.language,
            **shown(each.matched),
        }
        for each in previewed
    ]


def _newest(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the newest entries; those without dates in the order of the feed, after those with."""

    def age(entry: Entry) -> float:
        date: datetime | None = entry.announced.published_at or entry.announced.updated_at
        return float("inf") if date is None else -date.timestamp()

    return sorted(entries, key=age)[:MOST]


def _rows(previewed: Previewed) -> Sequence[tuple[str, str, str, str]]:
    title = previewed.article.zones.title
    title = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
    verdicts = (
        *((match, "", ("«", "»")) for match in previewed.matched.matches),
        *((match, "not ", ("‹", "›")) for match in previewed.matched.rejected),
    )
    if not verdicts:
        return [(title, "", "", "names nobody")]
    rows = [_row(match, word, signs, previewed.article) for match, word, signs in verdicts]
    return [(title if not number else "", *row) for number, row in enumerate(rows)]


def _row(match: Match, word: str, signs: tuple[str, str], article: Article) -> tuple[str, str, str]:
    sentence = marked_sentence(article.zones, match.mentions[0], signs)
    return f"{word}{match.entity}", f"{match.confidence:.2f}", sentence
