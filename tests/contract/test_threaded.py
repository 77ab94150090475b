"""A server sleeps until somebody comes, and ends at once when it is closed."""

import gc
import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.request import urlopen

import pytest

from monitor.adapters.threaded import ThreadedServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def server() -> Iterator[ThreadedServer]:
    made = ThreadedServer(("127.0.0.1", 0), Hello)
    made.start("hello")
    yield made
    made.close()


def sleeps(name: str) -> int:
    """Return how often a thread has gone to sleep by itself."""
    (found,) = (each for each in threading.enumerate() if each.name == name)
    told = Path(f"/proc/{os.getpid()}/task/{found.native_id}/status").read_text("ascii")
    (line,) = (each for each in told.splitlines() if each.startswith("voluntary_ctxt_switches"))
    return int(line.split()[1])


@contextmanager
def no_more_files() -> Iterator[None]:
    """Have this process open nothing."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = [os.open(os.devnull, os.O_RDONLY)]
    highest = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
    try:
        with suppress(OSError):
            while True:
                opened.append(os.dup(opened[0]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for each in opened:
            os.close(each)


def ask(server: ThreadedServer) -> int:
    with urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
        return int(answer.status)


def test_it_answers_one_after_the_other_and_sleeps_in_between(server: ThreadedServer) -> None:
    assert [204] * 3 == [ask(server) for _ in range(3)]
    time.sleep(0.5)
    before = sleeps("hello")
    # Left to itself the standard library's looks around twice a second.
    time.sleep(1.2)
    assert before == sleeps("hello")


def test_one_that_hangs_up_before_it_is_heard_keeps_nobody_waiting(server: ThreadedServer) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.server_port)) as peer:
            # Reset, not closed.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert 204 == ask(server)


def test_where_no_connection_can_be_taken_it_waits_and_takes_it_later(server: ThreadedServer) -> None:
    (thread,) = (each for each in threading.enumerate() if each.name == "hello")
    assert thread.ident is not None
    clock = time.pthread_getcpuclockid(thread.ident)
    with socket.socket() as peer:
        with no_more_files():
            peer.connect(("127.0.0.1", server.server_port))
            peer.sendall(b"GET / HTTP/1.0\r\n\r\n")
            before = time.clock_gettime(clock)
            time.sleep(1)
            spent = time.clock_gettime(clock) - before
        assert peer.recv(100).startswith(b"HTTP/1.0 204")
    assert spent < 0.2


def test_once_closed_its_thread_is_gone_and_its_port_is_free(server: ThreadedServer) -> None:
    port = server.server_port
    server.close()
    assert "hello" not in [each.name for each in threading.enumerate()]
    ThreadedServer(("127.0.0.1", port), Hello).close()


def test_one_that_was_never_started_can_be_closed() -> None:
    made = ThreadedServer(("127.0.0.1", 0), Hello)
    made.close()
    assert -1 == made.fileno()


def test_one_whose_address_is_taken_leaves_nothing_open(server: ThreadedServer) -> None:
    handles = sorted(Path("/proc/self/fd").iterdir())
    with pytest.raises(OSError, match="in use"):
        ThreadedServer(("127.0.0.1", server.server_port), Hello)
    gc.collect()
    assert handles == sorted(Path("/proc/self/fd").iterdir())
