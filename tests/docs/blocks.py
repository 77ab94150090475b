"""The blocks of code in the documents, and what is done with each kind.

The words behind the fence say it:

    sh              run in the order of the document, in one shell; it must succeed
    sh background   the same, but it goes on: a service; the next block waits until it says something
    sh elsewhere    needs another machine, or all of this one: commands, options and files must exist
    yaml            a configuration, which must load
    yaml FILE       a configuration that the commands below it use
    json, python    must be read by its parser
    text            everything else: what is printed, a picture
"""

import contextlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer.main
from typer.core import TyperGroup

import run
from monitor.cli import app

ROOT = Path(run.__file__).resolve().parent
# Written from the code, and compared with it by tests of their own.
GENERATED = {"docs/commands.md"}
_BLOCK = re.compile(
    r"^(?P<fence>```+)(?P<words>[^\n`]*)\n(?P<text>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL
)
# One call of a line from the next; and where a call reads from or writes to.
_APART = re.compile(r"\s(?:\||&&|\|\|)\s")
_REDIRECTED = re.compile(r"[0-9]?>>?\s*\S+|<\s*\S+")
_OURS = re.compile(r"(?:python3 (?:\./)?run\.py|uv run monitor|(?:\S*/)?monitor)\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a document: where it stands, the words behind its fence, its text."""

    document: str
    line: int
    words: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[str]:
    """Return the documents that people read, as paths below the checkout."""
    found = (path for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for path in ROOT.glob(pattern))
    return sorted({path.relative_to(ROOT).as_posix() for path in found} - GENERATED)


def blocks(document: str) -> list[Block]:
    """Return the blocks of a document, in its order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [
        Block(
            document=document,
            line=text.count("\n", 0, found.start()) + 1,
            words=found["words"].strip(),
            text=found["text"],
        )
        for found in _BLOCK.finditer(text)
    ]


def our_lines(text: str) -> Iterator[list[str]]:
    """Give the words of each call of `monitor` or `run.py` in a block for a shell, without the program."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in _APART.split(line.partition("  #")[0]):
            ours = _OURS.match(f"{part.strip()} ")
            if ours:
                yield shlex.split(_REDIRECTED.sub("", part.strip()[ours.end() :]))


def understand(words: list[str]) -> None:
    """Have the command line read words as it would, without doing anything.

    Raises:
        Exception: there is no such command or option, or something is missing.
    """
    if words[:1] and words[0] in {*run.DEVELOPMENT, "lock"}:
        return
    command = typer.main.get_command(app)
    # `--version` and `--help` answer at once, and end it.
    with contextlib.suppress(typer.Exit):
        context = command.make_context("monitor", words)
        while isinstance(command, TyperGroup):
            _, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert inner is not None
            command, context = inner, inner.make_context("monitor", rest, parent=context)


def expect_command(words: list[str]) -> None:
    """Return if words begin with a command, and with one of its group.

    Raises:
        LookupError: there is none.
    """
    if words[0] in {*run.DEVELOPMENT, "lock"}:
        return
    command = typer.main.get_command(app)
    for word in words:
        if not isinstance(command, TyperGroup):
            return
        if word not in command.commands:
            raise LookupError(f"no command `monitor {' '.join(words)}`")
        command = command.commands[word]
