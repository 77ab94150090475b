"""Who hears of an edit: those that the article told, of what they were told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerts.edits import raise_edit
from monitor.alerts.events import match_event
from monitor.alerts.outbox import hold
from monitor.alerts.raising import Raised, Standing
from monitor.model import (
    Budget,
    Edit,
    EntityId,
    EntryId,
    EventType,
    HeldAlert,
    HoldReason,
    Match,
    Matched,
    ReceiverName,
    Rewrite,
    Told,
    Watchlist,
    WatchlistId,
)
from tests.unit.alerts.samples import (
    ARTICLE,
    DESK,
    ENTITIES,
    FEED,
    NOW,
    SLACK,
    STORY,
    WATCHLIST,
    alert,
    match,
)

AFTER = replace(ARTICLE, revision=2)
HOUR = timedelta(hours=1)
AMAZON, DESANTIS = EntityId("amazon"), EntityId("desantis")
REWRITTEN = Edit(
    revision=2,
    rewrites=(
        Rewrite(entity=AMAZON, before="Amazon baut.", after="Amazon plant."),
        Rewrite(entity=DESANTIS, before="DeSantis baut.", after="Prasad baut."),
    ),
)
GONE = replace(REWRITTEN, gone=frozenset({DESANTIS}))


def told(entity: EntityId = AMAZON, receiver: ReceiverName = DESK, **more: object) -> Told:
    first = Told(WATCHLIST.id, entity, receiver, entry=ARTICLE.entry_id, about=True)
    return replace(first, **more)  # type: ignore[arg-type]


def raised(
    edit: Edit,
    *known: Told,
    matches: tuple[Match, ...] = (match(),),
    by: Watchlist = WATCHLIST,
    held: tuple[HeldAlert, ...] = (),
) -> Raised:
    then = (match(), match("desantis"))
    matched = Matched(matches=matches)
    standing = Standing(told=frozenset(known), spent={by.id: 9}, held=held, polled_at=NOW)
    return raise_edit(STORY, AFTER, edit, then, None, matched, (by,), standing, NOW)


BOTH = (told(), told(receiver=SLACK))


def test_a_changed_sentence_is_told_to_those_that_know_the_entity_with_their_sentences() -> None:
    (alert,) = raised(REWRITTEN, *BOTH).alerts

    assert (EventType.ARTICLE_CORRECTED, (DESK, SLACK)) == (alert.type, alert.receivers)
    assert [AMAZON] == [each.entity for each in alert.matches]
    assert alert.edit == replace(REWRITTEN, rewrites=REWRITTEN.rewrites[:1])


def test_a_changed_title_is_told_without_sentences() -> None:
    (alert,) = raised(Edit(revision=2, title=("a", "b")), *BOTH).alerts

    assert alert.edit == Edit(revision=2, title=("a", "b"))


def test_an_edit_of_other_sentences_is_not_told() -> None:
    assert raised(Edit(revision=2), *BOTH) == Raised(matches=1, suppressed={"told": 1})


def test_an_edit_of_a_copy_is_told_to_nobody_whom_it_did_not_tell() -> None:
    found = raised(GONE, *(replace(each, entry=EntryId("en_other")) for each in (*BOTH, told(DESANTIS))))

    assert ((), frozenset()) == (found.alerts, found.told)


def test_an_entity_that_is_gone_is_retracted_and_the_rest_corrected() -> None:
    found = raised(GONE, *BOTH, told(DESANTIS))

    assert [
        (EventType.MATCH_RETRACTED, (DESK,), ["desantis"], ["DeSantis baut."]),
        (EventType.ARTICLE_CORRECTED, (DESK, SLACK), ["amazon"], ["Amazon baut."]),
    ] == [
        (
            each.type,
            each.receivers,
            [one.entity for one in each.matches],
            [one.before for one in each.edit.rewrites] if each.edit else None,
        )
        for each in found.alerts
    ]
    assert [(DESANTIS, DESK, True)] == [(each.entity, each.receiver, each.retracted) for each in found.told]


def test_what_is_retracted_already_is_not_retracted_again() -> None:
    assert raised(GONE, *BOTH, told(DESANTIS, retracted=True)).told == frozenset()


def test_an_entity_that_the_edit_brings_in_is_told_as_any_other() -> None:
    found = raised(Edit(revision=2), *BOTH, matches=(match(), match("trainium")))

    (alert,) = found.alerts
    assert (EventType.MATCH_CREATED, ["trainium"]) == (alert.type, [each.entity for each in alert.matches])


def test_a_watchlist_that_waits_waits_with_its_corrections() -> None:
    (alert,) = raised(
        REWRITTEN, *BOTH, by=replace(WATCHLIST, budget=Budget(alerts=9, per=NOW - NOW.replace(hour=0)))
    ).alerts

    assert alert.hold is HoldReason.BUDGET


def waiting(reason: HoldReason, *entities: str, hours: int = 1) -> HeldAlert:
    told_then = replace(
        alert(*map(match, entities), receivers=(DESK,)), hold=reason, release_at=NOW + hours * HOUR
    )
    (row,) = hold(told_then, match_event(told_then, ARTICLE, STORY, FEED, ENTITIES, NOW))
    return row


@pytest.mark.parametrize("reason", HoldReason)
def test_what_is_taken_back_before_its_alert_went_out_waits_with_it_and_for_nobody_else(
    reason: HoldReason,
) -> None:
    held = waiting(reason, "amazon", "desantis")

    found = raised(GONE, told(DESANTIS), told(DESANTIS, SLACK), held=(held,))

    assert {DESK: (reason, NOW + HOUR), SLACK: (None, None)} == {
        receiver: (each.hold, each.release_at)
        for each in found.alerts
        if each.type is EventType.MATCH_RETRACTED
        for receiver in each.receivers
    }
    assert {reason.value: 1} == found.suppressed


def test_an_edit_waits_for_the_last_of_the_alerts_that_it_speaks_of_and_for_no_other() -> None:
    held = (
        waiting(HoldReason.STORM, "desantis"),
        waiting(HoldReason.BUDGET, "desantis", hours=2),
        waiting(HoldReason.DIGEST, "trainium", hours=3),
        replace(waiting(HoldReason.DIGEST, "desantis", hours=4), watchlist=WatchlistId("other")),
    )

    corrected, retracted = raised(GONE, *BOTH, told(DESANTIS), held=held).alerts

    assert (EventType.ARTICLE_CORRECTED, None) == (corrected.type, corrected.hold)
    assert (EventType.MATCH_RETRACTED, HoldReason.BUDGET) == (retracted.type, retracted.hold)
    assert NOW + 2 * HOUR == retracted.release_at


def test_the_same_edit_has_the_same_id_and_another_has_another() -> None:
    one, again, other, later = (
        raised(edit, *BOTH).alerts[0].id
        for edit in (
            REWRITTEN,
            REWRITTEN,
            replace(REWRITTEN, title=("a", "b")),
            replace(REWRITTEN, revision=3),
        )
    )

    assert one == again
    assert 3 == len({one, other, later})
