"""Commands about stored articles."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli.shared import ConfigOption, JsonOption, group, locate, opened, tell
from monitor.errors import UsageError

articles = group("Search the stored articles.")


@articles.command("search")
def articles_search(
    query: Annotated[str, typer.Argument(help='Words; "a phrase", begin*, -without.')],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    since: Annotated[str | None, typer.Option(help="Only read since: 2h, 3d, or an ISO time.")] = None,
    feed: Annotated[str | None, typer.Option(help="Only of this feed.")] = None,
    language: Annotated[str | None, typer.Option(help="Only in this language, such as de.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, those read last.", min=1, max=1000)] = 20,
) -> None:
    """Find stored articles by the words of title and text, those read last first."""
    from monitor.ops.articles import show_found
    from monitor.ops.deliveries import parse_since
    from monitor.ports import Sought
    from monitor.text.search import read_search

    try:
        words = read_search(query)
    except ValueError as error:
        raise UsageError(f"the query {error}") from None
    after = parse_since(since, datetime.now(UTC)) if since else None
    sought = Sought(words=words, since=after, feed=feed, language=language, limit=limit)
    with opened(locate(config)) as store:
        tell(show_found(store.library().find_articles(sought)), as_json)
