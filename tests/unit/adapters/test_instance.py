"""Laws of which process is dead for certain."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.adapters.instance import Process, surely_dead, this_process

ROOT = Path(__file__).resolve().parents[3]
NAMES_ITSELF = (
    "from monitor.adapters.instance import this_process\n"
    "me = this_process(); print(me.host, me.pid, me.started, flush=True); input()"
)


@pytest.fixture
def child() -> Iterator[tuple[subprocess.Popen[str], Process]]:
    process = subprocess.Popen(
        [sys.executable, "-c", NAMES_ITSELF],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    host, pid, started = process.stdout.readline().split()
    yield process, Process(host=host, pid=int(pid), started=started)
    process.kill()
    process.communicate()


def test_a_process_has_one_name() -> None:
    assert this_process() == this_process()
    assert this_process().pid == os.getpid()


def test_the_living_are_not_dead(child: tuple[subprocess.Popen[str], Process]) -> None:
    assert not surely_dead(this_process())
    assert not surely_dead(child[1])


def test_a_killed_process_is_dead(child: tuple[subprocess.Popen[str], Process]) -> None:
    process, name = child

    process.kill()
    process.wait()

    assert surely_dead(name)


def test_a_killed_process_is_dead_before_its_parent_asks(
    child: tuple[subprocess.Popen[str], Process],
) -> None:
    process, name = child

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert surely_dead(name)


def test_an_id_that_another_process_has_now_says_that_the_first_is_dead() -> None:
    assert surely_dead(replace(this_process(), started="1"))


@pytest.mark.parametrize(
    "other",
    [
        replace(this_process(), host="another-host"),
        replace(this_process(), host="another-host", pid=999_999_999),
        replace(this_process(), started=""),
    ],
)
def test_nothing_is_said_of_what_cannot_be_known(other: Process) -> None:
    assert not surely_dead(other)
