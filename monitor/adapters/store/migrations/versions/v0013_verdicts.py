"""What receivers say of matches."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TEXT, LONG = sa.Text(), sa.BigInteger()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "verdicts",
        sa.Column("entry_number", NUMBER, sa.ForeignKey("entries.number"), primary_key=True),
        sa.Column("entity", TEXT, primary_key=True),
        sa.Column("said", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("said_at", LONG, nullable=False),
        sqlite_with_rowid=False,
    )
