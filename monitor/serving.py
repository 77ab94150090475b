"""A worker as a process that signals steer."""

import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from monitor.app import Worker

WATCH_EVERY = timedelta(seconds=2)


def serve(worker: Worker, stop: threading.Event, changed: threading.Event) -> None:
    """Serve until `stop` is set; each time `changed` is, the configuration is read again."""

    def reload() -> None:
        # Not in the signal's own frame: it may have interrupted a transaction. One after the other,
        # or the older file might win; and a reload that breaks ends its thread, not the next one.
        while changed.wait():
            changed.clear()
            one = threading.Thread(target=worker.reload, args=(os.environ,), daemon=True)
            one.start()
            one.join()

    threading.Thread(target=reload, name="reload", daemon=True).start()
    ended = False
    try:
        ended = worker.run(stop)
    finally:
        worker.close()
    if not ended:
        # A receiver or a page is slower than our end may be. Its row is still leased, and comes again.
        sys.stdout.flush()
        os._exit(0)


def watch_file(path: Path, changed: Callable[[], object], stop: threading.Event) -> None:
    """Call `changed` when a file's content time or size changes, until `stop` is set."""
    before = _stamp(path)
    while not stop.wait(WATCH_EVERY.total_seconds()):
        now = _stamp(path)
        if now != before:
            before = now
            changed()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
