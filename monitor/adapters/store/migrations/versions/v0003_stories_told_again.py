"""What was last told of a story, edits that are looked for, and how many keys an entry has learned."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add columns and a table; what was told before counts as told by no article, in one outlet."""
    op.add_column("entries", sa.Column("learned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("told", sa.Column("entry_number", NUMBER))
    op.add_column("told", sa.Column("outlets", sa.Integer(), nullable=False, server_default="1"))
    for name in ("about", "retracted"):
        op.add_column("told", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "rereads",
        sa.Column("entry_number", NUMBER, sa.ForeignKey("entries.number"), primary_key=True),
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), nullable=False),
        sa.Column("announced_digest", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_index("rereads_feed", "rereads", ["feed_number", "until"])
    op.create_index("rereads_age", "rereads", ["until"])
