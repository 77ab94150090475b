"""Workers say which configuration they have."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column."""
    op.add_column("instances", sa.Column("configuration", sa.Text()))
