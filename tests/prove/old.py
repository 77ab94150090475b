"""What would a store look like that the first version wrote? Rows of today in the tables of then."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from monitor.adapters.store import migrations

FIRST = "0001"


def make_old(new: Path, old: Path) -> None:
    """Write the rows of a store into a new one of the first revision, so far as it had room for them."""
    with create_engine(f"sqlite:///{old}").begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, FIRST)
    with closing(sqlite3.connect(old)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("ATTACH ? AS new", (str(new),))
        for table in _names(database, "SELECT name FROM main.sqlite_master WHERE type = 'table'"):
            if table.startswith(("sqlite_", "alembic_")):
                continue
            known = _names(database, "SELECT name FROM pragma_table_info(?, 'new')", table)
            columns = [
                each
                for each in _names(database, "SELECT name FROM pragma_table_info(?, 'main')", table)
                if each in known
            ]
            listed = ", ".join(f'"{each}"' for each in columns)
            database.execute(f'INSERT INTO main."{table}" ({listed}) SELECT {listed} FROM new."{table}"')
        database.commit()


def _names(database: sqlite3.Connection, query: str, *values: str) -> list[str]:
    return [name for (name,) in database.execute(query, values)]
