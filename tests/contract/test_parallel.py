"""Laws of forked work: in order, bounded, and whatever dies is told."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.parallel import cores, ordered_map
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed


def slow_at_first(number: int) -> int:
    """Take longest for the first batches, so that later ones are ready before."""
    time.sleep(0.05 if number % 4 == 0 else 0)
    return number * 2


def fragile(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 5:
        raise ValueError("five")
    return number


def dies(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_results_come_in_the_order_of_the_batches() -> None:
    found = list(ordered_map(slow_at_first, range(40), 3))

    assert [(number, number * 2) for number in range(40)] == found


def test_what_the_function_holds_is_there_without_being_sent() -> None:
    held = {"far": "ä" * 1_000_000}

    def measured(key: str) -> int:
        return len(held[key])

    assert [("far", 1_000_000)] == list(ordered_map(measured, ["far"], 1))


def test_bytes_of_any_size_pass_both_ways() -> None:
    def same(blob: bytes) -> bytes:
        return blob

    blobs = [b"", bytes(range(256)), b"x" * 3_000_000]

    assert [(each, each) for each in blobs] == list(ordered_map(same, blobs, 2))


def test_only_a_few_batches_are_taken_in_advance() -> None:
    taken: list[int] = []

    def endless() -> Iterator[int]:
        while True:
            taken.append(len(taken))
            yield taken[-1]

    results = ordered_map(slow_at_first, endless(), 2)
    for _ in range(5):
        next(results)
    time.sleep(0.3)

    assert 5 <= len(taken) <= 5 + 3 * 2 + 1
    results.close()  # type: ignore[attr-defined]


def test_a_result_comes_before_the_next_batch_is_there() -> None:
    arrived = threading.Event()

    def one_by_one() -> Iterator[int]:
        yield 1
        assert arrived.wait(20)
        yield 2

    results = ordered_map(slow_at_first, one_by_one(), 2)

    assert (1, 2) == next(results)
    arrived.set()
    assert [(2, 4)] == list(results)


def test_a_death_and_an_error_cost_their_own_batch_alone() -> None:
    found = dict(ordered_map(fragile, range(8), 2))

    assert [0, 1, 2, 4, 6, 7] == [each for each in found.values() if not isinstance(each, SandboxFailed)]
    assert SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="a worker process died") == found[3]
    assert isinstance(found[5], SandboxFailed)
    assert FailureReason.PARSE == found[5].reason
    assert found[5].detail.startswith("ValueError at ")


def test_where_all_have_died_it_is_told() -> None:
    with pytest.raises(SandboxBroken):
        list(ordered_map(dies, range(8), 2))


def test_an_error_of_the_source_reaches_the_caller() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(ordered_map(slow_at_first, broken(), 2))


def test_there_is_at_least_one_core() -> None:
    assert cores() >= 1


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import itertools, os, pathlib, sys\n"
        "from monitor.adapters.parallel import ordered_map\n"
        "def pid(_: int) -> int: return os.getpid()\n"
        "for _, child in ordered_map(pid, itertools.count(), 2): print(child, flush=True)\n"
    )
    source = tmp_path / "program.py"
    source.write_text(program, encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(source)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert parent.stdout is not None
    children = {json.loads(parent.stdout.readline()) for _ in range(40)}

    parent.kill()
    parent.wait()
    parent.stdout.close()

    ends = time.monotonic() + 20
    while any(_runs(child) for child in children):
        assert time.monotonic() < ends, "children outlive their parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
