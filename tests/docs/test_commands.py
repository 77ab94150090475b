"""Does the document of the commands say what the commands say?"""

import os
import subprocess
import sys

import pytest

from tests.docs import commands

# What the installed script does.
INSTALLED = "import sys; from monitor.cli import main; sys.argv[0] = 'monitor'; main()"


def test_the_help_of_every_command_stands_in_the_document() -> None:
    printed = commands.page_of_a_plain_terminal()

    assert printed == commands.PAGE.read_text(encoding="utf-8"), "python -m tests.docs.commands --write"


@pytest.mark.parametrize("path", [(), ("status",), ("deliveries", "replay")])
def test_a_help_in_the_document_is_what_a_program_of_its_own_prints(path: tuple[str, ...]) -> None:
    line = [sys.executable, "-c", INSTALLED, *path, "--help"]

    done = subprocess.run(
        line, env=os.environ | commands.PLAIN, capture_output=True, text=True, check=True, timeout=60
    )

    printed = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())
    assert f"\n```\n{printed}\n```\n" in commands.PAGE.read_text(encoding="utf-8")
