"""Writes docs/commands.md: the help of every command, as it is.

python -m tests.docs.commands            print the document
python -m tests.docs.commands --write    write it
"""
# ruff: noqa: T201 - a command that prints

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperGroup

from monitor.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "commands.md"
# What the width and the shape of a help text hang on.
PLAIN = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}

HEAD = """\
# Commands

Every command and its options, as `--help` prints them. A test compares this page with the program;
`python -m tests.docs.commands --write` writes it anew. `python3 run.py COMMAND …` and
`uv run monitor COMMAND …` are the same commands. What they are for stands in
[operations](operations.md).

Exit codes: 0 fine, 1 failed, 2 wrong usage, 75 try again later (the store does not answer),
78 the configuration is wrong.
"""


def page() -> str:
    """Return the whole document."""
    sections = (
        f"\n## {' '.join(['monitor', *path])}\n\n```\n{help_of(path)}\n```\n" for path in all_commands()
    )
    return HEAD + "".join(sections)


def page_of_a_plain_terminal() -> str:
    """Return the document as a program of its own prints it, with nothing of this terminal."""
    line = [sys.executable, "-m", "tests.docs.commands"]
    done = subprocess.run(line, cwd=ROOT, env=os.environ | PLAIN, capture_output=True, text=True, check=True)
    return done.stdout


def all_commands() -> Iterator[tuple[str, ...]]:
    """Give the path of every command and group, in the order of their declaration."""

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        if isinstance(command, TyperGroup):
            for name, inner in command.commands.items():
                yield from walk(inner, (*path, name))

    return walk(typer.main.get_command(app), ())


def help_of(path: tuple[str, ...]) -> str:
    """Return what a command prints for `--help`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        app([*path, "--help"], prog_name="monitor")
    return "\n".join(line.rstrip() for line in printed.getvalue().strip("\n").splitlines())


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page_of_a_plain_terminal(), encoding="utf-8")
    else:
        print(page(), end="")
