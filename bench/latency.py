"""How long from a feed that shows news to the receiver that has the alert?

The service runs as it is, in a process of its own. An entry that names a watched company is put into a
feed, and the feed falls due. What is measured begins when the feed's server has answered the poll that shows
the entry, and ends when the receiver has read the last byte of the alert. What waits by configuration, the
interval of a feed and the pause between two requests to one host, is no part of it: the pause is 0 here. Nor
are the first alerts after a start, for which worker processes are still made ready.

    idle     one entry at a time, nothing else to do
    load     the same while 100 other feeds are polled, each twice a second, and answer 304
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

from bench.match import load
from bench.results import keep, table

FEEDS, OTHERS = 20, 100
# Alerts at the start that are not counted.
WARM = 5
PATIENCE = 60.0
COLUMNS = ("", "articles", "alerts", "median ms", "p99 ms", "server's share")
CONFIG = """\
store: {{url: "sqlite:///{folder}/monitor.db"}}
http: {{listen: null}}
network: {{allow_private: 127.0.0.0/8, per_host: {{at_once: 100, pause: 0s}}, robots: ignore}}
brake: off
entities: {{amazon: {{kind: organization, names: [Amazon], context: [Jassy, AWS]}}}}
receivers:
  desk: {{url: "{url}/desk", secrets: ["env:DESK_SECRET"], allow_private: true, at_once: 100}}
feeds:
{feeds}
"""
SECRET = "whsec_" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
_FEED = (
    '<rss version="2.0"><channel><title>News</title><link>{url}</link><description>x</description>{items}'
    "</channel></rss>"
)
_ITEM = (
    "<item><title>Amazon baut Werk Nummer {0}</title><guid>{0}</guid><link>{1}/page/{0}</link>"
    "<description>Amazon-Chef Andy Jassy kündigte das Werk {0} an.</description></item>"
)
_WORDS = (
    "<p>Amazon-Chef Andy Jassy kündigte am Mittwoch das Werk {0} an. Die Sparte AWS soll dort {1} Rechner "
    "aufstellen, teilte der Konzern mit; Amazons Pläne für die Stadt gehen weiter als bisher bekannt war.</p>"
)
Figures = tuple[list[float], float]


class World:
    """What the service sees: feeds, pages, a receiver; and when it saw which."""

    def __init__(self) -> None:
        self.shown: dict[int, list[int]] = {}
        self.shown_at: dict[int, float] = {}
        self.received_at: dict[int, float] = {}
        self.changed = threading.Condition()

    def feed(self, number: int, url: str) -> tuple[bytes, str]:
        """Return what a feed shows, and its ETag."""
        shown = self.shown.get(number, [])
        items = "".join(_ITEM.format(entry, url) for entry in reversed(shown[-20:]))
        return _FEED.format(url=url, items=items).encode(), f'"{number}-{len(shown)}"'

    def note(self, where: dict[int, float], entries: Sequence[int]) -> None:
        """Note when entries were first shown, or received."""
        now = time.monotonic()
        with self.changed:
            for entry in entries:
                where.setdefault(entry, now)
            self.changed.notify_all()


def served(world: World) -> type[BaseHTTPRequestHandler]:
    """Return who answers for a world."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = f"http://{self.headers['host']}"
            sort, number = self.path.split("/")[1:3]
            if sort == "page":
                text = "".join(_WORDS.format(number, each) for each in range(25))
                page = f"<html><head><title>Amazon baut Werk Nummer {number}</title></head><body><article>"
                self._answer(
                    200,
                    f"{page}<h1>Amazon baut Werk Nummer {number}</h1>{text}</article></body></html>".encode(),
                )
                return
            shown = tuple(world.shown.get(int(number), ()))
            body, etag = world.feed(int(number), url)
            if self.headers["if-none-match"] == etag:
                self._answer(304, b"", etag)
                return
            self._answer(200, body, etag)
            world.note(world.shown_at, shown)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            number = int(body.split(b"Werk Nummer ", 1)[1].split(b'"', 1)[0].split(b"\\", 1)[0])
            world.note(world.received_at, [number])
            self._answer(204, b"")

        def _answer(self, status: int, body: bytes, etag: str = "") -> None:
            self.send_response(status)
            self.send_header(
                "content-type", "text/html" if self.path.startswith("/page") else "application/xml"
            )
            if etag:
                self.send_header("etag", etag)
            if status == 200:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Answers


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--write`, keep it."""
    parser = argparse.ArgumentParser(prog="bench latency", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--alerts", type=int, default=200, help="how many alerts are timed in each row")
    parser.add_argument("--short", action="store_true", help="30 alerts in each row: half a minute")
    parser.add_argument("--write", action="store_true", help="keep the table in bench/RESULTS.md")
    chosen = parser.parse_args(arguments)
    alerts = 30 if chosen.short else chosen.alerts
    rows = []
    for articles in ("page", "feed"):
        for state in ("idle", "load"):
            print(f"{state}, articles: {articles} …", file=sys.stderr, flush=True)
            rows.append(row(state, articles, *measured(alerts, articles, loaded=state == "load")))
    text = f"{table(COLUMNS, rows)}\n\n{load()}"
    print(text)
    if chosen.write:
        keep("latency", text)
    return 0


def row(state: str, articles: str, seconds: Sequence[float], share: float) -> Sequence[str]:
    """Return a row of the table."""
    late = quantiles(seconds, n=100, method="inclusive")[98]
    return (
        state,
        articles,
        str(len(seconds)),
        f"{median(seconds) * 1e3:,.0f}",
        f"{late * 1e3:,.0f}",
        f"{share:.0%}",
    )


def measured(alerts: int, articles: str, *, loaded: bool) -> Figures:
    """Return how many seconds each alert took, and the share of processor time that was the server's."""
    world = World()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        answering(served(world)) as url,
        running(Path(folder), url, articles) as service,
        closing(_opened(folder)) as store,
    ):
        _fall_due(store, range(FEEDS + OTHERS))
        _wait(service, lambda: _polled(store) == FEEDS + OTHERS)
        own, its = time.process_time(), _processor_seconds(service.pid)
        seconds = timed(world, service, store, alerts, loaded=loaded)
        own, its = time.process_time() - own, _processor_seconds(service.pid) - its
        return seconds, own / (own + its)


@contextmanager
def answering(answers: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on loopback; yield the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def timed(
    world: World,
    service: subprocess.Popen[bytes],
    store: sqlite3.Connection,
    alerts: int,
    *,
    loaded: bool,
) -> list[float]:
    """Publish one entry after the other; return how long each took from the feed to the receiver."""
    stop = threading.Event()
    others = threading.Thread(target=_keep_busy, args=(store, stop), daemon=True)
    if loaded:
        others.start()
    try:
        for entry in range(WARM + alerts):
            world.shown.setdefault(entry % FEEDS, []).append(entry)
            _fall_due(store, [entry % FEEDS])
            _wait(service, lambda: entry in world.received_at, world.changed)  # noqa: B023  (ends in this turn)
    finally:
        stop.set()
        if loaded:
            others.join()
    return [world.received_at[entry] - world.shown_at[entry] for entry in range(WARM, WARM + alerts)]


@contextmanager
def running(folder: Path, url: str, articles: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service, and end it."""
    feeds = "\n".join(
        f'  - {{id: "{number}", url: "{url}/feed/{number}", articles: {articles}}}'
        for number in range(FEEDS + OTHERS)
    )
    path = folder / "monitor.yaml"
    path.write_text(CONFIG.format(folder=folder, url=url, feeds=feeds), encoding="utf-8")
    line = [str(Path(sys.executable).with_name("monitor")), "run", "--config", str(path)]
    with (folder / "log").open("wb") as log:
        service = subprocess.Popen(line, stdout=log, stderr=log, env={**os.environ, "DESK_SECRET": SECRET})
        try:
            _wait(service, lambda: b'"start"' in (folder / "log").read_bytes())
            yield service
        except BaseException:
            print((folder / "log").read_text("utf-8")[-2000:], file=sys.stderr)
            raise
        finally:
            service.kill()
            service.wait()


def _keep_busy(store: sqlite3.Connection, stop: threading.Event) -> None:
    while not stop.wait(0.5):
        _fall_due(store, range(FEEDS, FEEDS + OTHERS))


def _opened(folder: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{folder}/monitor.db", timeout=60, check_same_thread=False, isolation_level=None)


def _fall_due(store: sqlite3.Connection, feeds: Sequence[int]) -> None:
    marks = ",".join(f"'{number}'" for number in feeds)
    store.execute(f"UPDATE feeds SET due_at = 0 WHERE id IN ({marks}) AND lease_token IS NULL")


def _polled(store: sqlite3.Connection) -> int:
    return int(store.execute("SELECT count(*) FROM feeds WHERE first_polled_at IS NOT NULL").fetchone()[0])


def _wait(
    service: subprocess.Popen[bytes],
    condition: Callable[[], bool],
    changed: threading.Condition | None = None,
) -> None:
    ends = time.monotonic() + PATIENCE
    while not condition():
        if service.poll() is not None or time.monotonic() > ends:
            raise SystemExit("bench latency: the service ended, or did nothing for a minute; see above")
        if changed is None:
            time.sleep(0.05)
        else:
            with changed:
                changed.wait(0.05)


def _processor_seconds(pid: int) -> float:
    """Return the processor time of a process and of its children, in seconds."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if str(pid) in (stat.parent.name, fields[1]):
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
