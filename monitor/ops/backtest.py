"""`monitor backtest`: which alerts would another configuration have given, of articles that are there?

The articles are those of the store, as far as their texts are kept, or given ones. Processes beside this
one match them; whose alerts they are is decided here, in the order of their times (`ops.comparing`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from monitor.articles.assemble import fingerprint_of
from monitor.articles.language import language_of
from monitor.config.schema import Config
from monitor.matching.matcher import Matcher
from monitor.model import (
    Announced,
    Article,
    Document,
    EntryId,
    Extracted,
    FeedId,
    Keep,
    Matched,
    SandboxFailed,
    Verdict,
)
from monitor.ops.comparing import Comparison, Found, Side
from monitor.ops.match import batches_of, read_line, zones_of
from monitor.ports import Archived, KeptPage
from monitor.steps.rules import Rules

# So many articles are read from the store, and matched by one process, at a time.
BATCH = 100
# What is wrong with a file's lines is told of so many.
_MOST_FAULTS = 5
_GOOD = (Verdict.FULL, Verdict.PARTIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheaf:
    """Articles that are matched together; one without a language gets it there if `languages` is set."""

    articles: tuple[Article, ...]
    languages: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What was found in one article of a sheaf; `after` is None where that is the same as `before`."""

    place: int
    language: str | None
    fingerprint: tuple[int, ...]
    before: Matched
    after: Matched | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What was found in a sheaf: of articles that name nobody, nothing."""

    found: tuple[Naming, ...]


class Spread(Protocol):
    """Does the work on many sheaves at once, and gives the results in the sheaves' order."""

    def __call__(
        self, work: Callable[[Sheaf], Named], sheaves: Iterable[Sheaf], /
    ) -> Iterable[tuple[Sheaf, Named | SandboxFailed]]:
        """Yield each sheaf with its result as soon as it is there."""
        ...


ReadPages = Callable[[Sequence[tuple[Document, Announced]]], Sequence[Extracted | SandboxFailed]]


@dataclass(slots=True, kw_only=True)
class Seen:
    """What came of the articles, by count: judged, and why not; `faults` are of lines that are no article."""

    judged: int = 0
    without_text: int = 0
    without_feed: int = 0
    unlabelled: int = 0
    failed: int = 0
    malformed: int = 0
    oldest: datetime | None = None
    faults: list[str] = field(default_factory=list)


def sides_of(running: Config, candidate: Config, build: Callable[[Config], Rules]) -> tuple[Side, Side]:
    """Return both configurations, ready to judge; what they match alike they match with one matcher."""
    before = build(running)
    alike = (running.entities, running.queries) == (candidate.entities, candidate.queries)
    after = replace(_unmatched(candidate, before)) if alike else build(candidate)
    return Side(rules=before, queries=running.queries), Side(rules=after, queries=candidate.queries)


def _unmatched(config: Config, like: Rules) -> Rules:
    return replace(
        like,
        feeds={feed.id: feed for feed in config.feeds},
        watchlists=config.watchlists,
        receivers={receiver.name: receiver for receiver in config.receivers},
    )


def compare(
    sheaves: Iterable[Sheaf],
    sides: tuple[Side, Side],
    spread: Spread,
    seen: Seen,
    examples: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Return how the alerts of articles differ between two configurations; `seen` is counted on.

    `progress` gets the number of articles done.
    """
    before, after = sides
    comparison = Comparison(before, after, examples)
    one, other = before.rules.matcher, after.rules.matcher

    def name(sheaf: Sheaf) -> Named:
        return name_all(sheaf, one, None if one is other else other)

    done = 0
    for sheaf, named in spread(name, sheaves):
        done += len(sheaf.articles)
        if isinstance(named, SandboxFailed):
            seen.failed += len(sheaf.articles)
        else:
            seen.judged += len(sheaf.articles)
            for naming in named.found:
                comparison.add(_found(sheaf, naming))
        progress(done)
    comparison.close()
    return comparison


def name_all(sheaf: Sheaf, before: Matcher, after: Matcher | None) -> Named:
    """Return what two matchers find in a sheaf's articles; without a second one both are the same."""
    found: list[Naming] = []
    for place, article in enumerate(sheaf.articles):
        zones = article.zones
        language = article.language
        if language is None and sheaf.languages:
            language = language_of(f"{zones.title}\n{zones.text}")
        one = before.match(zones, language)
        other = after.match(zones, language) if after else None
        if one.matches or (other and other.matches):
            found.append(
                Naming(
                    place=place,
                    language=language,
                    fingerprint=fingerprint_of(zones),
                    before=one,
                    after=other,
                )
            )
    return Named(found=tuple(found))


def stored(
    batches: Iterable[Sequence[Archived]], sides: tuple[Side, Side], read: ReadPages, seen: Seen
) -> Iterator[Sheaf]:
    """Yield the stored articles that can be judged; pages that were never extracted are read first."""
    feeds = {*sides[0].rules.feeds, *sides[1].rules.feeds}
    for batch in batches:
        if seen.oldest is None:
            seen.oldest = batch[0].article.fetched_at
        known = [each for each in batch if each.article.feed_id in feeds]
        seen.without_feed += len(batch) - len(known)
        pages = {each.number: each.page for each in known if each.page}
        extracted = dict(zip(pages, read(_asked(pages)), strict=True)) if pages else {}
        articles = [_whole(each, extracted.get(each.number), sides[0].rules.keep) for each in known]
        judged = tuple(article for article in articles if article)
        seen.without_text += len(known) - len(judged)
        yield Sheaf(articles=judged)


def _asked(pages: Mapping[int, KeptPage]) -> Sequence[tuple[Document, Announced]]:
    return [(page.document, page.announced) for page in pages.values()]


def _whole(kept: Archived, page: Extracted | SandboxFailed | None, keep: Keep) -> Article | None:
    """Return an article with its text; None where that is not kept."""
    article = kept.article
    if isinstance(page, Extracted) and page.verdict in _GOOD:
        zones = page.zones if page.zones.title else replace(page.zones, title=article.zones.title)
        return replace(article, zones=zones, verdict=page.verdict)
    if article.zones.text or article.zones.captions:
        return article if article.verdict is not Verdict.UNREAD else None
    # Of a page without text the title was all there was, and with `keep: matched` what matched is kept whole.
    title_alone = article.verdict not in (*_GOOD, Verdict.UNREAD) and keep is not Keep.MATCHED
    return article if kept.matched or title_alone else None


def given(read: Callable[[int], bytes], now: datetime, seen: Seen) -> Iterator[Sheaf]:
    """Yield the articles of JSON lines; beside what `match` takes, `feed` and `url` may be told."""
    for batch in batches_of(read):
        articles: list[Article] = []
        for number, line in enumerate(batch.lines, batch.first):
            article = read_line(line, number)
            fault = article if isinstance(article, str) else _fault(article)
            if fault or isinstance(article, str):
                seen.malformed += 1
                if len(seen.faults) < _MOST_FAULTS:
                    seen.faults.append(f"line {number}: {fault}")
                continue
            articles.append(_article(article, number, now))
        seen.unlabelled += sum(not each.feed_id for each in articles)
        for start in range(0, len(articles), BATCH):
            yield Sheaf(articles=tuple(articles[start : start + BATCH]), languages=True)


def _fault(article: Mapping[str, object]) -> str | None:
    wrong = [key for key in ("feed", "url") if not isinstance(article.get(key), str | None)]
    return f"'{wrong[0]}' is not a text" if wrong else None


def _article(article: Mapping[str, str | None], number: int, now: datetime) -> Article:
    url = article.get("url") or ""
    return Article(
        entry_id=EntryId(f"line-{number}"),
        feed_id=FeedId(article.get("feed") or ""),
        url=url,
        canonical_url=url,
        zones=zones_of(article.get("title") or "", article.get("text") or ""),
        verdict=Verdict.FULL,
        fingerprint=(),
        language=article.get("language") or None,
        fetched_at=now,
    )


def _found(sheaf: Sheaf, naming: Naming) -> Found:
    article = replace(sheaf.articles[naming.place], fingerprint=naming.fingerprint, language=naming.language)
    return Found(article=article, before=naming.before, after=naming.after or naming.before)
