"""Feeds are counted by state without reading them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ACTIVE = sa.column("active").is_(sa.true())


def upgrade() -> None:
    """Make the index."""
    op.create_index("feeds_state", "feeds", ["state", "active"], sqlite_where=ACTIVE, postgresql_where=ACTIVE)
