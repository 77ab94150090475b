"""Texts and raw pages stand beside their articles, compressed; older texts stay where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT, BYTES = sa.Text(), sa.LargeBinary()


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "texts",
        sa.Column(
            "article_number", NUMBER, sa.ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("zones", BYTES, nullable=False),
    )
    op.create_table(
        "pages",
        sa.Column(
            "article_number", NUMBER, sa.ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("page", BYTES, nullable=False),
    )
