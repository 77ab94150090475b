"""Kills where they hurt most: right after each commit, before anything else is written."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from tests.prove.passes import FILE_SCENES, SCENES, World
from tests.prove.syscalls import INSIDE, attack, points_of
from tests.prove.tracing import Point


def _after_commits(points: Sequence[Point]) -> Sequence[Point]:
    """Return the first point after each commit; where nobody may trace, every fortieth call."""
    if points[0].name == INSIDE:
        return points[::40]
    return [after for before, after in pairwise(points) if before.name == "fdatasync"]


def test_a_kill_after_any_commit_loses_nothing_and_tells_nothing_twice() -> None:
    with tempfile.TemporaryDirectory(prefix="commits-") as folder, closing(World(Path(folder))) as world:
        points = _after_commits(points_of(world, SCENES[0]))

        struck = [attack(world, SCENES[0], point) for point in points]

    assert [] == [fault for _, faults in struck for fault in faults]
    assert len(points) >= 12
    assert sum(landed for landed, _ in struck) >= 12


def test_a_kill_after_the_commits_of_a_migration_leaves_a_store_that_can_be_opened() -> None:
    with tempfile.TemporaryDirectory(prefix="commits-") as folder, closing(World(Path(folder))) as world:
        migration = FILE_SCENES[-1]
        points = _after_commits(points_of(world, migration))[:4]

        struck = [attack(world, migration, point) for point in points]

    assert [] == [fault for _, faults in struck for fault in faults]
    assert 4 == len(points) == sum(landed for landed, _ in struck)
