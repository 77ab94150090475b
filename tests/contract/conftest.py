"""Stores to test on: a fresh SQLite file, and a fresh database of a real PostgreSQL server."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from monitor.adapters.store import SqlStore, open_store

_NUMBERS = count()
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "max_connections": "150",
    "log_min_messages": "fatal",
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own on a socket: the folder in which that stands."""
    programs = _programs()
    if programs is None:
        why = "PostgreSQL's initdb and postgres are not installed: its half of the store's laws is NOT TESTED"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    account = _account()
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    server = _start(programs, folder, account)
    try:
        _wait_for(server, folder)
        with psycopg.connect(host=str(folder), user="monitor", dbname="postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE model_store")
        open_store(f"postgresql://monitor@/model_store?host={folder}", owner="fixture").close()
        yield str(folder)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/monitor.db"
        return
    folder = request.getfixturevalue("postgres")
    name = sql.Identifier(f"store_{next(_NUMBERS)}")
    with psycopg.connect(host=folder, user="monitor", dbname="postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE model_store").format(name))
        # A replay of the connection in the address: what a user would write.
        yield f"postgresql://monitor@/{name.as_string().strip(chr(34))}?host={folder}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store."""
    opened = open_store(store_url, owner="one")
    yield opened
    opened.close()


@pytest.fixture
def other(store: SqlStore, store_url: str) -> Iterator[SqlStore]:
    """The same store, as another instance has it."""
    assert store
    opened = open_store(store_url, owner="two")
    yield opened
    opened.close()


def _programs() -> Path | None:
    """Return the folder of the newest server's programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    folders = [*reversed(debian), *([Path(found).resolve().parent] if found else [])]
    complete = (each for each in folders if (each / "initdb").exists() and (each / "postgres").exists())
    return next(complete, None)


def _account() -> pwd.struct_passwd | None:
    """Return whom to run the server as, where we are root: it refuses that."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _start(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    cluster = folder / "cluster"
    initdb = [programs / "initdb", "-D", cluster, "-U", "monitor", "-A", "trust", "-E", "UTF8"]
    subprocess.run(
        [*initdb, "--locale=C", "--no-sync"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **user,  # type: ignore[call-overload]
    )
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    server: subprocess.Popen[bytes] = subprocess.Popen(
        [programs / "postgres", "-D", cluster, "-k", folder, *settings],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **user,  # type: ignore[call-overload]
    )
    return server


def _wait_for(server: subprocess.Popen[bytes], folder: Path) -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(folder), user="monitor", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return
