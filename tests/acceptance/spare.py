"""How does a forked program get a fork server that need not import what reading documents takes?

It is forked with the program, while that has one thread and no secret, and waits to be the first fork server
that the program starts: a child of it that runs the same `main` with the same arguments, environment and
files. Whoever begins the program in an interpreter of its own, or has it start a second one, gets what users
get.
"""

import gc
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from monitor.adapters import forks, forkserver
from monitor.app import PRELOAD

# As a fork server does.
forkserver._load(PRELOAD)
gc.enable()
# What all workers have before they begin is not theirs: it counts in none of their limits.
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Spare:
    """A process that waits to be the fork server; once it is, what `forks` does with one."""

    def __init__(self) -> None:
        """Fork it."""
        self._line, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _wait(theirs)
        theirs.close()

    def become(self, limits: str, environ: Mapping[str, str], control: int) -> "Spare":
        """Have it be the fork server that is asked over `control`."""
        given = json.dumps({"limits": json.loads(limits), "environ": dict(environ)}).encode()
        socket.send_fds(self._line, [given], [control])
        self._line.close()
        return self

    def poll(self) -> int | None:
        """Return its exit code; None while it lives."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
            return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """Wait for its end so many seconds, and return its exit code.

        Raises:
            TimeoutExpired: it lives on.
        """
        ends = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired("a fork server", timeout)
            time.sleep(0.001)
        return code

    def kill(self) -> None:
        """End it at once."""
        if self.poll() is None:
            os.kill(self.pid, 9)


class Lending:
    """What `forks` has for `subprocess`: the first process that it starts is the spare one."""

    DEVNULL, TimeoutExpired = subprocess.DEVNULL, subprocess.TimeoutExpired

    def __init__(self) -> None:
        """Have one ready from now on."""
        self._spare: Spare | None = Spare()

    def Popen(  # noqa: N802  (as `subprocess` has it)
        self, line: Sequence[str], *, env: Mapping[str, str], pass_fds: Sequence[int], **files: Any
    ) -> "Spare | subprocess.Popen[bytes]":
        """Start a process, as `subprocess` does."""
        spare, self._spare = self._spare, None
        if spare is None:
            return subprocess.Popen(line, env=env, pass_fds=pass_fds, **files)
        return spare.become(line[-1], env, *pass_fds)


def lend_one() -> None:
    """Have the first fork server of this process be one that is forked now."""
    vars(forks)["subprocess"] = Lending()


def _wait(line: socket.socket) -> NoReturn:
    """Be nobody until somebody asks, and then the fork server; where nobody does, end with the program."""
    code = 1
    try:
        for each in range(3):
            os.dup2(os.open(os.devnull, os.O_RDWR), each)
        os.closerange(3, line.fileno())
        os.closerange(line.fileno() + 1, 1024)
        message, controls, _, _ = socket.recv_fds(line, 1 << 16, 1)
        line.close()
        if message:
            given = json.loads(message)
            os.environ.clear()
            os.environ.update(given["environ"])
            held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * _PAGE_BYTES
            given["limits"]["memory_bytes"] += held
            sys.argv = [forkserver.__file__, str(*controls), json.dumps(given["limits"])]
            forkserver.main()
        code = 0
    finally:
        os._exit(code)
