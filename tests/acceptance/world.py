"""The world around the worker, on loopback: outlets that publish, desks that receive, the service itself."""

import json
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar

from standardwebhooks import Webhook, WebhookVerificationError

from monitor.adapters.store import SqlStore
from monitor.errands.stores import open_command_store
from monitor.errors import StoreError
from monitor.ports import DeliveryFilter, Step, Wanted
from tests.acceptance.starting import Forked, Process, start

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENCE = 30.0

Found = TypeVar("Found")
_ALL = Wanted(limit=1000, at_once=1000)


def eventually(look: Callable[[], Found], within: float = PATIENCE, what: str = "") -> Found:
    """Return the first true thing that `look` sees; fail loudly after `within` seconds."""
    ends = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > ends:
            raise AssertionError(f"did not happen within {within:g} s: {what or look}; last seen: {found!r}")
        time.sleep(0.05)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: the service may be killed in the middle of a request."""


class _Loopback:
    """A server on a free port of loopback, or of another address of ours."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._server = _Server((address, 0), self._handler())
        self.base = f"http://{address}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> "Answer":
        raise NotImplementedError

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append((self.command, self.path, headers))
                answer = outer.respond(self.path, headers, body)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 304:
                    self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = _do  # noqa: N815  (names that the base class calls)
            do_POST = _do  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Outlet(_Loopback):
    """A news site: one feed at `/feed.xml`, pages, and whatever else a test makes it answer."""

    def __init__(self, name: str, address: str = "127.0.0.1") -> None:
        self.name = name
        self.entries: list[dict[str, str]] = []
        self.pages: dict[str, Answer] = {}
        self.instead: dict[str, deque[Answer]] = {}
        self.links = ""
        super().__init__(address)

    @property
    def feed(self) -> str:
        return f"{self.base}/feed.xml"

    def publishes(self, title: str, text: str, *, slug: str, summary: str = "", page: bool = True) -> str:
        """Put an entry at the head of the feed, and its page on the site; return the page's address."""
        link = f"{self.base}/{slug}.html"
        self.entries.insert(
            0, {"guid": f"{self.name}-{slug}", "link": link, "title": title, "summary": summary}
        )
        if page:
            self.pages[f"/{slug}.html"] = Answer(
                body=article_page(title, text, self.name).encode(),
                headers={"content-type": "text/html; charset=utf-8"},
            )
        return link

    def edits(self, slug: str, *, title: str | None = None, text: str | None = None) -> None:
        """Change an entry's title, its page, or both; the feed says so by another summary."""
        (entry,) = (each for each in self.entries if each["guid"] == f"{self.name}-{slug}")
        entry |= {"title": title or entry["title"], "summary": f"{entry['summary']} Aktualisiert."}
        if text is not None:
            page = article_page(entry["title"], text, self.name)
            self.pages[f"/{slug}.html"] = replace(self.pages[f"/{slug}.html"], body=page.encode())

    def answers(self, path: str, answer: Answer, times: int = 10_000) -> None:
        """Answer a path so, for so many times."""
        self.instead[path] = deque([answer] * times)

    def recovers(self, path: str) -> None:
        """Answer a path as ever."""
        self.instead.pop(path, None)

    def respond(self, path: str, headers: dict[str, str], _: bytes) -> Answer:
        queue = self.instead.get(path)
        if queue:
            return queue.popleft()
        if path.partition("?")[0] == "/feed.xml":
            return self._feed(headers)
        return self.pages.get(path.partition("?")[0], Answer(status=404, body=b"no such page"))

    def _feed(self, headers: dict[str, str]) -> Answer:
        entries = "".join(
            f"<item><guid isPermaLink='false'>{escape(each['guid'])}</guid>"
            f"<link>{escape(each['link'])}</link><title>{escape(each['title'])}</title>"
            f"<description>{escape(each['summary'])}</description></item>"
            for each in self.entries
        )
        body = (
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
            f"<title>{escape(self.name)}</title><link>{self.base}</link><description>news</description>"
            f"{entries}</channel></rss>"
        ).encode()
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            return Answer(status=304, headers={"etag": etag})
        links = {"link": self.links} if self.links else {}
        return Answer(body=body, headers={"content-type": "application/rss+xml", "etag": etag, **links})


class Desk(_Loopback):
    """A receiver: keeps every request as it came, and answers 204 or what it is told to."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self._forged: dict[int, Exception] = {}
        self._queue: deque[Answer] = deque()
        self.gate: threading.Event | None = None
        super().__init__(address)

    @property
    def url(self) -> str:
        return f"{self.base}/hook"

    def answers(self, status: int, times: int = 1, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._queue.extend([Answer(status=status, headers=named)] * times)

    def forgets(self) -> None:
        """Answer as ever: what was to be answered otherwise is forgotten."""
        self._queue.clear()

    def respond(self, _: str, headers: dict[str, str], body: bytes) -> Answer:
        if "webhook-signature" in headers:
            # Now, for a signature is good for minutes, and a long proof looks at the end.
            try:
                Webhook(SECRET).verify(body, headers)
            except (WebhookVerificationError, ValueError) as error:
                self._forged[id(headers)] = error
        self.requests.append((headers, body))
        if self.gate is not None:
            self.gate.wait(20)
        return self._queue.popleft() if self._queue else Answer(status=204)

    def events(self, kind: str = "match.created") -> list[dict[str, Any]]:
        """Return the verified events of one type, each id once, in the order they came."""
        found: dict[str, dict[str, Any]] = {}
        for headers, body in list(self.requests):
            if id(headers) in self._forged:
                raise self._forged[id(headers)]
            event = json.loads(body)
            if event["type"] == kind:
                found.setdefault(headers["webhook-id"], event)
        return list(found.values())

    def entities(self) -> list[list[str]]:
        return [[match["entity"]["id"] for match in event["data"]["matches"]] for event in self.events()]


def without_times(body: bytes) -> Any:
    """Return what the event of a match says, but for when it was found."""
    event = json.loads(body)
    del event["timestamp"], event["data"]["timing"], event["data"]["story"]["first_seen_at"]
    return event


def article_page(title: str, text: str, site: str) -> str:
    """Return a page as news sites make them: navigation, article, related links, footer."""
    paragraphs = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in text.split("\n\n"))
    return (
        f"<!doctype html><html lang='de'><head><title>{escape(title)} - {site}</title></head><body>"
        "<nav><a href='/'>Start</a> <a href='/wirtschaft'>Wirtschaft</a></nav>"
        f"<main><article><h1>{escape(title)}</h1>{paragraphs}</article></main>"
        f"<footer>Impressum {site}</footer></body></html>"
    )


class Monitor:
    """The product as users run it: the command, in a process of its own.

    Where processes are `forked` they need not import the program. The order of a service's sets is `order`,
    and another one each time that it is begun anew.
    """

    def __init__(self, folder: Path, *, forked: bool = False, order: int = 0) -> None:
        self.folder = folder
        self.config = folder / "monitor.yaml"
        self.database = folder / "monitor.db"
        self.store = f"sqlite:///{self.database}"
        self.engine = "embedded"
        # What its command is begun by: elsewhere on this machine.
        self.within: Sequence[str] = ()
        self.log = folder / "log.jsonl"
        self.environ = {
            "PATH": os.environ["PATH"],
            "DESK_SECRET": SECRET,
            "COLUMNS": "200",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self.process: Process | None = None
        self._opened: dict[str, SqlStore] = {}
        self._forked = forked
        self._orders = cycle((order, order ^ 1))
        self._passed = False

    def configure(self, text: str) -> None:
        self.config.write_text(
            f'store: {{url: "{self.store}"}}\nengine: {self.engine}\n'
            'network: {allow_private: ["127.0.0.0/8"], per_host: {at_once: 4, pause: 0s}}\n' + text,
            encoding="utf-8",
        )

    def call(self, *arguments: str, stdin: str | None = None, expect: int = 0) -> str:
        """Run one command to its end and return what it printed."""
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as errors:
            given.write((stdin or "").encode())
            given.seek(0)
            order = 0 if self._forked else None
            code = self._run(arguments, self.environ, (given, out, errors), order).wait(120)
            said, complained = (written(each) for each in (out, errors))
        assert code == expect, f"{arguments}: exit {code}\n{said}\n{complained}"
        return said if expect == 0 else said + complained

    def once(self) -> dict[str, Any]:
        """Make a pass; one after another waits for the feeds that are due again within a second."""
        if self._passed:
            self._await_due()
        found: dict[str, Any] = json.loads(self.call("once", "--json"))
        self._passed = True
        return found

    def _await_due(self) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=1.2)
        with suppress(StoreError), self._looking() as store:

            def due(at: datetime) -> int:
                return sum(len(each.numbers) for each in store.due_batches(Step.POLL, at, _ALL))

            wanted = due(soon)
            eventually(lambda: due(datetime.now(UTC)) >= wanted, what="the feeds are due again")

    def status(self) -> Mapping[str, Any]:
        """Return what `monitor status --json` prints, as it looks: without a process, which takes long."""
        with self._looking() as store:
            return store.status(datetime.now(UTC))

    def deliveries(self, state: str | None = None) -> Sequence[Mapping[str, Any]]:
        """Return the deliveries that `monitor deliveries list --json` prints, likewise."""
        with self._looking() as store:
            return store.deliveries(DeliveryFilter(state=state))

    @contextmanager
    def _looking(self) -> Iterator[SqlStore]:
        """Open the store as a command does, and let go of it; what was asked before is not compiled anew."""
        store = self._opened.get(self.store) or open_command_store(self.store)
        self._opened[self.store] = store
        with closing(store):
            yield store

    def start(self, *, alone: bool = False, **environ: str) -> None:
        """Start the service and wait until it serves."""
        before = len(self.lines())
        process = self.begin(alone=alone, **environ)
        eventually(
            lambda: self._ended() or any('"event": "start"' in line for line in self.lines()[before:]),
            what="the service starts",
        )
        assert process.poll() is None, self.log.read_text(encoding="utf-8")

    def begin(self, *, alone: bool = False, **environ: str) -> Process:
        """Start the service and wait for nothing; `alone`, it has nothing of any other process."""
        command = "run" if self.engine == "embedded" else "worker"
        order = next(self._orders) if self._forked and not alone else None
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            self.process = self._run([command], self.environ | environ, (nothing, log, log), order)
        return self.process

    def _run(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        files: Sequence[IO[bytes]],
        order: int | None,
    ) -> Process:
        """Run a command; of an order it is forked, and else in an interpreter of its own."""
        line = [*arguments, "-c", str(self.config)]
        if order is None:
            return start(line, environ, files, self.within)
        return Forked(line, environ, files, order=order)

    def lines(self) -> Sequence[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    def kill(self) -> None:
        """End the service as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> tuple[int, float]:
        """Ask the service to end; return its exit code and how long it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(40)
        return code, time.monotonic() - began

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def written(file: IO[bytes]) -> str:
    """Return all that stands in a file."""
    file.seek(0)
    return file.read().decode()


def paragraphs(*sentences: str) -> str:
    """Return a text of some length around the sentences that matter, one paragraph for each."""
    filler = (
        "Beobachter sprechen von einem Umbau, der seit Monaten vorbereitet wurde und in den kommenden "
        "Wochen umgesetzt werden soll. Zahlen nannte das Unternehmen am Mittwoch nicht, auch zu den "
        "Kosten des Vorhabens gab es zunächst keine Angaben."
    )
    return "\n\n".join(f"{sentence} {filler}" for sentence in sentences)
