"""The first tables: queues of feeds, entries and deliveries, and what is remembered of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# As they were when this was released: a migration never follows later changes of the schema.
TEXT, LONG, SHORT, FLAG = sa.Text(), sa.BigInteger(), sa.Integer(), sa.Boolean()
BYTES, FRACTION = sa.LargeBinary(), sa.Float()
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ACTIVE = sa.column("active").is_(sa.true())
PENDING = sa.column("state") == sa.literal_column("'pending'")
FAILED = sa.column("state") == sa.literal_column("'failed'")
LEASED = sa.column("lease_token").is_not(None)
WITH_STORY = sa.column("story_number").is_not(None)


def upgrade() -> None:
    """Make every table."""
    _feeds_and_entries()
    _articles_and_stories()
    _alerts()
    _outbox()
    _memory()


def _feeds_and_entries() -> None:
    op.create_table(
        "feeds",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("shown_url", TEXT, nullable=False),
        sa.Column("url_digest", LONG, nullable=False),
        sa.Column("active", FLAG, nullable=False),
        sa.Column("every", LONG),
        sa.Column("title", TEXT),
        sa.Column("etag", TEXT),
        sa.Column("last_modified", TEXT),
        sa.Column("body_digest", BYTES),
        sa.Column("moved_to", TEXT),
        sa.Column("moved_times", SHORT, nullable=False),
        sa.Column("moved", FLAG, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("failures", SHORT, nullable=False),
        sa.Column("polls", SHORT, nullable=False),
        sa.Column("entries", SHORT, nullable=False),
        sa.Column("interval", LONG, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("first_polled_at", LONG),
        sa.Column("last_ok_at", LONG),
        sa.Column("last_new_at", LONG),
        sa.Column("lease_token", TEXT),
        sa.Column("lease_until", LONG),
    )
    _index("feeds_due", "feeds", "due_at", "host", "lease_until", "active", where=ACTIVE)
    _index("feeds_leased", "feeds", "lease_token", where=LEASED)
    op.create_table(
        "entries",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("first_seen_at", LONG, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("attempts", SHORT, nullable=False),
        sa.Column("failures", SHORT, nullable=False),
        sa.Column("failed_why", TEXT),
        sa.Column("lease_token", TEXT),
        sa.Column("lease_until", LONG),
    )
    _index("entries_due", "entries", "due_at", "host", "feed_number", "lease_until", "state", where=PENDING)
    _index("entries_failed", "entries", "number", where=FAILED)
    _index("entries_leased", "entries", "lease_token", where=LEASED)
    op.create_table(
        "announcements",
        sa.Column("entry_number", NUMBER, sa.ForeignKey("entries.number"), primary_key=True),
        sa.Column("marks", TEXT, nullable=False),
        sa.Column("announced", TEXT, nullable=False),
    )
    op.create_table(
        "entry_keys",
        sa.Column("feed_number", NUMBER, sa.ForeignKey("feeds.number"), primary_key=True),
        sa.Column("key", LONG, primary_key=True, autoincrement=False),
        sa.Column("entry_number", NUMBER, sa.ForeignKey("entries.number"), nullable=False),
        sqlite_with_rowid=False,
    )


def _articles_and_stories() -> None:
    op.create_table(
        "stories",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("revision", SHORT, nullable=False),
        sa.Column("articles", SHORT, nullable=False),
        sa.Column("outlets", TEXT, nullable=False),
        sa.Column("first_seen_at", LONG, nullable=False),
    )
    _index("stories_age", "stories", "first_seen_at")
    op.create_table(
        "articles",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("entry_number", NUMBER, sa.ForeignKey("entries.number"), nullable=False, unique=True),
        sa.Column("story_number", NUMBER, sa.ForeignKey("stories.number")),
        sa.Column("canonical_digest", LONG, nullable=False),
        sa.Column("canonical_url", TEXT, nullable=False),
        sa.Column("language", TEXT),
        sa.Column("fetched_at", LONG, nullable=False),
        sa.Column("fingerprint", TEXT),
        sa.Column("article", TEXT, nullable=False),
    )
    _index("articles_age", "articles", "fetched_at")
    _index("articles_canonical", "articles", "canonical_digest", where=WITH_STORY)
    _index("articles_story", "articles", "story_number", where=WITH_STORY)
    op.create_table(
        "matches",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column(
            "article_number", NUMBER, sa.ForeignKey("articles.number", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("tier", TEXT, nullable=False),
        sa.Column("confidence", FRACTION, nullable=False),
        sa.Column("refused", FLAG, nullable=False),
        sa.Column("match", TEXT, nullable=False),
    )
    _index("matches_article", "matches", "article_number")
    op.create_table(
        "story_bands",
        sa.Column("band", LONG, primary_key=True, autoincrement=False),
        sa.Column(
            "article_number", NUMBER, sa.ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True
        ),
        sqlite_with_rowid=False,
    )
    _index("story_bands_article", "story_bands", "article_number")
    op.create_table(
        "told",
        sa.Column(
            "story_number", NUMBER, sa.ForeignKey("stories.number", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("watchlist", TEXT, primary_key=True),
        sa.Column("entity", TEXT, primary_key=True),
        sa.Column("receiver", TEXT, primary_key=True),
        sqlite_with_rowid=False,
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("story_number", NUMBER, sa.ForeignKey("stories.number"), nullable=False),
        sa.Column("watchlist", TEXT, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("labels", TEXT, nullable=False),
        sa.Column("entities", TEXT, nullable=False),
        sa.Column("receivers", TEXT, nullable=False),
        sa.Column("raised_at", LONG, nullable=False),
        sa.Column("hold", TEXT),
        sa.Column("release_at", LONG),
    )
    _index("alerts_age", "alerts", "raised_at")
    _index("alerts_budget", "alerts", "watchlist", "raised_at")
    _index("alerts_story", "alerts", "story_number")
    op.create_table(
        "held_alerts",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("alert_id", TEXT, nullable=False),
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("watchlist", TEXT, nullable=False),
        sa.Column("hold", TEXT, nullable=False),
        sa.Column("release_at", LONG, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.UniqueConstraint("alert_id", "receiver", name="held_alerts_once"),
    )
    _index("held_alerts_due", "held_alerts", "release_at")


def _outbox() -> None:
    op.create_table(
        "receivers",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("failures", SHORT, nullable=False),
        sa.Column("failing_since", LONG),
        sa.Column("open_until", LONG),
        sa.Column("told_failing", SHORT, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("receiver", TEXT, nullable=False),
        sa.Column("event_type", TEXT, nullable=False),
        sa.Column("content_type", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("promised_at", LONG, nullable=False),
        sa.Column("created_at", LONG, nullable=False),
        sa.Column("attempts", SHORT, nullable=False),
        sa.Column("lease_token", TEXT),
        sa.Column("lease_until", LONG),
    )
    _index("deliveries_due", "deliveries", "receiver", "due_at", "lease_until", "state", where=PENDING)
    _index("deliveries_leased", "deliveries", "lease_token", where=LEASED)
    _index("deliveries_made", "deliveries", "state", "created_at")
    op.create_table(
        "bodies",
        sa.Column(
            "delivery_number",
            NUMBER,
            sa.ForeignKey("deliveries.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("body", BYTES, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("number", NUMBER, primary_key=True),
        sa.Column(
            "delivery_number", NUMBER, sa.ForeignKey("deliveries.number", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("ordinal", SHORT, nullable=False),
        sa.Column("at", LONG, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_at", LONG, nullable=False),
        sa.Column("status", SHORT),
        sa.Column("reason", TEXT),
        sa.Column("detail", TEXT, nullable=False),
    )
    _index("attempts_delivery", "attempts", "delivery_number")


def _memory() -> None:
    op.create_table(
        "tallies",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("shard", SHORT, primary_key=True, autoincrement=False),
        sa.Column("total", LONG, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marks",
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("remembered", TEXT, nullable=False),
    )
    op.create_table(
        "instances",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("pid", SHORT, nullable=False),
        sa.Column("started", TEXT, nullable=False),
        sa.Column("seen_at", LONG, nullable=False),
    )


def _index(name: str, table: str, *columns: str, where: Any = None) -> None:  # noqa: ANN401  (a condition)
    op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
