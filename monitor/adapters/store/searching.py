"""Which articles hold what is searched?

Each article's words stand, folded, in `article_words`: in SQLite a table of its full-text search, in
PostgreSQL a vector of words. Both get words that are parted already, and part no text by their own rules.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Select, Text, column, delete, select, table, text

from monitor.adapters.store import memory
from monitor.adapters.store.dialect import try_lock
from monitor.adapters.store.rereads import article_of
from monitor.adapters.store.schema import articles, texts
from monitor.model import Zones
from monitor.text.ids import digest63
from monitor.text.search import Search, Term, words_of

# The mark of how far down the articles have their words.
ADDED = "article words"
_ALONE = digest63("task", "article words")
_BATCH = 200
_words = table("article_words", column("rowid"), column("words", Text))
_ADDING = {
    "sqlite": text("INSERT INTO article_words (rowid, words) VALUES (:number, :words)"),
    "postgresql": text(
        "INSERT INTO article_words (rowid, words) VALUES (:number, CAST(:words AS tsvector)) "
        "ON CONFLICT (rowid) DO NOTHING"
    ),
}


def make_words(connection: Connection) -> None:
    """Make the table of words in a new store of SQLite: they come parted by blanks, and by nothing else."""
    connection.exec_driver_sql("CREATE VIRTUAL TABLE article_words USING fts5(words, tokenize = 'ascii')")


def add_words(connection: Connection, number: int, zones: Zones) -> None:
    """Have an article found by what is kept of it: its title, and its text where that is kept."""
    words = words_of(zones.title, zones.text, zones.captions)
    if words:
        name = connection.dialect.name
        written = " ".join(words) if name == "sqlite" else _vector(words)
        connection.execute(_ADDING[name], {"number": number, "words": written})


def drop_words(connection: Connection, numbers: Sequence[int]) -> None:
    """Have articles found no more."""
    connection.execute(delete(_words).where(_words.c.rowid.in_(numbers)))


def numbers_of(connection: Connection, search: Search) -> Select[tuple[int]]:
    """Return the statement for the numbers of the articles that hold what is searched."""
    if connection.dialect.name == "sqlite":
        return select(_words.c.rowid).where(
            text("article_words MATCH :search").bindparams(search=_match(search))
        )
    vector = text("words @@ CAST(:search AS tsquery)").bindparams(search=_tsquery(search))
    return select(_words.c.rowid).where(vector)


def add_older(connection: Connection) -> int:
    """Add the words of some articles that have none yet, the newest first; return how many were looked at.

    A mark remembers how far down that was done: 0 once there is nothing left.
    """
    if not try_lock(connection, _ALONE):
        return 1
    mark = memory.mark(connection, ADDED)
    below = None if mark is None else int(str(mark["below"]))
    if below == 0:
        return 0
    older = select(articles.c.number, articles.c.article, texts.c.zones)
    older = older.outerjoin(texts, texts.c.article_number == articles.c.number)
    if below is not None:
        older = older.where(articles.c.number < below)
    rows = connection.execute(older.order_by(articles.c.number.desc()).limit(_BATCH)).all()
    numbers = [row.number for row in rows]
    there = set(connection.scalars(select(_words.c.rowid).where(_words.c.rowid.in_(numbers))))
    for row in rows:
        if row.number not in there:
            add_words(connection, row.number, article_of(row).zones)
    memory.save_mark(connection, ADDED, {"below": numbers[-1] if numbers else 0})
    return len(rows)


# ---- as the databases want it: words are letters and digits only, there is nothing to be quoted ----


def _vector(words: Sequence[str]) -> str:
    return " ".join(f"{word}:{place}" for place, word in enumerate(words, 1))


def _match(search: Search) -> str:
    def phrase(term: Term) -> str:
        return f'"{" ".join(term.words)}"{" *" if term.open else ""}'

    wanted = " AND ".join(map(phrase, search.wanted))
    without = "".join(f" NOT {phrase(term)}" for term in search.without)
    return f"({wanted}){without}"


def _tsquery(search: Search) -> str:
    def phrase(term: Term) -> str:
        return f"({' <-> '.join(term.words)}{':*' if term.open else ''})"

    return " & ".join([*map(phrase, search.wanted), *(f"!{phrase(term)}" for term in search.without)])
