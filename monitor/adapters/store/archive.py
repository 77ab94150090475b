"""What is kept of the articles of a period, oldest first, a few at a time?"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, tuple_

from monitor.adapters.store.rereads import article_of
from monitor.adapters.store.schema import announcements, articles, pages, texts
from monitor.model import Announced, Verdict
from monitor.ports import Archived, KeptPage


def count_archived(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how many articles were read from `since` until before `until`."""
    of_period = (articles.c.fetched_at >= since, articles.c.fetched_at < until)
    count: int = connection.execute(select(func.count()).select_from(articles).where(*of_period)).scalar_one()
    return count


def archived(
    connection: Connection, since: datetime, until: datetime, after: int, limit: int
) -> Sequence[Archived]:
    """Return the next articles of a period, behind number `after` of those that were read at `since`."""
    place = tuple_(articles.c.fetched_at, articles.c.number)
    # The first condition is for the index.
    following = (articles.c.fetched_at >= since, place > (since, after), articles.c.fetched_at < until)
    statement = (
        select(articles.c.number, articles.c.story_number, articles.c.article, texts.c.zones)
        .outerjoin(texts, texts.c.article_number == articles.c.number)
        .where(*following)
        .order_by(articles.c.fetched_at, articles.c.number)
        .limit(limit)
    )
    rows = connection.execute(statement).all()
    unread = [row.number for row in rows if row.article.verdict is Verdict.UNREAD]
    kept = _pages(connection, unread) if unread else {}
    return tuple(
        Archived(
            number=row.number,
            article=article_of(row),
            matched=row.story_number is not None,
            page=kept.get(row.number),
        )
        for row in rows
    )


def _pages(connection: Connection, numbers: Collection[int]) -> Mapping[int, KeptPage]:
    """Return the pages that are kept of some articles, with what their entries announced."""
    statement = (
        select(pages, announcements.c.announced)
        .join(articles, articles.c.number == pages.c.article_number)
        .outerjoin(announcements, announcements.c.entry_number == articles.c.entry_number)
        .where(pages.c.article_number.in_(numbers))
    )
    return {
        row.article_number: KeptPage(
            document=row.page, announced=row.announced or Announced(link=row.page.url)
        )
        for row in connection.execute(statement)
    }
