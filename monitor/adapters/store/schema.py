"""Which tables are there? Told once, for every database.

A row is known inside the store by its `number`, outside by its `id`. Feeds, entries and deliveries
are queues: `due_at` says when, `lease_token` and `lease_until` who works on it and how long that
holds. What is large and seldom read (announcements, bodies) stands beside its narrow row, which is
rewritten at every claim.
"""

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    true,
)

from monitor.adapters.store.columns import Digests, Foreign, Moment, Number, Packed, Plain, Shares, Wait, Word
from monitor.model import (
    Announced,
    Article,
    Condition,
    DeliveryState,
    Document,
    EntryState,
    Event,
    EventType,
    FailureReason,
    FeedState,
    HoldReason,
    LearnedContext,
    Match,
    PageMemory,
    ReceiverState,
    Rightness,
    Severity,
    SubscriptionState,
    Tier,
    Zones,
)

# The newest migration; revisions are ordered as text.
REVISION = "0014"

metadata = MetaData()

feeds = Table(
    "feeds",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("host", Foreign, nullable=False),
    Column("shown_url", Foreign, nullable=False),
    # Of the configured URL, which may hold secrets and is never stored: tells when it changed.
    Column("url_digest", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("every", Wait),
    Column("title", Foreign),
    Column("etag", Foreign),
    Column("last_modified", Foreign),
    Column("body_digest", LargeBinary),
    Column("moved_to", Foreign),
    Column("moved_times", Integer, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("state", Word(FeedState), nullable=False),
    Column("reason", Word(FailureReason)),
    Column("failures", Integer, nullable=False),
    Column("polls", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("interval", Wait, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("first_polled_at", Moment),
    Column("last_ok_at", Moment),
    Column("last_new_at", Moment),
    Column("lease_token", Text),
    Column("lease_until", Moment),
    Column("state_since", Moment),
    Column("relapses", Integer, nullable=False, server_default="0"),
    Column("calm", Integer, nullable=False, server_default="0"),
    Column("last_well_at", Moment),
    # Since when it rests, because somebody said so; it is not due then.
    Column("paused_at", Moment),
)

# By the feed's id, not its number: what a hub agreed to is only for the web, and ends by itself.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("feed_id", Text, primary_key=True),
    Column("hub", Foreign, nullable=False),
    Column("topic", Foreign, nullable=False),
    Column("path", Text, nullable=False, unique=True),
    Column("state", Word(SubscriptionState), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("pushed_at", Moment),
    # A push came, and its feed was not made due yet; when it was made due for one lastly.
    Column("hinted", Boolean, nullable=False),
    Column("heeded_at", Moment),
)

# Polls write it once an hour, where a feed's own row changes each time.
rhythms = Table(
    "rhythms",
    metadata,
    Column("feed_number", Number, ForeignKey("feeds.number"), primary_key=True),
    Column("hour", Integer, nullable=False),
    Column("busy", Boolean, nullable=False),
    Column("watched", Integer, nullable=False),
    Column("news", Integer, nullable=False),
    Column("quiet", Float, nullable=False),
    Column("silent", Integer, nullable=False),
    Column("longest_quiet", Float, nullable=False),
    Column("longest_silent", Float, nullable=False),
    Column("shares", Shares, nullable=False),
)

# Of what a feed's last document showed; only a document that differs is compared with it.
settled = Table(
    "settled",
    metadata,
    Column("feed_number", Number, ForeignKey("feeds.number"), primary_key=True),
    Column("digests", Digests, nullable=False),
)

# Written where an article is, read where its feed is polled.
page_memories = Table(
    "page_memories",
    metadata,
    Column("feed_number", Number, ForeignKey("feeds.number"), primary_key=True),
    Column("pages", Plain(PageMemory), nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("feed_number", Number, ForeignKey("feeds.number"), nullable=False),
    Column("state", Word(EntryState), nullable=False),
    Column("host", Foreign, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    # How often processing broke, and how it did last; apart from a page's tries.
    Column("failures", Integer, nullable=False),
    Column("failed_why", Foreign),
    Column("lease_token", Text),
    Column("lease_until", Moment),
    # Further keys under which it became known, which are only so many.
    Column("learned", Integer, nullable=False, server_default="0"),
)

# What an entry announced, until the purge; entries of a baseline are never read and have none.
announcements = Table(
    "announcements",
    metadata,
    Column("entry_number", Number, ForeignKey("entries.number"), primary_key=True),
    Column("marks", Plain(tuple[int, ...]), nullable=False),
    Column("announced", Plain(Announced), nullable=False),
)

# Kept for ever, so that no entry is ever new again.
entry_keys = Table(
    "entry_keys",
    metadata,
    Column("feed_number", Number, ForeignKey("feeds.number"), primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_number", Number, ForeignKey("entries.number"), nullable=False),
    sqlite_with_rowid=False,
)

# Entries whose articles matched, while an edit of them is looked for: what they announced when they were
# last read, when that was, and how often they were read again.
rereads = Table(
    "rereads",
    metadata,
    Column("entry_number", Number, ForeignKey("entries.number"), primary_key=True),
    Column("feed_number", Number, ForeignKey("feeds.number"), nullable=False),
    Column("announced_digest", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

stories = Table(
    "stories",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("revision", Integer, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("outlets", Plain(frozenset[str]), nullable=False),
    Column("first_seen_at", Moment, nullable=False),
)

# Only an article with matches has a story, a fingerprint and bands: nothing else is told twice.
articles = Table(
    "articles",
    metadata,
    Column("number", Number, primary_key=True),
    Column("entry_number", Number, ForeignKey("entries.number"), nullable=False, unique=True),
    Column("story_number", Number, ForeignKey("stories.number")),
    Column("canonical_digest", BigInteger, nullable=False),
    Column("canonical_url", Foreign, nullable=False),
    Column("language", Foreign),
    Column("fetched_at", Moment, nullable=False),
    Column("fingerprint", Plain(tuple[int, ...])),
    # The rest of the article; its fingerprint stands in its own column, its text in `texts`. Articles of
    # older versions hold their texts themselves.
    Column("article", Plain(Article), nullable=False),
)

# The texts of articles, as far as they are kept, and the pages that they came from.
texts = Table(
    "texts",
    metadata,
    Column("article_number", Number, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("zones", Packed(Zones), nullable=False),
)

# Beside them stands `article_words`, which is of another kind in each database: see `searching`.
pages = Table(
    "pages",
    metadata,
    Column("article_number", Number, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("page", Packed(Document), nullable=False),
)

matches = Table(
    "matches",
    metadata,
    Column("number", Number, primary_key=True),
    Column("article_number", Number, ForeignKey("articles.number", ondelete="CASCADE"), nullable=False),
    Column("entity", Foreign, nullable=False),
    Column("tier", Word(Tier), nullable=False),
    Column("confidence", Float, nullable=False),
    # Refused mentions are kept too: an operator asks why no alert came.
    Column("refused", Boolean, nullable=False),
    Column("match", Plain(Match), nullable=False),
)

# Kept for ever, as entries are: an article and its matches may be gone when somebody says what they were.
verdicts = Table(
    "verdicts",
    metadata,
    Column("entry_number", Number, ForeignKey("entries.number"), primary_key=True),
    Column("entity", Foreign, primary_key=True),
    Column("said", Word(Rightness), nullable=False),
    Column("note", Foreign, nullable=False),
    Column("said_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

story_bands = Table(
    "story_bands",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("article_number", Number, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

told = Table(
    "told",
    metadata,
    Column("story_number", Number, ForeignKey("stories.number", ondelete="CASCADE"), primary_key=True),
    Column("watchlist", Foreign, primary_key=True),
    Column("entity", Foreign, primary_key=True),
    Column("receiver", Foreign, primary_key=True),
    # Whose article told it first.
    Column("entry_number", Number),
    # What was last told: how many outlets, and whether an article was about the entity.
    Column("outlets", Integer, nullable=False, server_default="1"),
    Column("about", Boolean, nullable=False, server_default=false()),
    Column("retracted", Boolean, nullable=False, server_default=false()),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("story_number", Number, ForeignKey("stories.number"), nullable=False),
    Column("watchlist", Foreign, nullable=False),
    Column("severity", Word(Severity), nullable=False),
    Column("labels", Plain(Mapping[str, str]), nullable=False),
    Column("entities", Plain(tuple[str, ...]), nullable=False),
    Column("receivers", Plain(tuple[str, ...]), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("hold", Word(HoldReason)),
    Column("release_at", Moment),
)

held_alerts = Table(
    "held_alerts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("alert_id", Text, nullable=False),
    Column("receiver", Foreign, nullable=False),
    Column("watchlist", Foreign, nullable=False),
    Column("hold", Word(HoldReason), nullable=False),
    Column("release_at", Moment, nullable=False),
    Column("event", Plain(Event), nullable=False),
    UniqueConstraint("alert_id", "receiver", name="held_alerts_once"),
)

# Until when a host rests after a visit, for workers that share no memory.
rests = Table(
    "rests",
    metadata,
    Column("host", Foreign, primary_key=True),
    Column("until", Moment, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("conditions", Plain(tuple[Condition, ...]), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("comment", Foreign, nullable=False),
    Column("by", Foreign, nullable=False),
    Column("created_at", Moment, nullable=False),
)

# What came of one poll: whether it was a storm (more than 0), and how many alerts it sent at once.
bursts = Table(
    "bursts",
    metadata,
    Column("feed_number", Number, ForeignKey("feeds.number"), primary_key=True),
    Column("polled_at", Moment, primary_key=True, autoincrement=False),
    Column("storms", Integer, nullable=False),
    Column("sent", Integer, nullable=False),
    sqlite_with_rowid=False,
)

receivers = Table(
    "receivers",
    metadata,
    Column("name", Foreign, primary_key=True),
    Column("state", Word(ReceiverState), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("open_until", Moment),
    Column("told_failing", Integer, nullable=False),
    # Of the configured URL, as at feeds: a receiver that was disabled begins anew at another one.
    Column("url_digest", BigInteger),
    # At most so many in so long; used up until then.
    Column("rate_count", Integer),
    Column("rate_per", Wait),
    Column("rate_until", Moment),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Number, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("receiver", Foreign, nullable=False),
    Column("event_type", Word(EventType), nullable=False),
    Column("content_type", Text, nullable=False),
    Column("state", Word(DeliveryState), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("promised_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_token", Text),
    Column("lease_until", Moment),
)

bodies = Table(
    "bodies",
    metadata,
    Column("delivery_number", Number, ForeignKey("deliveries.number", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# `ordinal` is the attempt's own number; it counts from 1 again after a replay.
attempts = Table(
    "attempts",
    metadata,
    Column("number", Number, primary_key=True),
    Column("delivery_number", Number, ForeignKey("deliveries.number", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Word(DeliveryState), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("status", Integer),
    Column("reason", Word(FailureReason)),
    Column("detail", Foreign, nullable=False),
)

# Sharded: writers that count the same thing do not wait for each other.
tallies = Table(
    "tallies",
    metadata,
    Column("name", Text, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("total", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What was learned of an entity, bounded by the matcher; the digest of it tells whether it changed.
contexts = Table(
    "contexts",
    metadata,
    Column("entity", Foreign, primary_key=True),
    Column("digest", BigInteger, nullable=False),
    Column("context", Plain(LearnedContext), nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("remembered", Plain(Mapping[str, object]), nullable=False),
)

instances = Table(
    "instances",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    # A digest of what all workers must agree on.
    Column("configuration", Text),
)

# Literals, not parameters: a database must see that these are the conditions of partial indexes.
ACTIVE = feeds.c.active.is_(true())
ENTRY_PENDING = entries.c.state == literal_column("'pending'")
ENTRY_FAILED = entries.c.state == literal_column("'failed'")
DELIVERY_PENDING = deliveries.c.state == literal_column("'pending'")

# Which rows of a table PostgreSQL has in an index stands in the migrations alone: one word for it here, and
# every store of SQLite loads its dialect too, 2 MB.
#
# All that a claim reads of a row stands in the index, its own condition too: rows of full groups are
# passed over there.
Index(
    "feeds_due",
    feeds.c.due_at,
    feeds.c.host,
    feeds.c.lease_until,
    feeds.c.active,
    sqlite_where=ACTIVE,
)
Index(
    "entries_due",
    entries.c.due_at,
    entries.c.host,
    entries.c.feed_number,
    entries.c.lease_until,
    entries.c.state,
    sqlite_where=ENTRY_PENDING,
)
# By receiver first: the backlog of one is never read to find what is due for another. By number, for a
# replay makes many due at one moment.
Index(
    "deliveries_due",
    deliveries.c.receiver,
    deliveries.c.due_at,
    deliveries.c.number,
    deliveries.c.lease_until,
    deliveries.c.state,
    sqlite_where=DELIVERY_PENDING,
)
for _table in (feeds, entries, deliveries):
    _leased = _table.c.lease_token.is_not(None)
    Index(f"{_table.name}_leased", _table.c.lease_token, sqlite_where=_leased)

# Counted by state at every look at the metrics.
Index("feeds_state", feeds.c.state, feeds.c.active, sqlite_where=ACTIVE)
Index("entries_failed", entries.c.number, sqlite_where=ENTRY_FAILED)
_with_story = articles.c.story_number.is_not(None)
Index("articles_canonical", articles.c.canonical_digest, sqlite_where=_with_story)
Index("articles_story", articles.c.story_number, sqlite_where=_with_story)
Index("rereads_feed", rereads.c.feed_number, rereads.c.until)
Index("rereads_age", rereads.c.until)
Index("articles_age", articles.c.fetched_at)
Index("matches_article", matches.c.article_number)
Index("story_bands_article", story_bands.c.article_number)
Index("stories_age", stories.c.first_seen_at)
Index("alerts_budget", alerts.c.watchlist, alerts.c.raised_at)
Index("alerts_age", alerts.c.raised_at)
Index("alerts_story", alerts.c.story_number)
Index("held_alerts_due", held_alerts.c.release_at)
Index("silences_end", silences.c.ends_at)
Index("bursts_age", bursts.c.polled_at)
Index("deliveries_made", deliveries.c.state, deliveries.c.created_at)
Index("attempts_delivery", attempts.c.delivery_number)
