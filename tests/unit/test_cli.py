"""Laws of the command line that scripts rely on."""

import socket
from collections.abc import Iterator

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from monitor.cli import app, conversation

# These print text that is no table: a schema, an OPML document, JSON lines, a log, one line.
NO_TABLE = {
    "schema",
    "context export",
    "feeds export",
    "match",
    "receivers listen",
    "run",
    "version",
    "worker",
}


def commands() -> Iterator[tuple[str, TyperCommand]]:
    def walk(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperCommand]]:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                yield from walk(command, f"{path}{name} ")
            else:
                assert isinstance(command, TyperCommand)
                yield f"{path}{name}", command

    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return walk(group, "")


ALL = dict(commands())


def options(name: str) -> set[str]:
    return {option for parameter in ALL[name].params for option in parameter.opts}


@pytest.mark.parametrize("name", ALL)
def test_every_command_takes_a_configuration_after_its_name(name: str) -> None:
    assert {"-c", "--config"} <= options(name)


@pytest.mark.parametrize("name", sorted(ALL.keys() - NO_TABLE))
def test_every_command_with_a_table_prints_it_as_json_too(name: str) -> None:
    assert "--json" in options(name)


def test_the_usual_port_is_proposed_unless_somebody_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        usual = service.getsockname()[1]

        assert usual != conversation.free_port(usual) > 0
    assert usual == conversation.free_port(usual)
