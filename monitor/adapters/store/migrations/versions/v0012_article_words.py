"""Articles are found by their words; those of older versions get theirs while the service runs."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table: the words come parted by blanks, so SQLite parts them by nothing else."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE article_words USING fts5(words, tokenize = 'ascii')")
        return
    op.execute(
        "CREATE TABLE article_words ("
        "rowid bigint PRIMARY KEY REFERENCES articles (number) ON DELETE CASCADE, words tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX article_words_found ON article_words USING gin (words)")
