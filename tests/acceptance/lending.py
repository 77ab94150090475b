"""A command `monitor` for shells: it forks the program from one that has imported it.

What a shell starts is a small program that hands its arguments, environment, folder and files over to us,
sends on the signals that it gets, and ends as the forked program ended.
"""

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.starting import Forked

_COMMAND = """\
#!{python} -IS
import json, os, signal, socket, sys

ENDING = {{signal.SIGTERM, signal.SIGINT, signal.SIGHUP}}
signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
given = {{"arguments": sys.argv[1:], "environ": dict(os.environ), "folder": os.getcwd()}}
socket.send_fds(line, [json.dumps(given).encode() + b"\\n"], [0, 1, 2])
answers = line.makefile()
pid = int(answers.readline())
for each in ENDING:
    if signal.getsignal(each) is not signal.SIG_IGN:
        signal.signal(each, lambda number, _: os.kill(pid, number))
signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
code = int(answers.readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@contextmanager
def lent() -> Iterator[Path]:
    """Make a folder with the command, which works as long as this lasts."""
    with TemporaryDirectory(prefix="lent-") as folder, socket.socket(socket.AF_UNIX) as asked:
        address, command = f"{folder}/asked", Path(folder, "monitor")
        command.write_text(_COMMAND.format(python=sys.executable, address=address), encoding="utf-8")
        command.chmod(0o755)
        asked.bind(address)
        asked.listen(64)
        threading.Thread(target=_Lender().lend, args=(asked,), daemon=True).start()
        yield Path(folder)
        # It wakes whoever accepts.
        asked.shutdown(socket.SHUT_RDWR)


class _Lender:
    """Forks the program for whoever asks; one at a time asks what became of those that were forked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def lend(self, asked: socket.socket) -> None:
        while True:
            try:
                line, _ = asked.accept()
            except OSError:
                return
            threading.Thread(target=self._fork, args=(line,), daemon=True).start()

    def _fork(self, line: socket.socket) -> None:
        with line, ExitStack() as opened:
            message, numbers, _, _ = socket.recv_fds(line, 1 << 16, 3)
            while not message.endswith(b"\n"):
                message += line.recv(1 << 16)
            files = [opened.enter_context(os.fdopen(each, "r+b", buffering=0)) for each in numbers]
            given = json.loads(message)
            with self._lock:
                folder = Path(given["folder"])
                process = Forked(given["arguments"], given["environ"], files, folder=folder)
            opened.close()
            line.sendall(b"%d\n" % process.pid)
            while (code := self._ended(process)) is None:
                time.sleep(0.01)
            line.sendall(b"%d\n" % code)

    def _ended(self, process: Forked) -> int | None:
        with self._lock:
            return process.poll()
