"""What does a pass say of what it could not do?"""

from typing import Any

import pytest

from monitor.ops.once import show_once

SOON, LATER = "2026-01-31T08:16:00Z", "2026-01-31T09:00:00Z"


def feed(name: str, failures: int, next_poll_at: str | None) -> dict[str, Any]:
    reason = "connect" if failures else None
    return {
        "id": name,
        "state": "ok",
        "reason": reason,
        "failures": failures,
        "next_poll_at": next_poll_at,
    }


def desk(**differs: Any) -> dict[str, Any]:
    waits = {"pending": 2, "failures": 3, "reason": "connect", "rests_until": None, "next_attempt_at": SOON}
    return {"name": "desk", **waits, **differs}


def last_words(
    *feeds: dict[str, Any], receivers: tuple[dict[str, Any], ...] = (), polled: int = 0
) -> tuple[str, ...]:
    status = {"feeds": feeds, "receivers": receivers, "deliveries": {}}
    return show_once({"polled": polled}, status).words[10:]


def test_where_no_feed_was_due_the_first_of_those_that_failed_is_named() -> None:
    feeds = (feed("late", 1, LATER), feed("soon", 2, SOON), feed("paused", 3, None), feed("well", 0, SOON))

    (said,) = last_words(*feeds)

    assert (
        f"no feed was due; soon is at {SOON}: `monitor feeds poll soon` and `monitor once` ask it now" == said
    )
    assert () == last_words(*feeds, polled=1)
    assert () == last_words(feed("paused", 3, None))
    assert () == last_words(feed("well", 0, SOON))


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        (desk(), f"2 deliveries wait for desk (connect, next attempt at {SOON}): "),
        (desk(pending=1, reason=None), f"1 delivery waits for desk (next attempt at {SOON}): "),
        (desk(reason="gone", next_attempt_at=None), "2 deliveries wait for desk (gone, disabled): "),
        (desk(failures=0, rests_until=LATER), "2 deliveries wait for desk ("),
    ],
)
def test_what_waits_for_a_receiver_in_trouble_is_told_with_the_way_out(
    receiver: dict[str, Any], said: str
) -> None:
    (told,) = last_words(receivers=(receiver,))

    assert told.startswith(said)
    assert told.endswith("start or repair it, then `monitor receivers enable desk` and `monitor once`")


@pytest.mark.parametrize("receiver", [desk(pending=0), desk(failures=0)])
def test_of_a_receiver_for_which_nothing_waits_or_that_is_well_nothing_is_said(
    receiver: dict[str, Any],
) -> None:
    assert () == last_words(receivers=(receiver,))
