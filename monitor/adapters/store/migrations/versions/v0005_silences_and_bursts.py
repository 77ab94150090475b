"""Silences, and what came of one poll at once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT, LONG, SHORT = sa.Text(), sa.BigInteger(), sa.Integer()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "silences",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("conditions", TEXT, nullable=False),
        sa.Column("begins_at", LONG, nullable=False),
        sa.Column("ends_at", LONG, nullable=False),
        sa.Column("comment", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("created_at", LONG, nullable=False),
    )
    op.create_index("silences_end", "silences", ["ends_at"])
    op.create_table(
        "bursts",
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), primary_key=True),
        sa.Column("polled_at", LONG, primary_key=True, autoincrement=False),
        sa.Column("storms", SHORT, nullable=False),
        sa.Column("sent", SHORT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("bursts_age", "bursts", ["polled_at"])
