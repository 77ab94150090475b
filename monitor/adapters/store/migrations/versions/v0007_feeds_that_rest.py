"""A feed can be paused, until it is resumed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add since when."""
    op.add_column("feeds", sa.Column("paused_at", sa.BigInteger()))
