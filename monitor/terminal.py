"""How does a terminal show what a command says: tables, words, JSON, progress?"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from monitor.errors import UsageError
from monitor.tables import Shown, Table

REFRESH_SECONDS = 0.2
PIPE_COLUMNS = 400
PROSE_COLUMNS = 100
# A terminal obeys these, or turns the direction of a text: both can make it show what does not stand there.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(shown: Shown, *, as_json: bool) -> None:
    """Print the answer of a command."""
    if as_json:
        print_json(shown.plain)
    else:
        console = _out()
        if shown.head:
            console.print(shown.head, markup=False, highlight=False, soft_wrap=True)
        for table in shown.tables:
            _print_table(console, table)
        for line in shown.words:
            console.print(_visible(line), markup=False, highlight=False, soft_wrap=True)


def print_json(plain: object) -> None:
    """Print plain JSON, for scripts and for people who look at it."""
    text = json.dumps(plain, ensure_ascii=False, indent=2)
    sys.stdout.write(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def ask(question: str, default: str = "") -> str:
    """Ask on a terminal and return what was typed, without blanks around; `default` where that is nothing.

    Raises:
        UsageError: the input ended.
    """
    console = Console(stderr=True)
    shown = f"{_visible(question)} [{_visible(default)}]: " if default else f"{_visible(question)}: "
    try:
        # The question goes where it does not get into the answer of the command.
        console.print(shown, end="", markup=False, highlight=False, soft_wrap=True)
        return input().strip() or default
    except EOFError as error:
        raise UsageError("the input ended before every question was answered") from error


def is_interactive() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(line: str) -> None:
    """Tell somebody who is being asked something; never a part of the answer."""
    Console(stderr=True).print(_visible(line), markup=False, highlight=False, soft_wrap=True)


def show_tables(tables: Sequence[Table]) -> None:
    """Show tables to somebody who is being asked something."""
    console = Console(stderr=True)
    for table in tables:
        _print_table(console, table)


def clear() -> None:
    """Clear the screen, before it is shown anew."""
    _out().clear()


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """Show what goes on, on a terminal; say nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda words: progress.update(task, description=words)


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Show how many there are so far and how fast they come, on a terminal; say nothing elsewhere.

    Without a thread of its own: processes may be forked meanwhile.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with Progress(
        TextColumn(f"{{task.completed:,}} {what}, {{task.fields[pace]:,}} a second", markup=False),
        console=console,
        auto_refresh=False,
        redirect_stdout=False,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=None, visible=False, pace=0)
        began, shown_at = time.monotonic(), 0.0

        def counted(count: int) -> None:
            nonlocal shown_at
            now = time.monotonic()
            if now - shown_at >= REFRESH_SECONDS:
                shown_at = now
                pace = round(count / max(now - began, REFRESH_SECONDS))
                progress.update(task, completed=count, pace=pace, visible=True, refresh=True)

        yield counted


def _print_table(console: Console, table: Table) -> None:
    if not table.rows:
        console.print(table.empty, markup=False, highlight=False)
        return
    rich = RichTable(title=table.title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        rich.add_column(column, overflow="fold")
    for row in table.rows:
        rich.add_row(*(Text(_visible(cell)) for cell in row))
    console.print(rich, width=min(console.width, PROSE_COLUMNS) if table.prose else None)


def _visible(text: str) -> str:
    return _OBEYED.sub("\ufffd", text)


def _out() -> Console:
    # A pipe has no width: scripts get whole cells, not folded ones.
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    # NO_COLOR asks for no escape codes at all; rich would keep bold and italic.
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(width=None if told else PIPE_COLUMNS, color_system=None if plain else "auto")
