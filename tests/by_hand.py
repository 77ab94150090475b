"""A session with PostgreSQL that is spoken by hand, to stop at places where no driver would."""

import socket
import struct

from tests.postgresql import USER, PostgreSQL


class ByHand:
    """A session that says only as much of what it has to say as it is told to."""

    def __init__(self, server: PostgreSQL, database: str) -> None:
        """Begin it, as `USER`, in a database of that name."""
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(server.socket))
        words = ("user", USER, "database", database, "")
        self.send(b"", struct.pack("!I", 3 << 16) + b"".join(f"{word}\0".encode() for word in words))
        self._until_ready()

    def ask(self, statement: str) -> None:
        """Run a statement, and hear the whole answer."""
        self.send(b"Q", f"{statement}\0".encode())
        self._until_ready()

    def send(self, kind: bytes, body: bytes, *, unsaid: int = 0) -> None:
        """Send a message, but for so many bytes of its end."""
        message = kind + struct.pack("!I", len(body) + 4) + body
        self._line.sendall(message[: len(message) - unsaid])

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _until_ready(self) -> None:
        heard = b""
        # What ends an answer is Z, a length of five, and a letter.
        while heard[-6:-1] != b"Z\0\0\0\5":
            some = self._line.recv(65536)
            assert some, heard
            heard += some
