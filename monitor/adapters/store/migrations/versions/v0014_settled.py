"""Of which entries nothing is new while they stand as they do."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "settled",
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), primary_key=True),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
    )
