"""A real PostgreSQL server of our own, on a socket in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

PATIENCE = 60.0
# Without fsync: what is attacked here is the server and its clients, not the power supply.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "max_connections": "150",
    "log_min_messages": "fatal",
    # Whoever is frozen or cut off while it begins a session must not hold up a stop for a minute.
    "authentication_timeout": "5s",
}
_IN_MEMORY, _ON_DISK = Path("/dev/shm"), Path("/tmp")
# Bytes; a server takes some hundred million, and three or four run at a time.
_PLENTY = 4 << 30
USER = "monitor"
_MAKING = f"initdb -D cluster -U {USER} -A trust -E UTF8 --locale=C --no-sync".split()


class NotInstalledError(RuntimeError):
    """The server's programs are not on this machine."""


class PostgreSQL:
    """A server that listens on a socket in `folder`; `USER` may do everything there."""

    def __init__(
        self,
        tls: tuple[Path, Path] | None = None,
        port: int = 5432,
        follows: "PostgreSQL | None" = None,
        *,
        on_disk: bool = False,
        **settings: str,
    ) -> None:
        """Make a cluster and start it, with further settings; `tls` is its certificate and key.

        Where it `follows` another one it is a copy of that, and does what that does until it is promoted.
        `on_disk` is for what is measured, or large: all others may stand in memory.

        Raises:
            NotInstalledError: initdb or postgres are not here.
        """
        self._programs = _programs()
        self._settings = _SETTINGS | {"port": str(port)} | settings
        self._port = port
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_ON_DISK if on_disk else _place()))
        self._account = _account()
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._begin(_copying(follows) if follows else _MAKING).wait(PATIENCE)
        if tls:
            self._show_certificate(*tls)
        self._server = self._serve()
        self._lasting: psycopg.Connection | None = None

    @property
    def socket(self) -> Path:
        """Return the socket, for whoever stands between a client and the server."""
        return self.folder / f".s.PGSQL.{self._port}"

    @property
    def process(self) -> int:
        """Return the id of the server's first process, the parent of all others."""
        return self._server.pid

    def url(self, database: str) -> str:
        """Return the address of a store in a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def admin(self, *statements: sql.Composed | str) -> Sequence[tuple[object, ...]]:
        """Run statements in a session of their own, each by itself; return the rows of the last."""
        with self._connect() as connection:
            for statement in statements:
                query = statement.encode() if isinstance(statement, str) else statement
                cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else ()

    def lasting(self) -> psycopg.Connection:
        """Return a session that lasts until the server stops: to begin one takes eight milliseconds' work."""
        if self._lasting is None:
            self._lasting = self._connect()
        return self._lasting

    def crash(self) -> None:
        """Stop at once, as `pg_ctl stop -m immediate` does, and start again."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Stop at once; whoever is connected is not asked."""
        self._hang_up()
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(PATIENCE)

    def start(self) -> None:
        """Serve again, after a stop."""
        self._server = self._serve()

    def promote(self) -> None:
        """Follow nobody any more, and be written to."""
        self._begin(["pg_ctl", "promote", "-D", "cluster"]).wait(PATIENCE)

    def close(self) -> None:
        """Stop, and remove everything; whoever is connected is sent away."""
        self._hang_up()
        self._server.send_signal(signal.SIGINT)
        self._server.wait(PATIENCE)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.folder), port=self._port, user=USER, dbname="postgres", autocommit=True
        )

    def _hang_up(self) -> None:
        if self._lasting is not None:
            self._lasting.close()
            self._lasting = None

    def _show_certificate(self, certificate: Path, key: Path) -> None:
        for name, source in (("server.crt", certificate), ("server.key", key)):
            copy = self.folder / "cluster" / name
            shutil.copy(source, copy)
            copy.chmod(0o600)
            if self._account:
                os.chown(copy, self._account.pw_uid, self._account.pw_gid)
        self._settings["ssl"] = "on"

    def _serve(self) -> "subprocess.Popen[bytes]":
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        server = self._begin(["postgres", "-D", "cluster", "-k", str(self.folder), *settings])
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                self.admin("SELECT 1")
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > ends:
                    raise
                time.sleep(0.05)
            else:
                return server

    def _begin(self, line: Sequence[str]) -> "subprocess.Popen[bytes]":
        account = self._account
        return subprocess.Popen(
            [self._programs / line[0], *line[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


class Pair:
    """A server and a standby, without which nothing is committed and which takes its place."""

    def __init__(self) -> None:
        """Start both.

        Raises:
            NotInstalledError: initdb or postgres are not here.
        """
        self._primary = PostgreSQL()
        self._standby = self._follow()

    def url(self, database: str) -> str:
        """Return the address of a store in a database, on whichever of both may be written to."""
        hosts = f"{self._primary.folder},{self._standby.folder}"
        return f"postgresql://{USER}@/{database}?host={hosts}&target_session_attrs=read-write"

    def admin(self, *statements: sql.Composed | str) -> Sequence[tuple[object, ...]]:
        """Run statements where it may be written, as `PostgreSQL.admin` does."""
        return self._primary.admin(*statements)

    def fail_over(self) -> None:
        """Have the server stop at once and the standby take its place; then a new one follows that."""
        old = self._primary
        old.stop()
        self._standby.promote()
        self._primary = self._standby
        self._standby = self._follow()
        old.close()

    def close(self) -> None:
        """Stop both, and remove everything."""
        self._standby.close()
        self._primary.close()

    def _follow(self) -> PostgreSQL:
        """Begin a standby for whose disk each COMMIT waits from now on."""
        standby = PostgreSQL(follows=self._primary)
        self._primary.admin("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        ends = time.monotonic() + PATIENCE
        while self._primary.admin("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            if time.monotonic() > ends:
                raise RuntimeError("the standby did not follow")
            time.sleep(0.02)
        return standby


class Pooler:
    """A PgBouncer before a server, on a socket in its folder, with fewer connections than are asked for."""

    PORT = 6432

    def __init__(self, server: PostgreSQL, mode: str) -> None:
        """Begin to share out connections by `session` or `transaction`.

        Raises:
            NotInstalledError: pgbouncer is not here.
        """
        program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        if program is None:
            raise NotInstalledError("pgbouncer is not installed")
        self._folder, account = server.folder, _account()
        settings = self._folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={self._folder} user={USER}\n[pgbouncer]\nauth_type = any\n"
            f"listen_port = {self.PORT}\nunix_socket_dir = {self._folder}\npool_mode = {mode}\n"
            "default_pool_size = 4\nmax_client_conn = 100\n",
            encoding="ascii",
        )
        self._pooler = subprocess.Popen(
            [program, "-q", settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        ends = time.monotonic() + PATIENCE
        while not (self._folder / f".s.PGSQL.{self.PORT}").exists():
            if self._pooler.poll() is not None or time.monotonic() > ends:
                raise RuntimeError("pgbouncer did not start")
            time.sleep(0.02)

    def url(self, database: str) -> str:
        """Return the address of a store in a database, as seen through the pooler."""
        return f"postgresql://{USER}@/{database}?host={self._folder}&port={self.PORT}"

    def close(self) -> None:
        """Stop."""
        self._pooler.kill()
        self._pooler.wait(PATIENCE)
        (self._folder / f".s.PGSQL.{self.PORT}").unlink(missing_ok=True)


def name_of(address: str) -> str:
    """Return the name of the database at which an address of a store points, by sockets."""
    return address.partition("@/")[2].partition("?")[0]


def _place() -> Path:
    """Return where a cluster may stand: in memory where there is plenty, else on disk.

    Each of a thousand databases has three hundred files, which are gone a second later.
    """
    roomy = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _PLENTY
    return _IN_MEMORY if roomy else _ON_DISK


def _copying(server: PostgreSQL) -> Sequence[str]:
    """Return what makes a copy of a server's cluster that will follow it."""
    where = f"host={server.folder} user={USER}"
    return ["pg_basebackup", "-D", "cluster", "-d", where, "-R", "-X", "stream", "-c", "fast", "--no-sync"]


def _programs() -> Path:
    """Return the folder of the newest server's programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    folders = [*reversed(debian), *([Path(found).resolve().parent] if found else [])]
    complete = (each for each in folders if (each / "initdb").exists() and (each / "postgres").exists())
    programs = next(complete, None)
    if programs is None:
        raise NotInstalledError("PostgreSQL's initdb and postgres are not installed")
    return programs


def _account() -> pwd.struct_passwd | None:
    """Return whom to run the server as, where we are root: it refuses that."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
