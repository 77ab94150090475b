"""What feedparser crawls over: are the tangles weighed rightly, and cut in time?"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.prove.complexity import POLICY, TANGLES, Cost, Scales, exponent, judge

WEIGHED = {f"{sort.name}: {name}": (sort, tangle) for sort, name, tangle in TANGLES}


@pytest.fixture(scope="module")
def scales() -> Iterator[Scales]:
    with closing(Scales()) as made:
        yield made


@pytest.mark.parametrize(
    "name", ["feed: a long author", "feed: categories of an entry", "skim: marks in a word"]
)
def test_what_feedparser_crawls_over_is_in_proportion(scales: Scales, name: str) -> None:
    assert judge(scales, *WEIGHED[name])[1] == ""


def test_what_a_busy_machine_ends_is_judged_by_its_processor_time() -> None:
    with closing(Scales(replace(POLICY, deadline=timedelta(milliseconds=1)))) as hurried:
        assert judge(hurried, *WEIGHED["feed: a title of tags and quotes"])[1] == ""
        assert hurried.ended


@pytest.mark.parametrize(
    ("seconds", "power"),
    [
        ((0.1, 0.2, 0.4, 0.8), 1.0),
        ((0.1, 0.4, 1.6, 6.4), 2.0),
        ((0.01, 0.1, 0.2, 0.4), 1.0),
        ((0.1, 0.4, 1.6, None), 2.0),
        ((0.01, 0.02, 0.1, 0.4), 0.0),
    ],
)
def test_growth_is_that_of_the_times_that_can_be_measured(
    seconds: tuple[float | None, ...], power: float
) -> None:
    costs = [Cost(size=1024 << number, seconds=each) for number, each in enumerate(seconds)]

    assert exponent(costs) == pytest.approx(power)
