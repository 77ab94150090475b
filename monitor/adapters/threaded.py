"""A server of the standard library that listens in a thread of its own, and sleeps until somebody comes.

The library's own loop looks around twice a second, and so takes half a second to end.
"""

import selectors
import socket
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Seconds between two tries to take a connection where there is no file handle left for it.
_WITHOUT_ROOM = 0.05


class ThreadedServer(ThreadingHTTPServer):
    """Listens once it is made, answers once it is started; each connection has a thread."""

    daemon_threads = True
    request_queue_size = 128
    # Seconds to wait for a peer who was there a moment ago.
    timeout = 0.0

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: somebody else listens there, or it is not ours.
        """
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._thread: threading.Thread | None = None
        # What is read from ends when what is written to is closed.
        self._ended, self._ending = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        # Where that fails, the library calls `server_close`.
        super().__init__(address, handler)
        self._selector.register(self, selectors.EVENT_READ)
        self._end = self._selector.register(self._ended, selectors.EVENT_READ)

    def start(self, name: str) -> None:
        """Answer from now on; `name` is the thread's."""
        self._thread = threading.Thread(target=self._answer_all, name=name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; what is being answered goes on."""
        self._ending.close()
        if self._thread is not None:
            self._thread.join()
        self.server_close()

    def server_close(self) -> None:
        """Give back all sockets."""
        super().server_close()
        self._selector.close()
        self._ended.close()
        self._ending.close()

    def server_bind(self) -> None:
        """Bind without asking DNS for the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, object]:
        """Take a connection.

        Raises:
            OSError: none can be taken; after a while, for it is looked for again at once.
        """
        try:
            return super().get_request()
        except OSError:
            time.sleep(_WITHOUT_ROOM)
            raise

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a peer that hangs up is no event."""

    def _answer_all(self) -> None:
        while self._end not in [key for key, _ in self._selector.select()]:
            self.handle_request()
