"""An error is told by its kind and its place; its words only where they are ours."""

import pytest

from monitor.errors import StoreError, UsageError
from monitor.text.mishaps import chain, told
from monitor.text.urls import shown_url


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StoreError("the disk is full"), "StoreError: the disk is full"),
        (UsageError("x" * 400), f"UsageError: {'x' * 288}"),
        (OSError(24, "Too many open files", "/etc/CANARY"), "OSError: Too many open files"),
        (ConnectionResetError(), "ConnectionResetError"),
        (ValueError("CANARY"), "ValueError"),
    ],
)
def test_words_are_told_where_they_hold_no_secret(error: Exception, words: str) -> None:
    assert words == told(error)


def test_a_bug_is_told_by_where_it_is_and_where_ours_called() -> None:
    with pytest.raises(AttributeError) as ours:
        shown_url(7)  # type: ignore[arg-type]

    with pytest.raises(KeyError) as here:
        dict[str, int]()["CANARY"]

    assert told(ours.value).startswith("AttributeError at monitor.text.urls:")
    assert told(here.value).startswith(f"KeyError at {__name__}:")
    assert ", in " not in told(here.value)


def test_a_bug_in_a_library_is_told_by_our_call_too() -> None:
    with pytest.raises(ValueError, match="Invalid IPv6") as theirs:
        exec(
            compile("import urllib.parse\nurllib.parse.urlsplit('http://[CANARY')", "x", "exec"),
            {"__name__": "monitor.example"},
        )

    assert told(theirs.value).startswith("ValueError at monitor.example:2, in urllib.parse:")


def test_what_an_error_came_of_stands_before_it() -> None:
    cause, before, caused, alone = (
        OSError("cause"),
        KeyError("first"),
        ValueError("second"),
        ValueError("third"),
    )
    caused.__context__, alone.__context__ = before, before
    plain = [type(each) for each in chain(caused)]
    caused.__cause__, alone.__suppress_context__ = cause, True
    loop = ValueError("a")
    loop.__cause__ = loop

    assert [KeyError, ValueError] == plain
    assert [cause, caused] == chain(caused)
    assert [alone] == chain(alone)
    assert [loop] == chain(loop)
