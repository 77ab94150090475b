"""Several services on one PostgreSQL, as on several machines: they share the work and tell all of it once."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from monitor.adapters.store import server_of
from monitor.engine.queue import prepare
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.by_hand import ByHand
from tests.postgresql import PostgreSQL, name_of

pytestmark = pytest.mark.on_postgresql_alone("several machines share it")
Open = Callable[[str], Outlet]
Several = Callable[[int], Sequence[Monitor]]


@pytest.fixture(params=["embedded", "procrastinate"])
def several(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> Iterator[Several]:
    """Services on one store, each in a folder of its own, closed in the end."""
    if request.param == "procrastinate":
        prepare(server_of(database))
    with ExitStack() as opened:

        def make(count: int) -> Sequence[Monitor]:
            made = []
            # Each has another order of its sets than all others.
            for number in range(count):
                folder = tmp_path / f"machine{number}"
                folder.mkdir()
                made.append(opened.enter_context(closing(Monitor(folder, forked=True, order=number))))
                made[-1].store, made[-1].engine = database, request.param
            return made

        yield make


def configured(services: Sequence[Monitor], text: str) -> None:
    for each in services:
        each.configure("http: {listen: null}\nbrake: off\n" + text)


def receiver(name: str, desk: Desk, events: str = "") -> str:
    where = f"url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true"
    return f"  {name}: {{{where}{events and f', events: {events}'}}}\n"


def feeds(*outlets: Outlet) -> str:
    lines = [f"  - {{id: {each.name}, url: '{each.feed}', every: 1s, first_poll: all}}\n" for each in outlets]
    return f"feeds:\n{''.join(lines)}entities: {{amazon: {{kind: organization, names: [Amazon]}}}}\n"


def report_of(number: int) -> str:
    words = " ".join(f"Wort{number}mal{place}" for place in range(80))
    return f"Amazon meldet Ereignis {number}. {words}"


def steps_of(service: Monitor) -> Counter[str]:
    """Return how often a service did something well, by step."""
    lines = [json.loads(line) for line in service.lines() if line.startswith("{")]
    return Counter(line["event"] for line in lines if line["outcome"] != "error")


def bodies_by_id(desk: Desk) -> dict[str, set[bytes]]:
    bodies: dict[str, set[bytes]] = {}
    for headers, body in list(desk.requests):
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    return bodies


@pytest.mark.parametrize(
    ("several", "count"), [("embedded", 2), ("embedded", 4), ("procrastinate", 3)], indirect=["several"]
)
def test_services_share_the_work_and_tell_each_story_once(
    several: Several, desk: Desk, outlet: Open, count: int
) -> None:
    services, outlets = several(count), [outlet(f"blatt{number}") for number in range(3)]
    configured(services, feeds(*outlets) + "receivers:\n" + receiver("desk", desk))
    for number in range(8):
        for paper in outlets:
            title = f"{paper.name}: Amazon und Ereignis {number}"
            paper.publishes(title, report_of(number), slug=f"m{number}")

    for each in services:
        each.begin()
    eventually(lambda: len(desk.events()) >= 8, within=90, what="each story is told")
    eventually(lambda: services[0].status()["entries"]["pending"] == 0, within=90)
    eventually(lambda: services[0].status()["deliveries"]["pending"] == 0)
    eventually(lambda: all(steps_of(each)["poll"] > 1 for each in services), what="all take part")

    assert 24 == services[0].status()["articles"]
    assert 8 == len(desk.events())
    assert len(desk.requests) == len(bodies_by_id(desk))
    assert [] == [line for each in services for line in each.lines() if '"outcome": "error"' in line]


@pytest.mark.parametrize("several", ["embedded"], indirect=True)  # of workers: test_cluster.py
def test_services_that_are_killed_in_their_work_and_begun_anew_lose_and_double_nothing(
    several: Several, desk: Desk, outlet: Open
) -> None:
    services, kurier = several(2), outlet("kurier")
    configured(services, feeds(kurier) + "receivers:\n" + receiver("desk", desk))
    for each in services:
        each.start()

    for number in range(12):
        kurier.publishes(f"Amazon und Ereignis {number}", report_of(number), slug=f"m{number}")
        if number in (4, 8):
            eventually(lambda: len(desk.requests) >= number - 2)  # noqa: B023  (called at once)
            killed = services[number // 4 - 1]
            killed.kill()
            killed.begin()
    eventually(lambda: len(desk.events()) >= 12, within=90, what="each story is told")
    eventually(lambda: services[0].status()["deliveries"]["pending"] == 0, within=90)

    bodies = bodies_by_id(desk)
    assert 12 == len(bodies)
    assert {1} == {len(said) for said in bodies.values()}


@pytest.mark.parametrize("several", ["embedded"], indirect=True)  # of workers: test_cluster.py
def test_a_service_goes_on_by_itself_when_its_server_is_back(
    several: Several, desk: Desk, outlet: Open, postgres: PostgreSQL
) -> None:
    (service,), kurier = several(1), outlet("kurier")
    configured([service], feeds(kurier) + "receivers:\n" + receiver("desk", desk))
    service.start()
    kurier.publishes("Amazon und Ereignis 0", report_of(0), slug="m0")
    eventually(lambda: len(desk.events()) == 1)

    postgres.stop()
    kurier.publishes("Amazon und Ereignis 1", report_of(1), slug="m1")
    eventually(lambda: any('"reason": "store"' in line for line in service.lines()), what="it is told")
    postgres.start()

    # A poll that was under way has its lease still.
    eventually(lambda: len(desk.events()) == 2, within=90, what="it goes on")
    assert len(bodies_by_id(desk)) == 2
    assert service.process is not None
    assert service.process.poll() is None


def test_heartbeats_come_once_from_whoever_lives_with_the_sums_of_all(
    several: Several, desk: Desk, ops: Desk, outlet: Open
) -> None:
    services, kurier = several(2), outlet("kurier")
    told_to = receiver("desk", desk) + receiver("ops", ops, "[monitor.heartbeat]")
    configured(services, feeds(kurier) + "heartbeat: {every: 2s}\nreceivers:\n" + told_to)

    def beats() -> list[dict[str, object]]:
        return sorted(
            (each["data"] for each in ops.events("monitor.heartbeat")), key=lambda told: str(told["since"])
        )

    def settled() -> bool:
        """Tell whether each that came is known to have come: one that is not comes again after a kill."""
        lines = (line for each in services for line in each.lines() if "monitor.heartbeat" in line)
        return len(ops.requests) == sum('"outcome": "delivered"' in line for line in lines)

    for each in services:
        each.start()
    for number in range(6):
        kurier.publishes(f"Amazon und Ereignis {number}", report_of(number), slug=f"m{number}")
    eventually(lambda: len(desk.events()) == 6 and len(beats()) >= 3, within=60)
    eventually(settled, what="it is written that they were delivered")
    services[0].kill()
    known = len(beats())
    # At the latest one and a half periods after the last: the other's own tick comes within a period.
    eventually(lambda: len(beats()) >= known + 3, within=15, what="the other one beats on")

    # Nobody sends one more between two looks.
    eventually(settled, what="it is written that they were delivered")
    services[1].kill()
    told = beats()
    assert [each["until"] for each in told[:-1]] == [each["since"] for each in told[1:]]
    assert 6 == sum(int(str(each["entries"])) for each in told)
    assert len(told) == len(ops.requests)


def test_a_worker_with_an_older_configuration_stands_by_and_says_so_until_it_is_the_only_one(
    several: Several, desk: Desk, outlet: Open
) -> None:
    services, kurier, bote = several(2), outlet("kurier"), outlet("bote")
    for each, paper in zip(services, (kurier, bote), strict=True):
        configured([each], feeds(paper) + "receivers:\n" + receiver("desk", desk))
    old, new = services

    old.start()
    new.start()
    eventually(lambda: any('"outcome": "behind"' in line for line in old.lines()), what="it says so")
    asked = len(kurier.asked)
    bote.publishes("Amazon und Ereignis 1", report_of(1), slug="m1")
    eventually(lambda: len(desk.events()) == 1)

    assert asked == len(kurier.asked)
    assert ["bote"] == [each["id"] for each in new.status()["feeds"]]
    assert "another configuration is in force since" in old.call("once", expect=2)

    new.kill()
    kurier.publishes("Amazon und Ereignis 2", report_of(2), slug="m2")
    eventually(lambda: len(desk.events()) == 2, within=40, what="the older one is in force again")


@pytest.mark.parametrize("several", ["embedded"], indirect=True)
def test_a_machine_that_stands_still_with_the_feeds_in_its_hands_holds_others_up_for_a_minute_or_two(
    several: Several, outlet: Open, desk: Desk, postgres: PostgreSQL, database: str
) -> None:
    site = outlet("blatt")
    site.publishes("Amazon Meldung 1", report_of(1), slug="m1")
    (service,) = several(1)
    configured([service], feeds(site) + "receivers:\n" + receiver("desk", desk))
    service.start()
    eventually(lambda: len(desk.requests) == 1)

    with closing(ByHand(postgres, name_of(database))) as frozen:
        frozen.ask("BEGIN")
        frozen.ask("UPDATE feeds SET due_at = due_at")
        # As the driver does behind many rows; no timeout of the server counts from here on.
        frozen.send(b"H", b"")
        site.publishes("Amazon Meldung 2", report_of(2), slug="m2")
        eventually(lambda: len(desk.requests) == 2, within=150, what="the feed is polled again")

    assert 1 == steps_of(service)["stalled"]
