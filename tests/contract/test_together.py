"""The line before one writer: nobody waits for company, and nobody bears another's fault."""

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from monitor.adapters.store.together import Together

PATIENCE = 30.0


class Writer:
    """Writes numbers, as soon as it may; odd ones are passed over, and 13 is a fault."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = threading.Event()
        self.may = threading.Event()

    def write(self, numbers: Sequence[int]) -> Collection[int]:
        self.batches.append(list(numbers))
        self.begun.set()
        assert self.may.wait(PATIENCE)
        if 13 in numbers:
            raise ValueError("13")
        return [at for at, number in enumerate(numbers) if number % 2 == 0]


def all_behind_a_first(writer: Writer, *numbers: int) -> list[Future[bool]]:
    """Have 0 written, and the others come while it is."""
    together = Together(writer.write)
    threads = ThreadPoolExecutor(len(numbers) + 1)
    first = threads.submit(together.add, 0)
    assert writer.begun.wait(PATIENCE)
    others = []
    for number in numbers:
        others.append(threads.submit(together.add, number))
        while len(together._line) < len(others):
            threading.Event().wait(0.001)
    writer.may.set()
    threads.shutdown()
    return [first, *others]


def test_what_comes_alone_is_written_at_once() -> None:
    writer = Writer()
    writer.may.set()
    together = Together(writer.write)

    assert [True, False, True] == [together.add(number) for number in (2, 3, 4)]
    assert [[2], [3], [4]] == writer.batches


def test_what_comes_while_others_are_written_is_written_together() -> None:
    writer = Writer()

    found = all_behind_a_first(writer, 2, 3, 4)

    assert [[0], [2, 3, 4]] == writer.batches
    assert [True, True, False, True] == [each.result() for each in found]


def test_a_line_that_is_too_long_is_written_in_several_turns() -> None:
    writer = Writer()

    found = all_behind_a_first(writer, *range(2, 202, 2))

    assert all(each.result() for each in found)
    assert [1, 64, 36] == [len(batch) for batch in writer.batches]


def test_over_a_fault_each_is_told_that_it_was_not_written() -> None:
    writer = Writer()

    found = all_behind_a_first(writer, 2, 13, 4)

    assert [True, False, False, False] == [each.result() for each in found]


def test_a_fault_of_one_alone_is_its_own_and_ends_nothing() -> None:
    writer = Writer()
    writer.may.set()
    together = Together(writer.write)

    with pytest.raises(ValueError, match="13"):
        together.add(13)

    assert together.add(2)
