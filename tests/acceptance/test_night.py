"""One night with quiet hours, a budget, a silence, a storm and dead receivers: nothing is lost."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.acceptance.world import Monitor
from tests.prove import night

Lived = tuple[night.Night, list[night.Account]]


@pytest.fixture(scope="module")
def lived(shared: Monitor) -> Iterator[Lived]:
    told = night.run(shared.folder, shared.store)
    yield told
    # Who asks a store after its night has it open again.
    told[0].store.close()


def test_every_match_of_the_night_is_accounted_for(lived: Lived) -> None:
    assert [[], []] == [account.faults for account in lived[1]]


def test_the_night_had_everything_that_can_hold_an_alert(lived: Lived) -> None:
    morning, later = lived[1]

    assert {"quiet_hours", "budget", "silenced", "storm", "told", "language"} == {
        name.removeprefix("suppressed.") for name in morning.tallies if name.startswith("suppressed.")
    }
    assert {
        "delivered at once",
        "delivered in a digest",
        "pending for ruin",
        "pending for left",
        "dead for left",
    } == set(morning.wishes)
    assert later.wishes["dead for ruin"]
    assert morning.wishes["pending for ruin"] == sum(
        count for how, count in later.wishes.items() if how.endswith("for ruin")
    )
    assert morning.wishes.total() == later.wishes.total()


def test_the_quiet_ends_at_seven_on_the_wall_though_the_clocks_went_forward(lived: Lived) -> None:
    digests = [line for line in lived[0].transcript if "[sleep] a digest" in line]

    assert digests
    assert all(line.startswith("Sun 07:00 CEST") for line in digests)


def test_a_match_that_is_lost_is_noticed(lived: Lived) -> None:
    told = lived[0]
    with told.store._writing() as connection:
        connection.execute(
            text("DELETE FROM deliveries WHERE receiver = 'late' AND event_type = 'match.created'")
        )

    assert told.account().faults
