"""One pass of the flow in a process that can be attacked: poll, process, deliver, purge, one after another.

A server, itself forked from a process that has imported the program, reads a configuration once and then
forks for every request: one process, one pass, one thread beside that of the HTTP door, so that the same pass
makes the same system calls. Each child stops itself before it begins, for whoever wants to trace it.
"""

import json
import os
import random
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from monitor.adapters.http import HttpDoor
from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore, migrations, open_store, restore
from monitor.app import mind_the_clock
from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.engine.perform import perform
from monitor.errands.doors import ports_to
from monitor.errands.words import ready_words
from monitor.pipeline import deliver, poll, process
from monitor.ports import Claim, Ports, Report, Step, Wanted
from monitor.steps.rules import Rules, build_rules
from tests.acceptance.starting import Forked

LEASE = timedelta(minutes=1)
# What a fail point inside the process stands before: calls into C by which the world is changed.
CHANGING = frozenset(
    "execute executemany commit close send sendall connect fsync rename replace unlink backup".split()  # noqa: SIM905
)
_SERVING = "import os, sys; from tests.prove.flow import _serve; _serve(sys.argv[1]); os._exit(0)"
MOST = Wanted(limit=200, at_once=200)
PATIENCE = 60.0
# Seconds; the longest pass has to wait for some twenty.
LIMIT = 180.0


class ShiftedClock:
    """The machine's clock, some time later."""

    def __init__(self, later: timedelta) -> None:
        self._later = later

    def now(self) -> datetime:
        return datetime.now(UTC) + self._later


def run_pass(config: Config, rules: Rules, store_url: str, later: timedelta, *, purge: bool) -> int:
    """Perform everything that is due at that time, once; return how many rows were worked on."""
    reports: list[Report] = []
    clock = ShiftedClock(later)
    with ExitStack() as opened:
        store = opened.enter_context(closing(open_store(store_url, owner=f"pass-{os.getpid()}")))
        door = opened.enter_context(closing(HttpDoor(config.fetch)))
        on = ports_to(door, store, InlineSandbox(), clock, random.Random(1))
        store.sync_feeds(config.feeds, clock.now())
        mind_the_clock(store, clock.now())
        for step, work, claim in _steps(store):
            for each in claim(clock.now(), MOST, LEASE):
                perform(
                    step,
                    _under(work, on, rules),
                    each,
                    store,
                    clock,
                    lambda report, _: reports.append(report),
                )
        if purge:
            store.purge(clock.now() + timedelta(days=1))
    return len(reports)


def _under(work: Callable[..., Report], on: Ports, rules: Rules) -> Callable[[Claim[Any]], Report]:
    return lambda claim: work(claim, on, rules)


def _steps(store: SqlStore) -> Sequence[tuple[Step, Callable[..., Report], Callable[..., Sequence[Any]]]]:
    return (
        (Step.POLL, poll, store.claim_feeds),
        (Step.PROCESS, process, store.claim_entries),
        (Step.DELIVER, deliver, store.claim_deliveries),
    )


class Flow:
    """Passes under one configuration, each in a process of its own; start and end are the caller's."""

    def __init__(self, config: Path, environ: dict[str, str]) -> None:
        (asked, asking), (told, telling) = os.pipe(), os.pipe()
        with (
            os.fdopen(asked, "rb") as given,
            os.fdopen(telling, "wb") as out,
            Path(os.devnull).open("wb") as nothing,
        ):
            self._server = Forked([str(config)], environ, (given, out, nothing), changed=_SERVING)
        # Unbuffered, so that what can be read is what has not been read.
        self._asking, self._told = os.fdopen(asking, "w"), os.fdopen(told, "rb", buffering=0)
        self._ask()

    def begin(
        self,
        store_url: str,
        later: timedelta = timedelta(0),
        *,
        purge: bool = False,
        restore: Path | None = None,
        fail_at: int | None = None,
    ) -> int:
        """Make a process that will make one pass, or put a backup in the store's place; it is stopped.

        Return its id. With `fail_at` it kills itself before that call of `CHANGING`; 0 counts them into
        `STORE.calls`.
        """
        request = {
            "store": store_url,
            "later": later.total_seconds(),
            "purge": purge,
            "restore": str(restore) if restore else None,
            "fail_at": fail_at,
        }
        self._asking.write(json.dumps(request) + "\n")
        self._asking.flush()
        pid = int(self._ask())
        _until(lambda: _state(pid) in "Tt", "the pass stands ready")
        return pid

    def finish(self, pid: int) -> int:
        """Let a stopped pass go on to its end; return its exit code, negative where a signal ended it.

        Raises:
            TimeoutError: it did not end within `LIMIT`, and was killed.
        """
        os.kill(pid, signal.SIGCONT)
        if not self._is_told():
            os.kill(pid, signal.SIGKILL)
            self._ask()
            raise TimeoutError(f"a pass did not end within {LIMIT:g} s")
        return int(self._ask())

    def run(self, store_url: str, later: timedelta = timedelta(0), *, purge: bool = False) -> int:
        """Make one pass that nobody attacks."""
        return self.finish(self.begin(store_url, later, purge=purge))

    def close(self) -> None:
        # At that it ends.
        self._asking.close()
        self._server.wait(PATIENCE)
        self._told.close()

    def _ask(self) -> bytes:
        if not self._is_told():
            raise TimeoutError(f"the process that makes passes said nothing for {LIMIT:g} s")
        line = self._told.readline()
        if not line:
            raise RuntimeError("the process that makes passes has ended")
        return line.strip()

    def _is_told(self) -> bool:
        return bool(select.select([self._told], [], [], LIMIT)[0])


def _until(met: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not met():
        if time.monotonic() > ends:
            raise TimeoutError(f"did not happen within {PATIENCE:g} s: {what}")
        time.sleep(0.001)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


def _serve(config_path: str) -> None:
    config = load_config(Path(config_path), os.environ)
    ready_words()
    rules = build_rules(config)
    # Dictionaries, models and codecs are loaded once, here, and not in every child; Alembic with an import.
    assert migrations
    run_pass(config, rules, config.store_url, timedelta(0), purge=True)
    _say("ready")
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            os._exit(_child(config, rules, request))
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _child(config: Config, rules: Rules, request: dict[str, Any]) -> int:
    os.kill(os.getpid(), signal.SIGSTOP)
    try:
        later = timedelta(seconds=request["later"])
        with _fail_point(request):
            if request["restore"]:
                restore(request["store"], Path(request["restore"]), datetime.now(UTC))
            else:
                run_pass(config, rules, request["store"], later, purge=request["purge"])
    except Exception:  # noqa: BLE001  (an attack may end a pass in any way; the exit code says that it did)
        return 1
    return 0


@contextmanager
def _fail_point(request: dict[str, Any]) -> Iterator[None]:
    """Count the calls of `CHANGING` in every thread; end the process before the one asked for."""
    fail_at, calls = request["fail_at"], count(1)
    seen = 0

    def watch(_frame: FrameType, event: str, called: object) -> None:
        nonlocal seen
        if event == "c_call" and getattr(called, "__name__", "") in CHANGING:
            seen = next(calls)
            if seen == fail_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if fail_at is None:
        yield
        return
    threading.setprofile(watch)
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        Path(request["store"].removeprefix("sqlite:///") + ".calls").write_text(str(seen), encoding="utf-8")


def _say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
