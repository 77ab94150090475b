"""Does a shell complete commands and options?"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.without_store
BIN = Path(sys.executable).parent
# What a bash does when a line is typed and the tabulator is pressed.
PRESS = """\
eval "$(monitor --show-completion)"
COMP_WORDS=($LINE)
[[ $LINE == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_monitor_completion monitor
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("monitor back", {"backtest", "backup"}),
        ("monitor feeds p", {"poll", "pause"}),
        ("monitor backtest --fail", {"--fail-over"}),
    ],
)
def test_bash_completes_commands_and_options(line: str, offered: set[str]) -> None:
    environ = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}", "LINE": line, "SHELL": "/bin/bash"}

    done = subprocess.run(["bash", "-c", PRESS], env=environ, capture_output=True, text=True, check=True)

    assert offered == set(done.stdout.split())


@pytest.mark.parametrize(
    ("shell", "written"),
    [("bash", "complete -o"), ("zsh", "#compdef monitor"), ("fish", "complete --command")],
)
def test_a_completion_for_each_usual_shell_is_printed(shell: str, written: str) -> None:
    # Else the shell that the tests were begun by is found out, if there is one.
    environ = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}

    done = subprocess.run(
        [BIN / "monitor", "--show-completion", shell],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "_MONITOR_COMPLETE" in done.stdout
    assert written in done.stdout
