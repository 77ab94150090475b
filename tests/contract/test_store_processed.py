"""Articles, stories and alerts: what processing writes, and what it is told of the past."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.adapters.store import SqlStore
from monitor.model import (
    Burst,
    EntityId,
    HeldAlert,
    HoldReason,
    Matched,
    ReceiverName,
    StoryCandidate,
    StoryId,
    Tier,
    Told,
    WatchlistId,
)
from monitor.ports import HeldFilter, Tx
from monitor.text.fingerprint import fingerprint
from tests.contract.store_rows import (
    ALL,
    CLOUD,
    DAY,
    DESK,
    FEED,
    LEASE,
    NOW,
    SECOND,
    WIRE,
    alert,
    announce,
    article,
    claim_entry,
    delivery,
    entry,
    held,
    ids,
    match,
    process,
    processed,
    story,
)

OTHER = tuple(range(1000, 1064))


def near(store: SqlStore, *, to: str, like: tuple[int, ...], since_days: int = 3) -> list[StoryCandidate]:
    with store.transaction() as tx:
        return list(tx.stories_near(article(entry(to), like), NOW - since_days * DAY))


def test_a_processed_entry_leaves_everything_that_it_gave(store: SqlStore) -> None:
    announce(store, entry("a"))
    told_in = story("a")

    process(
        store,
        "a",
        told_in,
        matched=Matched(matches=(match(),), rejected=(match("desantis", Tier.REJECTED),)),
        alerts=[alert("a", told_in)],
        held=[held("b")],
        deliveries=[delivery("a")],
    )

    status = store.status(NOW)
    assert {"pending": 0, "failed": 0} == status["entries"]
    assert (1, 1, 1) == (status["articles"], status["matches"], status["alerts"])
    assert (1, 1) == (status["deliveries"]["pending"], status["deliveries"]["held"])
    assert [] == ids(store.claim_entries(NOW + DAY, ALL, LEASE))
    assert ["msg_a"] == ids(store.claim_deliveries(NOW, ALL, LEASE))


def test_matches_and_refusals_can_be_shown_with_their_article(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claim_a = claim_entry(store, "a")
    refused = match("desantis", Tier.REJECTED)
    both = Matched(matches=(match(),), rejected=(refused,))
    with store.transaction() as tx:
        tx.save_processed(claim_a, processed(claim_a.row, story("a"), matched=both), {})

    (found,) = store.recent_articles(10)

    assert ("st_a", (match(),), (refused,)) == (found.story, found.matches, found.refused)
    assert replace(article(claim_a.row), fingerprint=()) == found.article


def test_an_article_without_a_match_makes_no_story(store: SqlStore) -> None:
    announce(store, entry("a"))
    nothing = Matched(rejected=(match("desantis", Tier.REJECTED),))

    process(store, "a", story("a"), matched=nothing, told=frozenset())

    assert 1 == store.status(NOW)["articles"]
    assert [] == near(store, to="a", like=WIRE)
    assert [None] == [each.story for each in store.recent_articles(9)]


def test_near_stories_share_a_band_or_the_address(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    told_in = story("a", outlets=frozenset({"news.example", "ü.example"}), articles=2, revision=2)
    with store.transaction() as tx:
        tx.save_processed(claims[entry("a").id], processed(entry("a"), told_in), {})

    similar = WIRE[:32] + OTHER[32:]
    assert [told_in] == [each.story for each in near(store, to="b", like=similar)]
    assert [told_in] == [each.story for each in near(store, to="a", like=OTHER)]
    assert [] == near(store, to="b", like=OTHER)
    assert [] == near(store, to="b", like=())
    (candidate,) = near(store, to="b", like=WIRE)
    assert (WIRE, "https://news.example/a", "en") == (
        candidate.fingerprint,
        candidate.canonical_url,
        candidate.language,
    )


def test_the_fingerprint_of_a_real_text_finds_its_copy(store: SqlStore) -> None:
    text = " ".join(f"word{n} stands here" for n in range(60))
    copy = text + " and the house adds a few words of its own"
    announce(store, entry("a"))
    process(store, "a", story("a"), article=article(entry("a"), fingerprint(text)))

    assert 1 == len(near(store, to="copy", like=fingerprint(copy)))


def test_stories_first_seen_too_long_ago_are_not_near(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a", first_seen_at=NOW - 4 * DAY))

    assert [] == near(store, to="a", like=WIRE, since_days=3)
    assert 1 == len(near(store, to="a", like=WIRE, since_days=4))


def test_a_story_grows_with_each_article(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    grown = story("a", revision=2, articles=2, outlets=frozenset({"one.example", "two.example"}))

    with store.transaction() as tx:
        tx.save_processed(claims[entry("a").id], processed(entry("a"), story("a")), {})
    with store.transaction() as tx:
        tx.save_processed(claims[entry("b").id], processed(entry("b"), grown), {})

    assert [grown, grown] == [each.story for each in near(store, to="c", like=WIRE)]


def test_of_a_band_that_hundreds_share_the_newest_are_read(store: SqlStore) -> None:
    announce(store, *(entry(f"e{n:03}") for n in range(250)))
    claims = sorted(store.claim_entries(NOW, ALL, LEASE), key=lambda claim: claim.row.id)
    with store.transaction() as tx:
        for claim in claims:
            tx.save_processed(claim, processed(claim.row, story(claim.row.id)), {})

    found = near(store, to="x", like=WIRE)

    assert 50 == len(found)
    assert "st_en_e249" == found[0].story.id


def test_what_shares_most_comes_before_what_is_newer(store: SqlStore) -> None:
    announce(store, entry("a"), *(entry(f"e{n:03}") for n in range(99)))
    furniture = (*WIRE[:2], *OTHER[2:])
    claims = sorted(store.claim_entries(NOW, ALL, LEASE), key=lambda claim: claim.row.id)
    with store.transaction() as tx:
        for claim in claims:
            text = WIRE if claim.row.id == "en_a" else furniture
            tx.save_processed(
                claim, processed(claim.row, story(claim.row.id), article=article(claim.row, text)), {}
            )

    assert "st_en_a" == near(store, to="x", like=WIRE)[0].story.id


def test_nobody_chooses_a_story_while_another_does(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"))
    claim = claim_entry(store, "a")
    began = threading.Event()
    found: list[StoryCandidate] = []

    def choose() -> None:
        began.set()
        found.extend(near(other, to="b", like=WIRE))

    second = threading.Thread(target=choose)
    with store.transaction() as tx:
        tx.stories_near(article(claim.row), NOW - DAY)
        second.start()
        assert began.wait(10)
        second.join(0.3)
        assert second.is_alive()
        tx.save_processed(claim, processed(claim.row, story("a")), {})
    second.join(20)

    assert ["st_a"] == [each.story.id for each in found]


def test_told_is_of_one_story_and_told_twice_is_told_once(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    first = Told(CLOUD, EntityId("amazon"), DESK)
    second = Told(CLOUD, EntityId("desantis"), DESK)
    with store.transaction() as tx:
        a, b = claims[entry("a").id], claims[entry("b").id]
        tx.save_processed(a, processed(a.row, story("a"), told=frozenset({first})), {})
        tx.save_processed(b, processed(b.row, story("a"), told=frozenset({first, second})), {})

    with store.transaction() as tx:
        assert frozenset({first, second}) == tx.told(StoryId("st_a"))
        assert frozenset() == tx.told(StoryId("st_b"))


def test_what_was_last_told_overwrites_what_was_told_before(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    first = Told(CLOUD, EntityId("amazon"), DESK, entry=entry("a").id)
    later = replace(first, outlets=3, about=True, retracted=True)
    with store.transaction() as tx:
        a, b = claims[entry("a").id], claims[entry("b").id]
        tx.save_processed(a, processed(a.row, story("a"), told=frozenset({first})), {})
        tx.save_processed(b, processed(b.row, story("a"), told=frozenset({later})), {})

    with store.transaction() as tx:
        (known,) = tx.told(StoryId("st_a"))
    assert ("en_a", 3, True, True) == (known.entry, known.outlets, known.about, known.retracted)


def test_a_budget_counts_what_went_out_and_not_what_is_held(store: SqlStore) -> None:
    announce(store, entry("a"))
    told_in = story("a")
    waiting = alert("held", told_in, hold=held("x").hold, release_at=NOW + DAY)
    raised = [
        alert("old", told_in, raised_at=NOW - DAY),
        alert("a", told_in),
        alert("b", told_in, raised_at=NOW + SECOND),
        waiting,
        alert("other", told_in, watchlist=WatchlistId("markets")),
    ]

    process(store, "a", told_in, alerts=raised)

    with store.transaction() as tx:
        assert 2 == tx.alerted_since(CLOUD, NOW)
        assert 3 == tx.alerted_since(CLOUD, NOW - DAY)
        assert 0 == tx.alerted_since(CLOUD, NOW + DAY)


def due(tx: Tx, limit: int) -> Sequence[HeldAlert]:
    return tx.held_due(NOW, [CLOUD], [DESK, ReceiverName("ops")], limit)


def test_held_alerts_come_back_as_they_were_oldest_first_and_once(store: SqlStore) -> None:
    announce(store, entry("a"))
    waiting = [held("b", NOW), held("a", NOW - SECOND), held("c", NOW + SECOND), held("a", NOW, "ops")]
    process(store, "a", story("a"), held=[*waiting, held("a", NOW)])

    with store.transaction() as tx:
        found = due(tx, 2)
        tx.end_hold(found, [delivery("digest")], {})
    with store.transaction() as tx:
        rest = due(tx, 9)

    assert [waiting[1], waiting[0]] == list(found)
    assert [waiting[3]] == list(rest)
    assert ["msg_digest"] == ids(store.claim_deliveries(NOW, ALL, LEASE))


def test_a_digest_that_is_cut_short_leaves_the_alerts_held(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a"), held=[held("a")])

    with pytest.raises(RuntimeError, match="crash"):
        release_and_crash(store)

    with store.transaction() as tx:
        assert [held("a")] == list(due(tx, 9))
    assert 0 == store.status(NOW)["deliveries"]["pending"]


def release_and_crash(store: SqlStore) -> None:
    with store.transaction() as tx:
        tx.end_hold(due(tx, 9), [delivery("digest")], {})
        raise RuntimeError("crash")


def test_what_waits_of_a_story_is_what_its_alerts_held_and_nothing_else(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"))
    first, second = held("a", NOW + DAY), held("a", NOW + DAY, "slack")
    claims = store.claim_entries(NOW, ALL, LEASE)
    with store.transaction() as tx:
        for claim in claims:
            of = story(claim.row.id)
            waits = [first, second] if claim.row.id == entry("a").id else [held("b")]
            raised = [alert(waits[0].alert_id.removeprefix("al_"), of)]
            tx.save_processed(claim, processed(claim.row, of, alerts=raised, held=waits), {})

    with store.transaction() as tx:
        assert [first, second] == list(tx.held_of(StoryId("st_en_a")))
        tx.end_hold([first], (), {})
        assert [second] == list(tx.held_of(StoryId("st_en_a")))
        assert [] == list(tx.held_of(StoryId("st_x")))


def test_two_workers_do_not_release_the_same_alerts(store: SqlStore, other: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a"), held=[held("a")])
    found: list[int] = []

    def release() -> None:
        with other.transaction() as tx:
            found.append(len(due(tx, 9)))

    second = threading.Thread(target=release)
    with store.transaction() as tx:
        taken = due(tx, 9)
        second.start()
        second.join(0.2)
        tx.end_hold(taken, (), {})
    second.join(20)

    assert [0] == found


def test_what_waits_for_a_watchlist_or_receiver_that_is_no_more_stays_and_stands_in_nobodys_way(
    store: SqlStore,
) -> None:
    announce(store, entry("a"))
    gone = [replace(held(str(n), NOW - DAY), watchlist=WatchlistId("gone")) for n in range(3)]
    process(store, "a", story("a"), held=[*gone, held("x", NOW - DAY, "nobody"), held("b")])

    with store.transaction() as tx:
        found = due(tx, 2)

    assert [held("b")] == list(found)
    assert 5 == len(store.held(HeldFilter()))


def test_held_alerts_are_found_by_id_watchlist_receiver_and_reason_oldest_first(store: SqlStore) -> None:
    announce(store, entry("a"))
    late, ops = held("a", NOW + DAY), held("a", NOW, "ops")
    stormy = replace(held("b"), hold=HoldReason.STORM, watchlist=WatchlistId("markets"))
    process(store, "a", story("a"), held=[late, ops, stormy])

    found = [
        list(store.held(wanted))
        for wanted in (
            HeldFilter(),
            HeldFilter(ids=(late.alert_id,)),
            HeldFilter(receiver=ReceiverName("ops")),
            HeldFilter(watchlist=WatchlistId("markets")),
            HeldFilter(reason=HoldReason.STORM),
            HeldFilter(limit=1),
        )
    ]

    assert [[late, ops, stormy], [late, ops], [ops], [stormy], [stormy], [late]] == found
    assert {"silenced": 0, "storm": 1, "quiet_hours": 0, "budget": 2, "digest": 0} == store.status(NOW)[
        "held"
    ]


def test_an_alert_that_waits_on_has_its_new_reason_and_time(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a"), held=[held("a"), held("a", NOW, "ops")])
    after = replace(held("a"), hold=HoldReason.QUIET_HOURS, release_at=NOW + DAY)

    with store.transaction() as tx:
        tx.hold_on([after])

    assert [after, held("a", NOW, "ops")] == list(store.held(HeldFilter()))


def test_what_came_of_a_poll_is_counted_for_that_poll_alone(store: SqlStore) -> None:
    announce(store, entry("a"), entry("b"), entry("c", first_seen_at=NOW + SECOND, due_at=NOW + DAY))
    told_in = story("a")
    waiting = alert("held", told_in, hold=HoldReason.STORM, release_at=NOW + DAY)
    claims = store.claim_entries(NOW, ALL, LEASE)
    for claim, raised in zip(
        claims, ([alert("a", told_in), alert("b", told_in), waiting], [alert("c", told_in)]), strict=False
    ):
        with store.transaction() as tx:
            tx.save_processed(claim, processed(claim.row, told_in, alerts=raised), {})
    with store.transaction() as tx:
        tx.note_storm(FEED, NOW + SECOND)
        tx.note_storm(FEED, NOW + SECOND)

    with store.transaction() as tx:
        found = [tx.burst(FEED, NOW + n * SECOND) for n in range(3)]

    assert [Burst(sent=3), Burst(storm=True), Burst()] == found


def test_purge_drops_the_old_and_keeps_keys_and_whatever_still_waits(store: SqlStore) -> None:
    old, new = entry("old", first_seen_at=NOW - 9 * DAY), entry("new")
    waiting = entry("waiting", first_seen_at=NOW - 9 * DAY, due_at=NOW + DAY)
    announce(store, old, new, waiting)
    claims = {claim.row.id: claim for claim in store.claim_entries(NOW, ALL, LEASE)}
    past = story("old", first_seen_at=NOW - 9 * DAY)
    with store.transaction() as tx:
        tx.save_processed(
            claims[old.id],
            processed(
                old,
                past,
                article=article(old, fetched_at=NOW - 8 * DAY),
                alerts=[alert("old", past, raised_at=NOW - 8 * DAY)],
                held=[held("old", NOW - 8 * DAY)],
            ),
            {},
        )
        tx.save_processed(
            claims[new.id], processed(new, story("new"), alerts=[alert("new", story("new"))]), {}
        )

    dropped = store.purge(NOW - 7 * DAY)

    assert {
        "articles": 1,
        "matches": 1,
        "deliveries": 0,
        "alerts": 1,
        "stories": 1,
        "announcements": 1,
    } == dropped
    assert ["st_new"] == [each.story for each in store.recent_articles(9)]
    assert {*old.keys, *new.keys} == set(store.remembered(FEED, [*old.keys, *new.keys], NOW).known)
    with store.transaction() as tx:
        assert [held("old", NOW - 8 * DAY)] == list(due(tx, 9))
        assert frozenset() == tx.told(StoryId("st_old"))
    assert waiting == store.claim_entries(NOW + DAY, ALL, LEASE)[0].row
    assert {"articles": 0} == {
        name: n for name, n in store.purge(NOW - 7 * DAY).items() if name == "articles"
    }


def test_an_old_story_stays_while_one_of_its_articles_is_young(store: SqlStore) -> None:
    announce(store, entry("a"))
    process(store, "a", story("a", first_seen_at=NOW - 9 * DAY))

    dropped = store.purge(NOW - timedelta(days=7))

    assert (0, 0) == (dropped["articles"], dropped["stories"])
    assert ["st_a"] == [each.story for each in store.recent_articles(9)]
