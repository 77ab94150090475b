"""Are companies told from the words, places and people of their names as well as they were?"""

import pytest

from tests.quality import bare
from tests.quality.bare import SPLITS
from tests.quality.floors import faults, read_floors


def test_the_matcher_stays_above_its_floors() -> None:
    assert [] == faults(bare.NAME, bare.digest(), bare.measure(), read_floors())


@pytest.mark.parametrize("split", SPLITS)
def test_there_are_texts_of_both_sorts_and_languages(split: str) -> None:
    corpus = bare.texts(split)
    means = [each.means for each in corpus]

    assert len(corpus) >= 160
    assert len(corpus) == len({each.text for each in corpus})
    assert 0.4 < sum(means) / len(means) < 0.6
    assert 0.2 < sum(each.language == "en" for each in corpus) / len(corpus) < 0.5
