"""Workers on one queue, each on a host of its own, a few of the attacks of `prove cluster`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.prove.cluster import PROOF
from tests.prove.proof import attempt

ROOT = Path(__file__).parents[2]
HOSTS = """
from pathlib import Path
from tests.prove.hosts import hosts
with hosts(2, Path("/nowhere")) as made:
    print(made.ours, made.why_not, [list(each.within) for each in made.hosts])
"""


@pytest.mark.usefixtures("postgres")  # who has no PostgreSQL is told there
def test_workers_killed_frozen_without_server_or_cut_off_lose_nothing_and_repeat_the_same_bytes() -> None:
    told: list[str] = []

    outcome = attempt(PROOF, 4, 7, told.append)

    assert () == outcome.faults, told
    assert {"kill": 1, "freeze": 1, "crash": 1, "part": 1}.items() <= outcome.facts.items()
    assert 520 == outcome.facts["alerts"]


def test_where_nobody_may_make_networks_hosts_share_ours_and_say_why() -> None:
    as_nobody = [str(shutil.which("setpriv")), "--bounding-set=-sys_admin", "--"]
    done = subprocess.run(
        [*as_nobody, sys.executable, "-c", HOSTS], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "127.0.0 no network may be made: Operation not permitted [[], []]\n" == done.stdout, done.stderr
