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


@pytest.mark.parametrize("width", [100, 120])
def test_a_table_of_prose_is_broken_at_its_width_in_a_pipe_and_others_are_not(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = (("word " * 60,),)

    show(
        Shown(plain=None, tables=(Table(columns=("a",), rows=rows, prose=True, width=width),)), as_json=False
    )
    broken = capsys.readouterr().out
    show(Shown(plain=None, tables=(Table(columns=("a",), rows=rows, width=width),)), as_json=False)
    whole = capsys.readouterr().out

    assert width == max(map(len, broken.splitlines()))
    assert rows[0][0].strip() in whole
