"""Do changed copies come to their story, and other texts not? A sample; the whole is a command."""

from collections.abc import Mapping

import pytest

from tests.quality import smartdata, stories
from tests.quality.measure import Measured, total

HERE = pytest.mark.skipif(
    not stories.is_present(), reason=f"not here, not measured: {smartdata.CORPUS} is absent"
)
ONE_IN = 6


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Measured]:
    return stories.measure(ONE_IN)


@HERE
@pytest.mark.parametrize("split", ["tune", "held"])
def test_pairs_are_right_and_most_are_found(figures: Mapping[str, Measured], split: str) -> None:
    pairs = total(figures[split]["pairs"])

    assert pairs.tp > 500
    assert pairs.precision >= 0.98
    assert pairs.recall >= 0.95


@HERE
@pytest.mark.parametrize("family", ["last_two_dropped", "first_half", "second_half", "half_boilerplate"])
def test_a_copy_cut_by_half_is_found(figures: Mapping[str, Measured], family: str) -> None:
    assert total([*figures["tune"][family], *figures["held"][family]]).recall >= 0.97


@HERE
@pytest.mark.parametrize("family", ["originals", "renumbered", "furniture"])
def test_other_news_notices_after_one_template_and_pages_of_one_site_stay_apart(
    figures: Mapping[str, Measured], family: str
) -> None:
    apart = total([*figures["tune"][family], *figures["held"][family]])

    assert apart.tp > 30
    assert apart.precision >= 0.98
