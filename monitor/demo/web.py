"""A web server on loopback that publishes the seeds."""

from http.server import BaseHTTPRequestHandler
from pathlib import Path

from monitor.demo.loopback import Loopback

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
}
# Stands in the seeds where the server's address belongs.
PLACEHOLDER = b"{{base}}"


class SeedServer:
    """Serves the files below a folder, with the placeholder for its own address filled in."""

    def __init__(self, seeds: Path) -> None:
        """Listen on a free port at once."""
        self._seeds = seeds.resolve()
        self._server = Loopback("seeds", self._handler())
        self.base = self._server.base

    def feeds(self) -> list[str]:
        """Return the addresses of all feeds."""
        return [f"{self.base}/feeds/{path.name}" for path in sorted((self._seeds / "feeds").iterdir())]

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _body(self, address: str) -> tuple[str, bytes] | None:
        path = (self._seeds / address.partition("?")[0].lstrip("/")).resolve()
        if not path.is_relative_to(self._seeds) or path.suffix not in _TYPES or not path.is_file():
            return None
        return _TYPES[path.suffix], path.read_bytes().replace(PLACEHOLDER, self.base.encode())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        serve = self._body

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                found = serve(self.path)
                content_type, body = found or ("text/plain", b"not here\n")
                self.send_response(200 if found else 404)
                self.send_header("content-type", content_type)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Write no access log: the worker's own lines are the ones to read."""

        return Handler
