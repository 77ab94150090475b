"""One night, accounted for: quiet hours over a clock change, a budget, a silence, a storm, dead receivers.

Real feeds, pages and receivers on loopback, a real store, the pipeline's own steps; only the clock is
told. Every match must end as exactly one of: delivered, pending, dead, held, or refused for a reason
that was counted.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from monitor.adapters.http import HttpDoor
from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore, open_store
from monitor.config.load import load_config
from monitor.errands.doors import ports_to
from monitor.model import DeliveryState, EventType
from monitor.ops.silences import add_silence
from monitor.pipeline import deliver, poll, process
from monitor.ports import DeliveryFilter, HeldFilter, Ports, Wanted
from monitor.steps.rules import Rules, build_rules
from monitor.upkeep import release_held
from tests.acceptance.world import SECRET, Desk, Outlet, paragraphs
from tests.prove.proof import Outcome, Proof, Say

BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(minutes=5)
LEASE = timedelta(minutes=1)
MANY = Wanted(limit=1000, at_once=1000)
BEGIN = datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN).astimezone(UTC)
STORM = 30
EVERYTHING = 1_000_000

# The wire report that two outlets carry.
WIRE = paragraphs(
    "Amazon macht Peter DeSantis zum Chef einer neuen Organisation für künstliche Intelligenz.",
    "Amazons Chip Trainium gehört künftig zu seinem Bereich, ebenso die Forschung an großen Modellen.",
    "DeSantis arbeitet seit Jahren für die Cloud-Sparte AWS und berichtet direkt an Andy Jassy.",
)

BOUGHT = """Amazon kauft einen Verlag aus München und will dessen Bücher weiter drucken.

Über den Preis schweigen beide Seiten. Aus der Branche heißt es, Amazon habe einen Betrag im zweistelligen
Bereich geboten, weit mehr als die Mitbieter aus Hamburg und Wien.

Die vierzig Beschäftigten behalten ihre Stellen bis mindestens 2029; der Betriebsrat sprach von einem guten
Tag. Das Kartellamt muss noch zustimmen, was bis zum Sommer erwartet wird."""

CONFIG = """
network: {{allow_private: ["127.0.0.0/8"], per_host: {{pause: 0s}}}}
feeds:
  - {{id: kurier, url: "{kurier}", every: 30m, labels: {{tier: "1"}}}}
  - {{id: bote, url: "{bote}", every: 30m}}
  - {{id: ticker, url: "{ticker}", every: 30m, articles: feed}}
entities:
  amazon: {{kind: organization, names: [Amazon], not: [Amazonas], context: [Jassy, Cloud]}}
  desantis: {{kind: person, names: [Peter DeSantis]}}
  trainium: {{kind: product, names: [Trainium]}}
watchlists:
  all: {{receivers: [desk, ruin, left]}}
  sleep: {{receivers: [late], quiet_hours: {{from: 22:00, to: 07:00, tz: Europe/Berlin}}}}
  few: {{receivers: [late], budget: {{alerts: 2, per: 1d, tz: Europe/Berlin}}}}
  english: {{receivers: [desk], languages: [en]}}
receivers:
  desk: {{url: "{desk}", secrets: ["env:S"], allow_private: true}}
  late: {{url: "{late}", secrets: ["env:S"], allow_private: true}}
  ruin: {{url: "http://127.0.0.1:1/hook", secrets: ["env:S"], allow_private: true}}
  left: {{url: "{left}", secrets: ["env:S"], allow_private: true}}
  ops:
    {{url: "{ops}", secrets: ["env:S"], allow_private: true, events: [source.*, receiver.*], fallback: true}}
http: {{listen: null}}
"""

# Who hears of what: watchlist, receiver, story, entity.
Wish = tuple[str, str, str, str]


class Clock:
    """The time that the night is told to have."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """Return the time."""
        return self.time


@dataclass(slots=True)
class Account:
    """What became of every match, and the tallies beside it; `faults` are what does not add up."""

    matches: int = 0
    wishes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    tallies: Mapping[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Give the account in words."""
        yield f"{self.matches} matches of a watchlist, each accounted for:"
        yield f"  {sum(self.wishes.values())} to be heard, by receiver: " + _counts(self.wishes)
        yield f"  {sum(self.refused.values())} refused: " + _counts(self.refused)
        held = {name: count for name, count in self.tallies.items() if name.startswith("suppressed.")}
        yield "  tallies: " + _counts(
            {**held, **{n: self.tallies.get(n, 0) for n in ("alerted", "released")}}
        )


@dataclass(slots=True)
class Night:
    """The world of one night, and what was written down of it."""

    clock: Clock
    ports: Ports
    rules: Rules
    store: SqlStore
    outlets: Mapping[str, Outlet]
    desks: Mapping[str, Desk]
    transcript: list[str] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)

    def say(self, text: str) -> None:
        """Write a line of the transcript."""
        self.transcript.append(f"{self.clock.time.astimezone(BERLIN):%a %H:%M %Z}  {text}")

    def until(self, hour: int, minute: int = 0, tick: timedelta = TICK) -> None:
        """Let the service work until it is that time on the wall, at once where that has passed today."""
        wall = self.clock.time.astimezone(BERLIN)
        goal = wall.replace(hour=hour, minute=minute)
        self.go_to((goal if goal > wall else goal + timedelta(days=1)).astimezone(UTC), tick)

    def go_to(self, goal: datetime, tick: timedelta = TICK) -> None:
        """Let the service work until then."""
        while self.clock.time < goal:
            self.clock.time = min(self.clock.time + tick, goal)
            self.work()

    def work(self) -> None:
        """Do everything that is due, and what follows from it."""
        release_held(self.ports, self.rules)
        while self._steps():
            pass
        self._listen()

    def publishes(self, outlet: str, title: str, slug: str, text: str = "") -> None:
        """Have an outlet publish, and note it."""
        self.outlets[outlet].publishes(title, text or title, slug=slug, summary=title, page=bool(text))
        self.say(f"{outlet} publishes: {title}")

    def account(self) -> Account:
        """Return what became of every match so far."""
        found = _outcomes(self.store)
        account = Account(faults=[f"{wish} is {states}" for wish, states in found.items() if len(states) > 1])
        with self.store.transaction() as tx:
            account.tallies = dict(tx.tallies())
        first: set[tuple[str, str, str]] = set()
        for article in reversed(self.store.recent_articles(EVERYTHING)):
            for match in article.matches:
                for watchlist in self.rules.watchlists:
                    account.matches += 1
                    key = (watchlist.id, str(article.story), match.entity)
                    wishes = [found.get((key[0], name, *key[1:])) for name in watchlist.receivers]
                    if not any(wishes):
                        account.refused["filtered"] += 1
                    elif key in first:
                        account.refused["told"] += 1
                    elif None in wishes:
                        account.faults.append(f"{key} reached only some of {watchlist.receivers}")
                    first.add(key)
        account.wishes.update(state for states in found.values() for state in states)
        account.faults += _disagreements(account, found, self.desks)
        return account

    def _steps(self) -> int:
        """Do what is due now, each step once; return how much that was."""
        now, store = self.clock.time, self.store
        done = [poll(claim, self.ports, self.rules) for claim in store.claim_feeds(now, MANY, LEASE)]
        done += [process(claim, self.ports, self.rules) for claim in store.claim_entries(now, MANY, LEASE)]
        done += [deliver(claim, self.ports, self.rules) for claim in store.claim_deliveries(now, MANY, LEASE)]
        return len(done)

    def _listen(self) -> None:
        """Write down what the desks got since the last look."""
        for name, desk in self.desks.items():
            new = desk.requests[self.heard[name] :]
            self.heard[name] += len(new)
            kinds = Counter(_told(json.loads(body)) for _, body in new)
            for words, count in kinds.items():
                self.say(f"    → {name}: {words}" + (f" ({count}×)" if count > 1 else ""))


def run(folder: Path, address: str) -> tuple[Night, list[Account]]:
    """Live through the night; return it with its accounts in the morning and after eight days."""
    with _world(folder, address) as night:
        _evening(night)
        _small_hours(night)
        night.until(9)
        night.say("the morning's account")
        accounts = [night.account()]
        night.transcript += ["", *(f"    {line}" for line in accounts[0].lines()), ""]
        night.go_to(BEGIN + timedelta(days=9), timedelta(hours=6))
        night.say("nine days later")
        accounts.append(night.account())
        night.transcript += ["", *(f"    {line}" for line in accounts[1].lines())]
    return night, accounts


def _evening(night: Night) -> None:
    night.say("the service begins; every feed is remembered as it is")
    for n in range(12):
        night.outlets["ticker"].publishes(f"Meldung {n}", "", slug=f"alt-{n}", summary="Alt.", page=False)
    night.work()
    night.until(20, 10)
    night.publishes("kurier", "Amazon ernennt KI-Chef", "ki-chef", WIRE)
    night.until(20, 45)
    night.publishes("bote", "Neuer Mann für künstliche Intelligenz bei Amazon", "neuer-mann", WIRE)
    night.until(21, 20)
    for n, title in enumerate(("Amazon baut ein Lager in Graz", "Amazon senkt die Preise für Prime")):
        night.publishes("ticker", title, f"abend-{n}")
    night.until(21, 50)
    night.publishes("ticker", "Streik bei Amazon in Leipzig beginnt am Montag", "streik")
    night.until(22, 30)


def _small_hours(night: Night) -> None:
    add_silence(
        night.store,
        ["entity=trainium"],
        lasting="3h",
        until=None,
        begin=None,
        comment="Messe",
        by="anna",
        now=night.clock.time,
    )
    night.say("anna silences entity=trainium for 3h")
    night.publishes("ticker", "Amazon zeigt den neuen Chip Trainium 4 auf der Messe", "messe")
    night.publishes("ticker", "Am Amazonas brennt der Wald", "amazonas")
    night.until(23, 30)
    night.until(1, 40)
    night.say(f"ticker changes its software and shows {STORM} entries anew")
    for n in range(STORM):
        title = f"Archiv {n}: Amazon und der Handel, Folge {n} von {STORM}"
        night.outlets["ticker"].publishes(title, "", slug=f"archiv-{n}", summary=title, page=False)
    night.until(4, 30)
    night.publishes("kurier", "Amazon kauft einen Verlag in München", "verlag", BOUGHT)


@contextmanager
def _world(folder: Path, address: str) -> Iterator[Night]:
    outlets = {name: Outlet(name) for name in ("kurier", "bote", "ticker")}
    desks = {name: Desk() for name in ("desk", "late", "left", "ops")}
    desks["left"].answers(410, times=100)
    path = folder / "monitor.yaml"
    addresses = {name: each.feed for name, each in outlets.items()} | {n: d.url for n, d in desks.items()}
    path.write_text(CONFIG.format(**addresses), encoding="utf-8")
    config = load_config(path, {"S": SECRET})
    clock = Clock(BEGIN)
    store = open_store(address, owner="night")
    door = HttpDoor(config.fetch)
    ports = ports_to(door, store, InlineSandbox(), clock, random.Random(1))
    store.sync_feeds(config.feeds, clock.now())
    with closing(store), closing(door):
        yield Night(clock, ports, build_rules(config), store, outlets, desks)
    for each in (*outlets.values(), *desks.values()):
        each.close()


# ---- what became of it -----------------------------------------------------------------------------


def _outcomes(store: SqlStore) -> dict[Wish, list[str]]:
    """Return how each entity of each story stands for each receiver; a list of one where all is well."""
    found: dict[Wish, list[str]] = {}
    for row in store.deliveries(DeliveryFilter(limit=EVERYTHING)):
        shown = store.delivery(row["id"])
        assert shown is not None
        for watchlist, story, entity in _wishes(json.loads(shown["body"])):
            how = "in a digest" if row["type"] == EventType.DIGEST_CREATED else "at once"
            delivered = row["state"] == DeliveryState.DELIVERED
            state = f"{row['state']} {how}" if delivered else f"{row['state']} for {row['receiver']}"
            found.setdefault((watchlist, row["receiver"], story, entity), []).append(state)
    for held in store.held(HeldFilter(limit=EVERYTHING)):
        for watchlist, story, entity in _wishes({"type": "match.created", "data": held.event.content}):
            wish = (watchlist, held.receiver, story, entity)
            found.setdefault(wish, []).append(f"held ({held.hold.value})")
    return found


def _wishes(event: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give watchlist, story and entity of everything that an event tells for the first time."""
    told = event["data"]
    if event["type"] == EventType.MATCH_CREATED:
        for match in told["matches"]:
            yield told["alert"]["watchlist"], told["story"]["id"], match["entity"]["id"]
    elif event["type"] == EventType.DIGEST_CREATED:
        for alert in told["alerts"]:
            for entity in alert["entities"]:
                yield told["digest"]["watchlist"], alert["story"], entity["id"]


def _disagreements(
    account: Account, found: Mapping[Wish, list[str]], desks: Mapping[str, Desk]
) -> Iterator[str]:
    """Give where the account differs from the tallies, and from what the desks have in hand."""
    holds = ("quiet_hours", "budget", "digest", "silenced", "storm")
    refused = {
        name.removeprefix("suppressed."): count
        for name, count in account.tallies.items()
        if name.startswith("suppressed.") and name.removeprefix("suppressed.") not in holds
    }
    told = refused.pop("told", 0)
    if told != account.refused["told"]:
        yield f"told again: {account.refused['told']}, counted {told}"
    if sum(refused.values()) != account.refused["filtered"]:
        yield f"filtered: {account.refused['filtered']}, counted {refused}"
    for name in ("desk", "late"):
        here: Counter[Wish] = Counter(
            (watchlist, name, story, entity)
            for body in {headers["webhook-id"]: body for headers, body in desks[name].requests}.values()
            for watchlist, story, entity in _wishes(json.loads(body))
        )
        said = {
            wish for wish, states in found.items() if wish[1] == name and states[0].startswith("delivered")
        }
        if set(here) != said or set(here.values()) - {1}:
            yield f"{name} has {len(here)} in hand, {len(said)} are said to be delivered"


def _told(event: Mapping[str, Any]) -> str:
    told = event["data"]
    match event["type"]:
        case "match.created":
            names = ", ".join(match["entity"]["id"] for match in told["matches"])
            return f"[{told['alert']['watchlist']}] {names}: {told['article']['title'][:50]}"
        case "digest.created":
            digest = told["digest"]
            page = f", page {digest['page']} of {digest['pages']}" if digest["pages"] > 1 else ""
            notice = f"; {digest['notice']}" if digest["notice"] else ""
            held = _counts(digest["held"])
            return f"[{digest['watchlist']}] a digest of {digest['count']}, held: {held}{page}{notice}"
        case kind:
            who = (told.get("feed") or told.get("receiver") or {}).get
            return f"{kind} {who('id') or who('name')}, reason {told.get('reason') or told.get('status')}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if count) or "none"


def _prove(_: int, __: random.Random, say: Say) -> Outcome:
    with TemporaryDirectory(prefix="night-") as folder:
        night, accounts = run(Path(folder), f"sqlite:///{folder}/night.db")
    for line in night.transcript:
        say(line)
    faults = tuple(fault for account in accounts for fault in account.faults)
    return Outcome(tried=accounts[-1].matches, faults=faults, facts=dict(accounts[-1].wishes))


PROOF = Proof(
    name="night",
    law="every match of a night is delivered, pending, dead, held, or refused for a counted reason",
    unit="matches",
    sample=0,
    usual=100,
    full=100,
    seconds=15,
    run=_prove,
)
