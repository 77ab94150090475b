"""`monitor init`."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.shared import JsonOption, tell
from monitor.terminal import is_interactive

OUTPUT = Path("monitor.yaml")

app = typer.Typer()


@app.command()
def init(
    config: Annotated[Path | None, typer.Option("--config", "-c", hidden=True)] = None,
    as_json: JsonOption = False,
    feed: Annotated[
        list[str] | None,
        typer.Option("--feed", help="A feed, or a site whose feed is looked for; several times."),
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            "--entity",
            help="Whom to look for: a name, or NAME|OTHER NAME:KIND with the kind person, organization, "
            "product, place or other; several times.",
        ),
    ] = None,
    receiver: Annotated[
        str | None,
        typer.Option(
            "--receiver",
            help="Where alerts go: a URL, env:NAME, file:PATH, or print, a receiver here for trying it out.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=f"The file to write; {OUTPUT} by default.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: options and defaults alone.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
    allow_private: Annotated[
        list[str] | None,
        typer.Option("--allow-private", help="A private range (CIDR) that feeds may be in; several times."),
    ] = None,
) -> None:
    """Set a monitor up: find a feed, say whom to look for, try it on the last articles, test a receiver."""
    from monitor.cli.conversation import Given, set_up

    given = Given(
        feeds=feed or (),
        entities=entity or (),
        receiver=receiver,
        allow_private=allow_private or (),
        file=output or config or OUTPUT,
        force=force,
    )
    tell(set_up(given, asking=is_interactive() and not yes and not as_json), as_json)
