"""Writes docs/monitor.1: the manual page, from the commands as they are.

python -m tests.docs.manual            print the page
python -m tests.docs.manual --write    write it
"""
# ruff: noqa: T201 - a command that prints

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from monitor.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "monitor.1"

HEAD = r""".Dd November 26, 2026
.Dt MONITOR 1
.Os
.Sh NAME
.Nm monitor
.Nd watch news feeds for entities and send signed webhook alerts
.Sh SYNOPSIS
.Nm
.Op Fl -version
.Op Fl -help
.Ar command
.Op Ar option ...
.Sh DESCRIPTION
.Nm
polls news feeds on a schedule, extracts the text of each new article, compares it with the entities that its
configuration names, and sends a signed webhook for each story that names one, with the sentence and the
evidence.
.Pp
.Ic monitor run
is the service.
The other commands set it up, try its configuration, and look at its store, also while it runs.
.Sh COMMANDS
"""

TAIL = r""".Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev MONITOR_CONFIG
The configuration file, where
.Fl c
does not say one.
.It Ev MONITOR__STORE__URL
Overrides
.Ql store.url ;
other values of the configuration likewise, with two underscores between its keys.
.It Ev NO_COLOR
No colors.
.El
.Sh FILES
Without
.Fl c
and
.Ev MONITOR_CONFIG
the first of these is read:
.Pp
.Bl -tag -width Ds -compact
.It Pa ./config/monitor.yaml
.It Pa $XDG_CONFIG_HOME/news-monitor/monitor.yaml
.It Pa /etc/news-monitor/monitor.yaml
.El
.Sh EXIT STATUS
.Bl -tag -width Ds -compact
.It 0
Fine.
.It 1
Failed.
.It 2
Wrong usage.
.It 75
Try again later: the store does not answer.
.It 78
The configuration is wrong.
.El
.Sh EXAMPLES
A configuration, a receiver on this machine, one pass, the service:
.Bd -literal -offset indent
monitor init --feed https://www.example.org/ --entity Amazon
monitor receivers listen desk -c monitor.yaml
monitor once -c monitor.yaml
monitor run -c monitor.yaml
.Ed
"""


def page() -> str:
    """Return the whole page, in mdoc."""
    lines = [line for path, command in commands() for line in section(path, command)]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def commands() -> Iterator[tuple[str, TyperCommand]]:
    """Give every command that does something, with its path, in the order of their declaration."""

    def walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, TyperCommand]]:
        if isinstance(command, TyperGroup):
            for name, inner in command.commands.items():
                yield from walk(inner, (*path, name))
        elif isinstance(command, TyperCommand) and not command.hidden:
            yield " ".join(path), command

    return walk(typer.main.get_command(app), ())


def section(path: str, command: TyperCommand) -> Iterator[str]:
    """Give the lines of one command: its line, what it does, its options."""
    yield f".Ss {escaped(path)}"
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if isinstance(one, TyperOption) and not one.hidden]
    yield f".Ic monitor {escaped(path)}"
    yield from (f".{'Ar' if one.required else 'Op Ar'} {escaped(str(one.name))}" for one in arguments)
    yield ".Pp"
    yield from escaped(command.help or "").split("\n")
    if options:
        yield ".Bl -tag -width Ds"
        for option in options:
            yield f".It {' | '.join(flags(option))}"
            yield from escaped(option.help or "").split("\n")
        yield ".El"


def flags(option: TyperOption) -> Iterator[str]:
    """Give the spellings of an option, as mdoc writes them."""
    for spelling in (*option.opts, *option.secondary_opts):
        yield f"Fl {escaped(spelling.removeprefix('-'))}" + ("" if option.is_flag else " Ar value")


def escaped(text: str) -> str:
    """Return text that mdoc prints as it is, each sentence on a line of its own."""
    text = text.strip().replace("\\", "\\e").replace("-", "\\-")
    lines = re.sub(r"(?<=[.!?]) +(?=[A-Z])", "\n", text).split("\n")
    # A line that begins with a dot or an apostrophe would be a request.
    return "\n".join(f"\\&{line}" if line[:1] in {".", "'"} else line or ".Pp" for line in lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
