"""Does a slope say how fast something grows, and a picture what it looked like?"""

import os
import random
import zlib
from collections import Counter
from dataclasses import replace

import pytest

from tests.prove.picture import LEFT, MARGIN, PANEL, WIDTH, Panel, draw
from tests.prove.soak import Held, _difference, _faults, _kinds, slope, warming_up


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


def test_what_a_service_takes_while_it_warms_up_is_no_leak() -> None:
    warming = [Held(500, 200, 40 + place / 5, 20, 6) for place in range(300)]

    assert [] == _faults([*warming, *[Held(500, 200, 100, 20, 6)] * 300], 600)


@pytest.mark.parametrize(("seconds", "warm"), [(4, 2), (60, 30), (600, 300), (24 * 3600, 8640)])
def test_warming_up_is_minutes_but_never_most_of_a_run(seconds: int, warm: int) -> None:
    assert warm == warming_up(seconds)


def test_handles_that_came_and_went_are_told_by_kind() -> None:
    looks = [Counter({"socket": 5, "pipe": 4, "log": 1}), Counter({"socket": 7, "pipe": 4})]

    assert "log -1 socket +2" == _difference(looks)
    assert "none" == _difference(looks[:1])
    assert _kinds(os.getpid())


def _rows(picture: bytes) -> list[bytes]:
    lines = zlib.decompress(picture[picture.index(b"IDAT") + 4 : -16])
    return [lines[start + 1 : start + WIDTH + 1] for start in range(0, len(lines), WIDTH + 1)]


def test_a_picture_has_a_panel_for_each_series_with_its_name_and_scale() -> None:
    bare = Panel(name="", unit="", values=[1, 2, 3])

    rows, named = (
        _rows(draw("", [panel, panel], 10, "minutes"))
        for panel in (bare, replace(bare, name="memory", unit="MB"))
    )

    heights = [len(_rows(draw("", [bare] * number, 10, "minutes"))) for number in (1, 2)]
    assert PANEL + MARGIN == heights[1] - heights[0]
    # The name stands left of the panel, and changes nothing in it.
    assert [row[LEFT:] for row in rows] == [row[LEFT:] for row in named]
    assert sum(row[:LEFT].count(0) for row in named) > sum(row[:LEFT].count(0) for row in rows) > 0


def test_a_title_and_the_axis_are_written_in_capitals() -> None:
    titled, lower, bare = (
        _rows(draw(title, [Panel(name="", unit="", values=[5])], 10, "s")) for title in ("SOAK", "soak", "")
    )

    assert titled == lower
    assert titled != bare
    assert any(0 in row for row in bare[-2 * MARGIN :])
