"""Where whole services are attacked: an outlet that publishes, a moody desk, services on one store."""

import random
import sqlite3
import time
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually
from tests.prove.proof import Outcome

# Seconds until everything must have arrived once nobody attacks any more.
SETTLING = 180.0
# A delivery that is refused once more waits for five minutes, longer than anybody does here.
REFUSALS = 3


class MoodyDesk(Desk):
    """A desk that now and then has no time, and is sometimes slow to answer."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._refused = Counter[str]()
        super().__init__()

    def respond(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = super().respond(path, headers, body)
        time.sleep(self._dice.choice((0, 0, 0.05, 0.3)))
        told = headers["webhook-id"]
        if self._dice.random() < 0.1 and self._refused[told] < REFUSALS:
            self._refused[told] += 1
            return Answer(status=503)
        return answer


class Field:
    """One outlet, one desk and so many services on one store; `links` are the entries published so far."""

    def __init__(self, folder: Path, dice: random.Random, services: int = 1) -> None:
        self.outlet, self.desk = Outlet("kurier"), MoodyDesk(dice)
        self.services = [Monitor(folder) for _ in range(services)]
        self.links: list[str] = []
        desk = f"{{url: '{self.desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}"
        self.services[0].configure(
            f"feeds: [{{id: kurier, url: '{self.outlet.feed}', every: 1s, first_poll: all}}]\n"
            "entities: {amazon: {kind: organization, names: [Amazon]}}\n"
            f"receivers: {{desk: {desk}}}\n"
            # What piles up while services lie dead is no storm to be held for review.
            "http: {listen: null}\nbrake: off\n"
        )

    def publish(self, entries: int) -> None:
        """Put so many new entries into the feed."""
        for number in range(len(self.links), len(self.links) + entries):
            words = " ".join(f"Wort{number}mal{place}" for place in range(80))
            self.links.append(
                self.outlet.publishes(
                    f"Amazon Meldung {number}", f"Amazon meldet {number}. {words}", slug=f"m{number}"
                )
            )

    def progress(self) -> str:
        return f"{len(self.links)} published, {len(self.desk.requests)} requests"

    def judge(self, tried: int) -> Outcome:
        """Wait until nothing waits any more, and say what was lost, told twice or said differently."""
        faults = self._settle()
        bodies: dict[str, set[bytes]] = defaultdict(set)
        for headers, body in self.desk.requests:
            bodies[headers["webhook-id"]].add(body)
        alerted = Counter(event["data"]["article"]["url"] for event in self.desk.events())
        faults += [f"{link} was alerted {alerted[link]} times" for link in self.links if alerted[link] != 1]
        faults += [f"{each} had {len(said)} bodies" for each, said in bodies.items() if len(said) != 1]
        facts = {
            "published": len(self.links),
            "alerted": len(bodies),
            "repeats": len(self.desk.requests) - len(bodies),
        }
        return Outcome(tried=tried, faults=tuple(faults), facts=facts)

    def close(self) -> None:
        for service in self.services:
            service.close()
        self.outlet.close()
        self.desk.close()

    def _settle(self) -> list[str]:
        faults: list[str] = []
        try:
            eventually(lambda: len(self.desk.events()) >= len(self.links), SETTLING, "every entry alerts")
            eventually(lambda: not self._counted("pending"), SETTLING, "nothing waits")
        except AssertionError as error:
            faults += [str(error), *self._waiting()]
        given_up = self._counted("failed") | self._counted("dead")
        return [*faults, f"given up: {given_up}"] if given_up else faults

    def _waiting(self) -> list[str]:
        """Return what is pending, whole: it shows until when, and why, it was put off."""
        with closing(sqlite3.connect(self.services[0].database, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            rows = (
                "entries WHERE state = 'pending'",
                "deliveries WHERE state = 'pending'",
                "receivers",
                "instances",
            )
            return [
                f"{what}: {dict(row)}" for what in rows for row in database.execute(f"SELECT * FROM {what}")
            ]

    def _counted(self, state: str) -> dict[str, int]:
        """Return how many rows are in a state, by table, where any are; read without a command's start."""
        with closing(sqlite3.connect(self.services[0].database, timeout=10)) as database:
            counts = {
                table: database.execute(f"SELECT count(*) FROM {table} WHERE state = ?", (state,)).fetchone()[
                    0
                ]
                for table in ("entries", "deliveries")
            }
        return {table: count for table, count in counts.items() if count}
