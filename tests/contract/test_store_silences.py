"""Silences hold at once, end at once, and are seen by everybody."""

from dataclasses import replace
from datetime import datetime

from monitor.adapters.store import SqlStore
from monitor.model import Condition, HoldReason, Sign, Silence, SilenceId
from monitor.ports import HeldFilter
from tests.contract.store_rows import DAY, NOW, SECOND, announce, entry, held, process, story


def silence(name: str, begins_at: datetime = NOW, ends_at: datetime = NOW + DAY) -> Silence:
    return Silence(
        id=SilenceId(f"si_{name}"),
        conditions=(Condition(label="title", sign=Sign.FITS, value="Grüße.*"),),
        begins_at=begins_at,
        ends_at=ends_at,
        comment="Messe \ud83d",
        by="anna",
        created_at=NOW,
    )


def now_holding(store: SqlStore, at: datetime) -> list[str]:
    with store.transaction() as tx:
        return [each.id for each in tx.silences(at)]


def test_a_silence_holds_for_every_instance_from_its_begin_until_before_its_end(
    store: SqlStore, other: SqlStore
) -> None:
    one, later = silence("a"), silence("b", NOW + SECOND, NOW + 2 * DAY)
    store.add_silence(one)
    store.add_silence(later)

    found = [now_holding(other, at) for at in (NOW - SECOND, NOW, NOW + SECOND, NOW + DAY, NOW + 2 * DAY)]

    assert [[], ["si_a"], ["si_a", "si_b"], ["si_b"], []] == found
    assert [later, replace(one, comment="Messe \ufffd")] == [
        replace(each, comment="Messe \ud83d") if each.id == "si_b" else each for each in other.silences()
    ]


def test_a_silence_that_is_ended_has_what_it_held_asked_again_at_once(store: SqlStore) -> None:
    store.add_silence(silence("a"))
    announce(store, entry("a"))
    kept = held("b", NOW + DAY)
    silenced = replace(held("a", NOW + DAY), hold=HoldReason.SILENCED)
    process(store, "a", story("a"), held=[silenced, kept])

    ended = [store.expire_silence(SilenceId(name), NOW + SECOND) for name in ("si_a", "si_a", "si_x")]

    assert [True, False, False] == ended
    assert [] == now_holding(store, NOW + SECOND)
    assert [replace(silenced, release_at=NOW + SECOND), kept] == list(store.held(HeldFilter()))


def test_purge_drops_silences_that_ended_long_ago(store: SqlStore) -> None:
    store.add_silence(silence("old", NOW - 9 * DAY, NOW - 8 * DAY))
    store.add_silence(silence("new"))

    store.purge(NOW - 7 * DAY)

    assert ["si_new"] == [each.id for each in store.silences()]


def test_status_shows_what_is_silent_now(store: SqlStore) -> None:
    store.add_silence(silence("a"))
    store.add_silence(silence("later", NOW + DAY, NOW + 2 * DAY))

    (shown,) = store.status(NOW)["silences"]

    assert ("si_a", ["title=~Grüße.*"], "anna") == (shown["id"], shown["matchers"], shown["by"])
