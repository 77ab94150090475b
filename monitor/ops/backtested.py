"""How does `monitor backtest` tell its result: tables for people, plain JSON, and what was not judged?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.alerts.evidence import moment
from monitor.matching.explain import in_words
from monitor.model import EntityId, FeedId, Keep
from monitor.ops.backtest import Seen
from monitor.ops.comparing import Comparison, Difference, Example, Side, Tally
from monitor.tables import Shown, Table, many, shown_time

# People are shown the evidence of so many entities, those with most differences; scripts of all.
MOST_ENTITIES = 20
_PLACES = 4
_TITLE = 80
_SIGNS = {Difference.GAINED: "+ gained", Difference.LOST: "- lost", Difference.CHANGED: "~ changed"}


def show_backtest(
    comparison: Comparison,
    seen: Seen,
    sides: tuple[Side, Side],
    period: tuple[datetime, datetime] | None,
    fail_over: int | None,
) -> Shown:
    """Return the differences, grouped by entity; `period` is None where the articles were given.

    It says failed where more than `fail_over` alerts are gained or lost, or articles could not be read.
    """
    totals = {difference: comparison.total(difference) for difference in Difference}
    tallies = sorted(comparison.tallies.items(), key=_most_first)
    differing = totals[Difference.GAINED] + totals[Difference.LOST]
    over = fail_over is not None and differing > fail_over
    notes = list(_notes(seen, sides, period))
    plain = {
        "period": {"since": moment(period[0]), "until": moment(period[1])} if period else None,
        "articles": {
            "judged": seen.judged,
            "without_text": seen.without_text,
            "without_feed": seen.without_feed,
            "failed": seen.failed,
            "malformed": seen.malformed,
            "oldest": moment(seen.oldest),
        },
        **{difference.value: count for difference, count in totals.items()},
        "unchanged": comparison.unchanged,
        "over": over,
        "entities": [_plain_entity(entity, tally) for entity, tally in tallies],
        "notes": notes,
    }
    total = (
        f"{many(seen.judged, 'article', 'articles')}: "
        f"{many(totals[Difference.GAINED], 'alert', 'alerts')} gained, "
        f"{totals[Difference.LOST]} lost, {totals[Difference.CHANGED]} with another confidence, "
        f"{comparison.unchanged} as before"
    )
    verdict = [f"more than {fail_over} gained or lost"] if over else []
    return Shown(
        plain=plain,
        tables=tuple(_tables(tallies)),
        words=(*notes, total, *verdict),
        failed=over or bool(seen.malformed or seen.failed),
    )


def _most_first(each: tuple[EntityId, Tally]) -> tuple[int, int, EntityId]:
    entity, tally = each
    changed = tally.counts[Difference.CHANGED]
    return changed - sum(tally.counts.values()), -changed, entity


# ---- what was not judged ---------------------------------------------------------------------------


def _notes(seen: Seen, sides: tuple[Side, Side], period: tuple[datetime, datetime] | None) -> Iterator[str]:
    """Yield in words what the totals do not cover."""
    before, after = (side.rules for side in sides)
    if period and seen.oldest is None:
        yield f"no article is stored since {shown_time(period[0])}"
    if seen.without_text:
        articles = many(seen.without_text, "article", "articles")
        yield f"not judged: {articles} without a kept text, which may gain alerts; {_remedy(before.keep)}"
    if seen.without_feed:
        yield f"not judged: {many(seen.without_feed, 'article', 'articles')} of feeds that neither file names"
    if seen.failed:
        yield f"not judged: {many(seen.failed, 'article', 'articles')} over which a process died or failed"
    if seen.malformed:
        lines = many(seen.malformed, "line", "lines")
        yield f"not judged: {lines} without an article; {'; '.join(seen.faults)}"
    if seen.unlabelled:
        articles = many(seen.unlabelled, "article names", "articles name")
        yield f"{articles} no feed: no watchlist refused them for its labels"
    new = sorted(after.feeds.keys() - before.feeds.keys())
    if period and new:
        yield f"not known: what {_some(new)} would bring, of which nothing is stored"


def _remedy(keep: Keep) -> str:
    if keep is Keep.MATCHED:
        return "`keep: texts` keeps the text of every article from then on, `keep: pages` its page too"
    return f"they were read before `keep: {keep.value}` was set, or their pages are gone"


def _some(feeds: Sequence[FeedId]) -> str:
    return f"the new feed '{feeds[0]}'" if len(feeds) == 1 else f"{len(feeds)} new feeds"


# ---- for scripts -----------------------------------------------------------------------------------


def _plain_entity(entity: EntityId, tally: Tally) -> dict[str, Any]:
    counts = {difference.value: count for difference, count in tally.counts.items()}
    return {"entity": entity, **counts, "examples": [_plain_example(each) for each in tally.examples]}


def _plain_example(example: Example) -> Mapping[str, Any]:
    before, after = (None if each is None else round(each, _PLACES) for each in example.confidence)
    return {
        "difference": example.difference.value,
        "watchlist": example.watchlist,
        "receivers": list(example.receivers),
        "title": example.title,
        "url": example.url,
        "confidence": {"before": before, "after": after},
        "sentence": example.sentence,
        "reasons": [
            {"reason": each.reason.value, "text": each.text, "weight": round(each.weight, _PLACES)}
            for each in example.evidence
        ],
        "why": example.why or None,
    }


# ---- for people ------------------------------------------------------------------------------------


def _tables(tallies: Sequence[tuple[EntityId, Tally]]) -> Iterator[Table]:
    for entity, tally in tallies[:MOST_ENTITIES]:
        yield Table(
            title=f"{entity}: {_counted(tally)}",
            columns=("alert", "sure", "sentence, and why"),
            rows=[_row(each) for each in tally.examples],
            prose=True,
        )
    columns = ("entity", *(difference.value for difference in Difference))
    rows = [(entity, *map(str, tally.counts.values())) for entity, tally in tallies]
    yield Table(columns=columns, rows=rows, empty="the same alerts, each as sure as before")


def _counted(tally: Tally) -> str:
    return ", ".join(f"{count} {difference.value}" for difference, count in tally.counts.items() if count)


def _row(example: Example) -> tuple[str, str, str]:
    before, after = ("–" if each is None else f"{each:.2f}" for each in example.confidence)
    title = example.title if len(example.title) <= _TITLE else f"{example.title[: _TITLE - 1]}…"
    because = "; ".join(
        f"{in_words(each.reason, each.text)} {each.weight:+.1f}"
        for each in sorted(example.evidence, key=lambda each: -abs(each.weight))
    )
    other = {Difference.GAINED: "before", Difference.LOST: "now", Difference.CHANGED: ""}[example.difference]
    lines = [title, example.sentence, because, *([f"{other}: {example.why}"] if example.why else [])]
    place = f"{_SIGNS[example.difference]}\n{example.watchlist}\nto {', '.join(example.receivers)}"
    return place, f"{before} → {after}", "\n".join(dict.fromkeys(lines))
