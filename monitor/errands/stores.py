"""The store, for one command beside a running service."""

from uuid import uuid4

from monitor.adapters.store import SqlStore, open_store


def open_command_store(url: str) -> SqlStore:
    """Open the store at an address; the name of its owner says that a command did."""
    return open_store(url, owner=f"command-{uuid4().hex[:12]}")
