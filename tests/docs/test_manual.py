"""Is there a manual page that says what the commands say, and that the usual programs can read?"""

import subprocess

from tests.docs import manual


def test_the_manual_page_says_what_the_commands_say() -> None:
    assert manual.page() == manual.PAGE.read_text(encoding="utf-8"), "python -m tests.docs.manual --write"


def test_nothing_in_the_manual_page_is_to_be_warned_of() -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", manual.PAGE], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stdout)


def test_a_reader_finds_each_command_and_its_options_in_it() -> None:
    done = subprocess.run(
        ["mandoc", "-T", "utf8", manual.PAGE], capture_output=True, encoding="utf-8", check=True
    )
    shown = "".join(
        letter
        for letter, after in zip(done.stdout, done.stdout[1:] + " ", strict=True)
        if "\b" not in {letter, after}
    )

    for command, _ in manual.commands():
        assert f"\n     monitor {command}" in shown
    assert "--fail-over" in shown
