"""Does PostgreSQL take the statements that the documents tell operators to run?"""

from contextlib import closing

import psycopg
import pytest

from tests.docs.blocks import Block, blocks, documents

STATEMENTS = [block for document in documents() for block in blocks(document) if block.words == "sql"]


@pytest.mark.parametrize("block", STATEMENTS, ids=str)
def test_every_block_of_sql_runs_on_our_tables(block: Block, database: str) -> None:
    with closing(psycopg.connect(database, autocommit=True)) as raw:
        raw.execute(block.text.encode())
