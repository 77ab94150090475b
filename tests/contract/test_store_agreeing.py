"""Workers with different configurations on one store: whose is in force?"""

from datetime import datetime, timedelta

from monitor.adapters.store import Instance, SqlStore
from monitor.model import Receiver, ReceiverName
from tests.contract.store_rows import ALL, LEASE, NOW, SECOND, ids, settings

DESK = Receiver(name=ReceiverName("desk"), url="https://desk.example/")


def says(store: SqlStore, version: str, now: datetime = NOW, *, anew: bool = False) -> datetime | None:
    """Have a worker say that it lives and has this configuration, whose only feed has its name."""
    me = Instance(host="boot/1", pid=7, started="1", seen_at=now, configuration=version)
    return store.agree(me, [settings(version)], [DESK], anew=anew).behind_since


def polled(store: SqlStore) -> list[str]:
    return ids(store.claim_feeds(NOW + timedelta(days=1), ALL, LEASE))


def test_the_newest_configuration_is_in_force_and_an_older_one_undoes_nothing(
    store: SqlStore, other: SqlStore
) -> None:
    begun = [says(store, "old", anew=True), says(other, "new", NOW + SECOND, anew=True)]
    after = [says(store, "old", NOW + 2 * SECOND), says(store, "old", NOW + 3 * SECOND, anew=True)]

    assert [None, None] == begun
    assert [NOW + SECOND] * 2 == after
    assert ["new"] == polled(store)


def test_workers_with_the_same_configuration_are_never_behind(store: SqlStore, other: SqlStore) -> None:
    said = [says(each, "same", NOW + n * SECOND) for n in range(3) for each in (store, other)]

    assert [None] * 6 == said


def test_an_older_configuration_comes_back_when_no_worker_with_the_newer_one_lives(
    store: SqlStore, other: SqlStore
) -> None:
    minute = timedelta(minutes=1)
    says(store, "old", anew=True)
    says(other, "new", NOW, anew=True)

    alive = says(store, "old", NOW + minute - SECOND)
    silent = says(store, "old", NOW + minute)

    assert (NOW, None) == (alive, silent)
    assert ["old"] == polled(store)


def test_an_older_configuration_comes_back_at_once_when_the_newer_worker_ended(
    store: SqlStore, other: SqlStore
) -> None:
    says(store, "old", anew=True)
    says(other, "new", anew=True)
    other.unregister()

    assert says(store, "old", NOW + SECOND) is None
    assert ["old"] == polled(store)


def test_a_worker_alone_goes_back_and_forth_as_it_is_told(store: SqlStore) -> None:
    said = [says(store, version, anew=True) for version in ("old", "new", "old", "new")]

    assert [None] * 4 == said
    assert ["new"] == polled(store)


def test_a_step_back_of_all_workers_is_in_force_when_the_last_one_made_it(
    store: SqlStore, other: SqlStore
) -> None:
    for each, version in [(store, "old"), (store, "new"), (other, "new")]:
        says(each, version, anew=True)

    first, second = says(store, "old", anew=True), says(other, "old", anew=True)

    assert (NOW, None) == (first, second)
    assert says(store, "old") is None
    assert ["old"] == polled(store)


def test_a_worker_that_superseded_its_own_is_not_held_up_by_itself(store: SqlStore) -> None:
    says(store, "old", anew=True)
    says(store, "new", anew=True)

    assert says(store, "old", NOW + SECOND, anew=True) is None
