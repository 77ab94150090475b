"""A small receiver on this machine: takes requests, and answers what it is told to."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler

from monitor.adapters.threaded import ThreadedServer
from monitor.errors import AddressTaken

# No body of ours is longer than 20 kB; a pattern of a user's own may be.
LARGEST = 1_000_000
REQUEST_SECONDS = 10
_TOO_LARGE = 413

Take = Callable[[Mapping[str, str], bytes], int]


class Listener:
    """Listens until it is closed; `take` gets headers, names in lower case, and body, and gives a status."""

    def __init__(self, address: tuple[str, int], take: Take) -> None:
        """Listen at once.

        Raises:
            AddressTaken: somebody else listens there, or it is not ours.
        """
        try:
            self._server = ThreadedServer(address, _handler_for(take))
        except OSError as error:
            problem = f"{address[0]}:{address[1]}: {error.strerror}"
            raise AddressTaken(
                f"{problem}; write another port into the receiver's 'url', or end what holds it"
            ) from error
        self._server.start("listener")

    def close(self) -> None:
        """Stop listening."""
        self._server.close()


def _handler_for(take: Take) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_SECONDS
        server_version = "news-monitor"
        sys_version = ""

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
                self._answer(_TOO_LARGE)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(take(headers, self.rfile.read(int(length))))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Write no access log."""

    return Handler
