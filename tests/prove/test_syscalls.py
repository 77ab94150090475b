"""Kills where they hurt most: right after each commit, before anything else is written."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise

import pytest

from tests.prove.passes import FILE_SCENES, Scene, World
from tests.prove.syscalls import INSIDE, attack, points_of
from tests.prove.tracing import Point

NAMED = {scene.name: scene for scene in FILE_SCENES}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("commits"))) as made:
        yield made


def _after_commits(points: Sequence[Point]) -> Sequence[Point]:
    """Return the first point after each commit; where nobody may trace, every fortieth call."""
    if points[0].name == INSIDE:
        return points[::40]
    return [after for before, after in pairwise(points) if before.name == "fdatasync"]


def _strike(world: World, scene: Scene, most: int | None = None) -> tuple[int, Sequence[str]]:
    """Kill a scene's pass after its commits, `most` of them; return how many landed until a fault, and it."""
    landed = 0
    for point in _after_commits(points_of(world, scene))[:most]:
        hit, faults = attack(world, scene, point)
        landed += hit
        if faults:
            return landed, faults
    return landed, ()


def test_a_kill_after_any_commit_loses_nothing_and_tells_nothing_twice(world: World) -> None:
    landed, faults = _strike(world, NAMED["accepted"])

    assert () == faults
    assert landed >= 12


def test_a_kill_after_any_commit_of_an_edit_loses_and_doubles_nothing(world: World) -> None:
    landed, faults = _strike(world, NAMED["edited"])

    assert () == faults
    assert landed >= 12


def test_a_kill_after_the_commits_of_a_migration_leaves_a_store_that_can_be_opened(world: World) -> None:
    assert (4, ()) == _strike(world, NAMED["migration"], 4)
