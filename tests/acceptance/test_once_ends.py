"""One pass ends, whatever its receivers answer, however long hosts are to be left in peace."""

from collections.abc import Callable

import pytest

from tests.acceptance.test_alerts import configured
from tests.acceptance.world import Desk, Monitor, Outlet

Open = Callable[[str], Outlet]


@pytest.mark.parametrize(
    ("status", "requests", "state", "delivered"),
    [(204, 3, "ok", 3), (500, 6, "failing", 0), (410, 3, "disabled", 0)],
)
def test_a_pass_with_rests_between_pages_ends_when_nothing_more_is_due(
    monitor: Monitor, desk: Desk, outlet: Open, status: int, requests: int, state: str, delivered: int
) -> None:
    kurier = outlet("kurier")
    for number in range(3):
        words = " ".join(f"Wort{number}mal{place}" for place in range(80))
        kurier.publishes(f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}")
    configured(monitor, desk, kurier)
    monitor.config.write_text(monitor.config.read_text().replace("pause: 0s", "pause: 1s"))
    desk.answers(status, times=20)

    monitor.once()

    found = monitor.status()
    assert delivered == found["deliveries"]["delivered"]
    assert 3 == sum(found["deliveries"][name] for name in ("pending", "delivered", "dead"))
    assert state == found["receivers"][0]["state"]
    assert len(desk.requests) <= requests
