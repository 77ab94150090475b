"""What becomes of workers, of the server that forks them, and of the service that has them forked."""

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
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.sandbox import ProcessSandbox
from monitor.errors import SandboxBroken
from monitor.model import FailureReason, SandboxFailed
from tests import tasks
from tests.contract.sandboxes import Make, sandboxes
from tests.processes import (
    ROOT,
    children_of,
    eventually,
    fork_server,
    fork_servers,
    gone,
    handles_of,
    run_alone,
    state,
    workers_of,
)


@pytest.fixture
def make() -> Iterator[Make]:
    with sandboxes(workers=1) as make:
        yield make


def server_of(sandbox: ProcessSandbox) -> int:
    """Return the one server that a sandbox of this process has, once it has a worker."""
    sandbox.run(tasks.turn, b"")
    return fork_server(os.getpid())


def pid_of(sandbox: ProcessSandbox) -> int:
    seen = sandbox.run(tasks.surroundings)
    assert isinstance(seen, tasks.Surroundings)
    return seen.pid


# ---- what is forked ----------------------------------------------------------------------------


def test_one_server_with_one_thread_forks_every_worker(make: Make) -> None:
    sandbox = make(documents=1)

    pids = {pid_of(sandbox) for _ in range(20)}

    server = server_of(sandbox)
    assert len(pids) == 20
    assert 1 == len(list(Path(f"/proc/{server}/task").iterdir()))
    assert eventually(lambda: {server} == {parent_of(each) for each in workers_of(os.getpid())})


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])


def test_a_worker_holds_its_conversation_open_and_nothing_else(make: Make) -> None:
    sandbox = make(workers=3)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: sandbox.run(tasks.sleep, 0.3), range(6)))

    for held in (sandbox.run(tasks.handles) for _ in range(4)):
        assert isinstance(held, tuple)
        null, conversation = held[:3], held[3:]
        assert ("/dev/null",) * 3 == null
        assert ["socket"] == [each.partition(":")[0] for each in conversation]


def test_a_worker_looks_for_garbage(make: Make) -> None:
    assert make().run(tasks.collects) is True


def test_no_two_workers_throw_the_same_dice(make: Make) -> None:
    sandbox = make(documents=1)

    drawn = {sandbox.run(tasks.draw) for _ in range(5)}

    assert len(drawn) == 5


# ---- how they end ------------------------------------------------------------------------------


def test_hundreds_of_workers_that_end_leave_neither_processes_nor_handles(make: Make) -> None:
    sandbox = make(workers=2, deadline=timedelta(seconds=0.02))
    server = server_of(sandbox)
    assert eventually(lambda: sandbox._idle.qsize() == 2)
    # Its three of every process, where it is asked, and a lifeline for each worker.
    assert eventually(lambda: handles_of(server) == 6)
    # What earlier tests left is not closed in the midst of this one.
    gc.collect()
    ours = handles_of(os.getpid())

    for number in range(150):
        sandbox.run(tasks.leave, number % 256)
        assert isinstance(sandbox.run(tasks.spin, "x"), SandboxFailed)

    assert eventually(lambda: sandbox._idle.qsize() == 2)
    # The last that ended may still be on its way out.
    assert eventually(lambda: handles_of(server) == 6)
    assert eventually(lambda: handles_of(os.getpid()) == ours)
    assert eventually(lambda: not any(state(each) == "Z" for each in children_of(server)))
    assert {server} == fork_servers(os.getpid())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGXCPU])
def test_a_worker_that_is_ended_by_a_signal_says_which(make: Make, number: int) -> None:
    failed = make().run(tasks.crash, number)

    assert failed == SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail=f"worker ended with -{number}")


def test_a_worker_that_crashes_costs_the_server_whose_layout_of_memory_it_knew(make: Make) -> None:
    sandbox = make(workers=2)
    server = server_of(sandbox)

    failed = sandbox.run(tasks.crash, signal.SIGSEGV)

    assert isinstance(failed, SandboxFailed)
    assert failed.detail == "worker ended with -11"
    assert eventually(lambda: fork_servers(os.getpid()) - {server})
    # It goes when the last of its workers goes.
    for worker in children_of(server):
        os.kill(worker, signal.SIGKILL)
    for _ in range(3):
        sandbox.run(tasks.turn, b"")
    assert eventually(lambda: gone(server))


@pytest.mark.parametrize("task", ["tasks.sleep, 60.0", "tasks.spin, 'x'"])
def test_a_service_that_is_killed_leaves_no_process(task: str) -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks; import threading\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1, deadline=timedelta(minutes=5)), ['tests.tasks'])\n"
        "print(box.run(tasks.surroundings).pid, flush=True)\n"
        f"box.run({task})"
    )
    parent = subprocess.Popen([sys.executable, "-c", words], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    parent.stdout.readline()
    assert eventually(lambda: len(workers_of(parent.pid)) == 2)
    processes = fork_servers(parent.pid) | workers_of(parent.pid)

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert len(processes) == 3
    assert eventually(lambda: all(gone(each) for each in processes), seconds=5)


# ---- a server that ends ------------------------------------------------------------------------


def test_workers_go_on_when_their_server_is_killed_and_another_one_forks_the_next(make: Make) -> None:
    sandbox = make(documents=2)
    server = server_of(sandbox)
    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(sandbox.run, tasks.sleep, 1.0)
        assert eventually(lambda: sandbox._working == 1)

        os.kill(server, signal.SIGKILL)

        assert 1.0 == under_way.result()
    assert [b"ba"] * 6 == [sandbox.run(tasks.turn, b"ab") for _ in range(6)]
    assert not fork_servers(os.getpid()) & {server}


def test_a_worker_without_a_server_is_killed_at_its_deadline_all_the_same(make: Make) -> None:
    sandbox = make(deadline=timedelta(seconds=1))
    server = server_of(sandbox)
    workers = children_of(server)

    with ThreadPoolExecutor(1) as threads:
        under_way = threads.submit(sandbox.run, tasks.spin, "x")
        assert eventually(lambda: sandbox._working == 1)
        os.kill(server, signal.SIGKILL)
        failed = under_way.result()

    assert failed == SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="took more than 1 s")
    assert eventually(lambda: any(gone(worker) for worker in workers), seconds=1)
    assert b"ba" == sandbox.run(tasks.turn, b"ab")


def test_servers_that_are_killed_at_any_moment_cost_no_document(make: Make) -> None:
    sandbox = make(workers=2, documents=1)
    over = threading.Event()
    killed = set[int]()
    dice = random.Random(4711)
    began = time.monotonic()
    assert attempt(sandbox) == b"ba"
    # In seconds: within a start, and after it, however long one takes here.
    most = 2 * (time.monotonic() - began)

    def attack() -> None:
        while not over.wait(dice.uniform(0, most)):
            for server in fork_servers(os.getpid()) - killed:
                os.kill(server, signal.SIGKILL)
                killed.add(server)

    answers = []
    attacking = threading.Thread(target=attack)
    attacking.start()
    try:
        ends = time.monotonic() + 60
        while len(killed) < 12 and time.monotonic() < ends:
            answers.append(attempt(sandbox))
    finally:
        over.set()
        attacking.join()

    assert len(killed) >= 12
    # Twice in a row is a machine on which no worker can be started, and says so; no document is blamed.
    assert [] == [each for each in answers if each != b"ba" and not isinstance(each, SandboxBroken)]
    assert b"ba" in answers
    assert eventually(lambda: attempt(sandbox) == b"ba")


def attempt(sandbox: ProcessSandbox) -> object:
    try:
        return sandbox.run(tasks.turn, b"ab")
    except SandboxBroken as error:
        return error


def test_what_a_dead_server_leaves_to_the_first_process_is_waited_for() -> None:
    # As the first process of a container, a service inherits the workers of a server that was killed.
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks, processes; import ctypes, os\n"
        "assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1), ['tests.tasks'])\n"
        "box.run(tasks.turn, b'')\n"
        "server = processes.fork_server(os.getpid())\n"
        # One whose start the server did not tell any more is nobody's to wait for.
        "assert processes.eventually(lambda: box._idle.qsize() == 2)\n"
        "workers = processes.children_of(server)\n"
        "os.kill(server, 9)\n"
        "for _ in range(6):\n    box.run(tasks.leave, 3)\n"
        "mine = processes.children_of(os.getpid())\n"
        "print(len(workers), workers & mine, box.run(tasks.turn, b'ab')); box.close()"
    )

    assert run_alone(words) == (b"2 set() b'ba'", b"")


def test_a_server_that_stands_still_is_replaced(make: Make) -> None:
    sandbox = make(start_deadline=timedelta(seconds=3))
    server = server_of(sandbox)
    assert eventually(lambda: len(children_of(server)) == 2)

    os.kill(server, signal.SIGSTOP)
    answers = [attempt(sandbox) for _ in range(2)]
    for _ in range(2):
        # Those that are there end; who comes later than the deadline is told that there is no other.
        with suppress(SandboxBroken):
            sandbox.run(tasks.leave, 3)

    assert [b"ba"] * 2 == answers
    assert eventually(lambda: attempt(sandbox) == b"ba")
    assert gone(server)


# ---- what cannot be started --------------------------------------------------------------------


def test_why_there_can_be_no_further_process_is_said(make: Make) -> None:
    sandbox = make("tests.forkless")

    for _ in range(2):
        with pytest.raises(SandboxBroken, match="no worker process can be started: Resource temporarily"):
            sandbox.run(tasks.turn, b"")


def test_a_server_that_cannot_import_is_said_with_its_code(make: Make) -> None:
    with pytest.raises(SandboxBroken, match="did not start: its server ended with 1"):
        make("tests.no_such_module").run(tasks.turn, b"")


def test_a_server_that_takes_too_long_is_said_too(make: Make) -> None:
    began = time.monotonic()

    with pytest.raises(SandboxBroken, match=r"did not start: took more than 0\.01 s"):
        make(start_deadline=timedelta(seconds=0.01)).run(tasks.turn, b"")

    assert time.monotonic() - began < 5


def test_without_file_handles_there_is_no_worker_and_with_them_there_is() -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks; import os, resource\n"
        "most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (os.dup(0) + 1, most[1]))\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1), ['tests.tasks'])\n"
        "for _ in range(2):\n"
        "    try: box.run(tasks.turn, b'')\n"
        "    except SandboxBroken as error: print(error)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, most)\n"
        "for _ in range(3):\n"
        "    try: print(box.run(tasks.turn, b'ab')); break\n"
        "    except SandboxBroken: pass\n"
        "box.close()"
    )

    refused = b"no worker process can be started: Too many open files\n"
    assert (2 * refused + b"b'ba'", b"") == run_alone(words)


def test_a_question_takes_no_file_handle() -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks, processes; import os, resource\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1), ['tests.tasks'])\n"
        "box.run(tasks.turn, b''); processes.eventually(lambda: box._idle.qsize() == 2)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (os.dup(0) + 1,) * 2)\n"
        "print([box.run(tasks.turn, b'ab') for _ in range(3)]); box.close()"
    )

    assert (b"[b'ba', b'ba', b'ba']", b"") == run_alone(words)
