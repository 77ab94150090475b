"""Does the document of operations name everything that an operator can meet?"""

import io
import re
from pathlib import Path

import pytest

from monitor.adapters.telemetry import Telemetry
from monitor.model import DeliveryState, HoldReason, ReceiverState
from monitor.model.feeds import FeedState
from monitor.model.words import FailureReason

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_metric_stands_in_the_document() -> None:
    told = Telemetry(io.StringIO()).metrics().decode()

    names = re.findall(r"^# TYPE (\w+) (\w+)$", told, re.MULTILINE)

    assert names
    assert [] == [
        name
        for name, kind in names
        if kind != "unknown" and f"`{name}`" not in PAGE and "_created" not in name
    ]


@pytest.mark.parametrize(
    "word", [*FailureReason, *FeedState, *ReceiverState, *HoldReason, *DeliveryState], ids=str
)
def test_every_reason_and_state_stands_in_the_document(word: str) -> None:
    assert re.search(rf"`{word}`|--state {word}\b", PAGE)
