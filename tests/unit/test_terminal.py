"""A terminal shows what is there."""

import pytest

from monitor.tables import Shown, Table
from monitor.terminal import show


def test_words_stand_as_they_are_without_what_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    show(
        Shown(
            plain=None,
            head="a head of [bold] letters :warning:",
            tables=(Table(columns=("a",), rows=(), empty="no :warning: rows"),),
            words=("words of [red] and :warning: \x1b[31m\u202e",),
        ),
        as_json=False,
    )

    assert (
        "a head of [bold] letters :warning:\nno :warning: rows\n"
        "words of [red] and :warning: \ufffd[31m\ufffd\n" == capsys.readouterr().out
    )
