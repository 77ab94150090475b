"""The store, for one command beside a running service."""

from collections.abc import Mapping
from uuid import uuid4

from monitor.adapters.store import SqlStore, open_store, server_of
from monitor.config.schema import Config


def open_command_store(url: str) -> SqlStore:
    """Open the store at an address; the name of its owner says that a command did."""
    return open_store(url, owner=f"command-{uuid4().hex[:12]}")


def prepare_database(config: Config) -> Mapping[str, str]:
    """Bring the store's tables up to date, and the queue's where workers share one; tell how each is now.

    Raises:
        StoreError: the database refuses, or holds a queue that is not ours.
    """
    open_command_store(config.store_url).close()
    if config.engine == "embedded":
        return {"store": "ready"}
    # An extra, that brings its own driver and pool along.
    from monitor.engine.queue import prepare  # noqa: PLC0415

    return {"store": "ready", "queue": "prepared" if prepare(server_of(config.store_url)) else "ready"}
