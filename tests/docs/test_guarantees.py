"""Do the tests exist that the document of the guarantees names?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(
    r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("file", "test"), NAMED, ids=[test for _, test in NAMED])
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    assert f"\ndef {test}(" in (ROOT / file).read_text(encoding="utf-8")


def test_every_promise_names_a_test() -> None:
    promises = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8").split("\n### ")[1:]

    assert 7 == len(promises)
    assert all("::test_" in promise for promise in promises)
