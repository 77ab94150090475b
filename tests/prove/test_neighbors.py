"""Is a delay that hostile neighbors cause told from one that everybody has?"""

import pytest

from tests.prove.neighbors import ENOUGH, Delays, _faults, quantile


@pytest.mark.parametrize(("part", "value"), [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 100)])
def test_a_quantile_is_a_value_that_so_great_a_part_does_not_exceed(part: float, value: int) -> None:
    assert value == quantile(range(100, 0, -1), part)


@pytest.mark.parametrize(
    ("farm", "faults"),
    [
        ([0.3] * ENOUGH, 0),
        ([0.45] * ENOUGH, 2),
        ([0.2] * (ENOUGH - 9) + [5.0] * 9, 1),
        ([0.2] * (ENOUGH - 9), 1),
        ([], 1),
    ],
)
def test_twice_the_normal_delay_is_a_fault_in_the_middle_and_for_the_slowest(
    farm: list[float], faults: int
) -> None:
    assert faults == len(list(_faults(Delays(normal=[0.2] * ENOUGH, farm=farm), 120)))
