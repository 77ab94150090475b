"""Which texts and pages are kept, and which pages need not be extracted."""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any, cast

import pytest

from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore
from monitor.matching.matcher import build_matcher
from monitor.matching.sieve import build_sieve
from monitor.model import (
    Announced,
    Document,
    Edited,
    Entity,
    EntityId,
    EntityKind,
    Entry,
    FailureReason,
    FetchFailed,
    Keep,
    Name,
    PageMemory,
    Reread,
    Verdict,
    Zones,
)
from monitor.pipeline import process as step
from monitor.ports import Ports, Report
from monitor.steps.reading import ONE_IN, spared
from monitor.steps.rules import Rules
from monitor.text.ids import digest63
from tests.contract.store_rows import (
    ALL,
    DAY,
    FEED,
    NOW,
    announce,
    article,
    claim_entry,
    entry,
    process,
    settings,
    story,
)
from tests.unit.articles.pages import GERMAN, page, paragraphs

WELL = PageMemory(reasons=(None,) * 20, chars=(900,) * 5, texts=20, usual=900.0)
NOBODY = page(paragraphs(GERMAN * 2))
NAMING = page(f"<p>Der Chip von Ama<wbr>zon kommt im Herbst in den Handel.</p>{paragraphs(GERMAN * 2)}")
TEXT = Zones(title="Größe \ud83d", text="Amazon baut.\n\nEin Chip.", lead_end=12, captions="Bild \x00")


def names(*, sampled: bool) -> list[str]:
    """Return names of entries whose pages are extracted in any case, or of others."""
    return [f"n{number}" for number in range(60) if (digest63(f"en_n{number}") % ONE_IN == 0) is sampled]


class Clock:
    def now(self) -> datetime:
        return NOW


class Web:
    """Answers every address with one page."""

    def __init__(self, answer: str | FetchFailed) -> None:
        self.answer = answer

    def get(self, url: str) -> Document | FetchFailed:
        if isinstance(self.answer, FetchFailed):
            return self.answer
        return Document(url=url, content_type="text/html", body=self.answer.encode())


def rules(keep: Keep) -> Rules:
    matcher = build_matcher(
        [Entity(id=EntityId("amazon"), kind=EntityKind.ORGANIZATION, names=(Name(text="Amazon"),))], {}
    )
    return Rules(
        feeds={FEED: settings()},
        entities={each.id: each for each in matcher.lexicon.entities},
        watchlists=(),
        receivers={},
        matcher=matcher,
        user_agent="test",
        keep=keep,
        sieve=None if keep is Keep.TEXTS else build_sieve(matcher.lexicon),
    )


def remember(store: SqlStore, pages: PageMemory) -> None:
    """Have a feed's pages be as they are remembered."""
    announce(store, entry("first"))
    process(store, "first", story("first"), pages=pages)


def read(
    store: SqlStore, keep: Keep, answer: str | FetchFailed = NOBODY, *, name: str = "", **announced: Any
) -> tuple[Report, Zones]:
    """Process an entry, and return the report and what is kept of its article."""
    name = name or names(sampled=False)[0]
    wanted = entry(name)
    announced = {"guid": name, "link": wanted.announced.link, "title": "Konzern", **announced}
    add(store, replace(wanted, announced=Announced(**announced)))
    report = step(claim_entry(store, name), ports(store, answer), rules(keep))
    return report, store.recent_articles(1)[0].article.zones


def ports(store: SqlStore, answer: str | FetchFailed = NOBODY) -> Ports:
    return Ports(
        fetcher=cast("Any", Web(answer)),
        sender=cast("Any", None),
        sandbox=InlineSandbox(),
        store=store,
        clock=Clock(),
        random=Random(1),
    )


def add(store: SqlStore, new: Entry) -> None:
    (claim,) = store.claim_feeds(NOW + 2 * DAY, ALL, DAY)
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, (new,), {}, (), {})


def kept(store: SqlStore, table: str) -> int:
    with store._engine.begin() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


# ---- what the store keeps --------------------------------------------------------------------------


def test_a_text_comes_back_as_it_was_with_an_edit_s_in_its_place(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a"), article=article(entry("a"), zones=TEXT))
    first = store.recent_articles(1)[0].article.zones
    with store.transaction() as tx:
        before = tx.reading(entry("a").id)

    assert TEXT == first
    assert before is not None
    assert TEXT == before.article.zones


def test_pages_and_texts_go_with_their_articles(store: SqlStore) -> None:
    raw = Document(url="https://news.example/a", content_type="text/html", body=b"<p>\xff\x00:12:" * 50)
    announce(store, entry("a"), entry("b"))
    process(store, "a", story("a"), article=article(entry("a"), fetched_at=NOW - 9 * DAY), page=raw)
    before = (kept(store, "texts"), kept(store, "pages"))

    store.purge(NOW - 7 * DAY)

    assert (1, 1) == before
    assert (0, 0) == (kept(store, "texts"), kept(store, "pages"))


# ---- what need not be extracted --------------------------------------------------------------------


@pytest.mark.parametrize("keep", [Keep.MATCHED, Keep.PAGES])
def test_a_page_that_names_nobody_is_not_extracted_where_texts_are_not_kept(
    store: SqlStore, keep: Keep
) -> None:
    remember(store, WELL)

    report, zones = read(store, keep, summary="Am Montag.")

    assert {"unread": 1, "unmatched": 1} == {name: n for name, n in report.counts.items() if n}
    assert Verdict.UNREAD.value == report.facts["verdict"]
    assert "Konzern" == zones.title
    assert zones.text == ("" if keep is Keep.MATCHED else "Am Montag.")
    assert (keep is Keep.PAGES) == kept(store, "pages")
    with store.transaction() as tx:
        assert replace(WELL, reasons=(None,) * 20) == tx.pages(FEED)


def test_with_texts_kept_every_page_is_extracted(store: SqlStore) -> None:
    remember(store, WELL)

    report, zones = read(store, Keep.TEXTS)

    assert 1 == report.counts["extracted"]
    assert "\n\n".join(GERMAN) == zones.text


def test_a_page_that_names_somebody_is_extracted_and_matches(store: SqlStore) -> None:
    remember(store, WELL)

    report, zones = read(store, Keep.MATCHED, NAMING)

    assert (1, 1) == (report.counts["extracted"], report.counts["matched"])
    assert "Der Chip von Amazon" in zones.text


@pytest.mark.parametrize("announced", [{"title": "Amazon baut"}, {"summary": "<p>Neues von Ama&shy;zon</p>"}])
def test_a_feed_that_names_somebody_has_the_page_extracted(
    store: SqlStore, announced: dict[str, str]
) -> None:
    remember(store, WELL)

    report, _ = read(store, Keep.MATCHED, **announced)

    assert 1 == report.counts["extracted"]


@pytest.mark.parametrize(
    "pages",
    [
        PageMemory(),
        replace(WELL, texts=19),
        replace(WELL, reasons=(None,) * 19 + (FailureReason.CONSENT,)),
    ],
)
def test_of_a_feed_whose_pages_are_not_known_to_be_well_every_page_is_extracted(
    store: SqlStore, pages: PageMemory
) -> None:
    remember(store, pages)

    report, _ = read(store, Keep.MATCHED)

    assert 1 == report.counts["extracted"]


def test_some_pages_are_extracted_in_any_case_and_their_texts_are_not_kept(store: SqlStore) -> None:
    remember(store, WELL)

    report, zones = read(store, Keep.MATCHED, name=names(sampled=True)[0])

    assert 1 == report.counts["extracted"]
    assert "" == zones.text


def test_a_page_with_little_text_is_extracted_and_its_wall_is_told(store: SqlStore) -> None:
    remember(store, WELL)
    wall = page("<p>Nutzung mit Werbung: Wir verwenden Cookies. Alle akzeptieren.</p>")

    report, _ = read(store, Keep.MATCHED, wall)

    assert 1 == report.counts["fell_back.consent"]


def test_a_page_that_cannot_be_had_is_told_as_ever(store: SqlStore) -> None:
    remember(store, WELL)

    report, _ = read(store, Keep.MATCHED, FetchFailed(reason=FailureReason.ROBOTS, detail="excluded"))

    assert 1 == report.counts["fell_back.robots"]


def test_an_entry_that_is_read_again_is_not_skimmed(store: SqlStore) -> None:
    remember(store, WELL)
    fresh, answer = entry(names(sampled=False)[0]), Web(NOBODY).get("https://news.example/a")

    skimmed = [
        spared(replace(fresh, read=read), answer, ports(store), rules(Keep.MATCHED)) for read in (False, True)
    ]

    assert [Verdict.UNREAD, None] == [each and each.verdict for each in skimmed]


def test_whether_an_article_was_read_before_comes_with_its_claim(store: SqlStore) -> None:
    a, b = entry("a"), entry("b")
    announce(store, a, b)
    process(
        store, "a", story("a"), reread=Reread(entry=a.id, announced_digest=7, read_at=NOW, until=NOW + DAY)
    )
    with store.transaction() as tx:
        tx.save_edited(
            [Edited(entry=a.id, announced=a.announced, announced_digest=8, times=1, due_at=NOW + DAY)]
        )

    found = store.claim_entries(NOW + DAY, ALL, DAY)

    assert {a.id: True, b.id: False} == {claim.row.id: claim.row.read for claim in found}


def test_what_is_refused_is_kept_with_its_text(store: SqlStore) -> None:
    remember(store, WELL)
    rain = page(f"<p>Der Regen am Amazonas nimmt ab.</p>{paragraphs(GERMAN * 2)}")

    report, zones = read(store, Keep.MATCHED, rain)

    assert 1 == report.counts["unmatched"]
    assert "Amazonas" in zones.text
    assert 1 == len(store.recent_articles(1)[0].refused)
