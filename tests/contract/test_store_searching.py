"""Articles are found by their words, on both databases alike, for as long as they are kept."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.adapters.store import SqlStore, copy_store, open_store
from monitor.model import Entry, Matched, Zones
from monitor.ports import Claim, Sought
from monitor.text.search import read_search
from tests.contract.store_rows import ALL, HOUR, LEASE, NOW, announce, article, entry, processed, story

TEXTS = {
    "a": "Die Müller AG baut in Köln eine Fabrik. Peter DeSantis kommt.",
    "b": "Peter trifft Herrn DeSantis; die Fabriken von AT&T schließen.",
    "c": "Ein Kanzler, zwei Kanzlerinnen: Straßen in Muenchen.",
}


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    fill(store)
    return store


@pytest.fixture(scope="module")
def full(standing: SqlStore) -> SqlStore:
    fill(standing)
    return standing


def fill(store: SqlStore) -> None:
    """Save three articles, `c` is the newest."""
    announce(store, *(entry(name) for name in TEXTS))
    for claim in store.claim_entries(NOW, ALL, LEASE):
        name = str(claim.row.id).removeprefix("en_")
        save(store, claim, name, TEXTS[name])


def save(store: SqlStore, claim: Claim[Entry], name: str, body: str, *, edited: bool = False) -> None:
    zones = Zones(title=f"Titel{name}", text=body, captions="Bildzeile")
    found = article(claim.row, zones=zones, fetched_at=NOW + ("abc".index(name)) * HOUR)
    given = processed(
        claim.row,
        story(name),
        article=found,
        matched=Matched(),
        told=frozenset(),
        edited=edited,
    )
    with store.transaction() as tx:
        tx.save_processed(claim, given, {})


def found(store: SqlStore, query: str, **more: object) -> list[str]:
    sought = replace(Sought(words=read_search(query)), **more)  # type: ignore[arg-type]
    rows = store.library().find_articles(sought).rows
    return [str(row["id"]).removeprefix("en_") for row in rows]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("Müller", "a"),
        ("MUELLER", "a"),
        ("München", "c"),
        ("strassen", "c"),
        ("peter desantis", "ba"),
        ('"peter desantis"', "a"),
        ("peter -herrn", "a"),
        ('desantis -"peter desantis"', "b"),
        ("kanzler", "c"),
        ("kanzl*", "c"),
        ("fabrik*", "ba"),
        ("fabrik", "a"),
        ("AT&T", "b"),
        ("titelb", "b"),
        ("bildzeile", "cba"),
        ("kanzler müller", ""),
        ("nirgends", ""),
    ],
)
def test_words_find_the_articles_that_hold_them_the_newest_first(
    full: SqlStore, query: str, ids: str
) -> None:
    assert list(ids) == found(full, query)


def test_what_is_found_goes_with_every_other_filter_and_by_pages(full: SqlStore) -> None:
    first = full.library().find_articles(Sought(words=read_search("bildzeile"), limit=2))

    assert ["en_c", "en_b"] == [row["id"] for row in first.rows]
    assert ["a"] == found(full, "bildzeile", behind=first.last)
    assert ["b"] == found(full, "bildzeile", since=NOW + HOUR, until=NOW + 2 * HOUR)
    assert [] == found(full, "bildzeile", feed="other")


def test_what_is_found_shows_its_sentence(full: SqlStore) -> None:
    (row,) = full.library().find_articles(Sought(words=read_search("desantis -herrn"))).rows

    assert "Peter DeSantis kommt." == row["snippet"]
    assert [None] * 3 == [row["snippet"] for row in full.library().find_articles(Sought()).rows]


@pytest.mark.parametrize(
    "query",
    [
        "AND",
        "a OR b",
        "NEAR(a b)",
        "words:x",
        "a:b",
        "'); DROP TABLE articles; --",
        "^x + y",
        "NOT a",
        "x" * 199,
        "ﷺ",
        "a\N{COMBINING ACUTE ACCENT}b",
        "देवनागरी",
        "中文",
        "1e5 3.14 a_b",
        "🙂 smile",
    ],
)
def test_no_query_breaks_the_search(full: SqlStore, query: str) -> None:
    assert [] == found(full, query)


def test_an_edited_article_is_found_by_what_it_says_now(filled: SqlStore) -> None:
    with filled._writer.begin() as connection:
        connection.execute(text("UPDATE entries SET state = 'pending' WHERE id = 'en_a'"))
    (claim,) = filled.claim_entries(NOW + timedelta(days=1), ALL, LEASE)
    save(filled, claim, "a", "Nun baut Siemens.", edited=True)

    assert (["a"], [], ["a"]) == (found(filled, "siemens"), found(filled, "müller"), found(filled, "titela"))


def test_what_is_purged_is_found_no_more_and_leaves_no_words(filled: SqlStore) -> None:
    filled.purge(NOW + HOUR)

    assert ([], ["c", "b"]) == (found(filled, "müller"), found(filled, "bildzeile"))
    with filled._reading() as connection:
        assert 2 == connection.execute(text("SELECT count(*) FROM article_words")).scalar_one()


def test_articles_of_older_versions_are_found_once_their_words_are_added(filled: SqlStore) -> None:
    with filled._writer.begin() as connection:
        connection.execute(text("DELETE FROM article_words"))
    assert [] == found(filled, "bildzeile")

    assert (3, 0, 0) == (filled.add_words(), filled.add_words(), filled.add_words())

    assert ["c", "b", "a"] == found(filled, "bildzeile")


def test_a_store_that_moved_finds_what_it_found_before(tmp_path: Path, database: str) -> None:
    file = f"sqlite:///{tmp_path}/moved.db"
    with closing(open_store(database, owner="one")) as before:
        fill(before)
        assert (3, 0) == (before.add_words(), before.add_words())
    copy_store(database, file, NOW + timedelta(days=900), lambda *_: None)

    with closing(open_store(file, owner="two")) as after:
        assert (3, 0) == (after.add_words(), after.add_words())
        assert ["a"] == found(after, '"müller ag"')


def test_a_text_of_any_length_is_kept_and_its_beginning_found(store: SqlStore) -> None:
    announce(store, entry("d"))
    (claim,) = store.claim_entries(NOW, ALL, LEASE)
    endless = " ".join([f"wort{number}" for number in range(40_000)] + ["ü" * 100_000, "𠀀" * 300_000])
    zones = Zones(title="Lang", text=endless)
    given = processed(claim.row, story("d"), article=article(claim.row, zones=zones), matched=Matched())
    with store.transaction() as tx:
        tx.save_processed(claim, replace(given, told=frozenset()), {})

    assert ["d"] == found(store, "wort1 wort15000")
    assert [] == found(store, "wort30000")
