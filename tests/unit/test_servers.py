"""What stands in for the world stands fast."""

import socket

import pytest

from tests.servers import free_port


def test_a_free_port_is_left_to_who_listens_on_it_later() -> None:
    port = free_port()

    with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
        other.bind(("127.0.0.1", port))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
        assert port != free_port()
