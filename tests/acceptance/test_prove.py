"""A sample of the proofs that `python3 run.py prove` runs at length."""

import random
from pathlib import Path

from tests.prove import kills


def test_three_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    verdict = kills.run(3, random.Random(7), tmp_path)

    assert () == verdict.faults
    assert 6 == verdict.published == verdict.ids
