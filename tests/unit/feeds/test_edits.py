"""Which edits are read, and that a feed which edits everything costs little."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.feeds.edits import EditPolicy, announced_digest, edited, watched
from monitor.model import Announced, Edited, Entry, EntryId, EntryState, FeedId, Reread

NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = EditPolicy(waits=(timedelta(), MINUTE, 10 * MINUTE))
FIRST = Announced(guid="a", title="Amazon ernennt Chef", summary="Kurz.", content="<p>Lang</p>")
ENTRY = Entry(
    id=EntryId("en_a"),
    feed_id=FeedId("f"),
    keys=(),
    announced=FIRST,
    host="",
    state=EntryState.PENDING,
    first_seen_at=NOW - MINUTE,
    due_at=NOW,
)
WATCHED = watched(ENTRY, NOW, POLICY)


def found(announced: Announced, before: Reread = WATCHED, now: datetime = NOW) -> tuple[Edited, ...]:
    return edited([(ENTRY.id, announced)], {ENTRY.id: before}, now, POLICY)


def test_edits_are_looked_for_from_when_an_entry_was_first_seen() -> None:
    before = watched(ENTRY, NOW, POLICY)

    assert (NOW, NOW - MINUTE + POLICY.within, 0) == (before.read_at, before.until, before.times)


@pytest.mark.parametrize(
    "change",
    [{"title": "Amazon ernennt Leiter"}, {"summary": "Neu."}, {"content": "<p>Neu</p>"}, {"updated_at": NOW}],
)
def test_another_title_text_or_date_of_change_is_an_edit(change: dict[str, object]) -> None:
    announced = replace(FIRST, **change)  # type: ignore[arg-type]

    (edit,) = found(announced)

    assert edit == Edited(
        entry=ENTRY.id, announced=announced, announced_digest=announced_digest(announced), times=1, due_at=NOW
    )


@pytest.mark.parametrize(
    "change", [{}, {"title": "Amazon  ernennt\nChef"}, {"published_at": NOW}, {"link": "https://x.example"}]
)
def test_layout_and_all_else_is_none(change: dict[str, object]) -> None:
    assert found(replace(FIRST, **change)) == ()  # type: ignore[arg-type]


def test_an_entry_that_nobody_looks_for_is_not_read_again() -> None:
    assert edited([(EntryId("en_b"), replace(FIRST, title="x"))], {ENTRY.id: WATCHED}, NOW, POLICY) == ()


def test_a_feed_that_edits_at_every_poll_has_each_article_read_so_often_and_ever_later() -> None:
    before, now, readings = WATCHED, NOW, []
    for number in range(10_000):
        now += timedelta(seconds=1)
        for edit in found(replace(FIRST, title=str(number)), before, now):
            if edit.due_at is not None:
                readings.append(edit.due_at - NOW)
                before = replace(before, read_at=edit.due_at)
            before = replace(before, times=edit.times, announced_digest=edit.announced_digest)

    assert [
        timedelta(seconds=1),
        MINUTE + timedelta(seconds=1),
        11 * MINUTE + timedelta(seconds=1),
    ] == readings


def test_what_changes_while_an_entry_waits_is_read_with_it() -> None:
    (edit,) = found(replace(FIRST, title="x"), replace(WATCHED, pending=True, times=2))

    assert (None, 2) == (edit.due_at, edit.times)
