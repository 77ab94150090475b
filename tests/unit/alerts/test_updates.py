"""What a told story has more to say, to whom, and that it says it once."""

from dataclasses import replace

import pytest

from monitor.alerts.updates import updates_of
from monitor.model import (
    Alert,
    Article,
    EntityId,
    EntryId,
    EventType,
    Match,
    ReceiverName,
    Story,
    Told,
    Update,
    UpdateReason,
)
from tests.unit.alerts.samples import ARTICLE, DESK, NOW, OPS, SLACK, STORY, WATCHLIST, match

COPY = replace(ARTICLE, entry_id=EntryId("en_2"))


def story(outlets: int) -> Story:
    return replace(STORY, outlets=frozenset(f"o{n}.example" for n in range(outlets)))


def told(entity: str = "amazon", receiver: ReceiverName = DESK, **more: object) -> Told:
    return replace(Told(WATCHLIST.id, EntityId(entity), receiver, about=True), **more)  # type: ignore[arg-type]


def updates(
    of: Story, *matches: Match, told_before: set[Told], article: Article = COPY
) -> tuple[tuple[Alert, ...], frozenset[Told]]:
    found = updates_of(of, article, WATCHLIST, matches or (match(),), frozenset(told_before), NOW)
    return found.alerts, found.told


@pytest.mark.parametrize(
    ("heard", "outlets", "step"),
    [
        (1, 2, None),
        (1, 3, 3),
        (1, 9, 3),
        (2, 3, 3),
        (3, 4, None),
        (4, 10, 10),
        (1, 12, 10),
        (10, 30, 30),
        (30, 99, None),
    ],
)
def test_a_story_is_told_again_at_3_10_and_30_outlets(heard: int, outlets: int, step: int | None) -> None:
    alerts, known = updates(story(outlets), told_before={told(outlets=heard)})

    assert [each.update for each in alerts] == (
        [Update(reason=UpdateReason.OUTLETS, outlets=step)] if step else []
    )
    assert [each.outlets for each in known] == ([outlets] if step else [])
    assert all(each.type is EventType.MATCH_UPDATED and each.receivers == (DESK,) for each in alerts)


def test_it_is_told_to_those_that_know_it_with_the_entities_that_they_know() -> None:
    before = {told(), told("desantis"), told("trainium"), told(receiver=SLACK), told(receiver=OPS)}

    alerts, _ = updates(story(3), match(salience=0.5), match("desantis"), match("aws"), told_before=before)

    assert {each.receivers: [one.entity for one in each.matches] for each in alerts} == {
        (DESK,): ["desantis", "amazon"],
        (SLACK,): ["amazon"],
    }


def test_one_step_has_one_id_whichever_entities_took_the_story_there() -> None:
    before = {told(), told("desantis")}

    ((one,), _), ((other,), _) = (
        updates(story(outlets), *found, told_before=before)
        for outlets, found in ((3, [match()]), (4, [match(), match("desantis")]))
    )
    ((next_step,), _) = updates(story(10), told_before=before)

    assert one.id == other.id != next_step.id


def test_who_heard_of_one_entity_at_a_step_is_not_told_of_it_with_another() -> None:
    alerts, _ = updates(story(4), told_before={told(outlets=1), told("desantis", outlets=3)})

    assert alerts == ()


def test_an_entity_that_rises_from_a_mention_to_about_is_told_once() -> None:
    (alert,), known = updates(story(2), match(), match("aws", about=False), told_before={told(about=False)})

    assert alert.update == Update(reason=UpdateReason.SALIENCE, outlets=2)
    assert [each.entity for each in alert.matches] == ["amazon"]
    assert updates(story(2), told_before=set(known)) == ((), frozenset())


def test_an_entity_that_is_only_mentioned_has_not_risen() -> None:
    assert updates(story(2), match(about=False), told_before={told(about=False)}) == ((), frozenset())


def test_what_was_told_by_whom_stays_with_what_is_heard() -> None:
    first = told(entry=ARTICLE.entry_id, about=False)

    _, (heard,) = updates(story(3), told_before={first})

    assert (heard.entry, heard.outlets, heard.about) == (ARTICLE.entry_id, 3, True)


def test_a_retracted_entity_that_is_named_again_is_told_and_nothing_else_of_it() -> None:
    (alert,), (heard,) = updates(story(3), told_before={told(retracted=True, about=False)})

    assert alert.update == Update(reason=UpdateReason.NAMED_AGAIN, outlets=3)
    assert (heard.retracted, heard.about, heard.outlets) == (False, True, 3)


def test_an_edit_makes_no_story_larger_but_can_name_again() -> None:
    edited = replace(ARTICLE, revision=2)

    assert updates(story(3), told_before={told(about=False)}, article=edited) == ((), frozenset())
    assert updates(story(3), told_before={told(retracted=True)}, article=edited)[0]
