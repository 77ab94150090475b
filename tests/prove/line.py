"""The line between clients and a PostgreSQL server: it can be cut after a COMMIT, or go dead for a while."""

import contextlib
import socket
import struct
import threading
import time
from pathlib import Path

# Close without a farewell: whoever is at the other end gets a reset.
_AT_ONCE = struct.pack("ii", 1, 0)


class Line:
    """A proxy before the server's socket.

    It cuts a line after the `at`-th COMMIT, before its answer; `part` has all lines swallow what is said.
    """

    def __init__(self, server: Path, address: str = "127.0.0.1") -> None:
        self._server = server
        self._listener = socket.create_server((address, 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.at = 0
        self._lock = threading.Lock()
        self._parted = threading.Event()
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        self._reset()

    def part(self, seconds: float) -> None:
        """Swallow everything that either side says for so long, new connections' too; then reset them all."""
        self._parted.set()
        time.sleep(seconds)
        self._reset()

    def _reset(self) -> None:
        """Reset all lines; what is connected from here on is none of these."""
        with self._lock:
            ends, self._ends = self._ends, []
            self._parted.clear()
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                # The pump that reads it wakes, and closes it.
                end.shutdown(socket.SHUT_RD)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                try:
                    server.connect(str(self._server))
                except OSError:  # nobody is there just now
                    server.close()
                    client.close()
                    continue
                with self._lock:
                    self._ends += [client, server]
                cut = threading.Event()
                for pump in (self._ask, self._answer):
                    threading.Thread(target=pump, args=(client, server, cut), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Carry what the client says; from the chosen COMMIT on its answers will not come back."""
        with contextlib.suppress(OSError):
            while piece := client.recv(65_536):
                if self._parted.is_set():
                    continue
                if b"COMMIT" in piece and self._is_chosen():
                    cut.set()
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket, cut: threading.Event) -> None:
        """Carry what the server says; where the line is cut, wait for the answer, swallow it and hang up."""
        with client, server:
            with contextlib.suppress(OSError):
                while (piece := server.recv(65_536)) and not cut.is_set():
                    if not self._parted.is_set():
                        client.sendall(piece)
            # Nothing is said by this, but the other pump wakes; while it waits nobody hears that we hung up.
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RD)

    def _is_chosen(self) -> bool:
        with self._lock:
            self.at -= 1
            return self.at == 0
