"""Are the companies of the SmartData corpus found as well as they were? It lies beside the repository."""

from collections.abc import Mapping

import pytest

from tests.quality import smartdata
from tests.quality.floors import faults, read_floors
from tests.quality.measure import Measured, total
from tests.quality.smartdata import News, watched

HERE = pytest.mark.skipif(
    not smartdata.is_present(), reason=f"not here, not measured: {smartdata.CORPUS} is absent"
)


@pytest.fixture(scope="module")
def figures() -> Mapping[str, Measured]:
    return smartdata.measure()


@HERE
def test_the_matcher_stays_above_its_floors(figures: Mapping[str, Measured]) -> None:
    assert [] == faults(smartdata.NAME, smartdata.digest(), figures, read_floors())


@HERE
def test_names_with_adjectives_are_found_in_all_their_forms(figures: Mapping[str, Measured]) -> None:
    whole = total(figures["train"]["adjectives"])

    assert whole.tp > 30
    assert whole.precision >= 0.98
    assert whole.recall >= 0.98


def test_spellings_of_one_name_are_one_company() -> None:
    names = ("Deutsche Bahn", "DeutscheBahn", "Deutschen Bahn", "SZ", "sz", "Imtechs", "Imtech")

    assert {
        "Deutsche Bahn": "Deutsche Bahn",
        "DeutscheBahn": "Deutsche Bahn",
        "Deutschen Bahn": "Deutsche Bahn",
        "SZ": "SZ",
        "Imtech": "Imtech",
    } == watched([News("", names)])
