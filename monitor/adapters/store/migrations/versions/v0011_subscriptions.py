"""What is agreed with hubs that push."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXT, LONG = sa.Text(), sa.BigInteger()


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "subscriptions",
        sa.Column("feed_id", TEXT, primary_key=True),
        sa.Column("hub", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("path", TEXT, nullable=False, unique=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease_until", LONG),
        sa.Column("pushed_at", LONG),
        sa.Column("hinted", sa.Boolean(), nullable=False),
        sa.Column("heeded_at", LONG),
    )
