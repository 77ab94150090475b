"""The fork server: it has imported what reading documents takes, and forks a worker whenever it is asked to.

A process of its own with an environment of its own, for the service has threads and secrets. It reads no
document, and has one thread: a fork copies that alone. Asked is over a socket, which brings two others along:
the worker's conversation, and its lifeline. On the lifeline the worker's number is told; who closes it has
the worker killed, and is told how it ended. Only then is a worker waited for, so that its number can belong
to no other process before. Lifelines close when the service ends, however it does: no worker outlives it.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn

from monitor.adapters.imports import without
from monitor.adapters.worker import serve

# A worker's number, or why there is none as a negative error number; later, how it ended.
WORD = struct.Struct("!i")


def main() -> None:
    """Import what is asked for, and fork until nobody asks any more and no worker is left."""
    # Who interrupts the service by the terminal means the service; it ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        limits = json.loads(sys.argv[2])
        _load(limits["preload"])
        _attend(control, limits)


def _load(modules: Sequence[str]) -> None:
    """Import what tasks need, and nothing that is not for them, without looking for garbage meanwhile.

    What was imported is shared with the workers as long as nobody writes to it, the collector included.
    """
    gc.disable()
    # trafilatura brings it along, and with it numpy, to ask for a language that nobody has it ask for.
    with without("py3langid"):
        for module in modules:
            importlib.import_module(module)
    gc.freeze()


def _attend(control: socket.socket, limits: Mapping[str, Any]) -> None:
    """Fork whenever asked, and bury each worker whose lifeline is closed, until there is neither."""
    workers: dict[socket.socket, int] = {}
    watched = [control]
    while watched:
        for each in select.select(watched, (), ())[0]:
            if each is not control:
                watched.remove(each)
                _bury(each, workers.pop(each))
                continue
            message, numbers, _, _ = socket.recv_fds(control, 1, 2)
            if not message:
                watched.remove(control)
                continue
            conversation, lifeline = (socket.socket(fileno=number) for number in numbers)
            pid = _fork(conversation, lifeline, others=watched, limits=limits)
            conversation.close()
            if pid is None:
                lifeline.close()
                continue
            workers[lifeline] = pid
            watched.append(lifeline)


def _fork(
    conversation: socket.socket,
    lifeline: socket.socket,
    *,
    others: Iterable[socket.socket],
    limits: Mapping[str, Any],
) -> int | None:
    """Fork a worker, and tell its number with a handle to it; None where it cannot be, and why is told."""
    try:
        pid = os.fork()
    except OSError as error:
        _tell(lifeline, -(error.errno or 0))
        return None
    if pid == 0:
        # A lifeline is closed only where no sibling holds it open.
        for each in (lifeline, *others):
            each.close()
        _work(conversation, limits)
    handle = _handle(pid)
    _tell(lifeline, pid, *handle)
    for number in handle:
        os.close(number)
    return pid


def _work(conversation: socket.socket, limits: Mapping[str, Any]) -> NoReturn:
    """Be a worker to the end; nothing of the server's is flushed or cleaned up."""
    code = 1
    try:
        gc.enable()
        serve(conversation, limits)
        code = 0
    finally:
        os._exit(code)


def _handle(pid: int) -> Sequence[int]:
    """Return what the service can kill this very process by, server or not; Linux has it."""
    try:
        return [os.pidfd_open(pid)]
    except (AttributeError, OSError):
        return []


def _tell(lifeline: socket.socket, word: int, *numbers: int) -> None:
    # Who asked may be gone meanwhile.
    with contextlib.suppress(BrokenPipeError):
        socket.send_fds(lifeline, [WORD.pack(word)], numbers)


def _bury(lifeline: socket.socket, pid: int) -> None:
    """Kill a worker, whatever it does, and tell how it ended: by itself, where it had ended already."""
    os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    _tell(lifeline, os.waitstatus_to_exitcode(status))
    lifeline.close()


if __name__ == "__main__":
    main()
