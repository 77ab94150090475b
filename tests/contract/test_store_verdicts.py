"""What receivers say of matches, in every store."""

from collections.abc import Sequence
from datetime import timedelta

from monitor.adapters.store import SqlStore
from monitor.model import EntityId, EntryId, MatchVerdict, ReceiverName, Rightness, Told
from monitor.ports import Sought
from tests.contract.store_rows import CLOUD, DAY, DESK, NOW, announce, entry, fill, process, story

AMAZON, A, B = EntityId("amazon"), EntryId("en_a"), EntryId("en_b")


def verdict(said: Rightness, entry: EntryId = A, note: str = "", days: int = 0) -> MatchVerdict:
    return MatchVerdict(entry=entry, entity=AMAZON, said=said, note=note, said_at=NOW + days * DAY)


def judged(store: SqlStore, said: Rightness | None) -> Sequence[str]:
    found = store.library().find_matches(Sought(verdict=said)).rows
    return [each["article"]["id"] for each in found]


def test_the_key_of_links_is_made_once_for_all_workers(store: SqlStore, other: SqlStore) -> None:
    assert [b"1" * 32] * 3 == [
        store.key_of_verdicts(b"1" * 32),
        other.key_of_verdicts(b"2" * 32),
        store.key_of_verdicts(b"3" * 32),
    ]


def test_the_last_word_counts_and_what_is_said_again_was_said_before(store: SqlStore) -> None:
    fill(store)
    first, last = verdict(Rightness.RIGHT), verdict(Rightness.WRONG, note="Fluß \ud83d\0", days=1)

    assert store.verdict_of(A, AMAZON) is None
    assert store.say(first)
    assert store.say(verdict(Rightness.RIGHT, days=1))
    assert first == store.verdict_of(A, AMAZON)
    assert store.say(last)

    found = store.verdict_of(A, AMAZON)
    assert found is not None
    assert (Rightness.WRONG, "Fluß \ufffd\ufffd", NOW + DAY) == (found.said, found.note, found.said_at)
    assert store.verdict_of(A, EntityId("other")) is None


def test_matches_show_what_was_said_and_can_be_sought_by_it(store: SqlStore) -> None:
    fill(store)
    store.say(verdict(Rightness.WRONG, note="ein Fluß"))
    store.say(verdict(Rightness.RIGHT, B))

    library = store.library()
    shown = {"said": "wrong", "note": "ein Fluß", "at": "2026-03-01T12:00:00.123456Z"}
    assert ["en_e", "en_c", "en_b", "en_a"] == judged(store, None)
    assert (["en_b"], ["en_a"]) == (judged(store, Rightness.RIGHT), judged(store, Rightness.WRONG))
    (found,) = library.find_matches(Sought(verdict="wrong")).rows
    article, alert = library.show_article("en_a"), library.show_alert("al_a")
    assert article is not None
    assert alert is not None
    assert [shown] * 3 == [each["verdict"] for each in (found, article["matches"][0], alert["matches"][0])]
    assert article["refused"][0]["verdict"] is None


def test_a_verdict_stays_when_its_article_is_dropped_and_can_still_be_said(store: SqlStore) -> None:
    fill(store)
    store.say(verdict(Rightness.WRONG))
    assert store.title_of(A) == "a"

    store.purge(NOW + timedelta(days=365))

    assert store.title_of(A) == ""
    assert store.verdict_of(A, AMAZON) is not None
    assert store.say(verdict(Rightness.RIGHT, B))
    assert store.title_of(EntryId("en_none")) is None
    assert not store.say(verdict(Rightness.RIGHT, EntryId("en_none")))


def test_verdicts_are_counted_and_given_with_what_is_kept_the_newest_first(store: SqlStore) -> None:
    fill(store)
    for number, name in enumerate("abc"):
        store.say(verdict(Rightness.WRONG, EntryId(f"en_{name}"), days=number))
    store.say(verdict(Rightness.RIGHT, EntryId("en_e")))

    newest = store.judged(AMAZON, Rightness.WRONG, 2)
    assert {AMAZON: {Rightness.RIGHT: 1, Rightness.WRONG: 3}} == store.count_verdicts()
    assert ["en_c", "en_b"] == [each.verdict.entry for each in newest]
    assert all(each.match and each.match.entity == AMAZON for each in newest)
    assert ["Amazon builds a chip."] * 2 == [each.article.zones.text for each in newest if each.article]

    store.purge(NOW + 365 * DAY)

    (gone,) = store.judged(AMAZON, Rightness.RIGHT, 9)
    assert (None, None) == (gone.article, gone.match)


def test_stories_that_told_of_an_entity_are_counted_once_whoever_heard(store: SqlStore) -> None:
    told = frozenset({Told(CLOUD, AMAZON, DESK), Told(CLOUD, AMAZON, ReceiverName("slack"))})
    announce(store, entry("a"))
    process(store, "a", story("a"), told=told)

    assert {AMAZON: 1} == store.count_told()
