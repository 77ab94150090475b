"""Does PostgreSQL take the statements that the documents tell operators to run?"""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from monitor.adapters.store import open_store
from tests.docs.blocks import Block, blocks, documents
from tests.postgresql import PostgreSQL

STATEMENTS = [block for document in documents() for block in blocks(document) if block.words == "sql"]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of an empty store."""
    server = PostgreSQL()
    try:
        server.admin("CREATE DATABASE documents")
        open_store(server.url("documents"), owner="fixture").close()
        yield server.url("documents")
    finally:
        server.close()


@pytest.mark.parametrize("block", STATEMENTS, ids=str)
def test_every_block_of_sql_runs_on_our_tables(block: Block, database: str) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as raw:
        raw.execute(block.text.encode())
