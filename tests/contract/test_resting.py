"""What becomes of workers, and of what forks them, while nobody asks; and of who asks at that very moment."""

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.adapters.sandbox import ProcessSandbox
from monitor.errors import SandboxBroken
from monitor.model import SandboxFailed
from tests import tasks
from tests.contract.sandboxes import Make, sandboxes
from tests.processes import (
    ROOT,
    eventually,
    fork_server,
    fork_servers,
    gone,
    handles_of,
    state,
    workers_of,
)


@pytest.fixture
def make() -> Iterator[Make]:
    with sandboxes(workers=2) as make:
        yield make


def asked(sandbox: ProcessSandbox) -> int:
    """Have documents read, wait until the spare worker is there too, and return what forked both."""
    # After a rest each call starts a worker as long as there is none to spare.
    for _ in range(2):
        assert b"ba" == sandbox.run(tasks.turn, b"ab")
    assert eventually(lambda: sandbox._idle.qsize() == 2)
    return fork_server(os.getpid())


def rest(sandbox: ProcessSandbox, looks: int) -> None:
    """Look so many times whether anything was asked; the first look finds what was asked before."""
    for _ in range(looks):
        sandbox.rest()


def rested(sandbox: ProcessSandbox) -> bool:
    """Look once more, and tell whether nothing is left; what was starting may need another look."""
    sandbox.rest()
    return not fork_servers(os.getpid())


# ---- who rests ---------------------------------------------------------------------------------


def test_workers_go_after_one_look_in_vain_and_what_forks_them_after_some_more(make: Make) -> None:
    sandbox = make(rests=3)
    server = asked(sandbox)

    rest(sandbox, 1)
    at_first = len(workers_of(os.getpid()))
    rest(sandbox, 1)
    without_workers = workers_of(os.getpid())
    rest(sandbox, 1)
    still_there = fork_servers(os.getpid())
    rest(sandbox, 1)

    assert 2 == at_first
    assert set() == without_workers
    assert {server} == still_there
    assert "X" == state(server)
    assert set() == fork_servers(os.getpid())


def test_what_is_asked_between_begins_the_rest_anew(make: Make) -> None:
    sandbox = make(rests=2)
    server = asked(sandbox)

    for _ in range(4):
        rest(sandbox, 2)
        assert server == asked(sandbox)


def test_who_asks_after_a_long_rest_has_another_server_start(make: Make) -> None:
    sandbox = make(rests=1)
    servers = set()

    for _ in range(3):
        servers.add(asked(sandbox))
        rest(sandbox, 5)
        assert set() == fork_servers(os.getpid())

    assert 3 == len(servers)


def test_a_rest_costs_no_handle_and_leaves_no_process(make: Make) -> None:
    sandbox = make(rests=1)
    asked(sandbox)
    gc.collect()
    at_work = handles_of(os.getpid())
    rest(sandbox, 3)
    at_rest = handles_of(os.getpid())

    servers = set()
    for _ in range(10):
        servers.add(asked(sandbox))
        assert at_work == handles_of(os.getpid())
        rest(sandbox, 3)
        assert at_rest == handles_of(os.getpid())

    # The conversation, the lifeline and the handle of each worker; and the server's socket.
    assert at_rest == at_work - 7
    assert 10 == len(servers)
    assert {"X"} == set(map(state, servers))


def test_neither_a_worker_nor_what_forks_it_goes_while_a_document_is_read(make: Make) -> None:
    sandbox = make(rests=1)
    server = asked(sandbox)

    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(sandbox.run, tasks.sleep, 1.0)
        assert eventually(lambda: sandbox._working == 1)
        rest(sandbox, 10)
        meanwhile = fork_servers(os.getpid())
        answer = under_way.result()

    assert 1.0 == answer
    assert {server} == meanwhile
    assert server == asked(sandbox)


def test_what_forks_workers_does_not_go_while_one_of_them_is_starting(make: Make) -> None:
    # It stands still before it has imported anything; so the first worker is still to come.
    sandbox = make(rests=1)
    server = fork_server(os.getpid())
    os.kill(server, signal.SIGSTOP)
    try:
        rest(sandbox, 10)
    finally:
        os.kill(server, signal.SIGCONT)

    assert server == asked(sandbox)


# ---- who ended before ----------------------------------------------------------------------------


def test_a_server_that_was_killed_while_nobody_asked_is_waited_for_at_the_next_look(make: Make) -> None:
    sandbox = make(rests=100)
    server = asked(sandbox)
    rest(sandbox, 2)
    os.kill(server, signal.SIGKILL)
    assert eventually(lambda: state(server) == "Z")

    rest(sandbox, 1)

    assert "X" == state(server)
    assert server != asked(sandbox)


def test_a_server_that_was_replaced_is_waited_for_once_its_last_worker_has_gone(make: Make) -> None:
    sandbox = make(rests=100)
    server = asked(sandbox)
    assert isinstance(sandbox.run(tasks.crash, signal.SIGSEGV), SandboxFailed)
    assert eventually(lambda: fork_servers(os.getpid()) - {server})

    rest(sandbox, 2)
    assert eventually(lambda: gone(server))
    rest(sandbox, 1)

    assert "X" == state(server)


# ---- who comes at the very moment ----------------------------------------------------------------


def test_no_document_is_lost_between_those_who_ask_and_a_rest_that_begins(make: Make) -> None:
    sandbox = make(rests=1)
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.0005):
            sandbox.rest()

    looking = threading.Thread(target=look)
    looking.start()
    servers = set()
    dice = random.Random(4712)
    try:
        for number in range(80):
            body = b"%d" % number
            assert body[::-1] == sandbox.run(tasks.turn, body)
            servers |= fork_servers(os.getpid())
            # In seconds: of the order in which workers and their server go.
            over.wait(dice.choice((0, 0, 0.001, 0.005, 0.02)))
    finally:
        over.set()
        looking.join()

    assert len(servers) > 10
    assert eventually(lambda: rested(sandbox))


def test_servers_that_are_killed_about_a_rest_cost_no_document(make: Make) -> None:
    sandbox = make(rests=1)
    over = threading.Event()
    killed = set[int]()
    dice = random.Random(4713)
    began = time.monotonic()
    assert b"ba" == attempt(sandbox)
    # In seconds: within a start, and after it, however long one takes here.
    most = 2 * (time.monotonic() - began)

    def attack() -> None:
        while not over.wait(dice.uniform(0, most)):
            for server in fork_servers(os.getpid()) - killed:
                os.kill(server, signal.SIGKILL)
                killed.add(server)

    def look() -> None:
        while not over.wait(dice.uniform(0, 0.01)):
            sandbox.rest()

    answers = []
    against = [threading.Thread(target=each) for each in (attack, look)]
    for each in against:
        each.start()
    try:
        ends = time.monotonic() + 60
        while len(killed) < 12 and time.monotonic() < ends:
            answers.append(attempt(sandbox))
            over.wait(dice.choice((0, 0.01, 0.05)))
    finally:
        over.set()
        for each in against:
            each.join()

    assert len(killed) >= 12
    # Twice in a row is a machine on which no worker can be started, and says so; no document is blamed.
    assert [] == [each for each in answers if each != b"ba" and not isinstance(each, SandboxBroken)]
    assert b"ba" in answers
    assert eventually(lambda: attempt(sandbox) == b"ba")
    rest(sandbox, 3)
    assert all(state(each) == "X" for each in killed)


def attempt(sandbox: ProcessSandbox) -> object:
    try:
        return sandbox.run(tasks.turn, b"ab")
    except SandboxBroken as error:
        return error


# ---- the end of a service that rests -------------------------------------------------------------


def test_a_sandbox_closes_while_it_rests(make: Make) -> None:
    sandbox = make(rests=1)
    asked(sandbox)
    rest(sandbox, 3)

    sandbox.close()
    rest(sandbox, 3)

    assert set() == fork_servers(os.getpid())
    with pytest.raises(SandboxBroken, match="closed"):
        sandbox.run(tasks.turn, b"ab")


def test_a_sandbox_closes_while_a_rest_begins_and_ends(make: Make) -> None:
    for _ in range(10):
        sandbox = make(rests=1)
        asked(sandbox)
        with ThreadPoolExecutor(3) as threads:
            threads.submit(rest, sandbox, 20)
            answer = threads.submit(attempt, sandbox)
            threads.submit(sandbox.close)

        assert b"ba" == answer.result() or isinstance(answer.result(), SandboxBroken | SandboxFailed)
        assert eventually(lambda: not fork_servers(os.getpid()))


def test_a_service_that_is_killed_after_a_rest_leaves_no_process() -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1, rests=1), ['tests.tasks'])\n"
        "for _ in range(2):\n    box.run(tasks.turn, b''); [box.rest() for _ in range(30)]\n"
        "print(box.run(tasks.surroundings).pid, flush=True)\n"
        "box.run(tasks.sleep, 5.0)"
    )
    parent = subprocess.Popen([sys.executable, "-c", words], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    assert eventually(lambda: len(workers_of(parent.pid)) == 2)
    processes = fork_servers(parent.pid) | workers_of(parent.pid)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert 3 == len(processes)
    assert eventually(lambda: all(gone(each) for each in processes), seconds=3)


def test_a_deadline_counts_from_when_there_is_a_worker(make: Make) -> None:
    sandbox = make("tests.late", rests=1, deadline=timedelta(seconds=1.5))
    asked(sandbox)
    rest(sandbox, 3)
    began = time.monotonic()

    answer = sandbox.run(tasks.sleep, 0.1)

    assert 0.1 == answer
    assert time.monotonic() - began > 2
