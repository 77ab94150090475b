"""An HTTP server on a free port of loopback, in a thread of its own."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback(ThreadingHTTPServer):
    """Listens as soon as it is made; says nothing of peers that hang up."""

    daemon_threads = True

    def __init__(self, name: str, handler: type[BaseHTTPRequestHandler]) -> None:
        """Serve with `handler`; `name` is the thread's."""
        super().__init__(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server_address[1]}"
        # It ends when it looks around the next time; left to itself it does so twice a second.
        threading.Thread(target=self.serve_forever, args=(0.05,), name=name, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a worker that ends closes the connections that it kept."""

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
