"""`monitor articles`: search what is stored."""

from monitor.ports import Page
from monitor.tables import Shown, Table, cell


def show_found(page: Page) -> Shown:
    """Return the articles that a search found, with the sentence where they say it."""
    columns = ("fetched_at", "feed", "title", "snippet", "id")
    table = Table(
        columns=columns,
        rows=[tuple(cell(row[column]) for column in columns) for row in page.rows],
        empty="no stored article holds that",
        prose=True,
    )
    more = ("there are more; see --limit and --since",) if page.last else ()
    return Shown(
        plain={"articles": list(page.rows), "more": page.last is not None}, tables=(table,), words=more
    )
