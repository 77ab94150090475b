"""What any sandbox must do, and what only processes can."""

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.adapters.sandbox import InlineSandbox, ProcessSandbox, SandboxPolicy
from monitor.errors import SandboxBroken
from monitor.model import Announced, Document, FailureReason, SandboxFailed, Validators
from tests import tasks
from tests.contract.sandboxes import Make, sandboxes
from tests.processes import ROOT, eventually, fork_servers, gone, run_alone, workers_of

POLICY = SandboxPolicy(workers=2, deadline=timedelta(seconds=10))
DOCUMENT = Document(
    url="https://example.org/ä",
    content_type=None,
    body=bytes(range(256)) * 10,
    validators=Validators(etag='"x"'),
)
ANNOUNCED = Announced(
    guid="\ud800 lone", title="Größe", published_at=datetime(2025, 12, 17, tzinfo=UTC), authors=("dpa", "")
)

Sandbox = InlineSandbox | ProcessSandbox


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessSandbox]:
    sandbox = ProcessSandbox(POLICY, ["tests.tasks"])
    yield sandbox
    sandbox.close()


@pytest.fixture(params=["inline", "processes"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "inline":
        return InlineSandbox()
    made: ProcessSandbox = request.getfixturevalue("processes")
    return made


@pytest.fixture
def impatient() -> Iterator[Make]:
    with sandboxes(workers=1) as make:
        yield make


def children() -> set[int]:
    return workers_of(os.getpid())


# ---- every sandbox -----------------------------------------------------------------------------


def test_values_come_back_as_they_went(sandbox: Sandbox) -> None:
    assert sandbox.run(tasks.echo, DOCUMENT, ANNOUNCED) == (DOCUMENT, ANNOUNCED)
    assert sandbox.run(tasks.either, "") is None
    assert sandbox.run(tasks.either, "u") == Document(url="u", content_type=None, body=b"x")


def test_five_megabytes_go_each_way(sandbox: Sandbox) -> None:
    body = os.urandom(5_000_000)

    assert sandbox.run(tasks.turn, body) == body[::-1]


def test_what_a_task_raises_is_a_value_without_its_words(sandbox: Sandbox) -> None:
    failed = sandbox.run(tasks.fail, "a\ud800 hostile document " * 100)

    assert isinstance(failed, SandboxFailed)
    assert failed.reason is FailureReason.PARSE
    assert failed.detail.startswith("RuntimeError at ")
    assert "hostile" not in failed.detail


def test_endless_recursion_is_too_complex(sandbox: Sandbox) -> None:
    assert sandbox.run(tasks.nest, 0) == SandboxFailed(
        reason=FailureReason.TOO_COMPLEX, detail="RecursionError"
    )


def test_an_answer_of_the_wrong_kind_is_refused(sandbox: Sandbox) -> None:
    failed = sandbox.run(tasks.wrong_kind)

    assert isinstance(failed, SandboxFailed)
    assert failed.reason is FailureReason.PARSE


def test_a_task_takes_its_arguments_by_position(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="positional"):
        sandbox.run(tasks.sleep, seconds=0.0)


def test_an_inline_sandbox_has_nothing_to_close() -> None:
    sandbox = InlineSandbox()
    sandbox.close()

    assert b"ba" == sandbox.run(tasks.turn, b"ab")


# ---- processes ---------------------------------------------------------------------------------


def test_a_task_past_its_deadline_is_killed_and_the_next_one_works(
    impatient: Make,
) -> None:
    sandbox = impatient(deadline=timedelta(seconds=0.5))
    sandbox.run(tasks.surroundings)
    before = children()
    began = time.monotonic()

    failed = sandbox.run(tasks.spin, "x")
    took = time.monotonic() - began

    assert failed == SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="took more than 0.5 s")
    assert took < 5
    assert len(before - children()) == 1
    assert sandbox.run(tasks.sleep, 0.0) == 0.0


def test_a_memory_bomb_harms_nobody_else(impatient: Make) -> None:
    sandbox = impatient(memory_bytes=400_000_000)

    failed = sandbox.run(tasks.fill_memory, 1000)

    assert isinstance(failed, SandboxFailed)
    assert failed.reason is FailureReason.TOO_COMPLEX
    assert sandbox.run(tasks.turn, b"ab") == b"ba"


def test_a_worker_that_leaves_is_replaced(processes: ProcessSandbox) -> None:
    failed = processes.run(tasks.leave, 7)

    assert failed == SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="worker ended with 7")
    assert processes.run(tasks.turn, b"ab") == b"ba"


def test_a_task_that_quits_ends_its_worker_alone(processes: ProcessSandbox) -> None:
    failed = processes.run(tasks.quit_with, "bye")

    assert isinstance(failed, SandboxFailed)
    assert processes.run(tasks.turn, b"ab") == b"ba"


def test_no_secret_of_the_environment_reaches_a_worker(
    impatient: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_SECRET", "canary-4711")

    seen = impatient().run(tasks.surroundings)

    assert isinstance(seen, tasks.Surroundings)
    assert "canary-4711" not in str(seen.environment)
    assert not {"DESK_SECRET", "HOME", "NOTIFY_SOCKET"} & set(seen.environment)


def test_limits_are_in_force(processes: ProcessSandbox, tmp_path: Path) -> None:
    seen = processes.run(tasks.surroundings)
    written = processes.run(tasks.write_file, str(tmp_path / "x"))

    assert isinstance(seen, tasks.Surroundings)
    assert seen.pid != os.getpid()
    assert (seen.memory, seen.files) == (1 << 30, 64)
    assert (seen.file_bytes, seen.core) == (0, 0)
    assert isinstance(written, SandboxFailed)


def test_lower_limits_of_the_machine_stay() -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks; import resource\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (30, 30))\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1), [])\n"
        "print(box.run(tasks.surroundings).files); box.close()"
    )

    assert run_alone(words) == (b"50", b"")


def test_a_worker_is_replaced_after_so_many_documents(impatient: Make) -> None:
    sandbox = impatient(documents=2)

    seen = [sandbox.run(tasks.surroundings) for _ in range(6)]

    pids = [each.pid for each in seen if isinstance(each, tasks.Surroundings)]
    assert len(pids) == 6
    assert all(pids.count(pid) <= 2 for pid in pids)
    # The one that works and the spare one take turns: two may have served once, and stay.
    spent = {pid for pid in pids if pids.count(pid) > 1}
    assert spent
    assert eventually(lambda: not children() & spent)


def test_a_worker_that_has_grown_is_replaced(impatient: Make) -> None:
    sandbox = impatient(resident_bytes=60_000_000)

    assert [sandbox.run(tasks.keep_memory, 70_000_000) for _ in range(3)] == [1, 1, 1]


def test_what_a_task_prints_is_no_answer(processes: ProcessSandbox) -> None:
    assert processes.run(tasks.chatter, 1000) == "quiet"


def _frame(text: bytes, blobs: bytes = b"") -> bytes:
    return struct.pack(">IQ", len(text), len(blobs)) + text + blobs


@pytest.mark.parametrize(
    "start",
    [
        _frame(b"[]"),
        _frame(b"{}"),
        _frame(b"abc"),
        _frame(b'{"blobs": ["x"]}'),
        _frame(b'{"value": 1, "blobs": [3]}', b"ab"),
        _frame(b'{"value": 1, "blobs": []}', b"ab"),
    ],
)
def test_an_answer_that_is_none_costs_its_worker(impatient: Make, start: bytes) -> None:
    sandbox = impatient()

    failed = sandbox.run(tasks.forge, start)

    assert isinstance(failed, SandboxFailed)
    assert failed.reason is FailureReason.PARSE
    assert sandbox.run(tasks.turn, b"ab") == b"ba"


def test_an_answer_that_was_never_asked_for_lacks_a_value(impatient: Make) -> None:
    failed = impatient().run(tasks.forge, _frame(b'{"blobs": []}'))

    assert isinstance(failed, SandboxFailed)


def test_eight_threads_share_two_workers(processes: ProcessSandbox) -> None:
    bodies = [os.urandom(100_000) for _ in range(64)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda body: processes.run(tasks.turn, body), bodies))

    assert answers == [body[::-1] for body in bodies]


def test_two_tasks_run_at_once(processes: ProcessSandbox) -> None:
    processes.run(tasks.sleep, 0.0)
    began = time.monotonic()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: processes.run(tasks.sleep, 1.0), range(2)))

    assert time.monotonic() - began < 1.9


def test_one_slow_document_keeps_no_quick_one_waiting(impatient: Make) -> None:
    sandbox = impatient(workers=2, deadline=timedelta(seconds=120))
    threads = ThreadPoolExecutor(9)
    slow = threads.submit(sandbox.run, tasks.sleep, 110.0)

    answers = list(threads.map(lambda number: sandbox.run(tasks.turn, b"%d" % number), range(200)))

    assert [(b"%d" % number)[::-1] for number in range(200)] == answers
    assert not slow.done()
    sandbox.close()
    threads.shutdown()


def test_calls_in_a_row_need_one_worker_and_the_spare_one() -> None:
    before = children()
    sandbox = ProcessSandbox(SandboxPolicy(workers=4), ["tests.tasks"])

    # In the first calls the spare one is still starting.
    for _ in range(20):
        sandbox.run(tasks.turn, b"ab")
    assert eventually(lambda: sandbox._idle.qsize() == 2)

    assert len(children() - before) == 2
    sandbox.close()


def test_idle_workers_go_when_nothing_was_asked_for_a_while_and_what_forks_the_next_one_stays() -> None:
    before, others = children(), fork_servers(os.getpid())
    sandbox = ProcessSandbox(POLICY, ["tests.tasks"])
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: sandbox.run(tasks.sleep, 0.5), range(4)))
    assert eventually(lambda: len(children() - before) >= 2 and sandbox._idle.qsize() >= 2)

    server = fork_servers(os.getpid()) - others
    sandbox.rest()
    after_work = len(children() - before)
    sandbox.rest()

    assert after_work >= 2
    assert eventually(lambda: not children() - before)
    assert b"ba" == sandbox.run(tasks.turn, b"ab")
    assert len(server) == 1
    assert server == fork_servers(os.getpid()) - others
    sandbox.close()


def test_close_ends_all_children_and_every_call() -> None:
    before = children()
    sandbox = ProcessSandbox(POLICY, ["tests.tasks"])
    sandbox.run(tasks.turn, b"")
    mine = children() - before
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(sandbox.run(tasks.sleep, 8.0))
        except SandboxBroken as error:
            answers.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    sandbox.close()
    for thread in threads:
        thread.join(5)

    assert mine
    assert not any(thread.is_alive() for thread in threads)
    assert all(isinstance(answer, SandboxFailed | SandboxBroken) for answer in answers)
    assert eventually(lambda: all(gone(pid) for pid in mine))
    with pytest.raises(SandboxBroken, match="closed"):
        sandbox.run(tasks.turn, b"")


def test_a_sandbox_closes_while_it_starts() -> None:
    before = children()

    ProcessSandbox(POLICY, ["tests.tasks"]).close()

    assert eventually(lambda: children() <= before)


def test_a_worker_that_cannot_start_is_said_to_be_broken() -> None:
    sandbox = ProcessSandbox(SandboxPolicy(workers=1), ["tests.no_such_module"])

    for _ in range(3):
        with pytest.raises(SandboxBroken, match="did not start"):
            sandbox.run(tasks.turn, b"")
    sandbox.close()


def test_no_interpreter_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    sandbox = ProcessSandbox(SandboxPolicy(workers=1), [])

    with pytest.raises(SandboxBroken, match="No such file"):
        sandbox.run(tasks.turn, b"")
    sandbox.close()


def test_children_end_with_a_parent_that_is_killed() -> None:
    words = (
        "from monitor.adapters.sandbox import *; from tests import tasks; import time\n"
        "box = ProcessSandbox(SandboxPolicy(workers=1), ['tests.tasks'])\n"
        "print(box.run(tasks.surroundings).pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", words], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    alive = not gone(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert alive
    assert eventually(lambda: gone(child))
