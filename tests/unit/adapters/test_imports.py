"""Libraries are kept from bringing others along."""

import importlib
import sys

import pytest

from monitor.adapters.imports import without


def test_a_module_is_absent_for_as_long_as_it_is_hidden_and_can_be_imported_afterwards() -> None:
    sys.modules.pop("colorsys", None)

    with without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")

    assert importlib.import_module("colorsys") is sys.modules["colorsys"]


def test_what_was_imported_before_is_not_taken_away() -> None:
    known = importlib.import_module("colorsys")

    with without("colorsys"):
        assert known is importlib.import_module("colorsys")

    assert known is sys.modules["colorsys"]
