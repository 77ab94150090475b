"""Is a store whole, how large is it, and when was it last written? Asked without opening it as a store."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.adapters.store.copying import integrity
from monitor.adapters.store.opening import file_of
from monitor.adapters.store.schema import REVISION
from monitor.adapters.store.sql import open_store
from monitor.errors import StoreError
from monitor.ports import Examined

_RESTORE = "stop the service; `monitor restore BACKUP`, or see 'A damaged store' in docs/operations.md"


def examine(address: str) -> Examined:
    """Look at a store; a file is read whole, and is neither made nor changed.

    Raises:
        StoreError: the address names no store.
    """
    path = file_of(address)
    if path is None:
        return _examine_server(address)
    if not path.exists():
        return Examined(size=0)
    log = path.with_name(f"{path.name}-wal")
    if problem := integrity(path):
        return Examined(trouble=f"{path} is damaged: {problem}", do=_RESTORE)
    revision, newest = _said_by(path)
    if revision is not None and revision > REVISION:
        return Examined(trouble=f"a newer version wrote {path}", do="install that version")
    return Examined(
        size=path.stat().st_size,
        log_size=log.stat().st_size if log.exists() else 0,
        open_to_all=bool(path.stat().st_mode & path.absolute().parent.stat().st_mode & stat.S_IROTH),
        newest=newest,
    )


def _examine_server(address: str) -> Examined:
    try:
        with closing(open_store(address, owner="doctor")) as store:
            store.ping()
    except StoreError as error:
        return Examined(trouble=str(error), do="see the server's log")
    return Examined()


def _said_by(path: Path) -> tuple[str | None, datetime | None]:
    """Return the revision of a store's tables, and when its newest entry was first seen."""
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)
        ) as database:
            (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            (newest,) = database.execute("SELECT max(first_seen_at) FROM entries").fetchone()
    except (sqlite3.Error, TypeError):
        return None, None
    return revision, None if newest is None else datetime.fromtimestamp(newest / 1e6, UTC)
