"""What is learned of the context of entities."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of contexts."""
    op.create_table(
        "contexts",
        sa.Column("entity", sa.Text(), primary_key=True),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
    )
