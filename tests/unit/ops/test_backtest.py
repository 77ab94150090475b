"""Laws of `monitor backtest`: what is gained, lost, changed, and what is not judged."""

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.matching.matcher import build_matcher
from monitor.model import (
    Article,
    DigestSchedule,
    Entity,
    EntityId,
    EntityKind,
    EntryId,
    FailureReason,
    FeedId,
    FeedSettings,
    Keep,
    Name,
    ReceiverName,
    SandboxFailed,
    Verdict,
    Watchlist,
    WatchlistId,
    Zones,
)
from monitor.ops.backtest import Named, Seen, Sheaf, compare, given, stored
from monitor.ops.backtested import show_backtest
from monitor.ops.comparing import Comparison, Side
from monitor.ports import Archived
from monitor.steps.rules import Rules
from monitor.tables import Shown

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DESK, SLACK = ReceiverName("desk"), ReceiverName("slack")
ALL = Watchlist(id=WatchlistId("all"), receivers=(DESK,))
FEED = FeedId("kurier")
CHIP = "Amazon stellt einen neuen Chip vor."
PRIME = "Am Montag war Amazon Prime nicht zu erreichen."


def entity(name: str, *names: str, decoys: tuple[str, ...] = ()) -> Entity:
    return Entity(
        id=EntityId(name),
        kind=EntityKind.ORGANIZATION,
        names=tuple(Name(text=each) for each in names),
        decoys=decoys,
    )


AMAZON = entity("amazon", "Amazon", decoys=("Amazon Prime",))


def side(
    *entities: Entity,
    watchlists: tuple[Watchlist, ...] = (ALL,),
    queries: Mapping[str, str] | None = None,
    feeds: Mapping[FeedId, Mapping[str, str]] | None = None,
    keep: Keep = Keep.TEXTS,
) -> Side:
    named = {WatchlistId(name): query for name, query in (queries or {}).items()}
    rules = Rules(
        feeds={
            name: FeedSettings(id=name, url="", shown_url="", labels=labels)
            for name, labels in ({FEED: {}} if feeds is None else feeds).items()
        },
        entities={each.id: each for each in entities},
        watchlists=watchlists,
        receivers={},
        matcher=build_matcher(entities, named),
        user_agent="test",
        keep=keep,
    )
    return Side(rules=rules, queries=named)


def article(text: str, *, number: int = 1, title: str = "Wirtschaft", **other: Any) -> Article:
    fields: dict[str, Any] = {
        "entry_id": EntryId(f"en_{number}"),
        "feed_id": FEED,
        "url": f"https://kurier.example/{number}",
        "canonical_url": f"https://kurier.example/{number}",
        "zones": Zones(title=title, text=text, lead_end=len(text)),
        "verdict": Verdict.FULL,
        "fingerprint": (),
        "language": "de",
        "fetched_at": NOW + timedelta(minutes=number),
    }
    return Article(**fields | other)


def here(
    work: Callable[[Sheaf], Named], sheaves: Iterable[Sheaf]
) -> Iterator[tuple[Sheaf, Named | SandboxFailed]]:
    for sheaf in sheaves:
        yield sheaf, work(sheaf)


def backtested(before: Side, after: Side, *articles: Article, fail_over: int | None = None) -> Shown:
    seen = Seen()
    comparison = compare([Sheaf(articles=articles)], (before, after), here, seen, 3)
    return show_backtest(comparison, seen, (before, after), (NOW, NOW), fail_over)


def plain(shown: Shown) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(shown.plain))
    return found


def counts(shown: Shown) -> tuple[int, int, int, int]:
    found = plain(shown)
    return found["gained"], found["lost"], found["changed"], found["unchanged"]


def only(shown: Shown) -> dict[str, Any]:
    """Return the one example that there is."""
    ((example,),) = (each["examples"] for each in plain(shown)["entities"])
    found: dict[str, Any] = example
    return found


# ---- what differs ----------------------------------------------------------------------------------


def test_the_same_configuration_gives_the_same_alerts() -> None:
    one = side(AMAZON)

    shown = backtested(one, one, article(CHIP), article(PRIME, number=2))

    assert (0, 0, 0, 1) == counts(shown)
    assert [] == plain(shown)["entities"]
    assert not shown.failed


def test_a_new_name_gains_an_alert_with_its_evidence_and_sentence() -> None:
    after = side(replace(AMAZON, names=(Name(text="Amazon"), Name(text="Zalando"))))

    shown = backtested(side(AMAZON), after, article("Nichts. Die Zalando wächst. Mehr nicht."))

    assert (1, 0, 0, 0) == counts(shown)
    example = only(shown)
    assert ("gained", "all", ["desk"]) == (
        example["difference"],
        example["watchlist"],
        example["receivers"],
    )
    assert "Die «Zalando» wächst." == example["sentence"]
    assert "none of its names stands there" == example["why"]
    assert (None, True) == (example["confidence"]["before"], example["confidence"]["after"] > 0.5)
    assert ("name", "Zalando") == (example["reasons"][0]["reason"], example["reasons"][0]["text"])


def test_a_decoy_loses_an_alert_and_says_what_refuses_it() -> None:
    before = side(replace(AMAZON, decoys=()))

    shown = backtested(before, side(AMAZON), article(PRIME))

    assert (0, 1, 0, 0) == counts(shown)
    assert only(shown)["sentence"].startswith("Am Montag war «Amazon")
    assert only(shown)["confidence"]["before"] > 0.5 > only(shown)["confidence"]["after"]
    assert "refused: 'Amazon Prime' is another thing in this article (decoy)" == only(shown)["why"]


def test_a_changed_confidence_is_told_as_such() -> None:
    after = side(replace(AMAZON, context=("Chip",)))

    shown = backtested(side(AMAZON), after, article(CHIP))

    assert (0, 0, 1, 0) == counts(shown)
    confidence = only(shown)["confidence"]
    assert confidence["before"] < confidence["after"]
    assert only(shown)["why"] is None


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (side(), "there is no entity 'amazon'"),
        (side(AMAZON, watchlists=()), "there is no watchlist 'all'"),
        (side(AMAZON, feeds={}), "there is no feed 'kurier'"),
        (
            side(AMAZON, watchlists=(replace(ALL, entities=frozenset({EntityId("x")})),)),
            "the watchlist does not watch it",
        ),
        (side(AMAZON, watchlists=(replace(ALL, min_confidence=0.999),)), "min_confidence 0.999"),
        (side(AMAZON, watchlists=(replace(ALL, languages=frozenset({"en"})),)), "language is de"),
        (
            side(AMAZON, watchlists=(replace(ALL, has_query=True),), queries={"all": "Amazon AND Rind"}),
            "its query does not hold: Amazon AND Rind",
        ),
        (
            side(AMAZON, watchlists=(replace(ALL, feed_labels={"tier": ("1", "2")}),)),
            "the feed is not labelled as it wants: tier=1|2",
        ),
        (side(AMAZON, watchlists=(replace(ALL, receivers=()),)), "it has no receivers"),
    ],
)
def test_whatever_takes_an_alert_away_is_said(after: Side, why: str) -> None:
    shown = backtested(side(AMAZON), after, article(CHIP))

    assert (0, 1, 0, 0) == counts(shown)
    assert why in only(shown)["why"]


def test_an_alert_for_another_receiver_is_lost_to_one_and_gained_by_the_other() -> None:
    after = side(AMAZON, watchlists=(replace(ALL, receivers=(SLACK,)),))

    shown = backtested(side(AMAZON), after, article(CHIP))

    assert (1, 1, 0, 0) == counts(shown)
    assert {("gained", "slack", "it goes to desk"), ("lost", "desk", "it goes to slack")} == {
        (each["difference"], *each["receivers"], each["why"])
        for entity_ in plain(shown)["entities"]
        for each in entity_["examples"]
    }


def test_labels_of_a_feed_count_as_each_file_has_them() -> None:
    labelled = (replace(ALL, feed_labels={"tier": ("1",)}),)
    before = side(AMAZON, watchlists=labelled, feeds={FEED: {"tier": "2"}})
    after = side(AMAZON, watchlists=labelled, feeds={FEED: {"tier": "1"}})

    assert (1, 0, 0, 0) == counts(backtested(before, after, article(CHIP)))


def test_a_story_is_told_once_whichever_copy_tells_it() -> None:
    wire = " ".join(f"{CHIP} Auch {word} sprach davon." for word in ("Anna", "Berta", "Clara", "Dora"))
    before, after = side(AMAZON), side(replace(AMAZON, names=(*AMAZON.names, Name(text="Zalando"))))
    first = article(wire.replace("Amazon", "Zalando"), number=1)
    first = replace(first, canonical_url="https://kurier.example/wire")
    second = replace(article(wire, number=2), canonical_url="https://kurier.example/wire")

    assert (1, 0, 0, 0) == counts(backtested(before, after, first))
    assert (0, 0, 0, 1) == counts(backtested(before, after, first, second))


def test_a_story_that_is_over_is_told_again() -> None:
    later = article(
        CHIP, number=2, fetched_at=NOW + timedelta(days=9), canonical_url="https://kurier.example/1"
    )

    shown = backtested(side(), side(AMAZON), article(CHIP), later)

    assert (2, 0, 0, 0) == counts(shown)


def test_what_is_held_is_an_alert_all_the_same() -> None:
    after = side(AMAZON, watchlists=(replace(ALL, digest=DigestSchedule(at=("07:30",), tz="UTC")),))

    assert (0, 0, 0, 1) == counts(backtested(side(AMAZON), after, article(CHIP)))


# ---- how it is told --------------------------------------------------------------------------------


def test_more_than_so_many_differences_fail() -> None:
    articles = [article(f"{CHIP} Nummer {word}.", number=n) for n, word in enumerate(("eins", "zwei"), 1)]

    assert backtested(side(), side(AMAZON), *articles, fail_over=1).failed
    assert not backtested(side(), side(AMAZON), *articles, fail_over=2).failed
    assert not backtested(side(), side(AMAZON), *articles).failed


def test_all_are_counted_and_a_few_are_shown() -> None:
    articles = [article(f"Amazon {chr(97 + n) * 4}.", number=n) for n in range(9)]

    (entity_,) = plain(backtested(side(), side(AMAZON), *articles))["entities"]

    assert (9, 3) == (entity_["gained"], len(entity_["examples"]))


def test_people_see_the_sentence_the_evidence_and_the_totals() -> None:
    shown = backtested(side(), side(AMAZON), article(CHIP, title="T" * 200))

    told = "\n".join(" ".join(row) for table in shown.tables for row in table.rows)
    assert "«Amazon» stellt" in told
    assert "'Amazon' is the name" in told
    assert "before: there is no entity 'amazon'" in told
    assert "T" * 81 not in told
    assert "1 article: 1 alert gained, 0 lost, 0 with another confidence, 0 as before" == shown.words[-1]


# ---- what is judged --------------------------------------------------------------------------------


def archived(one: Article, *, matched: bool = False) -> Archived:
    return Archived(number=1, article=one, matched=matched, page=None)


def judged(keep: Keep, *those: Archived) -> tuple[list[Article], Seen]:
    seen, one = Seen(), side(AMAZON, keep=keep)
    sheaves = stored([those], (one, one), lambda _: [], seen)
    return [each for sheaf in sheaves for each in sheaf.articles], seen


@pytest.mark.parametrize(
    ("keep", "verdict", "text", "matched", "expected"),
    [
        (Keep.TEXTS, Verdict.FULL, CHIP, False, True),
        (Keep.TEXTS, Verdict.EMPTY, "", False, True),
        (Keep.TEXTS, Verdict.FULL, "", False, False),
        (Keep.TEXTS, Verdict.UNREAD, CHIP, False, False),
        (Keep.MATCHED, Verdict.EMPTY, "", False, False),
        (Keep.MATCHED, Verdict.EMPTY, "", True, True),
        (Keep.MATCHED, Verdict.FULL, CHIP, True, True),
    ],
)
def test_only_an_article_that_is_kept_whole_is_judged(
    *, keep: Keep, verdict: Verdict, text: str, matched: bool, expected: bool
) -> None:
    articles, seen = judged(keep, archived(article(text, verdict=verdict), matched=matched))

    assert expected == bool(articles)
    assert seen.without_text == (not expected)


def test_articles_of_feeds_that_neither_file_names_are_not_judged() -> None:
    articles, seen = judged(Keep.TEXTS, archived(article(CHIP, feed_id=FeedId("gone"))))

    assert ([], 1, 0) == (articles, seen.without_feed, seen.without_text)


def test_what_was_not_judged_is_said_with_what_would_help() -> None:
    sides = (side(AMAZON, keep=Keep.MATCHED), side(AMAZON, feeds={FEED: {}, FeedId("new"): {}}))
    seen = Seen(without_text=7, without_feed=2, failed=3, oldest=NOW)

    shown = show_backtest(Comparison(*sides, 3), seen, sides, (NOW, NOW), None)

    told = "\n".join(shown.words)
    assert "7 articles without a kept text" in told
    assert "`keep: texts` keeps the text of every article" in told
    assert "2 articles of feeds that neither file names" in told
    assert "3 articles over which a process died" in told
    assert "the new feed 'new'" in told
    assert shown.failed


def test_an_empty_store_and_several_new_feeds_are_said() -> None:
    sides = (side(AMAZON, feeds={}), side(AMAZON, feeds={FEED: {}, FeedId("new"): {}}))

    shown = show_backtest(Comparison(*sides, 3), Seen(without_text=1), sides, (NOW, NOW), None)

    told = "\n".join(shown.words)
    assert "no article is stored since 2026-03-01T12:00:00Z" in told
    assert "2 new feeds" in told
    assert "before `keep: texts` was set" in told


def test_a_sheaf_over_which_a_process_died_is_counted() -> None:
    def dies(
        _: Callable[[Sheaf], Named], sheaves: Iterable[Sheaf]
    ) -> Iterator[tuple[Sheaf, Named | SandboxFailed]]:
        for sheaf in sheaves:
            yield sheaf, SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="died")

    seen, one, done = Seen(), side(AMAZON), list[int]()
    sheaf = Sheaf(articles=(article(CHIP), article(PRIME, number=2)))

    compare([sheaf, sheaf], (one, one), dies, seen, 3, done.append)

    assert (0, 4, [2, 4]) == (seen.judged, seen.failed, done)


def test_given_articles_are_judged_without_labels_and_faults_are_told() -> None:
    lines = (
        json.dumps({"title": "Amazon wächst", "text": "Amazon wächst weiter."}),
        "no article",
        json.dumps({"text": CHIP, "feed": 3}),
        json.dumps({"text": CHIP, "feed": "kurier", "url": "https://kurier.example/1", "language": "de"}),
    )
    labelled = (replace(ALL, feed_labels={"tier": ("1",)}),)
    sides = (side(), side(AMAZON, watchlists=labelled, feeds={FEED: {}}))
    seen = Seen()

    sheaves = given(io.BytesIO("\n".join(lines).encode()).read, NOW, seen)
    comparison = compare(sheaves, sides, here, seen, 3)
    shown = show_backtest(comparison, seen, sides, None, None)

    # The second good one is of a feed that is not labelled.
    assert (2, 2, 1) == (seen.judged, seen.malformed, seen.unlabelled)
    assert (1, 0, 0, 0) == counts(shown)
    told = "\n".join(shown.words)
    assert "line 2: not JSON" in told
    assert "line 3: 'feed' is not a text" in told
    assert "1 article names no feed" in told
    assert shown.failed
