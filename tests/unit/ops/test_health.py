"""Laws of asking a running service whether it is ready."""

import socket
import threading
from collections.abc import Iterator

import pytest

from monitor.adapters.health import Probes, answer_probe
from monitor.adapters.serving import Server
from monitor.ops.health import show_health


@pytest.fixture
def reasons() -> list[str]:
    return []


@pytest.fixture
def server(reasons: list[str]) -> Iterator[Server]:
    probes = Probes(
        alive=lambda: True,
        ready=lambda: reasons[0] if reasons else None,
        metrics=lambda: b"",
        status=dict,
    )
    made = Server(("127.0.0.1", 0), lambda request: answer_probe(request, probes))
    yield made
    made.close()


def test_a_service_that_is_ready_is_fine(server: Server) -> None:
    shown = show_health(server.address)

    assert (shown.plain, shown.failed) == ({"ready": True, "detail": "ready"}, False)


def test_a_service_that_is_not_ready_says_why(server: Server, reasons: list[str]) -> None:
    reasons.append("the store is gone")

    shown = show_health(server.address)

    assert (shown.plain, shown.failed) == ({"ready": False, "detail": "the store is gone"}, True)


def test_nobody_who_listens_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()

    shown = show_health(address)

    assert shown.failed
    assert "does not answer" in shown.words[0]


def test_a_peer_that_speaks_something_else_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=talk)
        thread.start()
        shown = show_health(server.getsockname())
        thread.join(5)

    assert shown.failed


def test_without_a_server_there_is_nobody_to_ask() -> None:
    shown = show_health(None)

    assert (shown.plain, shown.failed) == ({"ready": False}, True)
