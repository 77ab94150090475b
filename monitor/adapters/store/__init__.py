"""The database as the queue: SQLite by default, PostgreSQL by the same statements."""

from monitor.adapters.store.copying import back_up, restore
from monitor.adapters.store.examining import examine
from monitor.adapters.store.memory import Instance
from monitor.adapters.store.moving import copy_store
from monitor.adapters.store.opening import file_of, server_of
from monitor.adapters.store.reporting import FoundAlert, Refusals, Timeline
from monitor.adapters.store.sql import SqlStore, open_store
from monitor.adapters.store.tx import SqlTx
from monitor.adapters.store.views import FoundArticle

__all__ = (
    "FoundAlert",
    "FoundArticle",
    "Instance",
    "Refusals",
    "SqlStore",
    "SqlTx",
    "Timeline",
    "back_up",
    "copy_store",
    "examine",
    "file_of",
    "open_store",
    "restore",
    "server_of",
)
