"""Laws of asking for a page again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.articles.patience import PagePolicy, postponed
from monitor.model import Announced, Extracted, FailureReason, FetchFailed, SandboxFailed, Verdict, Zones
from tests.unit.articles.test_assemble import entry

NOW = datetime(2025, 12, 17, 20, tzinfo=UTC)
ENTRY = entry(Announced(link="https://example.org/a"))
FINAL = {FailureReason.PRIVATE_ADDRESS, FailureReason.ROBOTS, FailureReason.NOT_A_PAGE}


def failed(reason: FailureReason) -> FetchFailed:
    return FetchFailed(reason=reason, detail="")


def test_a_page_is_asked_for_three_times_within_three_minutes() -> None:
    first = postponed(ENTRY, failed(FailureReason.TIMEOUT), NOW, PagePolicy())
    assert first is not None
    second = postponed(first, failed(FailureReason.HTTP_5XX), first.due_at, PagePolicy())
    assert second is not None
    third = postponed(second, failed(FailureReason.DNS), second.due_at, PagePolicy())

    assert first == replace(ENTRY, attempts=1, due_at=NOW + timedelta(seconds=20))
    assert second == replace(ENTRY, attempts=2, due_at=NOW + timedelta(seconds=80))
    assert third is None
    assert second.due_at - NOW + 3 * timedelta(seconds=15) < timedelta(minutes=3)


@pytest.mark.parametrize("reason", sorted(FINAL))
def test_what_another_try_cannot_mend_is_given_up_at_once(reason: FailureReason) -> None:
    assert postponed(ENTRY, failed(reason), NOW, PagePolicy()) is None


@pytest.mark.parametrize("reason", sorted(set(FailureReason) - FINAL))
def test_everything_else_is_tried_again(reason: FailureReason) -> None:
    assert postponed(ENTRY, failed(reason), NOW, PagePolicy()) is not None


@pytest.mark.parametrize(
    "page",
    [
        None,
        SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail=""),
        *(Extracted(zones=Zones(title="", text=""), verdict=verdict) for verdict in Verdict),
    ],
)
def test_a_page_that_was_read_is_settled(page: Extracted | SandboxFailed | None) -> None:
    assert postponed(ENTRY, page, NOW, PagePolicy()) is None
