"""How feeds are: their rhythm, their pages, since when. Receivers: their rate, and where they were."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT, LONG, SHORT, FLAG = sa.Text(), sa.BigInteger(), sa.Integer(), sa.Boolean()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PENDING = sa.column("state") == sa.literal_column("'pending'")


def upgrade() -> None:
    """Add columns and tables; order deliveries that are due at one moment by age."""
    for column in (
        sa.Column("state_since", LONG),
        sa.Column("relapses", SHORT, nullable=False, server_default="0"),
        sa.Column("calm", SHORT, nullable=False, server_default="0"),
        sa.Column("last_well_at", LONG),
    ):
        op.add_column("feeds", column)
    op.create_table(
        "rhythms",
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), primary_key=True),
        sa.Column("hour", SHORT, nullable=False),
        sa.Column("busy", FLAG, nullable=False),
        sa.Column("watched", SHORT, nullable=False),
        sa.Column("news", SHORT, nullable=False),
        sa.Column("quiet", sa.Float(), nullable=False),
        sa.Column("silent", SHORT, nullable=False),
        sa.Column("longest_quiet", sa.Float(), nullable=False),
        sa.Column("longest_silent", sa.Float(), nullable=False),
        sa.Column("shares", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "page_memories",
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), primary_key=True),
        sa.Column("pages", TEXT, nullable=False),
    )
    for column in (
        sa.Column("url_digest", LONG),
        sa.Column("rate_count", SHORT),
        sa.Column("rate_per", LONG),
        sa.Column("rate_until", LONG),
    ):
        op.add_column("receivers", column)
    op.drop_index("deliveries_due", "deliveries")
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["receiver", "due_at", "number", "lease_until", "state"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
