"""What a small receiver makes of what is sent to it."""

import http.client
import socket
from collections.abc import Iterator, Mapping

import pytest

from monitor.adapters.listener import LARGEST, Listener
from monitor.errors import AddressTaken
from tests.servers import free_port

Taken = list[tuple[Mapping[str, str], bytes]]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def taken(port: int) -> Iterator[Taken]:
    found: Taken = []

    def take(headers: Mapping[str, str], body: bytes) -> int:
        found.append((headers, body))
        return 204

    listener = Listener(("127.0.0.1", port), take)
    yield found
    listener.close()


def post(port: int, body: bytes = b"", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/hook")
    for name, value in {"Webhook-Id": "msg_1", "Content-Length": str(len(body)), **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    status = connection.getresponse().status
    connection.close()
    return status


def test_headers_and_body_are_handed_over(taken: Taken, port: int) -> None:
    assert 204 == post(port, "Grüße".encode())

    ((headers, body),) = taken
    assert ("msg_1", "Grüße") == (headers["webhook-id"], body.decode())


@pytest.mark.parametrize("length", [str(LARGEST + 1), "-1", "many", "²", ""])
def test_what_is_too_long_or_has_no_length_is_refused(taken: Taken, port: int, length: str) -> None:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())

    assert b" 413 " in connection.recv(100)
    connection.close()
    assert [] == taken


def test_a_peer_that_hangs_up_harms_nobody(taken: Taken, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")

    assert 204 == post(port, b"whole")
    assert b"whole" in [body for _, body in taken]


def test_an_address_that_is_taken_is_said(taken: Taken, port: int) -> None:
    assert [] == taken

    with pytest.raises(AddressTaken, match=f"127.0.0.1:{port}: Address already in use; write another port"):
        Listener(("127.0.0.1", port), lambda *_: 204)
