"""A service whose PostgreSQL is replaced by its standby, as users of a fail-over see it."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.adapters.store import server_of
from monitor.engine.queue import prepare
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.postgresql import Pair

pytestmark = pytest.mark.on_postgresql_alone("a standby takes its place")


@pytest.fixture(scope="module")
def pair(postgres: object) -> Iterator[Pair]:  # noqa: ARG001  (who has no PostgreSQL is told there)
    with closing(Pair()) as servers:
        yield servers


@pytest.mark.parametrize("engine", ["embedded", "procrastinate"])
def test_a_service_goes_on_at_the_standby_that_takes_over_and_loses_and_doubles_nothing(
    pair: Pair, engine: str, tmp_path: Path, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    pair.admin(f"CREATE DATABASE {engine}")
    address, kurier = pair.url(engine), outlet("kurier")
    if engine == "procrastinate":
        prepare(server_of(address))
    with closing(Monitor(tmp_path)) as service:
        service.store, service.engine = address, engine
        configure(service, kurier, desk)
        process = service.begin()

        publish(kurier, range(3))
        eventually(lambda: len(desk.events()) == 3, within=60)
        pair.fail_over()
        publish(kurier, range(3, 6))
        # A step that was under way has its lease still.
        eventually(lambda: len(desk.events()) == 6, within=120, what="it goes on")

        assert process.poll() is None
    bodies: dict[str, set[bytes]] = {}
    for headers, body in list(desk.requests):
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert [1] * 6 == [len(said) for said in bodies.values()]


def configure(service: Monitor, paper: Outlet, desk: Desk) -> None:
    service.configure(
        "http: {listen: null}\nbrake: off\n"
        f"feeds: [{{id: {paper.name}, url: '{paper.feed}', every: 1s, first_poll: all}}]\n"
        "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
    )


def publish(paper: Outlet, numbers: range) -> None:
    for number in numbers:
        words = " ".join(f"Wort{number}mal{place}" for place in range(80))
        paper.publishes(
            f"Amazon und Ereignis {number}", f"Amazon meldet Ereignis {number}. {words}", slug=f"m{number}"
        )
