from datetime import timedelta

import pytest

from monitor.alerts.silencing import fits, labels_of, silenced_until
from monitor.model import Condition, Sign, Silence, SilenceId
from tests.unit.alerts.samples import NOW

HOUR = timedelta(hours=1)
AMAZON = labels_of(
    feed_labels={"tier": "1"},
    watchlist_labels={"team": "markets"},
    entity="amazon",
    title="Ein\nUmbau",
    feed=None,
)


def silence(*conditions: tuple[str, str, str], begin: timedelta = -HOUR, end: timedelta = HOUR) -> Silence:
    return Silence(
        id=SilenceId("si_1"),
        conditions=tuple(Condition(label=a, sign=Sign(b), value=c) for a, b, c in conditions),
        begins_at=NOW + begin,
        ends_at=NOW + end,
        comment="",
        by="",
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ([("entity", "=", "amazon")], True),
        ([("entity", "=", "Amazon")], False),
        ([("entity", "!=", "amazon")], False),
        ([("entity", "!=", "trainium")], True),
        ([("entity", "=~", "ama.*|x")], True),
        ([("entity", "=~", "ama")], False),
        ([("entity", "!~", "ama")], True),
        ([("entity", "!~", "ama.*")], False),
        ([("title", "=~", "Ein.*")], True),
        ([("label.tier", "=", "1")], True),
        ([("label.team", "=", "markets"), ("entity", "=", "amazon")], True),
        ([("label.team", "=", "markets"), ("entity", "=", "trainium")], False),
        ([("label.desk", "=", "")], True),
        ([("label.desk", "!=", "x")], True),
        ([("feed", "=", "")], True),
    ],
)
def test_a_silence_holds_what_fits_all_its_conditions(
    conditions: list[tuple[str, str, str]], *, holds: bool
) -> None:
    assert holds == fits(silence(*conditions), AMAZON)


def test_a_silence_holds_from_its_begin_until_before_its_end_and_the_last_end_counts() -> None:
    one = silence(("entity", "=", "amazon"), begin=timedelta(0), end=HOUR)
    longer = silence(("entity", "=", "amazon"), begin=HOUR / 2, end=2 * HOUR)
    other = silence(("entity", "=", "trainium"), end=9 * HOUR)
    at = [silenced_until(AMAZON, [one, longer, other], NOW + n * HOUR / 2) for n in (-1, 0, 1, 3, 4)]

    assert [None, NOW + HOUR, NOW + 2 * HOUR, NOW + 2 * HOUR, None] == at


def test_of_two_labels_with_one_name_the_watchlists_counts() -> None:
    labels = labels_of(feed_labels={"tier": "1"}, watchlist_labels={"tier": "2"})

    assert {"label.tier": "2"} == labels
