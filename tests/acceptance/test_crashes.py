"""What a bug makes the program say holds no secret, and a log that is full ends nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from tests.acceptance.starting import Forked, Process
from tests.acceptance.stores import content
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually, written

Open = Callable[[str], Outlet]
WORDS = "no way to https://me:CANARY@h.example/CANARY?k=CANARY with CANARY"
# What puts one bug into the program; $WORDS are such as libraries put into their errors.
BUGGED = """
import os, sys, threading
import httpx
import monitor.app, monitor.pipeline
WORDS = os.environ["WORDS"]

def broken(*args, **kwargs):
    secret = WORDS
    try:
        raise httpx.InvalidURL(WORDS)
    except httpx.InvalidURL as error:
        raise {kind}(WORDS) from error

{bug}
"""
BUGS = {
    "a command": ("monitor.app.Worker.__init__ = broken", "RuntimeError"),
    "the engine": ("monitor.engine.embedded.Embedded._dispatch = broken", "RuntimeError"),
    "memory": ("monitor.app.Worker.__init__ = broken", "MemoryError"),
    "a thread": (
        """
ours = monitor.app.Worker.run
def run(self, stop):
    other = threading.Thread(target=broken)
    other.start()
    other.join()
    stop.set()
    return ours(self, stop)
monitor.app.Worker.run = run
""",
        "RuntimeError",
    ),
    "a finalizer": (
        """
class Held:
    __del__ = broken
def started(*args, **kwargs):
    Held()
    broken()
monitor.app.Worker.__init__ = started
""",
        "RuntimeError",
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_process_that_a_bug_ends_says_where_and_no_secret(
    monitor: Monitor, desk: Desk, outlet: Open, bug: str
) -> None:
    configured(monitor, desk, outlet("kurier"))
    line, kind = BUGS[bug]

    done = run_with_bug(monitor, line, "run", kind=kind)

    said = done.stdout + done.stderr
    assert (0 if bug == "a thread" else 1) == done.returncode, said
    assert "CANARY" not in said
    assert f"\n{kind} at " in said
    assert "\nInvalidURL at __main__:" in said
    assert ", in broken" in said


@pytest.mark.parametrize("kind", ["RuntimeError", "MemoryError", "OSError"])
@pytest.mark.parametrize(
    ("name", "step"),
    [("deliver", "deliver"), ("process", "process"), ("heed", "poll"), ("where_to_ask", "poll")],
)
def test_a_bug_in_each_step_tells_no_secret_to_log_store_and_status(
    monitor: Monitor, desk: Desk, outlet: Open, name: str, step: str, kind: str
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)

    done = run_with_bug(monitor, f"monitor.app.{name} = broken", "once", "--json", kind=kind, forked=True)

    errors = [json.loads(line) for line in done.stderr.splitlines() if '"error"' in line]
    assert [step] == sorted({each["event"] for each in errors if each["outcome"] == "error"}), done.stderr
    assert "CANARY" not in done.stdout + done.stderr
    assert b"CANARY" not in content(monitor.store)


def run_with_bug(
    monitor: Monitor,
    bug: str,
    *arguments: str,
    words: str = WORDS,
    kind: str = "RuntimeError",
    forked: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run the program as users do, with a bug in it; `forked`, where the bug does not end it."""
    bugged = BUGGED.replace("{kind}", kind).replace("{bug}", bug)
    line, environ = [*arguments, "-c", str(monitor.config)], monitor.environ | {"WORDS": words}
    with TemporaryFile() as out, TemporaryFile() as errors, Path(os.devnull).open("rb") as nothing:
        files = (nothing, out, errors)
        process: Process
        if forked:
            process = Forked(line, environ, files, changed=bugged)
        else:
            program = f"{bugged}from monitor.cli import main\nmain()\n"
            own = [sys.executable, "-X", "faulthandler", "-c", program, *line]
            process = subprocess.Popen(own, env=environ, stdin=nothing, stdout=out, stderr=errors)
        code = process.wait(120)
        return subprocess.CompletedProcess(line, code, *map(written, (out, errors)))


def test_a_log_that_cannot_be_written_ends_nothing(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, desk, kurier)
    with Path("/dev/full").open("wb") as full:
        monitor.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run", "-c", str(monitor.config)],
            env=monitor.environ,
            stdout=full,
            stderr=full,
            stdin=subprocess.DEVNULL,
        )
    eventually(desk.events)
    monitor.reload()
    kurier.publishes("Amazon baut ein Werk", TEXT.replace("KI-Chef", "Werk"), slug="werk")

    eventually(lambda: any(path == "/werk.html" for _, path, _ in kurier.asked))
    code, _ = monitor.stop()
    assert 0 == code


@pytest.mark.without_store
@pytest.mark.parametrize(
    "command", [("version",), ("--version",), ("schema",), ("feeds", "export"), ("check",)]
)
def test_an_answer_that_a_full_disk_does_not_take_is_told_as_that(
    command: tuple[str, ...], monitor: Monitor
) -> None:
    monitor.configure("feeds: [{url: 'https://news.example/rss'}]\nentities: {amazon: {names: [Amazon]}}\n")
    chosen = ("-c", str(monitor.config)) if command != ("--version",) else ()
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *command, *chosen],
            env=monitor.environ,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )

    assert (1, "monitor: standard output: no space left on device\n") == (done.returncode, done.stderr)
