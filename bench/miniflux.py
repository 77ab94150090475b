"""Miniflux as one of those who are measured by `bench poll`: its own program, on a PostgreSQL of its own.

Runs alone: `python -m bench.miniflux PROGRAM FOLDER URL FEEDS`, and answers as `bench/pollers.py` does. A
poll is `miniflux -refresh-feeds`, from its start to its end, with all feeds due. PostgreSQL syncs, as an
operator's does; its processor time is part of what is told.
"""

import resource
import subprocess
import sys
from collections.abc import Sequence

import psycopg

from bench.database import processor_seconds
from bench.pollers import serve
from tests.postgresql import PostgreSQL

ADDED = """
WITH who AS (INSERT INTO users (username, password) VALUES ('bench', '') RETURNING id),
     what AS (INSERT INTO categories (user_id, title) SELECT id, 'All' FROM who RETURNING id, user_id)
INSERT INTO feeds (user_id, category_id, title, feed_url, site_url)
SELECT user_id, id, '', unnest(%s::text[]), 'https://news.example/' FROM what
"""
# Who has an icon is not asked for one: the sites of these feeds do not exist.
ICONS = """
WITH icon AS (INSERT INTO icons (hash, mime_type, content) VALUES ('none', 'image/png', '') RETURNING id)
INSERT INTO feed_icons (feed_id, icon_id) SELECT feeds.id, icon.id FROM feeds, icon
"""


class Miniflux:
    """The program and its database."""

    def __init__(self, program: str, urls: Sequence[str]) -> None:
        """Start the database, and put the feeds in."""
        self._program = program
        # Nothing of the server's safety is switched off.
        self._server = PostgreSQL(on_disk=True, fsync="on", full_page_writes="on")
        self._server.admin("CREATE DATABASE miniflux")
        self._environ = {
            "DATABASE_URL": f"user=monitor dbname=miniflux host={self._server.folder} sslmode=disable",
            "BATCH_SIZE": str(len(urls)),
            # Releases that know the first refuse loopback without it.
            "FETCHER_ALLOW_PRIVATE_NETWORKS": "1",
            "LOG_LEVEL": "error",
        }
        self._run("-migrate")
        self._raw = psycopg.connect(self._server.url("miniflux"), autocommit=True)
        self._raw.execute(ADDED, [list(urls)])
        self._raw.execute(ICONS)

    def poll(self) -> int:
        """Poll all feeds once; return how many entries are new."""
        before = self._count("entries")
        self._raw.execute("UPDATE feeds SET next_check_at = 'epoch'")
        self._run("-refresh-feeds")
        failed = self._count("feeds WHERE parsing_error_count > 0 OR next_check_at = 'epoch'")
        assert not failed, f"{failed} feeds failed"
        return self._count("entries") - before

    def spent(self) -> float:
        """Return the seconds of processor time that the program and its database have used."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime + ended.ru_stime + processor_seconds(self._server.process)

    def close(self) -> None:
        """End the database."""
        self._raw.close()
        self._server.close()

    def _run(self, option: str) -> None:
        subprocess.run([self._program, option], env=self._environ, check=True, stdout=sys.stderr)

    def _count(self, what: str) -> int:
        (row,) = self._raw.execute(f"SELECT count(*) FROM {what}").fetchall()
        return int(row[0])


def main(program: str, _folder: str, url: str, feeds: int) -> None:
    """Serve one line after the other."""
    miniflux = Miniflux(program, [f"{url}/feed/{number}" for number in range(feeds)])
    try:
        serve(miniflux.poll, miniflux.spent)
    finally:
        miniflux.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
