"""Those who are measured by `bench poll`: each polls all feeds once for every line that it reads.

Runs alone, under the interpreter of whoever is measured: `python bench/pollers.py WHO FOLDER URL FEEDS`. For
each phase that standard input names it prints the seconds, the processor time with that of its children, and
how many entries it knows.
"""

import importlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

THREADS = 32
NOT_MODIFIED = 304
# Seconds of processor time in one second, above which worker processes still import what they need.
SETTLED = 0.05
Poll = Callable[[], int]
# Seconds of processor time that the looks themselves have taken.
looking = 0.0
CONFIG = """\
store: {{url: "sqlite:///{folder}/monitor.db"}}
http: {{listen: null}}
network: {{allow_private: 127.0.0.0/8, per_host: {{at_once: 32, pause: 0s}}, robots: ignore}}
entities: {{amazon: {{names: [Amazon]}}}}
feeds:
{feeds}
"""


def spent() -> float:
    """Return the processor time of this process and of all below it, in seconds, without that of this look.

    Workers are forked from a process between: theirs must not go uncounted.
    """
    global looking  # noqa: PLW0603  (one process is measured)
    began, ticks, times = time.thread_time(), os.sysconf("SC_CLK_TCK"), {}
    children: dict[str, list[str]] = {}
    for process in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = process.read_text(errors="replace").rpartition(")")[2].split()
            children.setdefault(fields[1], []).append(process.parent.name)
            # Of those below it that ended, too.
            times[process.parent.name] = sum(map(int, fields[11:15])) / ticks
    total, below = 0.0, children.get(str(os.getpid()), [])
    while below:
        total += sum(times[process] for process in below)
        below = [child for process in below for child in children.get(process, [])]
    looking += time.thread_time() - began
    return total + time.process_time() - looking


def _warm(sandbox: Any, read_feed: Any) -> None:  # noqa: ANN401  (a peer's interpreter knows no types of ours)
    """Have every worker process ready: what starting costs is no part of a poll."""
    from monitor.model import Document  # noqa: PLC0415

    warm = Document(url="http://warm.example/", content_type="application/xml", body=b"<rss><channel/></rss>")
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: sandbox.run(read_feed, warm), range(THREADS)))
    used = -1.0
    while spent() - used > SETTLED:
        used = spent()
        time.sleep(1)


def monitor(folder: str, urls: list[str], first_poll: str) -> Poll:
    """Poll with this project's own step, HTTP door, worker processes and store."""
    import random  # noqa: PLC0415  (a peer's interpreter has none of these)
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from monitor.adapters.http import HttpDoor  # noqa: PLC0415
    from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy  # noqa: PLC0415
    from monitor.adapters.store import open_store  # noqa: PLC0415
    from monitor.app import PRELOAD  # noqa: PLC0415
    from monitor.errands.doors import ports_to  # noqa: PLC0415
    from monitor.feeds.parse import read_feed  # noqa: PLC0415
    from monitor.matching.matcher import build_matcher  # noqa: PLC0415
    from monitor.model import FeedId, FeedSettings, FirstPoll  # noqa: PLC0415
    from monitor.pipeline import poll  # noqa: PLC0415
    from monitor.ports import FetchPolicy, Wanted  # noqa: PLC0415
    from monitor.steps.rules import Rules  # noqa: PLC0415

    class Clock:
        def __init__(self) -> None:
            self.days = 0

        def now(self) -> datetime:
            return datetime.now(UTC) + timedelta(days=self.days)

    feeds = [
        FeedSettings(id=FeedId(url), url=url, shown_url=url, first_poll=FirstPoll(first_poll)) for url in urls
    ]
    clock, store = Clock(), open_store(f"sqlite:///{folder}/monitor.db", owner="bench")
    door = HttpDoor(FetchPolicy(allow_private=("127.0.0.0/8",), respect_robots=False))
    sandbox = ProcessSandbox(SandboxPolicy(workers=os.cpu_count() or 1), PRELOAD)
    store.sync_feeds(feeds, clock.now())
    _warm(sandbox, read_feed)
    rules = Rules(
        feeds={feed.id: feed for feed in feeds},
        entities={},
        watchlists=(),
        receivers={},
        matcher=build_matcher(()),
        user_agent="bench",
    )
    ports = ports_to(door, store, sandbox, clock, random.Random(1))

    def once() -> int:
        clock.days += 1
        wanted = Wanted(limit=len(urls), at_once=len(urls))
        claims = store.claim_feeds(clock.now(), wanted, timedelta(hours=1))
        assert len(urls) == len(claims)
        with ThreadPoolExecutor(THREADS) as threads:
            reports = list(threads.map(lambda claim: poll(claim, ports, rules), claims))
        assert all(report.outcome != "failed" for report in reports), reports
        return sum(int(report.facts.get("new") or 0) for report in reports)

    return once


class Counts:
    """What is left of a round, how many entries were new in it, and what went wrong."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self.whole, self.left, self.new, self.faults = threading.Event(), 0, 0, ""

    def begin(self, feeds: int) -> None:
        """Count a new round."""
        self.whole.clear()
        self.add(feeds, 0)

    def take(self) -> tuple[int, int, str]:
        """Return what was counted, and count anew."""
        with self._turn:
            taken = self.left, self.new, self.faults
            self.left, self.new, self.faults = 0, 0, ""
            return taken

    def add(self, more: int, new: int, faults: str = "") -> None:
        """Count a report, or several; whoever waits is woken once, for waking costs who is measured."""
        with self._turn:
            self.left, self.new, self.faults = self.left + more, self.new + new, self.faults + faults
            if not self.left or self.faults:
                self.whole.set()


def service(folder: str, urls: list[str], beside: int = 0) -> Poll:
    """Poll with the whole service, log lines and all; what is new is processed, from the feed alone.

    So many more instances work on the same store.
    """
    import sqlite3  # noqa: PLC0415  (a peer's interpreter may lack it)
    from contextlib import closing  # noqa: PLC0415

    path, counts = Path(folder) / "monitor.yaml", Counts()
    feeds = "\n".join(f"  - {{url: '{url}', articles: feed}}" for url in urls)
    path.write_text(CONFIG.format(folder=folder, feeds=feeds), encoding="utf-8")
    wake = [_instance(folder, "log", counts.add), *(_other(folder, counts) for _ in range(beside))]

    def once() -> int:
        counts.begin(len(urls))
        with closing(sqlite3.connect(f"{folder}/monitor.db", timeout=60)) as raw, raw:
            raw.execute("UPDATE feeds SET due_at = 0")
        for each in wake:
            each()
        assert counts.whole.wait(timeout=60 + len(urls) / 50)
        _, new, faults = counts.take()
        assert not faults, faults
        return new

    return once


def _instance(folder: str, log: str, count: Callable[[int, int, str], None]) -> Callable[[], None]:
    """Make a service in this process, and return what begins it and has it look for what is due."""
    import gc  # noqa: PLC0415  (a peer's interpreter has little of what follows)

    from monitor.adapters.telemetry import Telemetry  # noqa: PLC0415
    from monitor.app import Worker  # noqa: PLC0415
    from monitor.cli.service import OBJECTS_BETWEEN_LOOKS  # noqa: PLC0415
    from monitor.config.load import load_config  # noqa: PLC0415
    from monitor.feeds.parse import read_feed  # noqa: PLC0415
    from monitor.ports import Report, Step  # noqa: PLC0415

    # As the command that serves has it.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS)

    def seen(report: Report) -> None:
        if report.step is not Step.UPKEEP:
            fault = repr(report) if report.outcome in ("failed", "error") else ""
            count(report.counts.get("entries", 0) - 1, int(report.facts.get("new") or 0), fault)

    config = load_config(Path(folder) / "monitor.yaml", os.environ)
    worker = Worker(config, telemetry=Telemetry((Path(folder) / log).open("w", encoding="utf-8")), seen=seen)
    _warm(worker.sandbox, read_feed)
    running = threading.Thread(target=worker.run, args=(threading.Event(),), daemon=True)

    def wake() -> None:
        if not running.is_alive():
            running.start()
        worker.engine.wake()

    return wake


def _other(folder: str, counts: Counts) -> Callable[[], None]:
    """Begin an instance in a process of its own; return what has it look for what is due."""
    line = [sys.executable, __file__, "beside", folder, "", "0"]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    asked, told = process.stdin, process.stdout
    assert told.readline() == b"ready\n"

    def hear() -> None:
        for line in told:
            more, new, fault = line.decode().split(" ", 2)
            counts.add(int(more), int(new), fault.strip())
        counts.add(0, 0, "an instance ended")

    threading.Thread(target=hear, daemon=True).start()

    def wake() -> None:
        asked.write(b"wake\n")
        asked.flush()

    return wake


def beside(folder: str) -> None:
    """Be one more instance, which tells what it did some hundred times a second."""
    done = Counts()

    def tell() -> None:
        while True:
            time.sleep(0.01)
            more, new, faults = done.take()
            if more or new or faults:
                print(more, new, faults.replace("\n", " "), flush=True)

    wake = _instance(folder, f"log-{os.getpid()}", done.add)
    print("ready", flush=True)
    threading.Thread(target=tell, daemon=True).start()
    for _ in sys.stdin:
        wake()


def reader(folder: str, urls: list[str]) -> Poll:
    """Poll with `reader` as its documentation says."""
    # It stands in an environment of its own.
    make_reader = importlib.import_module("reader").make_reader

    library = make_reader(f"{folder}/reader.db")
    for url in urls:
        library.add_feed(url)

    def once() -> int:
        before = library.get_entry_counts().total
        # Left to itself it asks no feed again within the hour.
        library.update_feeds(scheduled=False, workers=THREADS)
        return int(library.get_entry_counts().total - before)

    return once


def script(urls: list[str]) -> Poll:
    """Poll as a script would: threads, the standard library's HTTP, feedparser, a set of ids."""
    import io  # noqa: PLC0415
    import urllib.request  # noqa: PLC0415
    from urllib.error import HTTPError  # noqa: PLC0415

    import feedparser  # noqa: PLC0415

    etags: dict[str, str] = {}
    known: set[str] = set()

    def fetch(url: str) -> list[str]:
        headers = {"If-None-Match": etags[url]} if url in etags else {}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
                etags[url] = answer.headers["ETag"]
                return [entry.id for entry in feedparser.parse(io.BytesIO(answer.read())).entries]
        except HTTPError as error:
            if error.code != NOT_MODIFIED:
                raise
            return []

    def once() -> int:
        with ThreadPoolExecutor(THREADS) as threads:
            new = {each for ids in threads.map(fetch, urls) for each in ids} - known
        known.update(new)
        return len(new)

    return once


def main(who: str, folder: str, url: str, feeds: int) -> None:
    """Serve whoever is named."""
    if who == "beside":
        beside(folder)
        os._exit(0)
    urls = [f"{url}/feed/{number}" for number in range(feeds)]
    name, _, first_poll = who.partition("-")
    peers: Mapping[str, Callable[[list[str]], Poll]] = {"reader": partial(reader, folder), "script": script}
    once = (
        service(folder, urls, beside=1 if who == "monitor-2" else 0)
        if who in ("monitor", "monitor-2")
        else monitor(folder, urls, first_poll)
        if name == "monitor"
        else peers[who](urls)
    )
    serve(once, spent)
    os._exit(0)


def serve(once: Poll, spent: Callable[[], float]) -> None:
    """Poll once for each line of standard input, and print what it took."""
    print(json.dumps("ready"), flush=True)
    for _ in sys.stdin:
        began, used = time.monotonic(), spent()
        new = once()
        told = {"seconds": time.monotonic() - began, "cpu": spent() - used, "new": new}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
