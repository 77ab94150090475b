"""Does a slope say how fast something grows, and a picture what it looked like?"""

import random
import zlib

import pytest

from tests.prove.picture import MARGIN, PANEL, WIDTH, draw
from tests.prove.soak import Held, _faults, slope


def test_a_slope_is_that_of_the_line_through_the_values() -> None:
    assert (3.0, 0.0) == pytest.approx(slope([5 + 3 * place for place in range(100)]), abs=1e-9)


def test_a_true_slope_is_within_three_errors_of_the_measured_one() -> None:
    dice = random.Random(1)

    grows, error = slope([0.01 * place + dice.gauss(0, 1) for place in range(1000)])

    assert abs(grows - 0.01) < 3 * error < 0.01


@pytest.mark.parametrize("name", ["handles", "threads", "processes"])
def test_a_leak_of_one_in_ten_seconds_is_a_fault_after_minutes(name: str) -> None:
    leaking = [Held(500, 200, 40, 20, 6)] * 180
    leaking += [Held(*_more(name, place // 10)) for place in range(420)]

    assert [f"{name} rose"] == [fault.partition(" by ")[0] for fault in _faults(leaking, 600)]
    assert [] == _faults([Held(500, 200, 40, 20, 6)] * 600, 600)


def _more(name: str, leaked: float) -> tuple[float, float, float, float, float]:
    held = {"handles": 40.0, "threads": 20.0, "processes": 6.0}
    held[name] += leaked
    return (500, 200, held["handles"], held["threads"], held["processes"])


def test_a_picture_has_a_panel_for_each_series() -> None:
    picture = draw([[1, 2, 3], [5, 5]])

    rows = zlib.decompress(picture[picture.index(b"IDAT") + 4 : -16])
    assert picture.startswith(b"\x89PNG")
    assert (2 * (PANEL + MARGIN) + MARGIN) * (WIDTH + 1) == len(rows)
