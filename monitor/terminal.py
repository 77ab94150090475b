"""How does a terminal show what a command says: tables, words, JSON, progress?

Words and JSON are plain; what draws tables and progress is imported where there is any to draw.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, TextIO

from monitor.errors import OutputRefused, UsageError
from monitor.tables import Shown, Table

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

REFRESH_SECONDS = 0.2
PIPE_COLUMNS = 400
# A terminal obeys these, or turns the direction of a text: both can make it show what does not stand there.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(shown: Shown, *, as_json: bool) -> None:
    """Print the answer of a command."""
    if as_json:
        print_json(shown.plain)
    else:
        if shown.head:
            _write(shown.head)
        for table in shown.tables:
            _print_table(table)
        for line in shown.words:
            _write(_visible(line))


def print_json(plain: object) -> None:
    """Print plain JSON, for scripts and for people who look at it."""
    _write(_escaped(json.dumps(plain, ensure_ascii=False, indent=2)))


def ask(question: str, default: str = "") -> str:
    """Ask on a terminal and return what was typed, without blanks around; `default` where that is nothing.

    Raises:
        UsageError: the input ended.
    """
    shown = f"{_visible(question)} [{_visible(default)}]: " if default else f"{_visible(question)}: "
    try:
        # The question goes where it does not get into the answer of the command.
        sys.stderr.write(shown)
        sys.stderr.flush()
        return input().strip() or default
    except EOFError as error:
        raise UsageError("the input ended before every question was answered") from error
    except UnicodeDecodeError as error:
        raise UsageError("what was typed is not text in UTF-8") from error


def is_interactive() -> bool:
    """Return whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(line: str) -> None:
    """Tell somebody who is being asked something; never a part of the answer."""
    _write(_visible(line), sys.stderr)


def show_line(line: str) -> None:
    """Print one line of an answer that has no end, at once."""
    _write(_visible(line))


def show_tables(tables: Sequence[Table]) -> None:
    """Show tables to somebody who is being asked something."""
    for table in tables:
        _print_table(table, sys.stderr)


def print_json_line(plain: object) -> None:
    """Print plain JSON on one line, for scripts that read line by line."""
    _write(_escaped(json.dumps(plain, ensure_ascii=False)))


@contextmanager
def screen() -> Iterator[Callable[[Shown], None]]:
    """Give what draws an answer over the whole terminal, its words first; what stood there comes back.

    What does not fit is cut off at the end. Elsewhere than on a terminal answers come one after another.
    """
    if not sys.stdout.isatty():
        yield lambda shown: show(shown, as_json=False)
        return
    from rich.console import Group  # noqa: PLC0415  (nothing to draw elsewhere)
    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with Live(console=_out(), screen=True, auto_refresh=False, redirect_stdout=False) as live:

        def draw(shown: Shown) -> None:
            words = [Text(_visible(line)) for line in (shown.head, *shown.words)]
            live.update(Group(*words, *(_drawn(table) for table in shown.tables)), refresh=True)

        yield draw


@contextmanager
def spinner() -> Iterator[Callable[[str], None]]:
    """Show what goes on, on a terminal; say nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  (nothing to draw elsewhere)
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda words: progress.update(task, description=words)


@contextmanager
def counting(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how many there are so far, and how fast they come, on a terminal; say nothing elsewhere.

    Without a thread of its own: processes may be forked meanwhile.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  (nothing to draw elsewhere)
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    with Progress(
        *((BarColumn(),) if total else ()),
        TextColumn(f"{{task.completed:,}} {what}, {{task.fields[pace]:,}} a second", markup=False),
        console=Console(stderr=True),
        auto_refresh=False,
        redirect_stdout=False,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=total, visible=False, pace=0)
        began, shown_at = time.monotonic(), 0.0

        def counted(count: int) -> None:
            nonlocal shown_at
            now = time.monotonic()
            if now - shown_at >= REFRESH_SECONDS:
                shown_at = now
                pace = round(count / max(now - began, REFRESH_SECONDS))
                progress.update(task, completed=count, pace=pace, visible=True, refresh=True)

        yield counted


def write(text: str) -> None:
    """Print a text as it is.

    Raises:
        OutputRefused: it is not taken.
        BrokenPipeError: its reader has gone.
    """
    with taking():
        sys.stdout.write(text)
        # What is not taken is found here, not at the end of the process, where nobody can say so.
        sys.stdout.flush()


@contextmanager
def taking() -> Iterator[None]:
    """Print on standard output within.

    Raises:
        OutputRefused: it is not taken.
        BrokenPipeError: its reader has gone.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputRefused(f"standard output: {os.strerror(error.errno or 0).lower()}") from error


def _write(line: str, to: TextIO | None = None) -> None:
    if to is None:
        write(f"{line}\n")
    else:
        to.write(f"{line}\n")
        to.flush()


def _print_table(table: Table, to: TextIO | None = None) -> None:
    if not table.rows:
        _write(table.empty, to)
        return
    from rich.console import Console  # noqa: PLC0415  (not for words alone)

    console = _out() if to is None else Console(file=to)
    with taking() if to is None else nullcontext():
        console.print(_drawn(table), width=min(console.width, table.width) if table.prose else None)


def _drawn(table: Table) -> "RenderableType":
    from rich import box  # noqa: PLC0415  (not for words alone)
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    if not table.rows:
        return Text(table.empty)
    rich = RichTable(title=table.title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        rich.add_column(column, overflow="fold")
    for row in table.rows:
        rich.add_row(*(Text(_visible(cell)) for cell in row))
    return rich


def _escaped(text: str) -> str:
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _visible(text: str) -> str:
    return _OBEYED.sub("\ufffd", text)


def _out() -> "Console":
    from rich.console import Console  # noqa: PLC0415  (not for words alone)

    # A pipe has no width: scripts get whole cells, not folded ones.
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    # NO_COLOR asks for no escape codes at all; rich would keep bold and italic.
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(width=None if told else PIPE_COLUMNS, color_system=None if plain else "auto")
